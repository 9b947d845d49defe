"""The image half of the embedding model: a picture -> one L2-normalised vector that nearly determines it.

A picture is first taken apart (``separate``): the thing as a *layer*, cut free from its ground and scaled to fit, and
the *pose*, the ground's colour and where and how large the thing stands. What says little about the thing (ground,
place, size) so costs six numbers and leaves the others free for it.

The vector has four parts. Its first ``semantic_dim`` numbers say *what* is shown: a convolutional network, trained by
contrast with the text. Then a homogeneous coordinate, which is constant before the vector is brought to unit length
(so that nothing is lost by that), the pose, and the principal components of the layers at half their side, largest
first: *how it looks*, so that a decoder can redraw it.
"""

from typing import Any

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn

__all__ = ["POSE_DIM", "ImageEncoder"]

POSE_DIM = 6  # red, green and blue of the ground in [-1, 1]; the thing's centre (x, y) and side, of the picture's side
_POSE_CENTRE = (0.0, 0.0, 0.0, 0.5, 0.5, 0.75)
_POSE_SCALE = (0.8, 0.8, 0.8, 2.0, 2.0, 2.0)  # as much of the vector's length as the largest components have

_GROUND = 0.16  # difference from the ground, of a range of 2, up to which a pixel is the ground's
_EVEN = 0.08  # median difference along the border up to which a ground counts as flat


class _ResidualBlock(nn.Module):
    """Two 3x3 convolutions without normalisation: on CPUs it costs as much as the convolutions (measured)."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        for parameter in self.conv2.parameters():
            nn.init.zeros_(parameter)

    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        return hidden_states + self.conv2(F.silu(self.conv1(F.silu(hidden_states))))


class ImageEncoder(ModelMixin, ConfigMixin):
    """Convolutions for what is shown, a linear map for how it looks.

    Layers are (batch, 4, layer_size, layer_size): red, green and blue multiplied by alpha, and alpha, all brought from
    [0, 1] to [-1, 1].

    Args:
        image_size: side of the input in pixels.
        layer_size: side of the layers; a multiple of ``patch_size * 2 ** (len(block_out_channels) - 1)``.
        component_size: the linear map sees the layer area-averaged to this side; divides ``layer_size``.
        embed_dim: length of the embedding.
        semantic_dim: how many of these say what is shown.
        patch_size: for the convolutions, the layer is pixel-unshuffled by this factor.
        block_out_channels: channels per level; each level halves the side.
        layers_per_block: residual blocks per level.
    """

    config: Any  # diffusers' record of the constructor's arguments, by attribute

    @register_to_config
    def __init__(
        self,
        image_size: int = 128,
        layer_size: int = 64,
        component_size: int = 32,
        embed_dim: int = 1024,
        semantic_dim: int = 256,
        patch_size: int = 4,
        block_out_channels: tuple[int, ...] = (96, 160),
        layers_per_block: tuple[int, ...] = (1, 1),
    ):
        super().__init__()
        self.linear = nn.Linear(4 * component_size**2, embed_dim - semantic_dim - 1 - POSE_DIM)
        layers: list[nn.Module] = [nn.PixelUnshuffle(patch_size)]
        previous = 4 * patch_size**2
        for level, (channels, depth) in enumerate(zip(block_out_channels, layers_per_block, strict=True)):
            layers.append(nn.Conv2d(previous, channels, 3, stride=2 if level else 1, padding=1))
            layers += [_ResidualBlock(channels) for _ in range(depth)]
            previous = channels
        side = layer_size // patch_size // 2 ** (len(block_out_channels) - 1)
        self.semantic = nn.Sequential(*layers, nn.SiLU(), nn.Flatten(), nn.Linear(previous * side**2, semantic_dim))

    def components(self, layers: torch.Tensor) -> torch.Tensor:
        """``layers`` -> (batch, embed_dim - semantic_dim - 1 - POSE_DIM), any length."""
        small = F.avg_pool2d(layers, self.config.layer_size // self.config.component_size)
        return self.linear(small.flatten(1))

    def embed(self, layers: torch.Tensor, poses: torch.Tensor) -> torch.Tensor:
        """``layers`` and their ``poses`` (batch, POSE_DIM) -> embeds (batch, embed_dim), unit length."""
        return self.join(self.semantic(layers), self.components(layers), poses)

    @staticmethod
    def join(semantic: torch.Tensor, components: torch.Tensor, poses: torch.Tensor) -> torch.Tensor:
        """The parts, ``semantic`` of any length -> embeds (batch, embed_dim), unit length."""
        semantic = F.normalize(semantic.float(), dim=-1)
        parts = [semantic, torch.ones_like(semantic[:, :1]), _lift(poses.float()), components.float()]
        return F.normalize(torch.cat(parts, dim=1), dim=-1)

    def poses(self, image_embeds: torch.Tensor) -> torch.Tensor:
        """The poses (batch, POSE_DIM) that ``embed`` was given, read from the embeds."""
        start = self.config.semantic_dim
        lifted = image_embeds[:, start + 1 : start + 1 + POSE_DIM] / image_embeds[:, start, None].clamp(min=0.05)
        return lifted / lifted.new_tensor(_POSE_SCALE) + lifted.new_tensor(_POSE_CENTRE)

    def repose(
        self,
        image_embeds: torch.Tensor,
        *,
        ground: torch.Tensor | None = None,
        place: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """The same things on another ``ground`` (3,) in [-1, 1] or at another ``place`` (3,), centre and side: embeds
        (batch, embed_dim), unit length.
        """
        start = self.config.semantic_dim
        poses = self.poses(image_embeds)
        for part, value in ((slice(0, 3), ground), (slice(3, POSE_DIM), place)):
            if value is not None:
                poses[:, part] = value.to(poses)
        lifted = image_embeds / image_embeds[:, start, None].clamp(min=0.05)
        lifted[:, start + 1 : start + 1 + POSE_DIM] = _lift(poses)
        return F.normalize(lifted, dim=-1)

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """``pixel_values`` (batch, 3, image_size, image_size) in [-1, 1] -> embeds (batch, embed_dim), unit length."""
        size = self.config.image_size
        if pixel_values.shape[1:] != (3, size, size):
            raise ValueError(
                f"`pixel_values` must be (batch, 3, {size}, {size}), got {tuple(pixel_values.shape)}. "
                "Run the pictures through the feature_extractor first."
            )
        return self.embed(*self.separate(pixel_values))

    def separate(self, pixel_values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Take pictures (batch, 3, height, width) in [-1, 1] apart: their layers and poses.

        The ground is what the border's median colour reaches from the border. A picture whose border is not of one
        colour, or that is nothing but its ground, is its own layer, opaque, as large as the picture.
        """
        separated = [_separate(picture.float(), self.config.layer_size) for picture in pixel_values]
        layers, poses = (torch.stack(parts) for parts in zip(*separated, strict=True))
        return layers.to(pixel_values.dtype), poses.to(pixel_values.dtype)


