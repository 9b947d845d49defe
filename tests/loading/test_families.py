"""Every family of text-to-image pipelines that works, from a repository's folder to a marked picture.

Example run: python -m pytest tests/loading/test_families.py -m ""
"""

import inspect
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pipeline.loading import adapter
from pipeline.loading.find import find_model
from pipeline.recipe import Recipe, read_png
from pipeline.serve.render import Cancelled, compare, render, render_together, series
from pipeline.watermark import verify
from tests import tiny_diffusers, tiny_families, tiny_older, tiny_processors, tiny_rare

PRIOR = ["prior", "decoder"]
QUICK = {
    "stable_diffusion": ["decoder"], "sdxl": ["decoder"], "sd3": ["decoder"], "flux": ["decoder"],
    "flux_schnell": ["decoder"], "flux2_klein_distilled": ["decoder"], "pixart": ["decoder"], "sana": ["decoder"],
    "z_image": ["decoder"], "qwen_image": ["decoder"], "lcm": ["decoder"], "amused": ["decoder"],
    "ldm": ["decoder"], "stable_cascade": PRIOR, "wuerstchen": PRIOR, "unclip": [*PRIOR, "super_res"],
}  # fmt: skip
SLOW = {
    "aura_flow": ["decoder"], "bria": ["decoder"], "chroma": ["decoder"], "cogview3": ["decoder"],
    "cogview4": ["decoder"], "flux2_klein": ["decoder"], "hunyuan_dit": ["decoder"], "hunyuan_image": ["decoder"],
    "kandinsky": PRIOR, "kandinsky3": ["decoder"], "kandinsky5": ["decoder"], "krea2": ["decoder"],
    "lumina2": ["decoder"], "ovis": ["decoder"], "pag": ["decoder"], "pixart_sigma": ["decoder"], "prx": ["decoder"],
    "sana_sprint": ["decoder"], "hidream": ["decoder"], "hidream-fast": ["decoder"], "kolors": ["decoder"],
    "kandinsky21": PRIOR, "stable_unclip": PRIOR, "lumina": ["decoder"], "ernie": ["decoder"],
    "prx_pixel": ["decoder"], "bria_fibo": ["decoder"], "flux2_klein_kv": ["decoder"],
    "hunyuan_image_distilled": ["decoder"], "krea2_distilled": ["decoder"], "sdxl_pag": ["decoder"],
    "sd3_pag": ["decoder"], "pixart_sigma_pag": ["decoder"], "sana_pag": ["decoder"], "sag": ["decoder"],
    "panorama": ["decoder"], "sd-turbo": ["decoder"], "sdxl-lightning": ["decoder"], "sd3.5-turbo": ["decoder"],
    "z-image-turbo": ["decoder"], "kolors_pag": ["decoder"], "hunyuan_dit_pag": ["decoder"],
    "flux2": ["decoder"], "longcat": ["decoder"], "omnigen": ["decoder"], "nucleus": ["decoder"],
    "qwen_image21": ["decoder"], "bria_fibo2": ["decoder"], "dreamlite": ["decoder"],
    "dreamlite_mobile": ["decoder"], "ideogram4": ["decoder"], "glm_image": ["decoder"],
    "z_image_omni": ["decoder"], "alt_diffusion": ["decoder"], "gligen": ["decoder"], "if": ["decoder"],
    "model_editing": ["decoder"], "paradigms": ["decoder"], "safe": ["decoder"], "semantic": ["decoder"],
    "versatile": ["decoder"], "vq_diffusion": ["decoder"], "cosmos2": ["decoder"],
}  # fmt: skip
# Repositories of the same classes that their names tell to be distilled.
SAME_AS = {
    "sd-turbo": "stable_diffusion", "sdxl-lightning": "sdxl", "sd3.5-turbo": "sd3", "z-image-turbo": "z_image",
    "hidream-fast": "hidream",
}  # fmt: skip
SIDE = {"kandinsky5": 1024}  # pixels; 256 for all others
FAMILIES = [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]
FIXED = {"ideogram4": {"max_sequence_length": 64}}  # it computes with all of 2,048, however short the prompt
ONE_A_CALL = ("amused", "ldm", "prx", "prx_pixel", "panorama", "glm_image", "vq_diffusion")  # no batches
_PROCESSORS = (
    "flux2", "longcat", "omnigen", "nucleus", "qwen_image21", "bria_fibo2", "dreamlite", "dreamlite_mobile",
    "cosmos2",
)  # fmt: skip
NEEDS = {  # packages
    "kolors": "sentencepiece", "kolors_pag": "sentencepiece", **dict.fromkeys(_PROCESSORS, "torchvision"),
}  # fmt: skip

# torchvision breaks all imports beside a torch for CPUs; `test_torchvision` runs these in a process of their own.
NO_PACKAGE = "needs a package that is not installed; torchvision has to go with the torch that is there"


@pytest.fixture(scope="session")
def family(tmp_path_factory):
    """A family's model, found and loaded from a folder that was saved once."""
    root, kept = tmp_path_factory.mktemp("families"), {}

    def load(name):
        if name not in kept:
            pytest.importorskip(NEEDS.get(name, "diffusers"), reason=NO_PACKAGE)
            function = f"tiny_{SAME_AS.get(name, name)}"
            build = next(
                getattr(module, function)
                for module in (tiny_families, tiny_diffusers, tiny_rare, tiny_processors, tiny_older)
                if hasattr(module, function)
            )
            # A deeper decoder of random weights is less linear, and one family's preview is compared with its picture.
            less = "latents" in inspect.signature(build).parameters and name != "stable_diffusion"
            small = {"latents": 32} if less else {}
            tiny_families.save_tiny(build(**small), root / name, SIDE.get(name, 256), **FIXED.get(name, {}))
            found = find_model(root / name)
            kept[name] = found, found.load()
        return kept[name]

    return load


