"""Example run: pytest tests/data/test_degrade.py"""

import numpy as np
import pytest
from PIL import Image

from pipeline.data.degrade import DEGRADATIONS, GRADES, degrade
from tests.data.pictures import drawing


def damaged(kind: str, grade: int, image: Image.Image | None = None, seed: int = 0, **more) -> Image.Image:
    return degrade(image or drawing(3, side=120), kind, grade, np.random.default_rng(seed), **more)


def error(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(np.asarray(one, dtype=float) - np.asarray(other, dtype=float)).mean())


@pytest.mark.parametrize("kind", ["jpeg", "blur", "low_resolution", "noise", "clutter"])
def test_a_higher_grade_is_worse_and_the_size_stays(kind):
    image = drawing(3, side=120)
    worse = [damaged(kind, grade) for grade in GRADES]
    assert {one.size for one in worse} == {(120, 120)} and {one.mode for one in worse} == {"RGB"}
    errors = [error(one, image) for one in worse]
    assert 0 < errors[0] < errors[1] < errors[2]


def test_a_bad_crop_keeps_a_corner_and_less_of_it_the_worse():
    image = Image.fromarray(np.indices((100, 200)).sum(0).astype(np.uint8)).convert(
        "RGB"
    )  # each pixel tells its place
    shares = []
    for grade in GRADES:
        crop = np.asarray(damaged("bad_crop", grade, image))[..., 0].astype(int)
        top_left = crop[0, 0]
        rows, columns = np.indices(crop.shape)
        assert np.array_equal(crop, (top_left + rows + columns) % 256)  # a piece of the picture as it was
        shares.append(crop.shape)
    assert shares == [(62, 124), (45, 90), (30, 60)]


@pytest.mark.parametrize("kind", DEGRADATIONS)
def test_damage_is_a_function_of_the_generator(kind):
    first, again = (damaged(kind, 2) for _ in range(2))
    assert first.tobytes() == again.tobytes()
    if kind not in ("jpeg", "blur"):
        assert any(damaged(kind, 2, seed=seed).tobytes() != first.tobytes() for seed in (1, 2, 3))


def test_what_is_transparent_lies_on_white_and_the_picture_stays_as_it_was():
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert damaged("blur", 3, image).getextrema() == ((255, 255),) * 3
    assert image.getpixel((0, 0)) == (0, 0, 0, 0)


def test_clutter_is_made_of_other_pictures_where_there_are_some():
    white, red = Image.new("RGB", (60, 60), "white"), Image.new("RGB", (60, 60), "red")
    assert error(damaged("clutter", 3, white), white) == 0
    assert (np.asarray(damaged("clutter", 3, white, others=[red])) == (255, 0, 0)).all(-1).mean() > 0.1


@pytest.mark.parametrize(("kind", "grade"), [("rust", 1), ("blur", 0), ("blur", 4)])
def test_another_kind_or_grade_is_refused(kind, grade):
    with pytest.raises(ValueError, match="`kind` is one of .*'clutter'.*`grade` of .*got '" + kind):
        damaged(kind, grade)
