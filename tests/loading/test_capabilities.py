"""What a model can be asked for. Example run: python -m pytest tests/loading/test_capabilities.py"""

from dataclasses import replace

import pytest

from pipeline.loading.capabilities import EASEL, MAX_BATCH, Capabilities
from pipeline.recipe import DEFAULTS, SCHEMA, Recipe

OTHER = Capabilities(
    "owner/other", 512, 384, {"num_inference_steps": 20, "guidance_scale": 7.5}, sizes=True, size_step=64,
    schedulers=("DDIMScheduler", "EulerDiscreteScheduler"), scheduler="DDIMScheduler", max_references=1,
    similarity=True,
)  # fmt: skip
PLAIN = Capabilities("owner/plain", 512, 512, {"num_inference_steps": 4})
OWN = Recipe(prompt="a cat", model="owner/other", width=512, height=384, num_inference_steps=20, guidance_scale=7.5)


@pytest.mark.parametrize(
    ("capabilities", "area"),
    [(PLAIN, 512 * 512), (OTHER, 4 * 512 * 384), (replace(OTHER, enlarged=100), 4096 * 4096), (EASEL, 1024 * 1024)],
)
def test_the_largest_picture_is_so_many_times_the_models_own(capabilities, area):
    assert capabilities.max_area == area


def test_batches_are_of_a_model_that_takes_them():
    assert PLAIN.in_batches(1) == PLAIN
    assert replace(PLAIN, batches=True).in_batches(8).batch == 8
    with pytest.raises(ValueError, match="^`--batch` has no effect on the model owner/plain: it draws one picture a"):
        PLAIN.in_batches(2)
    for number in (0, MAX_BATCH + 1):
        with pytest.raises(ValueError, match=f"^`--batch` takes 1 to 64, got {number}.$"):
            replace(PLAIN, batches=True).in_batches(number)


def test_a_control_begins_with_the_models_value_or_the_recipes():
    assert OTHER.start("guidance_scale") == 7.5
    assert PLAIN.start("guidance_scale") == DEFAULTS[SCHEMA]["guidance_scale"]
    assert OTHER.beginning(OWN) == ("decoder", 0, 20)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"negative_prompt": "a dog"}, "The model owner/other takes no negative prompt. Leave `negative_prompt` out."),
        (
            {"width": 520},
            "The model owner/other draws sides in steps of 64 pixels, got 520x384. Take 512x384.",
        ),
        (
            {"width": 1024, "height": 1024},
            "The model owner/other draws 65,536 to 786,432 pixels in all, got 1024x1024, which are 1,048,576. Take",
        ),
        (
            {"scheduler": "LCMScheduler"},
            "The model owner/other takes a scheduler that is one of DDIMScheduler, EulerDiscreteScheduler, got",
        ),
        (
            {"image_hashes": ("a" * 64, "b" * 64)},
            "The model owner/other takes 1 reference pictures, got 2. Leave them out.",
        ),
        ({"super_res_num_inference_steps": 3}, "`super_res_num_inference_steps` has no effect on the model owner/"),
        ({"variations": ("5:0.25",)}, "`variations` has no effect on the model owner/other. Leave it out."),
        ({"edits": ("shadow on",)}, "`edits` has no effect on the model owner/other. Leave it out."),
        ({"fusion_type": "max"}, "`fusion_type` has no effect on the model owner/other. Leave it out."),
    ],
)
def test_what_would_not_be_heeded_is_refused_by_its_name(changes, sentence):
    OTHER.check(OWN)
    with pytest.raises(ValueError) as refused:
        OTHER.check(replace(OWN, **changes))
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 640, "height": 448}, {"scheduler": "EulerDiscreteScheduler"}, {"image_hashes": ("a" * 64,)},
        {"similarity_strength": 0.4}, {"negative_prompt": "  "},
        {name: DEFAULTS[SCHEMA][name] for name in ("width", "height")},  # a size that nobody said
    ],
)  # fmt: skip
def test_what_the_model_has_is_taken(changes):
    OTHER.check(replace(OWN, **changes))


def test_a_model_of_one_size_says_it():
    with pytest.raises(ValueError, match="^The model owner/plain draws 512x512 pixels, got 640x640. Leave width and"):
        PLAIN.check(Recipe(prompt="a cat", width=640, height=640))


def test_a_recipe_is_named_after_the_model_and_says_nothing_of_what_it_lacks():
    recipe = PLAIN.recipe(Recipe(prompt="a cat", guidance_scale=3.0, num_inference_steps=9, width=640), "a" * 12)
    assert (recipe.model, recipe.weights_hash, recipe.width, recipe.height) == ("owner/plain", "a" * 12, 512, 512)
    assert recipe.num_inference_steps == 9 and recipe.guidance_scale == DEFAULTS[SCHEMA]["guidance_scale"]
    assert PLAIN.recipe(recipe, "a" * 12) == recipe
    wished = OTHER.recipe(Recipe(prompt="a cat", width=640, height=448), "")
    unsaid = OTHER.recipe(Recipe(prompt="a cat"), "")
    assert ((wished.width, wished.height), (unsaid.width, unsaid.height)) == ((640, 448), (512, 384))


def test_a_link_of_another_model_is_adopted_and_what_changes_is_told():
    link = Recipe(
        prompt="a cat", model="somebody/else", weights_hash="b" * 12, guidance_scale=3.0, negative_prompt="x"
    )
    recipe, notes = OTHER.adopt(link)
    assert (recipe.model, recipe.guidance_scale, recipe.negative_prompt) == ("owner/other", 7.5, "")
    assert (recipe.width, recipe.height, recipe.scheduler) == (512, 384, "default")
    assert notes[0].startswith("The link was made with the model somebody/else. owner/other draws it with its own")
    assert notes[1] == ("The model owner/other has no negative prompt; what the link says about that was left out.")
    OTHER.check(recipe)


def test_what_somebody_typed_for_no_model_counts():
    typed = Recipe(prompt="a cat", guidance_scale=3.0)
    recipe, notes = OTHER.adopt(typed)
    assert (recipe.guidance_scale, recipe.num_inference_steps) == (3.0, 20) and notes == ()
    assert OTHER.adopt(recipe) == (recipe, ())


def test_a_link_of_easels_own_is_taken_as_it_is():
    recipe = Recipe(prompt="a cat", edits=("shadow on",), variations=("5:0.25",), negative_prompt="a dog", width=512)
    assert EASEL.adopt(recipe) == (recipe, ())
    EASEL.check(recipe)
