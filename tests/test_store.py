"""Store: it gives back what it was given, two processes share it, and whatever breaks costs the entry only.

Example run: pytest tests/test_store.py
"""

import io
import logging
import sqlite3
import subprocess
import sys
from pathlib import Path

import diskcache
import numpy as np
import pytest
from PIL import Image

from pipeline.recipe import Recipe
from pipeline.store import Store, default_directory, open_store

RECIPE = Recipe(prompt="a red apple", seed=7)


def draw(seed: int = 0, side: int = 64) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store")
    yield store
    store.close()


def test_a_kept_picture_comes_back_byte_for_byte(store):
    assert store.get(RECIPE) is None
    assert store.put(RECIPE, draw())
    for stored in (store.get(RECIPE), store.find(RECIPE.id), store.find_payload(RECIPE.id32)):
        assert (stored.recipe, stored.png) == (RECIPE, draw())
    assert store.get(Recipe(prompt="a red apple", seed=8)) is None
    assert store.find_payload(RECIPE.id32 ^ 1) is None
    assert len(store) == 1


def test_a_repeated_recipe_replaces_its_picture(store):
    store.put(RECIPE, draw(0))
    store.put(RECIPE, draw(1))
    assert store.get(RECIPE).png == draw(1) and len(store) == 1


def test_it_outlives_the_process_and_is_shared(store, tmp_path):
    script = (
        "import sys; from pathlib import Path; from pipeline.recipe import Recipe; from pipeline.store import Store\n"
        "from tests.test_store import draw\n"
        "store = Store(Path(sys.argv[1]))\n"
        "for seed in range(20): assert store.put(Recipe(prompt=sys.argv[2], seed=seed), draw(seed))\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "store")]
    writers = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    for seed in range(20):
        assert store.put(Recipe(prompt="three", seed=seed), draw(seed))
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    for name in ("one", "two", "three"):
        assert all(store.get(Recipe(prompt=name, seed=seed)).png == draw(seed) for seed in range(20))


def test_the_limit_holds_and_the_oldest_go_first(tmp_path):
    store = Store(tmp_path, max_bytes=300_000)
    for seed in range(60):
        store.put(Recipe(prompt="a", seed=seed), draw(seed))
    size = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.suffix == ".val")
    assert size < 400_000 and 0 < len(store) < 60
    assert store.get(Recipe(prompt="a", seed=59)) is not None
    assert store.get(Recipe(prompt="a", seed=0)) is None


@pytest.mark.parametrize("damage", ["cut", "emptied", "removed", "swapped"])
def test_a_damaged_picture_is_dropped_and_can_be_kept_again(store, tmp_path, damage, caplog):
    store.put(RECIPE, draw())
    (file,) = (tmp_path / "store").rglob("*.val")
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-100])
    elif damage == "emptied":
        file.write_bytes(b"")
    elif damage == "swapped":
        file.write_bytes(b"<html>" * 999)
    else:
        file.unlink()
    with caplog.at_level(logging.WARNING):
        assert store.get(RECIPE) is None
    assert store.find_payload(RECIPE.id32) is None
    assert store.put(RECIPE, draw()) and store.get(RECIPE).png == draw()


def test_a_damaged_recipe_is_dropped(store, tmp_path):
    store.put(RECIPE, draw())
    with sqlite3.connect(tmp_path / "store" / "cache.db") as database:
        database.execute("UPDATE Cache SET value = '{}' WHERE key LIKE 'recipe/%'")
    assert store.get(RECIPE) is None and len(store) == 0


def test_a_pickle_in_the_database_is_never_loaded(store, tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    store.put(RECIPE, draw())
    with diskcache.Cache(str(tmp_path / "store"), disk=diskcache.Disk) as raw:
        raw.set(f"recipe/{RECIPE.id}", Trap())
    assert store.get(RECIPE) is None
    assert not (tmp_path / "sprung").exists()


def test_a_full_disk_costs_the_entry_only(store, monkeypatch, caplog):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(diskcache.Disk, "store", full)
    assert store.put(RECIPE, draw()) is False
    assert "No space left" in caplog.text


def test_a_damaged_database_costs_the_store_only(tmp_path, caplog):
    (tmp_path / "cache.db").write_bytes(b"this is no database" * 500)
    store = Store(tmp_path)
    assert store.put(RECIPE, draw()) is False and store.get(RECIPE) is None and len(store) == 0
    assert "nothing is kept" in caplog.text


def test_a_folder_that_cannot_be_made_costs_the_store_only(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert not Store(tmp_path / "file" / "store").enabled


def test_what_is_no_png_is_refused(store):
    with pytest.raises(ValueError, match="whole PNG"):
        store.put(RECIPE, draw()[:-4])


def test_the_environment_says_where_and_whether(monkeypatch, tmp_path):
    monkeypatch.setenv("EASEL_STORE", str(tmp_path / "here"))
    assert default_directory() == tmp_path / "here"
    store = open_store()
    assert store.put(RECIPE, draw()) and (tmp_path / "here" / "cache.db").exists()
    monkeypatch.setenv("EASEL_STORE", "off")
    store = open_store()
    assert not store.enabled and store.put(RECIPE, draw()) is False and store.get(RECIPE) is None
    monkeypatch.delenv("EASEL_STORE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert default_directory() == tmp_path / "cache" / "easel" / "store"
