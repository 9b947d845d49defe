"""What each word of a prompt does in its scene: a small network on the token states of the shared text encoder.

Notable choices:
- two layers of the encoder are read, a middle one (grammar) and the last (meaning); it stays as it is;
- a word is the mean of its pieces; two bidirectional LSTM layers let words see each other in order;
- heads are scored by a biaffine form (Dozat and Manning 2017, arXiv 1611.01734, eq. 6) with a learned bias for how far
  apart two words are; "no head" is a word of its own.
"""

from typing import Any

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn

__all__ = ["SceneParser"]

_FAR = 24  # words; beyond, all distances are alike


class SceneParser(ModelMixin, ConfigMixin):
    """Roles and heads of words.

    Args:
        roles: their names, in the order of the logits.
        text_dim: width of the encoder's states.
        layers: which hidden states of the encoder are read, 0 being its embeddings.
        hidden_dim: width of each direction of the LSTM.
        num_layers: of the LSTM.
        arc_dim: width of the two sides of a head's score.
        dropout: in training.
    """

    config: Any  # diffusers' record of the constructor's arguments, by attribute

    @register_to_config
    def __init__(
        self,
        roles: list[str],
        text_dim: int = 384,
        layers: tuple[int, ...] = (3, 6),
        hidden_dim: int = 192,
        num_layers: int = 2,
        arc_dim: int = 128,
        dropout: float = 0.25,
    ):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.project = nn.Linear(len(layers) * text_dim, 2 * hidden_dim)
        self.lstm = nn.LSTM(
            2 * hidden_dim, hidden_dim, num_layers, batch_first=True, bidirectional=True, dropout=dropout
        )
        self.role = nn.Sequential(nn.Linear(2 * hidden_dim, hidden_dim), nn.GELU(), nn.Linear(hidden_dim, len(roles)))
        self.dependent = nn.Linear(2 * hidden_dim, arc_dim)
        self.head = nn.Linear(2 * hidden_dim, arc_dim)
        self.no_head = nn.Parameter(torch.zeros(arc_dim))
        self.arc = nn.Parameter(torch.zeros(arc_dim + 1, arc_dim))
        self.distance = nn.Parameter(torch.zeros(2 * _FAR + 1))

    def forward(self, words: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores of roles and heads.

        Args:
            words: (n, words, len(layers) * text_dim), padded at the end.
            lengths: (n,) words of each, on the CPU.

        Returns:
            role_logits (n, words, roles) and head_logits (n, words, words + 1), of which column 0 is "no head".
        """
        hidden = self.drop(nn.functional.gelu(self.project(words)))
        packed = nn.utils.rnn.pack_padded_sequence(hidden, lengths, batch_first=True, enforce_sorted=False)
        hidden = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=words.shape[1])[
            0
        ]
        hidden = self.drop(hidden)
        role_logits = self.role(hidden)
        dependents, heads = self.drop(self.dependent(hidden)), self.drop(self.head(hidden))
        count, length = words.shape[:2]
        heads = torch.cat([self.no_head.expand(count, 1, -1), heads], dim=1)
        dependents = torch.cat([dependents, torch.ones_like(dependents[..., :1])], dim=-1)
        head_logits = dependents @ self.arc @ heads.transpose(1, 2) / self.arc.shape[1] ** 0.5
        places = torch.arange(length)
        apart = (places[None] - places[:, None]).clamp(-_FAR, _FAR) + _FAR
        head_logits[..., 1:] += self.distance[apart.to(words.device)]
        beyond = torch.arange(length)[None] >= lengths[:, None]  # (n, words)
        head_logits[..., 1:] = head_logits[..., 1:].masked_fill(beyond[:, None].to(words.device), -1e4)
        return role_logits, head_logits
