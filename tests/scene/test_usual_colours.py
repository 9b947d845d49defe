"""What things are filled with. Example run: python -m pytest tests/scene/test_usual_colours.py"""

import re

import pytest
from PIL import ImageColor

from pipeline.scene.usual_colours import _USUAL, usual_colours


@pytest.mark.parametrize(
    ("name", "channel"),
    [("pumpkin", 0), ("squirrel", 0), ("wooden barrel", 0), ("cacti plant cactus", 1), ("blue whale", 2)],
)
def test_a_thing_has_its_usual_colour(name, channel):
    for colour in usual_colours(name):
        values = ImageColor.getrgb(colour)
        assert values[channel] == max(values) and max(values) > min(values) + 30


def test_many_have_the_colour_of_one_and_the_last_word_decides():
    assert usual_colours("squirrels") == usual_colours("squirrel") == usual_colours("strawberry squirrel")


def test_what_may_have_any_colour_has_none():
    assert usual_colours("balloon") == usual_colours("") == ()


def test_colours_are_colours():
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colours in _USUAL for colour in colours.split())


def test_a_whole_name_goes_before_its_last_word():
    assert usual_colours("Rubber duck")[0] == "#f3c33c" and usual_colours("lily pad")[0] == "#3fa34d"


def test_what_is_cold_is_pale_and_what_is_hot_is_not():
    assert usual_colours("iceberg") == usual_colours("snowball") != usual_colours("fireball")
