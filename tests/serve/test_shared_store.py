"""One store of several processes that write at the same time: nothing is lost, nothing torn, every answer right.

Example run: python -m pytest tests/serve/test_shared_store.py
"""

import contextlib
import io
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image

from pipeline.evaluation.server import Server, client
from pipeline.recipe import Recipe, pixels_hash
from pipeline.serve import store as store_module
from pipeline.serve.store import PictureStore
from tests.evaluation.test_load import needs_weights
from tests.serve.test_store import RECIPE, draw

OWN, ROUNDS = 40, 8
SHARED = [Recipe(prompt="shared", seed=seed) for seed in range(10)]


def own(name: str) -> list[Recipe]:
    """The recipes that one process alone writes."""
    return [Recipe(prompt=name, seed=seed) for seed in range(OWN)]


def patient_store(folder: Path) -> PictureStore:
    """A store that gives nothing up because the machine is busy."""
    store_module.WAIT_SECONDS = store_module.LOCK_SECONDS = 120
    return PictureStore(folder)


def write(folder: str, name: str) -> None:
    """One process: says that it is open, waits for the start, writes its own recipes and the shared ones."""
    store = patient_store(Path(folder))
    assert store.get(SHARED[0]) is not None
    print("open", flush=True)
    sys.stdin.readline()
    for number in range(ROUNDS):
        for recipe in SHARED if name == "one" else reversed(SHARED):
            store.put(recipe, draw(recipe.seed))
            assert store.get(recipe).png == draw(recipe.seed)
        for recipe in own(name)[number::ROUNDS]:
            store.put(recipe, draw(recipe.seed))
            assert store.find_payload(recipe.id32).png == draw(recipe.seed)
    store.close()


def rows_and_files(store: PictureStore) -> tuple[set[str], set[str]]:
    """(files that rows name, files that are there)."""
    with contextlib.closing(sqlite3.connect(store.directory / "cache.db")) as database:
        assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
        rows = database.execute("SELECT filename FROM Cache WHERE filename IS NOT NULL").fetchall()
    return {name for (name,) in rows}, {
        str(path.relative_to(store.directory)) for path in store.directory.glob("??/??/*.val")
    }


def test_two_processes_that_write_at_the_same_time_lose_nothing(tmp_path, monkeypatch):
    for name in ("WAIT_SECONDS", "LOCK_SECONDS"):  # set back afterwards
        monkeypatch.setattr(store_module, name, getattr(store_module, name))
    store = patient_store(tmp_path)
    for recipe in SHARED:
        store.put(recipe, draw(recipe.seed))
        assert store.get(recipe) is not None
    script = "import sys; from tests.serve.test_shared_store import write; write(*sys.argv[1:])"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in ("one", "two")
    ]  # fmt: skip
    assert [writer.stdout.readline() for writer in writers] == ["open\n"] * 2
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    while any(writer.poll() is None for writer in writers):  # what is there already is there at every moment
        assert all(store.get(recipe).png == draw(recipe.seed) for recipe in SHARED)
    assert [writer.returncode for writer in writers] == [0, 0]
    recipes = [*SHARED, *own("one"), *own("two")]
    assert sorted(store.ids()) == sorted(recipe.id for recipe in recipes)
    assert all(store.get(recipe).png == draw(recipe.seed) for recipe in recipes)
    assert all(store.find_payload(recipe.id32).recipe == recipe for recipe in recipes)
    named, there = rows_and_files(store)
    assert named == there and len(there) == len(recipes)
    store.close()


def test_a_file_is_deleted_once_no_process_can_be_sent_to_it(tmp_path, monkeypatch):
    store, remove, still_named = PictureStore(tmp_path), store_module.diskcache.Disk.remove, []

    def look(disk, name: str) -> None:
        still_named.append(name in rows_and_files(store)[0])
        remove(disk, name)

    store.put(RECIPE, draw(0))
    assert store.get(RECIPE) is not None
    monkeypatch.setattr(store_module._PlainDisk, "remove", look)
    store.put(RECIPE, draw(1))
    assert store.get(RECIPE).png == draw(1)
    assert still_named == [False]
    store.close()


def test_a_picture_that_is_replaced_between_two_looks_is_found(tmp_path, monkeypatch):
    store, fetch, looks = PictureStore(tmp_path), store_module._PlainDisk.fetch, []

    def replaced(disk, mode, filename, *rest):
        looks.append(filename)
        if len(looks) == 1:
            raise FileNotFoundError(filename)
        return fetch(disk, mode, filename, *rest)

    store.put(RECIPE, draw())
    monkeypatch.setattr(store_module._PlainDisk, "fetch", replaced)
    assert store.get(RECIPE).png == draw() and len(looks) == 2
    store.close()


@needs_weights
@pytest.mark.slow  # two servers with the whole model
def test_two_servers_on_one_store_answer_right(tmp_path):
    answers: list[dict] = []
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Server([], {"EASEL_STORE": str(tmp_path)})) for _ in range(2)]

        def ask(at: int, seeds: range) -> None:
            number, values = servers[at].endpoint("generate")
            with client(600) as asking:
                for seed in seeds:
                    said = servers[at].ask(asking, number, ["a red apple", "", seed, *values[3:]], f"{seeds}")
                    answers.append(said["output"]["data"][1][0])

        shared = [range(each, 16, 4) for each in range(4)]
        for seeds in ((*shared, range(100, 104)), (*shared, range(200, 204))), ((range(16),), (range(16),)):
            answers.clear()
            asked = [threading.Thread(target=ask, args=(at, each)) for at in (0, 1) for each in seeds[at]]
            for thread in asked:
                thread.start()
            for thread in asked:
                thread.join()
            assert len(answers) == sum(len(each) for at in (0, 1) for each in seeds[at])
            assert len({(said["seed"], said["pixels_hash"]) for said in answers}) == len({a["seed"] for a in answers})
        assert all(said["from_store"] for said in answers), "what one has drawn, both have"
        assert [server.stop()[0] for server in servers] == [0, 0]
        assert all(server.tracebacks == 0 and "store" not in server.log() for server in servers)
    store = PictureStore(tmp_path)
    assert len(store) == 24
    for said in answers:
        with Image.open(io.BytesIO(store.find(said["id"]).png)) as image:
            assert pixels_hash(image) == said["pixels_hash"]
    named, there = rows_and_files(store)
    assert named == there
    store.close()
