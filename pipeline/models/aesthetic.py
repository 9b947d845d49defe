"""AestheticHead: how good a picture looks, from its embedding, as a calibrated probability."""

from typing import Any

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn

__all__ = ["AestheticHead"]


class AestheticHead(ModelMixin, ConfigMixin):
    """A two-layer perceptron on standardised embeddings, with Platt scaling of its logit.

    `embed_dim`: length of an embedding. `hidden_dim`: width of the hidden layer. `dropout`: while training only.
    The standardisation (`mean`, `std`) and the calibration (`scale`, `shift`) are buffers: they travel with the
    weights.
    """

    config: Any  # diffusers' record of the constructor's arguments, by attribute

    @register_to_config
    def __init__(self, embed_dim: int, hidden_dim: int = 64, dropout: float = 0.2):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(embed_dim, hidden_dim), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden_dim, 1)
        )
        self.register_buffer("mean", torch.zeros(embed_dim))
        self.register_buffer("std", torch.ones(embed_dim))
        self.register_buffer("scale", torch.ones(()))
        self.register_buffer("shift", torch.zeros(()))

    def raw_logit(self, image_embeds: torch.Tensor) -> torch.Tensor:
        """The uncalibrated logit, (batch,), of embeddings (batch, embed_dim)."""
        standard = ((image_embeds - self.mean) / self.std).clamp(-6, 6)  # a wild feature must not decide alone
        return self.layers(standard).squeeze(-1)

    def forward(self, image_embeds: torch.Tensor) -> torch.Tensor:
        """The probability, (batch,) in 0..1, that a picture is an undamaged, well-made one."""
        return torch.sigmoid(self.scale * self.raw_logit(image_embeds) + self.shift)
