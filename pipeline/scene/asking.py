"""Who asks, for whom and what for: "my daughter wants a unicorn", "a shopping cart for my website"."""

import re
from collections.abc import Callable, Sequence

from pipeline.language.english import singular
from pipeline.scene.tagger import Token

__all__ = ["for_whom", "without_own_names"]

_MY = frozenset("my our his her their your".split())
_PEOPLE = frozenset(
    "daughter son kid child wife husband mom mum mother dad father brother sister friend boss girlfriend boyfriend "
    "grandma grandpa grandmother grandfather nephew niece boy girl baby toddler student class team client teacher "
    "cousin uncle aunt partner family colleague customer school company band club".split()
)
_WANTS = frozenset(
    "wants want wanted needs need needed loves love likes like asked asks would wishes dreams requested said says "
    "told adores used".split()
)
_USES = frozenset(
    "website site app application shop store blog channel page book cover birthday party card invitation wall room "
    "poster class lesson presentation project homework shirt t-shirt mug sticker nursery bedroom kids children kid "
    "child school company business logo brand game team profile avatar newsletter menu wedding baby friend mom mum "
    "bakery cafe restaurant salon gym hotel bar startup firm charity museum bookshop magazine podcast channel event "
    "dad wife husband daughter son teacher boss".split()
)
_TITLE = r"(?:(?:Mr|Mrs|Ms|Dr|Sir|Lady|Princess|Prince|Captain|King|Queen)\.?\s+)?"
_OWN = re.compile(
    rf"\b((?i:my|our|his|her|their)\s(?:[a-z-]+\s){{0,2}}(?!favou?rite)([a-z-]+)),?\s({_TITLE}[A-Z][a-z’']+(?:\s[A-Z][a-z]+)*)\b"
)
_CALLED = re.compile(rf"\s(?:named|called)\s({_TITLE}[\w’'-]+)", re.IGNORECASE)
_ENDS = frozenset(". , ; : ! ? - and with in on wearing holding".split())


def without_own_names(prompt: str, is_thing: Callable[[str], bool]) -> tuple[str, list[str]]:
    """A prompt without what somebody's own is called, "our dog Bella", "a cat named Tom", and these names.

    Args:
        prompt: as a person says it.
        is_thing: whether a word names a thing.
    """
    names: list[str] = []

    def called(found: re.Match) -> str:
        if is_thing(found[1].lower()):
            return found[0]
        names.append(found[1])
        return ""

    def own(found: re.Match) -> str:
        if found[2] not in _PEOPLE and not is_thing(found[2]):
            return found[0]
        names.append(found[3])
        return found[1]

    return _OWN.sub(own, _CALLED.sub(called, prompt)), names


def for_whom(tokens: Sequence[Token]) -> None:
    """Take out, in place, who asks and what a picture is for; where they are all that is asked for, they stay."""
    dropped = {at for at in range(len(tokens)) if tokens[at].text in _MY for at in _wish(tokens, at)}
    dropped |= {at for at in range(1, len(tokens)) if tokens[at].text == "for" for at in _purpose(tokens, at)}
    kept = [at for at, token in enumerate(tokens) if token.role == "thing" and at not in dropped]
    if not kept:
        return
    for at, token in enumerate(tokens):
        if at in dropped:
            token.role, token.head = "chatter", -1
        elif token.head in dropped:
            token.head = -1


def _wish(tokens: Sequence[Token], at: int) -> list[int]:
    """The words of "my daughter (really) wants"."""
    for end in range(at + 2, min(len(tokens), at + 6)):
        if tokens[end].text in _WANTS:
            words = [token.text for token in tokens[at + 1 : end]]
            return list(range(at, end + 1)) if any(singular(word) in _PEOPLE for word in words) else []
    return []


def _purpose(tokens: Sequence[Token], at: int) -> list[int]:
    """The words of "for my website"."""
    end = at + 1
    while end < len(tokens) and tokens[end].text not in _ENDS and end - at < 8:
        end += 1
    words = [token.text.removesuffix("'s") for token in tokens[at + 1 : end]]
    return list(range(at, end)) if any(word in _MY or word in _USES for word in words) else []
