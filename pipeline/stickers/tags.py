"""The emoji and the alternative text of a sticker, from the words that it was drawn by.

A mood has the emoji of its face. A thing has the emoji of what the vocabulary means by its name ("kitty" is drawn as a
cat face), of the everyday words of `WORDS`, or of a Unicode name, which Python carries.
"""

import functools
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set

from pipeline.language.english import singular
from pipeline.loading.weights import DEFAULT_WEIGHTS

__all__ = ["alternative_text", "emoji_of", "is_emoji", "keywords_of", "shortened", "split_emoji", "vocabulary_emoji"]

ANY = "🙂"  # where nothing fits: every place wants at least one
RANGES = (
    (0x231A, 0x23FF),
    (0x2600, 0x27BF),
    (0x1F300, 0x1F5FF),
    (0x1F600, 0x1F64F),
    (0x1F680, 0x1F6FF),
    (0x1F900, 0x1F9FF),
    (0x1FA70, 0x1FAFF),
)
SKIPPED = {"face", "with", "sign", "symbol", "and", "of", "emoji", "the", "a", "an", "on", "in", "for", "modifier"}
# Emoji that are shown as text unless a selector follows: those of things.
TEXTUAL = (
    "☀☁☂☃☄☎☘☠☢☣♟⚒⚔⚖⚗⚙⚛⚜⛈⛏⛑⛓⛩⛰⛱⛴⛸✂✈✉✏✒❄❤🌡🌤🌦🌧🌨🌩🌪🌫🌶🍽🎖🎙🎞🎟🏍🏎🏔🏕🏖🏗🏘🏙🏚🏛🏜🏝🏞🏟🏵🏷🐿👁📽🕊🕯🕰🕳🕵🕶🕷🕸🕹🖇🖊🖋🖌🖍🖥🖨🖱🖼🗂🗃🗄🗑🗒🗓🗝🗞🗡🗳🗺🛋🛍🛎🛏🛠🛡🛢🛣🛤🛥🛩🛰🛳"
)
SHOWN = "\ufe0f"
_NO_THINGS = frozenset(  # what vocabularies of emoji call them by, beside their names
    "under over above below behind beside near into onto from front back in on up down two three four five six seven "
    "slice piece part glass space cute tiny little big small old new good bad hot cold".split()
)
_JOINING = "\u200d\ufe0f\u20e3"  # joiner, shown as emoji, in a key
_LONGEST = 4  # words of a name
LEAST = 0.5  # of an emoji's own words, how many a prompt must hold
# Moods; then everyday words whose emoji is named otherwise.
MOODS = {
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
    **{"celebrating": "🎉", "working": "💻", "eating": "😋", "hungry": "😋", "thankful": "🙏", "bored": "😒"},
    **{"dizzy": "😵", "furious": "😡", "excited": "🤩", "amazed": "😮", "confused": "😕", "grumpy": "😠"},
}
WORDS = {
    **{"car": "🚗", "bike": "🚲", "boat": "⛵", "plane": "✈️", "heart": "❤️", "star": "⭐", "sun": "☀️", "moon": "🌙"},
    **{"apple": "🍎", "house": "🏠", "flower": "🌸", "tree": "🌳", "phone": "📱", "computer": "💻", "book": "📖"},
    **{"coffee": "☕", "snowman": "⛄", "umbrella": "☂️", "cloud": "☁️", "football": "⚽", "burger": "🍔", "cat": "🐱"},
    **{"dog": "🐶", "fox": "🦊", "bear": "🐻", "lion": "🦁", "pig": "🐷", "cow": "🐮", "mouse": "🐭", "rabbit": "🐰"},
    **{"bunny": "🐰", "frog": "🐸", "fish": "🐟", "bird": "🐦", "horse": "🐴", "tiger": "🐯", "monkey": "🐵"},
    **{"lightning": "⚡", "scissors": "✂️", "anchor": "⚓", "warning": "⚠️", "check": "✅", "sparkles": "✨"},
    **{
        "king": "🤴",
        "pirate": "🏴\u200d☠️",
        "grandma": "👵",
        "grandpa": "👴",
        "mermaid": "🧜",
        "astronaut": "🧑\u200d🚀",
    },
    **{
        "doctor": "🧑\u200d⚕️",
        "chef": "🧑\u200d🍳",
        "cook": "🧑\u200d🍳",
        "farmer": "🧑\u200d🌾",
        "knight": "🛡️",
        "sword": "🗡️",
    },
    **{"pizza": "🍕", "corn": "🌽", "gift": "🎁", "present": "🎁", "backpack": "🎒", "tennis": "🎾", "dice": "🎲"},
    **{
        "puzzle": "🧩",
        "island": "🏝️",
        "bridge": "🌉",
        "squirrel": "🐿️",
        "hippo": "🦛",
        "palm": "🌴",
        "glasses": "👓",
        "sunglasses": "🕶️",
    },
    **{"skeleton": "💀", "clock": "⏰", "icecream": "🍦", "headphones": "🎧", "scarf": "🧣", "chair": "🪑"},
    **{
        "bee": "🐝",
        "santa": "🎅",
        "laptop": "💻",
        "home": "🏠",
        "lamp": "💡",
        "airplane": "✈️",
        "kitten": "🐱",
        "puppy": "🐶",
    },
}


