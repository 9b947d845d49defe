"""Patterns as they are worded. Example run: python -m pytest tests/scene/test_patterned.py"""

import pytest

from pipeline.scene.patterned import patterned
from pipeline.scene.sketch import sketch
from tests.scene.test_apart import tagged
from tests.scene.test_recovered import Names


@pytest.mark.parametrize(
    ("text", "colours", "parts"),
    [
        ("red/c:3 and white/c:3 sock/t striped/look:3", ["red"], {"stripes": "white"}),
        ("striped/look:1 scarf/t", [], {"stripes": "white"}),
        ("striped/look:1 cat/t", [], {"stripes": "black"}),
        ("white/c:2 striped/look:2 shirt/t", ["white"], {"stripes": "red"}),
        ("polka/look:2 dot/look:2 dress/t", [], {"dots": "white"}),
        ("plaid/c:1 shirt/t", [], {"checks": "white"}),
        ("checkered/t cloth/+", [], {"checks": "white"}),
        ("dress/t with white/c:3 dots/part:0", [], {"dots": "white"}),
        ("dress/t with dots/part:0", [], {"dots": "white"}),
        ("pink/c:1 dress/t with/r:1 dots/t:2", ["pink"], {"dots": "white"}),
    ],
)
def test_a_pattern_is_a_part_with_a_colour(text, colours, parts):
    tokens = tagged(text)
    drawn = sketch(tokens)
    patterned(drawn, tokens, Names())
    (mention,) = drawn.things
    assert (mention.colours, mention.part_colours, mention.looks) == (colours, parts, [])
