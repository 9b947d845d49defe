"""The words that the model was taught: names of things, the phrase each is best drawn by, and its place in meaning.

A prompt's word that is none of them is drawn as the nearest one: the model says so instead of guessing in silence.
"""

import functools
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn

__all__ = ["Vocabulary"]

TELLING = 0.35  # cosine of a name and its phrase


class Vocabulary(ModelMixin, ConfigMixin):
    """Names of things with their sentence embeddings.

    Args:
        names: what a thing may be called, lower case.
        phrases: for each name, the phrase that the training captions use.
        styles: style names, each with the other words for it: ``{"flat sticker": ["sticker", ...]}``.
        backgrounds: names of colours that backgrounds, and things, may have, with their values:
            ``{"white": "#ffffff"}``.
        text_dim: width of the embeddings.
        shown: phrase -> the styles that it was drawn in, where these are not all.
        rendered: the styles that any drawing can be shown in (``pipeline.scene.rendering``).
    """

    config: Any  # diffusers' record of the constructor's arguments, by attribute

    @register_to_config
    def __init__(
        self,
        names: list[str],
        phrases: list[str],
        styles: dict[str, list[str]],
        backgrounds: dict[str, str],
        text_dim: int = 384,
        shown: dict[str, list[str]] | None = None,
        rendered: list[str] | None = None,
    ):
        super().__init__()
        if len(names) != len(phrases):
            raise ValueError(f"`phrases` must have one entry per name: {len(names)}, got {len(phrases)}.")
        if not isinstance(backgrounds, dict):
            raise ValueError(
                '`backgrounds` must give each name its colour, {"white": "#ffffff"}, got '
                f"{type(backgrounds).__name__}. Run `python -m pipeline.training.vocabulary` and the export again."
            )
        self.phrase_of = dict(zip(names, phrases, strict=True))
        self.embeds = nn.Parameter(torch.zeros(len(names), text_dim), requires_grad=False)

    def styles_of(self, phrase: str) -> list[str]:
        """The styles that a thing can be shown in."""
        drawn, rendered = (self.config.shown or {}).get(phrase), self.config.rendered
        if drawn is None and rendered is None:
            return list(self.config.styles)
        own = {*(drawn or ()), *(rendered or ())}
        return [style for style in self.config.styles if style in own]

    @functools.cached_property
    def likeness(self) -> dict[str, float]:
        """Name -> cosine of its meaning and its phrase's."""
        names = self.config.names
        row = {name: at for at, name in enumerate(names)}
        embeds = F.normalize(self.embeds.float(), dim=-1)
        phrases = embeds[[row.get(self.phrase_of[name], at) for at, name in enumerate(names)]]
        return dict(zip(names, (embeds * phrases).sum(-1).tolist(), strict=True))

    @functools.cached_property
    def telling(self) -> torch.Tensor:
        """(len(names),) of bool: whether a name means about what its phrase does; "golden" is no green apple, though a
        keyword of it.
        """
        return torch.tensor([self.likeness[name] >= TELLING for name in self.config.names])

    def nearest(self, embed: torch.Tensor) -> tuple[str, float]:
        """The telling name nearest in meaning to a sentence embedding (text_dim,), and the cosine between them."""
        scores = self.embeds.float() @ F.normalize(embed.float().to(self.embeds.device), dim=-1)
        scores = scores.masked_fill(~self.telling.to(scores.device), -1.0)
        best = int(scores.argmax())
        return self.config.names[best], float(scores[best])
