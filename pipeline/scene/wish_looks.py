"""Wishes about how things look: happy or sad, dressed as somebody, one of several.

Each reads one kind of ``wish_words.PATTERNS``: it does what the words ask for and says whether they were understood.
"""

import re
from typing import TYPE_CHECKING

from pipeline.language.english import singular
from pipeline.language.expressions import expression_of
from pipeline.scene.ids import free_id, id_of
from pipeline.scene.kinds import is_alive, worn_at
from pipeline.scene.notes import Note
from pipeline.scene.outfits import outfit_of
from pipeline.scene.parts import PART_WORDS
from pipeline.scene.patterns import PATTERNS
from pipeline.scene.record import Thing
from pipeline.scene.wish_places import exchange

if TYPE_CHECKING:
    from pipeline.scene.wish import Reading

__all__ = ["LOOKS"]

_DOES = {
    "smile": "smiling", "laugh": "laughing", "cry": "crying", "sleep": "sleeping", "frown": "sad", "wink": "winking",
    "grin": "happy",
}  # fmt: skip
_HAD = ("worn by", "held by")
_FACE_PARTS = frozenset("eyes eye mouth".split())
_BODY_PARTS = frozenset("ears ear horns horn antlers tail paws paw feet legs belly tummy face nose hair beard".split())
_NUMBERS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}


def _with_faces(things: list[Thing]) -> list[Thing]:
    """Those that live, or all where none does; what is worn has no face."""
    things = [thing for thing in things if thing.relation is None or thing.relation.kind != "worn by"]
    return [thing for thing in things if is_alive(thing.said or thing.name)] or things


def _mood(match: re.Match, reading: "Reading") -> bool:
    """ "make it grumpy", "make the dog cry", "give the cat a smile"."""
    said = match["mood"].lower()
    said = said.removesuffix(" face").removesuffix(" expression").removesuffix(" look")
    found, rest = expression_of([_DOES[said] if said in _DOES else str(said)])
    things = _with_faces(reading.meant(match["whom"]))
    if found is None or rest:
        return False
    for thing in things:
        reading.do("face", thing.id, found)
    return bool(things)


def _no_mood(match: re.Match, reading: "Reading") -> bool:
    """ "remove the smile"."""
    things = [thing for thing in reading.scene.things if thing.expression is not None]
    for thing in things:
        reading.do("face", thing.id, "none")
    return bool(things)


def _dress(match: re.Match, reading: "Reading") -> bool:
    """ "dress the dog as a pirate"."""
    worn, things = outfit_of(match[2].lower()), _with_faces(reading.meant(match[1]))
    if worn is None or not things:
        return False
    name, colour = worn
    for thing in things:
        taken = {other.id for other in reading.scene.things}
        for old in [one for one in reading.scene.things if one.relation and one.relation.target == thing.id]:
            if old.relation and old.relation.kind == "worn by" and worn_at(old.name) == worn_at(name):
                reading.do("remove", old.id)
        own = free_id(id_of(name), taken)
        reading.do("add", own, name, "worn by", thing.id)
        if thing.count > 1:
            reading.do("count", own, thing.count)
        if colour:
            reading.do("colour", own, colour)
    return True


def _one_of(match: re.Match, reading: "Reading") -> bool:
    """ "make one of them blue", "paint the second one yellow": of several that are one thing till then."""
    colour = reading.colour_of(match["colour"])
    meant = reading.meant(match["of"] or "them")
    several = [thing for thing in meant if thing.count > 1]
    number = _NUMBERS[(match["which"] or "last").lower()]
    if colour is not None and not several and len(meant) > 1 and len({thing.name for thing in meant}) == 1:
        if number < len(meant):
            reading.do("colour", meant[number].id, colour)
        return number < len(meant)
    if colour is None or len(several) != 1 or number >= several[0].count:
        return False
    before = {thing.id for thing in reading.scene.things} - {several[0].id}
    reading.do("split", several[0].id)
    reading.do("colour", [thing.id for thing in reading.scene.things if thing.id not in before][number], colour)
    return True


def _sized(match: re.Match, reading: "Reading") -> bool:
    """ "cat bigger", "smaller dog"."""
    named = match.groupdict()
    size, what = (named["size"], named["what"]) if named else (match[2], match[1])
    factor = 1 / 1.35 if size.lower() in ("smaller", "tinier") else 1.35
    things = reading.meant(what)
    for thing in things:
        reading.do("size", thing.id, factor)
    return bool(things)


def _is_thing(part: str, reading: "Reading") -> bool:
    """Whether a thing is called so; who is drawn as "man with a beard" is no beard."""
    named = [one.said or one.name for one in reading.meant(part)]
    return any(singular(part) in (*map(singular, name.split(" with ")[0].split()), name) for name in named)


def _pattern(match: re.Match, reading: "Reading") -> bool:
    """ "add pink stripes to the egg", "paint the egg with stripes"."""
    owners = reading.meant(match["whom"]) if match["pattern"].lower() in PATTERNS else []
    colour = reading.colour_of(match["colour"]) if match["colour"] else None
    if not owners and match["pattern"].lower() in PATTERNS and re.match(r"(?:the|her|his|its) ", match["whom"]):
        reading.notes.append(Note("absent", match["whom"]))
        return True
    if not owners or match["colour"] and colour is None:
        return False
    for one in owners:
        reading.do("part", one.id, match["pattern"].lower(), colour or ("red" if one.colour == "white" else "white"))
    return True


def _than(match: re.Match, reading: "Reading") -> bool:
    """ "the boy should be smaller than the dog"."""
    found, others = reading.meant(match[1]), reading.meant(match[3])
    if not found or len(others) != 1 or others[0] in found:
        return False
    smaller = match[2].lower() in ("smaller", "shorter")
    for thing in found:
        factor = 1 / 1.35 if smaller else 1.35
        if thing.place is not None and others[0].place is not None:
            wanted = others[0].place[2] * (0.75 if smaller else 1.3) / thing.place[2]
            factor = min(1.0, wanted) if smaller else max(1.0, wanted)
        reading.do("size", thing.id, min(max(factor, 0.25), 4.0))
    return True


def _part(match: re.Match, reading: "Reading") -> bool:
    """ "make the wheels yellow", "the eyes should be green": of whom they are, where just one can have them."""
    part, colour = match["part"].lower(), reading.colour_of(match["colour"])
    if colour is None or _is_thing(part, reading) or part not in PART_WORDS | _FACE_PARTS:
        return False
    owners = [one for one in reading.scene.things if one.id == reading.it]
    free = [one for one in reading.scene.things if one.relation is None or one.relation.kind not in _HAD]
    body = part in _FACE_PARTS or part in _BODY_PARTS
    owners = owners or [one for one in free if is_alive(one.said or one.name) == body] or free
    if len(owners) > 1 and match["whole"] is None and not body:
        return False
    for owner in owners:
        reading.do("part", owner.id, part, colour)
    return bool(owners)


def _exchanged(match: re.Match, reading: "Reading") -> bool:
    """ "swap their places": of the two that nobody wears or holds, or that stand by themselves."""
    two = [one for one in reading.scene.things if one.relation is None or one.relation.kind not in _HAD]
    if len(two) != 2:
        two = [one for one in two if one.relation is None]
    if len(two) != 2:
        return False
    return exchange(two[0], two[1], reading)


# Kind of wish -> what reads it.
LOOKS = {
    "mood": _mood, "no_mood": _no_mood, "dress": _dress, "one_of": _one_of, "sized": _sized, "part": _part,
    "exchanged": _exchanged, "than": _than, "pattern": _pattern,
}  # fmt: skip