def emoji_of(prompt: str, most: int = 3, known: dict[str, str] | None = None) -> tuple[str, ...]:
    """One to `most` emoji of a prompt, the best first: moods, then things in the order of the words.

    Args:
        known: emoji by the name of a thing; default what the bundled vocabulary means by its names.
    """
    words = [singular(word) for word in re.findall(r"[a-z]+", prompt.lower())]
    meant = vocabulary_emoji() if known is None else known
    things = _named(words, WORDS | {name: emoji for name, emoji in meant.items() if emoji})
    things = things or _like({*words} - SKIPPED - MOODS.keys())
    found = [MOODS[word] for word in words if word in MOODS] + things
    return tuple(dict.fromkeys(found))[:most] or (ANY,)


def _like(words: Set[str]) -> list[str]:
    """Emoji in whose Unicode names at least `LEAST` of the words stand, the most alike first: "pizza" is a slice."""
    shares: dict[str, float] = {}
    for word in words:
        for emoji, own in _index().get(word, ()):
            share = len(own & words) / len(own)
            if share >= LEAST:
                shares[emoji] = share
    return sorted(shares, key=lambda emoji: (-shares[emoji], emoji))


def _named(words: Sequence[str], known: Mapping[str, str]) -> list[str]:
    """Emoji of the known names among words, the longest name at each.

    What stands before another name says how that is ("a green car" is no salad), and is left out.
    """
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(words):
        lengths = range(min(_LONGEST, len(words) - at), 0, -1)
        length = next((each for each in lengths if known.get(_joined(words, at, each))), 0)
        if length and not (length == 1 and words[at] in SKIPPED | MOODS.keys()):
            spans.append((at, at + length))
        at += max(1, length)
    starts = {start for start, _ in spans}
    return [known[_joined(words, start, end - start)] for start, end in spans if end not in starts]


def _joined(words: Sequence[str], at: int, length: int) -> str:
    return " ".join(words[at : at + length])


@functools.cache
def vocabulary_emoji() -> dict[str, str]:
    """Name -> the emoji of what the bundled vocabulary means by it, "" of what has none; empty where there is no file.

    A thing's own name goes before another's that is called so, too.
    """
    path = DEFAULT_WEIGHTS / "vocabulary" / "config.json"
    if not path.is_file():
        return {}
    config = json.loads(path.read_text(encoding="utf-8"))
    by_name = {unicodedata.name(emoji[0]).lower(): emoji for emoji in _emoji()}
    by_name |= {
        name.removesuffix(" face"): emoji for name, emoji in by_name.items() if name.endswith(" face")
    } | by_name
    named = sorted(zip(config["names"], config["phrases"], strict=True), key=lambda each: each[0] != each[1])
    known: dict[str, str] = {}
    for name, phrase in named:
        words = [singular(word) for word in re.findall(r"[a-z]+", name)]
        if name == phrase or not (len(words) == 1 and (words[0] in _NO_THINGS or words[0].endswith("ing"))):
            known.setdefault(" ".join(words), by_name.get(phrase, by_name.get(name, "")))
    return known


def split_emoji(text: str) -> tuple[str, ...]:
    """The emoji of a text, whether or not spaces or commas part them; joined ones, skin tones and flags stay whole."""
    found: list[str] = []
    parted = True
    for char in text:
        if char.isspace() or char == ",":
            parted = True
            continue
        last = "" if parted else found[-1]
        joins = char in _JOINING or 0x1F3FB <= ord(char) <= 0x1F3FF or 0xE0020 <= ord(char) <= 0xE007F
        if last and (joins or last[-1] == "\u200d" or len(last) == 1 and _is_flag(last) and _is_flag(char)):
            found[-1] += char
        else:
            found.append(char)
        parted = False
    return tuple(found)


def _is_flag(char: str) -> bool:
    """Whether it is one of two letters that are a flag together."""
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def is_emoji(text: str) -> bool:
    """Whether a text is one emoji: a symbol, alone or with what changes it; or a key."""
    parts = split_emoji(text)
    return len(parts) == 1 and (unicodedata.category(text[0]) in ("So", "Sm") or text.endswith("\u20e3"))


def keywords_of(prompt: str, most: int = 20, characters: int = 64) -> tuple[str, ...]:
    """The words of a prompt that somebody may search by, as many as fit into so many characters."""
    words = (word for word in re.findall(r"[^\W\d_]+", prompt.lower()) if word not in SKIPPED)
    kept: list[str] = []
    for word in dict.fromkeys(words):
        if len(kept) < most and len("".join([*kept, word])) <= characters:
            kept.append(word)
    return tuple(kept)


def alternative_text(prompt: str, most: int = 125) -> str:
    """The prompt as a short sentence, cut at a word where it is longer."""
    text = shortened(prompt.strip(" .,\n"), most)
    return text[:1].upper() + text[1:]


def shortened(text: str, most: int) -> str:
    """A text in one line, cut at a word where it is longer."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,.") + "…"


def _emoji() -> Iterator[str]:
    """Characters that are shown as emoji by themselves, which are wide, and those of `TEXTUAL`."""
    for first, last in RANGES:
        for code in range(first, last + 1):
            if unicodedata.name(chr(code), "") and unicodedata.east_asian_width(chr(code)) == "W":
                yield chr(code)
    for char in TEXTUAL:
        yield char + SHOWN


@functools.cache
def _index() -> dict[str, list[tuple[str, frozenset[str]]]]:
    """Word -> the emoji in whose Unicode name it stands, each with the words of that name that count."""
    index: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for emoji in _emoji():
        own = frozenset(singular(word) for word in re.findall(r"[a-z]+", unicodedata.name(emoji[0]).lower())) - SKIPPED
        for word in own:
            index.setdefault(word, []).append((emoji, own))
    return index
