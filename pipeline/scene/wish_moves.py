"""Wishes about how things stand to each other: further apart, closer together, looking at each other, in the rain.

Each reads one kind of ``wish_words.PATTERNS``: it does what the words ask for and says whether they were understood.
"""

import re
from typing import TYPE_CHECKING

from pipeline.scene.kinds import is_alive
from pipeline.scene.notes import Note

if TYPE_CHECKING:
    from pipeline.scene.record import Thing
    from pipeline.scene.wish import Reading

__all__ = ["MOVES", "relate"]

_APART = 1.5  # how many times as far from their middle; closer together is the inverse
_UNDO = "`wish` takes a change to the picture, got {said!r}; take the last change back with undo, or out of `edits`."
_SOME = "(?:an?|another|some|one|two|more) "  # begins what is new
_UP = 0.1  # of the picture's height: how far "higher" is
_AGAIN = "`wish` takes a change to the picture, got {said!r}; undo the changes, or write a new prompt."


def _undo(match: re.Match, reading: "Reading") -> bool:
    """ "undo that": who holds the list of edits takes the last one out; a scene does not know what it was."""
    reading.notes.append(Note("refused", _UNDO.format(said=match[0])))
    return True


def _over(match: re.Match, reading: "Reading") -> bool:
    """ "start over": that is no change to a scene either."""
    reading.notes.append(Note("refused", _AGAIN.format(said=match[0])))
    return True


def _rooted(things: "list[Thing]") -> "list[Thing]":
    """Those that stand by themselves; what they wear goes with them."""
    return [thing for thing in things if thing.place is not None]


def _spread(match: re.Match, reading: "Reading") -> bool:
    """ "spread them out", "move them closer together": of all that are meant, from their middle."""
    things = _rooted(reading.meant(next(group for group in match.groups() if group)))
    places = [thing.place for thing in things if thing.place is not None]
    if len(places) < 2:
        return False
    factor = 1 / _APART if re.search("closer|together|nearer", match[0], re.IGNORECASE) else _APART
    middle = [sum(place[axis] for place in places) / len(places) for axis in (0, 1)]
    for thing, (x, y, side) in zip(things, places, strict=True):
        low = min(0.5, side / 2)
        at = [mid + (one - mid) * factor for one, mid in zip((x, y), middle, strict=True)]
        reading.do("place", thing.id, *(min(max(one, low), 1 - low) for one in at), side)
    return True


def _nearer(match: re.Match, reading: "Reading") -> bool:
    """ "move the dog closer to the cat", "move the dog away from the cat"."""
    found, others = _rooted(reading.meant(match[1])), _rooted(reading.meant(match[3]))
    if len(others) != 1 or not found or others[0] in found or others[0].place is None:
        return False
    across, down, _ = others[0].place
    factor = 1 / _APART if re.match("closer|nearer|towards?", match[2], re.IGNORECASE) else _APART
    for thing in found:
        if thing.place is not None:
            x, y, side = thing.place
            low = min(0.5, side / 2)
            at = (across + (x - across) * factor, down + (y - down) * factor)
            reading.do("place", thing.id, *(min(max(one, low), 1 - low) for one in at), side)
    return True


def _faces(match: re.Match, reading: "Reading") -> bool:
    """ "make the dog look at the cat", "make them face each other": nobody moves for it."""
    found, others = reading.meant(match[1]), reading.meant(match[2])
    if re.match("each other|one another", match[2], re.IGNORECASE):
        found = sorted(_rooted(found), key=lambda thing: thing.place or ())
        if len(found) != 2:
            return False
        _look(found[0], "right", reading)
        _look(found[1], "left", reading)
        return True
    if not found or len(others) != 1 or others[0] in found:
        return False
    for thing in found:
        if thing.place is None or others[0].place is None:
            relate(thing, "facing", others[0], reading)
        else:
            _look(thing, "left" if others[0].place[0] < thing.place[0] else "right", reading)
    return True


def _look(thing: "Thing", side: str, reading: "Reading") -> None:
    reading.do("look", thing.id, side)
    if Note("side") not in reading.notes:
        reading.notes.append(Note("side"))


