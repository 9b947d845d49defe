"""Wishes about where things stand: on the left, between two others, in exchange for another, nearer or farther.

Each reads one kind of ``wish_words.PATTERNS``: it does what the words ask for and says whether they were understood.
"""

import re
from typing import TYPE_CHECKING

from pipeline.scene.wish_room import hides, put, room_of, spot_of

if TYPE_CHECKING:
    from pipeline.scene.record import Thing
    from pipeline.scene.wish import Reading

__all__ = ["PLACES", "exchange"]

_NEW_SIDE = 0.36  # of a thing that nobody gave a place
_ZOOM = 1.25
_OTHER_SIDE = {
    "left of": "right of", "right of": "left of", "next to": "left of", "facing": "left of", "above": "under",
    "under": "above", "in front of": "behind", "behind": "in front of",
}  # fmt: skip
_OWNED, _CARRIED = ("worn by", "held by", "part of"), ("riding", "sitting on")


def _spot(match: re.Match, reading: "Reading") -> bool:
    """ "put the cat on the left", "center the dog"."""
    found, words = reading.meant(match[1] or match[3]), match[2] or "middle"
    if len(found) > 1:
        return _together(found, words, reading)
    if not found:
        return False
    for thing in found:
        x, y, side = thing.place or (0.5, 0.5, _NEW_SIDE)
        at = spot_of(words, x, y, side)
        if at is None:
            return False
        put(thing, reading, *at, side)
        hidden = [other for other in room_of(reading) if other.id != thing.id and other.place and thing.place]
        hidden = [other for other in hidden if other.place and hides((*at, side), other.place)]
        if len(hidden) == 1 and hidden[0].place is not None:  # who stood there takes the place that gets free
            put(hidden[0], reading, x, hidden[0].place[1], hidden[0].place[2])
    return True


def _together(found: "list[Thing]", words: str, reading: "Reading") -> bool:
    """Several keep their places to each other: all of them are moved to the side, or to the middle."""
    places = [thing.place for thing in found if thing.place is not None]
    if not places:
        return False
    left, top = (min(place[axis] - place[2] / 2 for place in places) for axis in (0, 1))
    right, bottom = (max(place[axis] + place[2] / 2 for place in places) for axis in (0, 1))
    side, middle = min(1.0, max(right - left, bottom - top)), ((left + right) / 2, (top + bottom) / 2)
    at = spot_of(words, *middle, side)
    if at is None:
        return False
    for thing in found:
        if thing.place is not None:
            x, y, own = thing.place
            reading.do("place", thing.id, x + at[0] - middle[0], y + at[1] - middle[1], own)
    return True


def _exchange(match: re.Match, reading: "Reading") -> bool:
    """ "swap the cat and the dog", "exchange the girl with the bird": of their places."""
    one, other = (reading.meant(words) for words in (match[1], match[2]))
    return len(one) == len(other) == 1 and one != other and exchange(one[0], other[0], reading)


def exchange(one: "Thing", other: "Thing", reading: "Reading") -> bool:
    """Two things change places, or what they stand in relation to; their sizes stay.

    Returns:
        Whether they can: what is worn or held cannot.
    """
    by = [thing.relation.kind for thing in (one, other) if thing.relation is not None]
    if set(by) & set(_OWNED):
        return False
    if one.place is not None and other.place is not None:
        (x, y, side), (right, down, own) = one.place, other.place
        put(one, reading, right, down, side)
        put(other, reading, x, y, own)
        return True
    for low, top in ((one, other), (other, one)):
        if top.relation is not None and top.relation.target == low.id:
            if top.relation.kind in _OTHER_SIDE:
                reading.do("relate", top.id, _OTHER_SIDE[top.relation.kind], low.id)
            else:  # "on": who was below takes the other's place on it
                _stand_as(top, low, low.place and low.place[2], reading)
                reading.do("relate", low.id, top.relation.kind, top.id)
            return True
    if any(_hangs_on(a, b, reading) for a, b in ((one, other), (other, one))):
        return False
    if one.relation is None and other.relation is None and one.place is None and other.place is None:
        _reorder(one, other, reading)
        return True
    _stand_as(one, other, one.place and one.place[2], reading)
    _stand_as(other, one, other.place and other.place[2], reading)
    return True


def _stand_as(thing: "Thing", model: "Thing", side: float | None, reading: "Reading") -> None:
    """A thing where another was: on the same ground, or in the same relation."""
    if model.relation is not None:
        reading.do("relate", thing.id, model.relation.kind, model.relation.target)
    elif model.place is not None:
        x, y, own = model.place
        side = side or _NEW_SIDE
        put(thing, reading, x, y + (own - side) / 2, side)
    elif thing.relation is not None or thing.place is not None:
        reading.do("relate", thing.id, "none")


def _hangs_on(thing: "Thing", other: "Thing", reading: "Reading") -> bool:
    """Whether a thing stands by another, or by one that does."""
    seen = thing
    while seen.relation is not None:
        seen = reading.scene.thing(seen.relation.target)
        if seen.id == other.id:
            return True
    return False


def _reorder(one: "Thing", other: "Thing", reading: "Reading") -> None:
    """Two of a row: each comes before what came behind the other."""
    row = [thing for thing in reading.scene.things if thing.relation is None and thing.place is None]
    first, last = sorted((row.index(one), row.index(other)))
    if last == len(row) - 1:
        reading.do("order", row[first].id, "front")
    else:
        reading.do("order", row[first].id, "under", row[last + 1].id)
    if first + 1 < last:
        reading.do("order", row[last].id, "under", row[first + 1].id)


def _except(match: re.Match, reading: "Reading") -> bool:
    """ "remove everything but the cat", "just the girl": what they wear, hold and ride stays with them."""
    kept = reading.meant(next(group for group in match.groups() if group))
    if not kept:
        return False
    stays = _chain({thing.id for thing in kept}, reading)
    for thing in reading.scene.things:
        if thing.id not in stays:
            reading.do("remove", thing.id)
    return True


def _chain(ids: set[str], reading: "Reading") -> set[str]:
    """Ids of those, of what they wear and hold, and of what they ride and sit on, and so on."""
    found = set(ids)
    for thing in reading.scene.things * len(reading.scene.things):
        if thing.relation is not None and thing.relation.kind in _OWNED and thing.relation.target in found:
            found.add(thing.id)
        if thing.relation is not None and thing.relation.kind in _CARRIED and thing.id in found:
            found.add(thing.relation.target)
    return found


def _too(match: re.Match, reading: "Reading") -> bool:
    """ "the dog is too big"."""
    factor = 1.35 if match[2].lower() in ("small", "tiny", "little") else 1 / 1.35
    found = reading.meant(match[1])
    for thing in found:
        reading.do("size", thing.id, factor)
    return bool(found)


def _zoom(match: re.Match, reading: "Reading") -> bool:
    factor = _ZOOM if match[1].lower() == "in" else 1 / _ZOOM
    for thing in reading.scene.things:
        if thing.place is not None:
            x, y, side = thing.place
            at = [min(1.5, max(-0.5, 0.5 + (part - 0.5) * factor)) for part in (x, y)]
            reading.do("place", thing.id, at[0], at[1], min(2.0, side * factor))
        elif thing.relation is None:
            reading.do("size", thing.id, factor)
    return bool(reading.scene.things)


# Kind of wish -> what reads it.
PLACES = {
    "spot": _spot, "exchange": _exchange, "except": _except, "too": _too, "zoom": _zoom,
}  # fmt: skip
