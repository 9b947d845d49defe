"""Room for what is new. Example run: python -m pytest tests/scene/test_wish_room.py"""

import pytest

from pipeline.scene.record import Relation, Scene, Thing
from pipeline.scene.wish import Reading
from pipeline.scene.wish_room import beside, free_place, hides, make_room, put, resize, room_of, spot_of, stand_behind

CAT = Thing("cat", "cat", place=(0.3, 0.6, 0.4))


def reading(*things: Thing) -> Reading:
    return Reading(Scene(things=things), 8, lambda words: None, None)  # type: ignore[arg-type]  # it reads no words


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("top left", (0.23, 0.23)), ("upper-right", (0.77, 0.23)), ("Bottom", (0.4, 0.77)), ("right", (0.77, 0.7)),
        ("middle", (0.5, 0.5)), ("centre left", (0.23, 0.5)), ("lower middle", (0.5, 0.77)), ("somewhere", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_side_leaves_the_other_axis_and_a_corner_tells_both(words, at):
    assert spot_of(words, 0.4, 0.7, 0.4) == (at if at is None else pytest.approx(at))


def test_what_is_as_large_as_the_picture_is_in_its_middle_wherever_it_is_put():
    assert spot_of("top left", 0.4, 0.7, 1.5) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("apart", "side", "hidden"),
    [(0.0, 0.4, True), (0.24, 0.4, True), (0.26, 0.4, False), (0.4, 0.4, False), (0.1, 0.05, True)],
)
def test_two_hide_each_other_where_a_fifth_of_the_smaller_is_covered(apart, side, hidden):
    # outlines are 0.78 of their squares: 0.312 of 0.4, of which 0.8 may be moved out
    one, other = (0.5, 0.5, 0.4), (0.5 + apart, 0.5, side)
    assert hides(one, other) is hidden and hides(other, one) is hidden


@pytest.mark.parametrize(
    ("name", "spot", "place"),
    [
        ("ball", "", (0.5, 0.5, 0.36)),
        ("cloud", "", (0.5, 0.25, 0.24)),
        ("ball", "left", (0.21, 0.5, 0.36)),
        ("ball", "top right", (0.85, 0.15, 0.24)),
    ],
)
def test_where_nothing_stands_the_first_is_in_the_middle_or_where_it_is_said(name, spot, place):
    assert free_place(name, reading(), spot) == pytest.approx(place)


@pytest.mark.parametrize(
    ("name", "spot", "place"),
    [
        ("ball", "right", (0.83, 0.66, 0.28)),  # 0.7 of the other's side, on its ground at 0.8
        ("bird", "", (0.515, 0.18, 0.24)),  # in the sky, where nothing is, and near the middle
        ("bird", "top left", (0.15, 0.15, 0.24)),
    ],
)
def test_a_further_one_stands_on_the_ground_of_the_others_or_flies(name, spot, place):
    found = free_place(name, reading(CAT), spot)
    assert found[1:] == pytest.approx(place[1:]) and found[0] == pytest.approx(place[0], abs=0.02)


def test_it_stands_where_it_hides_nothing_and_its_own_place_does_not_count():
    x, y, side = free_place("ball", reading(CAT))
    assert x - side / 2 >= 0.5 and (y, side) == pytest.approx((0.66, 0.28))
    mirrored = free_place("ball", reading(Thing("cat", "cat", place=(0.7, 0.6, 0.4))))
    assert mirrored == pytest.approx((1 - x, y, side))
    assert free_place("cat", reading(CAT), own="cat") == (0.5, 0.5, 0.36)


def test_one_more_is_beside_the_first_or_beyond_where_there_is_no_room():
    place = (0.5, 0.5, 0.3)
    alone = reading(Thing("cat", "cat", place=place))
    assert beside(place, alone) == pytest.approx((0.755, 0.5, 0.3))
    right = reading(Thing("cat", "cat", place=place), Thing("b", "cat", place=(0.755, 0.5, 0.3)))
    assert beside(place, right) == pytest.approx((0.245, 0.5, 0.3))
    row = (Thing(f"c{at}", "cat", place=(x, 0.5, 0.3)) for at, x in enumerate((0.5, 0.755, 0.245)))
    x, y, side = beside(place, reading(*row))
    assert y == pytest.approx(0.2) and side == 0.3, "above them"


