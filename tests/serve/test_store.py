"""Store: it gives back what it was given, two processes share it, and whatever breaks costs the entry only.

Example run: pytest tests/serve/test_store.py
"""

import io
import logging
import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import diskcache
import numpy as np
import pytest
from PIL import Image

from pipeline.recipe import Recipe
from pipeline.serve import store as store_module
from pipeline.serve.store import PictureStore, default_directory, open_store

RECIPE = Recipe(prompt="a red apple", seed=7)


def draw(seed: int = 0, side: int = 64) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def store(tmp_path):
    store = PictureStore(tmp_path / "store")
    yield store
    store.close()


def files(store):
    return [path for path in store.directory.rglob("*.val")]


def database(store):
    return store.directory / "cache.db"


def works(store) -> bool:
    """Whether a picture can be kept and found."""
    store.put(RECIPE, draw(3))
    found = store.get(RECIPE)
    return found is not None and found.png == draw(3)


def test_a_kept_picture_comes_back_byte_for_byte(store):
    assert store.get(RECIPE) is None
    store.put(RECIPE, draw(), key_id="k1", image_weights=[0.25, 0.75])
    for stored in (store.get(RECIPE), store.find(RECIPE.id), store.find_payload(RECIPE.id32)):
        assert (stored.recipe, stored.png) == (RECIPE, draw())
        assert (stored.key_id, stored.image_weights) == ("k1", [0.25, 0.75])
    assert store.get(Recipe(prompt="a red apple", seed=8)) is None
    assert store.find_payload(RECIPE.id32 ^ 1) is None
    assert len(store) == 1


def test_a_repeated_recipe_replaces_its_picture(store):
    store.put(RECIPE, draw(0))
    store.put(RECIPE, draw(1))
    assert store.get(RECIPE).png == draw(1) and len(store) == 1


def test_the_newest_are_listed_first_and_a_dropped_one_not(store):
    recipes = [Recipe(prompt="a", seed=seed) for seed in range(4)]
    for recipe in recipes:
        store.put(recipe, draw(recipe.seed))
    store.drop(recipes[1].id)
    assert store.ids() == [recipes[i].id for i in (3, 2, 0)]
    assert store.find(recipes[1].id) is None and store.find_payload(recipes[1].id32) is None


