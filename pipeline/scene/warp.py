"""A drawing bent: mirrored, stretched, leaning, its upper part larger. Arithmetic on its layer, no network."""

import math

import torch
import torch.nn.functional as F

from pipeline.scene.drawing import Bend

__all__ = ["warp_layer"]

_MARGIN = 1.6  # the bent drawing is looked for in a square that is so much larger


def warp_layer(layer: torch.Tensor, form: Bend) -> torch.Tensor:
    """A layer (4, side, side) in [-1, 1] with another form; the thing fills it again."""
    if form == Bend():
        return layer
    if form == Bend(mirror=True):
        return layer.flip(-1)
    side = layer.shape[-1]
    values = ((layer.float() + 1) / 2)[None]
    small = F.adaptive_avg_pool2d(values[:, 3:], 64)
    found = F.grid_sample(small, _grid(form, 64, (0.0, 0.0, _MARGIN)), align_corners=False)[0, 0] > 0.3
    rows, columns = found.any(1).nonzero().flatten(), found.any(0).nonzero().flatten()
    if not len(rows):
        return layer
    edges = [float(x) for x in (columns[0], columns[-1] + 1, rows[0], rows[-1] + 1)]
    left, right, top, bottom = (_MARGIN * (2 * x / 64 - 1) for x in edges)
    half = max(right - left, bottom - top) / 2 * 1.01
    grid = _grid(form, side, ((left + right) / 2, (top + bottom) / 2, half))
    bent = F.grid_sample(values, grid, mode="bicubic", align_corners=False).clamp(0, 1)[0]
    bent[:3] = bent[:3].minimum(bent[3:])
    return (2 * bent - 1).to(layer)


def _grid(form: Bend, side: int, view: tuple[float, float, float]) -> torch.Tensor:
    """Where each pixel of the view (centre x, y and half its side, in [-1, 1] of the layer) comes from: (1, side,
    side, 2).
    """
    centre_x, centre_y, half = view
    line = (torch.arange(side) + 0.5) / side * 2 - 1
    y, x = torch.meshgrid(centre_y + half * line, centre_x + half * line, indexing="ij")
    angle = math.radians(form.turn)
    x, y = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    x = x - form.lean * y - 2 * form.bend * torch.cos(y.clamp(-1, 1) * math.pi / 2)
    y = y * 2 ** (form.stretch / 2)
    x = x * 2 ** (-form.stretch / 2)
    x = x * 2 ** (form.top * y.clamp(-1, 1))  # upper part larger: its pixels come from nearer the middle
    x = x * 2 ** (-form.waist * (1 - 2 * y.clamp(-1, 1).square()))
    if form.mirror:
        x = -x
    return torch.stack([x, y], dim=-1)[None]
