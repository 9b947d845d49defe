"""The form, read and filled. Example run: python -m pytest tests/ui/test_form.py"""

from dataclasses import replace

import gradio as gr
import pytest

from app import LIMITS
from pipeline.loading.capabilities import EASEL, Capabilities
from pipeline.recipe import Recipe
from pipeline.serve.pace import Pace
from pipeline.ui.form import _sizes, _tags, build_form, read_form, reference_paths, roll, write_form

OTHER = Capabilities("owner/other", 640, 512, {"num_inference_steps": 20}, sizes=True, size_step=32)
RECIPES = [
    Recipe(prompt="a cat"),
    Recipe(
        prompt="a cat, flat sticker, on a navy blue background", negative_prompt="a dog", seed=2_147_483_646,
        num_inference_steps=3, guidance_scale=2.5, variations=("5:0.25", "7:1:decoder"), variety=0.35, width=512,
        height=384, edits=("mirror cat", "shadow on"), transparent=1,
    ),
    Recipe(prompt="ein Hund", width=336, height=488, super_res_num_inference_steps=2),
]  # fmt: skip


def filled(form, recipe: Recipe) -> dict:
    """What the form's widgets hold once it shows a recipe."""
    shown = {
        widget: value["value"] if isinstance(value, dict) else value
        for widget, value in write_form(form, recipe).items()
    }
    return {widget: shown.get(widget, widget.value) for widget in form.inputs}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.prompt)
def test_what_the_form_shows_it_says(tab, recipe):
    assert read_form(tab.form, filled(tab.form, recipe), LIMITS) == (recipe, [], 1)


def test_a_form_that_was_changed_says_nothing_of_what_it_does_not_show(tab):
    values = filled(tab.form, RECIPES[1]) | {tab.form.prompt: "a dog"}
    recipe, _, _ = read_form(tab.form, values, LIMITS)
    assert (recipe.prompt, recipe.edits, recipe.transparent) == ("a dog", (), 0)
    assert recipe.variations == RECIPES[1].variations


def test_pickers_follow_the_prompt_and_an_odd_size_is_offered(tab):
    updates = write_form(tab.form, RECIPES[1])
    assert (updates[tab.form.style], updates[tab.form.background]) == ("flat sticker", "navy blue")
    choices = write_form(tab.form, RECIPES[2])[tab.form.size]["choices"]
    assert choices[-1] == ("336 × 488", "336x488") and len(choices) == len(tab.form.sizes) + 1
    assert len(updates[tab.form.size]["choices"]) == len(tab.form.sizes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"prompt": None}, "nothing to draw"),
        ({"seed": -1}, "seed"),
        ({"count": 99}, "1 to 5"),
        ({"num_inference_steps": 99}, "num_inference_steps"),
        ({"variations": "later"}, "later"),
        ({"guidance_scale": 99.0}, "guidance_scale"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(tab, changes, sentence):
    values = filled(tab.form, RECIPES[0]) | {getattr(tab.form, name): value for name, value in changes.items()}
    with pytest.raises(ValueError) as refused:
        read_form(tab.form, values, LIMITS)
    assert sentence in str(refused.value) and "\n" not in str(refused.value)


def test_a_gallery_gives_files_with_or_without_captions():
    assert reference_paths([("a.png", None), "b.png", ["c.png", "caption"]]) == ["a.png", "b.png", "c.png"]
    assert reference_paths(None) == []


@pytest.mark.parametrize(
    ("capabilities", "sizes"),
    [
        (OTHER, ((640, 512), (960, 512), (640, 768))),
        (replace(OTHER, enlarged=1), ((640, 512),)),
        (replace(OTHER, size_step=128), ((640, 512), (896, 512), (640, 768))),
    ],
)
def test_another_model_offers_its_own_size_wider_and_taller(capabilities, sizes):
    assert _sizes(capabilities) == sizes


def test_a_model_of_one_size_offers_ours_and_hides_the_picker():
    with gr.Blocks():
        form = build_form(LIMITS, Pace(LIMITS), replace(OTHER, sizes=False))
    assert not form.size.visible and not form.negative_prompt.visible and not form.variety.visible
    assert form.num_inference_steps.visible and form.num_inference_steps.value == 20
    assert not form.super_res_num_inference_steps.visible
    recipe = Recipe(prompt="a cat", width=512, height=384)
    assert write_form(form, recipe)[form.size]["value"] == "256x256", "what is shown is what will be drawn"


def test_loras_are_shown_as_they_are_typed():
    assert _tags(EASEL) is None
    loaded = replace(EASEL, loras=("ink", "wash"), lora_scales=(1.0, 0.75))
    assert _tags(loaded) == "LoRA: `<lora:ink:1>` `<lora:wash:0.75>`"


def test_seeds_that_are_rolled_differ_and_are_seeds():
    rolled = {roll() for _ in range(20)}
    assert len(rolled) > 15 and all(Recipe(prompt="a cat", seed=seed).seed == seed for seed in rolled)
