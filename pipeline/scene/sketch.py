"""Tagged words -> what a prompt asks for, in its own words: things, what is told of them, and how they stand."""

import dataclasses
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.language.expressions import expression_of, is_plain_mood
from pipeline.language.relations import number_of, relation_of
from pipeline.scene.kinds import is_alive
from pipeline.scene.mending import each_other, mend
from pipeline.scene.tagger import Token
from pipeline.scene.usual_colours import is_black_and_white

__all__ = ["Mention", "Said", "Sketch", "face_of", "is_turned", "sketch"]

_PAIR = re.compile(r"^(?:pair|couple|trio) of (?=.)")
_POINTING = frozenset("a an the that this it these those and or of with".split())
_MOODS = frozenset("sleeping napping crying laughing smiling".split())  # that a face shows
_LOOSE = re.compile(r"(?<=\w)(?: (?:with|on|in|and|at|by|from|the|a))+$")
_OWNED = re.compile(
    r"(.+)'s (?:shoulders?|head|back|hands?|nose|lap|arms?|ears?|face|eyes?|mouth|tail|neck|foot|feet|paws?|belly)"
)


@dataclass
class Said:
    """Words that are told, and where.

    Args:
        text: the words.
        at, end: index of the first of them, and behind the last.
    """

    text: str
    at: int
    end: int


@dataclass
class Mention:
    """A thing as a prompt mentions it.

    Args:
        at: index of its first word; a thing that was split off keeps that of its whole.
        end: index behind its last word.
        said: its name, in small letters.
        number: as it is said; None where none is.
        colours: of the whole.
        part_colours: of its parts.
        looks: what else is told of it, in words.
        size: "large", "small" or None.
        where: sides and corners that are told of it.
        negated: whether it shall not be there.
        relation: index of the relation word that it is the object of, or -1.
        renamed: whether ``said`` stands in for the words at its place: "ice skate" for "ice skating".
        mood: the expression of what lives; its words are no look any more, and no part of a longer name.
        drawn_as: what was taught that shows it, where that is settled.
    """

    at: int
    end: int
    said: str
    number: int | None = None
    colours: list[str] = field(default_factory=list)
    part_colours: dict[str, str] = field(default_factory=dict)
    looks: list[str] = field(default_factory=list)
    size: str | None = None
    where: list[str] = field(default_factory=list)
    negated: bool = False
    relation: int = -1
    renamed: bool = False
    mood: str | None = None
    drawn_as: str | None = None


@dataclass
class Sketch:
    """A prompt in its own words.

    Args:
        things: in the order of the prompt.
        relations: subject and object (indices in ``things``) and the words between them.
        styles, places, others: media and looks, places, and words that are none of all that.
        ground_words: words of the ground; ``ground_colours`` its colours.
        colours: that are told of nothing.
        negations: what shall not be there.
    """

    things: list[Mention] = field(default_factory=list)
    relations: list[tuple[int, int, str]] = field(default_factory=list)
    styles: list[Said] = field(default_factory=list)
    places: list[Said] = field(default_factory=list)
    ground_words: list[str] = field(default_factory=list)
    ground_colours: list[str] = field(default_factory=list)
    colours: list[str] = field(default_factory=list)
    negations: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def face_of(mention: Mention, phrase: str) -> str | None:
    """The expression that is told of a mention of something with a face; its words are then no look any more."""
    if mention.mood is not None:
        return mention.mood
    moods = any(map(is_plain_mood, mention.looks))
    if not (moods or is_alive(phrase) or is_alive(mention.said) or "face" in phrase.split()):
        return None
    found, mention.looks = expression_of(mention.looks)
    return found


def is_turned(mention: Mention) -> bool:
    """Whether a mention is told to be upside down; the words are then no look any more."""
    before = len(mention.looks)
    mention.looks = [look for look in mention.looks if look.replace("-", " ") != "upside down"]
    return len(mention.looks) < before


