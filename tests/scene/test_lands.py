"""Things that are the land of others. Example run: python -m pytest tests/scene/test_lands.py"""

import pytest

from pipeline.scene.lands import lands
from pipeline.scene.sketch import sketch
from tests.scene.test_apart import tagged


def read(text: str):
    tokens = tagged(text)
    drawn = sketch(tokens)
    lands(drawn, tokens)
    return drawn


@pytest.mark.parametrize(
    ("text", "things", "places"),
    [
        ("swan/t on/r:0 a lake/t:1", ["swan"], ["lake"]),
        ("penguin/t sliding/r:0 on/r+ ice/t:1", ["penguin"], ["ice"]),
        ("desert/t with/r:0 a cactus/t:1 and a sun/t:1", ["cactus", "sun"], ["desert"]),
        ("man/t with/r:0 snow/t:1", ["man"], ["snow"]),
        ("whale/t in/r:0 a bottle/t:1", ["whale", "bottle"], []),
        ("cat/t with/r:0 water/t:1", ["cat", "water"], []),
        ("lake/t", ["lake"], []),
        ("rabbit/t on/r:0 the moon/t:1", ["rabbit"], ["moon surface"]),
        ("rabbit/t sitting/r:0 on/r+ the moon/t:1", ["rabbit", "moon"], []),
        ("cat/t riding/r:0 a horse/t:1 on/r:3 the moon/t:4", ["cat", "horse", "moon"], []),
    ],
)
def test_what_others_stand_on_is_their_place(text, things, places):
    drawn = read(text)
    assert [mention.said for mention in drawn.things] == things
    assert [place.text for place in drawn.places] == places
    assert not places or not drawn.relations


def test_a_field_of_tulips_has_many_before_the_mill():
    drawn = read("windmill/t in a field/p of tulips/t")
    assert drawn.things[1].number == 5 and drawn.relations == [(1, 0, "in front of")]
