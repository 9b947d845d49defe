"""Example run: python -m pytest tests/data/test_cutouts.py"""

import io
import json
import logging
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.data.cutouts import load_cutouts


def disc(colour, size=(40, 20)):
    image = Image.new("RGBA", size)
    ImageDraw.Draw(image).ellipse((0, 0, size[0] - 1, size[1] - 1), fill=colour)
    return image


def write_zip(path, rows, pictures):
    with zipfile.ZipFile(path, "w") as archive:
        for name, picture in pictures.items():
            stream = io.BytesIO()
            if isinstance(picture, bytes):
                archive.writestr(name, picture)
                continue
            picture.save(stream, "PNG")
            archive.writestr(name, stream.getvalue())
        archive.writestr("metadata.jsonl", "\n".join(json.dumps(row) for row in rows))
    return path


@pytest.fixture
def shards(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    rows = [
        {"file_name": "a.png", "text": "red disc", "tier": "core", "aliases": ["blob: red"], "keywords": ["ball"],
         "colours": ["red", "white"], "colour_frac": [0.9, 0.1]},
        {"file_name": "b.png", "text": "blue disc", "tier": "extra", "concept": "disc",
         "colours": ["blue"], "colour_frac": [0.4]},
    ]  # fmt: skip
    write_zip(folder / "drawn.zip", rows, {"a.png": disc("red"), "b.png": disc("blue", (16, 16))})
    (folder / "styles.json").write_text(json.dumps({"drawn": {"style": ["ink", "ink drawing"]}}), encoding="utf-8")
    return folder


def test_rows_become_records_with_their_pixels(shards, tmp_path):
    loaded = load_cutouts(shards, size=32, cache=tmp_path / "cache")
    red, blue = loaded.cutouts
    assert loaded.pixels.shape == (2, 32, 32, 4) and loaded.pixels.dtype == np.uint8
    assert (red.phrase, red.concept, red.source, red.styles) == (
        "red disc",
        "red disc",
        "drawn",
        ("ink", "ink drawing"),
    )
    assert (red.aliases, red.keywords, red.colour, red.tier) == (("blob",), ("ball",), "red", "core")
    assert (blue.concept, blue.colour) == ("disc", None)  # blue covers no more than half
    assert not red.opaque and loaded.by_source == {"drawn": [red, blue]}


def test_names_of_dropped_copies_are_aliases(tmp_path):
    rows = [{"file_name": "a.png", "text": "guard", "aliases": ["sentry: x"], "also": ["man guard", "sentry"]}]
    path = write_zip(tmp_path / "drawn.zip", rows, {"a.png": disc("red")})
    (guard,) = load_cutouts(path, size=32, cache=tmp_path / "cache").cutouts
    assert guard.aliases == ("sentry", "man guard")


def test_pictures_are_scaled_to_fit_and_centred(shards, tmp_path):
    pixels = load_cutouts(shards, size=32, cache=tmp_path / "cache").pixels
    assert Image.fromarray(np.asarray(pixels[0])).getchannel("A").point(lambda a: 255 * (a > 127)).getbbox() == (
        0,
        8,
        32,
        24,
    )
    assert tuple(pixels[0, 16, 16]) == (255, 0, 0, 255) and pixels[0, 2, 16, 3] == 0


def test_only_the_wanted_tiers_are_read(shards, tmp_path):
    loaded = load_cutouts(shards, size=32, tiers=("extra",), cache=tmp_path / "cache")
    assert [row.text for row in loaded.cutouts] == ["blue disc"] and len(loaded.pixels) == 1


def test_pixels_are_decoded_once(shards, tmp_path):
    first = load_cutouts(shards, size=32, cache=tmp_path / "cache")
    rows = [
        {"file_name": "a.png", "text": "red disc", "tier": "core"},
        {"file_name": "b.png", "text": "b", "tier": "extra"},
    ]
    write_zip(shards / "drawn.zip", rows, {"a.png": b"no longer", "b.png": b"pictures"})
    again = load_cutouts(shards, size=32, cache=tmp_path / "cache")
    assert np.array_equal(first.pixels, again.pixels) and len(again.cutouts) == 2
    assert not list((tmp_path / "cache").glob("*.partial"))


def test_a_picture_that_cannot_be_decoded_is_dropped_and_named(shards, tmp_path, caplog):
    rows = [{"file_name": name, "text": name} for name in ("bad.png", "good.png", "gone.png")]
    write_zip(shards / "drawn.zip", rows, {"bad.png": b"not a picture", "good.png": disc("green")})
    with caplog.at_level(logging.WARNING):
        loaded = load_cutouts(shards, size=32, cache=tmp_path / "cache")
    assert [row.text for row in loaded.cutouts] == ["good.png"]
    assert loaded.pixels[loaded.cutouts[0].index, 16, 16, 1] > 100  # the record still finds its own pixels
    assert "bad.png" in caplog.text and "gone.png" in caplog.text


def test_a_folder_of_plain_captioned_pictures_is_read_as_whole_pictures(tmp_path):
    folder = tmp_path / "holiday"
    folder.mkdir()
    Image.new("RGB", (50, 30), "navy").save(folder / "sea.jpg")
    (folder / "metadata.jsonl").write_text('{"file_name": "sea.jpg", "text": "the sea at night"}\n', encoding="utf-8")
    (row,) = load_cutouts(folder, size=16, cache=tmp_path / "cache").cutouts
    assert row.opaque and row.text == "the sea at night" and row.source == "holiday"


def test_one_zip_may_be_given_alone(shards, tmp_path):
    assert len(load_cutouts(shards / "drawn.zip", size=32, cache=tmp_path / "cache").cutouts) == 2


def test_wrong_folders_are_refused_with_the_reason(tmp_path):
    with pytest.raises(FileNotFoundError, match="does not exist"):
        load_cutouts(tmp_path / "nowhere", cache=tmp_path / "cache")
    with pytest.raises(ValueError, match="metadata.jsonl"):
        load_cutouts(tmp_path, cache=tmp_path / "cache")
