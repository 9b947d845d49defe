"""What is asked for, within limits. Example run: python -m pytest tests/serve/test_request.py"""

from pipeline.recipe import Recipe
from pipeline.serve.limits import Limits
from pipeline.serve.request import within


def test_a_recipe_within_the_limits_stays_as_it_is():
    recipe = Recipe(prompt="a cat", num_inference_steps=16, guidance_scale=10.0, prior_num_inference_steps=64)
    assert within(recipe, Limits()) == (recipe, ())


def test_what_is_more_than_is_drawn_here_is_lowered_and_said():
    recipe = Recipe(
        prompt="a cat", num_inference_steps=20, guidance_scale=15.0, prior_num_inference_steps=100,
        super_res_num_inference_steps=40,
    )  # fmt: skip
    lowered, notes = within(recipe, Limits())
    assert (lowered.num_inference_steps, lowered.guidance_scale) == (16, 10.0)
    assert (lowered.prior_num_inference_steps, lowered.super_res_num_inference_steps) == (64, 16)
    assert len(notes) == 4 and "num inference steps 20 was lowered to 16, the most that is drawn here." in notes
