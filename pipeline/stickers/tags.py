"""The emoji and the alternative text of a sticker, from the words that it was drawn by.

Emoji are found by their Unicode names, which Python carries, and by the everyday words of `WORDS` where those names
say it otherwise ("automobile"). A vocabulary that knows the emoji of a thing is asked first.
"""

import functools
import re
import unicodedata
from collections.abc import Mapping

from pipeline.language.english import singular

__all__ = ["alternative_text", "emoji_of"]

ANY = "🙂"  # where nothing fits: every place wants at least one
RANGES = ((0x1F300, 0x1F5FF), (0x1F600, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF), (0x1FA70, 0x1FAFF))
SKIPPED = {"face", "with", "sign", "symbol", "and", "of", "emoji", "the", "a", "an", "on", "in", "for", "modifier"}
LEAST = 0.5  # of an emoji's own words, how many a prompt must hold
# Everyday words, and moods, whose emoji is named otherwise.
WORDS: Mapping[str, str] = {
    **{"happy": "😀", "smiling": "😀", "sad": "😢", "crying": "😭", "love": "😍", "angry": "😠", "laughing": "😂"},
    **{
        "sleeping": "😴",
        "sleepy": "😴",
        "tired": "😴",
        "surprised": "😮",
        "cool": "😎",
        "thinking": "🤔",
        "sick": "🤒",
    },
    **{
        "scared": "😱",
        "shy": "😊",
        "winking": "😉",
        "kissing": "😘",
        "dancing": "💃",
        "running": "🏃",
        "waving": "👋",
    },
    **{"celebrating": "🎉", "party": "🎉", "working": "💻", "eating": "😋", "hungry": "😋", "thankful": "🙏"},
    **{"car": "🚗", "bike": "🚲", "boat": "⛵", "plane": "✈️", "heart": "❤️", "star": "⭐", "sun": "☀️", "moon": "🌙"},
    **{"apple": "🍎", "house": "🏠", "flower": "🌸", "tree": "🌳", "phone": "📱", "computer": "💻", "book": "📖"},
    **{"coffee": "☕", "snowman": "⛄", "umbrella": "☂️", "cloud": "☁️", "football": "⚽", "burger": "🍔", "cat": "🐱"},
    **{"dog": "🐶", "fox": "🦊", "bear": "🐻", "lion": "🦁", "pig": "🐷", "cow": "🐮", "mouse": "🐭", "rabbit": "🐰"},
    **{"bunny": "🐰", "frog": "🐸", "fish": "🐟", "bird": "🐦", "horse": "🐴", "tiger": "🐯", "monkey": "🐵"},
    **{"lightning": "⚡", "scissors": "✂️", "anchor": "⚓", "warning": "⚠️", "check": "✅", "sparkles": "✨"},
}


def emoji_of(prompt: str, most: int = 3, known: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """One to `most` emoji of a prompt, the best first.

    Args:
        known: emoji by the name of a thing, as a vocabulary's metadata has them; longer names count first.
    """
    words = [singular(word) for word in re.findall(r"[a-z]+", prompt.lower())]
    found: list[str] = []
    text = f" {' '.join(words)} "
    for name in sorted(known or {}, key=len, reverse=True):
        if f" {name} " in text:
            found.append((known or {})[name])
    direct = dict.fromkeys(WORDS[word] for word in words if word in WORDS)
    found += direct
    index = _index()
    candidates: dict[str, float] = {}
    for word in set(words) - SKIPPED - WORDS.keys():
        for emoji, own in index.get(word, ()):
            share = len(own & set(words)) / len(own)
            if share >= LEAST:
                candidates[emoji] = share
    found += sorted(candidates, key=lambda emoji: (-candidates[emoji], emoji))[:most]
    return tuple(dict.fromkeys(found))[:most] or (ANY,)


def alternative_text(prompt: str, most: int = 125) -> str:
    """The prompt as a short sentence, cut at a word where it is longer."""
    text = " ".join(prompt.split()).strip(" .,")
    if len(text) > most:
        text = text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,.") + "…"
    return text[:1].upper() + text[1:]


@functools.cache
def _index() -> dict[str, list[tuple[str, frozenset[str]]]]:
    """Word -> the emoji in whose Unicode name it stands, each with the words of that name that count."""
    index: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for first, last in RANGES:
        for code in range(first, last + 1):
            name = unicodedata.name(chr(code), "").lower()
            own = frozenset(singular(word) for word in re.findall(r"[a-z]+", name)) - SKIPPED
            for word in own:
                index.setdefault(word, []).append((chr(code), own))
    return index
