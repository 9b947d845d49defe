"""Words for many different things. Example run: python -m pytest tests/scene/test_collected.py"""

import pytest

from pipeline.scene.collected import collected
from pipeline.scene.sketch import sketch
from tests.scene.test_apart import tagged
from tests.scene.test_parse import trained


class Names:
    """Knows every name."""

    def is_name(self, said):
        return True


@pytest.mark.parametrize(
    ("text", "said", "pairs"),
    [
        ("fruits/t", ["red apple", "banana", "grapes"], []),
        ("a fruit/t", ["fruit"], []),
        ("two/n:1 vegetables/t", ["carrot", "tomato"], []),
        ("farm/t animals/+", ["cow", "pig", "chicken"], []),
        ("a birthday/t party/+", ["birthday cake", "balloon", "wrapped gift"], []),
        ("a cat/t", ["cat"], []),
        ("tools/t in/r:0 a box/t:1", ["hammer", "wrench", "screwdriver", "box"], [(0, 3), (1, 3), (2, 3)]),
        ("a fruit/t basket/+", ["basket", "red apple", "banana", "grapes"], [(1, 0), (2, 0), (3, 0)]),
    ],
)
def test_they_become_some_of_these(text, said, pairs):
    tokens = tagged(text)
    drawn = sketch(tokens)
    collected(drawn, tokens, Names())
    assert [mention.said for mention in drawn.things] == said
    assert [pair[:2] for pair in drawn.relations] == pairs


def test_more_than_there_are_members_are_more_of_the_first():
    tokens = tagged("fifteen/n:1 fruits/t")
    drawn = sketch(tokens)
    collected(drawn, tokens, Names())
    assert sum(mention.number or 1 for mention in drawn.things) == 15


@trained
@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("a basket of fruit", ["banana", "basket", "grapes", "red apple"]),
        ("a pizza with pepperoni and mushrooms", ["mushroom", "pizza"]),
        ("my dog max wearing sunglasses", ["dog", "sunglasses"]),
        ("a surfer on a surfboard", ["person surfing"]),
        ("logo for a bakery called Sweet Bread", ["shop"]),
        ("a vase", ["amphora"]),
    ],
)
def test_what_is_drawn_of_a_prompt(reader, prompt, names):
    scene = reader.parse(prompt, seed=1).scene
    assert sorted(thing.name for thing in scene.things) == names
    assert (scene.lettering.text if scene.lettering else None) == ("Sweet Bread" if "called" in prompt else None)
