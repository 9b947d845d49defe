"""Example run: python -m pytest tests/models/test_image_encoder.py"""

import pytest
import torch

from pipeline.models.decoder import ImageDecoder
from pipeline.models.image_encoder import POSE_DIM, ImageEncoder
from pipeline.scene.compose import compose_scene
from pipeline.scene.layout import layout
from pipeline.scene.record import Scene, Thing
from pipeline.training.decoder import start_at_inverse
from pipeline.training.embedder import principal_components, start_at_principal_components, to_layers


@pytest.fixture(scope="module")
def layers():
    """uint8 (60, 64, 64, 4): sums of six smooth patterns, so that six components say everything."""
    generator = torch.Generator().manual_seed(0)
    ramp = torch.linspace(-1, 1, 64)
    waves = torch.stack([torch.sin((i + 1) * ramp)[:, None] * torch.cos(i * ramp)[None] for i in range(6)])
    shares = torch.randn(60, 1, 6, generator=generator).expand(-1, 4, -1)
    return ((torch.einsum("bck,khw->bhwc", shares, waves) * 20 + 128).clamp(0, 255)).to(torch.uint8)


@pytest.fixture(scope="module")
def poses():
    return torch.rand(60, POSE_DIM, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def encoder(layers):
    torch.manual_seed(0)
    model = ImageEncoder(
        image_size=64, embed_dim=32, semantic_dim=8, block_out_channels=(16,), layers_per_block=(1,)
    ).eval()
    start_at_principal_components(model, layers)
    return model


def put(layers: torch.Tensor, poses: torch.Tensor) -> torch.Tensor:
    """(1, 3, 256, 256): one thing where its pose says."""
    scene = Scene(things=(Thing("a", "disc"),))
    return compose_scene(scene, layers, layout(scene, layers, poses)[0], ground=poses[0, :3])[:, :3]


def disc(side: int = 128) -> torch.Tensor:
    """(1, 4, side, side): a red disc that fills its layer, with a white hole in it."""
    ramp = torch.linspace(-1, 1, side)
    radius = (ramp[:, None].square() + ramp[None].square()).sqrt()
    layer = torch.full((4, side, side), -1.0)
    layer[0, radius < 1] = layer[3, radius < 1] = 1.0
    layer[:, radius < 0.3] = 1.0
    return layer[None]


def test_an_embedding_has_length_one_and_so_do_its_first_numbers_for_every_picture_alike(encoder, layers, poses):
    with torch.no_grad():
        embeds = encoder.embed(to_layers(layers), poses)
    assert torch.allclose(embeds.norm(dim=-1), torch.ones(60), atol=1e-5)
    # Before the vector is brought to length 1, the semantic part and the homogeneous coordinate both have length 1.
    assert torch.allclose(embeds[:, :8].norm(dim=-1), embeds[:, 8], atol=1e-5)


def test_poses_are_read_back(encoder, layers, poses):
    with torch.no_grad():
        assert torch.allclose(encoder.poses(encoder.embed(to_layers(layers), poses)), poses, atol=1e-4)


def test_a_new_pose_changes_nothing_else(encoder, layers, poses):
    with torch.no_grad():
        embeds = encoder.embed(to_layers(layers), poses)
        placed = encoder.repose(embeds, ground=torch.tensor([0.1, 0.2, 0.3]), place=torch.tensor([0.4, 0.5, 0.6]))
        back = encoder.repose(embeds, ground=poses[0, :3])
        assert torch.allclose(encoder.poses(placed), torch.linspace(0.1, 0.6, 6).expand(60, -1), atol=1e-4)
        expected = encoder.embed(to_layers(layers), torch.linspace(0.1, 0.6, 6).expand(60, -1))
    assert torch.allclose(placed, expected, atol=1e-5)
    assert torch.allclose(encoder.poses(back)[:, 3:], poses[:, 3:], atol=1e-4)


def test_the_decoders_linear_map_redraws_what_the_components_say(encoder, layers, poses):
    torch.manual_seed(0)
    decoder = ImageDecoder(
        embed_dim=32, semantic_dim=8, text_dim=16, hidden_dim=16, block_out_channels=(16, 64), layers_per_block=1
    ).eval()
    start_at_inverse(decoder, encoder, layers)
    clean = to_layers(layers)
    with torch.no_grad():  # the U-Net's last layer starts at zero: what is drawn is the linear map's
        drawn = decoder(
            torch.randn(60, 4, 64, 64), torch.full((60,), 1000.0), encoder.embed(clean, poses),
            torch.randn(60, 3, 16), torch.ones(60, 3),
        )  # fmt: skip
    error = (drawn - clean).square().mean()
    assert error < 0.02 * clean.var()


def test_components_are_orthogonal_and_largest_first(layers):
    pixels = to_layers(layers).flatten(1)
    mean, basis, scale = principal_components(pixels, 6)
    assert torch.allclose(basis.T @ basis, torch.eye(6), atol=1e-4)
    spread = ((pixels - mean) @ basis).std(0)
    assert (spread[:-1] >= spread[1:] * 0.99).all()
    coded = (pixels - mean) @ basis * scale
    assert coded.square().sum(1).mean().sqrt() == pytest.approx(2.0, rel=0.05)  # COMPONENTS_RATIO


@pytest.mark.parametrize("ground", [(1.0, 1.0, 1.0), (-0.6, 0.2, 0.5)])
def test_a_thing_on_a_flat_ground_is_taken_apart_and_put_together_again(encoder, ground):
    """White on white: what the ground does not reach from the border belongs to the thing."""
    pose = torch.tensor([[*ground, 0.4, 0.55, 0.6]])
    picture = put(disc(), pose)
    layers, poses = encoder.separate(picture)
    assert torch.allclose(poses, pose, atol=0.02)
    assert (layers[0, 3] > 0).float().mean() == pytest.approx(torch.pi / 4, abs=0.02)  # solid, hole and all
    again = put(layers, poses)
    assert (again - picture).abs().mean() < 0.02


def test_a_picture_without_a_flat_ground_is_its_own_layer(encoder):
    picture = torch.linspace(-1, 1, 128).expand(1, 3, 128, 128)
    layers, poses = encoder.separate(picture)
    assert (layers[:, 3] == 1).all() and poses[0, 3:].tolist() == [0.5, 0.5, 1.0]
    assert torch.allclose(put(layers, poses)[..., ::2, ::2], picture, atol=0.05)


def test_two_pictures_of_one_colour_each_are_told_apart(encoder):
    pictures = torch.stack([torch.full((3, 64, 64), shade) for shade in (1.0, -0.5)])
    layers, _ = encoder.separate(pictures)
    assert (layers[:, 3] == 1).all() and torch.allclose(layers[:, :3], pictures)


def test_a_picture_of_another_size_is_refused_with_the_size_that_is_wanted(encoder):
    with pytest.raises(ValueError, match=r"\(batch, 3, 64, 64\)"):
        encoder(torch.zeros(1, 3, 32, 32))
