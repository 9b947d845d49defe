"""The base generator: image embedding and text -> a 64x64 layer, by flow matching with clean-sample prediction.

A layer is the thing cut free from its ground (see ``image_encoder``). A linear map draws the embedding at half the
side (it is the inverse of the image encoder's), and a small U-Net that sees the noisy layer and the text makes a clean
one of it: one step from pure noise already redraws.
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from diffusers.models.embeddings import get_timestep_embedding
from torch import nn

__all__ = ["ImageDecoder"]


class _ResidualMLP(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.up, self.down = nn.Linear(dim, 2 * dim), nn.Linear(2 * dim, dim)
        nn.init.zeros_(self.down.weight)
        nn.init.zeros_(self.down.bias)

    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        return hidden_states + self.down(F.silu(self.up(self.norm(hidden_states))))


class _ResidualBlock(nn.Module):
    """Two 3x3 convolutions; scale and shift from the condition between them. No normalisation (see image_encoder)."""

    def __init__(self, channels: int, condition_dim: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.modulation = nn.Linear(condition_dim, 2 * channels)
        for parameter in self.conv2.parameters():
            nn.init.zeros_(parameter)

    def forward(self, hidden_states: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        residual = self.conv1(F.silu(hidden_states))
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, dim=1)
        residual = self.conv2(F.silu(residual * (1 + scale) + shift))
        return hidden_states + residual


class _TextAttention(nn.Module):
    """Cross-attention from the places of a feature map to the text tokens."""

    def __init__(self, channels: int, text_dim: int, head_dim: int = 64):
        super().__init__()
        self.heads = channels // head_dim
        self.norm_text = nn.LayerNorm(text_dim)
        self.to_q = nn.Linear(channels, channels)
        self.to_kv = nn.Linear(text_dim, 2 * channels)
        self.to_out = nn.Linear(channels, channels)
        nn.init.zeros_(self.to_out.weight)
        nn.init.zeros_(self.to_out.bias)

    def forward(self, hidden_states: torch.Tensor, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        batch, channels, height, width = hidden_states.shape
        query = self.to_q(hidden_states.flatten(2).transpose(1, 2))
        key, value = self.to_kv(self.norm_text(tokens)).chunk(2, dim=-1)
        query, key, value = (x.unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in (query, key, value))
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])  # (batch, heads, places, tokens)
        weights = scores.float().masked_fill(~mask[:, None, None].bool(), float("-inf")).softmax(-1)
        attended = self.to_out((weights.to(value.dtype) @ value).transpose(1, 2).flatten(2))
        return hidden_states + attended.transpose(1, 2).unflatten(2, (height, width))


class ImageDecoder(ModelMixin, ConfigMixin):
    """Predicts the clean layer from a noisy one, its embedding and the text.

    Args:
        sample_size: side of the layer in pixels.
        component_size: side at which the linear map draws; the finer level of the U-Net works there.
        embed_dim: length of the image embedding.
        semantic_dim: see ``ImageEncoder``.
        pose_dim: see ``ImageEncoder``; the linear map reads what comes after these.
        text_dim: width of the text encoder's token states.
        hidden_dim: width of the condition that scales and shifts every block.
        block_out_channels: channels of the fine and the coarse level.
        layers_per_block: residual blocks at the coarse level; the fine level has one before it and one after.
        use_components: whether what comes after the pose is read at all (False is the ablation: an embedding that
            says what is shown, and not how it looks).
    """

    config: Any  # diffusers' record of the constructor's arguments, by attribute

    @register_to_config
    def __init__(
        self,
        sample_size: int = 64,
        component_size: int = 32,
        embed_dim: int = 1024,
        semantic_dim: int = 256,
        pose_dim: int = 6,
        text_dim: int = 384,
        hidden_dim: int = 384,
        block_out_channels: tuple[int, int] = (64, 192),
        layers_per_block: int = 2,
        use_components: bool = True,
    ):
        super().__init__()
        factor = sample_size // component_size
        fine, coarse = block_out_channels
        self.linear = nn.Linear(embed_dim - semantic_dim - 1 - pose_dim, 4 * component_size**2)
        self.time_in = nn.Sequential(nn.Linear(256, hidden_dim), nn.SiLU(), nn.Linear(hidden_dim, hidden_dim))
        self.embeds_in = nn.Sequential(nn.Linear(embed_dim, hidden_dim), _ResidualMLP(hidden_dim))
        self.conv_in = nn.Conv2d(4 + 4 * factor**2, fine, 3, padding=1)
        self.down = _ResidualBlock(fine, hidden_dim)
        self.reduce = nn.Conv2d(fine, coarse, 3, stride=2, padding=1)
        self.attention = _TextAttention(coarse, text_dim)
        self.blocks = nn.ModuleList(_ResidualBlock(coarse, hidden_dim) for _ in range(layers_per_block))
        self.expand = nn.Conv2d(coarse, fine, 1)
        self.up = _ResidualBlock(fine, hidden_dim)
        self.conv_out = nn.Conv2d(fine, 4 * factor**2, 3, padding=1)
        for parameter in self.conv_out.parameters():
            nn.init.zeros_(parameter)

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
            sample: noisy layer (batch, 4, sample_size, sample_size).
            timestep: (batch,) in [0, 1000]; 1000 is pure noise.
            image_embeds: (batch, embed_dim), unit length.
            encoder_hidden_states: (batch, tokens, text_dim).
            attention_mask: (batch, tokens) of 1/0.

        Returns:
            the clean layer (batch, 4, sample_size, sample_size), about [-1, 1].
        """
        config = self.config
        factor, homogeneous = config.sample_size // config.component_size, config.semantic_dim
        first = homogeneous + 1 + config.pose_dim
        if not config.use_components:
            image_embeds = torch.cat([image_embeds[:, :first], torch.zeros_like(image_embeds[:, first:])], dim=1)
        # Dividing by the homogeneous coordinate undoes the normalisation (image_encoder).
        lifted = image_embeds[:, first:] / image_embeds[:, homogeneous, None].clamp(min=0.05)
        drawn = self.linear(lifted.to(sample.dtype)).unflatten(1, (4, config.component_size, config.component_size))
        time = get_timestep_embedding(timestep.float(), 256, flip_sin_to_cos=True, downscale_freq_shift=0)
        embeds = image_embeds.to(sample.dtype) * math.sqrt(config.embed_dim)
        condition = F.silu(self.embeds_in(embeds) + self.time_in(time.to(sample.dtype)))
        # As sigma falls the noisy layer carries more than noise: it is weighted by 1 - sigma.
        clean = (1 - timestep.to(sample.dtype) / 1000)[:, None, None, None] * sample
        hidden_states = torch.cat([drawn, F.pixel_unshuffle(clean, factor)], dim=1)
        fine = self.down(self.conv_in(hidden_states.contiguous(memory_format=torch.channels_last)), condition)
        hidden_states = self.reduce(fine)
        hidden_states = self.attention(hidden_states, encoder_hidden_states.to(hidden_states.dtype), attention_mask)
        for block in self.blocks:
            hidden_states = block(hidden_states, condition)
        hidden_states = F.interpolate(self.expand(hidden_states), scale_factor=2.0, mode="nearest")
        hidden_states = hidden_states.to(fine.dtype) + fine  # autocast interpolates in float32
        detail = F.pixel_shuffle(self.conv_out(F.silu(self.up(hidden_states, condition))), factor)
        return detail + F.interpolate(drawn, scale_factor=float(factor), mode="bilinear", align_corners=False)
