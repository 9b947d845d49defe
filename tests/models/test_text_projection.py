"""Example run: python -m pytest tests/models/test_text_projection.py"""

import pytest
import torch

from pipeline.models.text_projection import TextProjection


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return TextProjection(text_dim=8, embed_dim=6, num_queries=2, hidden_dim=16).eval()


@pytest.fixture
def tokens():
    return torch.randn(3, 5, 8, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def test_a_text_is_a_vector_of_length_one(model, tokens):
    embeds = model(tokens, torch.ones(3, 5))
    assert embeds.shape == (3, 6) and torch.allclose(embeds.norm(dim=-1), torch.ones(3), atol=1e-6)
    assert not torch.allclose(embeds[0], embeds[1], atol=1e-2)


@torch.no_grad()
@pytest.mark.parametrize("padding", [0.0, 1e3])
def test_what_padding_holds_is_never_read(model, tokens, padding):
    mask = torch.tensor([[1, 1, 1, 0, 0]] * 3)
    padded = torch.where(mask[..., None].bool(), tokens, torch.full_like(tokens, padding))
    assert torch.allclose(model(padded, mask), model(tokens[:, :3], torch.ones(3, 3)), atol=1e-6)


@torch.no_grad()
def test_states_are_pooled_as_a_set_for_their_order_is_the_encoders(model, tokens):
    order = torch.tensor([3, 0, 4, 2, 1])
    assert torch.allclose(model(tokens[:, order], torch.ones(3, 5)), model(tokens, torch.ones(3, 5)), atol=1e-6)


@torch.no_grad()
def test_a_query_reads_keys_and_values_of_every_token(model, tokens):
    """Projecting the few queries is projecting every token: the textbook's order of multiplications."""
    states = model.norm(tokens)
    scores = model.queries @ model.to_key(states).transpose(1, 2) / 8**0.5
    pooled = scores.softmax(-1) @ model.to_value(states)
    hidden = torch.cat([pooled, states.mean(1, keepdim=True)], 1).flatten(1)
    expected = model.text_projection(torch.nn.functional.silu(model.hidden(hidden)))
    expected = torch.nn.functional.normalize(expected, dim=-1)
    assert torch.allclose(model(tokens, torch.ones(3, 5)), expected, atol=1e-5)
