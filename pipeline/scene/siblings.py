"""Several things in a relation to one: a teapot and cups on a table stand side by side on it."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.scene.joints import Joint
from pipeline.scene.record import Scene
from pipeline.scene.several import wide
from pipeline.scene.shape import Shape

__all__ = ["against", "beside_siblings"]

_SPREAD = ("on", "sitting on", "under", "in", "inside")  # next to each other in the other's width
_SIDES = ("with", "next to", "held by", "part of")  # to its right and to its left in turn
# Where how large a thing is said to be is seen against another.
_AGAINST = (
    "on", "sitting on", "riding", "above", "under", "next to", "with", "left of", "right of", "in front of", "behind",
    "facing", "around",
)  # fmt: skip
_MOST = 2.0
_FILLED = 0.8  # of the width of what holds several, that they share ...
_CROWDED = 1.3  # ... so much wider, each, that they cover each other a little
_OUT = 0.6  # of the height of each: what is above the rim


def against(kind: str, scale: float) -> float:
    """How much larger a thing is by what is said of the one it stands by: a palm tree on a small island is no small
    tree.

    Args:
        kind: of its relation.
        scale: of the other thing.
    """
    return min(max(1 / scale, 1 / _MOST), _MOST) if kind in _AGAINST else 1.0


def beside_siblings(
    joints: Sequence[Joint], child: int, siblings: Sequence[int], scene: Scene, shapes: Sequence[Shape]
) -> list[Joint]:
    """The places of a thing, moved so that it does not cover others that stand in such a relation to the same thing.

    Args:
        joints: where each copy would stand if it were alone.
        child: index of the thing.
        siblings: indices of all things in a relation to that other, in their order.
        scene: all of it.
        shapes: outlines, one for each thing.
    """
    relation = scene.things[child].relation
    assert relation is not None  # it has siblings by it
    target = next(at for at, thing in enumerate(scene.things) if thing.id == relation.target)
    if relation.kind not in (*_SPREAD, *_SIDES):
        return list(joints)
    kinds = _SIDES if relation.kind in _SIDES else (relation.kind,)
    alike = [at for at in siblings if (own := scene.things[at].relation) is not None and own.kind in kinds]
    if len(alike) < 2:
        return list(joints)
    middle = (shapes[target].box[0] + shapes[target].box[2]) / 2
    place = alike.index(child)
    if relation.kind in _SIDES:
        if place % 2 == 0:
            return [replace(joint, x=joint.x + 0.3 * (place // 2)) for joint in joints]
        return [replace(joint, x=2 * middle - joint.x - 0.3 * (place // 2)) for joint in joints]
    counts = [scene.things[at].count for at in alike]
    share, before = counts[place] / sum(counts), sum(counts[:place]) / sum(counts)
    width = shapes[target].width
    if joints[0].front_from is not None:
        return _filling(joints, shapes[child], share, before, shapes[target])
    centre = shapes[target].box[0] + (before + share / 2) * width
    smaller = max(0.45, min(1.0, 1.5 * share)) if len(joints) == 1 else min(1.0, 1.2 * share)
    own = sum(joint.x for joint in joints) / len(joints)
    foot = shapes[child].box[3] - 0.5
    return [
        replace(
            joint,
            x=centre + (joint.x - own) * smaller,
            side=joint.side * smaller,
            y=joint.y + joint.side * (1 - smaller) * foot,
        )
        for joint in joints
    ]


def _filling(joints: Sequence[Joint], thing: Shape, share: float, before: float, other: Shape) -> list[Joint]:
    """In what holds them, within its rim and standing out."""
    across = _FILLED * wide(other)
    room = across * share / len(joints)
    side = min(joints[0].side, _CROWDED * room / max(thing.width, 0.2))
    first = (other.box[0] + other.box[2]) / 2 + across * (before - 0.5) + room / 2
    left, _, right, lower = thing.box
    y = (joints[0].front_from or 0.0) + (1 - _OUT) * side * thing.height - side * (lower - 0.5)
    return [
        replace(joint, x=first + at * room + (0.5 - (left + right) / 2) * side, y=y, side=side)
        for at, joint in enumerate(joints)
    ]
