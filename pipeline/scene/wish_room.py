"""Where something further stands in a picture: where it hides little; without room for it all are laid out anew."""

import re
from typing import TYPE_CHECKING

from pipeline.scene.kinds import is_flying, is_landscape, is_sky

if TYPE_CHECKING:
    from pipeline.scene.record import Thing
    from pipeline.scene.wish import Reading

__all__ = ["beside", "free_place", "hides", "make_room", "put", "resize", "room_of", "spot_of", "stand_behind"]

_ACROSS = {"left": 0.0, "right": 1.0}
_DOWN = {"top": 0.0, "upper": 0.0, "bottom": 1.0, "lower": 1.0}
_MIDDLE = {"middle", "centre", "center"}
_EDGE = 0.03  # of the picture's side, that stays free
_NEW_SIDE = 0.36  # of a thing that nobody gave a place, where nothing stands yet
_SKY_SIDE = 0.24  # the same of what is seen in the sky
_CORNER = _SKY_SIDE  # and in a corner
_BEHIND = 0.5, 0.45, 0.9  # place of one thing behind everything
_CLOUD, _BOW = (0.5, 0.2, 0.34), (0.5, 0.32, 0.64)  # the same in the sky
_HIDDEN = 0.2  # of a thing's square, that another's may cover
_OUTLINE = 0.78  # side of what is seen of a thing, of its square
_GROUND = 0.85  # of the picture's height, where nothing stands yet

Place = tuple[float, float, float]


def spot_of(words: str, x: float, y: float, side: float) -> tuple[float, float] | None:
    """Where "top left" is for a thing that stands at (x, y); None where the words name no such place."""
    said = set(re.split(r"[ -]+", words.lower()))
    across = [_ACROSS[word] for word in said & _ACROSS.keys()]
    down = [_DOWN[word] for word in said & _DOWN.keys()]
    middle = bool(said & _MIDDLE)
    if not (across or down or middle):
        return None
    low = min(0.5, side / 2 + _EDGE)
    at = [
        low + (1 - 2 * low) * found[0] if found else 0.5 if middle else stays
        for found, stays in ((across, x), (down, y))
    ]
    return at[0], at[1]


def _standing(reading: "Reading", but: str = "") -> list[Place]:
    return [thing.place for thing in reading.scene.things if thing.place is not None and thing.id != but]


def _foot(places: list[Place]) -> float:
    return max((y + side / 2 for _, y, side in places), default=_GROUND)


