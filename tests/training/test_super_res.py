"""Example run: python -m pytest tests/training/test_super_res.py"""

import numpy as np
import pytest
import torch

from pipeline.models.super_resolution import SuperResolution
from pipeline.training.scenes import SceneSet, to_layer
from pipeline.training.super_res import (
    CROP,
    _blur,
    _degrade,
    _Redrawer,
    _SuperRes,
    layer_batches,
    main,
    super_res_loss,
)
from tests.evaluation.cutout_zip import write_cutouts
from tests.tiny import tiny_components
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


def test_the_loss_is_a_function_of_its_generator_and_falls_along_its_gradient(scenes, pixels):
    torch.manual_seed(0)
    network = SuperResolution(text_dim=scenes.text_dim, block_out_channels=(16, 32, 32), condition_dim=32)
    model, batch = _SuperRes(network, None), layer_batches(scenes, pixels, 2, 0)(0)

    def losses():
        return super_res_loss(model, batch, torch.Generator().manual_seed(1))

    before = losses()
    assert set(before) == {"loss", "psnr", "bilinear_psnr"} and torch.equal(before["loss"], losses()["loss"])
    before["loss"].backward()
    parameters = [parameter for parameter in model.parameters() if parameter.grad is not None]
    length = torch.stack([parameter.grad.norm() for parameter in parameters]).norm()
    with torch.no_grad():
        for parameter in parameters:
            parameter -= 0.01 * parameter.grad / length
    after = losses()
    assert after["loss"] < before["loss"] and after["bilinear_psnr"] == before["bilinear_psnr"]


def test_a_redrawn_picture_is_guessed_by_its_own_row_where_others_are_left_out():
    parts = tiny_components()
    names = "image_encoder", "prior", "decoder"
    redrawer = _Redrawer(*(parts[name] for name in names), indices=torch.tensor([1, 4, 5, 7]))
    assert torch.equal(redrawer.cells[[1, 4, 5, 7]], parts["prior"].cells.long())


def test_a_prior_of_other_pictures_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # decoded pictures are kept in runs/cache
    write_cutouts(tmp_path / "pictures")
    write_shard(tmp_path / "run" / "scenes" / "0-0000", 0, 12)
    np.save(tmp_path / "run" / "scenes" / "layers.npy", np.zeros((30, 64, 64, 4), np.uint8))
    np.save(tmp_path / "run" / "scenes" / "phrases.npy", np.arange(30))
    parts = tiny_components()
    for stage, name in (("embedder", "image_encoder"), ("prior", "prior"), ("decoder", "decoder")):
        parts[name].save_pretrained(tmp_path / "run" / stage / name)
    with pytest.raises(SystemExit, match="was taught 4 pictures, `--input` holds 30"):
        main(["--input", "pictures", "--preset", "tiny", "--run", "run", "--steps", "1"])


def test_blur_keeps_what_is_even_and_spreads_a_point_as_a_gaussian_does():
    even = torch.full((1, 4, 12, 12), 0.3)
    assert torch.allclose(_blur(even, 1.2), even, atol=1e-6)  # to the very border
    point = torch.zeros(1, 1, 15, 15)
    point[..., 7, 7] = 1.0
    soft, softer = _blur(point, 0.6)[0, 0], _blur(point, 1.2)[0, 0]
    assert soft.sum().item() == pytest.approx(1) and soft[7, 7] > softer[7, 7] > 0
    assert torch.allclose(softer, softer.T, atol=1e-7) and torch.allclose(softer, softer.flip(0), atol=1e-7)
    assert (softer[7, 8] / softer[7, 7]).item() == pytest.approx(np.exp(-1 / (2 * 1.2**2)), rel=1e-4)


def test_what_the_decoder_does_to_a_layer_is_guessed_and_nothing_gets_no_colour():
    layers = torch.full((3, 4, 24, 24), -1.0)
    layers[..., 4:20] = 0.5
    degraded = [_degrade(layers, torch.Generator().manual_seed(seed)) for seed in range(12)]
    assert all(one.min() >= -1 and one.max() <= 1 for one in degraded)
    assert torch.equal(degraded[0], _degrade(layers, torch.Generator().manual_seed(0)))
    shift = torch.stack([(one - layers)[..., 8:16].mean((2, 3)) for one in degraded])  # (12, rows, channels)
    assert shift[..., :3].std() > 0.01 > 0.005 > shift[..., 3].std()  # alpha has no colour to drift
    empty = torch.full((3, 4, 24, 24), -1.0)
    drift = torch.stack([_degrade(empty, torch.Generator().manual_seed(seed)) + 1 for seed in range(12)])
    assert drift.mean((3, 4)).max() < 0.03  # the noise alone, which cannot fall below nothing


def test_layers_smaller_than_a_crop_are_taken_whole(tmp_path, pixels):
    write_shard(tmp_path / "scenes" / "0-0000", 0, 12)
    np.save(tmp_path / "scenes" / "layers.npy", to_layer(pixels[:, :64, :64], 16))
    np.save(tmp_path / "scenes" / "phrases.npy", np.arange(len(pixels)))
    batch = layer_batches(SceneSet(tmp_path), pixels[:, :64, :64], 3, 0)(1)
    assert batch["large"].shape == (3, 64, 64, 4) and not batch["corners"].any()
    assert batch["layers"].shape == (3, 16, 16, 4)


def test_pictures_of_another_number_than_the_scenes_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_cutouts(tmp_path / "pictures")
    write_shard(tmp_path / "run" / "scenes" / "0-0000", 0, 12)
    np.save(tmp_path / "run" / "scenes" / "layers.npy", np.zeros((4, 64, 64, 4), np.uint8))
    np.save(tmp_path / "run" / "scenes" / "phrases.npy", np.arange(4))
    with pytest.raises(
        SystemExit, match="has 30 pictures, the scenes of run were made of 4. Give the --input and --tiers"
    ):
        main(["--input", "pictures", "--preset", "tiny", "--run", "run", "--steps", "1"])
