"""Where several alike stand that have one place: side by side, or in what holds them."""

import math
from dataclasses import dataclass, replace

from pipeline.scene.shape import Shape

__all__ = ["Joint", "heaped", "in_row", "wide", "within"]

_WIDE = 0.84  # of the width of what holds several: how wide they are side by side
_NEAREST = 0.7  # of their width, from one of a row to the next at least
_SLIM = 0.7  # of its height: what is narrower holds more than its width
_SUNK = 0.45  # of the height of each: what is below the rim


@dataclass(frozen=True)
class Joint:
    """A place seen from another thing.

    Args:
        x, y: centre of the square.
        side: of the square.
        depth: behind the other below 0, before it above.
        front_from: what lies below this, of the other's square, is drawn once more, over the thing: a box's front.
    """

    x: float
    y: float
    side: float
    depth: int = 1
    front_from: float | None = None


def in_row(single: Joint, thing: Shape, count: int) -> list[Joint]:
    """Several alike about where one would be, smaller, side by side."""
    side = single.side * _share(count)
    step = 0.92 * side * max(thing.width, 0.4)
    lower = single.y + (single.side - side) * (thing.box[3] - 0.5)
    columns = _columns(count)
    joints = []
    for at in range(count):
        row, column = divmod(at, columns)
        own = min(columns, count - row * columns)
        x = single.x + (column - (own - 1) / 2) * step
        joints.append(Joint(x, lower - row * 0.8 * side * thing.height, side, single.depth, single.front_from))
    return joints


def within(joints: list[Joint], thing: Shape, other: Shape) -> list[Joint]:
    """A row on another, brought nearer together where it is wider than that: candles on a cake."""
    own = joints[0].side * thing.width
    first, last = min(joint.x for joint in joints), max(joint.x for joint in joints)
    room = max(_WIDE * other.width - own, _NEAREST * own * (len(joints) - 1))
    if last - first <= room:
        return joints
    middle = (first + last) / 2
    return [replace(joint, x=middle + (joint.x - middle) * room / (last - first)) for joint in joints]


def heaped(single: Joint, thing: Shape, other: Shape, count: int) -> Joint:
    """The place of one in what holds it, so small that several fit side by side, and so high that they stand out."""
    rim, share = single.front_from or 0.0, _share(count)
    across = share * max(thing.width, 0.2) * (1 + 0.92 * (_columns(count) - 1))
    side = min(single.side, _WIDE * wide(other) / across)
    bottom = rim + _SUNK * side * share * thing.height
    return Joint(single.x, bottom - side * (thing.box[3] - 0.5), side, single.depth, single.front_from)


def wide(other: Shape) -> float:
    """How wide what holds something is; flowers lean out of a narrow vase."""
    return max(other.width, _SLIM * other.height)


def _share(count: int) -> float:
    """How large each of several is, of one alone."""
    return max(0.45, 1.25 / count**0.6)


def _columns(count: int) -> int:
    return count if count <= 5 else math.ceil(count / 2)
