"""Where a thing comes that stands in a relation: how large, and which of its points meets which point of the other.

All in units of the other's square: its side is 1, its upper left corner (0, 0).
"""

import math
from collections.abc import Callable

from pipeline.scene.kinds import is_alive, is_animal, is_container, is_seat, kind_size, worn_at
from pipeline.scene.printed import is_printed, printed
from pipeline.scene.several import Joint, heaped, in_row, within
from pipeline.scene.shape import Shape

__all__ = ["Joint", "joint"]

_BUST = 0.62  # a face, or a head and shoulders, is no larger than the head of a whole one
_CROWNED = ("tree", "mushroom", "bush")  # what shelters at the side of its stem
_LEGGED = ("table", "desk", "bridge", "tent", "chair", "stool", "bench", "bed", "sofa", "couch")
_OVERHEAD = ("rainbow", "cloud", "umbrella", "lamp", "parachute", "balloon")
_CLEAR = (
    "tank", "bottle", "jar", "cage", "aquarium", "fishbowl", "globe", "glass", "rocket", "spaceship", "submarine",
    "egg",
)  # fmt: skip
_NECKED = ("vase", "amphora", "jug", "pitcher", "urn")
_BREATHED = ("fire", "flame", "flames", "smoke", "bubbles", "bubble", "steam")
_RISING = (*_BREATHED, "sparkles", "vapor", "aura")
_ROCKETS = ("rocket", "spaceship", "shuttle", "spacecraft", "missile")
# Several of these are with a thing all around it.
_FLOATING = frozenset(
    "heart hearts star stars sparkle sparkles bubble bubbles note notes snowflake snowflakes butterfly butterflies "
    "bee firefly fireflies confetti".split()
)
_HANDS = (("right hand", 1), ("left hand", -1))  # with the way in which what is held stands out
_BOARDS = ("skateboard", "surfboard", "snowboard", "scooter", "sled", "carpet", "bike", "bicycle", "broom", "raft")
_RIDDEN = 0.85  # how large, of a board's square, who stands on it is at least
_SOFTENED = 0.45  # power of the ratio of real sizes: an ant on an elephant can still be seen


def joint(kind: str, thing: Shape, other: Shape, count: int = 1) -> list[Joint]:
    """The places of a thing, or of several alike.

    Args:
        kind: one of ``pipeline.scene.record.RELATIONS``.
        thing: what is placed.
        other: what it is placed by.
        count: how many of it.
    """
    if kind == "around" or kind == "with" and count > 1 and _last(thing) in _FLOATING:
        return _around(thing, other, count)
    single = _JOINTS[kind](thing, other)
    if count == 1:
        return [single]
    if single.front_from is not None:
        single = heaped(single, thing, other, count)
    row = in_row(single, thing, count)
    return within(row, thing, other) if kind == "on" else row


def ratio(thing: Shape, other: Shape, least: float, most: float, unknown: float | None = None) -> float:
    """How large a thing's square is, of the other's, by their real sizes."""
    own, its = kind_size(thing.name), kind_size(other.name)
    if own is None or its is None:
        return min(max(1.0 if unknown is None else unknown, least), most)
    return min(max((own / its) ** _SOFTENED, least), most)


def _last(thing: Shape) -> str:
    return thing.name.lower().split()[-1]


def _bust(thing: Shape) -> float:
    """How much smaller a head without a body is, beside what it sits on or rides."""
    return _BUST if thing.is_face and (is_alive(thing.name) or "face" in thing.name.split()) else 1.0


def _at(thing: Shape, side: float, *, x: float, bottom: float | None = None, top: float | None = None, depth: int = 1,
        front_from: float | None = None) -> Joint:  # fmt: skip
    """The joint at which the middle of the thing's outline is at x, and its bottom, or its top, where it is told."""
    left, upper, right, lower = thing.box
    y = bottom - (lower - 0.5) * side if bottom is not None else (top or 0.0) + (0.5 - upper) * side
    return Joint(x + (0.5 - (left + right) / 2) * side, y, side, depth, front_from)