def free_place(name: str, reading: "Reading", spot: str = "", own: str = "") -> Place:
    """Where a further thing hides least of what stands there, on the ground of the others or in the sky.

    Args:
        name: of the thing.
        reading: the wish.
        spot: the corner or the side that is said.
        own: the thing's id, where it has a place already.
    """
    others = _standing(reading, own)
    sky = is_sky(name) or is_flying(name)
    side = _SKY_SIDE if sky else _NEW_SIDE
    if not others and not spot:
        return (0.5, 0.25 if sky else 0.5, side)
    if others:
        side = min(0.5, max(0.2, 0.7 * sorted(place[2] for place in others)[len(others) // 2]))
    side = min(side, _SKY_SIDE) if sky else side
    if spot:
        side = min(side, _CORNER) if re.search("top|upper", spot) and re.search("left|right", spot) else side
        x, y = spot_of(spot, 0.5, 0.5 if not others else min(1 - _EDGE, _foot(others)) - side / 2, side) or (0.5, 0.5)
        return x, y, side
    y = side / 2 + 2 * _EDGE if sky else min(1 - _EDGE, _foot(others)) - side / 2
    steps = [side / 2 + _EDGE + (1 - side - 2 * _EDGE) * step / 8 for step in range(9)]
    best = min(steps, key=lambda x: (round(sum(_shared((x, y, side), other) for other in others), 4), abs(x - 0.5)))
    return best, y, side


def stand_behind(thing: "Thing", ids: list[str], reading: "Reading") -> None:
    """What is added "behind" or "in the background": one fills it, several stand in a row."""
    sky, land = is_sky(thing.name) or is_flying(thing.name), is_landscape(thing.said or thing.name)
    foot = _foot(_standing(reading))
    for at, own in enumerate(ids):
        if len(ids) == 1:
            place = (_BOW if thing.name.endswith("rainbow") else _CLOUD) if sky else _BEHIND
        else:
            side = min(0.5, 1.25 / len(ids)) if not sky else min(_SKY_SIDE, 0.9 / len(ids))
            up = 0.16 + 0.07 * (at % 2) if sky else max(side / 2, foot - side / 2 - (0.12 if land else 0.16))
            place = ((at + 0.5) / len(ids), up, side)
        reading.do("place", own, *place)
        reading.do("order", own, "back")


def beside(place: Place, reading: "Reading") -> Place:
    """A place for one more: on the right or on the left of one where that hides little, else above or below it."""
    x, y, side = place
    others = _standing(reading)
    low = min(0.5, side / 2)
    rows = [y, *(row for row in (y - side, y + side) if low <= round(row, 4) <= 1 - low)]
    columns = [x + 0.85 * side, x - 0.85 * side, x, *(low + (1 - 2 * low) * step / 8 for step in range(9))]
    places = [
        (column, row, side) for row in rows for column in columns if low - 0.05 <= round(column, 4) <= 1.05 - low
    ]

    def hidden(at: Place) -> float:
        return max(0.0, round(sum(_shared(at, other) for other in others) / side**2 - _HIDDEN, 2))

    return min(places, key=hidden)


def room_of(reading: "Reading") -> list["Thing"]:
    """What stands by itself on the ground, and is laid out anew where there is no room."""
    return [
        thing
        for thing in reading.scene.things
        if thing.place is not None and not is_sky(thing.name) and thing.place[2] < 0.85
    ]


def make_room(new: list[str], reading: "Reading") -> bool:
    """Lay out anew all that stands by itself, where something new hides what was there, or is hidden.

    Returns:
        Whether that was needed.
    """
    standing = room_of(reading)
    crowded = any(
        one.place is not None and other.place is not None and hides(one.place, other.place)
        for one in standing
        if one.id in new
        for other in standing
        if other is not one
    )
    if not crowded:
        return False
    for thing in standing:
        reading.do("relate", thing.id, "none")
    return True


def hides(one: Place, other: Place) -> bool:
    """Whether one of two squares covers much of what is in the other."""
    one, other = ((x, y, _OUTLINE * side) for x, y, side in (one, other))
    return _shared(one, other) > _HIDDEN * min(one[2], other[2]) ** 2


def _shared(one: Place, other: Place) -> float:
    """Area that two places share."""
    sides = [
        min(a + one[2] / 2, b + other[2] / 2) - max(a - one[2] / 2, b - other[2] / 2)
        for a, b in zip(one[:2], other[:2], strict=True)
    ]
    return max(0.0, sides[0]) * max(0.0, sides[1])


def resize(thing: "Thing", factor: float, reading: "Reading") -> None:
    """So many times as large; what would reach beyond the picture for it, and has room, is moved into it."""
    reading.do("size", thing.id, factor)
    place = reading.scene.thing(thing.id).place
    if place is not None and factor > 1:
        x, y, side = place
        low = min(0.5, _OUTLINE * side / 2)
        moved = min(max(x, low), 1 - low), min(max(y, low), 1 - low)
        if moved != (x, y):
            reading.do("place", thing.id, *moved, side)


def put(thing: "Thing", reading: "Reading", x: float, y: float, side: float) -> None:
    """A thing at a place, whatever it stood in relation to before."""
    if reading.scene.thing(thing.id).relation is not None:
        reading.do("relate", thing.id, "none")
    reading.do("place", thing.id, round(x, 4), round(y, 4), round(side, 4))
