"""Example run: python -m pytest tests/evaluation/test_variety.py"""

import random

import numpy as np
import pytest
from PIL import Image

from pipeline.evaluation.comparing import COPY, difference, muddy_share, nearest_copy, own_box
from pipeline.evaluation.judge import load_judge
from pipeline.evaluation.real_pictures import compose_real
from pipeline.evaluation.variety import (
    measure,
    muddy_by_style,
    of_the_same_things,
    prompt_cases,
    reference_cases,
    table,
)
from tests.evaluation.cutout_zip import write_cutouts


class Told:
    """Says the style that it was told."""

    def __init__(self, style):
        self.says = style

    def style(self, image):
        return self.says


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    folder = tmp_path_factory.mktemp("variety")
    return load_judge(write_cutouts(folder / "pictures"), cache=folder / "cache")


def real_of(judge, case, seed):
    return compose_real(judge.pixels, (case.row,), case.ground, "single", random.Random(seed))


def test_the_same_drawing_every_time_is_right_but_does_not_vary(judge):
    cases = prompt_cases(judge, 3)
    asked = iter([case for case in cases for _ in range(case.seeds)])
    found = measure("same", cases, lambda *_: real_of(judge, next(asked), 1), judge, Told("flat shape"))
    assert found.pictures == 24 and found.right == found.right_by_pixels == found.copies == found.same == 1
    assert found.difference < 1 and 0 < found.style < 1
    assert "| same" in table([found])


def test_other_things_every_time_vary_but_are_wrong(judge):
    cases = prompt_cases(judge, 2)
    wrong = {"red disc", "blue cross", "green ring"} - {case.row.concept for case in cases}
    rows = [row for row in judge.rows if row.concept.split()[1] not in {case.row.concept.split()[1] for case in cases}]
    turns = iter(range(1000))

    def draw(prompt, images, seed):
        row = rows[next(turns) % len(rows)]
        return compose_real(judge.pixels, (row,), "white", "single", random.Random(seed))

    found = measure("other", cases, draw, judge, Told(None))
    assert wrong and found.difference > 10 and found.right_by_pixels < 0.5 and found.style == 0


def test_references_are_no_pictures_that_were_taught(judge):
    for case in reference_cases(judge, 3, styles=["flat shape"], count=2):
        assert len(case.images) == 2 and case.style == case.prompt == "flat shape"
        assert all(nearest_copy(judge, image)[0] > COPY for image in case.images)


def test_a_copy_is_found_even_when_it_is_mirrored(judge):
    case = prompt_cases(judge, 1)[0]
    image = real_of(judge, case, 3)
    for one in (image, image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)):
        assert nearest_copy(judge, one)[0] < COPY
    assert nearest_copy(judge, Image.new("RGB", (64, 64), "white")) == (255.0, "")


def test_place_and_size_are_no_difference():
    pictures = []
    for box in ((20, 20, 84, 84), (100, 60, 228, 188)):
        picture = Image.new("RGB", (256, 256), "#a9d8f5")
        picture.paste("#b03020", box)
        pictures.append(own_box(picture))
    assert difference(*pictures) < 2
    assert own_box(Image.new("RGB", (64, 64), "red")) is None


def test_gradients_are_muddy_and_few_colours_are_not():
    flat = Image.new("RGB", (128, 128), "white")
    flat.paste("#d02020", (20, 20, 60, 100))
    flat.paste("#2020d0", (60, 20, 100, 100))
    noise = flat.copy()
    speckled = np.random.default_rng(0).integers(0, 256, (80, 80, 3)).astype(np.uint8)
    noise.paste(Image.fromarray(speckled), (20, 20))
    assert muddy_share(flat) < 0.05 < 0.3 < muddy_share(noise)


def test_muddy_pixels_are_compared_on_the_same_things():
    real = [
        {"prompt": "a bouquet, flat", "asked": "flat", "muddy": 0.4},
        {"prompt": "a bouquet, flat", "asked": "3d", "muddy": 0.6},  # by an artist of another style
        {"prompt": "a snowflake, 3d", "asked": "flat", "muddy": 0.0},
        {"prompt": "a snowflake, 3d", "asked": "3d", "muddy": 0.1},
    ]
    ours = [{"prompt": "a bouquet, flat", "asked": "flat", "muddy": 0.4} for _ in range(8)]
    ours += [{"prompt": "a snowflake, 3d", "asked": "3d", "muddy": 0.2} for _ in range(8)]
    same = muddy_by_style(of_the_same_things(real, ours))
    assert same == {"flat": 0.4, "3d": 0.1}
    assert muddy_by_style(real) == {"flat": 0.2, "3d": 0.35}
