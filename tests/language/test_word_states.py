"""One vector a word. Example run: python -m pytest tests/language/test_word_states.py"""

import pytest
import torch

from pipeline.language.word_states import word_states
from tests.tiny import TEXT_DIM, tiny_text_encoder, tiny_tokenizer


@pytest.fixture(scope="module")
def states():
    torch.manual_seed(0)
    tokenizer, encoder = tiny_tokenizer(), tiny_text_encoder()

    @torch.no_grad()
    def of(texts, spans, layers=(0, 1)):
        return word_states(texts, spans, tokenizer, encoder, layers)

    of.tokenizer, of.encoder = tokenizer, encoder
    return of


def test_a_word_is_the_mean_of_its_pieces_in_every_layer(states):
    text = "a wug"  # the tokenizer spells it: w ##u ##g
    (rows,) = states([text], [[(0, 1), (2, 5)]])
    ids = states.tokenizer(text, return_tensors="pt").input_ids
    with torch.no_grad():
        hidden = states.encoder(ids, output_hidden_states=True).hidden_states
    assert ids.shape[1] == 6 and rows.shape == (2, 2 * TEXT_DIM)
    for layer in (0, 1):
        own = rows[:, layer * TEXT_DIM : (layer + 1) * TEXT_DIM]
        assert torch.allclose(own[0], hidden[layer][0, 1], atol=1e-6)
        assert torch.allclose(own[1], hidden[layer][0, 2:5].mean(0), atol=1e-6)


def test_layers_are_side_by_side_in_the_order_that_is_asked(states):
    (both,), (turned,) = (states(["a cat"], [[(2, 5)]], layers) for layers in ((0, 1), (1, 0)))
    assert torch.equal(both[:, :TEXT_DIM], turned[:, TEXT_DIM:]) and not torch.equal(both, turned)


def test_a_text_beside_a_longer_one_has_its_own_words(states):
    texts, spans = ["a cat", "an apple on a red background"], [[(0, 1), (2, 5)], [(3, 8)]]
    together, alone = states(texts, spans), [states([text], [own])[0] for text, own in zip(texts, spans, strict=True)]
    assert [rows.shape for rows in together] == [(2, 2 * TEXT_DIM), (1, 2 * TEXT_DIM)]
    for rows, own in zip(together, alone, strict=True):
        assert torch.allclose(rows, own, atol=1e-5)


@pytest.mark.parametrize(
    ("text", "spans"),
    [("a cat", []), ("  cat", [(0, 2)]), ("cat", [(50, 60)]), ("cat " * 200, [(4 * 199, 4 * 199 + 3)])],
)
def test_what_no_token_stands_for_is_zeros(states, text, spans):
    (rows,) = states([text], [spans])
    assert rows.shape == (len(spans), 2 * TEXT_DIM) and not rows.any()


def test_spans_may_part_what_the_tokenizer_joins(states):
    (whole,), (halves,) = states(["wugs"], [[(0, 4)]]), states(["wugs"], [[(0, 2), (2, 4)]])
    assert torch.allclose(halves.mean(0), whole[0], atol=1e-6)
