"""Which things of a scene words mean."""

import re

from pipeline.language.english import singular
from pipeline.scene.kinds import is_alive
from pipeline.scene.record import Scene, Thing

__all__ = ["meant"]

_ALL = frozenset(
    "it them everything all this that picture image whole scene things drawing everyone everybody they these those "
    "whole thing".split()
)
_EVERY = re.compile(
    r"^(?:all|both|each|every|each and every)(?: of)?(?: them$| these$| the| my| one$)?\s*", re.IGNORECASE
)
_WORN = ("worn by", "held by")
_IT = frozenset("it this that thing him her he she".split())
_WHO = frozenset("he she him her".split())
_WHICH = re.compile(r"(first|second|third|last|other|left|leftmost|right|rightmost|upper|lower)\s+")
_NUMBERS = {"first": 0, "second": 1, "third": 2, "last": -1, "other": -1}
_ARTICLE = re.compile(r"^(?:the|a|an|this|that|its|his|her|their|my|some|one)\s+", re.IGNORECASE)


def meant(words: str, scene: Scene, it: str = "") -> list[Thing]:
    """The things that are called so, or else those whose name ends so, or holds the word; "it" is all of them,
    "the cat and the dog" are both, so are "both", and "one of the dogs" is the last.

    Args:
        words: as a person says them.
        scene: what there is.
        it: id of the thing that "it" means, where one is picked.
    """
    said = _ARTICLE.sub("", words.strip().lower())
    if picked := [thing for thing in scene.things if thing.id == it and said in _IT]:
        return picked
    if said in _WHO and not it:
        living = [one for one in scene.things if is_alive(one.said or one.name)]
        return [one for one in living if one.relation is None or one.relation.kind not in _WORN][:1]
    if not scene.things or said in _ALL:
        return list(scene.things)
    if owned := re.fullmatch(r"(.+?)(?:'s|s') (.+)", said):  # "the cat's hat"
        owners = {thing.id for thing in meant(owned[1], scene, it)}
        near = [thing for thing in meant(owned[2], scene) if thing.relation and thing.relation.target in owners]
        if near:
            return near
    if every := _EVERY.match(said):
        rest = said[every.end() :]
        if rest:
            return meant(rest, scene, it)
        both = said.startswith("both")
        rooted = [one for one in scene.things if one.relation is None or one.relation.kind not in _WORN]
        return rooted if len(rooted) == 2 or not both else []
    if one_of := re.fullmatch(r"(?:one|another) of (?:the |these |those )?(.+)", words.strip().lower()):
        several = meant(one_of[1], scene, it)
        return several[-1:] if len(several) > 1 else several
    parts = [meant(part, scene, it) for part in said.split(" and ")] if " and " in said else []
    if parts and all(parts):
        return [thing for thing in scene.things if any(thing in part for part in parts)]
    if parts:  # one of them is not there: nobody is meant by half of the words, but who is called so as a whole
        return [thing for thing in scene.things if said in _names(thing)]
    if (which := _WHICH.match(said)) and (several := meant(said[which.end() :], scene, it)):
        return _one_of(several, which[1])
    stem = " ".join(singular(word) for word in said.split())
    for rank in (_named, _ends, _mentions):
        found = [
            thing
            for thing in scene.things
            if any(rank(name, (said, stem)) for name in _names(thing)[: 2 if rank is _mentions and thing.said else 3])
        ]
        if found:
            return found
    return []


def _one_of(several: list[Thing], which: str) -> list[Thing]:
    """ "the second dog", "the left dog": by their order, or by where they stand; none where there are too few."""
    if which in _NUMBERS:
        number = _NUMBERS[which]
        return several[number:][:1] if number >= 0 else several[number:]
    axis = 1 if which in ("upper", "lower") else 0
    placed = sorted(((thing.place[axis], at, thing) for at, thing in enumerate(several) if thing.place))
    chosen = placed[:1] if which in ("left", "leftmost", "upper") else placed[-1:]
    return [thing for *_, thing in chosen] or several[:1]


def _names(thing: Thing) -> list[str]:
    return [name.lower() for name in (thing.id.replace("-", " "), thing.said or "", thing.name) if name]


def _named(name: str, said: tuple[str, ...]) -> bool:
    return name in said


def _ends(name: str, said: tuple[str, ...]) -> bool:
    return any(name.endswith(f" {one}") or one.endswith(f" {name}") for one in said)


def _mentions(name: str, said: tuple[str, ...]) -> bool:
    return any(one in name.split() for one in said)
