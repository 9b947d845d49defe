"""Links: short, the same for ever, and read as far as they can be.

Example run: python -m pytest tests/recipe/test_link.py
"""

from urllib.parse import parse_qsl

import pytest

from pipeline.recipe import DEFAULTS, FIELDS, MAX_SEED, SCHEMA, Recipe
from pipeline.recipe.link import read_query, write_query


def _first(**fields):
    """What a link without a version says with these fields."""
    return Recipe(schema=1, **{**DEFAULTS[1], **fields})


def test_link_is_short_and_leaves_defaults_out():
    recipe = Recipe(prompt="a red apple, 3d render", seed=7)
    assert recipe.to_query() == f"?prompt=a+red+apple,+3d+render&seed=7&v={SCHEMA}"
    assert Recipe(prompt="é", num_inference_steps=3).to_query("ab12cd34") == (
        f"?prompt=%C3%A9&seed=0&v={SCHEMA}&steps=3&pixels=ab12cd34"
    )


@pytest.mark.parametrize(
    ("query", "schema"),
    [
        ("?prompt=a+red+apple,+3d+render&seed=7", 1),
        ("?prompt=a+cat&seed=7&v=2&vary=12:0.25,5:1.0:decoder", 2),
        ("?prompt=a+cat&seed=7&v=3", 3),
        ("?prompt=a+cat&seed=7&v=4", 4),
        ("?prompt=a+cat&seed=7&v=3&steps=2&prior_steps=8&prior_guidance=2.0", 3),
    ],
)
def test_a_link_keeps_its_meaning_and_its_wording_for_ever(query, schema):
    link = Recipe.from_query(query)
    assert (link.recipe.schema, link.notes) == (schema, ()) and link.recipe.to_query() == query
    said = dict(parse_qsl(query[1:]))
    for key, name in (
        ("steps", "num_inference_steps"),
        ("prior_steps", "prior_num_inference_steps"),
        ("prior_guidance", "prior_guidance_scale"),
    ):
        assert getattr(link.recipe, name) == float(said.get(key, DEFAULTS[schema][name]))


@pytest.mark.parametrize(
    ("query", "expected", "words"),
    [
        ("?prompt=a&seed=abc", {"prompt": "a", "seed": 0}, "seed"),
        ("?prompt=a&seed=-1", {"seed": 0}, "0 to 2147483646"),
        (f"?prompt=a&seed={MAX_SEED + 1}", {"seed": 0}, "seed"),
        ("?prompt=a&seed=" + "9" * 5000, {"seed": 0}, "seed"),
        ("?prompt=a&guidance=nan&steps=3", {"guidance_scale": 1.0, "num_inference_steps": 3}, "guidance_scale"),
        ("?prompt=a&guidance=inf", {"guidance_scale": 1.0}, "guidance_scale"),
        ("?prompt=" + "x" * 10_000, {"prompt": "x" * 512}, "10000"),
        ("?prompt=a&seed=1&seed=2", {"seed": 1}, "twice"),
        ("?prompt=a&v=99&seed=3", {"seed": 3}, "version"),
        ("?prompt=a&mystery=1", {"prompt": "a"}, "mystery"),
        ("?prompt=a&pixels=zz", {"prompt": "a"}, "damaged"),
        ("?prompt=a&images=12", {"image_hashes": ()}, "image_hashes"),
        ("?prompt=a&image_weights=1,2", {"image_weights": ()}, "weights"),
        ("?prompt=a%00b", {"prompt": ""}, "control characters"),
        ("?prompt=a&width=100000", {"width": 256}, "width"),
    ],
)
def test_a_bad_link_keeps_what_it_still_says_and_notes_the_rest(query, expected, words):
    link = Recipe.from_query(query)
    assert {name: getattr(link.recipe, name) for name in expected} == expected
    assert len(link.notes) == 1 and words in link.notes[0]


@pytest.mark.parametrize("query", ["", "?", "&&&", "=", "?%zz%ff=%ff", "?__theme=dark&utm_source=x", "prompt"])
def test_an_empty_or_mangled_link_is_an_empty_recipe(query):
    assert Recipe.from_query(query).recipe == _first()


def test_a_link_of_the_first_schema_cannot_vary_and_says_so():
    link = Recipe.from_query("?prompt=a&vary=1:0.5")
    assert link.recipe == _first(prompt="a") and "variations" in link.notes[0]


@pytest.mark.parametrize("query", ["?prompt=a&similarity=0.1", "?prompt=a&super_res_steps=0&v=4"])
def test_what_no_model_draws_is_noted_and_not_accepted(query):
    link = Recipe.from_query(query)
    assert len(link.notes) == 1 and link.recipe == Recipe(
        schema=link.recipe.schema, **{**DEFAULTS[link.recipe.schema], "prompt": "a"}
    )


@pytest.mark.parametrize("schema", DEFAULTS)
def test_every_field_travels_in_a_link_under_its_key(schema):
    other = {
        "prompt": "b", "negative_prompt": "c", "model": "sd", "weights_hash": "ab",
        "scheduler": "Euler", "fusion_type": "max",
        "image_hashes": ("a" * 64,), "image_weights": (2.0,), "similarity_strength": 0.9, "variations": ("1:0.5",),
        "variety": 0.25, "transparent": 1,
        "edits": ("colour hat blue", 'letter "a, b; c" arched top'),
    }  # fmt: skip
    values = {name: other[name] if name in other else field.low + 17 for name, field in FIELDS.items()}
    values = {name: values[name] for name in DEFAULTS[schema]}
    query = write_query(schema, values)
    assert all(f"{FIELDS[name].link}=" in query for name in values)
    assert read_query(query) == (schema, values, None, ())


TRACKERS = "ref=abc _gl=1*x mc_cid=1 mc_eid=2 igsh=x igshid=y fbclid=z gclid=1 gbraid=2 msclkid=3 utm_source=m si=a"
TRACKERS += " _hsenc=1 hsCtaTracking=2 li_fat_id=3 mkt_tok=4 ttclid=5 twclid=6 yclid=7 __theme=dark ref_src=9 t=2"


@pytest.mark.parametrize("pair", TRACKERS.split())
def test_what_trackers_append_is_passed_over_in_silence(pair):
    found = Recipe.from_query(f"?prompt=a+cat&seed=7&v={SCHEMA}&{pair}")
    assert found.notes == () and found.recipe == Recipe(prompt="a cat", seed=7)


@pytest.mark.parametrize("end", [".", ")", ").", "'", '"', "»", ",", ">"])
@pytest.mark.parametrize("last", ["seed=7&v=4", "v=4&seed=7", "v=4&vary=5:0.25"])
def test_what_a_sentence_leaves_at_the_end_of_a_link_costs_nothing(last, end):
    query = f"?prompt=a+cat&{last}"
    assert Recipe.from_query(query + end) == Recipe.from_query(query)


def test_the_end_of_a_prompt_is_the_prompts():
    assert Recipe.from_query("?seed=7&v=4&prompt=a+cat.").recipe.prompt == "a cat."
    pixels = Recipe.from_query("?prompt=a+cat&v=4&pixels=0123456789abcdef).")
    assert pixels.pixels_hash == "0123456789abcdef" and pixels.notes == ()
