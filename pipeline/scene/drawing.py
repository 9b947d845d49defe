"""Which drawing of a thing: what the seed chooses where the words leave it open.

    drawing = choose_drawing(prior, "fox", "3d render", noise, variety=0.7)

The noise, normal numbers from the seed, is turned into even chances: which artist's drawing, mirrored or not, its form
(bent, leaning, narrower) and its palette. Turning the noise a little towards another seed's so changes a little.
"""

import math
import re
from dataclasses import dataclass

import torch

from pipeline.language.styles import COLOURFUL
from pipeline.models.prior import DrawingPrior
from pipeline.scene.rendering import can_render

__all__ = [
    "CHOICES",
    "DEFAULT_VARIETY",
    "Drawing",
    "Bend",
    "Palette",
    "choose_drawing",
    "choose_form",
    "choose_palette",
    "even",
    "is_mirrored",
]

DEFAULT_VARIETY = 0.7
# Coordinates of the noise.
# The first numbers of neighbouring seeds are alike (torch's generator); later ones are not.
_WHICH, _MIRROR, _FORM, _PALETTE = 20, 21, slice(22, 28), slice(8, 11)
CHOICES = (_WHICH, _MIRROR, -1)  # those that choose one of several; the last chooses style and ground
OTHERS = 0.6  # weight of a drawing by another artist, at full variety, against one in the asked style
_ICONS = (
    "colorful outlined icon", "flat color office icon", "gradient app icon", "sticker style icon",
    "32x32 pixel art sprite", "blue duotone line icon", "plump blue duotone icon", "angular blue line icon",
    "blue two-tone outline icon",
)  # fmt: skip
_GLYPHS = (
    "solid glyph", "rounded solid glyph", "bold woodcut glyph", "map glyph", "health glyph", "black and white glyph",
    "duotone line icon",
)  # fmt: skip
# Drawn with a dark line around everything, which no rendering takes away: beside other drawings it looks strange.
_LINED = ("outlined cartoon emoji",)
# Drawings that are themselves pictures, with a ground up to straight sides, which stay straight.
_PICTURES = frozenset((
    "cityscape", "cityscape at dusk", "sunset", "sunrise", "sunrise over mountains", "night with stars",
    "bridge at night", "foggy", "milky way", "national park", "desert", "camping", "beach with umbrella", "foggy city",
))  # fmt: skip
# Rendering -> things whose drawing in it fills a square, with a sky or a sea of its own: nothing to lay into a scene.
_FRAMED = {
    "muted flat illustration": frozenset((
        "statue of liberty", "tokyo tower", "carousel horse", "desert island", "fountain", "person rowing boat",
        "rainbow", "roller coaster", "sailboat", "ship", "tent", "volcano",
    )),
    "bold flat emoji": frozenset((
        "beach with umbrella", "camping", "desert island", "mount fuji", "snow-capped mountain", "tent",
    )),
    "outlined cartoon emoji": frozenset(("factory", "ferris wheel", "rainbow", "tent")),
    "flat sticker": frozenset(("statue of liberty", "love hotel")),
}  # fmt: skip
_SIDED = re.compile(
    r"\b(left|right|clock|o’clock|o'clock|flag|arrow|letter|number|keycap|button|sign|input|text|abc|clockwise|"
    r"chart|hand|score|calendar|date|word|[a-z]|\d+)\b"
)


@dataclass(frozen=True)
class Bend:
    """How a drawing is bent; 0 leaves it as it is.

    Attributes:
        mirror: left and right changed.
        stretch: log2 of how much wider it is.
        lean: shear, of its height.
        bend: how far its middle is moved aside, of its width.
        turn: degrees.
        top: log2 of how much larger its upper part is.
        waist: log2 of how much wider its middle is than its ends.
    """

    mirror: bool = False
    stretch: float = 0.0
    lean: float = 0.0
    bend: float = 0.0
    turn: float = 0.0
    top: float = 0.0
    waist: float = 0.0


@dataclass(frozen=True)
class Palette:
    """How the main colour of a drawing is changed; 0 leaves it.

    Attributes:
        hue: radians that it is turned by.
        light: added lightness, of 1.
        vivid: log2 of how much more colourful it is.
    """

    hue: float = 0.0
    light: float = 0.0
    vivid: float = 0.0


@dataclass(frozen=True)
class Drawing:
    """One drawing.

    Attributes:
        concept, drawing: numbers of the prior's tables.
        rendering: the style that it was drawn in.
        tone: of the skin, "" where none is said.
        style: the style that it is shown in; other than ``rendering`` where it is rendered anew.
        glyph: whether it is one colour, to be filled.
        form, palette: how it differs from what was taught.
    """

    concept: int
    drawing: int
    rendering: str
    tone: str
    style: str
    glyph: bool
    form: Bend
    palette: Palette


def even(noise: torch.Tensor) -> list[float]:
    """Normal numbers -> even chances in (0, 1): their distribution function."""
    return torch.special.ndtr(noise.double().flatten()).tolist()


