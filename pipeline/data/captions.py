"""Words for composed scenes: articles, plurals and the sentence that states exactly what a scene shows."""

import random
import re

__all__ = ["NUMBER_WORDS", "plural", "scene_caption", "singular", "with_article"]

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


def scene_caption(subject: str, style: str | None, background: str | None, rng: random.Random) -> str:
    """One or two sentences out of parts that are all true; ``None`` leaves a part unsaid.

    ``subject`` comes with its article and place ("an owl in the top left corner", "two owls side by side"). Four in
    ten are in the app's own order and words; the others are worded the many ways in which people ask.
    """
    if rng.random() < 0.4:
        ground = rng.choice(_GROUNDS[:2]).format(_a(background), background) if background else None
        return ", ".join(part for part in (subject, style, ground) if part)
    said = rng.choice(_REQUESTS).format(subject) if rng.random() < 0.5 else subject
    if style and rng.random() < 0.2:  # the style first: "a pixel art of an owl", "pixel art: an owl"
        said = rng.choice(("{0} of {1}", "{0}, {1}", "{0}: {1}", "{2} {0} of {1}")).format(style, subject, _a(style))
        style = None
    clauses = [rng.choice(_STYLES).format(style, _a(style))] if style else []
    if background:
        clauses.append(rng.choice(_GROUNDS).format(_a(background), background))
    rng.shuffle(clauses)
    for clause in clauses:
        said += rng.choice((", ", ", ", " ", ". ", "; ")) + clause
    return said + "." if rng.random() < 0.15 else said


# How people ask. Composed freely, these give none of the sentences that the evaluation asks in.
_REQUESTS = (
    "a picture of {0}", "picture of {0}", "an image of {0}", "image of {0}", "an illustration of {0}", "draw {0}",
    "draw me {0}", "make {0}", "create {0}", "generate {0}", "show {0}", "I want {0}", "I would like {0}",
    "can you draw {0}", "could you make {0}", "{0} please", "just {0}", "an icon of {0}", "icon: {0}",
    "an emoji of {0}", "a drawing of {0}", "a graphic of {0}", "clip art of {0}", "there is {0}", "here we see {0}",
    "the scene shows {0}", "nice {0}", "only {0}", "one image with {0}",
)  # fmt: skip
_STYLES = (
    "{0}", "{0}", "{0} style", "in {0} style", "in the style of {1} {0}", "as {1} {0}", "as {0}", "drawn as {1} {0}",
    "rendered as {0}", "made as {0}", "({0})", "done in {0}", "style: {0}", "the style is {0}", "looking like {1} {0}",
    "with {1} {0} look", "{0} look", "use {0}",
)  # fmt: skip
_GROUNDS = (
    "on {0} {1} background", "{1} background", "against a plain {1} background", "on {1}", "on solid {1}",
    "on plain {1}", "against {1}", "over {0} {1} background", "with {0} {1} background", "with {0} {1} backdrop",
    "{1} backdrop", "in front of {0} {1} background", "in front of {1}", "the background is {1}",
    "the background should be {1}", "background {1}", "background: {1}", "{1} behind it", "with {1} behind",
    "everything around it {1}", "{1} ground", "surrounded by {1}", "before {0} {1} wall", "make the background {1}",
    "all {1} around it",
)  # fmt: skip


def _a(words: str) -> str:
    return "an" if words[0] in "aeiou" else "a"
