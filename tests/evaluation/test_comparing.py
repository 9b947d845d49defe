"""Copies are looked for in test_variety.py. Example run: python -m pytest tests/evaluation/test_comparing.py"""

import numpy as np
import pytest
from PIL import Image

from pipeline.evaluation.comparing import GROUND, difference, muddy_share, own_box


def drawn(*boxes, ground: str = "white", side: int = 128) -> Image.Image:
    image = Image.new("RGB", (side, side), ground)
    for colour, box in boxes:
        image.paste(colour, box)
    return image


THING = ("#b03020", (30, 20, 80, 110)), ("#2060c0", (40, 60, 70, 100))


def test_difference_is_in_grey_levels_and_the_same_both_ways():
    a, b = np.zeros((4, 4, 3)), np.zeros((4, 4, 3))
    b[:2] = 10.0
    assert difference(a, b) == difference(b, a) == 5.0 and difference(a, a) == 0


@pytest.mark.parametrize("ground", ["#a9d8f5", "#111111", "#ffd94a"])
def test_another_ground_is_no_other_thing(ground):
    assert difference(own_box(drawn(*THING)), own_box(drawn(*THING, ground=ground))) < 3


def test_another_thing_is():
    other = drawn(("#b03020", (30, 20, 80, 110)), ("#20a040", (40, 60, 70, 100)))
    assert difference(own_box(drawn(*THING)), own_box(other)) > 6


def test_a_box_is_square_and_beside_the_thing_lies_light_grey():
    box = own_box(drawn(*THING), 32)
    assert box.shape == (32, 32, 3)
    assert box[16, 0] == pytest.approx([255 * GROUND] * 3, abs=0.5)  # the thing is taller than it is wide
    assert box[3, 16] == pytest.approx([0xB0, 0x30, 0x20], abs=3)


@pytest.mark.parametrize("colours", [1, 3, 5])
def test_few_colours_are_not_muddy_whatever_they_are(colours):
    bands = [(f"#{40 * n:02x}{200 - 30 * n:02x}60", (20, 20 + 16 * n, 100, 36 + 16 * n)) for n in range(colours)]
    assert muddy_share(drawn(*bands)) < 0.1


def test_nothing_is_not_muddy():
    assert muddy_share(drawn()) == 0.0 and own_box(drawn()) is None