def test_it_outlives_the_process_and_is_shared(store, tmp_path):
    script = (
        "import sys; from pathlib import Path\n"
        "from pipeline.recipe import Recipe; from pipeline.serve.store import PictureStore\n"
        "from tests.serve.test_store import draw\n"
        "store = PictureStore(Path(sys.argv[1]))\n"
        "for seed in range(20): store.put(Recipe(prompt=sys.argv[2], seed=seed), draw(seed))\n"
        "store.close()\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "store")]
    writers = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    for seed in range(20):
        store.put(Recipe(prompt="three", seed=seed), draw(seed))
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    for name in ("one", "two", "three"):
        assert all(store.get(Recipe(prompt=name, seed=seed)).png == draw(seed) for seed in range(20))


def test_the_limit_holds_and_the_oldest_go_first(tmp_path):
    store = PictureStore(tmp_path, max_bytes=300_000)
    for seed in range(60):
        store.put(Recipe(prompt="a", seed=seed), draw(seed))
        store.get(Recipe(prompt="a", seed=0))  # being asked for keeps nothing alive
    assert 0 < len(store) < 60
    assert sum(path.stat().st_size for path in files(store)) < 400_000
    assert store.get(Recipe(prompt="a", seed=59)) is not None
    assert store.get(Recipe(prompt="a", seed=0)) is None
    store.close()


def test_what_is_too_old_is_not_found_and_its_file_is_deleted(tmp_path, monkeypatch):
    store, now = PictureStore(tmp_path, max_days=1), time.time
    store.put(RECIPE, draw())
    assert store.get(RECIPE) is not None and len(files(store)) == 1
    monkeypatch.setattr(time, "time", lambda: now() + 2 * 86400)
    assert store.get(RECIPE) is None and store.find_payload(RECIPE.id32) is None
    store.sweep()
    assert len(store) == 0 and files(store) == []
    store.close()


def test_what_an_interrupted_process_left_goes_with_its_age(store):
    store.put(RECIPE, draw())
    (kept,) = files(store) if len(store) else []
    orphan = kept.with_name("orphan.val")
    orphan.write_bytes(draw())
    eight_days_ago = time.time() - 8 * 86400
    os.utime(orphan, (eight_days_ago, eight_days_ago))
    store.sweep()
    assert store.get(RECIPE) is not None and files(store) == [kept]


@pytest.mark.parametrize("damage", ["cut", "emptied", "removed", "swapped", "one bit", "another picture"])
def test_a_damaged_picture_is_dropped_and_can_be_kept_again(store, damage, caplog):
    store.put(RECIPE, draw())
    assert len(store) == 1
    (file,) = files(store)
    content = bytearray(file.read_bytes())
    if damage == "cut":
        file.write_bytes(content[:-100])
    elif damage == "emptied":
        file.write_bytes(b"")
    elif damage == "swapped":
        file.write_bytes(b"<html>" * 999)
    elif damage == "one bit":
        content[-2000] ^= 1
        file.write_bytes(content)
    elif damage == "another picture":
        store.put(Recipe(prompt="another"), draw(5))
        assert len(store) == 2
        (other,) = set(files(store)) - {file}
        file.write_bytes(other.read_bytes())
    else:
        file.unlink()
    with caplog.at_level(logging.WARNING):
        assert store.get(RECIPE) is None
    assert damage == "removed" or "damaged and was dropped" in caplog.text
    assert store.find_payload(RECIPE.id32) is None
    assert works(store)


def test_a_pickle_in_the_database_is_never_loaded(store, tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    store.put(RECIPE, draw())
    assert len(store) == 1
    with diskcache.Cache(str(store.directory), disk=diskcache.Disk) as raw:
        raw.set(f"picture/{RECIPE.id}", Trap())
        raw.set(("a", "key"), b"that is no text")
    assert store.ids() == [RECIPE.id]
    assert store.get(RECIPE) is None and store.ids() == []
    assert not (tmp_path / "sprung").exists()


def test_a_full_disk_costs_the_entry_only_and_is_said_once(store, monkeypatch, caplog):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(diskcache.Disk, "store", full)
        for _ in range(3):
            store.put(RECIPE, draw())
            assert store.get(RECIPE) is None
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(said) == 1 and "No space left" in said[0].getMessage()
    assert works(store)


@pytest.mark.parametrize("damage", ["no database", "cut", "garbage inside", "garbage in the log", "emptied"])
def test_a_damaged_database_costs_what_it_held_and_begins_anew(tmp_path, damage, caplog):
    first = PictureStore(tmp_path)
    for seed in range(30):
        first.put(Recipe(prompt="a", seed=seed), draw(seed))
    assert len(first) == 30
    first.close()
    path = database(first)
    content = path.read_bytes()
    assert len(content) > 16384
    if damage == "no database":
        path.write_bytes(b"this is no database" * 500)
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2 + 100])
    elif damage == "garbage inside":
        path.write_bytes(content[:4096] + np.random.default_rng(0).bytes(len(content) - 8192) + content[-4096:])
    elif damage == "garbage in the log":
        path.with_name("cache.db-wal").write_bytes(np.random.default_rng(0).bytes(50_000))
        path.with_name("cache.db-shm").write_bytes(np.random.default_rng(1).bytes(32_768))
    else:
        path.write_bytes(b"")
    second = PictureStore(tmp_path)
    found = [second.get(Recipe(prompt="a", seed=seed)) for seed in range(30)]
    assert all(stored is None or stored.png == draw(stored.recipe.seed) for stored in found)
    assert works(second)
    assert damage in ("garbage in the log", "emptied") or "damaged and begins anew" in caplog.text
    second.close()


def test_a_database_damaged_while_it_is_open_is_left_and_begun_anew(store):
    for seed in range(30):
        store.put(Recipe(prompt="a", seed=seed), draw(seed))
    assert len(store) == 30
    with sqlite3.connect(database(store)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = database(store)
    size = path.stat().st_size
    with path.open("r+b") as file:  # in place, as a bad disk does it
        file.write(np.random.default_rng(0).bytes(size))
    assert any(works(store) for _ in range(5)), "the store never recovered"


def test_a_database_of_another_layout_costs_the_store_only(tmp_path, caplog):
    folder = PictureStore(tmp_path).directory
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / "cache.db") as other:
        other.execute("CREATE TABLE Cache (picture TEXT)")
    store = PictureStore(tmp_path)
    store.put(RECIPE, draw())
    assert store.get(RECIPE) is None and len(store) == 0
    assert len(caplog.records) == 1 and "cannot be opened" in caplog.text
    store.close()


