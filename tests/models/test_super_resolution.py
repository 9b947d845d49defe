"""Example run: python -m pytest tests/models/test_super_resolution.py"""

import pytest
import torch
import torch.nn.functional as F

from pipeline.models.super_resolution import SuperResolution
from tests.tiny import tiny_components


@pytest.fixture(scope="module")
def network():
    return tiny_components()["super_res"]


def arguments(height: int = 16, width: int = 24) -> dict:
    generator = torch.Generator().manual_seed(1)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    return {
        "sample": normal(1, 4, 4 * height, 4 * width),
        "timestep": torch.tensor([500.0]),
        "image": normal(1, 4, height, width),
        "encoder_hidden_states": normal(1, 3, 32),
        "attention_mask": torch.ones(1, 3),
    }


@torch.no_grad()
def test_an_untrained_one_enlarges_by_straight_lines():
    torch.manual_seed(0)
    network, given = SuperResolution(text_dim=32, block_out_channels=(16, 32), condition_dim=16).eval(), arguments()
    expected = F.interpolate(given["image"], scale_factor=4.0, mode="bilinear", align_corners=False)
    assert torch.equal(network(**given), expected)


@torch.no_grad()
def test_no_sample_is_pure_noise_and_pure_noise_says_nothing(network):
    given = arguments()
    pure = {**given, "timestep": torch.tensor([1000.0])}
    none = network(**{**pure, "sample": None})
    assert none.shape == (1, 4, 64, 96)
    assert torch.allclose(none, network(**pure), atol=1e-5)
    assert not torch.allclose(network(**given), network(**{**given, "sample": -given["sample"]}), atol=1e-3)


@torch.no_grad()
def test_text_is_read_padding_is_not_and_the_ablation_reads_none(network):
    given = arguments()
    masked = {**given, "attention_mask": torch.tensor([[1, 1, 0]])}
    short = {
        **given, "encoder_hidden_states": given["encoder_hidden_states"][:, :2], "attention_mask": torch.ones(1, 2)
    }  # fmt: skip
    assert torch.allclose(network(**masked), network(**short), atol=1e-5)
    assert not torch.allclose(network(**masked), network(**given), atol=1e-4)
    deaf = SuperResolution(**{**network.config, "use_text": False}).eval()
    deaf.load_state_dict(network.state_dict())
    assert torch.equal(deaf(**masked), deaf(**given))


@torch.no_grad()
def test_what_is_far_away_is_not_read_but_by_the_text(network):
    """Convolutional: a change in one corner does not reach the other, so crops train it."""
    given = arguments(64, 64)
    other = {**given, "image": given["image"].clone()}
    other["image"][..., :2, :2] += 1
    change = (network(**given) - network(**other)).abs().amax((0, 1))
    assert change[:8, :8].max() > 0.1 and change[-24:, -24:].max() < 1e-6
