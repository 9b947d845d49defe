"""Patterns as prompts word them: "a red and white striped sock", "a polka dot dress", "a shirt with stripes"."""

from collections.abc import Sequence

from pipeline.language.names import NameFinder
from pipeline.scene.kinds import is_alive
from pipeline.scene.lands import drop
from pipeline.scene.patterns import PATTERNS
from pipeline.scene.sketch import Mention, Sketch
from pipeline.scene.tagger import Token

__all__ = ["patterned"]

_SAID = {
    word: pattern
    for pattern, words in {
        "stripes": "striped, stripy, stripey, pinstriped, pinstripe, candy striped",
        "dots": "polka dot, polka-dot, polka dotted, polka-dotted, dotted, dotty",
        "spots": "spotted, spotty, speckled",
        "checks": "checkered, chequered, checked, plaid, tartan, gingham",
    }.items()
    for word in words.split(", ")
}
_POLKA = frozenset("polka polka-dot".split())


def patterned(drawn: Sketch, tokens: Sequence[Token], names: NameFinder) -> None:
    """Make parts with a colour of patterns, in place.

    Args:
        drawn: what the prompt asks for.
        tokens: its words with their roles.
        names: what was taught: a name that holds such a word stays one.
    """
    for mention in drawn.things:
        mention.looks += [said for said in mention.colours if said in _SAID]
        mention.colours = [said for said in mention.colours if said not in _SAID]
        for said, pattern in _SAID.items():
            if said in mention.looks:
                mention.looks.remove(said)
                _give(mention, pattern)
            elif mention.said.startswith(f"{said} ") and not names.is_name(mention.said):
                mention.said, mention.renamed = mention.said.removeprefix(f"{said} "), True
                _give(mention, pattern)
        mention.part_colours = {part.removeprefix("polka "): own for part, own in mention.part_colours.items()}
        if _POLKA & {*mention.looks} and any(PATTERNS.get(part) == "dots" for part in mention.part_colours):
            mention.looks = [look for look in mention.looks if look not in _POLKA]
    _without_colour(drawn, tokens)


def _without_colour(drawn: Sketch, tokens: Sequence[Token]) -> None:
    """ "a dress with dots", where they were taken for a part, or for things beside it."""
    for subject, target, words in list(drawn.relations):
        one, other = drawn.things[subject], drawn.things[target]
        if words == "with" and other.said in PATTERNS and other.number is None and not other.part_colours:
            one.part_colours[other.said] = other.colours[0] if other.colours else _seen_on(one)
            drop(drawn, target)
            return
    for token in tokens:
        if token.role == "part" and token.text in PATTERNS and token.head >= 0:
            owner = next((one for one in drawn.things if one.at <= token.head < one.end), None)
            if owner is not None and not any(PATTERNS.get(part) for part in owner.part_colours):
                owner.looks = [look for look in owner.looks if look not in _POLKA]
                owner.part_colours[token.text] = _seen_on(owner)


def _give(mention: Mention, pattern: str) -> None:
    """The pattern in the second colour that is told, or in one that is seen on the first."""
    told = len(mention.colours) > 1
    mention.part_colours[pattern] = mention.colours.pop(1) if told else _seen_on(mention)


def _seen_on(mention: Mention) -> str:
    own = mention.colours[0].split()[-1] if mention.colours else ""
    if is_alive(mention.said):
        return "white" if own == "black" else "black"
    return "red" if own == "white" else "white"
