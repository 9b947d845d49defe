"""Things that are the object of what another does: "painting a picture", "breathing fire", "full of gold"."""

import re
from collections.abc import Sequence

from pipeline.language.english import singular
from pipeline.language.names import NameFinder
from pipeline.language.relations import relation_of
from pipeline.scene.apart import BODY
from pipeline.scene.kinds import is_alive, is_landscape, worn_at
from pipeline.scene.parts import PART_WORDS
from pipeline.scene.places import is_place
from pipeline.scene.shared import share
from pipeline.scene.sketch import Mention, Said, Sketch
from pipeline.scene.tagger import Token

__all__ = ["recover"]

_SMALL = frozenset("a an the its his her their my your our some of at in to".split())
_NO_OBJECT = frozenset("doing being going taking getting feeling looking having getting trying".split())
_NO_THINGS = frozenset(
    "fun time around away up down out in on over off together alone well hard fast back forth high low yoga it them "
    "him her something nothing everything someone each other one ground floor air way turns care part place left "
    "right top bottom side front day night love peace sleep home work life upside row rows grid line lines circle "
    "column pile group pair".split()
)
_FULL = re.compile(r"^(full of|filled with|loaded with|covered in|covered with|made of) ")
_SKIPPED = ("relation+", "look", "colour", "size", "number")
_TREASURE = frozenset("gold coins coin jewels gems treasure treasures riches money".split())
_PARTS_OF = {
    "cake": ("candle", "candles", "cherry", "frosting"),
    "tree": ("ornaments", "lights", "star"),
    "car": ("engine", "lights", "flames"),
}
_WORN = ("wings", "ears", "horns", "antlers")
_BESIDE = frozenset("flower flowers roses balloon balloons bubbles stars hearts candles berries apples".split())
_AROUND = 5  # of what surrounds another, where no number is said
_HERD = frozenset("fish sheep deer fireflies bees birds stars hearts flowers".split())


def recover(drawn: Sketch, tokens: Sequence[Token], names: NameFinder) -> None:
    """Add things that were lost, in place.

    Args:
        drawn: what the prompt asks for.
        tokens: its words with their roles.
        names: what was taught.
    """
    for index, mention in enumerate(list(drawn.things)):
        for look in list(mention.looks):
            _object_of(drawn, tokens, names, index, look)
    _dangling(drawn, tokens, names)
    _other_wings(drawn, tokens, names)
    _lone_parts(drawn, tokens, names)
    _skylines(drawn, tokens, names)
    share(drawn, tokens)
    _all_around(drawn, tokens)
    _worn_too(drawn)
    _noun_parts(drawn, names)


def _shows(said: str, word: str) -> bool:
    """Whether a drawing of it has that in it anyway."""
    return said.split()[-1] in ("chest", "treasure") and word in _TREASURE


def _is_thing(words: tuple[str, ...], names: NameFinder) -> bool:
    return bool(words) and words[-1] not in _NO_THINGS | BODY and names.exact(words) is not None


def _object_of(drawn: Sketch, tokens: Sequence[Token], names: NameFinder, index: int, look: str) -> None:
    """ "breathing fire", "full of gold" as they were taken for a look."""
    words = look.split()
    full = _FULL.match(look)
    if len(words) < 2 or words[0] in _NO_OBJECT or not (words[0].endswith("ing") or full):
        return
    if full and (full[1] == "made of" or _shows(drawn.things[index].said, words[-1])):
        drawn.things[index].looks = [one for one in drawn.things[index].looks if one != look or full[1] == "made of"]
        return
    first = len(full[1].split()) if full else 1
    for start in range(first, min(len(words), first + 4)):
        found = tuple(words[start:])
        if found[0] in _SMALL:
            continue
        if not full and is_place(" ".join(found)):  # "skating in winter"
            mention = drawn.things[index]
            at = _where(tokens, mention.end, words[start])
            mention.looks[mention.looks.index(look)] = " ".join(words[:1])
            drawn.places.append(Said(" ".join(found), at, at + len(found)))
            return
        if not _is_thing(found, names):
            continue
        at = _where(tokens, drawn.things[index].end, words[start])
        if at < 0:
            return
        mention = drawn.things[index]
        mention.looks.remove(look)
        drawn.things.append(Mention(at, at + len(found), " ".join(found), renamed=True))
        mention.looks += [word for word in words[first:start] if word not in _SMALL and relation_of(word) is None]
        drawn.relations.append((index, len(drawn.things) - 1, " ".join(words[:first]) if full else words[0]))
        return


def _where(tokens: Sequence[Token], start: int, word: str) -> int:
    return next((at for at in range(start, len(tokens)) if tokens[at].text == word), -1)


def _taken(drawn: Sketch, at: int) -> bool:
    return any(mention.at <= at < mention.end for mention in drawn.things)


def _dangling(drawn: Sketch, tokens: Sequence[Token], names: NameFinder) -> None:
    """ "a robot painting a picture", where nothing was found that it paints."""
    for at, token in enumerate(tokens):
        led = any(other.head == at and other.role in ("thing", "again") for other in tokens)
        said = [other.text for other in tokens[at : at + 3] if other.role in ("relation", "relation+")]
        if token.role != "relation" or led or token.head < 0 or "as" in said:
            continue
        subject = next((one for one, mention in enumerate(drawn.things) if mention.at == token.head), -1)
        start = at + 1
        while start < len(tokens) and (tokens[start].role in _SKIPPED or tokens[start].text in _SMALL):
            if tokens[start].role == "colour" and tokens[start + 1 : start + 2] in ([],):  # "catching salmon"
                break
            start += 1
        if (
            subject < 0
            or start >= len(tokens)
            or _taken(drawn, start)
            or tokens[start].role in ("thing", "again", "part")
        ):
            continue
        for end in range(min(len(tokens), start + 3), start, -1):
            words = tuple(token.text for token in tokens[start:end])
            if any(_taken(drawn, one) for one in range(start, end)) or is_place(" ".join(words)):
                continue
            if not _is_thing(words, names):
                continue
            drawn.things.append(Mention(start, end, " ".join(words)))
            for kept in (drawn.places, drawn.styles):
                kept[:] = [one for one in kept if one.end <= start or one.at >= end]
            drawn.others = [said for said in drawn.others if said not in words]
            for mention in drawn.things:
                mention.looks = [look for look in mention.looks if look not in (words[0], " ".join(words))]
                mention.colours = [colour for colour in mention.colours if colour != words[0]]
            said = " ".join(one.text for one in tokens[at:start] if one.role in ("relation", "relation+"))
            drawn.relations.insert(0, (subject, len(drawn.things) - 1, said))
            break


