"""Example run: python -m pytest tests/models/test_decoder.py"""

import pytest
import torch
import torch.nn.functional as F

from pipeline.models.decoder import ImageDecoder
from tests.tiny import tiny_components

FIRST = 8 + 1 + 6  # of an embedding of 32: what is shown, the homogeneous coordinate, the pose


@pytest.fixture(scope="module")
def decoder():
    return tiny_components()["decoder"]


def arguments(count: int = 2) -> dict:
    generator = torch.Generator().manual_seed(1)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    embeds = F.normalize(normal(count, 32), dim=-1)
    embeds[:, 8] = embeds[:, 8].abs() + 0.2
    return {
        "sample": normal(count, 4, 64, 64),
        "timestep": torch.full((count,), 400.0),
        "image_embeds": embeds,
        "encoder_hidden_states": normal(count, 4, 32),
        "attention_mask": torch.ones(count, 4),
    }


def fresh() -> ImageDecoder:
    """Its last layer is zero: what is drawn is the linear map's."""
    torch.manual_seed(0)
    sizes = {"embed_dim": 32, "semantic_dim": 8, "text_dim": 32, "hidden_dim": 32}
    return ImageDecoder(**sizes, block_out_channels=(16, 64), layers_per_block=1).eval()


@torch.no_grad()
def test_an_untrained_one_draws_the_linear_map_of_what_the_components_are():
    decoder, given = fresh(), arguments()
    lifted = given["image_embeds"][:, FIRST:] / given["image_embeds"][:, 8, None]
    drawn = decoder.linear(lifted).view(2, 4, 32, 32)
    expected = F.interpolate(drawn, scale_factor=2.0, mode="bilinear", align_corners=False)
    assert torch.allclose(decoder(**given), expected, atol=1e-5)


@torch.no_grad()
def test_the_length_of_the_components_is_undone_by_the_homogeneous_coordinate():
    decoder, given = fresh(), arguments()
    shorter = {**given, "image_embeds": 0.5 * given["image_embeds"]}
    assert torch.allclose(decoder(**shorter), decoder(**given), atol=1e-5)


@torch.no_grad()
def test_pure_noise_says_nothing_and_less_noise_says_something(decoder):
    given = arguments()
    other = {**given, "sample": given["sample"].flip(-1)}
    pure = torch.full((2,), 1000.0)
    assert torch.equal(decoder(**{**given, "timestep": pure}), decoder(**{**other, "timestep": pure}))
    assert not torch.allclose(decoder(**given), decoder(**other), atol=1e-3)


@torch.no_grad()
def test_text_is_read_and_padding_is_not(decoder):
    given = arguments()
    mask = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1]])
    usual = decoder(**{**given, "attention_mask": mask})
    states = given["encoder_hidden_states"].clone()
    states[0, 2:] = 7.0
    assert torch.allclose(decoder(**{**given, "attention_mask": mask, "encoder_hidden_states": states}), usual)
    states[0, 1] = torch.arange(32.0)
    assert not torch.allclose(
        decoder(**{**given, "attention_mask": mask, "encoder_hidden_states": states})[0], usual[0], atol=1e-3
    )


@torch.no_grad()
def test_the_ablation_reads_what_is_shown_and_not_how_it_looks(decoder):
    blind = ImageDecoder(**{**decoder.config, "use_components": False}).eval()
    blind.load_state_dict(decoder.state_dict())
    given = arguments()
    looks, shown = given["image_embeds"].clone(), given["image_embeds"].clone()
    looks[:, FIRST:] = looks[:, FIRST:].flip(1)
    shown[:, :8] = shown[:, :8].flip(1)
    usual = blind(**given)
    assert torch.equal(blind(**{**given, "image_embeds": looks}), usual)
    assert not torch.allclose(blind(**{**given, "image_embeds": shown}), usual, atol=1e-4)
    assert not torch.allclose(decoder(**{**given, "image_embeds": looks}), decoder(**given), atol=1e-3)


@torch.no_grad()
def test_rows_of_a_batch_do_not_know_of_each_other(decoder):
    given = arguments()
    alone = decoder(**{name: value[1:] for name, value in given.items()})
    assert torch.allclose(decoder(**given)[1:], alone, atol=1e-5)
