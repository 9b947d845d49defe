"""Texts -> token states, by the shared text encoder: several go through it as one row."""

import numpy as np
import torch
import torch.nn.functional as F
from transformers import BertModel, PreTrainedTokenizerBase

__all__ = ["encode_texts", "padded", "sentence_embeds"]

ROW = 32  # texts encoded at once: attention is paid for by the square of their tokens


def encode_texts(
    texts: list[str], tokenizer: PreTrainedTokenizerBase, text_encoder: BertModel, device: torch.device
) -> list[torch.Tensor]:
    """Texts -> the token states of each, (tokens, text_dim), on ``device``, where the encoder computes.

    They go through the encoder as one row in which each sees itself alone: neither a pass for each, whose cost is
    reading the weights, nor padding. Past the encoder's window a text is cut.
    """
    if len(texts) > ROW:
        rows = (texts[at : at + ROW] for at in range(0, len(texts), ROW))
        return [own for row in rows for own in encode_texts(row, tokenizer, text_encoder, device)]
    dtype = text_encoder.dtype
    ids = tokenizer(texts, truncation=True, max_length=text_encoder.config.max_position_embeddings).input_ids
    lengths = [len(own) for own in ids]
    owners = torch.arange(len(ids)).repeat_interleave(torch.tensor(lengths))
    apart = owners[:, None] != owners
    mask = torch.zeros(apart.shape, dtype=dtype).masked_fill(apart, torch.finfo(dtype).min)
    states = text_encoder(
        torch.tensor([[token for own in ids for token in own]], device=device),
        attention_mask=mask[None, None].to(device),
        position_ids=torch.cat([torch.arange(length) for length in lengths])[None].to(device),
        token_type_ids=torch.zeros(1, len(owners), dtype=torch.long, device=device),
    ).last_hidden_state
    return list(states[0].split(lengths))


def padded(states: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token states of each text -> (n, tokens, text_dim), padded at the end, and their mask (n, tokens)."""
    tokens = torch.nn.utils.rnn.pad_sequence(states, batch_first=True)
    lengths = torch.tensor([len(own) for own in states], device=tokens.device)
    return tokens, (torch.arange(tokens.shape[1], device=tokens.device) < lengths[:, None]).to(tokens.dtype)


def sentence_embeds(states: list[torch.Tensor]) -> np.ndarray:
    """The mean of each text's token states, unit length: (n, text_dim) float32."""
    means = [own.float().mean(0) for own in states]
    return F.normalize(torch.stack(means), dim=-1).cpu().numpy() if means else np.zeros((0, 0), np.float32)
