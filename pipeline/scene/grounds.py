"""Grounds: one colour, none, two with a gradient, a scenery with a horizon (stars where it is night), or a picture."""

from collections.abc import Mapping

import torch
from PIL import Image

from pipeline.scene.colours import rgb
from pipeline.scene.record import Ground
from pipeline.scene.uploads import fitted

__all__ = ["paint_ground", "paint_weather"]

_STARRY = ("night sky", "space", "moon surface")
_STARS = 34  # in a square of the picture's width above the horizon
_SPREAD = 0.7548776662, 0.5698402910  # steps that fill a square evenly
_STAR_COLOUR = 1.0, 0.97, 0.86
_FALLING = {"rain": 80, "snow": 90}  # drops or flakes in a square of the picture's shorter side
_RAIN_SIZE = (
    0.0032,
    0.055,
    0.3,
)  # half width and length of a drop, of the shorter side; how far it slants, of its length
_SNOW_SIZE = 0.011  # radius of a middling flake
# Colours on a dark and on a light ground.
_RAIN_COLOURS = (0.72, 0.84, 0.94), (0.42, 0.62, 0.84)
_SNOW_COLOURS = (1.0, 1.0, 1.0), (0.66, 0.78, 0.9)
_STAR_SIZE = 0.0042  # radius of a middling star, of the picture's shorter side


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
        if ground.name in _STARRY:
            _add_stars(canvas, ground.horizon)
    return canvas


def _add_stars(canvas: torch.Tensor, horizon: float) -> None:
    """Stars above the horizon, in place: the same ones at every size, fainter the lower they stand."""
    _, height, width = canvas.shape
    rows, columns = (torch.arange(side).float() + 0.5 for side in (height, width))
    light = torch.zeros(height, width)
    for at in range(1, round(_STARS * max(1.0, horizon * height / width)) + 1):
        across, up = (at * step % 1 for step in _SPREAD)
        radius = _STAR_SIZE * min(width, height) * (0.6 + at * 0.618034 % 1)
        x, y = across * width, up * 0.92 * horizon * height
        reach = max(radius, 0.7) + 2
        near = [slice(max(0, int(middle - reach)), int(middle + reach) + 1) for middle in (y, x)]
        away = ((rows[near[0]] - y)[:, None] ** 2 + (columns[near[1]] - x)[None] ** 2).sqrt()
        bright = (1 - 0.65 * up) * min(1.0, radius / 0.7)  # less than a pixel wide: fainter, not gone
        seen = (max(radius, 0.7) - away + 0.5).clamp(0, 1) * bright
        light[near[0], near[1]] = torch.maximum(light[near[0], near[1]], seen)
    canvas[:3] = torch.lerp(canvas[:3], torch.tensor(_STAR_COLOUR)[:, None, None].expand_as(canvas[:3]), light)


def paint_weather(canvas: torch.Tensor, kind: str) -> None:
    """Rain or snow all over a ground, in place: the same drops at every size.

    Args:
        canvas: (4, height, width) in [0, 1], colours multiplied by alpha.
        kind: of ``pipeline.scene.record.WEATHERS``.
    """
    _, height, width = canvas.shape
    short = min(width, height)
    dark, light = _RAIN_COLOURS if kind == "rain" else _SNOW_COLOURS
    for at in range(1, round(_FALLING[kind] * width * height / short**2) + 1):
        x, y = (at * step % 1 * side for step, side in zip(_SPREAD, (width, height), strict=True))
        size = 0.6 + at * 0.618034 % 1
        if kind == "rain":
            half, long, slant = _RAIN_SIZE
            reach_x, reach_y = size * slant * long * short / 2 + half * short + 1, size * long * short / 2 + 1
        else:
            half = _SNOW_SIZE * size
            reach_x = reach_y = half * short + 1
        rows = torch.arange(max(0, int(y - reach_y)), min(height, int(y + reach_y) + 2)).float() + 0.5
        columns = torch.arange(max(0, int(x - reach_x)), min(width, int(x + reach_x) + 2)).float() + 0.5
        down, across = (rows - y)[:, None], (columns - x)[None]
        if kind == "rain":
            away = (across + _RAIN_SIZE[2] * down).abs() + (down.abs() - size * long * short / 2).clamp(min=0)
        else:
            away = (across**2 + down**2).sqrt()
        seen = (max(half * short, 0.6) - away + 0.5).clamp(0, 1)
        under = canvas[:, int(rows[0]) : int(rows[-1]) + 1, int(columns[0]) : int(columns[-1]) + 1]
        bright = float((under[:3].mean() + 1e-6) / (under[3].mean() + 1e-6)) if under[3].mean() > 0 else 1.0
        colour = torch.tensor((*(light if bright > 0.72 else dark), 1.0))[:, None, None].expand_as(under)
        under.copy_(torch.lerp(under, colour, 0.85 * seen))
