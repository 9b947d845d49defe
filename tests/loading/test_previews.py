"""Example run: python -m pytest tests/loading/test_previews.py"""

import numpy as np
import pytest
import torch

from pipeline.loading.previews import Previews
from pipeline.recipe import Recipe
from pipeline.serve.render import render
from tests.tiny_diffusers import tiny_stable_diffusion


def recipe_for(found):
    start = {**found.capabilities.controls, "num_inference_steps": 3}
    return found.capabilities.recipe(Recipe(prompt="a cat", seed=7, **start), found.weights_hash)


@pytest.mark.parametrize("family", ["stable_diffusion", "flux"])
def test_every_step_is_seen_and_the_picture_is_the_same_as_unseen(loaded, family):
    found, pipe = loaded(family)
    assert found.capabilities.previews
    seen = []
    drawn = render(pipe, recipe_for(found), on_stage=seen.append)
    assert len(seen) == 3 and all(stage.preview is not None for stage in seen)
    pictures = [np.asarray(stage.preview) for stage in seen]
    assert pictures[0].shape == pictures[-1].shape and pictures[0].shape[2] == 3
    assert not np.array_equal(pictures[0], pictures[-1])
    assert drawn.png == render(pipe, recipe_for(found)).png


def test_what_has_no_latents_to_show_shows_none(loaded):
    found, pipe = loaded("unclip")
    assert not found.capabilities.previews
    seen = []
    few = {name: 2 for name in found.capabilities.controls if name.endswith("steps")}
    recipe = Recipe(prompt="a cat", **{**found.capabilities.controls, **few})
    render(pipe, found.capabilities.recipe(recipe, found.weights_hash), on_stage=seen.append)
    assert seen and all(stage.preview is None for stage in seen)


def test_a_preview_is_near_to_what_the_decoder_draws_of_the_same_latents():
    """Nearer than the best single colour, on latents that the fit has not seen."""
    pipe = tiny_stable_diffusion()
    generator = torch.manual_seed(5)
    latents = torch.nn.functional.interpolate(torch.randn(1, 4, 4, 4, generator=generator), size=(16, 16))
    with torch.no_grad():
        decoded = pipe.vae.decode(latents / pipe.vae.config.scaling_factor).sample
    small = torch.nn.functional.adaptive_avg_pool2d(decoded, (16, 16)).clamp(-1, 1)
    preview = Previews(pipe)(latents, (64, 64))
    flat = (small - small.mean(dim=(2, 3), keepdim=True)).square().mean()
    assert (preview - small).square().mean() < 0.8 * flat
