"""Styles and backgrounds as words of the prompt: what the pickers write, a person could have typed."""

import re

from pipeline.language.english import article

__all__ = ["ANY", "BACKGROUNDS", "COLOURFUL", "STYLES", "TRANSPARENT", "read_choices", "write_choices"]

ANY = "Any"
STYLES = ("3d render", "gradient vector", "flat geometric", "cartoon emoji", "flat sticker")
# Styles whose drawings pass into others: in colour, and of a thing alone. The others are drawn only as they are.
COLOURFUL = (
    "3d render", "gradient vector", "flat geometric", "cartoon emoji", "flat sticker", "blob emoji", "bold flat emoji",
    "muted flat illustration", "outlined cartoon emoji",
)  # fmt: skip
# Name -> colour, on the page and in the captions of the training scenes (pipeline/data/scenes.py has more beside).
BACKGROUNDS = {
    "white": "#ffffff",
    "black": "#111111",
    "light gray": "#e0e0e0",
    "dark gray": "#444444",
    "red": "#d93636",
    "orange": "#f28c28",
    "yellow": "#ffd94a",
    "green": "#3fa34d",
    "mint green": "#b8ecd0",
    "teal": "#1f9e94",
    "light blue": "#a9d8f5",
    "blue": "#2f6fd6",
    "navy blue": "#1b2a5c",
    "purple": "#7d4cc2",
    "lavender": "#d9c9f5",
    "pink": "#f7a8c4",
    "beige": "#efe0c8",
    "brown": "#7a4f30",
}

TRANSPARENT = "transparent"  # no ground

_STYLE = re.compile(
    r",?\s*\b(?:in )?(?:an? )?(?:" + "|".join(map(re.escape, STYLES)) + r")\b(?: style)?(?: of\b)?", re.IGNORECASE
)
_GROUND = re.compile(
    r",?\s*\b(?:on|against|with|over) (?:an? )?(?:plain |solid )?("
    + "|".join(sorted(map(re.escape, (*BACKGROUNDS, TRANSPARENT)), key=len, reverse=True))
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
