"""What a model can be asked for beyond its defaults: sizes, schedulers, pictures to draw over, masks.

Example run: python -m pytest tests/loading/test_siblings.py
"""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pipeline.loading import adapter
from pipeline.loading.siblings import sibling_arguments, sibling_class
from pipeline.recipe import Recipe, pixels_sha256, read_png
from pipeline.serve.render import render


def recipe_for(found, **wishes):
    few = {name: 4 for name in found.capabilities.controls if name.endswith("steps")}
    start = {**found.capabilities.controls, **few}
    recipe = Recipe(**{"prompt": "a cat", "seed": 7, **start, **wishes})
    found.capabilities.check(recipe)
    return found.capabilities.recipe(recipe, found.weights_hash)


@pytest.fixture
def unmarked(monkeypatch):
    """Pictures before the mark, which carries the recipe's id and so would differ in any case."""
    monkeypatch.setattr(adapter, "embed_checked", lambda picture, payload, version: picture)

    def draw(found_and_pipe, images=(), **wishes):
        found, pipe = found_and_pipe
        hashes = tuple(pixels_sha256(image) for image in images)
        return np.asarray(render(pipe, recipe_for(found, image_hashes=hashes, **wishes), images).image)

    return draw


def picture(seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((300, 256))


def test_a_size_is_drawn_as_asked_and_is_in_the_file(loaded, tmp_path):
    found, pipe = loaded("stable_diffusion")
    assert found.capabilities.sizes
    recipe = recipe_for(found, width=320, height=256)
    drawn = render(pipe, recipe)
    assert drawn.image.size == (320, 256)
    (tmp_path / "cat.png").write_bytes(drawn.png)
    again, notes = found.capabilities.adopt(Recipe.from_query(read_png(tmp_path / "cat.png").to_query()).recipe)
    assert again == recipe and not notes
    assert found.capabilities.recipe(again, found.weights_hash) == recipe
    assert recipe_for(found).width == 256


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((300, 256), r"in steps of 16 pixels, got 300x256. Take 288x256"),
        ((64, 64), r"draws 65,536 to 262,144 pixels in all, got 64x64, which are 4,096"),
        ((2048, 2048), r"got 2048x2048, which are 4,194,304"),
    ],
)
def test_a_size_that_cannot_be_drawn_is_refused_with_one_that_can(loaded, size, said):
    found, _ = loaded("stable_diffusion")
    with pytest.raises(ValueError, match=said):
        found.capabilities.check(Recipe(prompt="a cat", width=size[0], height=size[1]))


def test_a_model_of_one_size_says_so(loaded):
    found, _ = loaded("unclip")
    assert not found.capabilities.sizes
    with pytest.raises(ValueError, match="draws 256x256 pixels, got 512x512. Leave width and height out"):
        found.capabilities.check(Recipe(prompt="a cat", width=512, height=512))
    adopted, notes = found.capabilities.adopt(Recipe(model="unclip", prompt="a cat", width=512, height=512))
    assert (adopted.width, adopted.height) == (256, 256) and "no width, height" in notes[0]


@pytest.mark.parametrize("which", ["two", pytest.param("all", marks=pytest.mark.slow)])
def test_every_scheduler_that_is_offered_draws_and_makes_a_difference(loaded, unmarked, which):
    both = found, pipe = loaded("stable_diffusion")
    names, two = found.capabilities.schedulers, {"EulerDiscreteScheduler", "DPMSolverMultistepScheduler"}
    assert {*two, found.capabilities.scheduler} <= set(names)
    own = unmarked(both)
    for name in two if which == "two" else set(names) - {found.capabilities.scheduler}:
        assert not np.array_equal(own, unmarked(both, scheduler=name)), name
    assert np.array_equal(own, unmarked(both, scheduler=found.capabilities.scheduler))
    assert type(pipe.pipe.scheduler).__name__ == found.capabilities.scheduler
    assert np.array_equal(own, unmarked(both))


