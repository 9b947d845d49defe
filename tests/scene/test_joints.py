"""Where one thing comes on, in or beside another. Example run: python -m pytest tests/scene/test_joints.py"""

import pytest
import torch

from pipeline.scene.joints import joint, ratio
from pipeline.scene.record import RELATIONS
from pipeline.scene.shape import Shape


def square(name: str, **more) -> Shape:
    """It fills its square, so that what is worked out by hand is in round numbers."""
    return Shape(torch.ones(64, 64), name, **more)


def lean(name: str, mirror: bool = False) -> Shape:
    """A block on the left half, and a lower one to its right."""
    alpha = torch.zeros(64, 64)
    alpha[8:56, 8:32] = 1
    alpha[32:56, 32:48] = 1
    return Shape(alpha, name, mirror)


def numbers(one) -> list[float]:
    return [one.x, one.y, one.side, one.depth]


# Of two things that no table knows: centre of the square, its side, and in front (2), beside (1) or behind (-1).
UNKNOWN = {
    "left of": (-0.58, 0.5, 1.0, 1),  # 0.08 between them
    "right of": (1.58, 0.5, 1.0, 1),
    "next to": (1.53, 0.5, 1.0, 1),
    "facing": (1.62, 0.5, 1.0, 1),
    "above": (0.5, -0.56, 1.0, 1),
    "under": (0.5, 1.55, 1.0, 1),
    "in front of": (0.66, 0.78, 0.6, 2),
    "behind": (0.8, 0.225, 0.95, -1),
    "with": (1.225, 0.73, 0.6, 2),
    "part of": (1.225, 0.73, 0.6, 2),
    "held by": (1.02, 0.835, 0.45, 1),
    "riding": (0.5, 0.08, 0.68, 1),
    "on": (0.5, -0.17, 0.62, 1),
    "sitting on": (0.5, -0.17, 0.62, 1),
    "in": (0.5, 0.525, 0.45, 1),
    "inside": (0.5, 0.53, 0.5, 1),
    "coming out of": (0.5, 0.0, 0.8, 1),
    "hanging from": (0.5, 1.25, 0.6, 1),
    "around": (0.5, 0.64, 0.8, 2),
    "worn by": (0.5, -0.24, 0.8, 2),
}


def test_every_relation_is_worked_out_here():
    assert UNKNOWN.keys() == set(RELATIONS)


@pytest.mark.parametrize("kind", UNKNOWN)
def test_of_things_that_nobody_knows_the_outlines_alone_tell(kind):
    (found,) = joint(kind, square("glorp"), square("blip"))
    assert numbers(found) == pytest.approx(UNKNOWN[kind], abs=1e-6)
    assert (found.front_from is not None) is (kind == "coming out of")


@pytest.mark.parametrize(
    ("kind", "thing", "other", "place", "front"),
    [
        ("in", "glorp", "box", (0.5, 0.186, 0.68, 1), 0.22),
        ("inside", "glorp", "box", (0.5, 0.186, 0.68, 1), 0.22),
        ("in", "glorp", "vase", (0.5, -0.125, 0.7, 1), 0.05),  # of flowers the stems alone
        ("in", "glorp", "bottle", (0.5, 0.6, 0.5, 2), None),  # seen through it, whole
        ("on", "glorp", "plate", (0.5, 0.395, 0.45, 1), None),  # lies on it
        ("on", "glorp", "chair", (0.5, 0.345, 0.75, 1), None),
        ("sitting on", "glorp", "chair", (0.5, 0.345, 0.75, 1), None),
        ("on", "heart", "mug", (0.5, 0.5, 0.42, 2), None),  # printed
        ("under", "glorp", "tree", (0.34, 0.825, 0.45, 1), None),  # beside its stem
        ("under", "glorp", "table", (0.5, 0.805, 0.45, 1), None),
        ("under", "glorp", "umbrella", (0.5, 0.75, 0.5, 1), None),
        ("hanging from", "glorp", "tree", (0.74, 0.77, 0.5, 1), None),
        ("held by", "kite", "glorp", (1.1125, -0.205, 0.45, 1), None),  # aloft on its string
        ("with", "smoke", "rocket", (0.5, 1.22, 0.6, -1), None),  # out of its lower end
        ("with", "smoke", "glorp", (0.5, -0.22, 0.6, -1), None),
        ("worn by", "glasses", "glorp", (0.5, 0.46, 0.86, 2), None),
        ("worn by", "cape", "glorp face", (0.5, 0.9, 0.6, -1), None),
        ("worn by", "astronaut helmet", "glorp face", (0.5, 0.5, 1.5, 2), None),
        ("worn by", "boots", "glorp", (0.5, 0.815, 0.45, 2), None),
    ],
)
def test_some_things_have_their_own_way(kind, thing, other, place, front):
    (found,) = joint(kind, square(thing), square(other))
    assert numbers(found) == pytest.approx(place, abs=0.011)  # a pixel of an outline is 1/64
    assert found.front_from == (front if front is None else pytest.approx(front))


