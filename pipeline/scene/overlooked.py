"""Things that the tagger took for something else: "a coral" for a colour, "a wall" for a place, "on the moon"."""

from collections.abc import Sequence

from pipeline.language.english import is_doing
from pipeline.language.names import NameFinder
from pipeline.language.relations import scenery_of
from pipeline.models.vocabulary import Vocabulary
from pipeline.scene.choice import known_style
from pipeline.scene.places import is_place, is_time
from pipeline.scene.sketch import Mention, Sketch
from pipeline.scene.tagger import Token

__all__ = ["overlooked", "whole_names"]

_TAKEN_FOR = frozenset("style style+ place place+ colour".split())
_GOES_ON = frozenset("style style+ chatter quality".split())
_SMALL = frozenset("a an the of in on at with and or to for my your is are some".split())
# What a picture is, where it shows something else.
_MEDIA = frozenset(
    "painting drawing sketch art artwork illustration picture photo photograph image icon logo render cartoon sticker "
    "emoji poster portrait watercolor watercolour print graphic clipart doodle design vector style".split()
)
_COLOURS = frozenset(
    "black white red green yellow blue brown purple pink gray grey".split()
)  # no things by themselves
_JOINS = frozenset("and or with behind on under near beside over , . ; : ! ?".split())
_JOINING = frozenset("with on in at under above over behind".split())
_BESIDE = ("on", "under", "above", "over", "behind")


def whole_names(tokens: Sequence[Token], names: NameFinder) -> None:
    """A name of three words or more is one thing, whatever its words were taken for: "the statue of liberty"; of two,
    where nothing else is said. In place.
    """
    said = [at for at, token in enumerate(tokens) if token.text[0].isalnum() and token.text not in _SMALL]
    for length in (5, 4, 3, 2):
        for start in range(len(tokens) - length + 1):
            some = tokens[start : start + length]
            words = [token.text for token in some]
            alone = bool(said) and said[0] == start and said[-1] == start + length - 1
            no_deed = some[-1].text.endswith("ing") and not is_doing(some[-1].text)
            sign = some[-1].role == "relation" and no_deed  # "a diamond ring in a box"
            hour = words[-1] == "o'clock"
            if length == 2 and not (alone or sign or hour) or _JOINS & set(words) or {words[0], words[-1]} & _SMALL:
                continue
            if length == 2 and some[0].role == "colour" and not _is_so_called(words, names):
                continue
            if names.is_name(" ".join(words)) and any(token.role not in ("thing", "thing+") for token in some):
                _one_thing(tokens, start, start + length)
                return


def _is_so_called(words: Sequence[str], names: NameFinder) -> bool:
    """Whether a colour and a thing are a name of their own, drawn in colours: "red envelope". A sign called "green
    house" is no green house.
    """
    phrase = names.exact(tuple(words))
    return phrase is not None and phrase == " ".join(words) and names.in_colour(phrase)


def _one_thing(tokens: Sequence[Token], start: int, end: int) -> None:
    inside = range(start, end)
    head = next((tokens[at].head for at in inside if tokens[at].role == "thing" and tokens[at].head not in inside), -1)
    for at, token in enumerate(tokens):
        if at in inside:
            token.role, token.head = ("thing", head) if at == start else ("thing+", -1)
        elif token.head in inside:
            token.head = start


def overlooked(drawn: Sketch, tokens: Sequence[Token], names: NameFinder, vocabulary: Vocabulary) -> None:
    """Add things that were taken for something else, in place.

    Args:
        drawn: what the prompt asks for.
        tokens: its words with their roles.
        names: what was taught.
        vocabulary: its styles and colours.
    """
    if not drawn.things:
        _alone(drawn, tokens, names, vocabulary)
    _longer(drawn, tokens, names)
    _joined(drawn, names)
    _places(drawn, tokens, names)
    _no_colours(drawn, tokens, names, vocabulary)
    _instead(drawn, names)


def _alone(drawn: Sketch, tokens: Sequence[Token], names: NameFinder, vocabulary: Vocabulary) -> None:
    """Where nothing else is a thing, a name that was taken for a style, a place or a colour is one."""
    said = [token for token in tokens if token.text[0].isalnum() and token.text not in _SMALL]
    for end in range(len(tokens), 0, -1):
        for start in range(max(0, end - 3), end):
            some, words = tokens[start:end], tuple(token.text for token in tokens[start:end])
            whole = list(some) == said
            if any(token.head >= 0 and tokens[token.head].role == "negation" for token in some):
                continue
            if words[0] in _SMALL or not whole and not {token.role for token in some} <= _TAKEN_FOR:
                continue
            text = " ".join(words)
            if text in _COLOURS or not whole and text in _MEDIA:
                continue
            general = text in vocabulary.config.backgrounds or known_style(text, vocabulary) or scenery_of(text)
            if names.exact(words) is None or general and text not in names.phrases:
                continue
            whole_style = next((one for one in drawn.styles if one.at < start < one.end == end), None)
            if whole_style is not None and names.find(whole_style.text).phrase is not None:  # "tissue paper"
                start, text = whole_style.at, whole_style.text
            drawn.things.append(Mention(start, end, text))
            for kept in (drawn.styles, drawn.places):
                kept[:] = [one for one in kept if one.end <= start or one.at >= end]
            drawn.others = [other for other in drawn.others if other not in text]
            return


