"""The image half of the embedding model: a 64x64 picture -> one L2-normalised vector that nearly determines it.

The vector has two parts. Its first ``semantic_dim`` numbers say *what* is shown: a convolutional network, trained by
contrast with the text. The others say *how it looks*, so that a decoder can redraw it: a homogeneous coordinate, which
is constant before the vector is brought to unit length (so that nothing is lost by that), and the principal components
of the pictures at half their side, largest first.
"""

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn

__all__ = ["ImageEncoder"]


class _ResidualBlock(nn.Module):
    """Two 3x3 convolutions without normalisation: on CPUs it costs as much as the convolutions (measured)."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        return hidden_states + self.conv2(F.silu(self.conv1(F.silu(hidden_states))))


class ImageEncoder(ModelMixin, ConfigMixin):
    """Convolutions for what is shown, a linear map for how it looks.

    Args:
        image_size: side of the input in pixels; a multiple of ``patch_size * 2 ** (len(block_out_channels) - 1)``.
        component_size: the linear map sees the picture area-averaged to this side; divides ``image_size``.
        embed_dim: length of the embedding.
        semantic_dim: how many of these say what is shown; after them comes the homogeneous coordinate.
        patch_size: for the convolutions, the picture is pixel-unshuffled by this factor.
        block_out_channels: channels per level; each level halves the side.
        layers_per_block: residual blocks per level.
    """

    @register_to_config
    def __init__(
        self,
        image_size: int = 64,
        component_size: int = 32,
        embed_dim: int = 1024,
        semantic_dim: int = 256,
        patch_size: int = 4,
        block_out_channels: tuple[int, ...] = (96, 160),
        layers_per_block: tuple[int, ...] = (1, 1),
    ):
        super().__init__()
        self.linear = nn.Linear(3 * component_size**2, embed_dim - semantic_dim - 1)
        layers: list[nn.Module] = [nn.PixelUnshuffle(patch_size)]
        previous = 3 * patch_size**2
        for level, (channels, depth) in enumerate(zip(block_out_channels, layers_per_block, strict=True)):
            layers.append(nn.Conv2d(previous, channels, 3, stride=2 if level else 1, padding=1))
            layers += [_ResidualBlock(channels) for _ in range(depth)]
            previous = channels
        side = image_size // patch_size // 2 ** (len(block_out_channels) - 1)
        self.semantic = nn.Sequential(*layers, nn.SiLU(), nn.Flatten(), nn.Linear(previous * side**2, semantic_dim))

    def components(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """``pixel_values`` (batch, 3, image_size, image_size) -> (batch, embed_dim - semantic_dim - 1), any length."""
        small = F.avg_pool2d(pixel_values, self.config.image_size // self.config.component_size)
        return self.linear(small.flatten(1))

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """``pixel_values`` (batch, 3, image_size, image_size) in [-1, 1] -> embeds (batch, embed_dim), unit length."""
        size = self.config.image_size
        if pixel_values.shape[1:] != (3, size, size):
            raise ValueError(
                f"`pixel_values` must be (batch, 3, {size}, {size}), got {tuple(pixel_values.shape)}. "
                "Run the pictures through the feature_extractor first."
            )
        semantic = F.normalize(self.semantic(pixel_values).float(), dim=-1)
        components = self.components(pixel_values).float()
        return F.normalize(torch.cat([semantic, torch.ones_like(semantic[:, :1]), components], dim=1), dim=-1)
