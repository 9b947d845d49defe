"""Example run: python -m pytest tests/training/test_super_res.py"""

import numpy as np
import pytest
import torch

from pipeline.models.super_resolution import SuperResolution
from pipeline.training.scenes import SceneSet, to_layer
from pipeline.training.super_res import CROP, _Redrawer, _SuperRes, layer_batches, main, super_res_loss
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
