"""Embeddings as searches take them: prefixes of length 1, and words and a picture as one query.

Embeddings trained as Matryoshka (Kusupati et al. 2022, arXiv 2205.13147) stay useful when only their first numbers are
kept; cut vectors are normalised again.
"""

from typing import Any

import numpy as np

__all__ = ["checked_lengths", "mix_embeds", "to_array", "unit_prefix"]


def checked_lengths(embed_dim: int, dim: int | None, search_dim: int | None) -> tuple[int, int]:
    """How many first numbers an index keeps and how many it compares words by; None: all. Raises ValueError."""
    kept = embed_dim if dim is None else dim
    if not 1 <= kept <= embed_dim:
        raise ValueError(f"`dim` must be between 1 and `embed_dim` = {embed_dim}, got {dim}. Use 128 or 256, say.")
    compared = kept if search_dim is None else search_dim
    if not 1 <= compared <= kept:
        raise ValueError(f"`search_dim` must be between 1 and {kept}, the numbers kept, got {search_dim}. Keep more.")
    return kept, compared


def to_array(embeds: Any) -> np.ndarray:
    """Tensors on any device, arrays and lists -> float32 on the CPU. Does not import torch, which takes seconds."""
    if hasattr(embeds, "detach"):
        embeds = embeds.detach().float().cpu().numpy()
    return np.asarray(embeds, dtype=np.float32)


def mix_embeds(
    text_embeds: Any, image_embeds: Any, embed_dim: int, dim: int, *, image_weight: float = 0.5
) -> np.ndarray:
    """One query (dim,) of unit length from words (embed_dim,), a picture (embed_dim,), or both; None where absent.

    Both are cut to their first `dim` numbers and normalised; then their weighted average is.
    """
    if text_embeds is None and image_embeds is None:
        raise ValueError(
            "`text_embeds` or `image_embeds` must be given, got neither. Search for words or for a picture."
        )
    if not 0 <= image_weight <= 1:
        raise ValueError(f"`image_weight` must be between 0 and 1, got {image_weight}. 0.5 is the average.")
    given = [
        (unit_prefix(to_array(embeds).reshape(1, -1), embed_dim, dim), weight)
        for embeds, weight in ((text_embeds, 1 - image_weight), (image_embeds, image_weight))
        if embeds is not None
    ]
    if len(given) == 1:
        return given[0][0][0]
    return unit_prefix(sum(weight * embeds for embeds, weight in given), dim, dim)[0]


def unit_prefix(embeds: Any, embed_dim: int, dim: int) -> np.ndarray:
    """(n, embed_dim) of any kind -> their first numbers, (n, dim) float32, L2-normalised. Raises ValueError."""
    vectors = to_array(embeds)
    if vectors.ndim != 2 or vectors.shape[1] != embed_dim:
        raise ValueError(
            f"`embeds` must end in `embed_dim` = {embed_dim} numbers, got shape {vectors.shape}. "
            "Use the embedder that this index was made with."
        )
    vectors = vectors[:, :dim]
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (np.isfinite(norms) & (norms > 0)).all():
        raise ValueError("`embeds` must be finite and not all zero, got such a vector. Check the picture it is of.")
    return np.ascontiguousarray(vectors / norms)