def test_the_sky_and_what_fills_the_picture_give_no_room():
    things = CAT, Thing("sun", "sun", place=(0.8, 0.2, 0.2)), Thing("wall", "wall", place=(0.5, 0.5, 0.9))
    hat = Thing("hat", "hat", relation=Relation("worn by", "cat"))
    assert room_of(reading(*things, hat)) == [CAT]


@pytest.mark.parametrize(("x", "crowded"), [(0.4, True), (0.75, False)])
def test_all_are_laid_out_anew_only_where_the_new_one_hides_something(x, crowded):
    told = reading(CAT, Thing("new", "dog", place=(x, 0.6, 0.4)), Thing("sun", "sun", place=(0.4, 0.6, 0.4)))
    assert make_room(["new"], told) is crowded
    assert told.operations == (["relate cat none", "relate new none"] if crowded else [])
    assert told.scene.thing("sun").place == (0.4, 0.6, 0.4)


def test_what_was_crowded_before_is_left_as_it_is():
    told = reading(CAT, Thing("dog", "dog", place=(0.35, 0.6, 0.4)), Thing("new", "ball", place=(0.9, 0.6, 0.1)))
    assert not make_room(["new"], told) and not told.operations


@pytest.mark.parametrize(
    ("x", "factor", "operations"),
    [
        (0.3, 1.35, ["size a 1.35"]),
        (0.1, 1.35, ["size a 1.35", "place a 0.2106 0.5 0.54"]),  # 0.78 of 0.54, and half of it
        (0.95, 1.35, ["size a 1.35", "place a 0.7894 0.5 0.54"]),
        (0.1, 0.5, ["size a 0.5"]),
        (0.4, 4.0, ["size a 4.0", "place a 0.5 0.5 1.6"]),
    ],
)
def test_what_grows_is_moved_into_the_picture_and_what_shrinks_stays(x, factor, operations):
    told = reading(Thing("a", "cat", place=(x, 0.5, 0.4)))
    resize(told.scene.thing("a"), factor, told)
    assert told.operations == operations


def test_what_is_put_somewhere_leaves_what_it_stood_by():
    told = reading(CAT, Thing("hat", "hat", relation=Relation("on", "cat")))
    put(told.scene.thing("hat"), told, 0.123456, 0.5, 0.25)
    assert told.operations == ["relate hat none", "place hat 0.1235 0.5 0.25"]
    put(told.scene.thing("cat"), told, 0.5, 0.5, 0.4)
    assert told.operations[2:] == ["place cat 0.5 0.5 0.4"]


@pytest.mark.parametrize(
    ("name", "place"),
    [("castle", (0.5, 0.45, 0.9)), ("cloud", (0.5, 0.2, 0.34)), ("rainbow", (0.5, 0.32, 0.64))],
)
def test_one_behind_everything_fills_the_picture_or_the_sky(name, place):
    new = Thing("new", name)
    told = reading(CAT, new)
    stand_behind(new, ["new"], told)
    assert told.scene.thing("new").place == place and [thing.id for thing in told.scene.things] == ["new", "cat"]


@pytest.mark.parametrize(
    ("name", "places"),
    [
        # 1.25 of the width for three; their feet 0.16 above the others', whose are at 0.8
        ("tree", [(1 / 6, 0.4317, 0.4167), (0.5, 0.4317, 0.4167), (5 / 6, 0.4317, 0.4167)]),
        ("mountain", [(1 / 6, 0.4717, 0.4167), (0.5, 0.4717, 0.4167), (5 / 6, 0.4717, 0.4167)]),
        ("cloud", [(1 / 6, 0.16, 0.24), (0.5, 0.23, 0.24), (5 / 6, 0.16, 0.24)]),
    ],
)
def test_several_stand_in_a_row_behind_the_others(name, places):
    several = [Thing(f"n{at}", name) for at in range(3)]
    told = reading(CAT, *several)
    stand_behind(several[0], [thing.id for thing in several], told)
    for thing, place in zip(several, places, strict=True):
        assert told.scene.thing(thing.id).place == pytest.approx(place, abs=1e-4)
    assert told.scene.things[-1].id == "cat"
