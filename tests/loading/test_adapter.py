"""Example run: python -m pytest tests/loading/test_adapter.py"""

import json
import shutil
import threading

import pytest
import torch
from PIL import Image

from pipeline.loading.capabilities import CONTROLS, EASEL
from pipeline.loading.errors import WeightsError
from pipeline.loading.find import find_model
from pipeline.loading.options import LoadOptions
from pipeline.loading.repository import read_capabilities
from pipeline.loading.weights import name_weights
from pipeline.recipe import DEFAULTS, SCHEMA, Recipe, pixels_sha256, read_png
from pipeline.safety import Refused
from pipeline.serve.render import Cancelled, render
from pipeline.serve.studio import Studio
from pipeline.watermark import verify

FAMILIES = ("stable_diffusion", "sdxl", "unclip", "kandinsky", "flux", "flux_schnell", "flux_kontext")


def recipe_for(found, **wishes):
    """Two steps of everything that counts steps."""
    few = {name: 2 for name in found.capabilities.controls if name.endswith("steps")}
    recipe, _ = found.capabilities.adopt(Recipe(prompt="a cat", seed=7))
    return found.capabilities.recipe(Recipe(**{**_fields(recipe), **few, **wishes}), found.weights_hash)


def _fields(recipe):
    return {name: getattr(recipe, name) for name in recipe.__dataclass_fields__}


@pytest.mark.parametrize(
    ("family", "stages", "side"),
    [("unclip", ["prior", "decoder", "super_res"], 256), ("flux_kontext", ["decoder"], 256)],
)  # all others: `test_families`
def test_a_foreign_picture_is_marked_and_reproducible_from_its_file(loaded, tmp_path, family, stages, side):
    found, pipe = loaded(family)
    recipe, seen = recipe_for(found), []
    first = render(pipe, recipe, on_stage=lambda stage: seen.append((stage.name, stage.step, stage.num_steps)))
    assert seen == [(stage, step, 2) for stage in stages for step in (1, 2)]
    assert first.image.size == (side, side)
    (tmp_path / "cat.png").write_bytes(first.png)
    said = read_png(tmp_path / "cat.png")
    assert (said.model, said.weights_hash) == (family, found.weights_hash)
    assert verify(first.image).payload == said.id32
    again = Recipe.from_query(said.to_query()).recipe
    assert again == recipe and render(pipe, again).png == first.png


@pytest.mark.parametrize(("family", "step"), [("stable_diffusion", 1), ("unclip", 3)])
def test_cancel_stops_a_foreign_pipeline_within_one_step(loaded, family, step):
    found, pipe = loaded(family)
    cancel, seen = threading.Event(), []

    def on_stage(stage):
        seen.append(stage)
        if len(seen) == step:
            cancel.set()

    with pytest.raises(Cancelled):
        render(pipe, recipe_for(found), on_stage=on_stage, cancel=cancel)
    assert len(seen) == step
    assert render(pipe, recipe_for(found)).image.size == (256, 256)


def test_an_unsafe_prompt_never_reaches_a_foreign_pipeline(loaded):
    found, pipe = loaded("stable_diffusion")
    seen = []
    with pytest.raises(Refused, match="because it asks for nudity"):
        render(pipe, recipe_for(found, prompt="a nude woman"), on_stage=seen.append)
    assert not seen


def test_the_controls_are_those_of_the_pipeline(repository):
    found = {family: read_capabilities(repository(family), family) for family in FAMILIES}
    assert found["stable_diffusion"].controls == {"num_inference_steps": 50, "guidance_scale": 7.5}
    assert found["unclip"].controls == {
        "num_inference_steps": 25, "guidance_scale": 8.0, "prior_num_inference_steps": 25,
        "prior_guidance_scale": 4.0, "super_res_num_inference_steps": 7,
    }  # fmt: skip
    assert "super_res_num_inference_steps" not in found["kandinsky"].controls
    assert found["sdxl"].controls == {"num_inference_steps": 50, "guidance_scale": 5.0}
    assert found["flux"].controls == {"num_inference_steps": 28, "guidance_scale": 3.5}
    assert found["flux_schnell"].controls == {"num_inference_steps": 4}
    assert {family for family in FAMILIES if found[family].negative_prompt} == {
        "stable_diffusion", "sdxl", "kandinsky",
    }  # fmt: skip
    assert {family: found[family].max_references for family in FAMILIES} == {
        "stable_diffusion": 2, "sdxl": 2, "unclip": 0, "kandinsky": 1, "flux": 2, "flux_schnell": 2, "flux_kontext": 1,
    }  # fmt: skip
    assert {family for family in FAMILIES if not found[family].similarity} == {"unclip", "flux_kontext"}


