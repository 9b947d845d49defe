"""Recipe: every form leads back to the same record, and nothing is repaired in silence.

Example run: pytest tests/recipe/test_record.py
"""

import dataclasses
import io
import json
import random
from urllib.parse import parse_qsl

import pytest
from PIL import Image

from pipeline.recipe import (
    DEFAULTS,
    MAX_SEED,
    MAX_VARIATIONS,
    SCHEMA,
    Recipe,
    png_info,
    read_png,
)

HARD_PROMPTS = [
    "a red apple, 3d render, on a light blue background",
    "",
    "  two spaces at each end  ",
    "café — naïve 日本語 العربية 👩‍🚀🍎",
    'she said "hi", then\\left: 1, Steps: 9',
    "line one\nline two\n\nline four",
    "Steps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 8x8",
    "a\nNegative prompt: not really\nSteps: 3, Seed: 4",
    "a & b = c # d ? e + f % 41 / g ; h",
    "windows\r\nline and\ttab",
    "\n",
    'Easel prompt: "x", Version: easel recipe 99',
    "x" * 512,
]
HASHES = tuple(f"{i:064x}" for i in (1, 2, 3))
VARIATIONS = ("12:0.25", f"{MAX_SEED}:1.0:decoder", "0:1e-07:prior")


def _of(schema, **fields):
    """What a link or a file of that schema says with these fields."""
    return Recipe(schema=schema, **{**DEFAULTS[schema], **fields})


def _save(image, recipe):
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=png_info(recipe))
    buffer.seek(0)
    return buffer


def _random_recipe(rng: random.Random) -> Recipe:
    alphabet = "ab ,:\"'\\\n\t\r&=?#%+;é日🍎NegativeSteps:()[]{}<>"
    text = lambda: "".join(rng.choice(alphabet) for _ in range(rng.randrange(40)))  # noqa: E731
    count = rng.randrange(4)
    schema = rng.choice(list(DEFAULTS))
    varied = {"variations": VARIATIONS[: rng.randrange(4)]} if "variations" in DEFAULTS[schema] else {}
    return Recipe(
        schema=schema,
        **varied,
        model=rng.choice(["easel", "kakaobrain/karlo-v1-alpha"]),
        weights_hash=rng.choice(["", "0a1b2c3d"]),
        prompt=rng.choice([text(), rng.choice(HARD_PROMPTS)]),
        negative_prompt=rng.choice(["", text(), "Negative prompt: twice"]),
        seed=rng.choice([0, 7, MAX_SEED, rng.randrange(MAX_SEED)]),
        width=rng.choice([256, 512]),
        height=rng.choice([256, 320]),
        num_inference_steps=rng.randrange(1, 60),
        guidance_scale=rng.choice([1, 1.0, 7.5, 1e-7, 0.1 + 0.2]),
        prior_num_inference_steps=rng.randrange(1, 60),
        prior_guidance_scale=rng.uniform(0, 9),
        super_res_num_inference_steps=rng.randrange(1, 4),
        image_hashes=HASHES[:count],
        image_weights=tuple(rng.uniform(0, 2) for _ in range(count)) if rng.random() < 0.5 else (),
        fusion_type=rng.choice(["mean", "gated"]),
        similarity_strength=rng.uniform(0.2, 1),
    )


@pytest.mark.parametrize("seed", range(60))
def test_every_form_leads_back_to_the_same_recipe(seed):
    recipe = _random_recipe(random.Random(seed))
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert Recipe.from_parameters(recipe.to_parameters()) == recipe
    link = Recipe.from_query(recipe.to_query(pixels_hash="0123456789abcdef"))
    assert (link.recipe, link.pixels_hash, link.notes) == (recipe, "0123456789abcdef", ())
    assert Recipe.from_query(dict(parse_qsl(recipe.to_query()[1:], keep_blank_values=True))).recipe == recipe


@pytest.mark.parametrize("prompt", HARD_PROMPTS)
@pytest.mark.parametrize("negative_prompt", ["", "blurry", "Negative prompt: a\nSteps: 1, Seed: 2"])
def test_prompt_survives_the_png_and_its_parameters_text_alone(prompt, negative_prompt):
    recipe = Recipe(prompt=prompt, negative_prompt=negative_prompt, seed=5)
    reopened = Image.open(_save(Image.new("RGB", (8, 8)), recipe))
    assert read_png(reopened) == recipe
    assert Recipe.from_parameters(reopened.info["parameters"]) == recipe


def test_an_ordinary_recipe_reads_like_the_text_other_programs_write():
    fields = {"prompt": "a cat", "negative_prompt": "dog", "seed": 7, "weights_hash": "0a1b2c3d"}
    assert _of(1, **fields).to_parameters() == (
        "a cat\nNegative prompt: dog\nSteps: 2, Sampler: Euler, CFG scale: 1.0, Seed: 7, Size: 256x256, Model: easel, "
        "Model hash: 0a1b2c3d, Prior steps: 8, Prior guidance: 2.0, Super-res steps: 1, Fusion: mean, "
        "Similarity: 0.7, Version: easel recipe 1"
    )
    new = Recipe(**fields).to_parameters()
    assert new.endswith(f", Version: easel recipe {SCHEMA}") and f"Steps: {Recipe().num_inference_steps}, " in new


