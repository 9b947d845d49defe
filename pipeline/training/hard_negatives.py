"""Harder negatives for learning by contrast: batches in which captions are alike, so that details must be told apart.

Of a batch drawn by chance, nearly all captions are of far-away things: what tells a fox from a wolf is seldom asked.
Here a batch is made of groups: an anchor, and those of a larger pool whose captions are nearest to its own (as Faghri
et al., VSE++, 2018 choose the hardest of a batch; here the batch itself is chosen, so the loss stays InfoNCE).
"""

import torch
import torch.nn.functional as F

__all__ = ["POOL", "caption_vectors", "grouped"]

POOL = 8  # rows that are looked through for one that is taken


def caption_vectors(states: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """A caption's mean token state, of length 1.

    Args:
        states: (batch, tokens, dim).
        attention_mask: (batch, tokens), 0 for padding.

    Returns:
        (batch, dim) float32.
    """
    mask = attention_mask[..., None].float()
    return F.normalize((states.float() * mask).sum(1) / mask.sum(1).clamp(min=1), dim=-1)


def grouped(vectors: torch.Tensor, captions: torch.Tensor, count: int, group: int) -> torch.Tensor:
    """Which rows of a pool are a batch of groups with like captions.

    Args:
        vectors: (pool, dim) of length 1, what each caption says.
        captions: (pool,): a number that is the same for the same words; no group holds it twice.
        count: rows of the batch.
        group: rows of a group; the first of each is taken in the pool's order.

    Returns:
        int64 (count,): no row twice.

    Raises:
        ValueError: the pool is smaller than the batch, or ``group`` is less than 1.
    """
    if group < 1:
        raise ValueError(f"`group` is to be 1 or more, got {group}. 1 takes the rows as they are drawn.")
    if len(vectors) < count:
        raise ValueError(f"The pool is to hold {count} rows or more, got {len(vectors)}. Draw more scenes.")
    free = torch.ones(len(vectors), dtype=torch.bool)
    taken: list[int] = []
    for anchor in range(len(vectors)):
        if len(taken) >= count:
            break
        if not free[anchor]:
            continue
        likeness = (vectors @ vectors[anchor]).masked_fill(~free, -torch.inf)
        likeness[anchor] = torch.inf
        words: set[int] = set()
        for at in likeness.argsort(descending=True, stable=True).tolist():
            if len(words) >= group or len(taken) >= count or not free[at]:
                break
            if int(captions[at]) not in words:
                words.add(int(captions[at]))
                free[at] = False
                taken.append(at)
    return torch.tensor(taken)
