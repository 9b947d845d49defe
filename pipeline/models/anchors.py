"""Where a layer's parts are: a small network that gives a map of probability and a presence for each.

Notable choices:
- a U-Net from 64x64 pixels down to 4x4 and back to 32x32: eyes are found by what lies close to them, and told from
  nostrils by where they are in the whole;
- its input is the layer alone, colours multiplied by alpha, with maps of x and y: a name says nothing of an upload;
- each map is a softmax over its pixels, trained against a small Gaussian (as the best of Nibali et al. 2018, arXiv
  1801.07372, are kept to one), and a point is the mean of the probability around its highest pixel, which is finer
  than a pixel.
"""

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn

__all__ = ["ANCHORS", "AnchorHead", "AnchorMaps"]

# Columns of the labels and maps of the network; left and right as one sees them.
ANCHORS = (
    "top", "left eye", "right eye", "mouth", "neck", "left hand", "right hand", "back", "seat", "inside", "surface",
)  # fmt: skip
_LIKELY = 0.2  # presence from which a place is worth knowing: whether there is one, a name says better
_REACH = 2  # pixels of a map around its highest one, over which the point is the mean


class AnchorMaps(NamedTuple):
    """What `AnchorHead` gives.

    maps: (batch, anchors, side, side) logits of where each is.
    presence: (batch, anchors) logits of whether it is there.
    """

    maps: torch.Tensor
    presence: torch.Tensor


def _convolved(before: int, after: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())


class AnchorHead(ModelMixin, ConfigMixin):
    """Layers -> where their anchors are.

    Args:
        anchors: names of the maps.
        sample_size: side of the layers it looks at, in pixels.
        channels: of each level, from half that side on, each with half the side of the one before.
    """

    config: Any  # diffusers' record of the constructor's arguments, by attribute

    @register_to_config
    def __init__(
        self,
        anchors: tuple[str, ...] = ANCHORS,
        sample_size: int = 64,
        channels: tuple[int, ...] = (16, 32, 48, 64),
    ):
        super().__init__()
        pairs = list(zip((6, *channels), channels, strict=False))
        self.down = nn.ModuleList(
            nn.Sequential(_convolved(before, after, 2), _convolved(after, after)) for before, after in pairs
        )
        self.up = nn.ModuleList(_convolved(low + high, high) for high, low in reversed(pairs[1:]))
        self.maps = nn.Conv2d(channels[0], len(anchors), 3, 1, 1)
        self.presence = nn.Linear(2 * channels[-1], len(anchors))

    def forward(self, layers: torch.Tensor) -> AnchorMaps:
        """Layers (batch, 4, side, side) in [-1, 1] -> maps at half their side."""
        line = torch.linspace(-1, 1, layers.shape[-1], device=layers.device, dtype=layers.dtype)
        place = torch.stack(torch.meshgrid(line, line, indexing="xy"))[None].expand(len(layers), -1, -1, -1)
        low, seen = torch.cat([layers, place], dim=1), []
        for block in self.down:
            low = block(low)
            seen.append(low)
        pooled = torch.cat([low.mean((2, 3)), low.amax((2, 3))], dim=1)
        for block, high in zip(self.up, reversed(seen[:-1]), strict=True):
            low = block(torch.cat([F.interpolate(low, scale_factor=2.0, mode="nearest"), high], dim=1))
        return AnchorMaps(self.maps(low), self.presence(pooled))

    @torch.no_grad()
    def find(self, layers: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Layers (batch, 4, any side) in [-1, 1] -> points (batch, anchors, 2), x and y of their square in [0, 1], and
        how likely each is there (batch, anchors).
        """
        size = self.config.sample_size
        small = F.interpolate(layers.float(), size=(size, size), mode="area")
        maps, presence = self(small.to(self.maps.weight))
        return peaks(maps.float()), presence.float().sigmoid()

    def points(self, layers: torch.Tensor) -> list[dict[str, tuple[float, float]]]:
        """Of each layer the anchors that it is likely to have."""
        found, there = (rows.tolist() for rows in self.find(layers))
        return [
            {
                name: (x, y)
                for name, (x, y), sure in zip(self.config.anchors, own, likely, strict=True)
                if sure > _LIKELY
            }
            for own, likely in zip(found, there, strict=True)
        ]


def peaks(maps: torch.Tensor) -> torch.Tensor:
    """Logits (batch, anchors, side, side) -> points (batch, anchors, 2) in [0, 1]: the mean around the highest."""
    side = maps.shape[-1]
    highest = maps.flatten(2).argmax(-1)
    row, column = (highest // side)[..., None], (highest % side)[..., None]
    line = torch.arange(side, device=maps.device)
    near = ((line - row).abs() <= _REACH)[..., :, None] & ((line - column).abs() <= _REACH)[..., None, :]
    share = maps.masked_fill(~near, -torch.inf).flatten(2).softmax(-1).unflatten(2, (side, side))
    x, y = (share.sum(2) * (line + 0.5)).sum(-1), (share.sum(3) * (line + 0.5)).sum(-1)
    return torch.stack([x, y], dim=-1) / side
