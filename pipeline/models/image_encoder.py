"""The image half of the embedding model: a 64x64 picture -> one L2-normalised vector that nearly determines it.

A linear map (set to the principal components of the pictures, largest first, so that prefixes of the vector are useful
too) and, if it has channels, a convolutional branch that bends the vector towards what the text says. The first
coordinate is a homogeneous one: it starts constant, so that normalising the vector to unit length loses nothing.
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
    """Convolutional image encoder.

    Args:
        image_size: side of the input in pixels; a multiple of ``patch_size * 2 ** (len(block_out_channels) - 1)``.
        patch_size: the picture is pixel-unshuffled by this factor first.
        embed_dim: length of the embedding.
        block_out_channels: channels per level of the branch; each level halves the side. Empty: no branch.
        layers_per_block: residual blocks per level.
        hidden_dim: width between the flattened map and the embedding.
    """

    @register_to_config
    def __init__(
        self,
        image_size: int = 64,
        patch_size: int = 4,
        embed_dim: int = 512,
        block_out_channels: tuple[int, ...] = (),
        layers_per_block: tuple[int, ...] = (),
        hidden_dim: int = 384,
    ):
        super().__init__()
        self.linear = nn.Linear(3 * image_size**2, embed_dim)
        self.branch = None
        if block_out_channels:
            layers: list[nn.Module] = [nn.PixelUnshuffle(patch_size)]
            previous = 3 * patch_size**2
            for level, (channels, depth) in enumerate(zip(block_out_channels, layers_per_block, strict=True)):
                layers.append(nn.Conv2d(previous, channels, 3, stride=2 if level else 1, padding=1))
                layers += [_ResidualBlock(channels) for _ in range(depth)]
                previous = channels
            side = image_size // patch_size // 2 ** (len(block_out_channels) - 1)
            layers += [nn.SiLU(), nn.Flatten(), nn.Linear(previous * side * side, hidden_dim), nn.SiLU()]
            self.branch = nn.Sequential(*layers, nn.Linear(hidden_dim, embed_dim))
            nn.init.zeros_(self.branch[-1].weight)
            nn.init.zeros_(self.branch[-1].bias)

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """``pixel_values`` (batch, 3, image_size, image_size) in [-1, 1] -> embeds (batch, embed_dim), unit length."""
        size = self.config.image_size
        if pixel_values.shape[1:] != (3, size, size):
            raise ValueError(
                f"`pixel_values` must be (batch, 3, {size}, {size}), got {tuple(pixel_values.shape)}. "
                "Run the pictures through the feature_extractor first."
            )
        embeds = self.linear(pixel_values.flatten(1)).float()
        if self.branch is not None:
            embeds = embeds + self.branch(pixel_values).float()
        return F.normalize(embeds, dim=-1)
