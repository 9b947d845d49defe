"""The image half of the embedding model: a 64x64 picture -> one L2-normalised vector.

The last feature map is flattened, not pooled: place survives, so that the vector nearly determines the picture
(it is trained with a reconstruction loss beside the contrastive one).
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
        block_out_channels: channels per level; each level halves the side.
        layers_per_block: residual blocks per level.
        layout_channels: channels of the last map before it is flattened.
    """

    @register_to_config
    def __init__(
        self,
        image_size: int = 64,
        patch_size: int = 4,
        embed_dim: int = 512,
        block_out_channels: tuple[int, ...] = (128, 256),
        layers_per_block: tuple[int, ...] = (1, 2),
        layout_channels: int = 64,
    ):
        super().__init__()
        self.conv_in = nn.Conv2d(3 * patch_size**2, block_out_channels[0], 3, padding=1)
        layers: list[nn.Module] = []
        previous = block_out_channels[0]
        for level, (channels, depth) in enumerate(zip(block_out_channels, layers_per_block, strict=True)):
            if level:
                layers.append(nn.Conv2d(previous, channels, 3, stride=2, padding=1))
            layers += [_ResidualBlock(channels) for _ in range(depth)]
            previous = channels
        self.blocks = nn.Sequential(*layers)
        side = image_size // patch_size // 2 ** (len(block_out_channels) - 1)
        self.conv_out = nn.Conv2d(previous, layout_channels, 1)
        self.visual_projection = nn.Linear(layout_channels * side * side, embed_dim)

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """``pixel_values`` (batch, 3, image_size, image_size) in [-1, 1] -> embeds (batch, embed_dim), unit length."""
        size = self.config.image_size
        if pixel_values.shape[1:] != (3, size, size):
            raise ValueError(
                f"`pixel_values` must be (batch, 3, {size}, {size}), got {tuple(pixel_values.shape)}. "
                "Run the pictures through the feature_extractor first."
            )
        hidden_states = self.blocks(self.conv_in(F.pixel_unshuffle(pixel_values, self.config.patch_size)))
        hidden_states = F.silu(self.conv_out(F.silu(hidden_states))).flatten(1)
        return F.normalize(self.visual_projection(hidden_states).float(), dim=-1)
