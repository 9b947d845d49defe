"""Large layers brought to what the plan says: colours, form and rendering."""

import colorsys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace

import torch

from pipeline.scene.colours import rgb
from pipeline.scene.drawing import Bend, Drawing, Palette, even
from pipeline.scene.illustrate import illustrate_glyph, illustrate_outline
from pipeline.scene.irises import EYE_WORDS, recolour_eyes
from pipeline.scene.kinds import is_alive
from pipeline.scene.parts import NOT_ALWAYS, recolour_part
from pipeline.scene.recolour import main_colour, recolour, shift_palette
from pipeline.scene.record import Thing
from pipeline.scene.rendering import can_render, render_layer, tidy_layer
from pipeline.scene.usual_colours import usual_colours
from pipeline.scene.warp import warp_layer

__all__ = ["finish_layer", "without_part"]

# What a drawing of one colour is filled with where none is said and none is usual.
_FILLS = ("#e4572e", "#f3a712", "#3fa34d", "#2f6fd6", "#8e5bd1", "#e0559b", "#1f9e9e", "#8a5a3c", "#4a5568")
# Small parts of a thing of that colour.
_ACCENTS = {
    "#e4572e": ("#f7c548", "#35507a", "#f3e3c3"),
    "#f3a712": ("#d9482b", "#2f6fd6", "#7a4b2a"),
    "#3fa34d": ("#f7c548", "#8a5a3c", "#e4572e"),
    "#2f6fd6": ("#f7c548", "#f28c28", "#dbe7f7"),
    "#8e5bd1": ("#f7c548", "#f28fb0", "#4cc2b4"),
    "#e0559b": ("#f7c548", "#7d4cc2", "#fbd5e3"),
    "#1f9e9e": ("#f28c28", "#f7c548", "#d6efe9"),
    "#8a5a3c": ("#e8b04a", "#d9482b", "#f3e3c3"),
    "#4a5568": ("#e4572e", "#f3a712", "#4b9be8"),
}
# Renderings in which everything is blue; in another style a radish is not, nor is every door.
_BLUE = (
    "blue two-tone outline icon", "blue duotone line icon", "plump blue duotone icon", "angular blue line icon",
    "gradient app icon", "plump flat blue icon", "flat light blue icon", "plump blue outlined icon",
)  # fmt: skip
# Renderings of black and blue lines, clear between them.
_OUTLINES = ("hand-drawn sketch icon", "thin two-tone line icon", "blue two-tone outline icon")
_BLUES = 0.53, 0.72  # hues, of a turn
_OF_ITS_OWN = frozenset(("rainbow", "earth", "globe"))  # what has its colours by what it is
_USUAL_TURN = 0.3  # of a palette's turn, that is left to what has a usual colour
_VIVID = 0.25  # chroma from which that is a colour, not a grey
_OLD = frozenset("old elderly grandfather grandpa granddad".split())
_FILL = slice(12, 14)  # coordinates of the noise


def finish_layer(
    layer: torch.Tensor,
    thing: Thing,
    drawing: Drawing | None,
    form: Bend,
    *,
    style: str | None,
    palette: Mapping[str, str],
    noise: torch.Tensor,
    shift: Palette,
    find: Callable[[torch.Tensor], Mapping[str, tuple[float, float]]] | None = None,
) -> torch.Tensor:
    """One thing as it will stand in the picture.

    Args:
        layer: (4, side, side) in [-1, 1], as super-resolution made it.
        thing: whose colours are said.
        drawing: the one that was chosen; None where the layer comes from a reference picture.
        form: how it is bent.
        style: that is asked for.
        palette: names of colours and their values.
        noise: (``NOISE_DIM``,) of the thing.
        shift: how the colours of a reference picture are changed; a drawing has its own.
        find: layer -> where its parts are (``pipeline.models.anchors``), for the colour of eyes.
    """
    if drawing is not None and drawing.glyph:
        layer = illustrate_glyph(layer, *_fills(thing, palette, noise))
    elif drawing is not None and drawing.rendering in _OUTLINES and drawing.style not in _OUTLINES:
        layer = illustrate_outline(layer, *_fills(thing, palette, noise))
    elif drawing is not None and not thing.colour and drawing.rendering in _BLUE and drawing.rendering != style:
        usual = _usual(thing)
        if usual or _is_blue(layer) and not is_alive(thing.name):
            layer = recolour(layer, _fills(thing, palette, noise)[0])
    elif thing.colour:
        exact = thing.colour.startswith("#")  # a name means a range of colours, a number one
        layer = recolour(layer, (rgb(thing.colour, palette) + 1) / 2, exact=exact)
    elif drawing is not None and _is_black(thing):
        layer = recolour(layer, (rgb("black", palette) + 1) / 2)
    elif drawing is None:
        layer = shift_palette(layer, shift)
    elif not _says_colour(thing, palette):
        layer = shift_palette(layer, _near_usual(thing, drawing.palette))
    for part, named in _parts(thing).items():
        colour, name = (rgb(named, palette) + 1) / 2, thing.said or thing.name
        if part.split()[-1] in EYE_WORDS:
            layer = recolour_eyes(layer, colour, name, find(layer) if find else None)
        else:
            layer = recolour_part(layer, part, colour, name)
    layer = warp_layer(layer, form)
    rendering = drawing.rendering if drawing is not None else None
    if style is not None and style != rendering and can_render(style):
        return render_layer(layer, style, vivid=not thing.colour)
    return layer if rendering is None else tidy_layer(layer, rendering)


