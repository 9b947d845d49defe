"""Where something that is added goes. Example run: python -m pytest tests/scene/test_wish_where.py"""

import pytest

from pipeline.scene.record import Scene, Thing
from pipeline.scene.wish import Reading
from pipeline.scene.wish_where import taken_apart
from tests.scene.test_wish_places import GIRL
from tests.scene.test_wish_things import SCENE


@pytest.mark.parametrize(
    ("words", "apart"),
    [
        ("a tree in the background", ("a tree", "behind", "", "")),
        ("mountains behind them", ("mountains", "behind", "", "")),
        ("butterflies all around", ("butterflies", "around", "", "")),
        ("flowers everywhere", ("flowers", "around", "", "")),
        ("a lamp on both sides", ("a lamp", "sides", "", "")),
        ("a kite in the sky", ("a kite", "", "top", "")),
        ("a star in the Top Left corner", ("a star", "", "top left", "")),
        ("a cat on the ground", ("a cat", "", "", "")),
        ("a crown on her head", ("a crown", "on", "", "")),
        ("a crown on the girl's head", ("a crown", "on", "", "the girl")),
        ("a rose in her hand", ("a rose", "held by", "", "")),
        ("a fish in the bird's beak", ("a fish", "held by", "", "the bird")),
        ("a red ball", ("a red ball", "", "", "")),
    ],
)
def test_where_it_goes_is_told_behind_its_name(wishes, words, apart):
    reading = Reading(SCENE, 8, lambda words: None, wishes.reader)
    assert taken_apart(words, reading) == apart


def test_a_place_that_is_a_thing_of_the_picture_is_left_to_it(wishes):
    scene = Scene(things=(GIRL, Thing("grass", "grass"), Thing("head", "head")))
    reading = Reading(scene, 8, lambda words: None, wishes.reader)
    assert taken_apart("a cat on the grass", reading)[0] == "a cat on the grass"
    assert taken_apart("a crown on the head", reading)[0] == "a crown on the head"
