"""The studio's store and files: what was drawn before answers at once, what leaves is signed last.

Example run: python -m pytest tests/serve/test_studio.py
"""

import io
import logging
import os
import threading
from dataclasses import replace

import diskcache
import pytest
from PIL import Image

from pipeline.provenance import credentials
from pipeline.provenance.credentials import available, read_credentials, without_credentials
from pipeline.recipe import Recipe, pixels_hash, pixels_sha256
from pipeline.recipe.files import FORMATS, read_recipe
from pipeline.scene.notes import Note
from pipeline.serve import examples
from pipeline.serve.render import Rendered, render
from pipeline.serve.store import PictureStore
from pipeline.serve.studio import Restored, Studio
from pipeline.watermark import default_key, verify
from tests.tiny import tiny_pipeline

WEIGHTS_HASH = "0123456789ab"
RECIPE = Recipe(prompt="a cat, 3d render", seed=7, weights_hash=WEIGHTS_HASH)
needs_c2pa = pytest.mark.skipif(not available(), reason="the optional package c2pa-python is not installed")


@pytest.fixture(scope="module")
def pipe():
    return tiny_pipeline()


@pytest.fixture
def store(tmp_path):
    store = PictureStore(tmp_path / "store")
    yield store
    store.close()


@pytest.fixture
def studio(pipe, store):
    return Studio(pipe, weights_hash=WEIGHTS_HASH, store=store)


def drawn(studio, recipe=RECIPE, **options):
    return [event for event in studio.draw(recipe, **options)][-1]


# The store


def test_examples_are_in_the_store_before_they_are_asked_for_and_their_files_come_back(studio, monkeypatch):
    monkeypatch.setattr(examples, "EXAMPLES", examples.EXAMPLES[:2])
    monkeypatch.setattr(examples, "SAMPLES", {})
    wall = examples.Wall(studio)
    assert not wall.paths()
    wall.start()
    wall.start()  # once is enough
    while not wall.is_done:
        assert wall.wait(len(wall.paths()), 60)
    for example in examples.EXAMPLES:
        assert isinstance(drawn(studio, studio.recipe(example.recipe)), Restored)
        wall.paths()[example].unlink()
        assert wall.paths()[example].is_file()


def test_a_recipe_drawn_before_answers_at_once_byte_for_byte_though_the_model_never_loads(studio, store, tmp_path):
    first = drawn(studio)
    assert not isinstance(first, Restored)
    store.close()
    never = threading.Event()
    store = PictureStore(tmp_path / "store")
    later = Studio(never.wait, weights_hash=WEIGHTS_HASH, store=store)
    (again,) = later.draw(RECIPE)
    assert isinstance(again, Restored) and again.png == first.png and again.recipe == RECIPE
    assert again.pixels_hash == first.pixels_hash == pixels_hash(again.image)
    store.close()


def test_a_series_answers_what_it_has_and_draws_the_rest(studio):
    drawn(studio)
    events = [drawn(studio, replace(RECIPE, seed=seed)) for seed in (6, 7, 8)]
    assert [isinstance(event, Restored) for event in events] == [False, True, False]


def test_fresh_draws_anew_and_gives_the_same_bytes(studio):
    first, again = drawn(studio), drawn(studio, fresh=True)
    assert not isinstance(again, Restored) and again.png == first.png


def test_shares_of_reference_pictures_are_kept_with_the_picture(studio, pipe):
    images = [Image.new("RGB", (48, 48), colour) for colour in ("red", "blue")]
    recipe = replace(RECIPE, image_hashes=tuple(map(pixels_sha256, images)), image_weights=(1.0, 3.0))
    first, again = drawn(studio, recipe, images=images), drawn(studio, recipe)
    assert isinstance(again, Restored) and again.image_weights == pytest.approx(first.image_weights)


def test_what_only_drawing_told_is_kept_with_the_picture(studio, pipe):
    note = Note("expression", "sad", "a cat")
    parsed = pipe.read_prompt(RECIPE.prompt, seed=RECIPE.seed)
    told = replace(parsed, notes=(*parsed.notes, note))
    first = drawn(studio)
    studio._keep(replace(first, reading=told))
    again = drawn(studio)
    assert isinstance(again, Restored) and again.reading.notes == (*parsed.notes, note)


def test_other_weights_or_another_key_are_another_picture(studio, pipe, store, monkeypatch):
    drawn(studio)
    assert studio.restore(replace(RECIPE, weights_hash="ffffffffffff")) is None
    monkeypatch.setenv("EASEL_WATERMARK_KEY", "another secret of many bytes")
    assert studio.restore(RECIPE) is None
    again = drawn(studio)
    assert not isinstance(again, Restored) and verify(again.image).key_id == store.get(RECIPE).key_id


def test_weights_without_a_name_are_never_answered_from_the_store(pipe, store):
    studio = Studio(pipe, store=store)
    for _ in range(2):
        assert not isinstance(drawn(studio, replace(RECIPE, weights_hash="")), Restored)
    assert len(store) == 0


