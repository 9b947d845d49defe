"""What a call of the pipeline takes. Example run: python -m pytest tests/cascade/test_inputs.py"""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.cascade.inputs import CallArguments, check_weights, check_wishes, one_each
from pipeline.scene.record import Scene, Thing

RED = Image.new("RGB", (8, 8), "red")
EMBEDS = torch.ones(1, 4)
PLAIN = CallArguments(
    prompt="a cat", negative_prompt=None, image=None, scene=None, prompt_embeds=None, pooled_prompt_embeds=None,
    image_embeds=None, num_images_per_prompt=1, generator=None, steps={"num_inference_steps": 1},
    numbers={"guidance_scale": 1.0}, output_type="pil",
)  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"prompt": ["a cat", "a dog"], "generator": [torch.Generator(), torch.Generator()]},
        {"prompt": None, "image": RED},
        {"prompt": None, "image": (RED,) * 5},
        {"prompt": " ", "image": [RED]},
        {"prompt": None, "scene": Scene(things=(Thing("cat", "cat"),))},
        {"prompt": None, "prompt_embeds": EMBEDS, "pooled_prompt_embeds": EMBEDS},
        {"prompt": None, "image_embeds": EMBEDS},
        {"prompt": "", "edited": True},
        {"num_images_per_prompt": 3, "generator": torch.Generator()},
        {"numbers": {"guidance_scale": 2, "variety": 0.0}, "output_type": "np"},
    ],
)
def test_what_says_what_to_draw_is_taken(changes):
    check_wishes(replace(PLAIN, **changes), 5)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"prompt": 7}, "`prompt` must be a string or a list of strings, got int."),
        ({"prompt": ["a cat", None]}, "`prompt` must hold strings only."),
        ({"negative_prompt": ["dog"]}, "`negative_prompt` must be a string, got list."),
        (
            {"negative_prompt": "a \ud83d"},
            "`negative_prompt` must be text, got half of a character, '\\ud83d'; write it whole, or leave it out.",
        ),
        ({"prompt": None}, "`prompt` is empty. Say what to draw, or pass 1 to 5 pictures as `image`."),
        ({"prompt": ["", " "]}, "`prompt` is empty."),
        ({"prompt": None, "image": ()}, "`prompt` is empty."),
        (
            {"prompt": None, "prompt_embeds": EMBEDS},
            "`prompt_embeds` and `pooled_prompt_embeds` go together; `encode_prompt` returns both.",
        ),
        (
            {"prompt_embeds": EMBEDS, "pooled_prompt_embeds": EMBEDS},
            "Pass either `prompt` or `prompt_embeds`, not both.",
        ),
        ({"scene": Scene()}, "Pass either `prompt` or `scene`, not both."),
        ({"image": RED, "image_embeds": EMBEDS}, "Pass either `image` or `image_embeds`, not both."),
        ({"image": [RED] * 6}, "`image` takes 1 to 5 pictures, got 6. Pass fewer."),
        (
            {"image": [RED, "red.png"]},
            "`image` must hold PIL pictures. Open the files with PIL.Image.open first.",
        ),
        ({"num_images_per_prompt": 0}, "`num_images_per_prompt` must be a whole number from 1, got 0."),
        ({"num_images_per_prompt": True}, "`num_images_per_prompt` must be a whole number from 1, got True."),
        ({"num_images_per_prompt": 2.0}, "`num_images_per_prompt` must be a whole number from 1, got 2.0."),
        ({"steps": {"num_inference_steps": 0}}, "`num_inference_steps` must be a whole number from 1 to "),
        ({"steps": {"num_inference_steps": 1.5}}, "`num_inference_steps` must be a whole number from 1 to "),
        ({"numbers": {"guidance_scale": math.nan}}, "`guidance_scale` must be from "),
        ({"numbers": {"guidance_scale": "2"}}, "`guidance_scale` must be from "),
        ({"numbers": {"variety": 1.01}}, "`variety` must be from 0 to 1, got 1.01."),
        ({"output_type": "latent"}, "`output_type` must be 'pil', 'np' or 'pt', got 'latent'."),
        ({"generator": 7}, "`generator` must be a torch.Generator, or a list of them, got int."),
        (
            {"generator": [torch.Generator(), None, 3]},
            "`generator` must be a torch.Generator, or a list of them, got Generator, NoneType, int.",
        ),
        (
            {"prompt": ["a", "b"], "num_images_per_prompt": 2, "generator": [torch.Generator()] * 3},
            "`generator` has 3 entries for 4 pictures. Pass one per picture.",
        ),
        ({"prompt": None, "image_embeds": EMBEDS / 0}, "`image_embeds` must hold finite numbers only."),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(changes, sentence):
    with pytest.raises(ValueError, match="^" + re.escape(sentence)):
        check_wishes(replace(PLAIN, **changes), 5)


def test_pictures_of_several_prompts_come_prompt_by_prompt():
    assert replace(PLAIN, prompt=["a", "b"], num_images_per_prompt=2).prompts == ["a", "a", "b", "b"]
    assert replace(PLAIN, prompt=None, num_images_per_prompt=2).prompts == [None, None]
    assert replace(PLAIN, image=RED).images == [RED] and PLAIN.images == []


@pytest.mark.parametrize("weights", [[1, 0], (0.5, 2.5), np.array([1.0, 2.0]), iter([3, 4])])
def test_weights_of_any_kind_of_list_are_taken(weights):
    check_weights(weights, 2)


@pytest.mark.parametrize(
    "weights",
    [[1], [1, 2, 3], [0, 0], [1, -1], [1, math.inf], [1, math.nan], [1, True], ["1", "2"], 7, None, [1, None]],
)
def test_weights_that_weigh_nothing_are_refused(weights):
    with pytest.raises(
        ValueError, match=r"^`image_weights` must hold 2 finite numbers from 0, one for each picture and"
    ):
        check_weights(weights, 2)


def test_a_refusal_repeats_no_long_list():
    with pytest.raises(ValueError) as refused:
        check_weights([1.5] * 1000, 2)
    assert len(str(refused.value)) < 200


def test_several_pictures_of_one_generator_have_the_seeds_that_follow():
    seeds = [each.initial_seed() for each in one_each(torch.Generator().manual_seed(40), 3)]
    assert seeds == [40, 41, 42]
    own = torch.Generator().manual_seed(40)
    torch.rand(5, generator=own)  # one picture goes on where its generator is
    assert one_each(own, 1)[0] is own
    pair = [own, torch.Generator()]
    assert one_each(pair, 2) is pair
    state = torch.get_rng_state()
    drawn = one_each(None, 2)
    assert drawn[1].initial_seed() == drawn[0].initial_seed() + 1 and drawn[0].initial_seed() < 2**31
    torch.set_rng_state(state)
