"""What activities need. Example run: python -m pytest tests/scene/test_activities.py"""

import pytest

from tests.scene.test_parse import trained


def stand(reader, prompt):
    """How each stands to which, and what is said of the prompt."""
    parsed = reader.parse(prompt, seed=1)
    names = {thing.id: thing.name for thing in parsed.scene.things}
    found = {
        (thing.name, thing.relation.kind, names[thing.relation.target])
        for thing in parsed.scene.things
        if thing.relation
    }
    return sorted(names.values()), found, parsed.sentence


@trained
@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a bear fishing in a river", ("fishing pole", "held by", "bear")),
        ("a singing frog", ("microphone", "held by", "frog")),
        ("a robot watering a cactus", ("watering can", "held by", "robot")),
        ("a raccoon driving", ("raccoon", "in", "automobile")),
        ("a fox camping in the forest", ("fox", "next to", "tent")),
        ("a pig reading", ("open book", "held by", "pig")),
        ("a pig reading under a tree", ("pig", "under", "deciduous tree")),
        ("a pig reading under a tree", ("open book", "held by", "pig")),
        ("a dog surfing", ("dog", "riding", "surf board")),
        ("a dog skateboarding", ("dog", "riding", "skateboard")),
        ("a panda painting a house", ("panda", "next to", "house")),
        ("a panda painting a house", ("paintbrush", "held by", "panda")),
        ("a pencil drawing a heart", ("pencil", "next to", "red heart")),
    ],
)
def test_who_does_something_has_what_it_takes(reader, prompt, expected):
    names, found, said = stand(reader, prompt)
    assert expected in found and not said


@trained
@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("an owl reading a book", ["closed book", "owl"]),
        ("a dog driving a red car", ["automobile", "dog"]),
        ("a fishing boat on a lake", ["fishing boat"]),
        ("a bear fishing with a fishing pole", ["bear", "fishing pole"]),
        ("a woman cooking soup", ["steaming bowl", "woman"]),
    ],
)
def test_what_is_named_or_no_activity_is_not_there_twice(reader, prompt, names):
    assert stand(reader, prompt)[0] == names


@trained
@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("kids flying a kite", ("kite", "held by", "child")),
        ("three balloons tied to a chair", ("balloon", "above", "chair")),
        ("a boy holding a balloon", ("balloon", "held by", "boy")),
        ("a boat tied to a chair", ("sailboat", "next to", "chair")),
    ],
)
def test_what_flies_on_a_string_is_above_what_it_is_tied_to(reader, prompt, expected):
    assert expected in stand(reader, prompt)[1]


@trained
@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("a submarine under the sea with fish around it", ["fish", "submarine"]),
        ("a crab at the bottom of the ocean next to a shell", ["crab", "spiral shell"]),
        ("a shark underwater chasing a turtle", ["shark", "turtle"]),
    ],
)
def test_under_the_sea_is_a_place_and_no_sea_stands_beside(reader, prompt, names):
    parsed = reader.parse(prompt, seed=1)
    assert sorted(thing.name for thing in parsed.scene.things) == names
    assert parsed.scene.ground.name == "underwater" and not parsed.sentence


@trained
@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a basket with three kittens", ("cat face", "in", "basket")),
        ("a bowl with strawberries", ("strawberry", "in", "bowl")),
        ("a box with a bow", ("bow", "with", "package")),
        ("a sad cloud raining on a flower", ("cloud", "above", "blossom")),
        ("a boy with a bird on his shoulder", ("bird", "on", "boy")),
    ],
)
def test_what_holds_several_has_them_inside(reader, prompt, expected):
    assert expected in stand(reader, prompt)[1]
