"""Wishes about what stands in a picture. Example run: python -m pytest tests/scene/test_wish_things.py"""

import pytest

from pipeline.scene.edit import edit
from pipeline.scene.notes import Note
from pipeline.scene.record import Ground, Relation, Scene, Thing
from pipeline.scene.wish_things import _had
from tests.scene.test_wish_places import BIRD, DRESS, GIRL, TREE

BALLOON = Thing("balloon", "balloon", relation=Relation("held by", "girl"))
SCENE = Scene(things=(GIRL, DRESS, BALLOON, TREE, BIRD), ground=Ground("scene", name="grass"))


@pytest.mark.parametrize(
    ("words", "operations"),
    {
        "swap the balloon for a kite": ("replace balloon kite",),
        "replace all birds with butterflies": ("replace bird butterfly",),
        "replace the grass with a beach": ("ground scene beach",),
        "replace the dress with a red coat": ("replace dress coat", "colour dress red"),
        "use a kite instead of the balloon": ("replace balloon kite",),
        "make the girl hold a flower instead of the balloon": ("replace balloon blossom",),
        "put the girl under the tree": ("relate girl under tree",),
        "put the tree to the left of the girl": ("relate tree 'left of' girl",),
        "put the bird above the tree": ("relate bird above tree",),
        "put a cat next to the girl": ("add cat cat", "relate cat 'next to' girl"),
        "put the bird in a cage": ("add cage cage", "relate bird in cage"),
        "put two apples on the tree": ("add apple 'red apple'", "count apple 2", "relate apple on tree"),
        "put a crown on her head": ("add crown crown", "relate crown 'worn by' girl"),
        "put sunglasses on the bird": ("add sunglasses sunglasses", "relate sunglasses 'worn by' bird"),
        "give the bird a worm": ("add worm worm", "relate worm 'held by' bird"),
        "give her a hat and glasses": (
            "add hat 'top hat'", "add glasses glasses", "relate hat 'worn by' girl", "relate glasses 'worn by' girl",
        ),
        "give everyone a hat": (
            "add hat 'top hat'", "relate hat 'worn by' girl", "add hat-2 'top hat'", "relate hat-2 'worn by' bird",
        ),
        "add a ribbon to the balloon": ("add ribbon ribbon", "relate ribbon 'worn by' balloon"),
        "add a hat to the bird and make it green": (
            "add hat 'top hat'", "relate hat 'worn by' bird", "colour hat green",
        ),
        "wings for the girl": ("add wing wing", "count wing 2", "relate wing 'worn by' girl"),
        "girl with glasses": ("add glasses glasses", "relate glasses 'worn by' girl"),
        "the girl should carry a basket": ("add basket basket", "relate basket 'held by' girl"),
        "make the girl sit on a bench": (
            "add bench bench", "place bench 0.3 0.75 0.6", "relate girl 'sitting on' bench",
        ),
        "make the bird stand next to the girl": ("relate bird 'next to' girl",),
        "let the bird sit on the girl instead": ("relate bird 'sitting on' girl",),
        "have the girl ride the bird": ("relate girl riding bird",),
        "let the bird fly above the girl": ("relate bird above girl",),
        "the girl should lean against the tree": ("relate girl 'next to' tree",),
        "make the girl wear the balloon": ("relate balloon 'worn by' girl",),
        "add a bench between the girl and the tree": ("add bench bench", "place bench 0.525 0.7 0.3"),
        "add a bench between them": ("add bench bench", "place bench 0.525 0.7 0.3"),
        "add a kite in the sky": ("add kite kite", "place kite 0.325 0.18 0.24"),
        "add a star in the top left corner": ("add star star", "place star 0.15 0.15 0.24"),
        "add a rainbow": ("add rainbow rainbow", "place rainbow 0.5 0.32 0.64", "order rainbow back"),
        "delete the tree then add a fountain": (
            "remove tree", "add fountain fountain", "place fountain 0.795 0.675 0.35",
        ),
    }.items(),
)  # fmt: skip
def test_a_wish_about_things(wishes, words, operations):
    wish = wishes.read(words, SCENE, seed=8)
    assert wish.operations == operations, wish.sentence
    edit(SCENE, wish.operations)


@pytest.mark.parametrize(
    ("words", "notes"),
    [
        ("replace the unicorn with a cat", (Note("absent", "unicorn"),)),
        ("put the girl on the girl", (Note("wish", "put the girl on the girl"),)),
        ("add the tree", (Note("wish", "add the tree"),)),
        ("give the unicorn a hat", None),
    ],
)
def test_who_is_not_there_gets_nothing(wishes, words, notes):
    wish = wishes.read(words, Scene(things=(TREE, GIRL)))
    assert "unicorn" not in " ".join(wish.operations)
    assert notes is None or (wish.notes == notes and not wish.operations)


def test_two_that_would_hang_on_each_other_are_parted(wishes):
    scene = Scene(things=(GIRL, Thing("cat", "cat", relation=Relation("on", "girl"))))
    for words in ("put the girl on the cat", "hide the girl behind the cat", "make the girl ride the cat"):
        first, second = wishes.read(words, scene).operations
        assert first == "relate cat none" and second.startswith("relate girl "), words
        assert edit(scene, [first, second]).thing("girl").relation.target == "cat"


def test_what_they_have_is_exchanged_where_it_is_one(wishes):
    scene = Scene(things=(GIRL, DRESS))
    assert wishes.read("give her a coat instead", scene).operations == ("replace dress coat",)
    two = Scene(things=(GIRL, DRESS, BALLOON))
    assert not any(text.startswith("replace") for text in wishes.read("give her a coat instead", two).operations)


def test_the_one_that_is_picked_gets_it(wishes):
    scene = Scene(things=(GIRL, Thing("cat", "cat", place=(0.7, 0.7, 0.3))))
    for it in ("girl", "cat"):
        assert wishes.read("add a scarf", scene, it=it).operations[1] == f"relate scarf 'worn by' {it}"
    nobody = wishes.read("add a scarf", scene).operations
    assert not any("worn by" in text for text in nobody), "of two, nobody is meant"


@pytest.mark.parametrize(
    ("thing", "owner", "kind"),
    [("hat", "girl", "worn by"), ("hat", "table", "worn by"), ("balloon", "girl", "held by"),
     ("balloon", "house", "with"), ("house", "girl", "with")],
)  # fmt: skip
def test_who_has_something_wears_it_or_holds_it_or_is_with_it(thing, owner, kind):
    assert _had(Thing("a", thing), Thing("b", owner)) == kind
