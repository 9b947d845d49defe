"""Example run: python -m pytest tests/evaluation/test_parts.py"""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from pipeline.evaluation.judge import Judgement
from pipeline.evaluation.parts import COLOURS, JudgedPart, colour_shares, regions


def part(**colours: float) -> JudgedPart:
    return JudgedPart(Judgement(), 1, colours, (0.5, 0.5), (0, 0, 1, 1))


@pytest.mark.parametrize(
    ("colours", "asked", "whether"),
    [
        ({"red": 0.5, "blue": 0.3}, "red", True),
        ({"red": 0.3, "blue": 0.5}, "red", False),
        ({"red": 0.3, "black": 0.6}, "red", True),  # lines and eyes
        ({"red": 0.3, "black": 0.6}, "black", True),
        ({"red": 0.6, "black": 0.3}, "black", False),
        ({"red": 0.19}, "red", False),  # hardly any of it
        ({}, "red", False),
    ],
)
def test_a_thing_has_the_colour_that_covers_most_of_it(colours, asked, whether):
    assert part(**colours).is_coloured(asked) is whether


@pytest.mark.parametrize("name", COLOURS)
def test_every_shade_goes_by_its_own_name(name):
    shades = np.array([[int(shade[i : i + 2], 16) for i in (1, 3, 5)] for shade in COLOURS[name]], np.float32)
    shares = colour_shares(shades)
    assert shares[name] == pytest.approx(1) and set(shares) == set(COLOURS)


def test_shares_add_up_and_of_no_pixels_there_are_none():
    pixels = np.random.default_rng(0).uniform(0, 255, (500, 3)).astype(np.float32)
    assert sum(colour_shares(pixels).values()) == pytest.approx(1)
    assert colour_shares(np.zeros((0, 3), np.float32)) == {}


SEES = SimpleNamespace(top=1, judge_region=lambda foreground, box: Judgement((frozenset({str(box)}),)))


def drawn(*boxes) -> Image.Image:
    image = Image.new("RGB", (200, 200), "white")
    for box, colour in boxes:
        image.paste(colour, box)
    return image


def test_pieces_the_halves_beside_a_gap_and_the_whole_are_looked_at():
    found = {
        one.box: one for one in regions(SEES, drawn(((20, 40, 80, 160), "#d93636"), ((120, 60, 180, 140), "#2f6fd6")))
    }
    left, right = (20, 40, 80, 160), (120, 60, 180, 140)
    assert {left, right, (0, 0, 200, 200)} < set(found)
    halves = [box for box in found if box[1] == 0 and box[3] == 200 and box != (0, 0, 200, 200)]
    assert len(halves) == 2 and 80 <= halves[0][2] == halves[1][0] <= 120  # cut in the gap
    assert found[left].centre == pytest.approx((0.25, 0.5), abs=0.01)
    assert found[right].centre == pytest.approx((0.75, 0.5), abs=0.01)
    assert found[left].is_coloured("red") and found[right].is_coloured("blue")
    assert found[left].is_thing(frozenset({str(left)})) and not found[left].is_thing(frozenset({str(right)}))


def test_one_thing_is_not_cut_through_and_dirt_is_left_out():
    found = [one.box for one in regions(SEES, drawn(((30, 30, 170, 170), "#3fa34d"), ((185, 185, 190, 190), "black")))]
    assert (30, 30, 170, 170) in found
    assert not any(box[2] - box[0] < 50 for box in found)
    assert (0, 0, 200, 200) in found and (0, 0, 100, 200) not in found


def test_an_empty_picture_has_no_parts():
    assert regions(SEES, drawn()) == []