def _parts(thing: Thing) -> Mapping[str, str]:
    """The parts that have a colour; old hair has that of the beard, where none is said of it."""
    parts = thing.part_colours
    old = "beard" in parts and _OLD.intersection((thing.said or "").split())
    return {"hair": parts["beard"], **parts} if old else parts


def without_part(thing: Thing) -> list[tuple[str, Thing]]:
    """What is said of each part that not every drawing shows, "green eyes", and the thing without that."""
    found = []
    for part, colour in thing.part_colours.items():
        if part.split()[-1] in EYE_WORDS | NOT_ALWAYS:
            rest = {other: own for other, own in thing.part_colours.items() if other != part}
            found.append((f"{colour} {part}", replace(thing, part_colours=rest)))
    return found


def _usual(thing: Thing) -> tuple[str, ...]:
    """The usual colours of a thing as it was said, or else by its name."""
    return usual_colours(thing.said or thing.name) or usual_colours(thing.name)


def _fills(thing: Thing, palette: Mapping[str, str], noise: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
    """What a drawing of one colour is filled with, (3,) in [0, 1], and another for small parts where it may have any.

    By seed and by name, so that two things of one picture differ.
    """
    usual = _usual(thing)
    first, second = even(noise)[_FILL]
    first = (first + zlib.crc32(thing.name.encode()) / 2**32) % 1
    fills = usual or _FILLS
    at = min(int(first * len(fills)), len(fills) - 1)
    colour = (rgb(thing.colour or fills[at], palette) + 1) / 2
    if thing.colour or usual or is_alive(thing.name):
        return colour, None
    accents = _ACCENTS[fills[at]]
    return colour, (rgb(accents[min(int(second * len(accents)), len(accents) - 1)]) + 1) / 2


def _is_blue(layer: torch.Tensor) -> bool:
    hue, strong, _ = colorsys.rgb_to_hsv(*((rgb(main_colour(layer)) + 1) / 2).tolist())
    return strong > _VIVID and _BLUES[0] < hue < _BLUES[1]


def _is_black(thing: Thing) -> bool:
    """A black animal by name: artists draw black cats in dark purple."""
    names = (thing.name, thing.said or "")
    return any(name.lower().startswith("black ") and is_alive(name) for name in names)


def _says_colour(thing: Thing, palette: Mapping[str, str]) -> bool:
    """Whether a thing's own name says which colours it has: a black cat is never purple, nor is a rainbow all pink."""
    words = f"{thing.name} {thing.said or ''}".lower().replace("-", " ").split()
    return not (palette.keys() | _OF_ITS_OWN).isdisjoint(words)


def _near_usual(thing: Thing, shift: Palette) -> Palette:
    """A palette that leaves what has a usual colour near to it: no sun is green."""
    usual = _usual(thing)
    if not usual:
        return shift
    colour = (rgb(usual[0]) + 1) / 2
    return replace(shift, hue=_USUAL_TURN * shift.hue) if colour.max() - colour.min() > _VIVID else shift
