"""Names that hold two things: "a bowl of apples", "a cat playing chess", "a dog skateboarding",
"a vase of yellow tulips"."""

import dataclasses
import re
from collections.abc import Sequence

from pipeline.language.collectives import members_of
from pipeline.language.english import is_doing, singular
from pipeline.language.names import NameFinder
from pipeline.language.relations import relation_of
from pipeline.scene.kinds import is_alive, is_container
from pipeline.scene.sketch import Mention, Sketch
from pipeline.scene.tagger import Token

__all__ = ["part_names"]

# What a taught name may hold ("a woman with red hair"), and else is the colour of a part.
_HAIR = re.compile(
    r"(.+) with (?:an? )?((?:light |dark |bright )?(?:red|blue|green|yellow|orange|purple|pink|black|white|brown|gray"
    r"|grey|silver|blonde?|turquoise)) (hair|beard|mustache|moustache)"
)
_DEEDS = frozenset("leave walk run jump stand sit play eat drink sleep stop wait turn go climb".split())
_PAIRS = frozenset("couple pair duo twins".split())
_PARENTS = frozenset("mother mom mommy mama mum father dad daddy papa parent grown-up adult".split())
_BABIES = frozenset("baby young newborn".split())
_WITH_WHAT = {"player": "holding", "rider": "riding", "driver": "driving", "seller": "holding", "thrower": "holding"}
_HAIRED = dict.fromkeys(("blonde", "blond", "fair-haired", "blonde-haired", "blond-haired"), "yellow") | {
    "brunette": "brown", "redheaded": "red", "red-haired": "red", "ginger-haired": "orange", "brown-haired": "brown",
    "black-haired": "black", "dark-haired": "black", "gray-haired": "gray", "grey-haired": "gray",
    "white-haired": "white", "blue-haired": "blue", "pink-haired": "pink", "green-haired": "green",
    "purple-haired": "purple",
}  # fmt: skip
_HAIRED_WHO = {"redhead": "red", "brunette": "brown", "blonde": "yellow", "blond": "yellow"}
_OLD = ("old man", "old guy", "grandfather", "grandpa", "granddad", "elderly man", "wise man", "wise old man")
_MOUSTACHES = frozenset(("mustache", "moustache"))
_OWN = frozenset("its her his their".split())
_HUMANS = frozenset("man woman boy girl person lady guy queen king people family nurse grandma grandpa couple".split())
_OWN_YOUNG = frozenset(
    "baby babies young child children offspring cub cubs calf calves foal foals fawn joey pup pups".split()
)
_YOUNG = {"cub": "bear", "calf": "cow", "foal": "horse", "fawn": "deer", "joey": "kangaroo", "pup": "dog"}


def part_names(drawn: Sketch, tokens: Sequence[Token], names: NameFinder) -> None:
    """Make two things of a name that is none as a whole, in place.

    Args:
        drawn: what the prompt asks for.
        tokens: its words with their roles.
        names: what was taught.
    """
    for mention in drawn.things:
        hair = _HAIR.fullmatch(mention.said)
        if hair and not names.is_name(mention.said) and names.exact(tuple(hair[1].split())):
            mention.part_colours[hair[3]] = hair[2]
            mention.said, mention.end = hair[1], mention.at + len(hair[1].split())
        _hairs(drawn, mention, tokens, names)
    for mention in list(drawn.things):
        _and(drawn, mention, names)
    for mention in list(drawn.things):
        words = tuple(mention.said.split())
        whole = len(words) == mention.end - mention.at  # else a colour stands in the name
        if (parted := _parted(words, names)) and (whole or parted[2] == "in"):
            _divide(drawn, mention, *parted)
    for mention in list(drawn.things):
        _busy(drawn, mention, tokens, names)
        _related(drawn, mention, tokens, names)
        _playing(drawn, mention, names)
    _filled(drawn, tokens)


