"""Things that were lost to an activity. Example run: python -m pytest tests/scene/test_recovered.py"""

import pytest

from pipeline.scene.recovered import recover
from pipeline.scene.sketch import sketch
from tests.scene.test_apart import tagged


class Names:
    """Knows some names."""

    def exact(self, words, *, counted=False):
        return " ".join(words) if " ".join(words) in KNOWN else None

    def is_name(self, said):
        return said in KNOWN


KNOWN = {*"robot picture dragon fire cat yoga butter city fish teapot cup table gold flowers antenna".split()}


def read(text: str):
    tokens = tagged(text)
    drawn = sketch(tokens)
    recover(drawn, tokens, Names())
    said = [mention.said for mention in drawn.things]
    return said, [(said[one], words, said[other]) for one, other, words in drawn.relations], drawn


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("robot/t painting/r:0 a picture", [("robot", "painting", "picture")]),
        ("dragon/t breathing/a:0 fire/a:0", [("dragon", "breathing", "fire")]),
        ("cup/t full/a:0 of/a:0 butter/a:0", [("cup", "full of", "butter")]),
        ("cat/t doing/a:0 yoga/a:0", []),
        ("cup/t with butter/part:0", [("cup", "with", "butter")]),
        ("cup/t with pink/c:3 flowers/part:0", [("cup", "with", "flowers")]),
        ("robot/t with a yellow/c:4 antenna/part:0", []),
    ],
)
def test_what_it_is_done_to_is_there_as_well(text, pairs):
    assert read(text)[1] == pairs


def test_a_chest_of_gold_shows_it_already():
    said, pairs, drawn = read("chest/t full/a:0 of/a:0 gold/a:0")
    assert said == ["chest"] and not pairs and drawn.things[0].looks == []


def test_a_place_is_no_object():
    said, _, drawn = read("cat/t skating/a:0 in/a:0 winter/a:0")
    assert said == ["cat"] and [place.text for place in drawn.places] == ["winter"]
    assert drawn.things[0].looks == ["skating"]


def test_over_the_city_shows_the_city_and_its_night():
    said, pairs, drawn = read("dragon/t over the city/p at/p+ night/p+")
    assert said == ["dragon", "city"] and pairs == [("dragon", "over", "city")]


def test_there_are_some_around_it():
    _, _, drawn = read("robot/t with fish/t around/r:2 a table/t:3")
    assert [mention.number for mention in drawn.things] == [None, 5, None]
    _, _, drawn = read("robot/t with a fish/t around/r:3 a table/t:4")
    assert drawn.things[1].number is None


def test_other_wings_are_wings_and_no_butterfly():
    said, pairs, drawn = read("cat/t with/r:0 butterfly/t:1 wings/part:0")
    assert said == ["cat", "wings"] and pairs == [("cat", "with", "wings")]
    assert drawn.things[1].looks == ["butterfly"]