def test_a_store_locked_by_another_process_keeps_nobody_waiting(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(store_module, "LOCK_SECONDS", 60.0)
    monkeypatch.setattr(store_module, "REOPEN_SECONDS", 0.0)
    first = PictureStore(tmp_path)
    first.put(RECIPE, draw())
    assert first.get(RECIPE) is not None
    locker = sqlite3.connect(database(first), isolation_level=None)
    locker.execute("BEGIN EXCLUSIVE")
    assert first.get(RECIPE).png == draw(), "reading needs no lock"
    first.put(Recipe(prompt="another"), draw(1))  # returns, though it cannot be written
    monkeypatch.setattr(store_module, "WAIT_SECONDS", 0.5)
    second = PictureStore(tmp_path)  # which cannot even open it
    assert second.get(RECIPE) is None
    late = second._late
    for _ in range(100):
        assert second.get(RECIPE) is None
    assert second._late is late and not late.done(), "only the first one waited"
    locker.execute("ROLLBACK")
    locker.close()
    monkeypatch.setattr(store_module, "WAIT_SECONDS", 120.0)
    late.result(timeout=120)
    assert second.get(RECIPE).png == draw() and first.get(Recipe(prompt="another")).png == draw(1)
    assert "in time" in caplog.text
    first.close()
    second.close()


def test_a_lock_that_lasts_is_said(tmp_path, monkeypatch, caplog):
    first = PictureStore(tmp_path)
    assert works(first)
    locker = sqlite3.connect(database(first), isolation_level=None)
    locker.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(store_module, "LOCK_SECONDS", 0.05)
    second = PictureStore(tmp_path)
    assert second.get(RECIPE) is None and "locked" in caplog.text
    locker.close()
    assert works(second), "it is opened as soon as it can be"
    first.close()
    second.close()


def test_settled_means_kept_for_who_looks_without_asking(store, monkeypatch):
    started, go, write = threading.Event(), threading.Event(), diskcache.Disk.store

    def slow(*arguments, **more):
        started.set()
        assert go.wait(120)
        return write(*arguments, **more)

    monkeypatch.setattr(diskcache.Disk, "store", slow)
    monkeypatch.setattr(store_module, "WAIT_SECONDS", 120.0)
    store.put(RECIPE, draw())
    assert started.wait(120) and not files(store)
    settling = threading.Thread(target=store.settle)
    settling.start()
    go.set()
    settling.join()
    assert len(files(store)) == 1


def test_a_disk_that_hangs_keeps_nobody_waiting(store, monkeypatch):
    release = threading.Event()
    store.put(RECIPE, draw())
    assert store.get(RECIPE) is not None
    with monkeypatch.context() as patched:
        patched.setattr(store_module, "WAIT_SECONDS", 0.5)
        patched.setattr(diskcache.Disk, "fetch", lambda *arguments: release.wait(120))
        assert store.get(RECIPE) is None
        late = store._late
        for _ in range(20):
            assert store.get(RECIPE) is None
            store.put(RECIPE, draw())
            store.put(RECIPE, draw())
        assert store._late is late and not late.done(), "only the first one waited"
        release.set()
        late.result(timeout=120)
    store._thread.submit(int).result(timeout=120)  # behind all that was handed over before
    assert works(store)


def test_a_folder_that_cannot_be_made_costs_the_store_only(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    store = PictureStore(tmp_path / "file" / "store")
    for _ in range(3):
        store.put(RECIPE, draw())
        assert store.get(RECIPE) is None
    assert len(caplog.records) == 1
    store.close()


def test_the_folder_is_the_owner_s_alone(store):
    assert works(store)
    assert store.directory.stat().st_mode & 0o777 == 0o700


def test_after_it_is_closed_nothing_is_kept_and_nothing_fails(store):
    assert works(store)
    store.close()
    store.put(RECIPE, draw())
    store.sweep()
    assert store.get(RECIPE) is None and not store.enabled


def test_a_lookup_takes_less_than_10_milliseconds(store):
    for seed in range(50):
        store.put(Recipe(prompt="a", seed=seed), draw(seed, side=150))
        assert len(store) == seed + 1  # asked for, so that no more than one waits for the disk
    times = []
    for seed in range(50):
        started = time.perf_counter()
        assert store.get(Recipe(prompt="a", seed=seed)) is not None
        times.append(time.perf_counter() - started)
    assert min(times) < 0.01  # of fifty one is not held up, however busy the machine


def test_what_is_no_png_is_refused(store):
    with pytest.raises(ValueError, match="whole PNG"):
        store.put(RECIPE, draw()[:-4])


def test_the_environment_says_where_whether_and_how_much(monkeypatch, tmp_path):
    monkeypatch.setenv("EASEL_STORE", str(tmp_path / "here"))
    monkeypatch.setenv("EASEL_STORE_MB", "1.5")
    monkeypatch.setenv("EASEL_STORE_DAYS", "2")
    assert default_directory() == tmp_path / "here"
    store = open_store()
    assert (store._max_bytes, store._max_seconds) == (1.5 * 2**20, 2 * 86400)
    assert works(store) and database(store).is_relative_to(tmp_path / "here")
    store.close()
    store = open_store(str(tmp_path / "there"), max_megabytes=2, max_days=1)
    assert (store._max_bytes, store._max_seconds) == (2 * 2**20, 86400)
    assert works(store) and database(store).is_relative_to(tmp_path / "there")
    store.close()
    monkeypatch.setenv("EASEL_STORE", "off")
    for store in (open_store(), open_store("off")):
        assert not store.enabled and not works(store)
    monkeypatch.delenv("EASEL_STORE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert default_directory() == tmp_path / "cache" / "easel" / "store"


@pytest.mark.parametrize("value", ["0", "-1", "many", "inf", "nan"])
def test_a_limit_that_is_none_is_refused_in_words(monkeypatch, value):
    monkeypatch.setenv("EASEL_STORE_DAYS", value)
    with pytest.raises(ValueError, match="EASEL_STORE_DAYS is a number above 0.*EASEL_STORE=off"):
        open_store()
