"""Example run: python -m pytest tests/scene/test_colours.py"""

import pytest
import torch

from pipeline.scene.colours import colour_hex, rgb


def test_the_palette_comes_before_what_browsers_know():
    assert colour_hex("red") == "#ff0000"
    assert colour_hex("red", {"red": "#d93636"}) == "#d93636"
    assert colour_hex("rebecca purple") == "#663399" and colour_hex("#0a0B0c") == "#0a0b0c"


def test_a_name_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="'#rrggbb' or the name of a colour, got 'hungry'"):
        colour_hex("hungry")


def test_colours_as_numbers_lie_between_minus_one_and_one():
    assert torch.equal(rgb("black"), -torch.ones(3)) and torch.equal(rgb("white"), torch.ones(3))
    assert rgb("#ff8000").tolist() == pytest.approx([1, 128 / 127.5 - 1, -1])
