"""Wishes about how many there are. Example run: python -m pytest tests/scene/test_wish_numbers.py"""

import pytest

from pipeline.scene.edit import edit
from pipeline.scene.record import Scene, Thing
from pipeline.scene.wish import Wishes
from tests.scene.test_parse import WEIGHTS, load_reader, trained

GULLS = Scene(things=tuple(Thing(f"gull-{at}", "bird", said="gull", place=(x, 0.8, 0.3)) for at, x in
                           enumerate((0.18, 0.5, 0.82), start=1)))  # fmt: skip
GROUP = Scene(things=(Thing("gull", "bird", said="gull", count=3),))


@pytest.fixture(scope="module")
def wishes():
    return Wishes(load_reader(WEIGHTS))


def left(wishes, words, scene) -> int:
    return edit(scene, wishes.read(words, scene, seed=3).operations).placed


@trained
@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("remove one gull", 2), ("remove two of the gulls", 1), ("take one gull away", 2), ("remove a gull", 2),
        ("remove all gulls", 0), ("no gulls", 0), ("fewer gulls", 2), ("only one gull", 1), ("add another gull", 4),
        ("one more gull", 4), ("two more gulls", 5), ("five gulls", 5), ("make there be two gulls", 2),
    ],
)  # fmt: skip
def test_so_many_are_left(wishes, words, number):
    assert left(wishes, words, GULLS) == number
    assert left(wishes, words, GROUP) == number


@trained
def test_one_of_several_is_painted_alone(wishes):
    assert wishes.read("make one of the gulls black", GULLS).operations == ("colour gull-3 black",)
    assert wishes.read("make the second one red", GULLS).operations == ("colour gull-2 red",)


@trained
def test_more_than_fit_are_told(wishes):
    wish = wishes.read("forty more gulls", GULLS)
    assert not wish.operations and wish.sentence == "43 are asked for; 24 fit into a picture."
