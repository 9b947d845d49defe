"""Words that mean something together. Example run: python -m pytest tests/scene/test_idioms.py"""

import pytest

from pipeline.scene.idioms import cut_at_relations, idioms
from pipeline.scene.tagger import Token
from tests.scene.test_apart import tagged, written
from tests.scene.test_parse import trained


@pytest.mark.parametrize(
    ("taken_for", "right"),
    [
        ("penguins/t holding/r:0 hands/t:1", "penguins/t holding/a:0 hands/a:0"),
        ("man/t holding/r:0 hands/t:1 cream/+", "man/t holding/r:0 hands/t:1 cream/+"),
        ("house/t on/+ a hill/t", "house/t on/r:0 a hill/t:1"),
        ("house/t on/+ fire/+", "house/t on/+ fire/+"),
        ("field/p of/t tulips/t", "field/p of tulips/t"),
    ],
)
def test_they_are_told_from_things(taken_for, right):
    tokens = tagged(taken_for)
    idioms(tokens)
    assert written(tokens) == right


@pytest.mark.parametrize(
    ("words", "looks"),
    [
        ("hamburger/thing with/relation:0 a smile/part:0", "smiling"),
        ("dog/thing with/relation:0 a sad/look:4 face/thing:1", "sad"),
        ("sushi/thing with eyes/part:0", "smiling"),
        ("sushi/thing with/relation:0 a cool/look:4 face/thing:1", "cool face"),
        ("cat/thing with/thing+ tears/action:0", "crying"),
    ],
)
def test_a_smile_is_how_it_looks(words, looks):
    tokens = roles(words)
    idioms(tokens)
    assert [(token.text, token.head) for token in tokens if token.role == "look"][-1] == (looks, 0)
    assert [token.text for token in tokens if token.role in ("thing", "part")] == [words.split("/")[0]]


def test_the_eyes_of_what_has_eyes_are_no_expression():
    tokens = roles("cat/thing with eyes/part:0")
    idioms(tokens)
    assert [token.role for token in tokens] == ["thing", "chatter", "part"]


def test_a_name_is_cut_where_another_thing_follows():
    tokens = tagged("bird/t on/+ the house/t:0")
    cut_at_relations(tokens)
    assert written(tokens) == "bird/t on/+ the house/t:0"  # it stands to something already


@trained
@pytest.mark.parametrize(
    ("prompt", "name", "parts"),
    [
        ("a heart with an arrow", "heart with arrow", {}),
        ("a house with a garden", "house with garden", {}),
        ("a man with a beard", "man with a beard", {}),
        ("a woman with curly red hair", "woman with curly hair", {"hair": "red"}),
    ],
)
def test_a_drawing_of_just_that_is_one_thing(reader, prompt, name, parts):
    (thing,) = reader.parse(prompt, seed=1).scene.things
    assert (thing.name, dict(thing.part_colours)) == (name, parts)


@trained
def test_what_goes_on_behind_with_is_told_of_the_whole(reader):
    things = reader.parse("a heart with an arrow on a red box", seed=1).scene.things
    assert [(thing.name, thing.colour) for thing in things] == [("heart with arrow", None), ("package", "red")]
    assert things[0].relation is not None and things[0].relation.kind == "on"


@trained
def test_a_name_that_goes_on_is_not_taken_for_what_was_taught_without_a_word(reader):
    assert reader.parse("a man with a beard trimmer", seed=1).notes
    assert not reader.parse("a man with a beard", seed=1).notes


def roles(text: str) -> list[Token]:
    """ "dog/thing with/relation:0" -> tokens."""
    tokens = []
    for at, word in enumerate(text.split()):
        said, _, role = word.partition("/")
        role, _, head = role.partition(":")
        tokens.append(Token(said, at, at + 1, role or "chatter", int(head or -1)))
    return tokens
