"""Words for composed scenes: articles, plurals and the sentence that states exactly what a scene shows."""

import random
import re

__all__ = ["NUMBER_WORDS", "plural", "with_article", "scene_caption"]

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


def with_article(phrase: str) -> str:
    """``phrase`` with "a", "an", "the" or nothing before it, as English wants."""
    first, head = phrase.split()[0].lower(), _head(phrase)[0].split()[-1].lower()
    if first in ("the", "a", "an") or _is_plural(head):
        return phrase
    if first == "flag":
        return f"the {phrase}"
    vowel = first[0] in "aeio" or (first[0] == "u" and not first.startswith(("uni", "use", "ufo", "uk", "us")))
    return f"{'an' if vowel else 'a'} {phrase}"


def scene_caption(subject: str, style: str | None, background: str | None, rng: random.Random) -> str:
    """One sentence out of parts that are all true; ``None`` leaves a part unsaid.

    ``subject`` comes with its article and place ("an owl in the top left corner", "two owls side by side").
    """
    backgrounds = []
    if background:
        article = "an" if background[0] in "aeiou" else "a"
        backgrounds = [
            f"on {article} {background} background",
            f"{background} background",
            f"against a plain {background} background",
        ]
    ground = rng.choice(backgrounds) if backgrounds else ""
    if style and rng.random() < 0.3:
        return f"{style} of {subject}" + (f", {ground}" if ground else "")
    if style and rng.random() < 0.1:
        return f"{style}, {subject}" + (f", {ground}" if ground else "")
    parts = [subject] + ([style] if style else [])
    if ground and rng.random() < 0.25 and ground.startswith(("on", "against")):
        return f"{subject} {ground}" + (f", {style}" if style else "")
    return ", ".join(parts + ([ground] if ground else []))
