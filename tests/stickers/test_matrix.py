"""Many at once: braces make tables, subjects are varied in English, and the recipes come along.

Example run: pytest tests/stickers/test_matrix.py
"""

import csv
import io
import json

import pytest

from pipeline.recipe import Recipe
from pipeline.stickers.matrix import VARIANTS, Cell, columns_of, expand, recipes_csv, recipes_json, vary


def test_braces_make_rows_and_columns():
    cells = expand("{red|green} {car|small boat}, {night|day}")
    assert len(cells) == 8
    assert cells[0] == Cell("red", "car, night", "red car, night") and cells[-1].prompt == "green small boat, day"
    assert [cell.prompt for cell in expand("a fox\n\n {big|small} owl ")] == ["a fox", "big owl", "small owl"]
    assert expand("a fox")[0] == Cell("a fox", "", "a fox")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("{red|green} {car|boat|cup}", 3),
        ("{red|green|blue} car", None),
        ("a fox\na fox", None),
        ("{red|green} {car|boat}\na fox", None),
    ],
)
def test_two_braces_are_a_table_that_has_columns(text, columns):
    assert columns_of(expand(text)) == columns


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing to draw"),
        ("{red|green car", "without the other"),
        ("red} car", "without the other"),
        ("{red||blue} car", "choice is empty"),
        ("{} car", "choice is empty"),
        ("{a|b|c|d|e} {a|b|c|d|e} {a|b|c|d|e}", "Up to 100 prompts"),
        ("\n".join(["a"] * 101), "Up to 100 prompts"),
        ("x" * 600, "up to 512 characters"),
    ],
)
def test_what_is_no_table_is_said(text, words):
    with pytest.raises(ValueError, match=words):
        expand(text)


@pytest.mark.parametrize(
    ("subject", "variant", "prompt"),
    [
        ("a fox", "happy", "a happy fox"),
        ("a fox", "angry", "an angry fox"),
        ("an owl", "happy", "a happy owl"),
        ("a fox", "in love", "a fox in love"),
        ("the red fox", "sad", "the sad red fox"),
        ("foxes", "sad", "sad foxes"),
        ("two foxes", "wearing a crown", "two foxes wearing a crown"),
    ],
)
def test_a_subject_is_varied_in_english(subject, variant, prompt):
    assert vary(subject, [variant]) == [prompt]


def test_every_list_of_variants_makes_a_pack_of_different_prompts():
    for variants in VARIANTS.values():
        prompts = vary("a fox", variants)
        assert len(set(prompts)) == len(prompts) >= 8
    with pytest.raises(ValueError, match="`subject` takes"):
        vary(" ", ["happy"])


def test_recipes_come_along_as_csv_and_json():
    cells = [*expand("{red|green} car"), Cell("=1+1", "", "=1+1")]
    recipes = [Recipe(prompt="red car", seed=5), None, None]
    rows = list(csv.DictReader(io.StringIO(recipes_csv(cells, recipes))))
    assert (rows[0]["row"], rows[0]["seed"], rows[0]["id"]) == ("red", "5", recipes[0].id)
    assert Recipe.from_query(rows[0]["link"]).recipe == recipes[0]
    assert rows[1]["seed"] == "" and rows[2]["prompt"] == "'=1+1"
    said = json.loads(recipes_json(cells, recipes))
    assert Recipe.from_json(json.dumps(said[0]["recipe"])) == recipes[0] and said[1]["recipe"] is None
