"""Example run: pytest tests/data/test_safety.py"""

import numpy as np
from PIL import Image

from pipeline.data.record import ImageRecord, ImageSource
from pipeline.data.safety import harmless_captions, screen_pictures, screen_records
from pipeline.safety import PictureScreen
from tests.data.pictures import record_of


def _embed(texts: list[str]) -> np.ndarray:
    """Two directions: unsafe words and everything else."""
    rows = [[1.0, 0.0] if any(w in t for w in ("gruesome", "corpse")) else [0.0, 1.0] for t in texts]
    return np.array(rows)


def test_captions_are_dropped_by_category():
    source = ImageSource("a")
    records = [
        ImageRecord("a", source, "a cat"),
        ImageRecord("b", source, "a nude"),
        ImageRecord("c", source).drop("x", "y"),
    ]
    assert [record.dropped and record.dropped.reason for record in screen_records(records)] == [
        None,
        "caption: sexual",
        "y",
    ]


def _pictures(folder, *colours: str, text: str = "a cat") -> list[ImageRecord]:
    return [record_of(folder / f"{name}.png", Image.new("RGB", (8, 8), name), text=text) for name in colours]


def _embed_images(images: list[Image.Image]) -> np.ndarray:
    """Red pictures lie where unsafe words do; grey ones half way."""
    places = {(255, 0, 0): [1.0, 0.0], (128, 128, 128): [0.5**0.5, 0.5**0.5]}
    return np.array([places.get(image.getpixel((0, 0)), [0.0, 1.0]) for image in images])


def test_pictures_are_screened_by_their_embedding_whatever_the_caption_says(tmp_path):
    records = _pictures(tmp_path, "red", "blue", "gray")
    screen = PictureScreen.make(_embed, harmless=harmless_captions(records))
    records[1] = records[1].drop("x", "y")
    found = list(screen_pictures(records, screen=screen, embed_images=_embed_images))
    assert [record.dropped and record.dropped.reason for record in found] == ["picture: graphic_violence", "y", None]


def test_a_concept_has_to_be_nearer_than_every_caption_that_passed(tmp_path):
    records = _pictures(tmp_path, "red")
    passed = _pictures(tmp_path, "blue", text="a gruesome but harmless thing")
    screen = PictureScreen.make(_embed, harmless=harmless_captions([*records, *passed]))
    (found,) = screen_pictures(records, screen=screen, embed_images=_embed_images)
    assert found.dropped is None
    refused = [record.drop("safety", "caption: graphic_violence") for record in passed]
    screen = PictureScreen.make(
        _embed, harmless=harmless_captions([*records, *refused])
    )  # what was refused vouches for nothing
    (found,) = screen_pictures(records, screen=screen, embed_images=_embed_images)
    assert found.dropped.reason == "picture: graphic_violence"


def test_a_file_without_concepts_screens_no_picture(tmp_path):
    (tmp_path / "own.json").write_text('{"categories": [{"name": "a", "explanation": "b", "words": ["c"]}]}')
    records = _pictures(tmp_path, "red")
    screen = PictureScreen.make(_embed, harmless=harmless_captions(records), categories_file=tmp_path / "own.json")
    assert list(screen_pictures(records, screen=screen, embed_images=_embed_images)) == records


def test_a_picture_that_is_gone_is_dropped(tmp_path):
    records = _pictures(tmp_path, "blue")
    (tmp_path / "blue.png").unlink()
    screen = PictureScreen.make(_embed, harmless=harmless_captions(records))
    (found,) = screen_pictures(records, screen=screen, embed_images=_embed_images)
    assert found.dropped.reason == "cannot be read"
