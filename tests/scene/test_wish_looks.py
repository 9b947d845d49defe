"""Wishes about how things look. Example run: python -m pytest tests/scene/test_wish_looks.py"""

import pytest

from pipeline.scene.edit import edit
from pipeline.scene.record import Relation, Scene, Thing
from tests.scene.test_parse import trained


def scene() -> Scene:
    return Scene(
        things=(
            Thing("dog", "dog"),
            Thing("cat", "cat", relation=Relation("next to", "dog")),
            Thing("pirate-hat", "pirate hat", relation=Relation("worn by", "cat")),
        )
    )


@trained
@pytest.mark.parametrize(
    ("words", "operations"),
    [
        ("make the cat happy", ("face cat happy",)),
        ("make it grumpy", ("face dog angry", "face cat angry")),
        ("the dog should be sleeping", ("face dog sleeping",)),
        ("make the dog cry", ("face dog crying",)),
        ("add a smile to the dog", ("face dog smiling",)),
        ("give the cat an angry face", ("face cat angry",)),
        ("dress the dog as a superhero", ("add cape cape 'worn by' dog", "colour cape red")),
        ("dress the cat up as a wizard", ("remove pirate-hat", "add wizard-hat 'wizard hat' 'worn by' cat",
                                          "colour wizard-hat blue")),
        ("remove the cat's hat", ("remove pirate-hat",)),
        ("make the hat red and bigger", ("colour pirate-hat red", "size pirate-hat 1.35")),
        ("cat bigger", ("size cat 1.35",)),
        ("swap their places", ("relate cat 'left of' dog",)),
        ("the cat should wear glasses instead of a hat", ("replace pirate-hat glasses",)),
        ("wings for the dog", ("add wing wing", "count wing 2", "relate wing 'worn by' dog")),
        ("make the background see-through", ("ground transparent",)),
    ],
)  # fmt: skip
def test_a_wish_is_operations(wishes, words, operations):
    wish = wishes.read(words, scene(), seed=3)
    assert wish.operations == operations and not wish.notes


@trained
@pytest.mark.parametrize(
    ("words", "operations"),
    [
        ("make one of them blue", ("split balloon", "colour balloon-3 blue")),
        ("make the second one yellow", ("split balloon", "colour balloon-2 yellow")),
        ("only two balloons", ("count balloon 2",)),
        ("fewer balloons", ("count balloon 2",)),
    ],
)
def test_one_of_several_and_fewer(wishes, words, operations):
    assert wishes.read(words, Scene(things=(Thing("balloon", "balloon", count=3),)), seed=3).operations == operations


@trained
def test_who_is_the_only_one_there_wears_what_is_added(wishes):
    lone = Scene(things=(Thing("cat", "cat"),))
    assert wishes.read("add sunglasses", lone, seed=3).operations[-1] == "relate sunglasses 'worn by' cat"
    assert not any("relate" in one for one in wishes.read("add sunglasses", scene(), seed=3).operations)
    assert wishes.read("add sunglasses", scene(), seed=3, it="dog").operations[-1].endswith("'worn by' dog")


@trained
def test_a_smile_that_nobody_has_cannot_be_removed(wishes):
    happy = edit(scene(), "face dog happy")
    assert wishes.read("remove the smile", happy, seed=3).operations == ("face dog none",)
    assert wishes.read("remove the smile", scene(), seed=3).operations == ()
    assert wishes.read("make the cat purring", scene(), seed=3).operations == ()


def test_an_expression_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="`expression` must be one of happy"):
        edit(scene(), "face dog green")
    assert edit(edit(scene(), "face dog sad"), "face dog none") == scene()


PAIR = Scene(
    things=(
        Thing("boy", "boy", place=(0.3, 0.5, 0.4)),
        Thing("dog", "dog", place=(0.7, 0.5, 0.4)),
        Thing("ball", "soccer ball", said="ball", place=(0.5, 0.8, 0.2)),
    )
)


@trained
@pytest.mark.parametrize(
    ("words", "operations"),
    [
        ("the boy should be smaller than the dog", ("size boy 0.75",)),
        ("make the ball bigger than the dog", ("size ball 2.6",)),
        ("add pink stripes to the ball", ("part ball stripes pink",)),
        ("paint the ball with stripes", ("part ball stripes white",)),
        ("give the dog black spots", ("part dog spots black",)),
        ("he should be happy", ("face boy happy",)),
        ("the dog should be bigger", ("size dog 1.35",)),
        ("give the boy glasses and the dog a bone", (
            "add glasses glasses", "relate glasses 'worn by' boy", "add bone bone", "relate bone 'held by' dog",
        )),
    ],
)  # fmt: skip
def test_who_is_told_of_what(wishes, words, operations):
    assert wishes.read(words, PAIR, seed=3).operations == operations


@trained
def test_the_beard_of_who_is_drawn_with_one_is_a_part(wishes):
    man = Scene(things=(Thing("old-man", "man with a beard", said="old man", part_colours={"beard": "white"}),))
    assert wishes.read("make the beard red", man).operations == ("part old-man beard red",)


@trained
def test_a_look_that_was_not_taught_is_told(wishes):
    wish = wishes.read("make everything look like a watercolor", PAIR)
    assert not wish.operations and "was not taught as a style" in wish.sentence


@trained
def test_two_swap_their_places(wishes):
    two = Scene(things=PAIR.things[:2])
    assert [text.split()[:2] for text in wishes.read("swap them", two).operations] == [
        ["place", "boy"],
        ["place", "dog"],
    ]
