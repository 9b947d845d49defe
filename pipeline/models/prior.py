"""The prior: text -> image embedding, by flow matching in the embedding's space.

Most of an embedding follows from the text. So most of the network reads the text alone, once a prompt, and says the
mean of what may come; a small residual MLP then denoises what is left, the difference from that mean, and is all that
a step costs.
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from diffusers.models.embeddings import get_timestep_embedding
from torch import nn

__all__ = ["EmbeddingPrior"]


class _TextBlock(nn.Module):
    """Residual gated MLP (Shazeer 2020, "GLU Variants Improve Transformer"): a thing times a style."""

    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.up, self.down = nn.Linear(dim, 2 * dim), nn.Linear(dim, dim)
        nn.init.zeros_(self.down.weight)
        nn.init.zeros_(self.down.bias)

    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        gate, value = self.up(self.norm(hidden_states)).chunk(2, dim=-1)
        return hidden_states + self.down(F.silu(gate) * value)


class _Block(nn.Module):
    """Residual MLP with scale and shift from the condition (adaptive layer norm)."""

    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim, elementwise_affine=False)
        self.modulation = nn.Linear(dim, 2 * dim)
        self.up, self.down = nn.Linear(dim, 2 * dim), nn.Linear(2 * dim, dim)
        nn.init.zeros_(self.down.weight)
        nn.init.zeros_(self.down.bias)

    def forward(self, hidden_states: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        scale, shift = self.modulation(condition).chunk(2, dim=-1)
        modulated = self.norm(hidden_states) * (1 + scale) + shift
        return hidden_states + self.down(F.silu(self.up(modulated)))


class EmbeddingPrior(ModelMixin, ConfigMixin):
    """Predicts the clean, whitened image embedding.

    Args:
        embed_dim: length of the image embedding.
        text_dim: width of the text encoder's token states.
        text_hidden_dim: width of the residual stream that reads the text.
        num_text_layers: its blocks.
        hidden_dim: width of the residual stream that denoises.
        num_layers: its blocks.
        num_queries: learned queries that read the tokens.
    """

    config: Any  # diffusers' record of the constructor's arguments, by attribute

    @register_to_config
    def __init__(
        self,
        embed_dim: int = 1024,
        text_dim: int = 384,
        text_hidden_dim: int = 768,
        num_text_layers: int = 8,
        hidden_dim: int = 512,
        num_layers: int = 2,
        num_queries: int = 8,
    ):
        super().__init__()
        self.norm_tokens = nn.LayerNorm(text_dim)
        self.queries = nn.Parameter(torch.randn(num_queries, text_dim) / math.sqrt(text_dim))
        self.to_key, self.to_value = nn.Linear(text_dim, text_dim, bias=False), nn.Linear(text_dim, text_dim)
        self.text_in = nn.Linear(num_queries * text_dim + embed_dim, text_hidden_dim)
        self.text_blocks = nn.ModuleList(_TextBlock(text_hidden_dim) for _ in range(num_text_layers))
        self.norm_text = nn.LayerNorm(text_hidden_dim)
        self.null_text = nn.Parameter(torch.zeros(text_hidden_dim))  # learned "no prompt", as in unCLIP
        self.to_mean = nn.Linear(text_hidden_dim, embed_dim)
        self.time_in = nn.Sequential(nn.Linear(256, hidden_dim), nn.SiLU(), nn.Linear(hidden_dim, hidden_dim))
        self.condition_in = nn.Linear(text_hidden_dim, hidden_dim)
        self.proj_in = nn.Linear(embed_dim, hidden_dim)
        self.blocks = nn.ModuleList(_Block(hidden_dim) for _ in range(num_layers))
        self.norm_out = nn.LayerNorm(hidden_dim)
        self.proj_to_embeds = nn.Linear(hidden_dim, embed_dim)
        nn.init.zeros_(self.proj_to_embeds.weight)
        nn.init.zeros_(self.proj_to_embeds.bias)
        # Whitening of the embeddings the prior was trained on; clip_mean and clip_std in unCLIP's prior.
        self.register_buffer("embeds_mean", torch.zeros(embed_dim))
        self.register_buffer("embeds_std", torch.ones(embed_dim))

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs):
        """As diffusers', with the matrices laid out by columns: one row at a time is multiplied a third faster."""
        prior = super().from_pretrained(pretrained_model_name_or_path, **kwargs)
        for layer in prior.modules():
            if isinstance(layer, nn.Linear):
                layer.weight.data = layer.weight.data.t().contiguous().t()
        return prior

    def encode_text(
        self, encoder_hidden_states: torch.Tensor, attention_mask: torch.Tensor, proj_embedding: torch.Tensor
    ) -> torch.Tensor:
        """(batch, tokens, text_dim), (batch, tokens), (batch, embed_dim) -> condition (batch, text_hidden_dim).

        It does not depend on the timestep: the pipeline computes it once per prompt.
        """
        tokens = self.norm_tokens(encoder_hidden_states)
        # Keys and values are linear: projecting the few queries, and what they pooled, is projecting every token.
        queries = self.queries @ self.to_key.weight / math.sqrt(tokens.shape[-1])
        scores = (queries.to(tokens.dtype) @ tokens.transpose(1, 2)).float()
        scores = scores.masked_fill(~attention_mask.bool()[:, None], float("-inf"))
        pooled = self.to_value(scores.softmax(-1).to(tokens.dtype) @ tokens)
        scaled = proj_embedding.to(pooled.dtype) * math.sqrt(self.config.embed_dim)
        hidden_states = self.text_in(torch.cat([pooled.flatten(1), scaled], dim=-1))
        for block in self.text_blocks:
            hidden_states = block(hidden_states)
        return self.norm_text(hidden_states)

    def forward(self, hidden_states: torch.Tensor, timestep: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Noisy whitened embeds (batch, embed_dim), timestep (batch,) in [0, 1000], condition -> clean embeds."""
        mean = self.to_mean(condition)
        return mean + self.denoise(hidden_states, timestep, condition, mean)

    def denoise(
        self, hidden_states: torch.Tensor, timestep: torch.Tensor, condition: torch.Tensor, mean: torch.Tensor
    ) -> torch.Tensor:
        """The clean embeds' difference from their ``mean``; arguments as of ``forward``."""
        time = get_timestep_embedding(timestep.float(), 256, flip_sin_to_cos=True, downscale_freq_shift=0)
        sigma = (timestep / 1000).to(hidden_states.dtype)[:, None]
        # x_t = (1 - sigma) x_0 + sigma noise: without the mean's share, noise and what the text leaves open remain.
        rest = self.proj_in(hidden_states - (1 - sigma) * mean)
        condition = F.silu(self.condition_in(condition) + self.time_in(time.to(condition.dtype)))
        for block in self.blocks:
            rest = block(rest, condition)
        return self.proj_to_embeds(self.norm_out(rest))

    def whiten(self, image_embeds: torch.Tensor) -> torch.Tensor:
        """Unit-length embeds -> zero mean, unit variance per dimension."""
        return (image_embeds - self.embeds_mean) / self.embeds_std

    def unwhiten(self, hidden_states: torch.Tensor) -> torch.Tensor:
        """The inverse of ``whiten``, brought back to unit length."""
        return F.normalize(hidden_states.float() * self.embeds_std + self.embeds_mean, dim=-1)
