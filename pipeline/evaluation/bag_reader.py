"""What reads a bag of photographs: projection, fusion, and heads for category, attributes and a caption.

The four poolings are `ImageFusion`, the class that ships. `SetTransformer` goes one step further: it lets the pictures
of a bag look at each other (Lee et al. 2019, arXiv 1810.00825) before they are averaged.
"""

import torch
import torch.nn.functional as F
from torch import nn

from pipeline.evaluation.grocery import Grocery
from pipeline.evaluation.photo_encoder import FEATURES
from pipeline.models.fusion import FUSION_TYPES, ImageFusion

__all__ = ["READER_FUSIONS", "BagReader", "SetTransformer", "Vocabulary"]

EMBED_DIM, HIDDEN_DIM = 128, 64
DROPOUT = 0.3
READER_FUSIONS = (*FUSION_TYPES, "set transformer")


class Vocabulary:
    """Words of the captions that training may see. Index 0 ends a caption and pads, 1 starts it, 2 is any other."""

    def __init__(self, grocery: Grocery):
        self.words = [
            "<end>",
            "<start>",
            "<other>",
            *sorted({w for p in grocery.products if p.seen for w in p.caption}),
        ]
        self._index = {word: index for index, word in enumerate(self.words)}
        self.length = 1 + max(len(product.caption) for product in grocery.products)

    def encode(self, caption: tuple[str, ...]) -> list[int]:
        indices = [self._index.get(word, 2) for word in caption]
        return indices + [0] * (self.length - len(indices))

    def decode(self, indices: list[int]) -> tuple[str, ...]:
        end = indices.index(0) if 0 in indices else len(indices)
        return tuple(self.words[index] for index in indices[:end])


class SetTransformer(nn.Module):
    """(batch, num_images, dim) and mask -> (batch, dim), L2-normalised.

    Self-attention without positions is permutation-equivariant, so the average after it does not depend on the order.
    Unlike the poolings, one picture is not the identity.
    """

    def __init__(self, dim: int, layers: int = 2, heads: int = 4):
        super().__init__()
        block = nn.TransformerEncoderLayer(dim, heads, 2 * dim, dropout=0.1, batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(block, layers, enable_nested_tensor=False)

    def forward(self, image_embeds: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        scale = image_embeds.shape[-1] ** 0.5  # unit vectors -> components of about unit variance
        mixed = self.blocks(image_embeds * scale, src_key_padding_mask=~mask)
        return F.normalize((mixed * mask.unsqueeze(-1)).sum(1), dim=-1)


class BagReader(nn.Module):
    """Features of a bag's pictures -> logits of every task.

    fusion_type: one of READER_FUSIONS. mean, std: (FEATURES,) of the features that training sees.
    """

    def __init__(self, grocery: Grocery, words: Vocabulary, fusion_type: str, mean: torch.Tensor, std: torch.Tensor):
        super().__init__()
        self.fusion_type = fusion_type
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.projection = nn.Linear(FEATURES, EMBED_DIM)
        self.pool = ImageFusion(EMBED_DIM, HIDDEN_DIM) if fusion_type in FUSION_TYPES else SetTransformer(EMBED_DIM)
        sizes = {"fine": len(grocery.products), "coarse": 1 + max(p.coarse_id for p in grocery.products)}
        sizes |= {name: len(values) for name, values in grocery.attribute_values.items()}
        self.heads = nn.ModuleDict({name: nn.Linear(EMBED_DIM, size) for name, size in sizes.items()})
        self.words = nn.Embedding(len(words.words), EMBED_DIM)
        self.places = nn.Parameter(torch.zeros(words.length, EMBED_DIM))
        self.writer = nn.TransformerEncoderLayer(
            EMBED_DIM, 4, 2 * EMBED_DIM, dropout=0.0, batch_first=True, norm_first=True
        )
        self.next_word = nn.Linear(EMBED_DIM, len(words.words))

    def embed(self, features: torch.Tensor) -> torch.Tensor:
        """(batch, num_images, FEATURES) -> (batch, num_images, EMBED_DIM), L2-normalised."""
        features = F.dropout((features - self.mean) / self.std, DROPOUT, self.training)
        return F.normalize(self.projection(features), dim=-1)

    def fuse(self, features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(batch, num_images, FEATURES), (batch, num_images) bool -> (batch, EMBED_DIM) of about unit variance."""
        embeds = self.embed(features)
        if isinstance(self.pool, ImageFusion):
            fused = self.pool(embeds, mask, fusion_type=self.fusion_type).image_embeds
        else:
            fused = self.pool(embeds, mask)
        return fused * EMBED_DIM**0.5

    def classify(self, fused: torch.Tensor) -> dict[str, torch.Tensor]:
        return {name: head(fused) for name, head in self.heads.items()}

    def caption_logits(self, fused: torch.Tensor, captions: torch.Tensor) -> torch.Tensor:
        """(batch, length, words) for captions (batch, length) of indices, each word seeing those before it."""
        before = F.pad(captions[:, :-1], (1, 0), value=1)
        return self._next_words(fused, before)

    @torch.no_grad()
    def write_captions(self, fused: torch.Tensor) -> torch.Tensor:
        """(batch, length) indices, the likeliest word at each place."""
        written = torch.ones(len(fused), 1, dtype=torch.long)
        for _ in self.places:
            written = torch.cat([written, self._next_words(fused, written)[:, -1:].argmax(-1)], dim=1)
        return written[:, 1:]

    def _next_words(self, fused: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        """Logits (batch, length, words) of what follows each of `words` (batch, length), given those up to it."""
        length = words.shape[1]
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        states = self.words(words) + self.places[:length] + fused.unsqueeze(1)
        return self.next_word(self.writer(states, src_mask=later, is_causal=True))
