"""Example run: python -m pytest tests/loading/test_lora.py"""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from pipeline.loading import adapter
from pipeline.loading.errors import WeightsError
from pipeline.loading.find import find_model
from pipeline.loading.lora import find_loras, name_loaded, read_tags
from pipeline.loading.options import LoadOptions
from pipeline.recipe import Recipe, pixels_sha256, read_png
from pipeline.serve.render import render
from tests.tiny_diffusers import tiny_stable_diffusion

pytest.importorskip("peft", reason='LoRA needs peft: pip install -e ".[models]"')


def write_lora(file, seed=0):
    """Rank 2, for every query and value of the tiny UNet's attention, with numbers that show."""
    generator, state = torch.Generator().manual_seed(seed), {}
    for name, module in tiny_stable_diffusion().unet.named_modules():
        if name.endswith((".to_q", ".to_v")):
            out, into = module.weight.shape
            state[f"unet.{name}.lora_A.weight"] = torch.randn(2, into, generator=generator)
            state[f"unet.{name}.lora_B.weight"] = torch.randn(out, 2, generator=generator)
    save_file(state, file)
    return file


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loras")
    return write_lora(folder / "inks.safetensors"), write_lora(folder / "my chalk.safetensors", seed=1)


@pytest.fixture(scope="module")
def model(files, repository):
    found = find_model(repository("stable_diffusion"), LoadOptions(loras=(f"{files[0]}:0.8", str(files[1]))))
    return found, found.load()


@pytest.fixture
def unmarked(model, monkeypatch):
    monkeypatch.setattr(adapter, "embed_checked", lambda picture, payload, version: picture)
    found, pipe = model

    def draw(prompt):
        recipe = Recipe(prompt=prompt, seed=7, **{**found.capabilities.controls, "num_inference_steps": 2})
        return np.asarray(render(pipe, found.capabilities.recipe(recipe, found.weights_hash)).image)

    return draw


def test_a_prompt_weighs_what_is_loaded(model, unmarked):
    assert model[0].capabilities.loras == ("inks", "my_chalk")
    assert model[0].capabilities.lora_scales == (0.8, 1.0)
    plain = unmarked("a cat")
    assert np.array_equal(plain, unmarked("a cat <lora:inks:0.8>"))  # as it was given at the start
    none = unmarked("a cat <lora:inks:0> <lora:my_chalk:0>")
    one = unmarked("a cat <lora:inks:1.5> <lora:my_chalk:0>")
    assert not any(np.array_equal(*pair) for pair in ((plain, none), (none, one), (plain, one)))
    assert np.array_equal(plain, unmarked("a cat"))


def test_without_weight_the_picture_is_the_models_own(unmarked, loaded, monkeypatch):
    found, pipe = loaded("stable_diffusion")
    recipe = Recipe(prompt="a cat", seed=7, **{**found.capabilities.controls, "num_inference_steps": 2})
    own = np.asarray(render(pipe, found.capabilities.recipe(recipe, found.weights_hash)).image)
    none = unmarked("a cat <lora:inks:0> <lora:my_chalk:0>")
    assert np.abs(own.astype(int) - none).max() <= 1


def test_the_weights_are_named_with_their_loras(model, files, repository):
    plain = find_model(repository("stable_diffusion")).weights_hash
    names = {plain, model[0].weights_hash}
    for given in ((f"{files[0]}:0.5",), (str(files[1]),)):
        names.add(name_loaded(plain, find_loras(given)))
    assert len(names) == 4 and all(len(name) == len(plain) for name in names)
    assert name_loaded(plain, ()) == plain


def test_numbers_that_were_asked_for_are_in_the_name_of_the_weights(files):
    """Another dtype gives other pixels, and the store answers by that name."""
    loras = find_loras((str(files[0]),))
    wishes = (LoadOptions(), LoadOptions(dtype="bfloat16"), LoadOptions(dtype="float16"), LoadOptions(compile=True))
    names = [name_loaded("abcdef012345", given, wish) for given in ((), loras) for wish in wishes]
    assert len(set(names)) == 8 and names[0] == "abcdef012345"
    assert name_loaded("abcdef012345", (), LoadOptions(dtype="float32")) == "abcdef012345"
    assert name_loaded("abcdef012345", (), LoadOptions(device="cpu", offload="none")) == "abcdef012345"


