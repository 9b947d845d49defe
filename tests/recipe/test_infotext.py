"""The text that other programs read: their layout, and back again.

Example run: python -m pytest tests/recipe/test_infotext.py
"""

import pytest

from pipeline.recipe import DEFAULTS
from pipeline.recipe.infotext import (
    EXACT_NEGATIVE_PROMPT,
    EXACT_PROMPT,
    read_infotext,
    read_parameters,
    write_infotext,
    write_parameters,
)


def test_prompts_come_first_and_the_settings_are_one_line():
    text = write_infotext("a cat", "a dog", {"Steps": "2", "Seed": "7"})
    assert text == "a cat\nNegative prompt: a dog\nSteps: 2, Seed: 7"
    assert read_infotext(text) == ("a cat", "a dog", {"Steps": "2", "Seed": "7"})


@pytest.mark.parametrize("value", ['a, "b": c', "one\ntwo", "x: y"])
def test_a_value_that_would_break_the_line_is_quoted(value):
    text = write_infotext("a", "", {"Note": value, "Steps": "1"})
    assert len(text.splitlines()) == 2 and read_infotext(text)[2] == {"Note": value, "Steps": "1"}


@pytest.mark.parametrize("prompt", [" a", "a ", "a\nNegative prompt: b", "\n"])
def test_a_prompt_that_the_layout_cannot_carry_is_repeated_exactly(prompt):
    text = write_infotext(prompt, "", {"Steps": "1"})
    assert EXACT_PROMPT in text and EXACT_NEGATIVE_PROMPT in text or read_infotext(text)[0] == prompt
    assert read_infotext(text)[:2] == (prompt, "")


@pytest.mark.parametrize("schema", DEFAULTS)
def test_a_recipe_s_values_lead_back_with_their_schema(schema):
    values = {**DEFAULTS[schema], "prompt": "a cat", "seed": 3, "width": 512}
    assert read_parameters(write_parameters(schema, values))[:2] == (schema, values)


@pytest.mark.parametrize("text", ["", "a cat", "a cat\nSteps: 3", "a cat\nSeed: 1, Size: 8x8"])
def test_what_has_no_steps_and_seed_is_no_recipe(text):
    with pytest.raises(ValueError, match="no line with `Steps:` and `Seed:`"):
        read_parameters(text)


def test_a_later_schema_says_what_to_do():
    with pytest.raises(ValueError, match="Update Easel"):
        read_parameters("a\nSteps: 1, Seed: 1, Version: easel recipe 999")


# Each took time that grows with the square of its length, 14 s for 20,000 characters.
@pytest.mark.parametrize(
    "text",
    ["a" * 200_000, "Steps: 1," * 20_000, "Steps: 1, Seed: 1," + " " * 200_000 + ";", 'a: "x, ' * 30_000],
    ids=["one word", "steps alone", "spaces", "open quotes"],
)
def test_a_long_text_that_is_none_is_read_in_time_that_grows_with_its_length(text):
    prompt, negative_prompt, pairs = read_infotext(text)
    assert (prompt, negative_prompt) == ("", "") and len(pairs) <= 2


def test_a_text_longer_than_any_program_writes_is_refused():
    with pytest.raises(ValueError, match="takes up to 262144 characters, got 300000"):
        read_parameters("a" * 300_000)


def test_what_is_no_pair_is_passed_over():
    assert read_infotext('a\nSteps: 1, <x>, {"b": 2}, : 3, Seed: 4')[2] == {"Steps": "1", "Seed": "4"}
