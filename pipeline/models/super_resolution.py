"""Super-resolution 64 -> 256: the decoder's layer and the text -> a sharp layer, by flow matching.

Works on pixel-unshuffled tensors (256x256x4 -> 64x64x64), so that no convolution runs at full resolution. The text
reaches the network by cross-attention at its coarsest level.
"""

import math
from typing import Any, cast

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from diffusers.models.embeddings import get_timestep_embedding
from torch import nn

__all__ = ["SuperResolution"]


class _ResidualBlock(nn.Module):
    """Two 3x3 convolutions; scale and shift from the condition between them."""

    def __init__(self, in_channels: int, out_channels: int, condition_dim: int):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.modulation = nn.Linear(condition_dim, 2 * out_channels)
        self.shortcut = nn.Conv2d(in_channels, out_channels, 1) if in_channels != out_channels else nn.Identity()
        for parameter in self.conv2.parameters():
            nn.init.zeros_(parameter)

    def forward(self, hidden_states: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        residual = self.conv1(F.silu(hidden_states))
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, dim=1)
        residual = self.conv2(F.silu(residual * (1 + scale) + shift))
        return self.shortcut(hidden_states) + residual


class _TextAttention(nn.Module):
    """Each place of the map reads the tokens; the answer is added to it."""

    def __init__(self, channels: int, text_dim: int, num_heads: int = 4):
        super().__init__()
        self.num_heads = num_heads
        self.norm_text = nn.LayerNorm(text_dim)
        self.to_q, self.to_out = nn.Conv2d(channels, channels, 1), nn.Conv2d(channels, channels, 1)
        self.to_k, self.to_v = nn.Linear(text_dim, channels), nn.Linear(text_dim, channels)
        for parameter in self.to_out.parameters():
            nn.init.zeros_(parameter)

    def forward(self, hidden_states: torch.Tensor, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        tokens = self.norm_text(tokens)
        shape = hidden_states.shape
        query = self.to_q(hidden_states).reshape(
            shape[0], self.num_heads, -1, shape[2] * shape[3]
        )  # (b, h, d, places)
        key, value = (
            x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for x in (self.to_k(tokens), self.to_v(tokens))
        )  # (b, h, tokens, d)
        scores = (key @ query).float() / math.sqrt(query.shape[2])
        weights = scores.masked_fill(~mask[:, None, :, None].bool(), float("-inf")).softmax(2)
        attended = value.transpose(2, 3) @ weights.to(value.dtype)  # (b, h, d, places)
        return hidden_states + self.to_out(attended.reshape(shape))


class SuperResolution(ModelMixin, ConfigMixin):
    """A small U-Net that predicts the clean large layer.

    Args:
        scale_factor: large side / small side.
        text_dim: width of the text encoder's token states.
        block_out_channels: channels per level; the first works at the small layer's side, each next at half of it.
        layers_per_block: residual blocks per level on the way down; as many on the way up.
        condition_dim: width of the vector that scales and shifts every block.
        use_text: whether the text is read at all (False is the ablation).
    """

    config: Any  # diffusers' record of the constructor's arguments, by attribute

    @register_to_config
    def __init__(
        self,
        scale_factor: int = 4,
        text_dim: int = 384,
        block_out_channels: tuple[int, ...] = (64, 128, 192),
        layers_per_block: int = 1,
        condition_dim: int = 256,
        use_text: bool = True,
    ):
        super().__init__()
        patch = 4 * scale_factor**2
        self.time_in = nn.Sequential(nn.Linear(256, condition_dim), nn.SiLU(), nn.Linear(condition_dim, condition_dim))
        self.text_in = nn.Linear(text_dim, condition_dim)
        self.conv_in = nn.Conv2d(4 + patch, block_out_channels[0], 3, padding=1)
        self.down, self.reduce = nn.ModuleList(), nn.ModuleList()
        self.up, self.expand = nn.ModuleList(), nn.ModuleList()
        for level, width in enumerate(block_out_channels):
            self.down.append(
                nn.ModuleList(_ResidualBlock(width, width, condition_dim) for _ in range(layers_per_block))
            )
            if level + 1 < len(block_out_channels):
                wider = block_out_channels[level + 1]
                self.reduce.append(nn.Conv2d(width, wider, 3, stride=2, padding=1))
                self.expand.append(nn.Conv2d(wider, width, 1))
                self.up.append(
                    nn.ModuleList(_ResidualBlock(width, width, condition_dim) for _ in range(layers_per_block))
                )
        self.attention = _TextAttention(block_out_channels[-1], text_dim)
        self.conv_out = nn.Conv2d(block_out_channels[0], patch, 3, padding=1)
        for parameter in self.conv_out.parameters():
            nn.init.zeros_(parameter)

    def forward(
        self,
        sample: torch.Tensor | None,
        timestep: torch.Tensor,
        image: torch.Tensor,
        encoder_hidden_states: torch.Tensor,
        attention_mask: torch.Tensor,
    ) -> torch.Tensor:
        """One evaluation.

        Args:
            sample: noisy large layer (batch, 4, 4 * height, 4 * width); None at pure noise, where it says nothing.
            timestep: (batch,) in [0, 1000]; 1000 is pure noise.
            image: the small layer (batch, 4, height, width) in [-1, 1]; sides divisible by 2 ** (levels - 1).
            encoder_hidden_states: (batch, tokens, text_dim).
            attention_mask: (batch, tokens) of 1/0.

        Returns:
            the clean large layer, about [-1, 1].
        """
        factor = self.config.scale_factor
        time = get_timestep_embedding(timestep.float(), 256, flip_sin_to_cos=True, downscale_freq_shift=0)
        condition = self.time_in(time.to(image.dtype))
        tokens = encoder_hidden_states.to(image.dtype)
        if self.config.use_text:
            weights = (attention_mask / attention_mask.sum(-1, keepdim=True)).to(tokens.dtype)
            condition = condition + self.text_in((tokens * weights[..., None]).sum(1))
        condition = F.silu(condition)
        if sample is None:
            known = self.conv_in.weight[:, : image.shape[1]]
            hidden_states = F.conv2d(image, known, self.conv_in.bias, padding=1)
        else:  # it enters weighted by 1 - sigma
            clean = (1 - timestep.to(sample.dtype) / 1000)[:, None, None, None] * sample
            hidden_states = self.conv_in(torch.cat([image, F.pixel_unshuffle(clean, factor)], dim=1))
        skips = []
        for level, blocks in enumerate(self.down):
            for block in cast(nn.ModuleList, blocks):
                hidden_states = block(hidden_states, condition)
            if level < len(self.reduce):
                skips.append(hidden_states)
                hidden_states = self.reduce[level](hidden_states)
        if self.config.use_text:
            hidden_states = self.attention(hidden_states, tokens, attention_mask)
        for level in reversed(range(len(self.up))):
            hidden_states = F.interpolate(self.expand[level](hidden_states), scale_factor=2.0, mode="nearest")
            hidden_states = hidden_states.to(skips[level].dtype) + skips[level]  # autocast interpolates in float32
            for block in cast(nn.ModuleList, self.up[level]):
                hidden_states = block(hidden_states, condition)
        detail = F.pixel_shuffle(self.conv_out(F.silu(hidden_states)), factor)
        return detail + F.interpolate(image, scale_factor=float(factor), mode="bilinear", align_corners=False)
