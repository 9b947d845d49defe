"""Who asks, for whom and what for. Example run: python -m pytest tests/scene/test_asking.py"""

import pytest

from pipeline.scene.asking import for_whom, without_own_names
from tests.scene.test_apart import tagged, written

THINGS = frozenset("dog cat bear hat robot daisy".split())


@pytest.mark.parametrize(
    ("prompt", "left", "names"),
    [
        ("a cat named Tom in a hat", "a cat in a hat", ["Tom"]),
        ("a dog called Mr. Biscuit", "a dog", ["Mr. Biscuit"]),
        ("our dog Bella with a hat", "our dog with a hat", ["Bella"]),
        ("my little robot Beep Boop waves", "my little robot waves", ["Beep Boop"]),
        ("for my daughter Anna, a cat", "for my daughter, a cat", ["Anna"]),
        ("his teacher Mrs. Brown and her cat Luna", "his teacher and her cat", ["Luna", "Mrs. Brown"]),
        ("a cat called dog", "a cat called dog", []),  # what names a thing may be one
        ("my favourite Bear", "my favourite Bear", []),
        ("my cat", "my cat", []),
        ("the dog Bella", "the dog Bella", []),  # nobody's
        ("our house Bella", "our house Bella", []),  # neither somebody nor a thing that is known
    ],
)
def test_what_somebodys_own_is_called_is_no_thing(prompt, left, names):
    text, found = without_own_names(prompt, THINGS.__contains__)
    assert (" ".join(text.split()), sorted(found)) == (left, names)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        # "my daughter wants a unicorn": who asks is not drawn
        ("my daughter/t wants/r:1 a unicorn/t:2", "my daughter wants a unicorn/t"),
        ("my kids/t really want a cat/t", "my kids really want a cat/t"),
        # ... but alone they are what is asked for
        ("my daughter/t wants it", "my daughter/t wants it"),
        ("my cat/t wants/r:1 fish/t:2", "my cat/t wants/r:1 fish/t:2"),
        ("a cart/t for my website/t", "a cart/t for my website"),
        ("a logo/t for the school/t , blue/c:1", "a logo/t for the school , blue/c:1"),
        ("a cake/t for/r:1 my mom/t:2 with/r:1 candles/t:6",
         "a cake/t for my mom with/r:1 candles/t:6"),
        ("a bone/t for/r:1 a dog/t:2", "a bone/t for/r:1 a dog/t:2"),
        ("for my website/t", "for my website/t"),
    ],
)  # fmt: skip
def test_who_asks_and_what_it_is_for_is_not_drawn_where_something_else_is(said, left):
    tokens = tagged(said)
    for_whom(tokens)
    assert written(tokens) == left


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("my kid wants a purple octopus playing a drum", [("octopus", "purple"), ("drum", None)]),
        ("a birthday cake with three candles for my mom", [("birthday cake", None), ("candle", None)]),
        ("could you do a llama in sunglasses for our team", [("llama", None), ("sunglasses", None)]),
        ("our dog Bella in a red scarf", [("dog", None), ("scarf", "red")]),
    ],
)
def test_a_prompt_that_says_whom_it_is_for_draws_what_is_wanted(reader, prompt, things):
    assert [(thing.name, thing.colour) for thing in reader.parse(prompt, seed=3).scene.things] == things
