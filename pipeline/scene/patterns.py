"""Dots, spots, stripes and checks: where on a layer (4, side, side) they are painted. Arithmetic, no network."""

import math

import torch
import torch.nn.functional as F

from pipeline.scene.kinds import is_alive
from pipeline.scene.recolour import body_share
from pipeline.scene.shape import Shape

__all__ = ["PATTERNS", "pattern_share"]

# Words -> which pattern they are.
PATTERNS = {
    word: kind
    for kind, words in {
        "dots": "dots dot polka",
        "spots": "spots spot patches speckles",
        "stripes": "stripes stripe striping",
        "checks": "checks check checkers squares plaid tartan",
    }.items()
    for word in words.split()
}
# What is drawn with such a pattern anyway: that one takes the colour.
_OWN = frozenset(
    "mushroom beetle ladybug ladybird zebra tiger leopard giraffe cow die dice bee honeybee domino snake butterfly "
    "clownfish cheetah jaguar raccoon skunk badger panda hyena dalmatian".split()
)
_DOTS = 0.17  # of the longer side of a thing: from one dot to the next ...
_DOT = 0.27  # ... of that: its radius
_STRIPES = 0.15  # of the same: from one stripe to the next
_STRIPE, _THIN = 0.45, 0.34  # of that: how much a stripe covers; of one on who lives
_WAVE = 0.03, 2.5  # how far, of the longer side, and how often the stripes of who lives bend
_BAND = 0.5  # of what crosses in checks, where only one does
_BROW = 0.42  # of the height of a face: who lives has stripes above it
_SOFT = 0.006  # of the layer's side: edges
_AWAY = 0.018  # of the same: how far a pattern stays from the eyes, and the edge, of who lives


def pattern_share(word: str, name: str, layer: torch.Tensor) -> torch.Tensor | None:
    """How much of a pattern is in each pixel (side, side), on what has the thing's main colour.

    Args:
        word: "dots"; one that is no pattern gives None.
        name: of the thing: what has a pattern of its own gives None.
        layer: (4, side, side) in [-1, 1].
    """
    kind = PATTERNS.get(word)
    if kind is None or not _OWN.isdisjoint(name.split()):
        return None
    alpha = (layer[3] + 1) / 2
    shape, side = Shape(alpha, name), alpha.shape[0]
    longer = max(shape.width, shape.height)
    line = (torch.arange(side) + 0.5) / side
    x, y = (line[None].expand(side, side) - shape.box[0]) / longer, (line[:, None] - shape.box[1]) / longer
    alive = bool(name) and is_alive(name)
    if kind in ("dots", "spots"):
        edge = _dots(x, y, loose=kind == "spots" or alive)
    elif kind == "stripes" and alive:
        bent = x + _WAVE[0] * torch.sin(2 * math.pi * _WAVE[1] * y)
        edge = _bands(bent, _THIN)
    elif kind == "stripes":
        edge = _bands(x if shape.width > 1.5 * shape.height else y)
    else:
        across, down = (_soft(_bands(way), longer) for way in (x, y))
        return _BAND * (across + down) * _body(layer)
    share = _soft(edge, longer) * _body(layer, away=_AWAY if alive else 0.0)
    if alive and kind == "stripes" and shape.is_face:
        share = share * (y < _BROW * shape.height / longer)
    return share


def _dots(x: torch.Tensor, y: torch.Tensor, *, loose: bool) -> torch.Tensor:
    """How far inside of a dot each place is; every other row is shifted. Loose ones differ in size and place."""
    best = torch.full_like(x, -1.0)
    step, rows = _DOTS, math.ceil(1 / (0.87 * _DOTS)) + 1
    for row in range(rows):
        for column in range(-1, math.ceil(1 / step) + 1):
            across, down, size = 0.0, 0.0, 1.0
            if loose:  # by place, the same each time
                across, down, size = (math.sin(12.9 * row + 78.2 * column + 37.7 * turn) for turn in range(3))
                across, down, size = 0.2 * across, 0.2 * down, 1.15 + 0.4 * size
            cx, cy = (column + 0.5 * (row % 2) + 0.25 + across) * step, (0.87 * row + 0.4 + down) * step
            best = torch.maximum(best, _DOT * size * step - torch.hypot(x - cx, y - cy))
    return best


def _bands(way: torch.Tensor, covers: float = _STRIPE) -> torch.Tensor:
    """How far inside of a stripe each place is."""
    return _STRIPES * (covers / 2 - (torch.remainder(way / _STRIPES, 1) - 0.5).abs())


def _soft(edge: torch.Tensor, longer: float) -> torch.Tensor:
    return (edge * longer / _SOFT + 0.5).clamp(0, 1)


def _body(layer: torch.Tensor, away: float = 0.0) -> torch.Tensor:
    """The share of the main colour, without the edge of the thing, nor what is nearer to it than ``away``."""
    share, reach = body_share(layer), 1 + round(away * layer.shape[-1])
    inner = -F.max_pool2d(-share[None, None], 2 * reach + 1, stride=1, padding=reach)
    return F.avg_pool2d(inner, 3, stride=1, padding=1)[0, 0].clamp(0, 1)