def sketch(tokens: Sequence[Token]) -> Sketch:
    """What the tagged words of a prompt ask for."""
    drawn = Sketch()
    mend(tokens)
    spans = _spans(tokens)
    mentions: dict[int, Mention] = {}
    for start, end in spans.get("thing", ()):
        name = _PAIR.sub("", " ".join(token.text for token in tokens[start:end]))
        owner = _OWNED.fullmatch(name)
        name = _LOOSE.sub("", owner[1] if owner else name)
        mentions[start] = Mention(start, end, name, relation=_of_role(tokens, start, "relation"))
        mentions[start].negated = _of_role(tokens, start, "negation") >= 0
    _measures(tokens, mentions)
    told = {start: _owner(tokens, start, mentions) for start in range(len(tokens))}
    parts = {start: " ".join(token.text for token in tokens[start:end]) for start, end in spans.get("part", ())}
    _tell(tokens, drawn, mentions, told, parts, spans)
    for mention in mentions.values():
        if mention.mood is None and is_alive(mention.said):  # "a crying cat" is the cat that laughs beside it
            mention.mood, mention.looks = expression_of(mention.looks)
            mention.renamed |= mention.mood is not None
    for kind, kept in (("style", drawn.styles), ("place", drawn.places)):
        found = [Said(_text(tokens, start, end), start, end) for start, end in spans.get(kind, ())]
        kept += [said for said in found if any(map(str.isalnum, said.text)) and said.text not in _POINTING]
    drawn.negations = [mention.said for mention in mentions.values() if mention.negated]
    drawn.negations += [part for at, part in parts.items() if _of_role(tokens, at, "negation") >= 0]
    drawn.ground_words = [token.text for token in tokens if token.role == "ground"]
    order = [mention for at, mention in sorted(mentions.items()) if not mention.negated and mention.at == at]
    _repeat(tokens, order, told, mentions)
    drawn.things = order
    for mention in order:
        if {*mention.colours} == {"black", "white"} and is_black_and_white(mention.said):
            mention.colours = []
    drawn.others = [said for said in (*drawn.others, *drawn.colours) if said not in _POINTING]
    _relate(tokens, drawn, mentions, told, spans)
    _split(tokens, drawn, told, mentions)
    _mutual(tokens, drawn)
    return drawn


def _measures(tokens: Sequence[Token], mentions: dict[int, Mention]) -> None:
    """ "a glass of red wine": one thing, though a colour stands in its name."""
    for first, second in itertools.pairwise(sorted(mentions)):
        one, other = mentions[first], mentions[second]
        between = {token.role for token in tokens[one.end : second]}
        if one.said.endswith(" of") and between and between <= {"colour", "look", "size"}:
            one.said, one.end = f"{one.said} {other.said}", other.end
            mentions[second] = one


def _text(tokens: Sequence[Token], start: int, end: int) -> str:
    return " ".join(token.text for token in tokens[start:end])


def _spans(tokens: Sequence[Token]) -> dict[str, list[tuple[int, int]]]:
    """Role -> first and one past the last word of each thing, part, place, style, relation, side and look."""
    found: dict[str, list[tuple[int, int]]] = {}
    start = 0
    while start < len(tokens):
        role, end = tokens[start].role, start + 1
        while end < len(tokens) and tokens[end].role == f"{role}+":
            end += 1
        if role in ("look", "action", "size", "colour", "number"):
            same = (role, tokens[start].head)
            while end < len(tokens) and (tokens[end].role, tokens[end].head) == same:
                end += 1
        found.setdefault(role, []).append((start, end))
        start = end
    return found


def _of_role(tokens: Sequence[Token], at: int, role: str) -> int:
    head = tokens[at].head
    return head if head >= 0 and tokens[head].role == role else -1


def _owner(tokens: Sequence[Token], at: int, mentions: dict[int, Mention]) -> int:
    """The thing that a word leads to, over pronouns and second mentions; -1 for none."""
    seen = set()
    while at >= 0 and at not in seen:
        seen.add(at)
        if tokens[at].role == "thing":
            return at
        if tokens[at].role == "again" and (first := _antecedent(tokens, at, mentions)) >= 0:
            return first
        at = tokens[at].head
    return -1


