"""What is told of the last of several. Example run: python -m pytest tests/scene/test_shared.py"""

import pytest

from pipeline.scene.shared import share
from pipeline.scene.sketch import sketch
from tests.scene.test_apart import tagged


def read(text: str):
    tokens = tagged(text)
    drawn = sketch(tokens)
    share(drawn, tokens)
    said = [mention.said for mention in drawn.things]
    return drawn, {(said[one], words, said[other]) for one, other, words in drawn.relations}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("teapot/t and four/n:3 cups/t on/r:3 a table/t:4", {("teapot", "on", "table"), ("cups", "on", "table")}),
        ("cat/t and dog/t wearing/r:2 hats/t:3", {("cat", "wearing", "hat"), ("dog", "wearing", "hat")}),
        ("boy/t and girl/t riding/r:2 bikes/t:3", {("boy", "riding", "bike"), ("girl", "riding", "bike")}),
        (
            "man/t and woman/t wearing/r:2 glasses/t:3",
            {("man", "wearing", "glasses"), ("woman", "wearing", "glasses")},
        ),
        ("cat/t and dog/t wearing/r:2 a hat/t:3", {("dog", "wearing", "hat")}),
        ("box/t with/r:0 cat/t:1 , dog/t:1 and rabbit/t", {("box", "with", one) for one in ("cat", "dog", "rabbit")}),
        ("box/t with/r:0 cat/t:1 and rabbit/t", {("box", "with", "cat")}),
    ],
)
def test_all_of_them_have_it(text, pairs):
    assert read(text)[1] == pairs


def test_each_has_its_own():
    drawn, _ = read("cat/t and two/n:3 dogs/t wearing/r:3 red/c:6 hats/t:4")
    hats = [mention for mention in drawn.things if mention.said == "hat"]
    assert [(hat.number, hat.colours) for hat in hats] == [(2, ["red"]), (1, ["red"])]


def test_a_mood_behind_the_last_is_of_all():
    drawn, _ = read("cat/t and dog/t sleeping/a:2")
    assert [mention.mood for mention in drawn.things] == ["sleeping", "sleeping"]
    drawn, _ = read("cat/t and sleeping/look:3 dog/t")
    assert [mention.mood for mention in drawn.things] == [None, "sleeping"]


def test_as_many_boards_as_there_are_dogs():
    drawn, _ = read("two/n:1 dogs/t on/r:1 skateboards/t:2")
    assert [mention.number for mention in drawn.things] == [2, 2]
