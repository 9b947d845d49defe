"""Words that mean something together: "holding hands", "with a smile", "a woman with curly red hair"."""

from collections.abc import Sequence

from pipeline.language.expressions import expression_of
from pipeline.language.names import NameFinder
from pipeline.language.relations import is_relation
from pipeline.scene.kinds import is_alive
from pipeline.scene.tagger import Token

__all__ = ["cut_at_relations", "idioms", "names_with"]

_ARTICLES = frozenset("a an the his her its their".split())
_NO_NAMES = frozenset("a an the of in on at with and or to by from for".split())
_TOGETHER = {
    "hands": frozenset("holding shaking joining clapping".split()),
    "arms": frozenset("crossing linking folding".split()),
    "legs": frozenset("crossing".split()),
    "noses": frozenset("rubbing touching".split()),
    "fives": frozenset("giving sharing".split()),
}
_SMILES = {"smile": "smiling", "grin": "happy", "frown": "sad", "tears": "crying"}
_FACES = frozenset("face faces expression expressions eyes".split())
_FRIENDLY = frozenset("cute kawaii little adorable nice sweet friendly smiley funny silly lovely".split())
_ENDS = frozenset("on in under behind over above near beside below at by inside".split())
_LONGEST = 7
_DEPICTING = frozenset("drawing painting sketching".split())


def idioms(tokens: Sequence[Token]) -> None:
    """Correct roles and heads, in place."""
    for at, token in enumerate(tokens):
        if (
            token.role == "thing"
            and token.text in _NO_NAMES
            and (at + 1 == len(tokens) or tokens[at + 1].role != "thing+")
        ):
            token.role, token.head = "chatter", -1
    _together(tokens)
    _faces(tokens)
    cut_at_relations(tokens)


def _together(tokens: Sequence[Token]) -> None:
    """ "two penguins holding hands" is what they do: nobody holds a hand."""
    for at in range(1, len(tokens)):
        verb, body = tokens[at - 1], tokens[at]
        whole = at + 1 == len(tokens) or tokens[at + 1].role != "thing+"
        if whole and verb.text in _TOGETHER.get(body.text, ()) and body.role in ("thing", "part", "thing+"):
            head = next((one for one in range(at - 2, -1, -1) if tokens[one].role == "thing"), -1)
            for token in (verb, body):
                token.role, token.head = "action", head


def _faces(tokens: Sequence[Token]) -> None:
    """ "with a smile", "with an angry face": how it looks, and no face beside it."""
    for at, token in enumerate(tokens):
        start = at
        while start and tokens[start - 1].text != "with" and at - start < 4:
            start -= 1
        if not start or tokens[start - 1].text != "with":
            continue
        words = [other for other in tokens[start:at] if other.text not in _ARTICLES]
        head = next((one for one in range(start - 2, -1, -1) if tokens[one].role == "thing"), -1)
        if head < 0:
            continue
        if token.text in _SMILES and not any(other.role == "thing" for other in words):
            mood = words[-1:] if words and expression_of([words[-1].text])[0] else []
            token.text = mood[0].text if mood else _SMILES[token.text]
        elif token.text in _FACES and not is_alive(tokens[head].text) and {one.text for one in words} <= _FRIENDLY:
            token.text = "smiling"  # "sushi with eyes", "a tea with a cute face"
        elif token.text in _FACES and words and expression_of([words[-1].text])[0]:
            token.text = words[-1].text if is_alive(tokens[head].text) else f"{words[-1].text} face"
        else:
            continue
        for other in tokens[start - 1 : at]:
            other.role, other.head = "chatter", -1
        token.role, token.head = "look", head


def cut_at_relations(tokens: Sequence[Token]) -> None:
    """ "a house on a hill": where a name ends in "on" and another thing follows, that is how they stand."""
    for at in range(1, len(tokens) - 1):
        word, after = tokens[at], at + 1
        if word.role != "thing+" or word.text not in _ENDS:
            continue
        while after < len(tokens) and tokens[after].text in _ARTICLES and tokens[after].role == "chatter":
            after += 1
        if after >= len(tokens) or after == at + 1 and tokens[after].role == "thing+":
            continue
        if tokens[after].role != "thing" or tokens[after].head >= 0 or not is_relation(word.text):
            continue
        start = at
        while start and tokens[start].role == "thing+":
            start -= 1
        word.role, word.head, tokens[after].head = "relation", start, at


def names_with(tokens: Sequence[Token], names: NameFinder) -> None:
    """ "a heart with an arrow", "a woman with curly red hair", where a drawing of just that was taught: one thing. A
    colour that its name does not hold is told of its last word.
    """
    _depicts(tokens, names)
    for start, token in enumerate(tokens):
        if token.role != "thing" or token.text in _ARTICLES:
            continue
        for end in range(min(len(tokens), start + _LONGEST), start + 2, -1):
            some = tokens[start:end]
            if "with" not in [other.text for other in some[1:-1]] or some[-1].text in _ARTICLES:
                continue
            kept = _taught(some, names)
            goes_on = end < len(tokens) and tokens[end].role == "thing+"  # "with a beard trimmer"
            if kept is None or goes_on:
                continue
            colours = [other for other in some if other.role == "colour" and other not in kept]
            inside = range(start, end)
            for at, other in enumerate(tokens):
                if other.head in inside and at not in inside:
                    other.head = start
            for other in some:
                if other not in colours:
                    other.role, other.head = "chatter", -1
            token.role, token.text = "thing", " ".join(other.text for other in kept)
            if colours:
                some[-1].role, some[-1].head = "part", start
            for colour in colours:
                colour.head = end - 1
            break


def _depicts(tokens: Sequence[Token], names: NameFinder) -> None:
    """ "a pencil drawing a heart" is no pencil drawing: an "of" would follow."""
    for at in range(1, len(tokens) - 2):
        start = at
        while start and tokens[start].role == "style+":
            start -= 1
        who = tuple(token.text for token in tokens[start:at])
        if tokens[at].text not in _DEPICTING or tokens[at].role != "style+" or tokens[at + 1].text not in _ARTICLES:
            continue
        what = next((one for one in range(at + 2, len(tokens)) if tokens[one].role == "thing"), -1)
        if names.exact(who) is None or what < 0 or tokens[what].head >= 0:
            continue
        for one in range(start, at):
            tokens[one].role, tokens[one].head = ("thing" if one == start else "thing+"), -1
        tokens[at].role, tokens[at].head, tokens[what].head = "relation", start, at


def _taught(some: Sequence[Token], names: NameFinder) -> list[Token] | None:
    """The words of a taught name: all but articles, and but what is told of it; None where there is none."""
    spoken = [token for token in some if token.role != "colour"]
    plain = [token for token in some if token.text not in _ARTICLES]
    looser = [token for token in plain if token.role != "colour"]
    for kept in (list(some), spoken, plain, looser):
        if len(kept) > 2 and names.is_name(" ".join(token.text for token in kept)):
            return kept
    return None