def _antecedent(tokens: Sequence[Token], at: int, mentions: dict[int, Mention]) -> int:
    """What a second mention means: the thing of that name; of a pronoun, what the tagger says, or the first thing."""
    before = [start for start in mentions if start < at]
    named = [start for start in before if tokens[at].text in mentions[start].said.split()]
    if named:
        return named[-1]
    head = tokens[at].head
    if head >= 0 and tokens[head].role == "thing":
        return head
    return before[0] if before else -1


def _tell(tokens, drawn: Sketch, mentions: dict[int, Mention], told: dict[int, int], parts, spans) -> None:
    """Hand numbers, colours, looks, sizes and sides to what they are told of."""
    for start, end in spans.get("colour", ()):
        colour, head = _text(tokens, start, end), tokens[start].head
        role = tokens[head].role if head >= 0 else ""
        if role == "ground":
            drawn.ground_colours.append(colour)
        elif role == "part":
            if (owner := mentions.get(told[head])) is not None:
                owner.part_colours[parts[head]] = colour
        elif role == "one":
            continue
        elif (owner := mentions.get(told[start])) is not None:
            owner.colours.append(colour)
        else:
            drawn.colours.append(colour)
    for start, end in spans.get("number", ()):
        of_one = tokens[start].head >= 0 and tokens[tokens[start].head].role == "one"
        owner = None if of_one else mentions.get(told[start])
        number = number_of([token.text for token in tokens[start:end]])
        if number and "half" in [token.text for token in tokens[max(0, start - 2) : start]]:
            number = max(1, number // 2)
        if owner is not None and number is not None:
            owner.number = number
    for role in ("look", "action"):
        for start, end in spans.get(role, ()):
            owner, said = mentions.get(told[start]), _text(tokens, start, end)
            if said not in _POINTING:
                (owner.looks if owner else drawn.others).append(said)
    for start, end in spans.get("size", ()):
        owner = mentions.get(told[start])
        fond = [token.text for token in tokens[start:end]] == ["little"] and len(spans["size"]) == 1
        if owner is not None and tokens[tokens[start].head].role not in ("part", "one"):
            owner.size = None if fond and is_alive(owner.said) else _size(tokens[start:end])
    for start, end in spans.get("where", ()):
        owner = mentions.get(told[start])
        if owner is not None:
            owner.where.append(_text(tokens, start, end))
        else:
            drawn.others.append(_text(tokens, start, end))


def _size(words: Sequence[Token]) -> str:
    small = {"small", "smaller", "tiny", "little", "mini", "miniature"} & {token.text for token in words}
    return "small" if small else "large"


def _repeat(tokens, order: list[Mention], told: dict[int, int], mentions: dict[int, Mention]) -> None:
    """ "the cat" behind "a cat" is the same cat, whatever the tagger says."""
    for mention in list(order):
        the = mention.at > 0 and tokens[mention.at - 1].text == "the"
        first = next((one for one in order if one.at < mention.at and one.said == mention.said), None)
        if not the or first is None or mention.number:
            continue
        first.colours += mention.colours
        first.looks += mention.looks
        first.where += mention.where
        first.part_colours |= mention.part_colours
        order.remove(mention)
        for at, owner in told.items():
            if owner == mention.at:
                told[at] = first.at
        mentions[mention.at] = first


def _relate(tokens, drawn: Sketch, mentions: dict[int, Mention], told: dict[int, int], spans) -> None:
    """The relations between the things that are kept."""
    words = {start: (start, end) for start, end in spans.get("relation", ())}
    place = {id(mention): index for index, mention in enumerate(drawn.things)}
    for at, token in enumerate(tokens):
        if token.role not in ("thing", "again") or (relation := _of_role(tokens, at, "relation")) < 0:
            continue
        target = mentions.get(told[at])
        subject = mentions.get(told[relation])
        if subject is None or subject is target:  # it is told of nothing: of the last thing before it
            before = [mention for mention in drawn.things if mention.at < relation and mention is not target]
            subject = before[-1] if before else None
        if target is None or subject is None or target is subject:
            continue
        if id(target) in place and id(subject) in place and relation in words:
            said = _text(tokens, *words[relation])
            if (place[id(subject)], place[id(target)], said) in drawn.relations:  # "a pile of gold coins": one thing
                continue
            drawn.relations.append((place[id(subject)], place[id(target)], said))
            if (mood := said.split()[0]) in _MOODS and is_alive(subject.said) and " " in said:  # "sleeping on"
                subject.looks.append(mood)
    turned = {
        (target, subject) for subject, target, said in drawn.relations if relation_of(said) not in (None, "with")
    }
    drawn.relations = [  # "a phone with a heart on it": the heart is on the phone, whatever "with" says
        relation for relation in drawn.relations if relation[:2] not in turned or relation_of(relation[2]) != "with"
    ]


def _split(tokens, drawn: Sketch, told: dict[int, int], mentions: dict[int, Mention]) -> None:
    """ "two cats, one black and one white", "a big one and a small one": a thing of its own for each."""
    ones: dict[int, list[tuple[list[str], str | None, int]]] = {}
    for at, token in enumerate(tokens):
        if token.role == "one" and (owner := told[at]) in mentions:
            colours = [
                _colour(tokens, other)
                for other, word in enumerate(tokens)
                if word.role == "colour" and word.head == at and (other == 0 or tokens[other - 1].head != at
                                                                   or tokens[other - 1].role != "colour")
            ]  # fmt: skip
            sizes = [word for word in tokens if word.role == "size" and word.head == at]
            numbers = [word.text for word in tokens if word.role == "number" and word.head == at]
            if colours or sizes:
                size = _size(sizes) if sizes else None
                ones.setdefault(owner, []).append((colours[:1], size, number_of(numbers or [token.text]) or 1))
    for owner, told_ones in ones.items():
        mention = mentions[owner]
        if mention not in drawn.things or len(told_ones) < 2 and (mention.number or 1) < 2:
            continue
        told_of = sum(number for *_, number in told_ones)
        index, total = drawn.things.index(mention), mention.number or told_of
        copies = [
            dataclasses.replace(mention, number=number, colours=colours or mention.colours, size=size or mention.size)
            for colours, size, number in told_ones
        ]
        if told_of > total:
            copies = [dataclasses.replace(copy, number=1) for copy in copies[:total]]
        elif total > told_of:
            copies.append(dataclasses.replace(mention, number=total - told_of, colours=list(mention.colours)))
        drawn.things[index : index + 1] = copies
        moved = len(copies) - 1
        drawn.relations = [
            (one + moved * (one > index), other + moved * (other > index), words)
            for one, other, words in drawn.relations
        ]


def _mutual(tokens: Sequence[Token], drawn: Sketch) -> None:
    """ "two foxes facing each other", "a cat and a dog facing each other"."""
    start = next(iter(each_other(tokens)), 0)
    before = [index for index, mention in enumerate(drawn.things) if mention.end <= start]
    if not before:
        return
    last = before[-1]
    words = " ".join(token.text for token in tokens[drawn.things[last].end : start] if token.text not in ("are", "is"))
    if drawn.things[last].number == 2:
        drawn.things[last : last + 1] = [dataclasses.replace(drawn.things[last], number=1) for _ in range(2)]
        drawn.relations = [(one + (one > last), other + (other > last), said) for one, other, said in drawn.relations]
        drawn.relations.append((last, last + 1, words))
    elif len(before) > 1:
        drawn.relations = [pair for pair in drawn.relations if {*pair[:2]} != {*before[-2:]}]
        drawn.relations.append((before[-2], last, words))


def _colour(tokens: Sequence[Token], start: int) -> str:
    end = start + 1
    while end < len(tokens) and tokens[end].role == "colour" and tokens[end].head == tokens[start].head:
        end += 1
    return _text(tokens, start, end)