def test_a_setting_that_would_have_no_effect_is_refused(repository):
    unclip = read_capabilities(repository("unclip"), "unclip")
    with pytest.raises(ValueError, match="takes no negative prompt"):
        unclip.check(Recipe(prompt="a cat", negative_prompt="fog"))
    with pytest.raises(ValueError, match="takes no reference pictures, got 1"):
        unclip.check(Recipe(image_hashes=("0" * 64,)))
    plain = read_capabilities(repository("stable_diffusion"), "sd")
    with pytest.raises(ValueError, match="`prior_guidance_scale` has no effect on the model sd"):
        plain.check(Recipe(prompt="a cat", prior_guidance_scale=3.0))
    with pytest.raises(ValueError, match="`variety` has no effect on the model sd"):
        plain.check(Recipe(prompt="a cat", variety=0.1))
    EASEL.check(Recipe(prompt="a cat", negative_prompt="fog", guidance_scale=3.0, image_hashes=("0" * 64,)))


def test_a_link_of_another_model_is_drawn_with_this_ones_settings(repository):
    plain = read_capabilities(repository("stable_diffusion"), "sd")
    ours = Recipe(prompt="a cat", seed=7, weights_hash="abc", num_inference_steps=4, prior_guidance_scale=5.0)
    adopted, notes = plain.adopt(ours)
    assert (adopted.prompt, adopted.seed, adopted.num_inference_steps, adopted.guidance_scale) == ("a cat", 7, 50, 7.5)
    assert adopted.prior_guidance_scale == DEFAULTS[SCHEMA]["prior_guidance_scale"]
    assert len(notes) == 1 and "made with the model easel" in notes[0]
    theirs = plain.recipe(adopted, "def")
    assert plain.adopt(theirs) == (theirs, ())
    back, notes = EASEL.adopt(theirs)
    assert back.num_inference_steps == EASEL.start("num_inference_steps") and "made with the model sd" in notes[0]


@pytest.mark.parametrize("version", ["", "&v=2", "&v=3"])
def test_a_link_typed_by_hand_is_drawn_as_the_models_own_form_would(repository, version):
    plain = read_capabilities(repository("stable_diffusion"), "sd")
    adopted, notes = plain.adopt(Recipe.from_query(f"?prompt=a+cat{version}").recipe)
    start = {name: plain.start(name) for name in CONTROLS}
    assert (adopted, notes) == (Recipe(model="sd", prompt="a cat", **start), ())
    assert plain.adopt(adopted) == (adopted, ())
    wished, notes = plain.adopt(Recipe.from_query(f"?prompt=a+cat&steps=3&guidance=4{version}").recipe)
    assert (wished.num_inference_steps, wished.guidance_scale, notes) == (3, 4.0, ())
    ours = Recipe.from_query(f"?prompt=a+cat{version}").recipe
    assert EASEL.adopt(ours) == (ours, ())


@pytest.mark.parametrize("schema", DEFAULTS)
def test_what_a_model_has_no_control_for_is_never_in_its_recipes(repository, schema):
    plain = read_capabilities(repository("stable_diffusion"), "sd")
    start = {name: plain.start(name) for name in plain.controls}
    old = plain.recipe(Recipe(schema=schema, **{**DEFAULTS[schema], **start, "prompt": "a cat"}), "def")
    plain.check(old)
    assert plain.adopt(old) == (old, ())
    form = plain.recipe(Recipe(**{**_fields(old), "schema": SCHEMA, "prompt": "a dog"}), "def")
    plain.check(form)
    assert "prior" not in form.to_query()


def test_what_the_model_lacks_is_left_out_of_its_own_link_with_a_note(repository):
    unclip = read_capabilities(repository("unclip"), "unclip")
    adopted, notes = unclip.adopt(Recipe(model="unclip", prompt="a cat", negative_prompt="fog"))
    assert adopted.negative_prompt == "" and "has no negative prompt" in notes[0]


@pytest.mark.slow
def test_a_reference_picture_reaches_a_pipeline_that_takes_one(loaded, monkeypatch):
    from diffusers.pipelines.flux import pipeline_flux_kontext

    monkeypatch.setattr(pipeline_flux_kontext, "PREFERRED_KONTEXT_RESOLUTIONS", [(64, 64)])
    found, pipe = loaded("flux_kontext")
    drawn = []
    for colour in ("red", "blue"):
        image = Image.new("RGB", (64, 64), colour)
        drawn.append(render(pipe, recipe_for(found, image_hashes=(pixels_sha256(image),)), [image]))
    assert drawn[0].pixels_hash != drawn[1].pixels_hash
    assert drawn[0].image_weights == [1.0]


def test_a_held_back_picture_is_said_and_not_handed_out(loaded, monkeypatch):
    found, pipe = loaded("stable_diffusion")

    def held_back(image, device, dtype):
        return image, [True]

    monkeypatch.setattr(pipe.pipe, "run_safety_checker", held_back)
    with pytest.raises(ValueError, match="own safety check held this picture back"):
        render(pipe, recipe_for(found))


# What cannot be used


@pytest.fixture
def copy(repository, tmp_path):
    return shutil.copytree(repository("stable_diffusion"), tmp_path / "copy")


def refusal(path) -> str:
    with pytest.raises(WeightsError) as caught:
        find_model(path).load()
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")
    return str(caught.value)


