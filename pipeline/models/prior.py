"""The prior: what is shown, which drawing of it and in which rendering -> image embedding.

Words say what is shown and nothing of how an artist draws it. A prior that guesses from words alone says the mean of
all artists, which is none of them. So this one is a regression that is told the drawing, too: a learned vector for
each concept, one for each drawing of it, one for each rendering (as class embeddings in Brock et al. 2019, "Large
Scale GAN Training"; the drawing's vector is learned beside the network, as in Bojanowski et al. 2018, "Optimizing the
Latent Space of Generative Networks"). It takes one step and is sharp; which drawing it is, the seed chooses.
"""

import functools
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn

__all__ = ["NOISE_DIM", "DrawingPrior"]

NOISE_DIM = 32  # normal numbers a thing, from the seed: which drawing, mirrored or not, its form and its palette
TONES = ("", "light", "medium", "dark")


class _Block(nn.Module):
    """Residual gated MLP (Shazeer 2020, "GLU Variants Improve Transformer"), scaled and shifted by the rendering."""

    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.up, self.down = nn.Linear(dim, 2 * dim), nn.Linear(dim, dim)
        nn.init.zeros_(self.down.weight)
        nn.init.zeros_(self.down.bias)

    def forward(self, hidden_states: torch.Tensor, scale: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
        gate, value = self.up(self.norm(hidden_states) * (1 + scale) + shift).chunk(2, dim=-1)
        return hidden_states + self.down(F.silu(gate) * value)


class DrawingPrior(ModelMixin, ConfigMixin):
    """Predicts the image embedding of one drawing.

    Args:
        phrases: what each concept is called, in the order of its vectors.
        renderings: names of the renderings (styles), in the order of theirs.
        num_drawings: drawings of all concepts.
        num_cells: rows of the table ``cells`` of what was taught: (concept, drawing, rendering, tone).
        embed_dim: length of the image embedding.
        semantic_dim, pose_dim: see ``ImageEncoder``.
        concept_dim, drawing_dim, rendering_dim: lengths of the learned vectors.
        hidden_dim, num_layers: width and number of the residual blocks.
    """

    config: Any  # diffusers' record of the constructor's arguments, by attribute

    @register_to_config
    def __init__(
        self,
        phrases: list[str],
        renderings: list[str],
        num_drawings: int,
        num_cells: int,
        embed_dim: int = 1024,
        semantic_dim: int = 256,
        pose_dim: int = 6,
        concept_dim: int = 192,
        drawing_dim: int = 192,
        rendering_dim: int = 128,
        hidden_dim: int = 768,
        num_layers: int = 4,
    ):
        super().__init__()
        components = embed_dim - semantic_dim - 1 - pose_dim
        self.concept_table = nn.Embedding(len(phrases), concept_dim)
        self.drawing_table = nn.Embedding(num_drawings, drawing_dim)
        self.rendering_table = nn.Embedding(len(renderings), rendering_dim)
        self.tone_table = nn.Embedding(len(TONES), concept_dim)
        for table in (self.concept_table, self.drawing_table, self.rendering_table):
            nn.init.normal_(table.weight, std=0.5)
        nn.init.normal_(self.tone_table.weight, std=0.1)
        self.proj_in = nn.Linear(concept_dim + drawing_dim + rendering_dim, hidden_dim)
        self.modulation = nn.Linear(rendering_dim, 2 * hidden_dim * num_layers)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)
        self.blocks = nn.ModuleList(_Block(hidden_dim) for _ in range(num_layers))
        self.norm_out = nn.LayerNorm(hidden_dim)
        self.proj_out = nn.Linear(hidden_dim, components + semantic_dim)
        self.register_buffer("components_mean", torch.zeros(components))
        self.register_buffer("components_std", torch.ones(1))
        self.register_buffer("cells", torch.zeros(num_cells, 4, dtype=torch.int32))
        # How free the main hue of a concept is, in [0, 1]: 0 where all who drew it agree.
        self.register_buffer("hue_freedom", torch.zeros(len(phrases)))

    def forward(
        self, concepts: torch.Tensor, drawings: torch.Tensor, renderings: torch.Tensor, tones: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Indices, int64 (batch,) each -> whitened components (batch, components) and what is shown
        (batch, semantic_dim), of any length.
        """
        return self.predict(
            self.concept_table(concepts) + self.tone_table(tones), self.drawing_table(drawings), renderings
        )

    def predict(
        self, concept: torch.Tensor, drawing: torch.Tensor, renderings: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """As ``forward``, from the vectors (batch, concept_dim) and (batch, drawing_dim)."""
        rendering = self.rendering_table(renderings)
        hidden_states = self.proj_in(torch.cat([concept, drawing, rendering], dim=-1))
        parts = self.modulation(rendering).chunk(2 * len(self.blocks), dim=-1)
        for at, block in enumerate(self.blocks):
            hidden_states = block(hidden_states, parts[2 * at], parts[2 * at + 1])
        predicted = self.proj_out(self.norm_out(hidden_states))
        return predicted.split([self.components_mean.shape[0], self.config.semantic_dim], dim=-1)

    def unwhiten(self, components: torch.Tensor) -> torch.Tensor:
        """Whitened components (batch, components) -> as the image embedding holds them."""
        return components.float() * self.components_std + self.components_mean

    @functools.cached_property
    def index_of(self) -> dict[str, int]:
        """Phrase -> concept."""
        return {phrase: at for at, phrase in enumerate(self.config.phrases)}

    @functools.cached_property
    def cells_of(self) -> dict[int, list[tuple[int, str, str]]]:
        """Concept -> its (drawing, rendering, tone), renderings and tones by name."""
        table: dict[int, list[tuple[int, str, str]]] = {}
        for concept, drawing, rendering, tone in self.cells.tolist():
            table.setdefault(concept, []).append((drawing, self.config.renderings[rendering], TONES[tone]))
        return table