def _other_wings(drawn: Sketch, tokens: Sequence[Token], names: NameFinder) -> None:
    """ "a cat with butterfly wings" has wings, and no butterfly beside it."""
    for index, mention in enumerate(drawn.things):
        after = tokens[mention.end : mention.end + 1]
        if not after or after[0].role != "part" or after[0].head in (-1, mention.at) or after[0].text not in _WORN:
            continue
        if not any(
            target == index and relation_of(said) in ("with", "wearing") for _, target, said in drawn.relations
        ):
            continue
        whole = f"{mention.said} {after[0].text}"
        if not names.is_name(whole):
            mention.looks.append(mention.said)
            whole = after[0].text
        mention.said, mention.renamed = whole, True


def _lone_parts(drawn: Sketch, tokens: Sequence[Token], names: NameFinder) -> None:
    """ "pancakes with syrup and butter", "a pot with pink flowers": what is no part of anything, and was taught, is
    there as well.
    """
    for at, token in enumerate(tokens):
        goes_on = at + 1 < len(tokens) and tokens[at + 1].role == "part+"
        if token.role != "part" or token.head < 0 or goes_on or token.text in PART_WORDS | BODY:
            continue
        owner = next((one for one, mention in enumerate(drawn.things) if mention.at == token.head), -1)
        if owner < 0 or not _is_thing((token.text,), names) or _is_part(drawn.things[owner].said, token.text):
            continue
        if any(other.head == at for other in tokens) and token.text not in _BESIDE:
            continue
        own = Mention(at, at + 1, token.text)
        if (colour := drawn.things[owner].part_colours.pop(token.text, None)) is not None:
            own.colours.append(colour)
        drawn.things.append(own)
        drawn.relations.append((owner, len(drawn.things) - 1, "with"))


def _is_part(said: str, part: str) -> bool:
    """Whether a thing has such parts in any drawing of it."""
    return part in _PARTS_OF.get(said.split()[-1], ())


def _skylines(drawn: Sketch, tokens: Sequence[Token], names: NameFinder) -> None:
    """ "fireworks over the city at night": the city is seen, and it is night."""
    for said in list(drawn.places):
        words = said.text.split()
        before = [token.text for token in tokens[max(0, said.at - 2) : said.at] if token.text not in _SMALL]
        found = [word for word in words if is_landscape(word) and names.exact((word,)) is not None]
        if not found or before[-1:] not in (["over"], ["above"], ["behind"], ["near"]) or not drawn.things:
            continue
        at = said.at + words.index(found[0])
        subject = max((one for one, mention in enumerate(drawn.things) if mention.at < at), default=0)
        drawn.things.append(Mention(at, at + 1, found[0]))
        drawn.relations.append((subject, len(drawn.things) - 1, before[-1]))
        rest = [word for word in words if word not in (*found, "at", "in")]
        drawn.places.remove(said)
        if rest:
            drawn.places.append(Said(" ".join(rest), said.at, said.end))


def _all_around(drawn: Sketch, tokens: Sequence[Token]) -> None:
    """ "with fish around it": there are some of them."""
    for subject, _, words in drawn.relations:
        mention = drawn.things[subject]
        bare = mention.at == 0 or tokens[mention.at - 1].text not in ("a", "an", "the", "one", "its", "his", "her")
        last = mention.said.split()[-1]
        several = last in _HERD or singular(last) != last
        if relation_of(words) == "around" and mention.number is None and bare and several:
            mention.number = _AROUND


def _worn_too(drawn: Sketch) -> None:
    """ "a man with a beard and sunglasses", where the man with a beard is one thing."""
    for index in range(len(drawn.things) - 1):
        who, worn = drawn.things[index : index + 2]
        if (
            worn_at(worn.said) is None
            or not is_alive(who.said)
            or not (who.part_colours or "with" in who.said.split())
        ):
            continue
        if not any(index + 1 in pair[:2] for pair in drawn.relations) and worn.at - who.at < 8:
            drawn.relations.append((index, index + 1, "wearing"))


def _noun_parts(drawn: Sketch, names: NameFinder) -> None:
    """ "a snowman with a carrot nose": a part of it that is drawn of something else is told, and no nose beside it."""
    for _, target, words in list(drawn.relations):
        mention = drawn.things[target]
        said = mention.said.split()
        if len(said) < 2 or said[-1] not in BODY or relation_of(words) not in ("with", "holding", "wearing"):
            continue
        if not names.is_name(mention.said) and said[-1] not in _WORN and not mention.negated:
            mention.negated = True
            drawn.others.append(mention.said)
    for index in reversed(range(len(drawn.things))):
        if drawn.things[index].negated:
            del drawn.things[index]
            drawn.relations = [
                (subject - (subject > index), target - (target > index), said)
                for subject, target, said in drawn.relations
                if index not in (subject, target)
            ]
