"""Where things stand that stand in no relation. Example run: python -m pytest tests/scene/test_layout.py"""

import pytest
import torch

from pipeline.scene.layout import layout
from pipeline.scene.record import Ground, Scene, Thing

WHOLE = torch.ones(4, 64, 64)
MEADOW = Ground("scene", name="grass")


def laid(*things: Thing, poses: torch.Tensor | None = None, **scene):
    return layout(Scene(things=things, **scene), torch.stack([WHOLE] * len(things)), poses)


def only(*things: Thing, poses: torch.Tensor | None = None, **scene) -> tuple[float, float, float]:
    (one,), _ = laid(*things, poses=poses, **scene)
    return one.x, one.y, one.side


def test_there_is_a_layer_for_each_thing():
    with pytest.raises(ValueError, match="^`layers` must have one for each thing: 2, got 1.$"):
        layout(Scene(things=(Thing("a", "cat"), Thing("b", "dog"))), WHOLE[None])


@pytest.mark.parametrize(("scale", "side"), [(1.0, 0.75), (0.5, 0.375), (1.2, 0.9), (4.0, 1.0), (0.1, 0.1)])
def test_one_thing_stands_in_the_middle_as_large_as_it_is_said(scale, side):
    assert only(Thing("a", "glorp", scale=scale)) == pytest.approx((0.5, 0.5, side))


@pytest.mark.parametrize(
    ("pose", "place"),
    [
        ((0.4, 0.6, 0.5), (0.4, 0.6, 0.5)),
        ((0.0, 1.0, 0.5), (0.25, 0.75, 0.5)),  # kept inside
        ((0.3, 0.7, 3.0), (0.5, 0.5, 1.0)),
        ((0.5, 0.5, 0.01), (0.5, 0.5, 0.1)),
    ],
)
def test_a_pose_is_taken_by_a_thing_alone_and_kept_inside(pose, place):
    poses = torch.tensor([[0.0, 0.0, 0.0, *pose]])
    assert only(Thing("a", "glorp"), poses=poses) == pytest.approx(place)
    two, _ = laid(Thing("a", "glorp"), Thing("b", "glorp"), poses=torch.cat([poses, poses]), arrangement="row")
    assert {round(one.y, 6) for one in two} == {0.5}, "of several, no pose counts"


@pytest.mark.parametrize(
    ("name", "size", "y"),
    [
        ("glorp", (256, 256), 0.93 - 0.34),
        ("glorp", (512, 256), 0.93 - 0.34),
        ("glorp", (256, 512), 0.93 - 0.17),
        ("bird", (256, 256), 0.36),
    ],
)
def test_in_a_scenery_it_stands_on_the_ground_or_flies(name, size, y):
    assert only(Thing("a", name), ground=MEADOW, width=size[0], height=size[1]) == pytest.approx((0.5, y, 0.68))


@pytest.mark.parametrize(
    ("name", "ground", "stands"),
    [("cat", "grass", True), ("bird", "grass", False), ("cat", "space", False), ("cat", "underwater", False)],
)
def test_what_flies_or_floats_leaves_no_shadow_on_the_ground(name, ground, stands):
    (one,), _ = laid(Thing("a", name), ground=Ground("scene", name=ground))
    assert one.stands is stands


@pytest.mark.parametrize(("arrangement", "along", "across"), [("row", "x", "y"), ("column", "y", "x")])
def test_a_row_and_a_column_are_in_the_order_of_the_things(arrangement, along, across):
    placements, ids = laid(*(Thing(own, "glorp") for own in "abc"), arrangement=arrangement)
    assert ids == ["a", "b", "c"]
    places = [getattr(one, along) for one in placements]
    assert places == sorted(places) and places[1] == pytest.approx(0.5) and places[0] + places[2] == pytest.approx(1)
    assert {round(getattr(one, across), 6) for one in placements} == {0.5}
    assert places[1] - places[0] >= placements[0].side, "none covers another"


def test_each_copy_has_the_id_of_its_thing_and_its_turn():
    placements, ids = laid(
        Thing("a", "glorp", count=3, turn=15.0, mirror=True), Thing("b", "blip"), arrangement="grid"
    )
    assert ids == ["a", "a", "a", "b"]
    assert [(one.layer, one.turn, one.mirror) for one in placements] == [(0, 15.0, True)] * 3 + [(1, 0.0, False)]
    assert len({(round(one.x, 4), round(one.y, 4)) for one in placements}) == 4


def test_a_thing_with_a_place_stays_and_the_others_are_as_if_alone():
    placements, ids = laid(Thing("a", "glorp", place=(0.1, 0.2, 0.3)), Thing("b", "blip"))
    assert ids == ["a", "b"]
    assert tuple(placements[0][1:4]) == pytest.approx((0.1, 0.2, 0.3))
    assert tuple(placements[1][1:4]) == pytest.approx((0.5, 0.5, 0.75))


def test_of_many_in_a_scenery_those_before_come_later_and_lower():
    placements, _ = laid(Thing("a", "glorp", count=9), ground=MEADOW, arrangement="grid")
    feet = [round(one.y + one.side / 2, 4) for one in placements]
    assert feet == sorted(feet) and set(feet) == {round(0.95 - 0.165, 4), 0.95}
    assert feet.count(0.95) == 4 and {round(one.side, 4) for one in placements} == {0.18}
    row = [one.x for one in placements if one.y + one.side / 2 > 0.9]
    assert sum(row) / 4 == pytest.approx(0.5)


@pytest.mark.parametrize(("looks", "mirror", "turned"), [("left", False, False), ("right", False, True),
                                                         ("right", True, False), (None, True, True)])  # fmt: skip
def test_who_is_drawn_looking_left_is_turned_to_look_right(looks, mirror, turned):
    layer = torch.full((4, 64, 64), -1.0)
    for left, top, right, bottom in ((4, 8, 24, 30), (10, 26, 54, 46), (12, 44, 20, 62), (42, 44, 50, 62)):
        layer[:, top:bottom, left:right] = 1.0
    scene = Scene(things=(Thing("a", "dog", looks=looks, mirror=mirror),))
    (one,), _ = layout(scene, layer[None])
    assert one.mirror is turned
    sign = Scene(things=(Thing("a", "stop sign", looks=looks),))
    assert not layout(sign, layer[None])[0][0].mirror, "what has letters is never mirrored"
