"""Words for many different things become some of these: "a basket of fruit", "farm animals", "a birthday party"."""

import dataclasses
from collections.abc import Sequence

from pipeline.language.collectives import members_of
from pipeline.language.names import NameFinder
from pipeline.scene.kinds import is_container
from pipeline.scene.sketch import Mention, Sketch
from pipeline.scene.tagger import Token

__all__ = ["collected"]

_USUAL = 3  # things, where no number is said
_BASKETS = frozenset("basket bowl box crate bag".split())


def collected(drawn: Sketch, tokens: Sequence[Token], names: NameFinder) -> None:
    """Put the members in the place of such a word, in place.

    Args:
        drawn: what the prompt asks for.
        tokens: its words with their roles.
        names: what was taught.
    """
    for mention in list(drawn.things):
        said, _, last = mention.said.rpartition(" ")
        if last in _BASKETS and members_of(said) and is_container(last):  # "a fruit basket"
            mention.said = last
            drawn.things.append(Mention(mention.at, mention.at + 1, said, renamed=True))
            drawn.relations.append((len(drawn.things) - 1, drawn.things.index(mention), "in"))
    for mention in list(drawn.things):
        one = mention.at > 0 and tokens[mention.at - 1].text in ("a", "an", "one") and mention.number in (None, 1)
        one = one and not mention.renamed
        members = members_of(" ".join([*mention.looks, mention.said]), one=one) or members_of(mention.said, one=one)
        members = tuple(name for name in members if names.is_name(name))
        if not members:
            continue
        members = members[: mention.number or _USUAL]
        own = [
            dataclasses.replace(mention, said=name, number=None, looks=[], colours=list(mention.colours), renamed=True)
            for name in members
        ]
        own[0].number = max(1, (mention.number or 0) - len(members) + 1)
        _put(drawn, drawn.things.index(mention), own)


def _put(drawn: Sketch, index: int, own: list[Mention]) -> None:
    """Several mentions for one, each in its relations."""
    more = len(own) - 1
    drawn.things[index : index + 1] = own
    relations = []
    for subject, target, words in drawn.relations:
        one, other = (at + more * (at > index) for at in (subject, target))
        copies = range(more + 1) if index in (subject, target) else (0,)
        relations += [(one + copy * (subject == index), other + copy * (target == index), words) for copy in copies]
    drawn.relations = relations