def test_a_recipe_holds_all_that_another_model_was_asked_for(model, files, repository, tmp_path):
    """LoRA, scheduler, size, and a picture with a mask to draw over: from the file, by another load of the model."""
    found, pipe = model
    original, mask = (Image.effect_noise((256, 256), 90).convert("RGB"), Image.new("RGB", (256, 256), "white"))
    wish = Recipe(
        prompt="a cat <lora:inks:0.5>", negative_prompt="fog", seed=7, width=320, height=256, guidance_scale=4.5,
        num_inference_steps=4, scheduler="EulerDiscreteScheduler", similarity_strength=0.45,
        image_hashes=(pixels_sha256(original), pixels_sha256(mask)),
    )  # fmt: skip
    found.capabilities.check(wish)
    drawn = render(pipe, found.capabilities.recipe(wish, found.weights_hash), [original, mask])
    (tmp_path / "cat.png").write_bytes(drawn.png)
    read = Recipe.from_query(read_png(tmp_path / "cat.png").to_query()).recipe
    for name in (
        "prompt", "negative_prompt", "seed", "width", "height", "guidance_scale", "num_inference_steps", "scheduler",
        "similarity_strength", "image_hashes",
    ):  # fmt: skip
        assert getattr(read, name) == getattr(wish, name), name
    assert (read.model, read.weights_hash) == (found.capabilities.model, found.weights_hash)
    other = find_model(repository("stable_diffusion"), LoadOptions(loras=(f"{files[0]}:0.8", str(files[1]))))
    assert other.weights_hash == found.weights_hash and other.capabilities.adopt(read) == (read, ())
    again = render(other.load(), read, [original, mask])
    assert again.png == drawn.png
    for change in ({"scheduler": "default"}, {"similarity_strength": 0.6}, {"prompt": "a cat"}):
        assert replace(read, **change).id32 != read.id32


def test_a_lora_that_is_not_loaded_is_refused_by_name(model, loaded):
    found, pipe = model
    with pytest.raises(ValueError, match="has no LoRA 'oils'. It has inks, my_chalk"):
        render(pipe, found.capabilities.recipe(Recipe(prompt="a cat <lora:oils:1>"), found.weights_hash))
    found, pipe = loaded("stable_diffusion")
    with pytest.raises(ValueError, match="has no LoRA 'inks'. It has none; start with `--lora FILE`"):
        render(pipe, found.capabilities.recipe(Recipe(prompt="a cat <lora:inks>"), found.weights_hash))


@pytest.mark.parametrize(
    ("prompt", "plain", "scales"),
    [
        ("a cat", "a cat", {}),
        ("a <lora:inks:0.5> cat", "a cat", {"inks": 0.5}),
        ("a cat<lora:inks>", "a cat", {"inks": 1.0}),
        ("a cat <lora:a:-1> <lora:b:2>", "a cat", {"a": -1.0, "b": 2.0}),
        ("a  <b> <lora:> cat", "a  <b> <lora:> cat", {}),
    ],
)
def test_tags_are_read_and_taken_out(prompt, plain, scales):
    assert read_tags(prompt) == (plain, scales)


def test_what_is_no_lora_is_one_sentence(files, tmp_path, repository):
    other = tmp_path / "other.safetensors"
    save_file(
        {"unet.nothing.lora_A.weight": torch.zeros(2, 3), "unet.nothing.lora_B.weight": torch.zeros(3, 2)}, other
    )
    part = tmp_path / "part.safetensors"  # one of the two matrices of each pair
    save_file({name: tensor for name, tensor in load_file(files[0]).items() if "lora_A" in name}, part)
    (tmp_path / "half.safetensors").write_bytes(files[0].read_bytes()[:-5])
    (tmp_path / "inks.safetensors").write_bytes(files[0].read_bytes())
    (tmp_path / "pickle.ckpt").write_bytes(b"0")
    wrong = {
        str(tmp_path / "gone.safetensors"): "There is no LoRA at",
        str(tmp_path / "pickle.ckpt"): "is no .safetensors file",
        str(tmp_path / "half.safetensors"): "is only half there",
        str(tmp_path): "takes one file, and .* holds 4",
        f"{files[0]}:11": "a number from -10 to 10, got 11",
        str(other): "Leave it out, or choose another LoRA|is made for another model",
        str(part): "The LoRA part.safetensors does not fit: .* Leave it out, or choose another LoRA",
        " ": "`--lora` is empty",
    }
    for given, said in wrong.items():
        with pytest.raises(WeightsError, match=said) as caught:
            find_model(repository("stable_diffusion"), LoadOptions(loras=(given,))).load()
        assert "\n" not in str(caught.value)
    with pytest.raises(WeightsError, match="Two LoRAs are called inks"):
        find_loras((str(files[0]), str(tmp_path / "inks.safetensors")))


def test_a_pipeline_without_loras_says_so(files, repository):
    with pytest.raises(WeightsError, match=r"\(UnCLIPPipeline\) takes no LoRA"):
        find_model(repository("unclip"), LoadOptions(loras=(str(files[0]),))).load()