def choose_drawing(
    prior: DrawingPrior, phrase: str, style: str | None, noise: torch.Tensor, *, variety: float, tone: str = ""
) -> Drawing | None:
    """The drawing of a thing that the noise chooses.

    Args:
        prior: whose tables say what was drawn.
        phrase: a phrase of the vocabulary.
        style: the asked one; None takes the one that most suits the thing.
        noise: (``NOISE_DIM``,) normal numbers.
        variety: 0 takes the drawing in that style as it is; 1 lets artists, form and palette differ as they do in the
            pictures that the model was taught.
        tone: of the skin.

    Returns:
        None where the prior does not know the phrase.
    """
    concept = prior.index_of.get(phrase)
    if concept is None:
        return None
    cells = prior.cells_of[concept]
    tones = {own for _, _, own in cells}
    tone = tone if tone in tones else "" if "" in tones else sorted(tones)[0]
    options = _options(_unframed(phrase, [cell for cell in cells if cell[2] == tone], style), style, variety)
    chances = even(noise)
    drawing, rendering = _pick(options, chances[_WHICH])
    shown = style if style and (rendering == style or can_render(style)) else rendering
    return Drawing(
        concept,
        drawing,
        rendering,
        tone,
        shown,
        rendering in _GLYPHS and shown not in _GLYPHS,
        choose_form(noise, 0.0 if phrase in _PICTURES else variety, mirrored=is_mirrored(phrase)),
        choose_palette(noise, variety, float(prior.hue_freedom[concept])),
    )


def _unframed(phrase: str, cells: list[tuple[int, str, str]], style: str | None) -> list[tuple[int, str, str]]:
    """Without drawings that bring a square of ground, where others are and their own style is not asked for."""
    rest = [cell for cell in cells if cell[1] == style or phrase.lower() not in _FRAMED.get(cell[1], ())]
    return rest or cells


def _options(
    cells: list[tuple[int, str, str]], style: str | None, variety: float
) -> list[tuple[tuple[int, str], float]]:
    """((drawing, rendering), weight) of what may be drawn: in the style itself, and by others, rendered in it."""
    own = [(drawing, rendering) for drawing, rendering, _ in cells if rendering == style]
    taken = {drawing for drawing, _ in own}
    others: dict[int, str] = {}  # a drawing in several renderings is rendered from the first of the best kind
    order = {name: at for at, name in enumerate((*COLOURFUL, *_ICONS, *_GLYPHS))}
    for drawing, rendering, _ in sorted(cells, key=lambda cell: order.get(cell[1], 99)):
        if drawing not in taken:
            others.setdefault(drawing, rendering)
    lined = [pair for pair in others.items() if pair[1] in _LINED and style != pair[1]]
    colourful = [pair for pair in others.items() if pair[1] in COLOURFUL and pair not in lined]
    if style is None or not can_render(style):
        return [(pair, 1.0) for pair in own or colourful or lined or list(others.items())]
    if own:
        if variety > 0 and colourful:
            return [(pair, 1.0) for pair in own] + [(pair, OTHERS * variety) for pair in colourful]
        return [(pair, 1.0) for pair in (own if variety > 0 else own[:1])]
    rest = colourful or lined or [pair for pair in others.items() if pair[1] in _ICONS[:4]]
    rest = rest or [pair for pair in others.items() if pair[1] in _GLYPHS[:5]] or list(others.items())
    return [(pair, 1.0) for pair in (rest if variety > 0 else rest[:1])]


def _pick(options: list[tuple[tuple[int, str], float]], chance: float) -> tuple[int, str]:
    total = sum(weight for _, weight in options)
    reached = 0.0
    for option, weight in options:
        reached += weight / total
        if chance < reached:
            return option
    return options[-1][0]


def choose_form(noise: torch.Tensor, variety: float, *, mirrored: bool) -> Bend:
    """The form that (``NOISE_DIM``,) normal numbers choose; `mirrored` allows left and right to be changed."""
    chances = even(noise)
    stretch, lean, bend, turn, top, waist = (variety * (2 * chance - 1) for chance in chances[_FORM])
    mirror = mirrored and variety > 0 and chances[_MIRROR] < 0.5
    return Bend(mirror, 0.26 * stretch, 0.13 * lean, 0.07 * bend, 9.0 * turn, 0.22 * top, 0.2 * waist)


def choose_palette(noise: torch.Tensor, variety: float, freedom: float) -> Palette:
    """The palette that (``NOISE_DIM``,) normal numbers choose; `freedom`, up to 1, is how far the hue may turn."""
    hue, light, vivid = (variety * (2 * chance - 1) for chance in even(noise)[_PALETTE])
    return Palette(hue * (0.1 + freedom * math.pi), 0.13 * light, 0.35 * vivid)


def is_mirrored(phrase: str) -> bool:
    """Whether a thing is still itself with left and right changed: what holds text or names a side is not."""
    return _SIDED.search(phrase.lower()) is None
