"""Wishes about where things stand: on the left, between two others, in exchange for another, nearer or farther.

Each reads one kind of ``wish_words.PATTERNS``: it does what the words ask for and says whether they were understood.
"""

import re
from typing import TYPE_CHECKING

from pipeline.scene.wish_room import hides, put, room_of, spot_of

if TYPE_CHECKING:
    from pipeline.scene.record import Thing
    from pipeline.scene.wish import Reading

__all__ = ["PLACES"]

_NEW_SIDE = 0.36  # of a thing that nobody gave a place
_ZOOM = 1.25
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
    """ "swap the cat and the dog": of their places."""
    one, other = (reading.meant(words) for words in (match[1], match[2]))
    if len(one) != 1 or len(other) != 1 or one == other or one[0].place is None or other[0].place is None:
        return False
    (x, y, side), (right, down, own) = one[0].place, other[0].place
    put(one[0], reading, right, down, side)
    put(other[0], reading, x, y, own)
    return True


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