def _lift(poses: torch.Tensor) -> torch.Tensor:
    """Poses (batch, POSE_DIM) as the embedding holds them, beside a homogeneous coordinate of 1."""
    return (poses - poses.new_tensor(_POSE_CENTRE)) * poses.new_tensor(_POSE_SCALE)


def _separate(picture: torch.Tensor, layer_size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """One picture (3, height, width) -> its layer (4, layer_size, layer_size) and pose (POSE_DIM,)."""
    height, width = picture.shape[1:]
    ring = torch.cat([x.flatten(1) for x in (picture[:, :2], picture[:, -2:], picture[..., :2], picture[..., -2:])], 1)
    ground = ring.median(dim=1).values
    difference = (picture - ground[:, None, None]).abs().amax(0)
    alpha = torch.ones_like(difference)
    if (ring - ground[:, None]).abs().amax(0).median() <= _EVEN:
        free = (difference < _GROUND).float()[None, None]
        outside = _reached_from_border(free)
        if _solid(1 - outside[0, 0]).any():  # else it is nothing but its ground
            edge = F.max_pool2d(outside, 3, stride=1, padding=1)[0, 0] > 0  # where thing and ground mix
            strongest = F.max_pool2d(difference[None, None], 5, stride=1, padding=2)[0, 0]
            alpha = torch.where(edge, (difference / strongest.clamp(min=_GROUND)).clamp(0, 1), alpha)
            alpha = alpha * (1 - outside[0, 0])
    colours = ((picture + 1) / 2 - (ground[:, None, None] + 1) / 2 * (1 - alpha)).clamp(min=0).minimum(alpha)
    layer = torch.cat([colours, alpha[None]])
    solid = _solid(alpha)
    rows, columns = solid.any(1).nonzero().flatten(), solid.any(0).nonzero().flatten()
    top, bottom = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, height)
    left, right = (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (0, width)
    layer = _fit(layer[:, top:bottom, left:right], layer_size)
    place = ((left + right) / 2 / width, (top + bottom) / 2 / height, max(bottom - top, right - left) / height)
    return 2 * layer - 1, torch.cat([ground, ground.new_tensor(place)])


def _solid(alpha: torch.Tensor) -> torch.Tensor:
    """Where (height, width) there is something, specks left out."""
    return F.avg_pool2d((alpha > 0)[None, None].float(), 3, stride=1, padding=1)[0, 0] > 0.5


def _reached_from_border(free: torch.Tensor) -> torch.Tensor:
    """Where one comes from the border over ``free`` places alone; both (1, 1, height, width) of 0 and 1."""
    reached = free.clone()
    reached[..., 1:-1, 1:-1] = 0
    while True:
        before = reached.sum()
        for _ in range(8):
            reached = F.max_pool2d(reached, 3, stride=1, padding=1) * free
        if reached.sum() == before:
            return reached


def _fit(layer: torch.Tensor, side: int) -> torch.Tensor:
    """(4, height, width) -> (4, side, side): the longer side fills it, the shorter is centred on nothing."""
    height, width = layer.shape[1:]
    size = [max(1, round(length * side / max(height, width))) for length in (height, width)]
    fitted = F.interpolate(layer[None], size=size, mode="bilinear", antialias=True, align_corners=False)[0]
    top, left = (side - size[0]) // 2, (side - size[1]) // 2
    return F.pad(fitted, (left, side - size[1] - left, top, side - size[0] - top))