def test_another_scheduler_is_refused_by_name(loaded):
    found, _ = loaded("stable_diffusion")
    with pytest.raises(ValueError, match="one of DDIMScheduler, .* got 'Karras'"):
        found.capabilities.check(Recipe(prompt="a cat", scheduler="Karras"))
    flow, _ = loaded("flux")
    assert flow.capabilities.schedulers == ()
    with pytest.raises(ValueError, match="its own alone, got 'DDIMScheduler'"):
        flow.capabilities.check(Recipe(prompt="a cat", scheduler="DDIMScheduler"))


def test_a_scheduler_is_in_the_link_and_the_file(loaded):
    found, pipe = loaded("stable_diffusion")
    recipe = recipe_for(found, scheduler="EulerDiscreteScheduler")
    assert "scheduler=EulerDiscreteScheduler" in recipe.to_query()
    assert Recipe.from_query(recipe.to_query()).recipe == recipe
    assert render(pipe, recipe).png == render(pipe, Recipe.from_query(recipe.to_query()).recipe).png


@pytest.mark.parametrize("family", ["stable_diffusion", "sdxl", pytest.param("flux", marks=pytest.mark.slow)])
def test_a_picture_is_drawn_over_as_far_as_the_similarity_lets(loaded, unmarked, family):
    both = found, _ = loaded(family)
    assert found.capabilities.similarity and found.capabilities.max_references == 2
    original = picture(0)
    near = unmarked(both, [original], similarity_strength=0.75)
    far = unmarked(both, [original], similarity_strength=0.25)
    other = unmarked(both, [picture(1)], similarity_strength=0.75)
    assert near.shape == (256, 256, 3)
    assert not np.array_equal(near, far) and not np.array_equal(near, other)
    assert not np.array_equal(near, unmarked(both, [original], similarity_strength=0.75, seed=8))
    assert np.array_equal(near, unmarked(both, [original], similarity_strength=0.75))


def test_steps_that_are_left_out_are_not_counted(loaded):
    found, pipe = loaded("stable_diffusion")
    original, seen = picture(0), []
    recipe = recipe_for(found, image_hashes=(pixels_sha256(original),), similarity_strength=0.5)
    render(pipe, recipe, [original], on_stage=lambda stage: seen.append((stage.step, stage.num_steps)))
    assert seen == [(1, 2), (2, 2)]


def test_what_the_mask_leaves_black_stays(loaded, unmarked):
    both = found, _ = loaded("stable_diffusion")
    assert found.capabilities.mask
    original, mask = picture(0), Image.new("L", (300, 256))
    mask.paste(255, (150, 0, 300, 256))
    whole = Image.new("L", (300, 256), 255)
    half = unmarked(both, [original, mask.convert("RGB")], similarity_strength=0.2)
    full = unmarked(both, [original, whole.convert("RGB")], similarity_strength=0.2)
    left, right = np.abs(half.astype(int) - full)[:, :96], np.abs(half.astype(int) - full)[:, 160:]
    assert left.mean() > 2 * right.mean()  # outside the mask the picture's own latents stand, inside both are drawn


def test_a_similarity_that_leaves_no_step_says_what_to_take():
    with pytest.raises(ValueError, match="leaves nothing of 4 steps to draw with. Take at most 0.75"):
        sibling_arguments(picture(0), None, (256, 256), 0.9, 4)
    assert sibling_arguments(picture(0), None, (256, 256), 0.75, 4)["strength"] == 0.25


def test_families_without_a_sibling_offer_none(loaded):
    import diffusers

    assert sibling_class(diffusers.SanaPipeline, "image") is None
    assert sibling_class(diffusers.FluxKontextPipeline, "image") is None  # it takes a picture itself
    found, _ = loaded("unclip")
    assert not found.capabilities.similarity and not found.capabilities.mask
    with pytest.raises(ValueError, match="takes no reference pictures"):
        found.capabilities.check(replace(Recipe(prompt="a cat"), image_hashes=("0" * 64,)))
