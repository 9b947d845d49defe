"""Sentence vectors from a folder in the transformers format: what the safety screen compares meanings with."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

__all__ = ["load_text_encoder"]

BATCH_SIZE = 64
MAX_TOKENS = 64  # of a caption; what comes later is not read


def load_text_encoder(folder: Path) -> Callable[[list[str]], np.ndarray]:
    """A function from n texts to (n, dim) float32: the L2-normalised means of the encoder's token vectors.

    `folder`: a sentence encoder, or a weights folder, whose text encoder is one.
    Raises FileNotFoundError if `folder` holds no model.
    """
    words = folder / "tokenizer" if (folder / "text_encoder").is_dir() else folder
    folder = folder / "text_encoder" if (folder / "text_encoder").is_dir() else folder
    if not (folder / "config.json").exists():
        raise FileNotFoundError(f"`text_encoder` is to be a folder with config.json and weights, got {folder}.")
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(words)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()

    @torch.no_grad()
    def embed_texts(texts: list[str]) -> np.ndarray:
        rows = []
        for start in range(0, len(texts), BATCH_SIZE):
            batch = tokenizer(
                texts[start : start + BATCH_SIZE],
                padding=True,
                truncation=True,
                max_length=MAX_TOKENS,
                return_tensors="pt",
            )
            mask = batch["attention_mask"][..., None]
            means = (model(**batch).last_hidden_state * mask).sum(1) / mask.sum(1)  # (batch, dim)
            rows.append(torch.nn.functional.normalize(means, dim=-1).numpy())
        return np.concatenate(rows)

    return embed_texts
