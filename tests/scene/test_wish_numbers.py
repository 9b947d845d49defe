"""Wishes about how many there are. Example run: python -m pytest tests/scene/test_wish_numbers.py"""

import pytest

from pipeline.scene.edit import edit
from pipeline.scene.record import Relation, Scene, Thing
from tests.scene.test_parse import trained

GULLS = Scene(things=tuple(Thing(f"gull-{at}", "bird", said="gull", place=(x, 0.8, 0.3)) for at, x in
                           enumerate((0.18, 0.5, 0.82), start=1)))  # fmt: skip
GROUP = Scene(things=(Thing("gull", "bird", said="gull", count=3),))


def left(wishes, words, scene) -> int:
    return edit(scene, wishes.read(words, scene, seed=3).operations).placed


@trained
@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("remove one", 2), ("take two away", 1), ("add a second gull, but black", 4),
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


BASKET = Scene(
    things=(
        Thing("basket", "basket", place=(0.5, 0.5, 0.7)),
        Thing("egg", "egg", relation=Relation("in", "basket")),
        Thing("dress", "dress", part_colours={"dots": "yellow"}, place=(0.2, 0.5, 0.3)),
    )
)


@trained
@pytest.mark.parametrize(
    ("words", "operations"),
    [
        ("empty the basket", ("remove egg",)),
        ("fill the basket with bananas", ("add banana banana in basket", "count banana 3")),
        ("remove the dots", ("part dress dots none",)),
        ("stripes instead of dots", ("part dress dots none", "part dress stripes yellow")),
        ("change the dots to stripes", ("part dress dots none", "part dress stripes yellow")),
    ],
)
def test_what_is_in_it_and_what_is_on_it(wishes, words, operations):
    assert wishes.read(words, BASKET, seed=3).operations == operations


@trained
def test_what_is_put_on_it_stands_on_it(wishes):
    cake = Scene(things=(Thing("cake", "birthday cake", place=(0.5, 0.5, 0.7)),))
    found = wishes.read("put 5 candles on it", cake, seed=3).operations
    assert found == ("add candle candle", "count candle 5", "relate candle on cake")


@trained
def test_the_colour_of_a_copy_is_its_own(wishes):
    found = wishes.read("add a second gull, but black", GULLS, seed=3).operations
    assert found[0] == "copy gull-3" and found[-1].endswith(" black")
