"""Example run: python -m pytest tests/training/test_super_res.py"""

import numpy as np
import pytest
import torch

from pipeline.training.scenes import SceneSet, to_layer
from pipeline.training.super_res import CROP, layer_batches
from tests.training.test_scenes import write_shard


@pytest.fixture
def pixels():
    """uint8 RGBA (4, 256, 256, 4) of noise, opaque."""
    noise = np.random.default_rng(0).integers(0, 256, (4, 256, 256, 4), dtype=np.uint8)
    noise[..., 3] = 255
    return noise


@pytest.fixture
def scenes(tmp_path, pixels):
    write_shard(tmp_path / "scenes" / "0-0000", 0, 12)
    np.save(tmp_path / "scenes" / "layers.npy", to_layer(pixels, 64))
    np.save(tmp_path / "scenes" / "phrases.npy", np.arange(len(pixels)))
    return SceneSet(tmp_path)


def test_batches_are_a_function_of_the_seed_and_the_step(scenes, pixels):
    make = [layer_batches(scenes, pixels, 4, seed) for seed in (0, 0, 1)]
    make[0](0)
    first, second, other = (each(7) for each in make)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["large"], other["large"])


def test_the_large_crop_shows_the_same_part_as_the_small_one(scenes, pixels):
    batch = layer_batches(scenes, pixels, 6, 0)(3)
    large = batch["large"].float().unflatten(1, (CROP, 4)).unflatten(3, (CROP, 4)).mean((2, 4))
    for row, (top, left) in enumerate(batch["corners"].tolist()):
        small = batch["layers"][row, top : top + CROP, left : left + CROP].float()
        assert (small - large[row]).abs().max() <= 1
