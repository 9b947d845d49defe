"""Wishes about where things stand: on the left, between two others, in exchange for another, nearer or farther.

Each reads one kind of ``wish_words.PATTERNS``: it does what the words ask for and says whether they were understood.
"""

import re
from typing import TYPE_CHECKING

from pipeline.scene.notes import Note

if TYPE_CHECKING:
    from pipeline.scene.record import Thing
    from pipeline.scene.wish import Reading

__all__ = ["PLACES", "beside", "free_place", "spot_of"]

_ACROSS = {"left": 0.0, "right": 1.0}
_DOWN = {"top": 0.0, "upper": 0.0, "bottom": 1.0, "lower": 1.0}
_MIDDLE = {"middle", "centre", "center"}
_EDGE = 0.03  # of the picture's side, that stays free
_NEW_SIDE = 0.36  # of a thing that nobody gave a place, where nothing stands yet
_IN_THE_SKY = frozenset("sun moon star cloud rainbow balloon bird plane airplane kite bee butterfly rocket".split())
_ZOOM = 1.25
_HIDDEN = 0.2  # of a thing's square, that another's may cover


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


def free_place(name: str, reading: "Reading") -> tuple[float, float, float]:
    """Where a further thing hides least of what stands there, on the ground of the others or in the sky."""
    others = [thing.place for thing in reading.scene.things if thing.place is not None]
    if not others:
        return 0.5, 0.5, _NEW_SIDE
    side = min(0.5, max(0.2, 0.7 * sorted(place[2] for place in others)[len(others) // 2]))
    ground = max(y + own / 2 for _, y, own in others)
    sky = name.split()[-1].rstrip("s") in _IN_THE_SKY
    y = side / 2 + 2 * _EDGE if sky else min(1 - _EDGE, ground) - side / 2
    steps = [side / 2 + _EDGE + (1 - side - 2 * _EDGE) * step / 8 for step in range(9)]
    return (
        min(steps, key=lambda x: (round(sum(_shared((x, y, side), other) for other in others), 4), abs(x - 0.5))),
        y,
        side,
    )


def beside(place: tuple[float, float, float], reading: "Reading") -> tuple[float, float, float]:
    """A place for one more: on the right or on the left of one where that hides little, else above or below it."""
    x, y, side = place
    others = [thing.place for thing in reading.scene.things if thing.place is not None]
    low = min(0.5, side / 2)
    rows = [y, *(row for row in (y - side, y + side) if low <= round(row, 4) <= 1 - low)]
    columns = [x + 0.85 * side, x - 0.85 * side, x, *(low + (1 - 2 * low) * step / 8 for step in range(9))]
    places = [
        (column, row, side) for row in rows for column in columns if low - 0.05 <= round(column, 4) <= 1.05 - low
    ]

    def hidden(at: tuple[float, float, float]) -> float:
        return max(0.0, round(sum(_shared(at, other) for other in others) / side**2 - _HIDDEN, 2))

    return min(places, key=hidden)


def _shared(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Area that two places share."""
    sides = [
        min(a + one[2] / 2, b + other[2] / 2) - max(a - one[2] / 2, b - other[2] / 2)
        for a, b in zip(one[:2], other[:2], strict=True)
    ]
    return max(0.0, sides[0]) * max(0.0, sides[1])


def put(thing: "Thing", reading: "Reading", x: float, y: float, side: float) -> None:
    """A thing at a place, whatever it stood in relation to before."""
    if reading.scene.thing(thing.id).relation is not None:
        reading.do("relate", thing.id, "none")
    reading.do("place", thing.id, round(x, 4), round(y, 4), round(side, 4))


def _spot(match: re.Match, reading: "Reading") -> bool:
    """ "put the cat on the left", "center the dog"."""
    found, words = reading.meant(match[1] or match[3]), match[2] or "middle"
    if not found or len(found) > 1 and not match[3]:
        return False
    for thing in found:
        x, y, side = thing.place or (0.5, 0.5, _NEW_SIDE)
        at = spot_of(words, x, y, side)
        if at is None:
            return False
        put(thing, reading, *at, side)
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
    """ "remove everything but the cat"."""
    kept = reading.meant(next(group for group in match.groups() if group))
    if not kept:
        return False
    for thing in reading.scene.things:
        if thing not in kept:
            reading.do("remove", thing.id)
    return True


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


def _lettering(match: re.Match, reading: "Reading") -> bool:
    """ "make the text red", "move the text to the top"."""
    text, words = reading.scene.lettering, next(group for group in match.groups() if group).lower()
    if text is None:
        reading.notes.append(Note("absent", "text"))
        return True
    forms = {
        "arch": "arched",
        "curve": "arched",
        "bent": "arched",
        "banner": "banner",
        "ribbon": "banner",
        "straight": "straight",
    }
    form = next((form for word, form in forms.items() if word in words), text.form)
    places = {
        "top": "top",
        "above": "top",
        "bottom": "bottom",
        "below": "bottom",
        "middle": "middle",
        "cent": "middle",
    }
    place = next((place for word, place in places.items() if word in words), text.place)
    colour = reading.colour_of(re.sub(r"^(?:to|into|be|in) ", "", words))
    if (form, place) == (text.form, text.place) and colour is None:
        return False
    own = text.text.replace("\n", "\\n")
    reading.do("letter", own, form, place, colour or text.colour, text.outline or "none")
    return True


def _edge(match: re.Match, reading: "Reading") -> bool:
    """ "make the outline red", "make the outline thicker"."""
    edge, words = reading.scene.outline, match[1].lower()
    if edge is None:
        reading.notes.append(Note("absent", "outline"))
        return True
    wider = 1.5 if re.search("thick|wide|big|bold", words) else 1 / 1.5 if re.search("thin|narrow|small", words) else 1
    colour = reading.colour_of(words) or edge.colour
    if wider == 1 and colour == edge.colour:
        return False
    reading.do("outline", min(64, max(1, round(edge.width * wider))), colour)
    return True


# Kind of wish -> what reads it.
PLACES = {
    "edge": _edge,
    "spot": _spot, "exchange": _exchange, "except": _except, "too": _too, "zoom": _zoom, "lettering": _lettering,
}  # fmt: skip
