"""One store of several processes that write at the same time: nothing is lost, nothing torn, every answer right.

Example run: python -m pytest tests/serve/test_shared_store.py
"""

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

from pipeline.recipe import Recipe
from pipeline.serve import store as store_module
from pipeline.serve.store import PictureStore
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
