"""Which things of a scene words mean."""

import re

from pipeline.language.english import singular
from pipeline.scene.record import Scene, Thing

__all__ = ["meant"]

_ALL = frozenset("it them everything all this that picture image whole scene things drawing".split())
_ARTICLE = re.compile(r"^(?:the|a|an|this|that|its|his|her|their|my|some|one)\s+", re.IGNORECASE)


def meant(words: str, scene: Scene) -> list[Thing]:
    """The things that are called so, or else those whose name ends so, or holds the word; "it" is all of them."""
    said = _ARTICLE.sub("", words.strip().lower())
    if not scene.things or said in _ALL:
        return list(scene.things)
    stem = " ".join(singular(word) for word in said.split())
    for rank in (_named, _ends, _mentions):
        found = [thing for thing in scene.things if any(rank(name, (said, stem)) for name in _names(thing))]
        if found:
            return found
    return []


def _names(thing: Thing) -> list[str]:
    return [name.lower() for name in (thing.id.replace("-", " "), thing.said or "", thing.name) if name]


def _named(name: str, said: tuple[str, ...]) -> bool:
    return name in said


def _ends(name: str, said: tuple[str, ...]) -> bool:
    return any(name.endswith(f" {one}") or one.endswith(f" {name}") for one in said)


def _mentions(name: str, said: tuple[str, ...]) -> bool:
    return any(one in name.split() for one in said)
