"""Example run: python -m pytest tests/evaluation/test_quality.py"""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from pipeline.evaluation.quality import QUALITIES, picture_qualities, summarise


def disc(box=(70, 70, 186, 186)):
    image = Image.new("RGB", (256, 256), "#a9d8f5")
    ImageDraw.Draw(image).ellipse(box, fill="#d93636")
    return image


def noisy(image, strength):
    noise = np.random.default_rng(0).normal(0, strength, (256, 256, 3))
    return Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))


def test_blur_lowers_sharpness_and_nothing_else():
    sharp, soft = (picture_qualities(image) for image in (disc(), disc().filter(ImageFilter.GaussianBlur(3))))
    assert sharp["edge sharpness"] > 0.9 and soft["edge sharpness"] < 0.3
    assert sharp["ground unrest"] == 0 and soft["ground unrest"] < 0.5 and sharp["cut off"] == soft["cut off"] == 0


def test_ground_unrest_is_the_deviation_in_grey_levels():
    assert picture_qualities(noisy(disc(), 4))["ground unrest"] == pytest.approx(4, abs=0.5)


def test_a_thing_that_leaves_the_picture_is_cut_off():
    assert picture_qualities(disc((150, 60, 290, 200)))["cut off"] == 1
    assert picture_qualities(disc((20, 20, 236, 236)))["cut off"] == 0


def test_an_empty_picture_has_no_edges():
    values = picture_qualities(Image.new("RGB", (256, 256), "white"))
    assert values == {"edge sharpness": 0, "ground unrest": 0, "cut off": 0}


def test_the_summary_takes_medians_and_the_share_cut_off():
    values = [
        {"edge sharpness": s, "ground unrest": 0.0, "cut off": c} for s, c in ((1.0, 0.0), (2.0, 1.0), (9.0, 0.0))
    ]
    summary = summarise(values)
    assert (
        summary["edge sharpness"] == 2
        and summary["cut off"] == pytest.approx(1 / 3)
        and set(summary) == set(QUALITIES)
    )
    with pytest.raises(ValueError, match="no pictures"):
        summarise([])
