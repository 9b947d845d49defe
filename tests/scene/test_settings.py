"""What is told of a place behind a name. Example run: python -m pytest tests/scene/test_settings.py"""

import pytest

from pipeline.scene.settings import settle
from pipeline.scene.sketch import sketch
from tests.scene.test_apart import tagged


def things(tokens) -> list[str]:
    return [mention.said for mention in sketch(tokens).things]


def relations(tokens) -> list[tuple[str, str, str]]:
    drawn = sketch(tokens)
    return [(drawn.things[one].said, words, drawn.things[other].said) for one, other, words in drawn.relations]


@pytest.mark.parametrize(
    ("taken_for", "right"),
    [
        ("boat/t with mountains/t in the background/p", [("mountains", "behind", "boat")]),
        ("boat/t with/r:0 mountains/t:1 in the distance/p", [("mountains", "behind", "boat")]),
        ("pig/t with a farm/p in the background/p", [("farm", "behind", "pig")]),
        ("boat/t with mountains/part:0 in the background/p", [("mountains", "behind", "boat")]),
        ("turtle/t with/r:0 a house/t:1 on its back", [("house", "on", "turtle")]),
        ("donkey/t carrying/r:0 a bag/t:1 on his shoulder", [("bag", "on", "donkey")]),
        ("owl/t on/r:0 a branch/t:1 with/+ the/+ moon/+ behind/r:0 it", [("owl", "on", "branch")]),
        ("bear/t with/r:0 a bag/t:1", [("bear", "with", "bag")]),
        (
            "girl/t riding/r:0 a bike/t:1 with/r:0 a dog/t:1 in/r:0 the basket/t:7",
            [("girl", "riding", "bike"), ("girl", "with", "dog"), ("dog", "in", "basket")],
        ),
        ("man/t with/r:0 a hat/t:1 in/r:0 a car/t:4", [("man", "with", "hat"), ("man", "in", "car")]),
        ("kangaroo/t with/r:0 a baby/t:1 in/r:0 its pouch/t:4", [("kangaroo", "with", "baby")]),
        ("bus/t full/a:0 of/t people/+", [("bus", "full of", "people")]),
    ],
)
def test_how_they_stand(taken_for, right):
    found = relations(tagged(taken_for))
    assert all(one in found for one in right)
    if "mountains" in taken_for or "farm" in taken_for or "its" in taken_for.split():
        assert found == right


def test_a_name_ends_before_what_is_told_to_stand_somewhere():
    tokens = tagged("owl/t on/r:0 a branch/t:1 with/+ the/+ moon/+ behind/r:0 it")
    assert things(tokens) == ["owl", "branch", "moon"]
    tokens = tagged("rocket/t into/r:0 space/t:1 with/+ smoke/+")
    assert things(tokens) == ["rocket", "smoke"]


def test_a_day_is_no_thing():
    tokens = tagged("boy/t on/r:0 a windy/t:1 day/+")
    settle(tokens)
    assert [token.role for token in tokens] == ["thing", "chatter", "chatter", "place", "place+"]
    tokens = tagged("boy/t on/r:0 a horse/t:1")
    settle(tokens)
    assert tokens[3].role == "thing"