def recipe_for(found, **wishes):
    """Two steps of everything that counts steps."""
    start = {**found.capabilities.controls, **{name: 2 for name in found.capabilities.controls if "steps" in name}}
    return found.capabilities.recipe(Recipe(**{"prompt": "a cat", "seed": 7, **start, **wishes}), found.weights_hash)


@pytest.fixture(scope="session")
def kept():
    return {}


@pytest.fixture
def unmarked(family, kept, monkeypatch):
    """A picture before the mark, drawn once for all tests that look at it.

    The mark carries the recipe's id, so marked pixels would differ whatever the pipeline heeds.
    """
    monkeypatch.setattr(adapter, "embed_checked", lambda picture, payload, version: picture)

    def drawn(name, recipe):
        if (name, recipe.id) not in kept:
            kept[name, recipe.id] = render(family(name)[1], recipe).image
        return kept[name, recipe.id]

    return drawn


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_draws_what_its_file_draws_again(family, tmp_path, name):
    found, pipe = family(name)
    recipe, seen = recipe_for(found), []
    drawn = render(pipe, recipe, on_stage=seen.append)
    assert list(dict.fromkeys(stage.name for stage in seen)) == {**QUICK, **SLOW}[name]
    assert any(stage.preview is not None for stage in seen) == found.capabilities.previews
    assert drawn.image.size == (SIDE.get(name, 256),) * 2
    (tmp_path / "cat.png").write_bytes(drawn.png)
    read = read_png(tmp_path / "cat.png")
    assert verify(drawn.image).payload == read.id32
    assert render(pipe, Recipe.from_query(read.to_query()).recipe).png == drawn.png


@pytest.mark.parametrize("name", FAMILIES)
def test_every_control_that_a_family_shows_changes_its_picture_before_the_mark(family, unmarked, name):
    """That the same recipe draws the same is told by the test above."""
    found, _ = family(name)
    can, first = found.capabilities, unmarked(name, recipe_for(found))
    wishes = [{"seed": 8}, {"prompt": "blue dogs"}]
    wishes += [{"negative_prompt": "fog and rain"}] if can.negative_prompt else []
    for control in can.controls:
        wishes.append({control: 3 if control.endswith("steps") else can.controls[control] + 2.5})
    for wish in wishes:
        assert not np.array_equal(first, unmarked(name, recipe_for(found, **wish))), f"{wish} changes nothing"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "steps"),
    [("sd-turbo", 1), ("sdxl-lightning", 4), ("sd3.5-turbo", 4), ("z-image-turbo", 9), ("hidream-fast", 16),
     ("krea2_distilled", 8), ("flux2_klein_kv", 4)],
)  # fmt: skip
def test_a_distilled_model_begins_with_few_steps_and_shows_no_guidance(family, name, steps):
    can = family(name)[0].capabilities
    assert can.controls == {"num_inference_steps": steps} and not can.negative_prompt


@pytest.mark.parametrize(
    "name",
    ["stable_diffusion", "flux", "flux2_klein_distilled", "qwen_image",
     *(pytest.param(name, marks=pytest.mark.slow) for name in ("krea2", "kandinsky5", "ernie", "bria_fibo", "sana"))],
)  # fmt: skip
def test_the_last_preview_resembles_the_picture_whatever_form_the_latents_have(family, name):
    """Latents scrambled on their way to (channels, height, width) would have nothing in common with it."""
    found, pipe = family(name)
    seen = []
    drawn = render(pipe, recipe_for(found), on_stage=seen.append)
    shown, small = seen[-1].preview, drawn.image.resize((16, 16), Image.Resampling.BOX)
    assert np.corrcoef(np.ravel(shown), np.ravel(small))[0, 1] > 0.4


IN_ONE_CALL = ("stable_diffusion", "flux", "sana", "stable_cascade", "amused")  # without waiting for the slow ones


@pytest.mark.parametrize(
    "name",
    [
        *IN_ONE_CALL,
        *(pytest.param(name, marks=pytest.mark.slow) for name in {**QUICK, **SLOW} if name not in IN_ONE_CALL),
    ],
)  # fmt: skip
def test_pictures_drawn_in_one_call_look_as_each_alone(family, unmarked, name):
    """Sums are taken in another order, so that bytes may differ; another seed's picture is far away."""
    found, pipe = family(name)
    if name in ONE_A_CALL:
        assert not found.capabilities.batches
        return
    assert found.capabilities.batches
    recipes = series(recipe_for(found), 2)
    alone = [unmarked(name, each) for each in recipes]
    verdicts = [compare(one, other.image) for one, other in zip(alone, render_together(pipe, recipes), strict=True)]
    assert {verdict.result for verdict in verdicts} <= {"identical", "looks the same"}
    assert min(verdict.psnr for verdict in verdicts) > compare(alone[0], alone[1]).psnr


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_stops_within_a_step(family, name):
    found, pipe = family(name)
    cancel, seen = threading.Event(), []

    def on_stage(stage):
        seen.append(stage)
        cancel.set()

    recipe = replace(recipe_for(found), num_inference_steps=5)
    with pytest.raises(Cancelled):
        render(pipe, recipe, on_stage=on_stage, cancel=cancel)
    assert len(seen) == 1
