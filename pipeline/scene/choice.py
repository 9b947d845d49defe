"""What a prompt leaves open: style and ground, chosen by a number; and styles that a thing was never shown in."""

import re
from dataclasses import replace

from pipeline.language.wording import CHOSEN_STYLES, SIMILAR_STYLES, UNSAID_BACKGROUNDS
from pipeline.models.vocabulary import Vocabulary
from pipeline.scene.backdrop import lies_behind
from pipeline.scene.colours import rgb
from pipeline.scene.kinds import is_landscape
from pipeline.scene.record import Ground, Scene

__all__ = ["choose", "known_style", "named_in", "other_grounds", "take_style"]

_ALIKE = 0.35  # distance of a thing's and a ground's colour, each of [-1, 1], under which it vanishes
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_OUTRIGHT = r"\b(?:in )?(?:an? |the )?{}(?: style)?(?!\w)(?! of\b)"
_IN = re.compile(r"^(?:in |as )?(?:an? |the )?(?:style of )?")
_FILLERS = frozenset("style styled art illustration drawing image picture look icon of a an in the painting".split())


def _styles(vocabulary: Vocabulary) -> dict[tuple[str, ...], str]:
    return {
        tuple(_WORD.findall(word.lower())): style
        for style, words in vocabulary.config.styles.items()
        for word in (style, *words)
    }


def known_style(said: str, vocabulary: Vocabulary) -> str | None:
    """The taught style that words name; the longest name in them. None where none does."""
    styles = _styles(vocabulary)
    words = tuple(_WORD.findall(said.lower()))
    if words in styles:
        return styles[words]
    spans = [
        words[start : start + length]
        for length in range(len(words), 0, -1)
        for start in range(len(words) - length + 1)
    ]
    for span in spans:
        rest = [word for word in words if word not in span and word not in _FILLERS]
        if span in styles and len(rest) <= 1:
            return styles[span]
    return None


def take_style(prompt: str, vocabulary: Vocabulary) -> tuple[str, str | None]:
    """A prompt without the style that it names outright, as the page's own picker writes it, and that style.

    A name of a style counts wherever it stands whole ("a fox, 32x32 pixel art sprite"); other words for it only where
    a part between commas says nothing else ("a fox, doodle").
    """
    for style in sorted(vocabulary.config.styles, key=len, reverse=True):
        if len(style.split()) > 1 and (match := re.search(_OUTRIGHT.format(re.escape(style)), prompt, re.IGNORECASE)):
            return f"{prompt[: match.start()]}, {prompt[match.end() :]}".strip(" ,"), style
    parts = prompt.split(",")
    for at, part in enumerate(parts[1:], 1):
        words = tuple(_WORD.findall(_IN.sub("", part.strip().lower())))
        words = words[:-1] if len(words) > 1 and words[-1] == "style" else words
        if (style := _styles(vocabulary).get(words)) is not None:
            return ",".join(parts[:at] + parts[at + 1 :]), style
    return prompt, None


def named_in(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The styles and colours that a text names, wherever."""
    words = [match[0].lower() for match in _WORD.finditer(text)]
    known = _styles(vocabulary) | {tuple(name.split()): name for name in vocabulary.config.backgrounds}
    longest = max(map(len, known), default=0)
    spans = (tuple(words[at : at + length]) for at in range(len(words)) for length in range(1, longest + 1))
    return frozenset(known[span] for span in spans if span in known)


def choose(scene: Scene, vocabulary: Vocabulary, *, chance: float | None, avoid: str = "") -> Scene:
    """A scene with the style and the ground that nobody said.

    Args:
        scene: as it was understood.
        vocabulary: styles, and which thing was shown in which.
        chance: from 0 to 1: its leading digits choose the style, the others the ground; None leaves both open.
        avoid: what is not chosen, in words.
    """
    every = list(vocabulary.config.styles)
    fitting = [name for name in every if all(name in vocabulary.styles_of(thing.name) for thing in scene.things)]
    fitting = fitting or every
    avoided = named_in(avoid, vocabulary) if avoid else frozenset()
    style, ground = scene.style, scene.ground
    if style is None and chance is not None and fitting:
        usual = [name for name in CHOSEN_STYLES if name in fitting] or fitting
        styles = [name for name in usual if name not in avoided] or usual
        at = min(int(chance * len(styles)), len(styles) - 1)
        style, chance = styles[at], chance * len(styles) - at
    elif style is not None and style not in fitting:
        similar = SIMILAR_STYLES.get(style)
        style = similar if similar in fitting else fitting[0]
    if (
        ground is None
        and chance is not None
        and any(is_landscape(scene.things[at].said or scene.things[at].name) for at in lies_behind(scene))
    ):
        ground = Ground("scene", name="grass")  # mountains behind a thing have a foot and a sky
    elif ground is None and scene.placed > 1:
        ground = _colour(vocabulary, _plain_ground(scene, vocabulary))
    elif ground is None and chance is not None:
        grounds = vocabulary.config.backgrounds
        unsaid = [name for name, times in UNSAID_BACKGROUNDS.items() if name in grounds for _ in range(times)]
        unsaid = [name for name in unsaid if name not in avoided] or unsaid
        unsaid = [name for name in unsaid if not _vanishes(scene, grounds[name], vocabulary)] or unsaid
        if unsaid:
            ground = _colour(vocabulary, unsaid[min(int(chance * len(unsaid)), len(unsaid) - 1)])
    return replace(scene, style=style, ground=ground)


def _plain_ground(scene: Scene, vocabulary: Vocabulary) -> str:
    """White, or what a white thing stands out from."""
    grounds = [name for name in ("white", "light blue", "beige") if name in vocabulary.config.backgrounds]
    seen = [name for name in grounds if not _vanishes(scene, vocabulary.config.backgrounds[name], vocabulary)]
    return (seen or grounds or ["white"])[0]


def _vanishes(scene: Scene, ground: str, vocabulary: Vocabulary) -> bool:
    """Whether a thing is said to have about the colour of a ground."""
    palette = vocabulary.config.backgrounds
    own = [rgb(thing.colour, palette) for thing in scene.things if thing.colour]
    return any(float((colour - rgb(ground)).norm()) < _ALIKE for colour in own)


def other_grounds(vocabulary: Vocabulary, chance: float | None, avoid: str = "") -> tuple[str, ...]:
    """Names of the grounds that are chosen from where none is said, in an order that ``chance`` turns, white last;
    none at all where the ground is left open.
    """
    if chance is None:
        return ()
    avoided = named_in(avoid, vocabulary) if avoid else frozenset()
    names = [name for name in UNSAID_BACKGROUNDS if name in vocabulary.config.backgrounds and name not in avoided]
    tinted = [name for name in names if name != "white"]
    first = int(chance * 1000) % len(tinted) if tinted else 0
    return (*tinted[first:], *tinted[:first], *(name for name in names if name == "white"))


def _colour(vocabulary: Vocabulary, name: str) -> Ground | None:
    value = vocabulary.config.backgrounds.get(name)
    return Ground("colour", (value,)) if value else None
