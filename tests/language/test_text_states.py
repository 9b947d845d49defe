"""Several texts as one row. Example run: python -m pytest tests/language/test_text_states.py"""

import numpy as np
import pytest
import torch

from pipeline.language.text_states import ROW, encode_texts, padded, sentence_embeds
from tests.tiny import TEXT_DIM, tiny_text_encoder, tiny_tokenizer

TEXTS = ["a cat", "an apple on a red background", "a"]


@pytest.fixture(scope="module")
def encoder():
    torch.manual_seed(0)
    return tiny_tokenizer(), tiny_text_encoder()


@torch.no_grad()
def test_texts_in_one_row_are_encoded_as_each_by_itself(encoder):
    tokenizer, model = encoder
    together = encode_texts(TEXTS, tokenizer, model, torch.device("cpu"))
    for text, states in zip(TEXTS, together, strict=True):
        alone = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        assert states.shape == alone.shape and torch.allclose(states, alone, atol=1e-5)


@torch.no_grad()
def test_more_texts_than_a_row_holds_come_in_their_order(encoder):
    texts = [f"a {'cat ' * (number % 3)}" for number in range(ROW + 3)]
    states = encode_texts(texts, *encoder, torch.device("cpu"))
    assert len(states) == ROW + 3
    assert torch.allclose(states[0], states[3], atol=1e-5) and torch.allclose(states[ROW], states[ROW - 3], atol=1e-5)


@torch.no_grad()
def test_a_text_past_the_window_is_cut(encoder):
    (states,) = encode_texts(["cat " * 500], *encoder, torch.device("cpu"))
    assert states.shape == (encoder[1].config.max_position_embeddings, TEXT_DIM)


def test_padding_is_at_the_end_and_masked():
    tokens, mask = padded([torch.ones(2, 3), torch.ones(4, 3)])
    assert tokens.shape == (2, 4, 3) and mask.tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]
    assert not tokens[0, 2:].any()


def test_a_sentence_is_the_mean_of_its_tokens_at_unit_length():
    embeds = sentence_embeds([torch.tensor([[3.0, 0.0], [0.0, 4.0]])])
    assert np.allclose(embeds, [[0.6, 0.8]]) and embeds.dtype == np.float32
    assert sentence_embeds([]).shape == (0, 0)
