"""Example run: python -m pytest tests/models/test_image_encoder.py"""

import pytest
import torch

from pipeline.models.decoder import ImageDecoder
from pipeline.models.image_encoder import ImageEncoder
from pipeline.training.decoder import start_at_inverse
from pipeline.training.embedder import principal_components, start_at_principal_components, to_pixel_values


@pytest.fixture(scope="module")
def pictures():
    """uint8 (60, 64, 64, 3): sums of six smooth patterns, so that six components say everything."""
    generator = torch.Generator().manual_seed(0)
    ramp = torch.linspace(-1, 1, 64)
    waves = torch.stack([torch.sin((i + 1) * ramp)[:, None] * torch.cos(i * ramp)[None] for i in range(6)])
    shares = torch.randn(60, 1, 6, generator=generator).expand(-1, 3, -1)  # gray pictures
    return ((torch.einsum("bck,khw->bhwc", shares, waves) * 20 + 128).clamp(0, 255)).to(torch.uint8)


@pytest.fixture(scope="module")
def encoder(pictures):
    torch.manual_seed(0)
    model = ImageEncoder(embed_dim=32, semantic_dim=8, block_out_channels=(16,), layers_per_block=(1,)).eval()
    start_at_principal_components(model, pictures)
    return model


def test_an_embedding_has_length_one_and_so_do_its_first_numbers_for_every_picture_alike(encoder, pictures):
    with torch.no_grad():
        embeds = encoder(to_pixel_values(pictures))
    assert torch.allclose(embeds.norm(dim=-1), torch.ones(60), atol=1e-5)
    # Before the vector is brought to length 1, the semantic part and the homogeneous coordinate both have length 1.
    assert torch.allclose(embeds[:, :8].norm(dim=-1), embeds[:, 8], atol=1e-5)


def test_the_decoders_linear_map_redraws_what_the_components_say(encoder, pictures):
    torch.manual_seed(0)
    decoder = ImageDecoder(
        embed_dim=32, semantic_dim=8, text_dim=16, hidden_dim=16, block_out_channels=(16, 64), layers_per_block=1
    ).eval()
    start_at_inverse(decoder, encoder, pictures)
    pixel_values = to_pixel_values(pictures)
    with torch.no_grad():  # the U-Net's last layer starts at zero: what is drawn is the linear map's
        drawn = decoder(
            torch.randn(60, 3, 64, 64), torch.full((60,), 1000.0), encoder(pixel_values), torch.randn(60, 3, 16),
            torch.ones(60, 3),
        )  # fmt: skip
    error = (drawn - pixel_values).square().mean()
    assert error < 0.02 * pixel_values.var()


def test_components_are_orthogonal_and_largest_first(pictures):
    pixels = to_pixel_values(pictures).flatten(1)
    mean, basis, scale = principal_components(pixels, 6)
    assert torch.allclose(basis.T @ basis, torch.eye(6), atol=1e-4)
    spread = ((pixels - mean) @ basis).std(0)
    assert (spread[:-1] >= spread[1:] * 0.99).all()
    coded = (pixels - mean) @ basis * scale
    assert coded.square().sum(1).mean().sqrt() == pytest.approx(2.0, rel=0.05)  # COMPONENTS_RATIO


def test_a_picture_of_another_size_is_refused_with_the_size_that_is_wanted(encoder):
    with pytest.raises(ValueError, match=r"\(batch, 3, 64, 64\)"):
        encoder(torch.zeros(1, 3, 32, 32))
