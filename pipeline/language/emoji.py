"""Emoji characters as names of things.

``emoji.json`` gives each character, or sequence, the phrase of its picture: names of Unicode's CLDR, without variation
selectors and skin tones.
"""

import functools
import json
import re
import unicodedata
from pathlib import Path

__all__ = ["EMOTICONS", "emoji_name", "find_emoji", "is_emoji_name"]

# What people type where they have no emoji; only between blanks.
EMOTICONS = {
    "<3": "red heart", "</3": "broken heart", ":)": "smiling face", ":-)": "smiling face", "(:": "smiling face",
    ":d": "grinning face", ":-d": "grinning face", ":(": "frowning face", ":-(": "frowning face", ";)": "winking face",
    ";-)": "winking face", ":p": "face with tongue", ":-p": "face with tongue", ":o": "astonished face",
    "xd": "grinning squinting face", "=)": "smiling face", ":'(": "crying face", "^^": "smiling face",
    "^_^": "smiling face",
}  # fmt: skip

_TONES = "\U0001f3fb-\U0001f3ff"
_SELECTORS = "\ufe0e\ufe0f\u20e3"
# A base, its selector or tone, and what is joined to it; or two regional letters.
_BASE = (
    "[\u203c\u2049\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299©®™"
    "\U0001f000-\U0001faff]"
)
_SEQUENCE = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|{_BASE}[{_SELECTORS}{_TONES}]*(?:\u200d{_BASE}[{_SELECTORS}{_TONES}]*)*"
)
_DROPPED = re.compile(f"[{_SELECTORS}{_TONES}]")


@functools.cache
def _names() -> dict[str, str]:
    return json.loads(Path(__file__).with_name("emoji.json").read_text(encoding="utf-8"))


@functools.cache
def _phrases() -> frozenset[str]:
    return frozenset(_names().values())


def is_emoji_name(phrase: str) -> bool:
    """Whether an emoji has that name: it is then drawn in colours, whatever else draws it as a sign."""
    return phrase in _phrases()


def find_emoji(text: str) -> list[tuple[int, int, str]]:
    """Start, end and name of every emoji in a text; the name of one that nobody knows is empty."""
    return [(*match.span(), emoji_name(match[0])) for match in _SEQUENCE.finditer(text)]


def emoji_name(sequence: str) -> str:
    """The name of an emoji, "cat face"; of a sequence without one the name of its first sign; empty without any."""
    bare = _DROPPED.sub("", sequence)
    names = _names()
    if bare in names:
        return names[bare]
    first = bare[:1]
    if first in names:
        return names[first]
    return unicodedata.name(first, "").lower() if "\U0001f300" <= first else ""
