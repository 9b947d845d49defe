"""Large layers brought to what the plan says: colours, form and rendering."""

from collections.abc import Mapping
from dataclasses import replace

import torch

from pipeline.scene.colours import rgb
from pipeline.scene.drawing import Bend, Drawing, Palette, even
from pipeline.scene.kinds import is_alive
from pipeline.scene.parts import recolour_part
from pipeline.scene.recolour import fill_glyph, recolour, shift_palette
from pipeline.scene.record import Thing
from pipeline.scene.rendering import can_render, render_layer
from pipeline.scene.usual_colours import usual_colours
from pipeline.scene.warp import warp_layer

__all__ = ["finish_layer"]

# What a drawing of one colour is filled with where none is said and none is usual.
_FILLS = ("#e4572e", "#f3a712", "#3fa34d", "#2f6fd6", "#8e5bd1", "#e0559b", "#1f9e9e", "#8a5a3c", "#4a5568")
# Renderings in which everything is blue; in another style a radish is not.
_BLUE = (
    "blue two-tone outline icon", "blue duotone line icon", "plump blue duotone icon", "angular blue line icon",
    "gradient app icon", "plump flat blue icon", "flat light blue icon", "plump blue outlined icon",
)  # fmt: skip
_USUAL_TURN = 0.3  # of a palette's turn, that is left to what has a usual colour
_VIVID = 0.25  # chroma from which that is a colour, not a grey
_FILL = 12  # coordinate of the noise


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
    """
    if drawing is not None and drawing.glyph:
        fills = usual_colours(thing.said or thing.name) or usual_colours(thing.name) or _FILLS
        fill = fills[min(int(even(noise)[_FILL] * len(fills)), len(fills) - 1)]
        layer = fill_glyph(layer, (rgb(thing.colour or fill, palette) + 1) / 2)
    elif drawing is not None and not thing.colour and drawing.rendering in _BLUE and drawing.rendering != style:
        usual = usual_colours(thing.said or thing.name) or usual_colours(thing.name)
        if usual:
            layer = recolour(layer, (rgb(usual[0]) + 1) / 2)
    elif thing.colour:
        exact = thing.colour.startswith("#")  # a name means a range of colours, a number one
        layer = recolour(layer, (rgb(thing.colour, palette) + 1) / 2, exact=exact)
    elif drawing is not None and _is_black(thing):
        layer = recolour(layer, (rgb("black", palette) + 1) / 2)
    elif drawing is None:
        layer = shift_palette(layer, shift)
    elif not _says_colour(thing, palette):
        layer = shift_palette(layer, _near_usual(thing, drawing.palette))
    for part, colour in thing.part_colours.items():
        layer = recolour_part(layer, part, (rgb(colour, palette) + 1) / 2, thing.said or thing.name)
    layer = warp_layer(layer, form)
    rendering = drawing.rendering if drawing is not None else None
    if style is not None and style != rendering and can_render(style):
        layer = render_layer(layer, style)
    return layer


def _is_black(thing: Thing) -> bool:
    """A black animal by name: artists draw black cats in dark purple."""
    names = (thing.name, thing.said or "")
    return any(name.lower().startswith("black ") and is_alive(name) for name in names)


def _says_colour(thing: Thing, palette: Mapping[str, str]) -> bool:
    """Whether a thing's own name says which colour it has: a black cat is never purple."""
    words = f"{thing.name} {thing.said or ''}".lower().replace("-", " ").split()
    return not palette.keys().isdisjoint(words)


def _near_usual(thing: Thing, shift: Palette) -> Palette:
    """A palette that leaves what has a usual colour near to it: no sun is green."""
    usual = usual_colours(thing.said or thing.name) or usual_colours(thing.name)
    if not usual:
        return shift
    colour = (rgb(usual[0]) + 1) / 2
    return replace(shift, hue=_USUAL_TURN * shift.hue) if colour.max() - colour.min() > _VIVID else shift
