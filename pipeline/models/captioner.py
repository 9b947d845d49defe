"""Captioner: a picture at 64x64 in, a sentence out. Small enough to train in minutes on a CPU."""

from typing import Any

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel

__all__ = ["Captioner"]


class Captioner(ModelMixin, ConfigMixin):
    """A convolutional encoder whose 8x8 grid of features a small GPT-2 decoder attends to while it writes.

    `vocab_size`, `bos_token_id`, `eos_token_id`, `pad_token_id`: of the tokenizer saved beside the weights.
    `dim`: width of the decoder and of the picture's features. `num_layers`, `num_heads`: of the decoder.
    `channels`: of the encoder's three stages, each halving the side. `max_length`: longest caption in tokens.
    """

    config: Any  # diffusers' record of the constructor's arguments, by attribute

    image_size = 64  # pixels

    @register_to_config
    def __init__(
        self,
        vocab_size: int,
        bos_token_id: int,
        eos_token_id: int,
        pad_token_id: int,
        dim: int = 192,
        num_layers: int = 3,
        num_heads: int = 6,
        channels: tuple[int, int, int] = (64, 128, 192),
        max_length: int = 32,
    ):
        super().__init__()
        stages, width = [], 3
        for channel in channels:
            stages += [
                nn.Conv2d(width, channel, 3, stride=2, padding=1),
                nn.GroupNorm(8, channel),
                nn.GELU(),
                nn.Conv2d(channel, channel, 3, padding=1),
                nn.GroupNorm(8, channel),
                nn.GELU(),
            ]
            width = channel
        self.encoder = nn.Sequential(*stages, nn.Conv2d(width, dim, 1))
        self.position = nn.Parameter(torch.randn(1, 64, dim) * 0.02)
        self.norm = nn.LayerNorm(dim)
        self.decoder = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=vocab_size,
                n_positions=max_length,
                n_embd=dim,
                n_layer=num_layers,
                n_head=num_heads,
                add_cross_attention=True,
                tie_word_embeddings=False,  # safetensors refuses tensors that share memory
                bos_token_id=bos_token_id,
                eos_token_id=eos_token_id,
                pad_token_id=pad_token_id,
            )
        )

    def encode(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Features (batch, 64, dim) of pictures (batch, 3, 64, 64) in -1..1."""
        grid = self.encoder(pixel_values)  # (batch, dim, 8, 8)
        return self.norm(grid.flatten(2).transpose(1, 2) + self.position)

    def forward(self, pixel_values: torch.Tensor, input_ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Mean cross-entropy, in nats a token, of captions (batch, tokens); labels of -100 are not counted."""
        hidden = self.encode(pixel_values)
        return self.decoder(input_ids=input_ids, encoder_hidden_states=hidden, labels=labels).loss

    @torch.no_grad()
    def generate(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """The likeliest caption, word by word: token ids (batch, tokens), padded after the end token."""
        hidden = self.encode(pixel_values)
        ids = torch.full((len(hidden), 1), self.config.bos_token_id, dtype=torch.long, device=hidden.device)
        done = torch.zeros(len(hidden), dtype=torch.bool, device=hidden.device)
        for _ in range(self.config.max_length - 1):
            following = self.decoder(input_ids=ids, encoder_hidden_states=hidden).logits[:, -1].argmax(dim=-1)
            following = following.masked_fill(done, self.config.pad_token_id)
            ids = torch.cat([ids, following[:, None]], dim=1)
            done |= following == self.config.eos_token_id
            if done.all():
                break
        return ids[:, 1:]
