"""What the app says and what it leaves unsaid: shared by the captions of training and the reader of prompts."""

from collections.abc import Iterable

from pipeline.language.english import with_article

__all__ = [
    "CHOSEN_STYLES",
    "CORNERS",
    "SIMILAR_STYLES",
    "UNSAID_BACKGROUNDS",
    "app_caption",
    "plain_clauses",
]

# Grounds that people expect where none is said, with their weights.
UNSAID_BACKGROUNDS = {"white": 6, "light blue": 1, "light gray": 1, "beige": 1, "mint green": 1, "lavender": 1}

# Centre of a small thing in a corner, of the picture's side.
CORNERS = {
    "in the top left corner": (0.31, 0.31),
    "in the top right corner": (0.69, 0.31),
    "in the bottom left corner": (0.31, 0.69),
    "in the bottom right corner": (0.69, 0.69),
}

# Styles that are chosen where none is said.
CHOSEN_STYLES = ("3d render", "gradient vector", "flat geometric", "cartoon emoji", "flat sticker")
# The most like it, where a thing was never shown in a style.
SIMILAR_STYLES = {
    "3d render": "cartoon emoji",
    "gradient vector": "cartoon emoji",
    "flat geometric": "flat sticker",
    "flat sticker": "flat geometric",
    "cartoon emoji": "gradient vector",
}


def app_caption(subject: str, style: str | None) -> str:
    """The app's own order and words, which prompts are brought to: "an owl, flat sticker"."""
    return f"{subject}, {style}" if style else subject


def plain_clauses(styles: Iterable[str], backgrounds: Iterable[str], things: Iterable[str]) -> frozenset[str]:
    """Clauses that are harmless by themselves, in lower case: how a thing is drawn ("flat sticker", "on a red
    background"), and the things that were taught, alone ("an owl").
    """
    grounds = {f"on {with_article(name)} background" for name in backgrounds}
    return frozenset(styles) | grounds | {with_article(thing).lower() for thing in things}
