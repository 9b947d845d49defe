"""Things that were taken for something else. Example run: python -m pytest tests/scene/test_overlooked.py"""

import pytest

from pipeline.scene.overlooked import overlooked, whole_names
from pipeline.scene.sketch import Mention, Said, Sketch
from tests.scene.test_apart import tagged, written


def things(drawn: Sketch) -> list[tuple[int, int, str]]:
    return [(mention.at, mention.end, mention.said) for mention in drawn.things]


def looked_over(reader, drawn: Sketch, line: str) -> Sketch:
    overlooked(drawn, tagged(line), reader.names, reader.vocabulary)
    return drawn


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("the statue/t of/r:1 liberty/t:2", "the statue/t of/+ liberty/+"),
        ("a cat/t on/r:1 a teddy/s bear/t:2", None),  # two words, and something else is said
        ("a teddy/s bear/t", "a teddy/t bear/+"),
        ("a green/c:2 house/t", None),  # a colour and a thing
        ("red/c:1 cats/t and hot/look:4 air/t balloon/t",
         "red/c:1 cats/t and hot/t air/+ balloon/+"),
        ("a cat/t with/r:1 a hat/t:2", None),
    ],
)  # fmt: skip
def test_a_long_name_is_one_thing(reader, said, whole):
    tokens = tagged(said)
    whole_names(tokens, reader.names)
    assert written(tokens) == (whole or said)


def test_what_was_told_of_a_word_of_a_name_is_told_of_the_name(reader):
    tokens = tagged("big/size:3 red/c:3 the statue/look of/r:3 liberty/t:4")
    whole_names(tokens, reader.names)
    assert [token.head for token in tokens] == [3, 3, -1, -1, -1, -1]
    tokens = tagged("a cat/t under/r:1 the eiffel/s tower/t:2 of paris/p , blue/c:5")
    tokens[6:8] = []
    tokens[-1].head = 5
    whole_names(tokens, reader.names)
    assert tokens[5].role == "thing"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a coral/c", [(1, 2, "coral")]),
        ("a rainbow/s", [(1, 2, "rainbow")]),
        ("a blue/c", []),  # a colour is no thing by itself
        ("a watercolor/s painting/s+", []),  # nor is what a picture is
        ("no/negation coral/c:0", []),
    ],
)
def test_alone_a_name_is_a_thing_whatever_it_was_taken_for(reader, line, found):
    assert things(looked_over(reader, Sketch(), line)) == found


def test_beside_a_thing_a_colour_stays_one(reader):
    drawn = Sketch(things=[Mention(2, 3, "cat")])
    assert things(looked_over(reader, drawn, "a coral/c:2 cat/t")) == [(2, 3, "cat")]


def test_a_name_goes_on_in_a_word_that_was_taken_for_a_style(reader):
    drawn = Sketch(things=[Mention(1, 2, "hot")], styles=[Said("dog", 2, 3)])
    looked_over(reader, drawn, "a hot/t dog/s")
    assert things(drawn) == [(1, 3, "hot dog")] and not drawn.styles
    drawn = Sketch(things=[Mention(1, 2, "lighthouse")])
    assert things(looked_over(reader, drawn, "a lighthouse/t on a cliff/p")) == [(1, 2, "lighthouse")]


def test_a_name_of_two_things_is_two_where_it_was_not_taught(reader):
    drawn = looked_over(
        reader, Sketch(things=[Mention(1, 5, "astronaut on the moon")]), "an astronaut/t on/+ the/+ moon/+"
    )
    assert things(drawn) == [(1, 2, "astronaut"), (4, 5, "moon")] and drawn.relations == [(0, 1, "on")]
    taught = Sketch(things=[Mention(1, 4, "cup with straw")])
    assert things(looked_over(reader, taught, "a cup/t with/+ straw/+")) == [(1, 4, "cup with straw")]


@pytest.mark.parametrize(
    ("line", "place", "relations"),
    [
        ("a cat/t on the moon/p", Said("moon", 4, 5), [(0, 1, "on")]),
        ("a cat/t behind a castle/p", Said("castle", 4, 5), [(0, 1, "behind")]),
        ("a cat/t , castle/p", Said("castle", 3, 4), [(0, 1, "in front of")]),
    ],
)
def test_a_place_that_was_taught_as_a_thing_is_one(reader, line, place, relations):
    drawn = looked_over(reader, Sketch(things=[Mention(1, 2, "cat")], places=[place]), line)
    assert [mention.said for mention in drawn.things] == ["cat", place.text]
    assert drawn.relations == relations and not drawn.places


@pytest.mark.parametrize("said", ["beach", "night", "forest", "winter"])
def test_sceneries_and_times_stay_places(reader, said):
    drawn = Sketch(things=[Mention(1, 2, "cat")], places=[Said(said, 4, 5)])
    looked_over(reader, drawn, f"a cat/t on the {said}/p")
    assert things(drawn) == [(1, 2, "cat")] and [place.text for place in drawn.places] == [said]