def _hairs(drawn: Sketch, mention: Mention, tokens: Sequence[Token], names: NameFinder) -> None:
    """ "a blonde girl", "an old man with a white beard"; a moustache is worn, for few are drawn with one."""
    first, _, rest = mention.said.partition(" ")
    for word in (first, *mention.looks, *mention.colours):
        who = rest if word == first else mention.said
        if word in _HAIRED and is_alive(who) and not (word == first and names.is_name(mention.said)):
            mention.said, mention.renamed = who, True
            mention.looks = [look for look in mention.looks if look != word]
            mention.colours = [colour for colour in mention.colours if colour != word]
            mention.part_colours.setdefault("hair", _HAIRED[word])
    if mention.said in _HAIRED_WHO:
        mention.part_colours.setdefault("hair", _HAIRED_WHO[mention.said])
        mention.said, mention.renamed = "woman", True
    if "beard" in mention.part_colours and mention.said in _OLD and names.is_name("man with a beard"):
        mention.drawn_as = "man with a beard"
    bare = [one.text for one in tokens if one.role == "part" and mention.at <= one.head < mention.end]
    for part in sorted(_MOUSTACHES & {*mention.part_colours, *bare}) if is_alive(mention.said) else ():
        colours = [mention.part_colours.pop(part)] if part in mention.part_colours else []
        drawn.things.append(Mention(mention.end - 1, mention.end, part, None, colours, renamed=True))
        drawn.relations.append((drawn.things.index(mention), len(drawn.things) - 1, "wearing"))


def _and(drawn: Sketch, mention: Mention, names: NameFinder) -> None:
    """ "mom and dad and me" are three, where each has a name and all of them have none."""
    parts = [tuple(part.split()) for part in mention.said.split(" and ")]
    if len(parts) < 2 or names.exact(tuple(mention.said.split())) or not all(map(names.exact, parts)):
        return
    index, more = drawn.things.index(mention), len(parts) - 1
    start, own = mention.at, []
    for part in parts:
        end = start + len(part)
        own.append(dataclasses.replace(mention, at=start, end=end, said=" ".join(part), number=None, colours=[]))
        start = end + 1
    own[0].number, own[0].colours = mention.number, mention.colours
    drawn.things[index : index + 1] = own
    drawn.relations = [
        (one + more * (one > index), target + more * (target > index), said) for one, target, said in drawn.relations
    ]


def _related(drawn: Sketch, mention: Mention, tokens: Sequence[Token], names: NameFinder) -> None:
    """ "a mother bear and her cub", "a baby elephant": the same kind, and small beside others."""
    words = mention.said.split()
    before = next((one for one in reversed(drawn.things) if one.at < mention.at), None)
    own = mention.at > 0 and tokens[mention.at - 1].text in _OWN
    if own and before is not None and mention.said in _OWN_YOUNG and _is_beast(before.said):
        mention.number = mention.number or (None if singular(mention.said) == mention.said else 3)
        mention.said, mention.renamed, mention.size = before.said, True, "small"
        return
    if len(words) > 1 and words[-1] in _PAIRS and is_alive(words[-2]) and names.exact(tuple(words)) is None:
        mention.said, mention.number, mention.renamed = " ".join(words[:-1]), mention.number or 2, True
        return
    for look in _BABIES & {*mention.looks}:
        if is_alive(mention.said):
            mention.looks.remove(look)
            words.insert(0, look)
    first, last, taught = words[0], words[-1], names.exact(tuple(words)) is not None
    if len(words) > 1 and first in _PARENTS | _BABIES and is_alive(last) and not taught:
        mention.said, mention.renamed = " ".join(words[1:]), True
    elif last in _YOUNG and not taught:
        others = [one.said for one in drawn.things if one is not mention and is_alive(one.said)]
        mention.said, mention.renamed = (others or [_YOUNG[last]])[0], True
    elif first not in _BABIES:
        return
    if (first in _BABIES and len(words) > 1 or last in _YOUNG) and len(drawn.things) > 1:
        mention.size = mention.size or "small"


def _is_beast(said: str) -> bool:
    return is_alive(said) and singular(said.split()[-1]) not in _HUMANS | _PARENTS


def _playing(drawn: Sketch, mention: Mention, names: NameFinder) -> None:
    """ "a football player", "a motorcycle rider", where no drawing of one was taught: a person with that."""
    words = tuple(mention.said.split())
    relation = _WITH_WHAT.get(singular(words[-1]))
    if relation is None or len(words) < 2 or names.exact(words) is not None or names.exact(words[:-1]) is None:
        return
    if is_alive(" ".join(words[:-1])) and relation == "holding":
        return
    index = drawn.things.index(mention)
    mention.said, mention.renamed = "person", True
    if any(subject == index and relation_of(said) == "holding" for subject, _, said in drawn.relations):
        return
    drawn.things.append(Mention(mention.end - 1, mention.end, " ".join(words[:-1]), mention.number, renamed=True))
    drawn.relations.append((index, len(drawn.things) - 1, relation))


