"""The text half's head: token states of the shared text encoder -> one L2-normalised vector beside the image's."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn

__all__ = ["TextProjection"]


class TextProjection(ModelMixin, ConfigMixin):
    """Attention pooling (a few learned queries beside the mean), then a projection into the image embedding's space.

    Args:
        text_dim: width of the text encoder's token states.
        embed_dim: length of the shared embedding.
        num_queries: learned queries that read the tokens.
        hidden_dim: width of the layer between pooling and projection.
    """

    config: Any  # diffusers' record of the constructor's arguments, by attribute

    @register_to_config
    def __init__(self, text_dim: int = 384, embed_dim: int = 512, num_queries: int = 4, hidden_dim: int = 1024):
        super().__init__()
        self.norm = nn.LayerNorm(text_dim)
        self.queries = nn.Parameter(torch.randn(num_queries, text_dim) / math.sqrt(text_dim))
        self.to_key, self.to_value = nn.Linear(text_dim, text_dim, bias=False), nn.Linear(text_dim, text_dim)
        self.hidden = nn.Linear((num_queries + 1) * text_dim, hidden_dim)
        self.text_projection = nn.Linear(hidden_dim, embed_dim)
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))  # CLIP, section 2.5 (Radford et al. 2021)

    def forward(self, encoder_hidden_states: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """(batch, tokens, text_dim) and (batch, tokens) of 1/0 -> text_embeds (batch, embed_dim), unit length."""
        tokens = self.norm(encoder_hidden_states)
        mask = attention_mask.bool()
        # Keys and values are linear: projecting the few queries, and what they pooled, is projecting every token.
        queries = self.queries @ self.to_key.weight / math.sqrt(tokens.shape[-1])
        scores = (queries.to(tokens.dtype) @ tokens.transpose(1, 2)).float()  # (batch, num_queries, tokens)
        scores = scores.masked_fill(~mask[:, None], float("-inf"))
        pooled = self.to_value(scores.softmax(-1).to(tokens.dtype) @ tokens)
        weights = (mask / mask.sum(-1, keepdim=True)).to(tokens.dtype)
        mean = (tokens * weights[..., None]).sum(1, keepdim=True)
        hidden_states = F.silu(self.hidden(torch.cat([pooled, mean], 1).flatten(1)))
        return F.normalize(self.text_projection(hidden_states).float(), dim=-1)
