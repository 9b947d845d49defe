"""What is told of the last of several is told of all: "a teapot and four cups on a table", "a cat and a dog sleeping",
"a boy and a girl riding bikes".
"""

import dataclasses
from collections.abc import Sequence

from pipeline.language.english import singular
from pipeline.language.expressions import expression_of
from pipeline.language.relations import relation_of
from pipeline.scene.kinds import is_alive, worn_at
from pipeline.scene.sketch import Sketch
from pipeline.scene.tagger import Token

__all__ = ["share"]

_ON = ("on", "sitting on", "in", "under", "inside")
_EACH = ("wearing", "holding", "riding", "sitting on")
_PAIRED = ("eyes", "ears", "feet", "hands")  # where two are worn by one
_JOINERS = frozenset("and a an the , some his her their its".split())


def share(drawn: Sketch, tokens: Sequence[Token]) -> None:
    """Tell it of all, in place.

    Args:
        drawn: what the prompt asks for.
        tokens: its words with their roles.
    """
    for subject, target, words in list(drawn.relations):
        if relation_of(words) in _ON:
            free = [one for one in _joined(drawn, tokens, subject) if not _related(drawn, one)]
            drawn.relations += [(one, target, words) for one in free]
    _listed(drawn, tokens)
    for subject, target, words in list(drawn.relations):
        if relation_of(words) in _EACH or relation_of(words) == "with" and worn_at(drawn.things[target].said):
            _own(drawn, tokens, subject, target, words)
    for subject, target, words in drawn.relations:
        one, other = drawn.things[subject], drawn.things[target]
        several = singular(other.said) != other.said and other.number is None and worn_at(other.said) not in _PAIRED
        if several and (one.number or 1) > 1 and relation_of(words) in (*_ON[:3], *_EACH):
            other.number = one.number  # "two dogs on skateboards"
    for index, mention in enumerate(drawn.things):
        after = [expression_of([token.text])[0] for token in tokens[mention.end : mention.end + 2]]
        if mention.mood is not None and mention.mood in after:
            for one in _joined(drawn, tokens, index):
                other = drawn.things[one]
                if is_alive(other.said) and not other.looks and not _related(drawn, one):
                    other.mood = other.mood or mention.mood


def _listed(drawn: Sketch, tokens: Sequence[Token]) -> None:
    """ "a box with a cat, a dog and a rabbit", where the last of them was lost."""
    for subject, target, words in list(drawn.relations):
        last = target + 1
        if last >= len(drawn.things) or last == subject or _related(drawn, last):
            continue
        before = _joined(drawn, tokens, last)
        if len(before) > 1 and all((subject, one, words) in drawn.relations for one in before[:2]):
            drawn.relations.append((subject, last, words))


def _related(drawn: Sketch, index: int) -> bool:
    return any(index in pair[:2] for pair in drawn.relations)


def _joined(drawn: Sketch, tokens: Sequence[Token], last: int) -> list[int]:
    """Those that an "and" joins to one that is named behind them, the nearest first."""
    found, one = [], drawn.things[last]
    for first in range(last - 1, -1, -1):
        other = drawn.things[first]
        between = tokens[other.end : one.at]
        plain = all(token.text in _JOINERS or token.role in ("number", "colour", "size") for token in between)
        if other.end > one.at or not plain or not any(token.text in ("and", ",") for token in between):
            break
        found.append(first)
        one = other
    return found


def _own(drawn: Sketch, tokens: Sequence[Token], subject: int, target: int, words: str) -> None:
    """ "a cat and a dog wearing hats": one for each."""
    thing = drawn.things[target]
    others = [one for one in _joined(drawn, tokens, subject) if is_alive(drawn.things[one].said)]
    others = [one for one in others if {pair[:2] for pair in drawn.relations if one in pair[:2]} <= {(one, target)}]
    parts = thing.said.split()
    paired = worn_at(thing.said) in _PAIRED
    several = (paired or singular(parts[-1]) != parts[-1]) and thing.number in (None, len(others) + 1)
    if not others or not several or not is_alive(drawn.things[subject].said):
        return
    if not paired:
        thing.said, thing.number = " ".join((*parts[:-1], singular(parts[-1]))), drawn.things[subject].number or 1
    for one in others:
        drawn.relations = [pair for pair in drawn.relations if pair[:2] != (one, target)]
        number = thing.number and (drawn.things[one].number or 1)
        drawn.things.append(dataclasses.replace(thing, number=number, colours=list(thing.colours)))
        drawn.relations.append((one, len(drawn.things) - 1, words))
