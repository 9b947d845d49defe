"""The base generator: image embedding and text -> a 64x64 picture, by flow matching with clean-picture prediction.

The embedding is laid out as a 4x4 feature map and grown to the picture, so that one step from pure noise already
redraws it; the noisy picture enters at the last level, for the steps after the first.
"""

import math

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from diffusers.models.embeddings import get_timestep_embedding
from torch import nn

__all__ = ["ImageDecoder"]


class _ResidualBlock(nn.Module):
    """Two 3x3 convolutions; scale and shift from the condition between them. No normalisation (see image_encoder)."""

    def __init__(self, in_channels: int, out_channels: int, condition_dim: int):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.modulation = nn.Linear(condition_dim, 2 * out_channels)
        self.shortcut = nn.Conv2d(in_channels, out_channels, 1) if in_channels != out_channels else nn.Identity()
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, hidden_states: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        residual = self.conv1(F.silu(hidden_states))
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, dim=1)
        residual = self.conv2(F.silu(residual * (1 + scale) + shift))
        return self.shortcut(hidden_states) + residual


class _TextAttention(nn.Module):
    """Cross-attention from the places of a feature map to the text tokens."""

    def __init__(self, channels: int, text_dim: int, head_dim: int = 64):
        super().__init__()
        self.heads = channels // head_dim
        self.norm, self.norm_text = nn.GroupNorm(16, channels), nn.LayerNorm(text_dim)
        self.to_q = nn.Linear(channels, channels)
        self.to_kv = nn.Linear(text_dim, 2 * channels)
        self.to_out = nn.Linear(channels, channels)
        nn.init.zeros_(self.to_out.weight)
        nn.init.zeros_(self.to_out.bias)

    def forward(self, hidden_states: torch.Tensor, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        batch, channels, height, width = hidden_states.shape
        query = self.to_q(self.norm(hidden_states).flatten(2).transpose(1, 2))
        key, value = self.to_kv(self.norm_text(tokens)).chunk(2, dim=-1)
        query, key, value = (x.unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in (query, key, value))
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])  # (batch, heads, places, tokens)
        weights = scores.float().masked_fill(~mask[:, None, None].bool(), float("-inf")).softmax(-1)
        attended = self.to_out((weights.to(value.dtype) @ value).transpose(1, 2).flatten(2))
        return hidden_states + attended.transpose(1, 2).unflatten(2, (height, width))


class ImageDecoder(ModelMixin, ConfigMixin):
    """Predicts the clean picture from a noisy one, its embedding and the text.

    Args:
        sample_size: side of the picture in pixels.
        embed_dim: length of the image embedding.
        text_dim: width of the text encoder's token states.
        block_out_channels: channels per level; the first level is 4x4, each next doubles the side. The last level
            writes ``patch_size`` x ``patch_size`` pixels per place.
        layers_per_block: residual blocks per level.
        condition_dim: width of the vector that scales and shifts every block.
    """

    @register_to_config
    def __init__(
        self,
        sample_size: int = 64,
        embed_dim: int = 512,
        text_dim: int = 384,
        block_out_channels: tuple[int, ...] = (384, 384, 256),
        layers_per_block: tuple[int, ...] = (0, 1, 2),
        condition_dim: int = 384,
    ):
        super().__init__()
        channels, base = block_out_channels, 4
        self.patch_size = sample_size // (base * 2 ** (len(channels) - 1))
        self.time_in = nn.Sequential(nn.Linear(256, condition_dim), nn.SiLU(), nn.Linear(condition_dim, condition_dim))
        self.embeds_in = nn.Sequential(
            nn.Linear(embed_dim, condition_dim), nn.SiLU(), nn.Linear(condition_dim, condition_dim)
        )
        self.layout_in = nn.Sequential(
            nn.Linear(embed_dim, 1024),
            nn.SiLU(),
            nn.Linear(1024, channels[0] * base * base),
            nn.Unflatten(1, (-1, base, base)),
        )
        self.sample_in = nn.Conv2d(3 * self.patch_size**2, channels[-1], 3, padding=1)
        self.levels = nn.ModuleList()
        previous = channels[0]
        for width, depth in zip(channels, layers_per_block, strict=True):
            widths = [previous] + [width] * depth
            self.levels.append(
                nn.ModuleList(
                    _ResidualBlock(a, b, condition_dim) for a, b in zip(widths[:-1], widths[1:], strict=True)
                )
            )
            previous = widths[-1]
        self.attention = _TextAttention(channels[1], text_dim)  # after the 8x8 level
        self.conv_out = nn.Conv2d(previous, 3 * self.patch_size**2, 3, padding=1)

    def forward(
        self,
        sample: torch.Tensor,
        timestep: torch.Tensor,
        image_embeds: torch.Tensor,
        encoder_hidden_states: torch.Tensor,
        attention_mask: torch.Tensor,
    ) -> torch.Tensor:
        """One evaluation.

        Args:
            sample: noisy picture (batch, 3, sample_size, sample_size).
            timestep: (batch,) in [0, 1000]; 1000 is pure noise.
            image_embeds: (batch, embed_dim), unit length.
            encoder_hidden_states: (batch, tokens, text_dim).
            attention_mask: (batch, tokens) of 1/0.

        Returns:
            the clean picture (batch, 3, sample_size, sample_size), about [-1, 1].
        """
        embeds = image_embeds.to(sample.dtype) * math.sqrt(self.config.embed_dim)
        time = get_timestep_embedding(timestep.float(), 256, flip_sin_to_cos=True, downscale_freq_shift=0)
        condition = F.silu(self.time_in(time.to(sample.dtype)) + self.embeds_in(embeds))
        hidden_states = self.layout_in(embeds).contiguous(memory_format=torch.channels_last)
        # As sigma falls the noisy picture carries more than noise: it is weighted by 1 - sigma.
        clean = (1 - timestep.to(sample.dtype) / 1000)[:, None, None, None] * sample
        for level, blocks in enumerate(self.levels):
            if level:
                hidden_states = F.interpolate(hidden_states, scale_factor=2.0, mode="nearest")
            for index, block in enumerate(blocks):
                hidden_states = block(hidden_states, condition)
                if index == 0 and level == len(self.levels) - 1:
                    hidden_states = hidden_states + self.sample_in(F.pixel_unshuffle(clean, self.patch_size))
            if level == 1:
                hidden_states = self.attention(
                    hidden_states, encoder_hidden_states.to(hidden_states.dtype), attention_mask
                )
        return F.pixel_shuffle(self.conv_out(F.silu(hidden_states)), self.patch_size)
