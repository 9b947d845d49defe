"""Example run: python -m pytest tests/evaluation/test_style.py"""

import random

import numpy as np
import pytest

from pipeline.data.cutouts import Cutout
from pipeline.evaluation.real_pictures import compose_real
from pipeline.evaluation.shapes import turn_hue
from pipeline.evaluation.style import StyleJudge, confusion, family, is_held_out
from pipeline.watermark import embed
from pipeline.watermark.embed import LATEST

NAMES = [f"thing {number}" for number in range(30)]


def pixels_of(row: Cutout) -> np.ndarray:
    """A disc of a colour of its own: "flat" in one tone, "inked" with stripes."""
    generator = np.random.default_rng(NAMES.index(row.concept))
    places = np.arange(64)
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[..., :3] = generator.integers(90, 250, 3)
    if row.source == "inked":
        pixels[places % 8 < 3, :, :3] = pixels[0, 0, :3] // 3
    pixels[..., 3] = 255 * (np.hypot(*np.meshgrid(places - 31.5, places - 31.5)) < 31)
    return pixels


@pytest.fixture(scope="module")
def rows():
    return [
        Cutout(n, f"{source}/{name}", name, name, name, source, (f"{source} look",))
        for source in ("flat", "inked")
        for n, name in enumerate(NAMES)
    ]


@pytest.fixture(scope="module")
def judge(rows, tmp_path_factory):
    return StyleJudge.fit(rows, pixels_of, cache=tmp_path_factory.mktemp("style"))


def real(rows, degrees=0.0):
    held_out = [row for row in rows if is_held_out(row.concept)] or rows[::7]
    return [
        (row.styles[0], embed(compose_real(lambda own: turn_hue(pixels_of(own), degrees), (row,), "white", "single",
                                           random.Random(1)), version=LATEST))
        for row in held_out
    ]  # fmt: skip


def test_styles_of_things_that_were_never_seen_are_told_apart_in_any_colour(judge, rows):
    for degrees in (0.0, 150.0):
        table = confusion(judge, real(rows, degrees))
        assert table[-1][0] == "all" and float(table[-1][2].rstrip("%")) >= 90


def test_an_empty_picture_has_no_style(judge, rows):
    from PIL import Image

    assert judge.style(Image.new("RGB", (128, 128), "white")) is None


def test_what_was_learnt_is_read_back(rows, tmp_path):
    first, second = (StyleJudge.fit(rows, pixels_of, cache=tmp_path) for _ in range(2))
    image = real(rows)[0][1]
    assert first.shares(image) == second.shares(image) and len(list(tmp_path.iterdir())) == 1


def test_one_style_is_refused(rows, tmp_path):
    with pytest.raises(ValueError, match="two styles"):
        StyleJudge.fit(rows[:8], pixels_of, cache=tmp_path)


def test_families_hold_what_looks_alike():
    assert family("3d render") == family("gradient vector") != family("flat sticker") and family("x") == "x"
