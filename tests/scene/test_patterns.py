"""Dots, stripes and checks on a layer. Example run: python -m pytest tests/scene/test_patterns.py"""

import pytest
import torch

from pipeline.scene.parts import recolour_part
from pipeline.scene.patterns import pattern_share

WHITE = torch.tensor([1.0, 1.0, 1.0])


def shirt(side: int = 128) -> torch.Tensor:
    """A blue square (4, side, side) with a red one in its middle, on nothing."""
    layer = torch.zeros(4, side, side)
    inside = slice(side // 8, -side // 8)
    layer[2, inside, inside], layer[3, inside, inside] = 0.9, 1.0
    middle = slice(7 * side // 16, 9 * side // 16)
    layer[:3, middle, middle] = torch.tensor([0.9, 0.1, 0.1])[:, None, None]
    return 2 * layer - 1


@pytest.mark.parametrize("word", ["dots", "stripes", "checks", "spots"])
def test_a_pattern_covers_a_part_of_the_main_colour_and_nothing_else(word):
    share = pattern_share(word, "t-shirt", shirt())
    assert share is not None
    assert 0.05 < float(share[16:-16, 16:-16].mean()) < 0.6
    assert not share[:16].any() and not share[58:70, 58:70].any()


def test_dots_are_round_and_stripes_run_across():
    dots, stripes = (pattern_share(word, "t-shirt", shirt(256)) for word in ("dots", "stripes"))
    assert dots is not None and stripes is not None
    rows = stripes[:, 40:100]
    assert float((rows.amax(1) - rows.amin(1)).max()) < 0.02
    assert float((dots[40:100].amax(1) - dots[40:100].amin(1)).min()) >= 0 and dots.max() == 1


def test_what_has_a_pattern_of_its_own_keeps_it():
    assert pattern_share("dots", "mushroom", shirt()) is None
    assert pattern_share("roof", "house", shirt()) is None


def test_a_part_that_is_a_pattern_is_painted_with_it():
    painted = recolour_part(shirt(), "dots", WHITE, "t-shirt")
    light = painted[1] > 0.6
    assert light.sum() > 300 and not light[58:70, 58:70].any()


def test_nothing_has_no_pattern():
    empty = -torch.ones(4, 32, 32)
    assert torch.equal(recolour_part(empty, "stripes", WHITE, "t-shirt"), empty)
