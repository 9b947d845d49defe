"""Wishes about how many there are: another one, two more, three in all, one less, only one.

Each reads one kind of ``wish_words.PATTERNS``: it does what the words ask for and says whether they were understood.
"""

import re
from typing import TYPE_CHECKING

from pipeline.language.relations import number_of, scenery_of
from pipeline.scene.ids import free_id
from pipeline.scene.kinds import is_container
from pipeline.scene.notes import Note
from pipeline.scene.patterns import PATTERNS
from pipeline.scene.record import MAX_COUNT
from pipeline.scene.wish_room import beside, make_room

if TYPE_CHECKING:
    from pipeline.scene.record import Thing
    from pipeline.scene.wish import Reading

__all__ = ["NUMBERS"]

_SO_MANY = re.compile(r"([a-z]+|[0-9]+)(?: of)?(?: the| them| these| those)? ?(.*)$", re.IGNORECASE)
_BUT = re.compile(r"(.+?),? (?:but|only|but in|in) ([a-z]+(?: [a-z]+)?)(?: instead)?", re.IGNORECASE)
_SOME = frozenset("a an another one".split())


def _all(found: "list[Thing]") -> int:
    return sum(thing.count for thing in found)


def _changed(found: "list[Thing]", number: int, reading: "Reading") -> bool:
    """So many of what is meant: the last ones go, or copies of the last one come."""
    found = list(found)
    if number > MAX_COUNT - reading.scene.placed + _all(found):
        reading.notes.append(Note("number", str(number), str(MAX_COUNT - reading.scene.placed + _all(found))))
        return True
    while _all(found) > number:
        last = found[-1]
        if last.count > 1 and last.count > _all(found) - number:
            reading.do("count", last.id, last.count - (_all(found) - number))
            found[-1] = reading.scene.thing(last.id)
        else:
            reading.do("remove", last.id)
            found.pop()
    if len(found) == 1 and found[0].place is None and number > found[0].count:
        reading.do("count", found[0].id, number)
        return True
    new = []
    for _ in range(number - _all(found)):
        new.append(_copy(found[-1], reading).id)
        found.append(reading.scene.thing(new[-1]))
    make_room(new, reading)
    return True


def _copied(match: re.Match, reading: "Reading") -> bool:
    """ "duplicate the dog": of each; "another dog", "two more dogs": of the last."""
    if match["whole"]:
        found = reading.meant(match["whole"])
        if not found:
            reading.notes.append(Note("absent", match["whole"]))
        make_room([_copy(thing, reading).id for thing in found], reading)
        return True
    but = _BUT.fullmatch(match["more"])
    colour = reading.colour_of(but[2]) if but else None
    found = reading.meant(but[1] if but and colour else match["more"])
    if found and colour:  # "a second dog, but black"
        new = _copy(found[-1], reading)
        if new.count > 1:
            reading.do("count", new.id, 1)
        reading.do("colour", new.id, colour)
        make_room([new.id], reading)
        return True
    if not found or len({thing.name for thing in found}) > 1:
        return False
    more = number_of([(match["many"] or "one").lower()]) or 1
    return _changed(found, _all(found) + more, reading)


def _number(match: re.Match, reading: "Reading") -> bool:
    """ "three dogs", "only two dogs", "two dogs instead of one"."""
    number, found = number_of([match[1].lower()]), reading.meant(match[2])
    if not number or not found or len({thing.name for thing in found}) > 1:
        return False
    return _changed(found, number, reading)


def _fewer(match: re.Match, reading: "Reading") -> bool:
    """ "fewer dogs": one less, of one none."""
    found = reading.meant(match[1])
    return bool(found) and _changed(found, _all(found) - 1, reading)


def _remove(match: re.Match, reading: "Reading") -> bool:
    """ "remove the hat", "remove one seagull", "remove all the dogs"."""
    words = next(group for group in match.groups() if group)
    if told := _SO_MANY.match(words):
        word = told[1].lower()
        number = 1 if word in _SOME else number_of([word])
        found = reading.meant(told[2] or ("it" if reading.it else "them")) if number else []
        if not told[2] and len({one.name for one in found}) > 1:  # of those of which there are several
            found = [one for one in found if one.count > 1 or [other.name for other in found].count(one.name) > 1]
        if number and number < _all(found) and len({one.name for one in found}) == 1:
            return _changed(found, _all(found) - number, reading)
    if _unpainted(words, reading):
        return True
    found = reading.meant(words)
    ground = reading.scene.ground
    if not found and ground is not None and ground.kind == "scene" and scenery_of(words.lower()) == ground.name:
        reading.do("ground", "colour", "#ffffff")
        return True
    if not found:
        reading.notes.append(Note("absent", words))
    for thing in found:
        if any(thing.id == other.id for other in reading.scene.things):
            reading.do("remove", thing.id)
    return True


def _unpainted(words: str, reading: "Reading") -> bool:
    """ "remove the dots": the colour of a part, or a pattern."""
    part = re.sub(r"^(?:the|its|his|her|their|all)\s+", "", words.lower()).split()[-1:]
    owners = [one for one in reading.scene.things if part and part[0] in one.part_colours]
    for one in owners if not reading.meant(words) else ():
        reading.do("part", one.id, part[0], "none")
    return bool(owners) and not reading.meant(words)


def _other_pattern(match: re.Match, reading: "Reading") -> bool:
    """ "stripes instead of dots", "change the dots to stripes": in their colour."""
    new, old = (PATTERNS.get(match[name].lower(), "") and match[name].lower() for name in ("new", "old"))
    owners = [one for one in reading.scene.things if old in one.part_colours] if new and old else []
    for one in owners:
        reading.do("part", one.id, old, "none")
        reading.do("part", one.id, new, one.part_colours[old])
    return bool(owners)


def _emptied(match: re.Match, reading: "Reading") -> bool:
    """ "empty the basket"."""
    owners = {one.id for one in reading.meant(match[1])}
    inside = [one for one in reading.scene.things if one.relation and one.relation.target in owners]
    inside = [one for one in inside if one.relation and one.relation.kind in ("in", "inside")]
    for one in inside:
        reading.do("remove", one.id)
    return bool(inside)


def _filled(match: re.Match, reading: "Reading") -> bool:
    """ "fill the basket with flowers"."""
    holders = [one for one in reading.meant(match[1]) if is_container(one.said or one.name)]
    things = reading.reader.parse(match[2], seed=reading.seed).scene.things if len(holders) == 1 else ()
    for thing in things:
        own = free_id(thing.id, {other.id for other in reading.scene.things})
        reading.do("add", own, thing.name, "in", holders[0].id)
        if thing.count > 1:
            reading.do("count", own, thing.count)
        if thing.colour:
            reading.do("colour", own, thing.colour)
    return bool(things)


def _copy(thing: "Thing", reading: "Reading") -> "Thing":
    """One more of a thing, next to it."""
    before = {other.id for other in reading.scene.things}
    reading.do("copy", thing.id)
    new = next(other for other in reading.scene.things if other.id not in before)
    if thing.place is not None:
        reading.do("place", new.id, *(round(value, 4) for value in beside(thing.place, reading)))
    return reading.scene.thing(new.id)


# Kind of wish -> what reads it.
NUMBERS = {
    "copied": _copied, "number": _number, "fewer": _fewer, "remove": _remove, "emptied": _emptied, "filled": _filled,
    "other_pattern": _other_pattern,
}  # fmt: skip