def _longer(drawn: Sketch, tokens: Sequence[Token], names: NameFinder) -> None:
    """A name that goes on in a word that was taken for a style: "a paper plane"."""
    for mention in drawn.things:
        for end in range(min(len(tokens), mention.end + 2), mention.end, -1):
            after = tokens[mention.end : end]
            said = f"{mention.said} {' '.join(token.text for token in after)}"
            if after[-1].text in _SMALL | _JOINS:  # "a lighthouse on a cliff"
                continue
            if {token.role for token in after} <= _GOES_ON and said in names.phrases:
                drawn.styles = [one for one in drawn.styles if one.at >= end or one.end <= mention.end]
                mention.said, mention.end = said, end
                break


def _joined(drawn: Sketch, names: NameFinder) -> None:
    """ "ramen with chopsticks", "an astronaut on the moon" are two things, where it is no name of one."""
    for index, mention in enumerate(list(drawn.things)):
        words = tuple(mention.said.split())
        cut = next((at for at, word in enumerate(words[1:-1], start=1) if word in _JOINING), 0)
        if not cut or mention.end - mention.at != len(words) or names.exact(words):
            continue
        after = cut + 1 + (words[cut + 1] in ("a", "an", "the"))
        first = names.exact(words[:cut]) or (words[cut] == "with" and names.find(" ".join(words[:cut])).phrase)
        if not first or names.exact(words[after:]) is None:
            continue
        drawn.things.append(Mention(mention.at + after, mention.end, " ".join(words[after:])))
        mention.said, mention.end = " ".join(words[:cut]), mention.at + cut
        drawn.relations.append((index, len(drawn.things) - 1, words[cut]))


def _no_colours(drawn: Sketch, tokens: Sequence[Token], names: NameFinder, vocabulary: Vocabulary) -> None:
    """ "pancakes with syrup and blueberries": what was taken for a colour and is none is a thing beside."""
    for at, token in enumerate(tokens[1:], start=1):
        joined = token.role == "colour" and tokens[at - 1].text in ("with", "and", ",")
        if not joined or token.text in vocabulary.config.backgrounds or names.exact((token.text,)) is None:
            continue
        before = [index for index, mention in enumerate(drawn.things) if mention.end < at]
        told = [mention.colours for mention in drawn.things if token.text in mention.colours]
        if not before or not (told or token.text in drawn.colours):
            continue
        (told or [drawn.colours])[0].remove(token.text)
        drawn.things.append(Mention(at, at + 1, token.text))
        drawn.relations.append((before[-1], len(drawn.things) - 1, "with"))


def _places(drawn: Sketch, tokens: Sequence[Token], names: NameFinder) -> None:
    """Places that are no scenery and that were taught as things are things: "on the moon"."""
    for said in list(drawn.places):
        phrase = names.exact(tuple(said.text.split()))
        before = tokens[said.at - 1].text if said.at else ""
        if before in ("the", "a", "an") and said.at > 1:
            before = tokens[said.at - 2].text
        meant = phrase is not None and names.same(said.text, phrase)
        if is_place(said.text) or is_time(said.text) or not (meant or before in _BESIDE):
            continue
        drawn.places.remove(said)
        look = tokens[said.at - 1] if said.at else None
        looks = [look.text] if look is not None and look.role == "look" and look.head < 0 else []  # "snowy mountains"
        drawn.others = [other for other in drawn.others if other not in looks]
        drawn.things.append(Mention(said.at, said.end, said.text, looks=looks))
        subjects = [index for index, mention in enumerate(drawn.things[:-1]) if mention.at < said.at]
        if subjects and before:
            words = before if before in _BESIDE else "in front of"
            drawn.relations.append((subjects[-1], len(drawn.things) - 1, words))


def _instead(drawn: Sketch, names: NameFinder) -> None:
    """ "a cyberpunk city": where no other thing is known, a place that was taught as a thing is one."""
    if not drawn.places or any(names.exact(tuple(mention.said.split())) for mention in drawn.things):
        return
    if any(names.find(mention.said).phrase for mention in drawn.things):
        return
    for said in drawn.places:
        if drawn.things and names.exact(tuple(said.text.split())) is not None:
            drawn.places.remove(said)
            drawn.things.append(Mention(said.at, said.end, said.text))
            return
