"""Example run: python -m pytest tests/scene/test_wish_moves.py"""

import pytest

from pipeline.scene.edit import edit
from pipeline.scene.record import Ground, Relation, Scene, Thing

SCENE = Scene(
    things=(
        Thing("cat", "cat", place=(0.3, 0.6, 0.4)),
        Thing("hat", "top hat", said="hat", relation=Relation("worn by", "cat")),
        Thing("dog", "dog", place=(0.7, 0.6, 0.4)),
    ),
    ground=Ground("colour", ("#ffffff",)),
)
WISHES = {
    "spread them out": ["place cat 0.2 0.6 0.4", "place dog 0.8 0.6 0.4"],
    "move them apart": ["place cat 0.2 0.6 0.4", "place dog 0.8 0.6 0.4"],
    "move them closer together": ["place cat 0.3667 0.6 0.4", "place dog 0.6333 0.6 0.4"],
    "move the dog closer to the cat": ["place dog 0.5667 0.6 0.4"],
    "move the dog away from the cat": ["place dog 0.8 0.6 0.4"],
    "make the dog look at the cat": ["look dog left"],
    "make them face each other": ["look cat right", "look dog left"],
    "turn the cat towards the dog": ["look cat right"],
    "make the cat look left": ["look cat left"],
    "bring the cat closer": ["size cat 1.35", "order cat front"],
    "make the dog jump": ["move dog 0.0 -0.1"],
    "make the dog face the other way": ["mirror dog"],
    "make there be three dogs": ["copy dog", "place dog-2 0.36 0.2 0.4", "copy dog-2", "place dog-2-2 0.8 0.2 0.4"],
    "put them side by side": ["place cat 0.3 0.6 0.4", "place dog 0.7 0.6 0.4"],
    "double the size of the cat": ["size cat 2.0"],
    "make the dog half as big": ["size dog 0.5"],
    "make the dog wear a scarf": ["add scarf scarf", "relate scarf 'worn by' dog"],
    "the cat should hold a red balloon": [
        "add balloon balloon", "colour balloon red", "relate balloon 'held by' cat",
    ],
    "hide the dog behind the cat": ["relate dog behind cat"],
    "change the scene to a forest": ["ground scene forest"],
    "take them to the beach": ["ground scene beach"],
    "make the cat ride the dog": ["relate cat riding dog"],
}  # fmt: skip


@pytest.mark.parametrize("words", WISHES)
def test_a_wish_about_how_things_stand_becomes_operations(wishes, words):
    wish = wishes.read(words, SCENE, seed=8)
    assert list(wish.operations) == WISHES[words], wish.sentence
    assert (edit(SCENE, wish.operations) != SCENE or "side by side" in words) and {
        note.kind for note in wish.notes
    } <= {"side"}


def test_what_is_not_side_by_side_comes_to_be(wishes):
    scene = edit(SCENE, ["place cat 0.6 0.3 0.6", "place dog 0.4 0.6 0.6"])
    assert wishes.read("put them in a row", scene).operations == ("place dog 0.25 0.65 0.5", "place cat 0.75 0.65 0.5")


@pytest.mark.parametrize("words", ["make the dog stand on its head", "the cat should wear its hat"])
def test_what_is_its_own_is_not_added(wishes, words):
    assert not wishes.read(words, SCENE).operations


@pytest.mark.parametrize("words", ["undo that", "undo", "take that back", "go back", "undo the last change"])
def test_taking_back_is_refused_in_a_sentence_that_says_what_to_do(wishes, words):
    wish = wishes.read(words, SCENE)
    assert not wish.operations
    assert wish.sentence == (
        f"`wish` takes a change to the picture, got {words!r}; take the last change back with undo, or out of `edits`."
    )


def test_one_hand_is_not_told_from_the_other(wishes):
    girl = Thing("girl", "girl", place=(0.3, 0.6, 0.5))
    held = Thing("balloon", "balloon", relation=Relation("held by", "girl"))
    scene = Scene(things=(girl, held, Thing("ball", "soccer ball", place=(0.8, 0.8, 0.2))))
    for words in ("put the balloon in her other hand", "put the balloon in the girl's left hand"):
        wish = wishes.read(words, scene)
        assert not wish.operations and [note.kind for note in wish.notes] == ["wish"]
    assert wishes.read("put the ball in her other hand", scene).operations == ("relate ball 'held by' girl",)
    new = edit(scene, wishes.read("put a flower in her other hand", scene).operations).things[-1]
    assert new.relation == Relation("held by", "girl")
