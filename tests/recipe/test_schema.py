"""The table of fields: frozen for old schemas, and the only place that knows a range.

Example run: python -m pytest tests/recipe/test_schema.py
"""

import dataclasses

import numpy as np
import pytest

from pipeline.recipe import DEFAULTS, FIELDS, MAX_SEED, SCHEMA, Recipe
from pipeline.recipe.schema import unknown_schema

HASHES = tuple(f"{i:064x}" for i in (1, 2, 3))


def test_defaults_of_the_schema_are_the_programs_defaults():
    own = {field.name: field.default for field in dataclasses.fields(Recipe)}
    assert own == {"schema": SCHEMA, **DEFAULTS[SCHEMA]} and max(DEFAULTS) == SCHEMA


def test_the_defaults_of_every_schema_are_frozen():
    steps = {"num_inference_steps": 2, "guidance_scale": 1.0, "super_res_num_inference_steps": 1}
    assert DEFAULTS[1] == {
        "model": "easel", "weights_hash": "", "prompt": "", "negative_prompt": "", "seed": 0, "width": 256,
        "height": 256, **steps, "prior_num_inference_steps": 8, "prior_guidance_scale": 2.0, "image_hashes": (),
        "image_weights": (), "fusion_type": "mean", "similarity_strength": 0.7,
    }  # fmt: skip
    assert DEFAULTS[2] == {**DEFAULTS[1], "variations": ()}
    fewer = {"num_inference_steps": 1, "prior_num_inference_steps": 4, "prior_guidance_scale": 1.25}
    assert DEFAULTS[3] == {**DEFAULTS[2], **fewer}
    assert DEFAULTS[4] == {**DEFAULTS[3], "prior_num_inference_steps": 1, "prior_guidance_scale": 1.0}


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "x" * 513},
        {"prompt": None},
        {"prompt": "a\x00b"},
        {"prompt": "\ud800"},
        {"seed": -1},
        {"seed": MAX_SEED + 1},
        {"seed": 1.5},
        {"seed": True},
        {"seed": "7"},
        {"guidance_scale": float("nan")},
        {"guidance_scale": float("inf")},
        {"guidance_scale": 10**400},
        {"prior_guidance_scale": "2"},
        {"similarity_strength": 1.01},
        {"num_inference_steps": 0},
        {"width": 0},
        {"image_hashes": "a" * 64},
        {"image_hashes": ("abc",)},
        {"image_hashes": HASHES * 2},
        {"image_weights": (1.0,)},
        {"fusion_type": ""},
        {"model": "a model, with: commas"},
        {"weights_hash": "xyz"},
        {"schema": SCHEMA + 1},
        {"variations": ("1:0.5",), "schema": 1},
        {"variations": ("1:1.5",)},
        {"variations": ("1:nan",)},
        {"variations": ("1:0.5:text",)},
        {"variations": ("-1:0.5",)},
        {"variations": ("1:0.5",) * 9},
    ],
)
def test_a_wrong_field_is_refused_by_name(fields):
    with pytest.raises(ValueError, match=f"`{next(iter(fields))}`"):
        Recipe(**fields)


def test_numpy_numbers_and_negative_zero_are_the_same_recipe():
    plain = Recipe(seed=3, guidance_scale=0.0)
    assert Recipe(seed=np.int64(3), guidance_scale=np.float64(-0.0)).to_json() == plain.to_json()


def test_the_record_has_the_table_s_fields():
    assert {field.name for field in dataclasses.fields(Recipe)} == {"schema", *FIELDS}


def test_names_in_links_and_texts_are_each_of_one_field():
    assert len({field.link for field in FIELDS.values()}) == len(FIELDS)
    texts = [field.text for field in FIELDS.values() if field.text]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if field.kind in ("int", "float")])
def test_both_ends_of_a_range_are_taken_and_nothing_beyond(name):
    field = FIELDS[name]
    for value in (field.low, field.high, field.default(SCHEMA)):
        assert field.check(value) == value and field.check(field.read(field.write(value))) == value
    for value in (field.low - 1, field.high + 1, "1", None, True):
        with pytest.raises(ValueError, match=f"`{name}` takes a .*number from"):
            field.check(value)


def test_an_unknown_schema_says_what_to_do():
    assert "Update Easel" in str(unknown_schema(99)) and "99" in str(unknown_schema(99))