@pytest.mark.parametrize(
    ("thing", "other", "share"),
    [
        ("cat", "cat", 1.0),
        ("mouse", "elephant", (0.08 / 4) ** 0.45),
        ("elephant", "mouse", (4 / 0.08) ** 0.45),
        ("glorp", "elephant", 0.7),
        ("cat", "glorp", 0.7),
    ],
)
def test_sizes_are_the_real_ones_drawn_together(thing, other, share):
    assert ratio(square(thing), square(other), 0.01, 100, 0.7) == pytest.approx(share)
    assert ratio(square(thing), square(other), 0.9, 1.1, 0.7) == pytest.approx(min(max(share, 0.9), 1.1))


@pytest.mark.parametrize("kind", ["on", "in", "under", "above", "inside", "hanging from", "coming out of"])
@pytest.mark.parametrize("other", ["blip", "box", "bottle"])
def test_what_is_mirrored_has_its_things_mirrored(kind, other):
    (one,), (two,) = (joint(kind, square("glorp"), lean(other, mirror)) for mirror in (False, True))
    assert two.x == pytest.approx(1 - one.x, abs=1 / 64)
    assert numbers(two)[1:] == pytest.approx(numbers(one)[1:], abs=1e-6)


@pytest.mark.parametrize("count", [2, 3, 5, 7])
@pytest.mark.parametrize("kind", ["on", "in", "behind", "next to"])
def test_several_stand_side_by_side_about_the_place_of_one(kind, count):
    thing, other = square("glorp"), square("box")
    (single,) = joint(kind, thing, other)
    row = joint(kind, thing, other, count)
    assert len(row) == count and len({one.side for one in row}) == 1 and row[0].side < single.side
    lowest = [one for one in row if one.y == max(joint.y for joint in row)]
    assert sum(one.x for one in lowest) / len(lowest) == pytest.approx(single.x)
    assert len({round(one.x, 6) for one in lowest}) == len(lowest) >= min(count, 4)
    assert {one.front_from for one in row} == {single.front_from} and {one.depth for one in row} == {single.depth}


@pytest.mark.parametrize(("kind", "name"), [("around", "glorp"), ("with", "hearts"), ("with", "butterfly")])
def test_what_is_all_around_is_behind_above_and_before_below(kind, name):
    ring = joint(kind, square(name), square("blip"), 4)
    assert sum(one.x for one in ring) / 4 == pytest.approx(0.5) and sum(one.y for one in ring) / 4 == pytest.approx(
        0.5
    )
    assert [one.depth for one in ring] == [2 if one.y > 0.5 else -1 for one in ring]
    assert sorted(one.depth for one in ring) == [-1, -1, 2, 2]
    row = joint("with", square("glorp"), square("blip"), 4)
    assert {one.depth for one in row} == {2}, "others stand by it"


def test_what_is_held_is_at_the_hand_that_is_marked():
    alpha = torch.zeros(64, 64)
    alpha[:40, 16:48], alpha[40:, 16:24], alpha[40:, 40:48] = 1, 1, 1  # on two legs
    body = Shape(alpha, "robot", anchors={"right hand": (0.8, 0.6), "left hand": (0.1, 0.6)})
    (right,) = joint("held by", square("glorp"), body)
    only_left = Shape(alpha, "robot", anchors={"left hand": (0.1, 0.6)})
    (left,) = joint("held by", square("glorp"), only_left)
    assert right.x == pytest.approx(0.8 + 0.25 * right.side) and left.x == pytest.approx(0.1 - 0.25 * left.side)
    assert right.y == left.y == pytest.approx(0.6 + 0.45 * right.side - right.side / 2)
    (floating,) = joint("held by", square("balloon"), body)
    assert floating.y + floating.side / 2 == pytest.approx(0.64), "a string ends at the hand"
