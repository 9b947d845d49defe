"""What reads a bag of photographs: projection, fusion, and heads for category, attributes and a caption.

The four poolings are `ImageFusion`, the class that ships. `SetTransformer` goes one step further: it lets the pictures
of a bag look at each other (Lee et al. 2019, arXiv 1810.00825) before they are averaged. `TextAttention` is what MIVC
leaves open: how much a picture counts depends on what is asked.
"""

import torch
import torch.nn.functional as F
from torch import nn

from pipeline.evaluation.grocery import Grocery
from pipeline.evaluation.photo_encoder import FEATURES
from pipeline.models.fusion import FUSION_TYPES, ImageFusion

__all__ = ["QUESTIONS", "READER_FUSIONS", "BagReader", "SetTransformer", "TextAttention", "CaptionWords"]

EMBED_DIM, HIDDEN_DIM = 128, 64
DROPOUT = 0.3
READER_FUSIONS = (*FUSION_TYPES, "set transformer", "text attention")
QUESTIONS = {  # task: what is asked of a bag. "{}" is "product", or the coarse class where the reader is told it
    "fine": "Which {} is this?",
    "coarse": "What sort of food is this?",
    "kind": "Is the {} a fruit, a vegetable, a juice, a milk or a yoghurt?",
    "package": "How large is the package of the {}?",
    "brand": "Which brand is the {}?",
    "fat": "How much fat does the {} have?",
    "base": "Is the {} made of milk, of soy or of oats?",
    "organic": "Is the {} organic?",
    "taste": "What does the {} taste like?",
    "colour": "Which colour is the {}?",
    "caption": "Describe the {}.",
}
_PLACES = {task: place for place, task in enumerate(QUESTIONS)}


class CaptionWords:
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


class TextAttention(nn.Module):
    """Attention whose query is a text: the score of a picture is (W t)^T tanh(V h_k), t being the text's embedding.

    It is Eq. 8 of Ilse et al. 2018 with w made of what is asked. Untrained, it is the mean.
    """

    def __init__(self, dim: int, hidden_dim: int, text_dim: int):
        super().__init__()
        self.v = nn.Linear(dim, hidden_dim, bias=False)
        self.w = nn.Linear(text_dim, hidden_dim, bias=False)
        nn.init.normal_(self.v.weight)
        nn.init.zeros_(self.w.weight)

    def forward(
        self, image_embeds: torch.Tensor, mask: torch.Tensor, text_embeds: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """(batch, num_images, dim), (batch, num_images) bool, (batch, texts, text_dim) -> one fused row for each text,
        (batch, texts, dim), L2-normalised, and the weights, (batch, texts, num_images).
        """
        scores = self.w(text_embeds) @ torch.tanh(self.v(image_embeds)).transpose(1, 2)
        weights = scores.masked_fill(~mask.unsqueeze(1), -torch.inf).softmax(-1)
        return F.normalize(weights @ image_embeds, dim=-1), weights


class BagReader(nn.Module):
    """Features of a bag's pictures and a question for each task -> logits of every task.

    fusion_type: one of READER_FUSIONS. mean, std: (FEATURES,) of the features that training sees. text_dim: length of
    a question's embedding. told: whether the heads read the questions, too, which then say the coarse class.
    """

    def __init__(
        self,
        grocery: Grocery,
        words: CaptionWords,
        fusion_type: str,
        mean: torch.Tensor,
        std: torch.Tensor,
        text_dim: int,
        told: bool = False,
    ):
        super().__init__()
        self.fusion_type = fusion_type
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.projection = nn.Linear(FEATURES, EMBED_DIM)
        self.pool = _make_pool(fusion_type, text_dim)
        self.told = nn.Linear(text_dim, EMBED_DIM) if told else None
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

    def fuse(self, features: torch.Tensor, mask: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
        """What each task reads, (batch, tasks, EMBED_DIM) of about unit variance, in the order of QUESTIONS.

        features: (batch, num_images, FEATURES); mask: (batch, num_images) bool; texts: (batch, tasks, text_dim), the
        questions' embeddings.
        """
        embeds = self.embed(features)
        if isinstance(self.pool, TextAttention):
            fused = self.pool(embeds, mask, texts)[0]
        elif isinstance(self.pool, ImageFusion):
            fused = self.pool(embeds, mask, fusion_type=self.fusion_type).image_embeds.unsqueeze(1)
        else:
            fused = self.pool(embeds, mask).unsqueeze(1)
        fused = fused.expand(-1, len(QUESTIONS), -1) * EMBED_DIM**0.5
        return fused if self.told is None else fused + self.told(texts)

    def shares(self, features: torch.Tensor, mask: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
        """How much each picture decides, (batch, num_images), rows of sum 1: the mean over the questions.

        Raises TypeError for a set transformer, which has no such weights.
        """
        embeds = self.embed(features)
        if isinstance(self.pool, TextAttention):
            return self.pool(embeds, mask, texts)[1].mean(1)
        if isinstance(self.pool, ImageFusion):
            return self.pool(embeds, mask, fusion_type=self.fusion_type).weights
        raise TypeError(
            f"`shares` needs a pooling that weighs pictures, got {self.fusion_type!r}. Ask another reader."
        )

    def classify(self, fused: torch.Tensor) -> dict[str, torch.Tensor]:
        """Logits of every task but the caption, of what `fuse` returns."""
        return {name: head(fused[:, _PLACES[name]]) for name, head in self.heads.items()}

    def caption_logits(self, fused: torch.Tensor, captions: torch.Tensor) -> torch.Tensor:
        """(batch, length, words) of what `fuse` returns, for captions (batch, length) of indices.

        Each word sees those before it.
        """
        before = F.pad(captions[:, :-1], (1, 0), value=1)
        return self._next_words(fused[:, _PLACES["caption"]], before)

    @torch.no_grad()
    def write_captions(self, fused: torch.Tensor) -> torch.Tensor:
        """(batch, length) indices, the likeliest word at each place, of what `fuse` returns."""
        written = torch.ones(len(fused), 1, dtype=torch.long)
        for _ in self.places:
            following = self._next_words(fused[:, _PLACES["caption"]], written)[:, -1:].argmax(-1)
            written = torch.cat([written, following], dim=1)
        return written[:, 1:]

    def _next_words(self, fused: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        """Logits (batch, length, words) of what follows each of `words` (batch, length), given those up to it."""
        length = words.shape[1]
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        states = self.words(words) + self.places[:length] + fused.unsqueeze(1)
        return self.next_word(self.writer(states, src_mask=later, is_causal=True))


def _make_pool(fusion_type: str, text_dim: int) -> nn.Module:
    if fusion_type in FUSION_TYPES:
        return ImageFusion(EMBED_DIM, HIDDEN_DIM)
    if fusion_type == "text attention":
        return TextAttention(EMBED_DIM, HIDDEN_DIM, text_dim)
    return SetTransformer(EMBED_DIM)
