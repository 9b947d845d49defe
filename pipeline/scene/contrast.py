"""Whether a thing can be seen on its ground: a white cat on white has no outline.

An unsaid ground gives way to one on which everything is seen; a said one stays, and the thing gets a thin edge.
"""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F

from pipeline.scene.colours import rgb
from pipeline.scene.effects import outline_alpha

__all__ = ["VANISHES", "edge_layer", "ground_for", "vanishing"]

VANISHES = 0.4  # of its outline: where more is like the ground, a thing is not told from it
_LIKE = 0.1  # difference of colours, of 1, in the channel that differs most, below which they are one
_SIDE = 64  # pixels at which outlines are compared
_EDGE = 1 / 170  # width of the thin edge, of the picture's shorter side
_DARKER, _LIGHTER = 0.78, 0.3  # how much darker than a light ground the edge is, and how much lighter than a dark one
_DARK = 0.35  # luma below which a ground is dark


def vanishing(layer: torch.Tensor, colour: torch.Tensor) -> float:
    """The share of a thing's outline that is like a colour.

    Args:
        layer: (4, side, side) in [0, 1], colours multiplied by alpha.
        colour: (3,) in [0, 1].
    """
    small = layer[None] if layer.shape[-1] <= _SIDE else F.interpolate(layer[None], size=(_SIDE, _SIDE), mode="area")
    alpha = small[0, 3]
    solid = (alpha > 0.6).float()
    inner = -F.max_pool2d(-F.pad(solid[None, None], (2, 2, 2, 2)), 5, stride=1)[0, 0]
    ring = (solid > 0) & (inner == 0)
    if not ring.any():
        return 0.0
    colours = (small[0, :3] / alpha.clamp(min=0.05)).clamp(0, 1)
    away = (colours - colour.to(colours)[:, None, None]).abs().amax(0)
    return float((away[ring] < _LIKE).float().mean())


def ground_for(
    layers: Sequence[torch.Tensor], first: str, others: Sequence[str], palette: Mapping[str, str]
) -> str | None:
    """A ground on which everything is seen, for one that nobody said.

    Args:
        layers: (4, side, side) each, in [0, 1].
        first: colour that was chosen.
        others: names of colours that may be chosen instead, in their order.
        palette: names of colours and their values.

    Returns:
        The first of the others on which everything is seen, or that on which most is; None where the chosen one does.
    """

    def worst(name: str) -> float:
        colour = (rgb(name, palette) + 1) / 2
        return max((vanishing(layer, colour) for layer in layers), default=0.0)

    if worst(first) <= VANISHES:
        return None
    shares = {name: worst(name) for name in others}
    seen = [name for name, share in shares.items() if share <= VANISHES / 2]
    return seen[0] if seen else min(shares, key=lambda name: shares[name], default=None)


def edge_layer(alpha: torch.Tensor, ground: torch.Tensor) -> torch.Tensor:
    """A thin edge around what is solid in (height, width) of alpha, a little darker or lighter than the ground (3,) in
    [0, 1]: a layer (4, height, width), colours multiplied by alpha.
    """
    edge = torch.maximum(outline_alpha(alpha, max(0.6, _EDGE * min(alpha.shape))), alpha)
    dark = float(ground.mean()) < _DARK
    colour = ground + _LIGHTER if dark else ground * _DARKER
    return torch.cat([colour.clamp(0, 1)[:, None, None] * edge, edge[None]])
