"""Names of colours and their values."""

from collections.abc import Mapping

import torch
from PIL import ImageColor

__all__ = ["colour_hex", "mixed", "rgb"]


def colour_hex(colour: str, palette: Mapping[str, str] | None = None) -> str:
    """A colour as "#rrggbb".

    Args:
        colour: "#rrggbb", or a name of the palette, or one that browsers know ("rebeccapurple").
        palette: names and their values, which come first.

    Raises:
        ValueError: nobody knows the name.
    """
    known = {} if palette is None else palette
    if colour in known:
        return known[colour]
    try:
        red, green, blue = ImageColor.getrgb(colour.replace(" ", ""))[:3]
    except ValueError as error:
        raise ValueError(f"`colour` takes '#rrggbb' or the name of a colour, got {colour!r}.") from error
    return f"#{red:02x}{green:02x}{blue:02x}"


def mixed(colour: str, other: str, share: float, palette: Mapping[str, str] | None = None) -> str:
    """A colour with so much of another in it, "#rrggbb".

    Args:
        colour, other: "#rrggbb" or names.
        share: of the other, from 0 to 1.
        palette: names and their values.

    Raises:
        ValueError: nobody knows a name.
    """
    one, two = (colour_hex(value, palette) for value in (colour, other))
    pairs = ((int(one[at : at + 2], 16), int(two[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(first + share * (second - first)):02x}" for first, second in pairs)


def rgb(colour: str, palette: Mapping[str, str] | None = None) -> torch.Tensor:
    """A colour, named or "#rrggbb" -> (3,) in [-1, 1].

    Raises:
        ValueError: nobody knows the name.
    """
    value = colour_hex(colour, palette)
    return torch.tensor([int(value[i : i + 2], 16) / 127.5 - 1 for i in (1, 3, 5)])