def _middle(other: Shape) -> float:
    return (other.box[0] + other.box[2]) / 2


def _on(thing: Shape, other: Shape) -> Joint:
    if is_seat(other.name):
        return _sitting(thing, other)
    if is_alive(other.name):
        x, y = other.back
        side = ratio(thing, other, 0.3, 0.7, 0.45) * _bust(thing)
        return _at(thing, side, x=x, bottom=y + 0.1 * other.height)
    side = ratio(thing, other, _RIDDEN if _last(other) in _BOARDS else 0.34, 1.0, 0.62)
    own, its = kind_size(thing.name), kind_size(other.name)
    if is_printed(thing, other):
        return printed(thing, other)
    lies = _last(other) in (
        "leaf",
        "plate",
        "flower",
        "sunflower",
        "pillow",
        "bed",
        "carpet",
        "pizza",
        "moon",
        "planet",
    )
    if lies or (own and its and its / own > 60):
        return _at(thing, min(side, 0.45), x=_middle(other), bottom=other.box[1] + 0.62 * other.height)
    side *= _bust(thing)
    if "surface" in other.anchors:
        x, y = other.anchors["surface"]
        return _at(thing, side, x=x, bottom=y + 0.06 * other.height)
    top = other.top_at(_middle(other), 0.12)
    sunk = 0.14 if top < other.box[1] + 0.5 * other.height else 0.05
    return _at(thing, side, x=_middle(other), bottom=top + sunk * other.height)


def _sitting(thing: Shape, other: Shape) -> Joint:
    if not is_seat(other.name):
        return _on(thing, other)
    side = ratio(thing, other, 0.5, 1.0, 0.75) * _bust(thing)
    return _at(thing, side, x=_middle(other), bottom=other.box[1] + 0.72 * other.height)


def _riding(thing: Shape, other: Shape) -> Joint:
    x, y = other.back
    side = ratio(thing, other, 0.55, 0.8, 0.68) * _bust(thing)
    if other.is_face and is_alive(other.name):  # a head that is ridden is not covered by who rides
        return _at(thing, side, x=x, bottom=y + 0.1 * other.height)
    return _at(thing, side, x=x, bottom=max(y, other.box[1] + 0.2 * other.height) + 0.22 * other.height)


def _in(thing: Shape, other: Shape) -> Joint:
    if _last(other) in _CLEAR:
        return _seen_inside(thing, other)
    if not is_container(other.name):
        return _at(thing, min(ratio(thing, other, 0.3, 0.55, 0.45), 0.55), x=_middle(other),
                   bottom=other.box[1] + 0.75 * other.height)  # fmt: skip
    if _last(other) in _NECKED:  # flowers: the stems alone are in it
        rim = other.box[1] + 0.05 * other.height
        side = min(0.7 / max(thing.height, 0.2), 0.7)
        return _at(thing, side, x=_middle(other), bottom=rim + 0.25 * side * thing.height, front_from=rim)
    rim = other.top_at(_middle(other), 0.2) + 0.22 * other.height
    wide = 0.68 * other.width / max(thing.width, 0.2)
    side = min(wide, 0.95, 0.85 * other.height / max(thing.height, 0.2) + 0.2)
    return _at(thing, side, x=_middle(other), bottom=rim + 0.45 * side * thing.height, front_from=rim)


