"""Example run: python -m pytest tests/evaluation/test_real_pictures.py"""

import random
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageColor

from pipeline.data.scenes import BACKGROUNDS, COUNT_LAYOUTS
from pipeline.evaluation.real_pictures import HARMS, compose_real, jpeg, through, vanishes, warp

RED, BLUE = (200, 20, 20), (20, 20, 200)


def cutout(*colour: int, box=(8, 8, 24, 24)) -> np.ndarray:
    pixels = np.zeros((32, 32, 4), np.uint8)
    pixels[box[1] : box[3], box[0] : box[2]] = (*colour, 255)
    return pixels


@pytest.mark.parametrize(
    ("colour", "ground", "whether"),
    [((255, 255, 255), "white", True), ((255, 255, 255), "black", False), ((230, 255, 255), "white", True),
     ((210, 255, 255), "white", False)],
)  # fmt: skip
def test_a_thing_of_the_grounds_colour_vanishes(colour, ground, whether):
    assert vanishes(cutout(*colour), ground) is whether


def test_a_thing_vanishes_where_much_of_it_does_and_nothing_always_does():
    pixels = cutout(*RED)
    pixels[8:24, 8:12] = (255, 255, 255, 255)  # a quarter
    assert not vanishes(pixels, "white")
    pixels[8:24, 8:14] = (255, 255, 255, 255)  # three eighths
    assert vanishes(pixels, "white")
    assert vanishes(np.zeros((32, 32, 4), np.uint8), "black")


def composed(*colours, layout="single", ground="white", seed=0, **more) -> np.ndarray:
    things = tuple(SimpleNamespace(pixels=cutout(*colour)) for colour in colours)
    image = compose_real(lambda row: row.pixels, things, ground, layout, random.Random(seed), size=128, **more)
    return np.asarray(image).astype(int)


def middle(picture: np.ndarray, colour) -> tuple[float, float]:
    """Of what has a colour: x and y, of the side."""
    rows, columns = (np.abs(picture - colour).max(-1) < 30).nonzero()
    return float(columns.mean()) / 128, float(rows.mean()) / 128


def test_one_thing_stands_in_the_middle_and_as_large_as_its_alpha():
    for seed in range(5):
        picture = composed(RED, seed=seed)
        assert middle(picture, RED) == pytest.approx((0.5, 0.5), abs=0.04)
        side = (np.abs(picture - RED).max(-1) < 60).any(0).sum() / 128
        assert 0.57 < side < 0.91
    assert composed(RED, ground="pink")[0, 0].tolist() == list(ImageColor.getrgb(BACKGROUNDS["pink"]))


@pytest.mark.parametrize("count", COUNT_LAYOUTS)
def test_so_many_stand_where_scenes_have_them(count):
    picture = composed(RED, layout="count", count=count)
    for x, y in COUNT_LAYOUTS[count][0]:
        assert np.abs(picture[round(y * 128), round(x * 128)] - RED).max() < 5
    covered = (np.abs(picture - RED).max(-1) < 60).mean()
    assert covered == pytest.approx(count * (0.97 * COUNT_LAYOUTS[count][1]) ** 2, rel=0.1)


@pytest.mark.parametrize(("layout", "axis"), [("left-right", 0), ("above-below", 1)])
def test_the_first_of_two_is_left_or_above(layout, axis):
    picture = composed(RED, BLUE, layout=layout)
    first, second = middle(picture, RED), middle(picture, BLUE)
    assert first[axis] == pytest.approx(0.28, abs=0.02) and second[axis] == pytest.approx(0.72, abs=0.02)
    assert first[1 - axis] == pytest.approx(0.5, abs=0.02) == second[1 - axis]


def test_a_picture_is_a_function_of_its_chance():
    assert np.array_equal(composed(RED, seed=3), composed(RED, seed=3))
    assert not np.array_equal(composed(RED, seed=3), composed(RED, seed=4))


def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))


def off(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)).mean())


def test_harm_grows_as_it_is_asked_to():
    image = noise()
    assert off(jpeg(image, 95), image) < off(jpeg(image, 20), image)
    assert off(through(image, 32), image) < off(through(image, 8), image)
    assert through(image, 64).tobytes() == image.tobytes()
    bent = [off(warp(image, amount, random.Random(1)), image) for amount in (0.0, 0.003, 0.02)]
    assert bent[0] < 1 < bent[1] < bent[2]


@pytest.mark.parametrize("name", HARMS)
def test_every_harm_gives_a_picture_of_the_same_size_and_leaves_the_given_one_alone(name):
    image = noise()
    before = image.tobytes()
    harmed = HARMS[name](image, random.Random(0))
    assert harmed.size == (64, 64) and harmed.mode == "RGB" and image.tobytes() == before


def test_the_worst_harms_leave_half_or_nothing():
    image = Image.new("RGB", (64, 64), "white")
    image.paste("red", (10, 10, 54, 54))
    half = np.asarray(HARMS["half missing"](image, random.Random(0)))
    assert (half[:, 32:] == 255).all() and np.array_equal(half[:, :32], np.asarray(image)[:, :32])
    assert HARMS["blank"](image, random.Random(0)).getextrema() == ((255, 255),) * 3