def _busy(drawn: Sketch, mention: Mention, tokens: Sequence[Token], names: NameFinder) -> None:
    """ "a polar bear ice skating" is the bear, with ice skates, and no person who skates."""
    words = mention.said.split()
    whole, after = len(words) == mention.end - mention.at, tokens[mention.end : mention.end + 1]
    if after and after[0].role == "action" and is_doing(after[0].text) and len(words) > 1:
        words.append(after[0].text)
        mention.looks = [look for look in mention.looks if look != after[0].text]
    if not words[-1].endswith("ing") or not whole or names.exact(tuple(words)) is not None:
        return
    for cut in range(len(words) - 1, 0, -1):
        said = " ".join(words[:cut])
        last_alone = cut == len(words) - 1 and is_doing(words[-1])
        # "a superhero cat flying": who it is as well is told elsewhere.
        taught = names.exact(tuple(words[:cut])) or last_alone and is_alive(words[cut - 1]) and words[cut - 1]
        if not taught or not (last_alone or is_alive(said)):
            continue
        first, last = words[cut:-1], words[-1].removesuffix("ing")
        tools = ((*first, form) for form in (last, f"{last}e", last[:-1]))
        tools = tools if is_alive(said) else ()
        tool = next((tool for tool in tools if _is_tool(" ".join(tool), names)), None)
        own = dataclasses.replace(mention, said=said, end=mention.at + cut)
        index = drawn.things.index(mention)
        drawn.things[index] = own
        if tool is None:
            own.looks.append(" ".join(words[cut:]))
        else:
            drawn.things.append(Mention(mention.at + cut, mention.end, " ".join(tool), renamed=True))
            drawn.relations.append((index, len(drawn.things) - 1, "with"))
        return


def _is_tool(said: str, names: NameFinder) -> bool:
    """Whether it is a thing that somebody does something with, and no sign for what is done: "leave", "run"."""
    return said not in _DEEDS and names.is_name(said) and not is_alive(said) and names.in_colour(said)


def _parted(words: tuple[str, ...], names: NameFinder) -> tuple[int, int, str, bool] | None:
    """Where the first name ends, where the second begins, their relation, and whether the second has it."""
    if names.exact(words) is not None:
        return None
    for at in range(1, len(words) - 1):
        before, after = words[:at], words[at + 1 :]
        if (
            words[at] == "of"
            and is_container(before[-1])
            and (singular(after[-1]) != after[-1] or members_of(" ".join(after)))
        ):
            found = names.exact(after) or members_of(" ".join(after))
            within = is_container(after[-1]) and singular(after[-1]) != "egg"  # out of which chicks come
            if found and not within and names.exact(before) is not None:
                return at, at + 1, "in", True
        if words[at : at + 2] in (("full", "of"), ("filled", "with")) and is_container(before[-1]):
            if names.exact(before) is not None and names.exact(words[at + 2 :]) is not None:
                return at, at + 2, "in", True
        if is_doing(words[at]):
            if names.exact(before) is not None and names.exact(after) is not None:
                return at, at + 1, "with", False
    return None


def _divide(drawn: Sketch, mention: Mention, first: int, second: int, relation: str, swapped: bool) -> None:
    index, words = drawn.things.index(mention), mention.said.split()
    own = dataclasses.replace(mention, said=" ".join(words[:first]), end=mention.at + first)
    other = Mention(mention.end - len(words[second:]), mention.end, " ".join(words[second:]))
    if swapped and other.at > own.end + 1:  # "a box of red apples"
        own.colours, other.colours = [], mention.colours
    drawn.things[index : index + 1] = [own, other]
    drawn.relations = [(one + (one > index), target + (target > index), said) for one, target, said in drawn.relations]
    drawn.relations.append((index + 1, index, relation) if swapped else (index, index + 1, relation))


def _filled(drawn: Sketch, tokens: Sequence[Token]) -> None:
    """ "a vase of yellow tulips on a table": they are in the vase, and what is told of their place is the vase's."""
    for index, (one, other) in enumerate(zip(drawn.things, drawn.things[1:], strict=False)):
        between = [token.text for token in tokens[one.end : other.at]]
        told = any(pair[:2] == (index + 1, index) for pair in drawn.relations)
        if told or between[:1] != ["of"] or not is_container(one.said.split()[-1]):
            continue
        drawn.relations = [
            (index if subject == index + 1 else subject, target, said) for subject, target, said in drawn.relations
        ]
        drawn.relations.append((index + 1, index, "in"))