def _seen_inside(thing: Shape, other: Shape) -> Joint:
    """In what can be looked through, as wide as there is room where it is widest."""
    rows = other.mask.float().sum(1)
    rows[: len(rows) // 4] = 0
    widest = int(rows.argmax())
    row = other.mask[widest].nonzero()[:, 0]
    x, wide = float(row.float().mean() + 0.5) / len(rows), float(rows[widest]) / len(rows)
    middle = other.box[1] + 0.6 * other.height
    side = min(0.62 * wide / max(thing.width, 0.2), 0.5 * other.height / max(thing.height, 0.2))
    return _at(thing, side, x=x, top=middle - side * thing.height / 2, depth=2)


def _inside(thing: Shape, other: Shape) -> Joint:
    if _last(other) in _CLEAR:
        return _seen_inside(thing, other)
    if is_container(other.name):
        return _in(thing, other)
    return _at(thing, 0.5, x=_middle(other), bottom=other.box[1] + 0.78 * other.height)


def _out_of(thing: Shape, other: Shape) -> Joint:
    rim = other.top_at(_middle(other), 0.2) + 0.2 * other.height
    side = min(0.8 * other.width / max(thing.width, 0.2), 1.1)
    return _at(thing, side, x=_middle(other), bottom=rim + 0.25 * side * thing.height, front_from=rim)


def _under(thing: Shape, other: Shape) -> Joint:
    side, last = ratio(thing, other, 0.3, 0.55, 0.45), _last(other)
    if last in _OVERHEAD:
        return _at(thing, max(side, 0.5), x=_middle(other), top=other.box[1] + 0.5 * other.height)
    if last in _CROWNED:
        return _at(thing, side, x=_middle(other) - 0.16, bottom=other.box[3] + 0.05)
    if last in _LEGGED:
        side = min(side, 0.5 * other.height / max(thing.height, 0.2))
        return _at(thing, side, x=_middle(other), bottom=other.box[3] + 0.03)
    side = ratio(thing, other, 0.5, 1.3)
    return _at(thing, side, x=_middle(other), top=other.box[3] + 0.05)


def _hanging(thing: Shape, other: Shape) -> Joint:
    """Below what holds it: under the crown of a tree, else from the lower edge."""
    side = ratio(thing, other, 0.36, 0.9, 0.6)
    if _last(other) in _CROWNED:
        x, y = _middle(other) + 0.24 * other.width, other.box[1] + 0.52 * other.height
        return _at(thing, min(side, 0.5), x=x, top=y)
    column = other.mask[:, min(len(other.mask) - 1, round(_middle(other) * len(other.mask)))].nonzero()[:, 0]
    lower = (int(column[-1]) + 1) / len(other.mask) if len(column) else other.box[3]
    return _at(thing, side, x=_middle(other), top=lower - 0.05 * other.height)


def _above(thing: Shape, other: Shape) -> Joint:
    side = ratio(thing, other, 0.4, 1.1)
    return _at(thing, side, x=_middle(other), bottom=other.box[1] - 0.06)


def _beside(direction: int, least: float, most: float, gap: float) -> Callable[[Shape, Shape], Joint]:
    def place(thing: Shape, other: Shape) -> Joint:
        side = ratio(thing, other, least, most)
        half = thing.width * side / 2
        x = other.box[0] - gap - half if direction < 0 else other.box[2] + gap + half
        return _at(thing, side, x=x, bottom=other.box[3], depth=1)

    return place


def _in_front(thing: Shape, other: Shape) -> Joint:
    side = ratio(thing, other, 0.42, 0.8, 0.6)
    return _at(thing, side, x=_middle(other) + 0.16 * other.width, bottom=other.box[3] + 0.08 * other.height, depth=2)


def _behind(thing: Shape, other: Shape) -> Joint:
    side = ratio(thing, other, 0.7, 1.5, 0.95)
    tall = side * thing.height
    up = max(0.1 * other.height, 0.55 * other.height - 0.5 * max(0.0, tall - other.height))
    return _at(
        thing, side, x=_middle(other) + 0.3 * other.width, bottom=other.box[3] - min(up, 0.3 * other.height), depth=-1
    )


def _held(thing: Shape, other: Shape) -> Joint:
    side = ratio(thing, other, 0.34, 0.62, 0.45)
    if _last(thing) in _BREATHED and is_alive(other.name):
        return _breathed(thing, other)
    if _last(thing) == "kite":
        return _at(thing, side, x=other.box[2] + 0.25 * side, bottom=other.box[1] + 0.02)
    if other.is_face:
        return _at(thing, side, x=other.box[2] + 0.02, bottom=other.box[3] + 0.06 * other.height)
    aside = abs((other.head[0] + other.head[2]) / 2 - _middle(other)) > 0.1  # seen from the side
    if is_animal(other.name) and aside and other.width > 0.6 * other.height and _last(thing) not in _OVERHEAD:
        return _bitten(thing, other, min(side, 0.45))
    floats = _last(thing) in ("balloon", "kite", "umbrella", "flag")
    hands = [(other.anchors[name], way) for name, way in _HANDS if name in other.anchors]
    if hands:
        (x, y), way = hands[0]
        bottom = y + 0.04 if floats else y + 0.45 * side * thing.height
        return _at(thing, side, x=x + way * (0.2 if floats else 0.25) * side * thing.width, bottom=bottom)
    y = other.box[1] + 0.6 * other.height
    row = other.mask[min(63, round(y * 64))].nonzero()[:, 0]
    edge = (int(row[-1]) + 1) / 64 if len(row) else other.box[2]
    bottom = y + 0.04 if floats else y + 0.45 * side * thing.height
    return _at(thing, side, x=edge - 0.02 + (0.2 if floats else 0.3) * side * thing.width, bottom=bottom)


def _bitten(thing: Shape, other: Shape, side: float) -> Joint:
    """In the mouth of what goes on four legs: at the outer edge of its head."""
    left, top, right, bottom = other.head
    if "mouth" in other.anchors:
        x, y = other.anchors["mouth"]
        way = -1 if x < _middle(other) else 1
        return _at(thing, side, x=x + 0.1 * way * side * thing.width, top=y - side * thing.height / 2, depth=2)
    turned = (left + right) / 2 < _middle(other)
    y = top + 0.62 * (bottom - top)
    row = other.mask[min(63, max(0, round(y * 64)))].nonzero()[:, 0]
    edge = (int(row[0]) / 64 if turned else (int(row[-1]) + 1) / 64) if len(row) else (left if turned else right)
    x = edge - 0.1 * side * thing.width if turned else edge + 0.1 * side * thing.width
    return _at(thing, side, x=x, top=y - side * thing.height / 2, depth=2)


def _breathed(thing: Shape, other: Shape) -> Joint:
    """Before the mouth, on the side to which it looks."""
    side = 0.5 if _last(thing) in ("fire", "flame", "flames") else 0.4
    left, top, right, bottom = other.head
    turned = not other.is_face and left + right < other.box[0] + other.box[2]
    x = left - 0.42 * side * thing.width if turned else right + 0.42 * side * thing.width
    return _at(thing, side, x=x, bottom=top + 0.75 * (bottom - top) + 0.5 * side * thing.height, depth=2)


def _with(thing: Shape, other: Shape) -> Joint:
    if _last(thing) in _RISING:
        below = _last(other) in _ROCKETS
        side = 0.6 * max(other.width, 0.5) / max(thing.width, 0.3)
        if below:
            return _at(thing, side, x=_middle(other), top=other.box[3] - 0.08 * other.height, depth=-1)
        return _at(thing, side, x=_middle(other), bottom=other.box[1] + 0.08 * other.height, depth=-1)
    side = ratio(thing, other, 0.36, 0.8, 0.6)
    half = thing.width * side / 2
    return _at(thing, side, x=other.box[2] + 0.75 * half, bottom=other.box[3] + 0.03, depth=2)


# Where it is worn -> width of it, of the head's, height of its middle from the head's top, of the head's height.
_ON_HEAD = {"eyes": (0.86, 0.46), "mouth": (0.5, 0.74), "ears": (1.16, 0.42), "neck": (0.8, 1.02)}

_HEADLESS = ("banana", "avocado", "pineapple", "lemon", "cactus", "potato", "egg")  # alive, but of one piece
_HELMET = 1.5  # width of what goes round a head, of the head's


def _worn(thing: Shape, other: Shape) -> Joint:
    left, top, right, bottom = other.head
    place = worn_at(thing.name) or "head"
    if place in ("eyes", "mouth") and other.face is None and (not is_alive(other.name) or _last(other) in _HEADLESS):
        x, y, radius = other.disc
        left, top, right, bottom = x - radius, y - radius, x + radius, y + radius
    wide, high, middle = right - left, bottom - top, (left + right) / 2
    if place == "whole head":
        side = _HELMET * max(wide, 0.7 * high) / max(thing.width, 0.3)
        return _at(thing, side, x=middle, top=top + 0.5 * high - 0.5 * side * thing.height, depth=2)
    if place == "head":
        side = min(max(0.94 * wide, 0.24) / max(thing.width, 0.3), 0.8)
        sunk = 0.16 if other.is_face else 0.24
        return _at(thing, side, x=middle, bottom=top + sunk * high, depth=2)
    if place in _ON_HEAD:
        share, down = _ON_HEAD[place]
        if other.is_face and place == "neck":
            down = 1.08
        side = max(share * wide, 0.2) / max(thing.width, 0.3)
        y = top + down * high
        if other.face is not None and place == "eyes":
            side = max(min(2.1 * other.face.apart, wide), 0.7 * wide, 0.2) / max(thing.width, 0.3)
            return _at(thing, side, x=middle, top=other.face.y - side * (thing.heaviest - thing.box[1]), depth=2)
        if place == "neck" and not other.is_face and "neck" in other.anchors:
            middle, y = other.anchors["neck"]
        elif place == "neck" and other.looks and other.width > 0.7 * other.height:  # on four legs: behind the head
            middle, y = middle - 0.28 * other.looks * wide, y + 0.16 * high
        if place == "neck" and thing.height > thing.width:  # its loop, not its ends, is at the neck
            return _at(thing, side, x=middle, top=y - 0.2 * thing.height * side, depth=2)
        return _at(thing, side, x=middle, top=y - thing.height * side / 2, depth=2)
    if place == "feet":
        side = 0.5 / max(thing.width, 0.3)
        return _at(thing, min(side, 0.45), x=_middle(other), bottom=other.box[3] + 0.04, depth=2)
    if place == "hands":
        return _held(thing, other)
    if place == "back" and _last(thing) in ("cape", "cloak") and not other.is_face:  # from the shoulders down
        side = min(1.25 * other.width, 1.0) / max(thing.width, 0.3)
        return _at(thing, side, x=_middle(other), top=bottom - 0.15 * high, depth=-1)
    if place == "back":
        side = 0.6
        return _at(thing, side, x=_middle(other), top=top + 0.6 * high, depth=-1)
    side = min(0.92 * other.width / max(thing.width, 0.3), 0.75)
    if other.is_face:
        return _at(thing, 0.9, x=middle, top=other.box[3] - 0.06, depth=-1)
    return _at(thing, side, x=_middle(other), top=bottom - 0.04, depth=2)


def _around(thing: Shape, other: Shape, count: int) -> list[Joint]:
    side = ratio(thing, other, 0.26, 0.5, 0.34)
    if count == 1:
        return [_at(thing, 0.8, x=_middle(other), bottom=other.box[3] + 0.04, depth=2)]
    middle_y = (other.box[1] + other.box[3]) / 2
    across, down = 0.5 * other.width + 0.62 * side, 0.5 * other.height + 0.45 * side
    joints = []
    for at in range(count):
        angle = 2 * math.pi * (at + 0.5) / count - math.pi / 2
        x, y = _middle(other) + across * math.cos(angle), middle_y + down * math.sin(angle)
        joints.append(Joint(x, y, side, 2 if y > middle_y else -1))
    return joints


_JOINTS: dict[str, Callable[[Shape, Shape], Joint]] = {
    "on": _on,
    "sitting on": _sitting,
    "riding": _riding,
    "in": _in,
    "inside": _inside,
    "coming out of": _out_of,
    "under": _under,
    "hanging from": _hanging,
    "above": _above,
    "left of": _beside(-1, 0.5, 1.6, 0.08),
    "right of": _beside(1, 0.5, 1.6, 0.08),
    "next to": _beside(1, 0.45, 1.7, 0.03),
    "facing": _beside(1, 0.45, 1.6, 0.12),
    "in front of": _in_front,
    "behind": _behind,
    "held by": _held,
    "worn by": _worn,
    "with": _with,
    "part of": _with,
}