def test_a_store_that_fails_costs_no_picture(studio, pipe, monkeypatch, caplog):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(diskcache.Disk, "store", full)
    for _ in range(3):
        picture = drawn(studio)
        assert isinstance(picture, Rendered) and not isinstance(picture, Restored)
    assert len([record for record in caplog.records if "No space left" in record.getMessage()]) == 1


def test_a_store_that_is_no_database_costs_no_picture(pipe, tmp_path):
    store = PictureStore(tmp_path)
    store.directory.mkdir(parents=True)
    (store.directory / "cache.db").write_bytes(b"no database at all" * 999)
    studio = Studio(pipe, weights_hash=WEIGHTS_HASH, store=store)
    assert not isinstance(drawn(studio), Restored) and isinstance(drawn(studio), Restored)
    store.close()


def test_what_the_safety_screen_refuses_today_is_not_handed_out_from_yesterday(studio, store):
    refused = replace(RECIPE, prompt="a nude woman")
    store.put(refused, drawn(studio).png, key_id=default_key().key_id)
    assert store.get(refused) is not None and studio.restore(refused) is None
    with pytest.raises(ValueError, match="nudity"):
        drawn(studio, refused)


def test_without_a_store_everything_is_drawn(pipe):
    studio = Studio(pipe, weights_hash=WEIGHTS_HASH)
    assert [isinstance(drawn(studio), Restored) for _ in range(2)] == [False, False]


# The files


@needs_c2pa
def test_what_leaves_is_signed_last_with_mark_and_recipe_in_it(studio):
    picture = drawn(studio)
    path = studio.save(picture)
    for file_format in FORMATS:
        file = studio.files.download(path, picture.recipe, file_format)
        data = file.read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            assert image.format.lower() == file_format
            assert read_recipe(image) == RECIPE and verify(image).payload == RECIPE.id32
            assert file_format in ("jpeg", "avif") or pixels_hash(image) == picture.pixels_hash
        found = read_credentials(data)
        assert (found.state, found.generated) == ("Trusted", True)
        assert found.mark == f"{default_key().key_id}:{RECIPE.id32:08x}"
        assert studio.files.download(path, picture.recipe, file_format).read_bytes() == data, "signed once"
    assert without_credentials(path.read_bytes()) == picture.png


def test_the_same_picture_is_the_same_file_and_another_one_has_a_name_of_its_own(studio):
    picture = drawn(studio)
    first, again = studio.save(picture), studio.save(picture)
    data = first.read_bytes()
    assert first == again and first.name.startswith("easel-7-") and "cat" not in first.name
    other = studio.save(replace(picture, png=render(tiny_pipeline(seed=1), RECIPE).png))
    assert other != first and first.read_bytes() == data


def test_a_file_that_is_gone_comes_from_the_store_or_is_said_to_be_gone(studio):
    picture = drawn(studio)
    path = studio.save(picture)
    path.unlink()
    with Image.open(studio.files.download(path, RECIPE, "webp")) as image:
        assert pixels_hash(image) == picture.pixels_hash
    path.unlink()
    studio.store.drop(RECIPE.id)
    path.with_suffix(".webp").unlink()
    with pytest.raises(ValueError, match="no longer kept here"):
        studio.files.download(path, RECIPE, "webp")


def test_another_format_is_refused_in_words(studio):
    path = studio.save(drawn(studio))
    with pytest.raises(ValueError, match="one of png, jpeg, webp, avif, not 'gif'"):
        studio.files.download(path, RECIPE, "gif")


def test_without_the_package_files_leave_unsigned(studio, monkeypatch):
    monkeypatch.setattr(credentials.importlib.util, "find_spec", lambda name: None)
    picture = drawn(studio)
    assert studio.save(picture).read_bytes() == picture.png


@needs_c2pa
def test_a_certificate_that_is_none_costs_the_signature_and_is_said_once(studio, monkeypatch, tmp_path, caplog):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "certificate.pem").write_text("no certificate", encoding="utf-8")
    (tmp_path / "bad" / "key.pem").write_text("no key", encoding="utf-8")
    monkeypatch.setenv("EASEL_CREDENTIALS", str(tmp_path / "bad"))
    with caplog.at_level(logging.ERROR):
        for seed in (1, 2):
            picture = drawn(studio, replace(RECIPE, seed=seed))
            assert studio.save(picture).read_bytes() == picture.png
    assert len(caplog.records) == 1 and "without Content Credentials" in caplog.text
    assert not studio.files.signs


def test_all_files_go_with_their_age(pipe):
    studio = Studio(pipe, weights_hash=WEIGHTS_HASH, kept_seconds=0)
    picture = drawn(studio)
    path = studio.save(picture)
    for file in (path, studio.files.download(path, RECIPE, "jpeg")):
        os.utime(file, (0, 0))
    studio.files.sweep()
    assert list(studio.folder.iterdir()) == []


def test_a_visitor_who_leaves_stops_every_search_of_theirs(studio):
    mine, search, other = studio.start("me"), studio.start("me/verify"), studio.start("me too")
    studio.leave("me")
    assert mine.is_set() and search.is_set() and not other.is_set()
