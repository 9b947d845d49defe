"""Grounds: one colour, none, two with a gradient, a scenery with a horizon, or a picture."""

from collections.abc import Mapping

import torch
from PIL import Image

from pipeline.scene.colours import rgb
from pipeline.scene.record import Ground
from pipeline.scene.uploads import fitted

__all__ = ["paint_ground"]


def paint_ground(
    ground: Ground,
    width: int,
    height: int,
    palette: Mapping[str, str] | None = None,
    uploads: Mapping[str, Image.Image] | None = None,
) -> torch.Tensor:
    """A ground's picture.

    Args:
        ground: what is asked for.
        width, height: pixels.
        palette: names of colours and their values.
        uploads: the pictures that were uploaded, by hash.

    Returns:
        (4, height, width) in [0, 1], colours multiplied by alpha.
    """
    if ground.kind == "picture":
        return fitted((uploads or {})[ground.name or ""], width, height, filled=True)
    canvas = torch.zeros(4, height, width)
    if ground.kind == "transparent":
        return canvas
    canvas[3] = 1
    colours = [(rgb(colour, palette) + 1) / 2 for colour in ground.colours]
    rows = (torch.arange(height) + 0.5) / height
    if ground.kind == "colour":
        canvas[:3] = colours[0][:, None, None]
    elif ground.kind == "gradient":
        canvas[:3] = torch.lerp(colours[0][:, None], colours[1][:, None], rows)[..., None]
    else:
        top, far, near, bottom = ((rgb(colour, palette) + 1) / 2 for colour in ground.bands)
        above = torch.lerp(top[:, None], far[:, None], (rows / ground.horizon).clamp(0, 1))
        below = torch.lerp(
            near[:, None], bottom[:, None], ((rows - ground.horizon) / (1 - ground.horizon)).clamp(0, 1)
        )
        share = ((rows - ground.horizon) * height + 0.5).clamp(0, 1)  # one row of pixels is both
        canvas[:3] = torch.lerp(above, below, share)[..., None]
    return canvas