def _looks(match: re.Match, reading: "Reading") -> bool:
    """ "look left", "make the dog face right", "make it go left"."""
    side = match["side"].lower()
    found = reading.meant(match["whom"] or "it")
    alive = [thing for thing in found if is_alive(thing.said or thing.name)]
    for thing in alive or _rooted(found):
        _look(thing, side, reading)
    return bool(found)


def _lined(match: re.Match, reading: "Reading") -> bool:
    """ "put them side by side": in the order in which they are, on one ground."""
    things = sorted(_rooted(reading.meant(match[1])), key=lambda thing: thing.place or ())
    places = [thing.place for thing in things if thing.place is not None]
    if len(places) < 2:
        return False
    scale = min(1.0, 1 / sum(side for _, _, side in places))
    ground = max(y + side / 2 for _, y, side in places)
    x = 0.5 - scale * sum(side for _, _, side in places) / 2
    for thing, (_, _, side) in zip(things, places, strict=True):
        own = scale * side
        reading.do("place", thing.id, *(round(value, 4) for value in (x + own / 2, ground - own / 2, own)))
        x += own
    return True


def _sizes(match: re.Match, reading: "Reading") -> bool:
    """ "double the size of the cat", "make the cat twice as big"."""
    found = reading.meant(match[2] or match[3])
    for thing in found:
        reading.do("size", thing.id, 2.0 if (match[1] or match[4]).lower() in ("double", "twice") else 0.5)
    return bool(found)


def _hidden(match: re.Match, reading: "Reading") -> bool:
    """ "hide the dog behind the cat" takes nobody away."""
    found, others = reading.meant(match[1]), reading.meant(match[3])
    if len(found) != 1 or len(others) != 1 or found == others:
        return False
    relate(found[0], match[2].lower(), others[0], reading)
    return True


def relate(thing: "Thing", kind: str, other: "Thing", reading: "Reading") -> None:
    """A thing in a relation to another, which may stand by it: then it does so no more."""
    if other.relation is not None and other.relation.target == thing.id:
        reading.do("relate", other.id, "none")
    reading.do("relate", thing.id, kind, other.id)


def _in_hand(match: re.Match, reading: "Reading") -> bool:
    """ "put the balloon in her hand"; one hand is not told from the other."""
    found, owners = reading.meant(match["what"]), reading.meant(re.sub("(?:'s|s')$", "", match["whose"]))
    if len(found) != 1 or len(owners) != 1 or found == owners or re.match(_SOME, match["what"], re.IGNORECASE):
        return False
    now = found[0].relation
    if now is not None and (now.kind, now.target) == ("held by", owners[0].id):
        reading.notes.append(Note("wish", match[0]))
    else:
        relate(found[0], "held by", owners[0], reading)
    return True


def _other_way(match: re.Match, reading: "Reading") -> bool:
    """ "make the dog face the other way"."""
    found = reading.meant(match[1] or "it")
    for thing in found:
        reading.do("mirror", thing.id)
    return bool(found)


def _higher(match: re.Match, reading: "Reading") -> bool:
    """ "make them fly higher", "make it jump"."""
    found = _rooted(reading.meant(match["whom"] or match["who"]))
    for thing in found:
        reading.do("move", thing.id, 0.0, _UP if (match["way"] or "").lower() == "lower" else -_UP)
    return bool(found)


def _nearer_by(match: re.Match, reading: "Reading") -> bool:
    """ "bring the cat closer": to who looks at it."""
    found = reading.meant(match[1])
    factor = 1.35 if re.search("closer|nearer", match[2], re.IGNORECASE) else 1 / 1.35
    for thing in found:
        reading.do("size", thing.id, factor)
        if thing.place is not None and factor > 1:
            reading.do("order", thing.id, "front")
    return bool(found)


# Kind of wish -> what reads it.
MOVES = {
    "undo": _undo, "over": _over, "spread": _spread, "nearer": _nearer, "faces": _faces, "other_way": _other_way,
    "looks": _looks, "higher": _higher, "nearer_by": _nearer_by, "lined": _lined, "hidden": _hidden, "sizes": _sizes,
    "in_hand": _in_hand,
}  # fmt: skip
