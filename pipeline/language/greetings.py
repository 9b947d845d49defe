"""Greetings: "happy birthday Emma" is written, with what is usually seen on such a card."""

import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Greeting", "greeted"]

# What is drawn where nothing else is named -> the greetings.
_SHOWN = {
    "birthday cake": r"happy (?:\d+(?:st|nd|rd|th) )?(?:birthday|bday|b-day)|happy birthday to you",
    "christmas tree": r"(?:merry|happy) (?:christmas|xmas)|season'?s greetings|happy holidays",
    "fireworks": r"happy new year(?: \d{4})?",
    "easter egg": r"happy easter",
    "jack-o-lantern": r"happy halloween|trick or treat",
    "red heart": r"happy valentine'?s?(?: day)?|i love you|happy anniversary|i miss you|love you|miss you",
    "bouquet": r"happy (?:mother|father|women|teacher)'?s'? day|thank you(?: so much| very much)?|thanks a lot"
               r"|get well(?: soon)?|best wishes",
    "party popper": r"congratulations|congrats|well done|good job|happy graduation|happy retirement",
    "sun": r"good morning|happy (?:monday|friday|weekend|summer|spring)",
    "crescent moon": r"good night|sweet dreams",
    "four leaf clover": r"good luck",
    "house": r"welcome(?: home| back)?|home sweet home",
    "turkey": r"happy thanksgiving",
    "baby": r"it'?s a (?:boy|girl)",
}  # fmt: skip
_CARD = (
    r"(?:(?:an? |the |my )?(?:\w+ )?(?:card|sticker|banner|sign|poster|picture|logo|badge|label)"
    r"(?: (?:that says|that reads|saying|reading|with|for|of))?[: ]+)?"
)
_WHOM = (
    r"(?i:mom|mum|mommy|dad|daddy|grandma|grandpa|everyone|everybody|all|teacher|baby|sister|brother|my love|friend"
    r"|my friend|friends|honey|darling|sweetheart)"
)
_AFTER = re.compile(
    rf"(?P<whom>,? (?:{_WHOM}|(?:dear )?[A-Z][\w'-]+(?: (?:and|&) [A-Z][\w'-]+)?))?(?P<end>!*)"
    r"(?:,? (?i:card|sticker|banner|sign|greeting|greetings|text|lettering|poster|badge|message|wishes|invitation))?"
    r"(?=$|[.,;:!]|\s+(?i:with|and|on|in|by|from|next)\b)"
)
_LAST = re.compile(r"(?P<whom> (?P<name>[a-z][\w'-]+))(?P<end>[!.]*)$")
_GREETINGS = tuple(
    (shown, re.compile(rf"\s*{_CARD}(?P<words>{words})(?![\w'-])", re.IGNORECASE)) for shown, words in _SHOWN.items()
)
_NEXT = re.compile(r"^[\s,.;:!]*(?:(?:with|and|next to)\s+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Greeting:
    """Words to be written.

    Args:
        words: them.
        shown: what is drawn for them; "" where the prompt names something.
    """

    words: str
    shown: str


def greeted(prompt: str, is_name: Callable[[str], bool]) -> tuple[str, Greeting | None]:
    """A prompt without the greeting that it begins with, and that.

    Args:
        prompt: as somebody typed it.
        is_name: whether words are a name that was taught: a "merry christmas tree" is a tree.
    """
    if '"' in prompt or "“" in prompt:  # what is quoted is written anyway
        return prompt, None
    found = [(match, shown) for shown, pattern in _GREETINGS if (match := pattern.match(prompt.replace("’", "'")))]
    if not found:
        return prompt, None
    match, shown = max(found, key=lambda one: one[0].end())
    text, rest = match["words"], prompt[match.end() :].rstrip()
    after = _AFTER.match(rest) or _LAST.match(rest)
    if after is None or "name" in after.groupdict() and is_name(after["name"]):
        return prompt, None
    said = f"{text}{after['whom'] or ''}{after['end'].replace('.', '')}".strip()
    if said.islower():
        said = re.sub(r"(?:^|(?<= ))\w", lambda letter: letter[0].upper(), said)
    left = _NEXT.sub("", rest[after.end() :], count=1)
    return left or shown, Greeting(said, "" if left else shown)
