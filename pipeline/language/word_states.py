"""Texts -> one vector a word, from several layers of the shared text encoder."""

from collections.abc import Sequence

import torch
from transformers import BertModel, PreTrainedTokenizerBase

__all__ = ["word_states"]


def word_states(
    texts: Sequence[str],
    spans: Sequence[Sequence[tuple[int, int]]],
    tokenizer: PreTrainedTokenizerBase,
    text_encoder: BertModel,
    layers: Sequence[int],
) -> list[torch.Tensor]:
    """The mean of each word's token states, of each layer, side by side.

    Args:
        texts: as they are said.
        spans: start and end of each word, in characters.
        tokenizer: a fast one, which knows where its tokens stand in the text.
        text_encoder: the shared one.
        layers: which of its hidden states; 0 is its embeddings.

    Returns:
        For each text (words, len(layers) * text_dim). Words past the encoder's window, and signs that its tokenizer
        drops, are zeros.
    """
    tokens = tokenizer(
        list(texts),
        padding=True,
        truncation=True,
        max_length=text_encoder.config.max_position_embeddings,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    device = text_encoder.device
    hidden = text_encoder(
        tokens.input_ids.to(device), attention_mask=tokens.attention_mask.to(device), output_hidden_states=True
    ).hidden_states
    states = torch.cat([hidden[layer] for layer in layers], dim=-1).float()
    rows = []
    for row, offsets, words in zip(states, tokens.offset_mapping.tolist(), spans, strict=True):
        sums, counts = row.new_zeros(len(words), row.shape[-1]), row.new_zeros(len(words), 1)
        owners = {at: word for word, (start, end) in enumerate(words) for at in range(start, end)}
        pairs = [
            (owners[start], token) for token, (start, end) in enumerate(offsets) if end > start and start in owners
        ]
        if pairs:
            own, token = (torch.tensor(side, device=row.device) for side in zip(*pairs, strict=True))
            sums.index_add_(0, own, row[token])
            counts.index_add_(0, own, torch.ones_like(row[token][:, :1]))
        rows.append(sums / counts.clamp(min=1))
    return rows
