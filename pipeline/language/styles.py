"""Styles and backgrounds as words of the prompt: what the pickers write, a person could have typed."""

import re

from pipeline.language.english import article

__all__ = ["ANY", "BACKGROUNDS", "STYLES", "read_choices", "write_choices"]

ANY = "Any"
STYLES = ("3d render", "gradient vector", "flat geometric", "cartoon emoji", "flat sticker")
# The names that captions of the training scenes use (pipeline/data/scenes.py); a test holds the two lists together.
BACKGROUNDS = (
    "white",
    "black",
    "light gray",
    "dark gray",
    "red",
    "orange",
    "yellow",
    "green",
    "mint green",
    "teal",
    "light blue",
    "blue",
    "navy blue",
    "purple",
    "lavender",
    "pink",
    "beige",
    "brown",
)

_STYLE = re.compile(
    r",?\s*\b(?:in )?(?:an? )?(?:" + "|".join(map(re.escape, STYLES)) + r")\b(?: style)?(?: of\b)?", re.IGNORECASE
)
_GROUND = re.compile(
    r",?\s*\b(?:on|against|with|over) (?:an? )?(?:plain |solid )?("
    + "|".join(sorted(map(re.escape, BACKGROUNDS), key=len, reverse=True))
    + r") background\b",
    re.IGNORECASE,
)


def write_choices(prompt: str, style: str, background: str) -> str:
    """The prompt with exactly this style and background in it; ``ANY`` takes out what is said."""
    text = _GROUND.sub("", _STYLE.sub("", prompt)).strip(" ,")
    parts = [text] if text else []
    if style != ANY:
        parts.append(style)
    if background != ANY:
        parts.append(f"on {article(background)} {background} background")
    return ", ".join(parts)


def read_choices(prompt: str) -> tuple[str, str]:
    """(style, background) that the prompt says; ``ANY`` where it says none."""
    lowered = prompt.lower()
    style = next((name for name in STYLES if re.search(rf"\b{re.escape(name)}\b", lowered)), ANY)
    ground = _GROUND.search(prompt)
    return style, ground[1].lower() if ground else ANY
