"""Things that are the land on which others stand: "a swan on a lake", "a desert with cacti", "a field of tulips"."""

from collections.abc import Sequence

from pipeline.language.english import singular
from pipeline.language.relations import relation_of, scenery_and_rest
from pipeline.scene.kinds import is_sky
from pipeline.scene.sketch import Mention, Said, Sketch
from pipeline.scene.tagger import Token

__all__ = ["drop", "lands"]

# What is no thing of its own under others.
_UNDER = frozenset(
    "lake river pond sea ocean ice snow sand grass water road street highway beach field meadow".split()
)
# What is seen from outside as well.
_HOUSES = frozenset("home farm museum studio village town city cafe restaurant bar".split())
_WATERS = frozenset("lake river pond sea ocean".split())
_BY_WATER = ("on", "sitting on", "above", "next to", "in front of", "behind", "in")
_ON = ("on", "sitting on")
_FIELDS = ("field", "meadow", "garden", "flower field", "hill", "patch")
_MANY = 5  # of what a field is full of


def lands(drawn: Sketch, tokens: Sequence[Token]) -> None:
    """Make places of such things, in place.

    Args:
        drawn: what the prompt asks for.
        tokens: its words with their roles.
    """
    for mention in drawn.things:
        first, _, rest = mention.said.partition(" of ")
        if first in _FIELDS and rest and singular(rest) != rest:  # "a field of sunflowers" under the sun
            drawn.places.append(Said(first, mention.at, mention.at + len(first.split())))
            mention.said, mention.renamed, mention.number = rest, True, mention.number or _MANY
    for mention in list(drawn.things):
        if len(drawn.things) > 1 and _is_land(drawn, mention):
            said = "moon surface" if mention.said == "moon" else mention.said
            drawn.places.append(Said(said, mention.at, mention.end))
            drawn.others += mention.looks
            drop(drawn, drawn.things.index(mention))
            drawn.relations = [  # the moon has no boat
                (subject, target, said)
                for subject, target, said in drawn.relations
                if relation_of(said) != "with" or not is_sky(drawn.things[subject].said)
            ]
    for place in list(drawn.places):
        _field_of(drawn, tokens, place)


def _is_land(drawn: Sketch, mention: Mention) -> bool:
    if mention.colours or mention.number or mention.negated:
        return False
    index, words = drawn.things.index(mention), mention.said.split()
    if words == ["moon"]:
        told = [pair for pair in drawn.relations if index in pair[:2]]
        busy = len({subject for subject, *_ in told}) < len(drawn.relations)  # who rides there has a moon under them
        return bool(told) and not busy and all(relation_of(said) == "on" and not _rests(said) for *_, said in told)
    known = scenery_and_rest(mention.said)
    if known is None or known[1]:
        return False
    above = [relation_of(said) for _, target, said in drawn.relations if target == index]
    below = [relation_of(said) for subject, _, said in drawn.relations if subject == index]
    if words[-1] in _WATERS and above and set(below) <= {"with"}:  # "the moon over a lake with a boat"
        return all(kind in _BY_WATER for kind in above)
    if words[-1] in _UNDER and above and not below:
        return all(kind in _ON for kind in above) or words == ["snow"] and above == ["with"]
    return index == 0 and "with" in below and not above and words[-1] not in _HOUSES


def _rests(said: str) -> bool:
    """Whether the moon is a seat, or a bed: it hangs in the sky."""
    return said.split()[0] in ("sleeping", "lying", "napping", "resting", "perched", "hanging", "climbing", "leaning")


def drop(drawn: Sketch, index: int) -> None:
    """Take a thing out; what it was told to do, what it was with does: "a library with a cat sleeping on a chair"."""
    own = next((target for subject, target, said in drawn.relations if subject == index), None)
    if own is not None:
        drawn.relations = [
            (own if subject == index and target != own else subject, target, said)
            for subject, target, said in drawn.relations
            if subject != index or target == own or relation_of(said) != "with"
        ]
    del drawn.things[index]
    drawn.relations = [
        (subject - (subject > index), target - (target > index), said)
        for subject, target, said in drawn.relations
        if index not in (subject, target)
    ]


def _field_of(drawn: Sketch, tokens: Sequence[Token], place: Said) -> None:
    """ "a windmill in a field of tulips": the tulips are many, before it."""
    for index, mention in enumerate(drawn.things):
        first = mention.at - (mention.said.split()[0] != "of")
        between = [token.text for token in tokens[place.end : mention.at] if token.role != "colour"]
        if between[-1:] != ["of"] or first < place.end or singular(mention.said) == mention.said or mention.number:
            continue
        if any(index in pair[:2] for pair in drawn.relations):
            return
        mention.number = _MANY
        if index:
            drawn.relations.append((index, 0, "in front of"))
        return
