"""Example run: python -m pytest tests/evaluation/test_photo_encoder.py"""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from pipeline.evaluation.photo_encoder import (
    FEATURES,
    SIZE,
    PhotoEncoder,
    extract_features,
    load_encoder,
    make_collage,
    photos_to_pixels,
    random_views,
)


@pytest.fixture(scope="module")
def encoder():
    torch.manual_seed(0)
    return PhotoEncoder().eval()


def test_pixels_are_shares_of_255_in_the_networks_order():
    photos = np.zeros((1, 2, 3, 3), np.uint8)
    photos[0, 1, 2] = (255, 51, 0)
    pixels = photos_to_pixels(photos)
    assert pixels.shape == (1, 3, 2, 3) and pixels[0, :, 1, 2].tolist() == pytest.approx([1.0, 0.2, 0.0])
    assert pixels[0, :, 0, 0].tolist() == [0, 0, 0]


def test_features_of_photographs_are_those_of_their_shrunk_pixels_one_by_one(encoder):
    photos = np.random.default_rng(0).integers(0, 256, (3, 112, 112, 3), dtype=np.uint8)
    photos[0] //= 4
    found = extract_features(encoder, photos)
    assert found.shape == (3, FEATURES) and found.dtype == torch.float32
    pixels = torch.nn.functional.interpolate(photos_to_pixels(photos), (SIZE, SIZE), mode="area")
    alone = extract_features(encoder, pixels[1:2])[0]
    assert (alone - found[1]).norm() < 0.02 * found[1].norm() < (found[0] - found[1]).norm()


def test_a_saved_encoder_gives_the_same_features(encoder, tmp_path):
    save_file({name: value.contiguous() for name, value in encoder.state_dict().items()}, tmp_path / "e.safetensors")
    pixels = torch.rand(2, 3, SIZE, SIZE)
    again = load_encoder(tmp_path / "e.safetensors")
    assert not again.training and torch.equal(extract_features(again, pixels), extract_features(encoder, pixels))


@pytest.mark.parametrize(("count", "side", "empty"), [(1, 1, 0), (3, 2, 1), (7, 3, 2), (9, 3, 0)])
def test_cells_without_a_photograph_are_grey(count, side, empty):
    collage = make_collage(torch.zeros(count, 3, 20, 20))
    cell = SIZE // side
    grey = (collage == 0.5).all(0)
    assert grey.sum() == empty * cell**2
    assert empty == 0 or grey[-cell:, -empty * cell :].all()  # the last ones of the last row


def test_a_view_shows_a_part_of_the_photograph_in_other_light():
    even = torch.full((40, 3, 64, 64), 0.4)
    views = random_views(even, torch.Generator().manual_seed(0))
    light = views.mean((1, 2, 3))
    assert views.std((2, 3)).max() < 1e-4  # an even photograph stays even
    assert light.min() > 0.4 * 0.7 - 1e-3 and light.max() < 0.4 * 1.3 + 1e-3 and light.std() > 0.03
    ramp = torch.linspace(0, 1, 64).expand(40, 3, 64, 64)
    rises = random_views(ramp, torch.Generator().manual_seed(0)).diff(dim=-1).mean((1, 2, 3))
    assert 8 < (rises > 0).sum() < 32 and rises.abs().max() < 0.02  # some are mirrored, none shows more than there is
