"""What the tagger runs together, told apart: "a bee landing on a flower", "green hills", "brushing its teeth"."""

from collections.abc import Sequence

from pipeline.language.english import is_doing
from pipeline.language.relations import relation_of
from pipeline.scene.parts import PART_WORDS
from pipeline.scene.tagger import Token

__all__ = ["BODY", "tell_apart"]

_SMALL = frozenset("a an the".split())
_OWN = frozenset("its his her their my your our".split())
BODY = frozenset(
    "teeth tooth hair face nose eyes eye ears ear hands hand feet foot paws paw tail wings wing fur nails head beard "
    "back belly tummy arms arm legs leg tongue mouth feathers mane lips whiskers horn horns eyebrows freckles spikes "
    "scales stripes spots fangs claws antlers hooves petals thorns leaves branches lights lid spout pocket pockets "
    "laces sleeves collar buttons zipper strap pattern texture smile grin expression".split()
)
_NAMES = frozenset(("plane landing", "airplane landing", "plane taking"))  # of one thing each
# Words that are a part of one thing, and a thing of their own beside any other.
_PARTS_OF = {
    "cap": frozenset("mushroom toadstool bottle acorn pen jar".split()),
    "caps": frozenset("mushrooms toadstools bottles acorns".split()),
    "shade": frozenset("lamp lantern".split()),
}
# One of these is two to the word.
_TWOFOLD = frozenset(
    "scissors glasses sunglasses goggles binoculars pliers tweezers tongs jeans pants trousers shorts".split()
)
_STARS = frozenset("stars constellations".split())


def tell_apart(tokens: Sequence[Token]) -> None:
    """Correct roles and heads, in place."""
    _pairs(tokens)
    _verbs(tokens)
    _parts(tokens)
    _things_for_parts(tokens)
    _own_bodies(tokens)
    _stars(tokens)
    _colours_of_places(tokens)


def _pairs(tokens: Sequence[Token]) -> None:
    """ "a pair of scissors" is one, and no pair beside them; "a family of ducks" is some ducks."""
    for at in range(len(tokens) - 2):
        word, joint, thing = tokens[at : at + 3]
        if word.text not in ("pair", "pairs", "family") or joint.text != "of":
            continue
        twofold = thing.text in _TWOFOLD
        if thing.role not in ("thing", "thing+") or not (twofold or word.text == "family" or joint.role == "chatter"):
            continue
        joint.role, joint.head = "chatter", -1
        if thing.role == "thing+":
            thing.role, thing.head = "thing", word.head
        for other in tokens:
            if other.head == at and other is not thing:
                other.head = at + 2
        word.role, word.head = ("chatter", -1) if twofold else ("number", at + 2)


def _verbs(tokens: Sequence[Token]) -> None:
    """ "bee landing on", "man facing a woman": no name ends in a verb and goes on with "on", or with another thing."""
    for at in range(1, len(tokens) - 2):
        verb, after = tokens[at], tokens[at + 1]
        if verb.role != "thing+" or not is_doing(verb.text):
            continue
        if f"{tokens[at - 1].text} {verb.text}" in _NAMES:
            continue
        alone = after.text in _SMALL and relation_of(verb.text) is not None
        if not alone and (relation_of(after.text) is None or relation_of(f"{verb.text} {after.text}") is None):
            continue
        target = next((one for one in range(at + 2, len(tokens)) if tokens[one].text not in _SMALL), -1)
        if target < 0 or tokens[target].role not in ("thing", "thing+"):
            continue
        for other in tokens[at + 1 : target]:
            other.role, other.head = "chatter", -1
        verb.role, verb.head = "relation", _start(tokens, at)
        if not alone:
            after.role = "relation+"
        tokens[target].role, tokens[target].head = "thing", at


def _start(tokens: Sequence[Token], at: int) -> int:
    """Where the name begins that goes on at a word."""
    while at and tokens[at].role == "thing+":
        at -= 1
    return at


def _parts(tokens: Sequence[Token]) -> None:
    """ "a motorbike with flames", "a mouse with cheese": what nothing is told of, and is no part of anything, is a
    thing beside it; "with" ends no name.
    """
    for at in range(1, len(tokens) - 1):
        word, part = tokens[at], at + 1
        while part + 1 < len(tokens) and tokens[part].role in ("chatter", "colour", "look", "size"):
            part += 1
        if word.text != "with" or word.role not in ("thing+", "chatter") or tokens[part].role != "part":
            continue
        start = _start(tokens, at) if word.role == "thing+" else tokens[part].head
        told = any(other.head == part for other in tokens) or tokens[part].text in PART_WORDS | BODY
        word.role, word.head = "chatter", -1
        if not told and start >= 0 and tokens[start].role == "thing":
            word.role, word.head = "relation", start
            tokens[part].role, tokens[part].head = "thing", at


def _things_for_parts(tokens: Sequence[Token]) -> None:
    """ "a mushroom with a blue cap": it wears no hat."""
    for at, token in enumerate(tokens):
        if token.role != "thing" or token.text not in _PARTS_OF or not any(
            other.role == "colour" and other.head == at for other in tokens
        ):  # fmt: skip
            continue
        whole = next((one for one in range(at - 1, -1, -1) if tokens[one].text in _PARTS_OF[token.text]), -1)
        whole = _start(tokens, whole) if whole >= 0 else whole
        if whole < 0 or tokens[whole].role != "thing":
            continue
        if token.head >= 0 and tokens[token.head].role == "relation":
            for other in tokens[token.head : at]:
                if other.role in ("relation", "relation+"):
                    other.role, other.head = "chatter", -1
        token.role, token.head = "part", whole


def _own_bodies(tokens: Sequence[Token]) -> None:
    """ "brushing its teeth" is what it does, and no tooth beside it."""
    for at in range(2, len(tokens)):
        token, verb = tokens[at], tokens[at - 2]
        goes_on = at + 1 < len(tokens) and tokens[at + 1].role == "thing+"
        if token.role != "thing" or token.text not in BODY or tokens[at - 1].text not in _OWN or goes_on:
            continue
        if verb.role != "relation" or token.head != at - 2 or not is_doing(verb.text):
            continue
        for other in tokens[at - 2 : at + 1]:
            other.role, other.head = "action", verb.head


def _stars(tokens: Sequence[Token]) -> None:
    """ "under the stars" is at night."""
    for at in range(2, len(tokens)):
        token = tokens[at]
        lone = tokens[at - 1].text == "the" and (at + 1 == len(tokens) or tokens[at + 1].role != "thing+")
        if token.role != "thing" or token.text not in _STARS or not lone or token.head < 0:
            continue
        head = token.head
        words = [other.text for other in tokens[head : at - 1]]
        if tokens[head].role != "relation" or relation_of(" ".join(words)) != "under":
            continue
        for other in tokens[head : at - 1]:
            other.role, other.head = "chatter", -1
        token.role, token.head = "place", -1


def _colours_of_places(tokens: Sequence[Token]) -> None:
    """ "the sun over green hills": it is the hills that are green."""
    for at, token in enumerate(tokens):
        if token.role != "colour":
            continue
        end = at
        while end < len(tokens) and tokens[end].role in ("colour", "look", "size"):
            end += 1
        if end < len(tokens) and tokens[end].role == "place" and 0 <= token.head < at:
            token.head = -1
