"""English nouns: articles, plurals and numbers, for the captions that are made and the prompts that are read."""

import re

__all__ = ["NUMBER_WORDS", "plural", "singular", "with_article"]

NUMBER_WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 9: "nine"}

# A noun phrase ends its head at the first of these words: "man in tuxedo", "pot of food", "cat with wry smile".
_TAIL = re.compile(r" (?:with|of|in|on|behind|and|without|wearing|holding|showing|playing|gesturing|facing) ")
_ALREADY_PLURAL = {
    "glasses", "sunglasses", "goggles", "scissors", "jeans", "pants", "shorts", "skis", "grapes", "cherries",
    "noodles",     "chopsticks",
    "dice", "men", "women", "people", "twins", "prints", "eyes", "fireworks", "sparkles", "dumplings",
}  # fmt: skip
_SINGULAR_IN_S = ("ss", "us", "is", "lens", "compass", "cactus", "bus")
_IRREGULAR = {"man": "men", "woman": "women", "person": "people", "mouse": "mice", "child": "children",
              "tooth": "teeth",
              "foot": "feet", "goose": "geese", "leaf": "leaves", "wolf": "wolves", "knife": "knives"}  # fmt: skip
_UNCHANGED = ("fish", "sheep", "deer", "shrimp", "squid", "bison")


def _head(phrase: str) -> tuple[str, str]:
    """Split ``phrase`` into the part that ends with its head noun and the rest."""
    match = _TAIL.search(phrase)
    return (phrase[: match.start()], phrase[match.start() :]) if match else (phrase, "")


def _is_plural(noun: str) -> bool:
    return noun in _ALREADY_PLURAL or (len(noun) > 3 and noun.endswith("s") and not noun.endswith(_SINGULAR_IN_S))


def plural(phrase: str) -> str:
    """The plural of a noun phrase: "pot of food" -> "pots of food"."""
    head, tail = _head(phrase)
    words = head.split()
    noun = words[-1]
    lower = noun.lower()
    if _is_plural(lower) or lower.endswith(_UNCHANGED):
        many = noun
    elif irregular := next((k for k in _IRREGULAR if lower.endswith(k)), None):
        many = noun[: -len(irregular)] + _IRREGULAR[irregular]
    elif lower.endswith(("s", "x", "ch", "sh", "z")):
        many = noun + "es"
    elif lower.endswith("y") and len(lower) > 1 and lower[-2] not in "aeiou":
        many = noun[:-1] + "ies"
    else:
        many = noun + "s"
    return " ".join([*words[:-1], many]) + tail


def singular(noun: str) -> str:
    """One of what ``noun``, a single lower-case word, names many of; a word that is no plural comes back as it is."""
    for one, many in _IRREGULAR.items():
        if noun.endswith(many):
            return noun[: -len(many)] + one
    if len(noun) < 4 or not _is_plural(noun) or noun in _ALREADY_PLURAL - {"cherries", "grapes", "dumplings"}:
        return noun
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith(("sses", "xes", "ches", "shes", "zes", "oes")):
        return noun[:-2]
    return noun[:-1]


def with_article(phrase: str) -> str:
    """``phrase`` with "a", "an", "the" or nothing before it, as English wants."""
    first, head = phrase.split()[0].lower(), _head(phrase)[0].split()[-1].lower()
    if first in ("the", "a", "an") or _is_plural(head):
        return phrase
    if first == "flag":
        return f"the {phrase}"
    vowel = first[0] in "aeio" or (first[0] == "u" and not first.startswith(("uni", "use", "ufo", "uk", "us")))
    return f"{'an' if vowel else 'a'} {phrase}"