def test_a_folder_without_an_index_is_refused(tmp_path):
    (tmp_path / "pictures").mkdir()
    assert "pictures has no model_index.json" in refusal(tmp_path / "pictures")


@pytest.mark.parametrize("name", ["DDPMPipeline", "StableVideoDiffusionPipeline", "UnCLIPImageVariationPipeline"])
def test_a_repository_that_draws_nothing_from_text_is_refused(copy, name):
    index = json.loads((copy / "model_index.json").read_text())
    (copy / "model_index.json").write_text(json.dumps({**index, "_class_name": name}))
    assert f"copy is not a text-to-image repository: its pipeline is {name}" in refusal(copy)


def test_a_pipeline_that_diffusers_does_not_have_is_refused(copy):
    index = json.loads((copy / "model_index.json").read_text())
    (copy / "model_index.json").write_text(json.dumps({**index, "_class_name": ["own_code", "OwnPipeline"]}))
    assert "made for OwnPipeline, which diffusers" in refusal(copy)


def test_pickles_are_refused_unread(copy):
    class Loud:
        def __reduce__(self):
            return print, ("run",)

    next((copy / "unet").glob("*.safetensors")).unlink()
    torch.save(Loud(), copy / "unet" / "diffusion_pytorch_model.bin")
    assert "has its unet as a pickle only (diffusion_pytorch_model.bin)" in refusal(copy)


def test_a_missing_component_is_named(copy):
    shutil.rmtree(copy / "vae")
    assert "lacks its component vae" in refusal(copy)


def test_a_model_too_small_for_the_mark_is_refused(copy):
    config = json.loads((copy / "unet" / "config.json").read_text())
    (copy / "unet" / "config.json").write_text(json.dumps({**config, "sample_size": 16}))
    assert "draws 64x64 pixels, and the watermark needs 256x256" in refusal(copy)


def test_weights_that_do_not_fit_are_one_sentence(copy):
    shutil.copy(next((copy / "vae").glob("*.safetensors")), next((copy / "unet").glob("*.safetensors")))
    assert "weights of copy (StableDiffusionPipeline) do not fit their configuration" in refusal(copy)


def test_the_name_of_the_weights_changes_with_them(copy, repository):
    assert name_weights(copy) == name_weights(repository("stable_diffusion"))
    file = next((copy / "unet").glob("*.safetensors"))
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert name_weights(copy) != name_weights(repository("stable_diffusion"))


# The Hub: what is fetched when, and what is said where it cannot be


def test_a_name_on_the_hub_is_fetched_in_two_steps_and_named_by_its_commit(repository, tmp_path, monkeypatch):
    commit, asked, whole = "0123456789abcdef0123456789abcdef01234567", [], repository("stable_diffusion")
    snapshot = tmp_path / commit
    shutil.copytree(repository("stable_diffusion"), snapshot, ignore=shutil.ignore_patterns("*.safetensors"))

    def snapshot_download(repository, revision=None, allow_patterns=None):
        asked.append((repository, revision, allow_patterns))
        return str(snapshot)

    def download(repository, revision=None, use_safetensors=None):
        asked.append((repository, revision, use_safetensors))
        shutil.copytree(whole, snapshot, dirs_exist_ok=True)
        return str(snapshot)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    monkeypatch.setattr("diffusers.StableDiffusionPipeline.download", download)
    found = find_model("owner/tiny-sd@v2")
    assert found.capabilities.model == "owner/tiny-sd"
    assert asked[0][:2] == ("owner/tiny-sd", "v2") and not any("safetensors" in pattern for pattern in asked[0][2])
    pipe = found.load()
    assert asked[1:] == [("owner/tiny-sd", commit, True)]
    assert pipe.size == (256, 256)
    # As what numbers they are loaded is told by the weights alone; once they are here, before they are loaded.
    assert (found.weights_hash, pipe.weights_hash) == ("", commit[:12])
    assert find_model("owner/tiny-sd@v2").weights_hash == commit[:12]
    studio = Studio(lambda: pipe, capabilities=found.capabilities)
    early = studio.recipe(Recipe(prompt="a cat", num_inference_steps=1))
    studio.open()
    *_, drawn = studio.draw(early)
    assert (early.weights_hash, drawn.recipe.weights_hash) == ("", commit[:12])
    studio.close()


def test_a_path_that_is_not_there_never_asks_the_hub(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.snapshot_download", None)
    assert "There is no weights folder at" in refusal(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (LoadOptions(loras=("ink.safetensors",)), "--lora` is for other models"),
        (LoadOptions(dtype="bfloat16"), "--dtype` is for other models"),
        (LoadOptions(offload="model"), "--offload` is for other models"),
        (LoadOptions(compile=True), "--compile` is for other models"),
        (LoadOptions(device="xpu"), "--device` takes what torch sees here"),
    ],
)
def test_our_own_model_says_which_option_does_nothing_to_it(options, said):
    with pytest.raises(WeightsError, match=said):
        find_model(options=options)
    assert find_model(options=LoadOptions(device="cpu")).capabilities is EASEL