def test_another_programs_text_gives_the_settings_it_shares():
    text = (
        "portrait of a fox\nNegative prompt: lowres, text\nSteps: 28, Sampler: DPM++ 2M Karras, CFG scale: 6.5, "
        'Seed: 12345, Size: 512x768, Model hash: 31e35c80fc, Model: sd_xl_base_1.0, Lora hashes: "a: 1, b: 2"'
    )
    recipe = Recipe.from_parameters(text)
    assert (recipe.prompt, recipe.negative_prompt) == ("portrait of a fox", "lowres, text")
    assert (recipe.num_inference_steps, recipe.guidance_scale, recipe.seed) == (28, 6.5, 12345)
    assert (recipe.width, recipe.height, recipe.model) == (512, 768, "sd_xl_base_1.0")


def test_canonical_json_and_id_are_frozen():
    recipe = Recipe.from_query("?prompt=a+cat&guidance=1").recipe
    assert recipe.to_json() == (
        '{"fusion_type":"mean","guidance_scale":1.0,"height":256,"image_hashes":[],"image_weights":[],'
        '"model":"easel","negative_prompt":"","num_inference_steps":2,"prior_guidance_scale":2.0,'
        '"prior_num_inference_steps":8,"prompt":"a cat","schema":1,"seed":0,"similarity_strength":0.7,'
        '"super_res_num_inference_steps":1,"weights_hash":"","width":256}'
    )
    assert recipe.id == "53aadc47b08de1b8"
    assert recipe.id32 == int(recipe.id[:8], 16)
    assert Recipe.from_query("?prompt=a+cat&seed=1").recipe.id != recipe.id
    varied = Recipe.from_query("?prompt=a+cat&v=2&vary=12:0.25").recipe
    assert varied.to_json() == recipe.to_json().replace('"schema":1', '"schema":2').replace(
        '"weights_hash"', '"variations":["12:0.25"],"weights_hash"'
    )
    assert varied.id == "b19cd2cce8f4a128"
    newer = Recipe.from_query("?prompt=a+cat&v=3").recipe
    assert newer.to_json() == (
        '{"fusion_type":"mean","guidance_scale":1.0,"height":256,"image_hashes":[],"image_weights":[],'
        '"model":"easel","negative_prompt":"","num_inference_steps":1,"prior_guidance_scale":1.25,'
        '"prior_num_inference_steps":4,"prompt":"a cat","schema":3,"seed":0,"similarity_strength":0.7,'
        '"super_res_num_inference_steps":1,"variations":[],"weights_hash":"","width":256}'
    )
    assert newer.id == "a37a97c100acdb73"


@pytest.mark.parametrize("text", ["", "null", "[]", "{", '{"schema":99}', '{"prompt":1}', '{"x":1}', "[" * 100_000])
def test_json_that_is_no_recipe_is_a_value_error(text):
    with pytest.raises(ValueError):
        Recipe.from_json(text)


def test_png_without_a_recipe_gives_none(tmp_path):
    path = tmp_path / "plain.png"
    Image.new("RGB", (4, 4)).save(path)
    assert read_png(path) is None
    damaged = Image.new("RGB", (4, 4))
    damaged.info = {"easel_recipe": "{", "parameters": "hello"}
    assert read_png(damaged) is None
    damaged.info = {"easel_recipe": json.dumps({"prompt": 3}), "parameters": Recipe(prompt="kept").to_parameters()}
    assert read_png(damaged) == Recipe(prompt="kept")


def test_a_varied_recipe_names_its_origin_in_a_short_link():
    recipe = Recipe(prompt="a cat", seed=7).varied(12, 0.25).varied(5, 1, "decoder")
    assert recipe.to_query() == f"?prompt=a+cat&seed=7&v={SCHEMA}&vary=12:0.25,5:1.0:decoder"
    assert (
        f'Variations: "12:0.25,5:1.0:decoder", Variety: 0.7, Transparent: 0, Version: easel recipe {SCHEMA}'
        in recipe.to_parameters()
    )
    assert Recipe.from_query(recipe.to_query()).recipe == recipe


@pytest.mark.parametrize(("schema", "varied"), [(1, 2), (2, 2), (3, 3)])
def test_a_recipe_is_varied_in_its_own_schema_or_the_first_that_can(schema, varied):
    recipe = _of(schema, prompt="a cat", seed=7)
    assert recipe.varied(12, 0.25) == dataclasses.replace(recipe, schema=varied, variations=("12:0.25",))
    assert recipe.varied(12, 0.25).to_query() == f"?prompt=a+cat&seed=7&v={varied}&vary=12:0.25"


def test_a_stage_drawn_anew_forgets_what_it_replaces_and_nothing_else():
    recipe = Recipe().varied(1, 0.25).varied(2, 1, "decoder").varied(3, 0.5, "prior").varied(4, 1, "decoder")
    assert recipe.variations == ("1:0.25", "3:0.5:prior", "4:1.0:decoder")
    assert recipe.varied(5, 1).variations == ("5:1.0",)


def test_more_variations_than_can_be_drawn_are_refused():
    recipe = Recipe()
    for seed in range(MAX_VARIATIONS):
        recipe = recipe.varied(seed, 0.25)
    with pytest.raises(ValueError, match="up to 8"):
        recipe.varied(9, 0.25)
