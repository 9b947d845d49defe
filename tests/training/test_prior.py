"""Example run: python -m pytest tests/training/test_prior.py"""

import numpy as np
import pytest
import torch

from pipeline.models.prior import EmbeddingPrior
from pipeline.training.pairs import StylePairs
from pipeline.training.prior import prior_loss

PHRASES = np.array([7, 7, 7, 8, 9])  # cut-outs 0 to 2 are one thing in three styles, 3 is alone, 4 is never shown
LOOKS = torch.tensor([[0.0], [1.0], [5.0], [2.0], [3.0]])
SCENES = np.array([0, 1, 2, 3] * 6)


@pytest.fixture
def drawn() -> np.ndarray:
    rows = StylePairs(PHRASES, SCENES, LOOKS).draw(4000, "seed")
    return SCENES[rows].reshape(-1, 2)


def test_a_pair_is_one_thing_in_two_drawings(drawn):
    first, second = drawn[drawn[:, 0] != 3].T
    assert set(first) == set(second) == {0, 1, 2} and (first != second).all()
    assert (drawn[drawn[:, 0] == 3] == 3).all()  # it has one drawing


def test_the_most_alike_are_drawn_more_often(drawn):
    partners = drawn[drawn[:, 0] == 0, 1]
    assert 0.7 < (partners == 1).mean() < 0.8  # half of the time, and half of the other half


def test_pairs_are_a_function_of_the_seed():
    pairs = StylePairs(PHRASES, SCENES, LOOKS)
    assert np.array_equal(pairs.draw(40, "a"), pairs.draw(40, "a"))
    assert not np.array_equal(pairs.draw(40, "a"), pairs.draw(40, "b"))


class Known(torch.nn.Module):
    def __init__(self, answer: torch.Tensor):
        super().__init__()
        self.answer = answer

    def forward(self, condition: torch.Tensor) -> torch.Tensor:
        return self.answer


class Shrunk(EmbeddingPrior):
    """Knows the clean embeds, but for the share by which it draws two styles alike."""

    def __init__(self, alike: float, embeds: torch.Tensor):
        super().__init__(embed_dim=4, text_dim=4, text_hidden_dim=8, num_text_layers=1, hidden_dim=8, num_layers=1)
        pairs = embeds.unflatten(0, (-1, 2))
        self.to_mean = Known(torch.lerp(pairs, pairs.mean(1, keepdim=True).expand_as(pairs), alike).flatten(0, 1))


@pytest.mark.parametrize(("alike", "missed"), [(0.0, 0.0), (0.5, 0.25), (1.0, 1.0)])
def test_the_styles_loss_is_the_share_of_the_difference_that_is_missing(alike, missed):
    generator = torch.Generator().manual_seed(0)
    embeds = torch.randn(512, 4, generator=generator)
    embeds[::2] = embeds[1::2] + 1  # every pair differs by as much
    batch = {
        "tokens": torch.randn(512, 3, 4, generator=generator),
        "attention_mask": torch.ones(512, 3),
        "text_embeds": torch.randn(512, 4, generator=generator),
        "image_embeds": embeds,
    }
    losses = prior_loss(Shrunk(alike, embeds), batch, generator)
    assert losses["styles"].item() == pytest.approx(missed / 1.2, abs=0.01)  # SAME_LOOKS adds a fifth below


def test_where_no_pair_differs_there_is_nothing_to_tell_apart():
    embeds = torch.ones(4, 4)
    batch = {
        "tokens": torch.ones(4, 3, 4),
        "attention_mask": torch.ones(4, 3),
        "text_embeds": torch.ones(4, 4),
        "image_embeds": embeds,
    }
    assert prior_loss(Shrunk(0.0, embeds), batch, torch.Generator().manual_seed(0))["styles"].item() == 0
