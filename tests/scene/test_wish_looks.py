"""Wishes about how things look. Example run: python -m pytest tests/scene/test_wish_looks.py"""

import pytest

from pipeline.scene.edit import edit
from pipeline.scene.record import Relation, Scene, Thing
from pipeline.scene.wish import Wishes
from tests.scene.test_parse import WEIGHTS, load_reader, trained


@pytest.fixture(scope="module")
def wishes():
    return Wishes(load_reader(WEIGHTS))


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
