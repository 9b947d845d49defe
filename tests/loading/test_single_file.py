"""Example run: python -m pytest tests/loading/test_single_file.py"""

import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from pipeline.loading import adapter
from pipeline.loading.errors import WeightsError
from pipeline.loading.find import find_model
from pipeline.recipe import Recipe
from pipeline.serve.render import render
from tests.ldm_checkpoint import save_checkpoint
from tests.tiny_diffusers import tiny_stable_diffusion


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A checkpoint in a folder of its own."""
    file = tmp_path_factory.mktemp("checkpoint") / "dream.safetensors"
    save_checkpoint(tiny_stable_diffusion(), file)
    return file


@pytest.fixture
def beside_settings(checkpoint, repository, tmp_path):
    """The same beside the settings of its pipeline, of which all weights are gone."""
    folder = shutil.copytree(repository("stable_diffusion"), tmp_path / "model")
    for file in folder.glob("*/*.safetensors"):
        file.unlink()
    return shutil.copy(checkpoint, folder / "dream.safetensors")


def drawn(found, pipe):
    recipe = Recipe(prompt="a cat", seed=7, **{**found.capabilities.controls, "num_inference_steps": 2})
    return render(pipe, found.capabilities.recipe(recipe, found.weights_hash))


def test_a_checkpoint_draws_what_its_pipeline_draws(beside_settings, loaded, monkeypatch):
    monkeypatch.setattr(adapter, "embed_checked", lambda picture, payload, version: picture)
    found = find_model(beside_settings)
    assert found.capabilities.model == "dream" and found.weights_hash
    own = np.asarray(drawn(*loaded("stable_diffusion")).image)
    assert np.array_equal(np.asarray(drawn(found, found.load()).image), own)


def test_the_settings_come_from_the_hub_where_none_lie_beside_it(checkpoint, repository, monkeypatch):
    asked = []

    def snapshot_download(name, revision=None, allow_patterns=None):
        asked.append((name, allow_patterns))
        return str(repository("stable_diffusion"))

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    found = find_model(checkpoint)
    assert asked[0][0] == "stable-diffusion-v1-5/stable-diffusion-v1-5"
    assert not any("safetensors" in pattern for pattern in asked[0][1])
    assert drawn(found, found.load()).image.size == (256, 256)


def refusal(path) -> str:
    with pytest.raises(WeightsError) as caught:
        find_model(path).load()
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")
    return str(caught.value)


def test_settings_that_nobody_gives_are_one_sentence(checkpoint, monkeypatch):
    def snapshot_download(*arguments, **more):
        raise FileNotFoundError("Cannot reach the Hub:\noffline")

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    assert "needs the settings of stable-diffusion-v1-5/stable-diffusion-v1-5, which the Hub" in refusal(checkpoint)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("flux1-dev-Q4.gguf", b"GGUF", "is GGUF, and of single files only .safetensors"),
        ("v1-5.ckpt", b"PK\x03\x04", "is a pickle, and of single files only .safetensors"),
        ("notes.txt", b"hello", "is no model, and of single files only .safetensors"),
        ("half.safetensors", b"", "half.safetensors is empty. Download it again"),
        ("page.safetensors", b"<html>" + bytes(90), "is a web page, saved under its name"),
    ],
)
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    assert said in refusal(tmp_path / name)


@pytest.mark.parametrize("name", ["unet.lora_A.weight", "lora_te_q_proj.lokr_w1", "lora.hada_w1_a"])
def test_a_lora_is_no_model(tmp_path, name):
    save_file({name.replace("lora.", ""): torch.zeros(1)}, tmp_path / "inks.safetensors")
    assert "holds a LoRA, which changes a model and is none" in refusal(tmp_path / "inks.safetensors")


@pytest.mark.parametrize(
    "name", ["decoder.conv_in.weight", "text_model.embeddings.weight", "emb_params", "control_model.a"]
)
def test_a_part_of_a_model_is_not_taken_for_stable_diffusion(tmp_path, name):
    """diffusers calls so whatever it does not know, and would ask the Hub for the settings."""
    save_file({name: torch.zeros(1)}, tmp_path / "part.safetensors")
    assert "no checkpoint that diffusers knows, or a part of one" in refusal(tmp_path / "part.safetensors")


def test_a_checkpoint_without_some_weights_is_refused(beside_settings):
    held = load_file(beside_settings)
    held.pop("model.diffusion_model.out.2.weight")
    save_file(held, beside_settings)
    assert "dream" in refusal(beside_settings)
