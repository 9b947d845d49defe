"""Wishes about where things stand. Example run: python -m pytest tests/scene/test_wish_places.py"""

import pytest

from pipeline.scene.edit import edit
from pipeline.scene.record import Ground, Relation, Scene, Thing

GIRL, TREE = Thing("girl", "girl", place=(0.3, 0.6, 0.5)), Thing("tree", "deciduous tree", said="tree",
                                                                 place=(0.75, 0.5, 0.6))  # fmt: skip
DRESS = Thing("dress", "dress", relation=Relation("worn by", "girl"))
BIRD = Thing("bird", "bird", relation=Relation("on", "tree"))
SCENE = Scene(things=(GIRL, DRESS, TREE, BIRD), ground=Ground("scene", name="grass"))


@pytest.mark.parametrize(
    ("words", "operations"),
    {
        # who stood there takes the place that gets free
        "the girl on the right": ("place girl 0.72 0.6 0.5", "place tree 0.3 0.5 0.6"),
        "the tree should be on the left": ("place tree 0.33 0.5 0.6", "place girl 0.75 0.6 0.5"),
        "center the tree": ("place tree 0.5 0.5 0.6", "place girl 0.75 0.6 0.5"),
        "move the girl to the top": ("place girl 0.3 0.28 0.5",),
        # what stood by another stands by itself then
        "put the bird in the top left corner": ("relate bird none", "place bird 0.21 0.21 0.36"),
        # several keep their places to each other
        "put everything on the left": ("place girl 0.25 0.6 0.5", "place tree 0.7 0.5 0.6"),
        "put all of them in the middle": ("place girl 0.25 0.575 0.5", "place tree 0.7 0.475 0.6"),
        "swap the girl and the tree": ("place girl 0.75 0.5 0.5", "place tree 0.3 0.6 0.6"),
        "switch places of the tree and the girl": ("place tree 0.3 0.6 0.6", "place girl 0.75 0.5 0.5"),
        "keep only the tree": ("remove girl", "remove dress", "remove bird"),
        "remove everything except the girl and the dress": ("remove tree", "remove bird"),
        "the tree is too large": ("size tree 0.7407",),
        "the girl is far too small": ("size girl 1.35",),
        "the tree and the bird are too big": ("size tree 0.7407", "size bird 0.7407"),
        "zoom out": ("place girl 0.34 0.58 0.4", "place tree 0.7 0.5 0.48"),
        "zoom in a little": ("place girl 0.25 0.625 0.625", "place tree 0.8125 0.5 0.75"),
    }.items(),
)
def test_a_wish_about_places(wishes, words, operations):
    wish = wishes.read(words, SCENE, seed=8)
    assert wish.operations == operations, wish.sentence
    edit(SCENE, wish.operations)


@pytest.mark.parametrize(
    "words",
    ["exchange the girl with the tree", "switch the girl and the tree", "swap the girl for the tree",
     "swap the places of the two", "let the girl and the tree change places", "make them swap places"],
)  # fmt: skip
def test_two_that_are_there_change_places_and_keep_their_sizes(wishes, words):
    assert wishes.read(words, SCENE).operations == ("place girl 0.75 0.5 0.5", "place tree 0.3 0.6 0.6")


def test_who_is_not_there_replaces(wishes):
    assert wishes.read("exchange the girl with a boy", SCENE).operations == ("replace girl boy",)
    assert wishes.read("swap the girl for the boy", SCENE).operations == ("replace girl boy",)
    assert wishes.read("swap the girl with a tree", SCENE).operations == ("replace girl 'deciduous tree'",)


def test_who_sits_somewhere_and_who_stands_change_places(wishes):
    fence = Thing("fence", "fence", place=(0.7, 0.7, 0.4))
    bird = Thing("bird", "bird", relation=Relation("on", "fence"))
    scene = Scene(things=(GIRL, fence, bird))
    after = edit(scene, wishes.read("exchange the girl with the bird", scene).operations)
    assert after.thing("girl").relation == bird.relation and after.thing("bird").relation is None
    x, y, side = after.thing("bird").place
    assert x == GIRL.place[0] and y + side / 2 == pytest.approx(GIRL.place[1] + GIRL.place[2] / 2), "on her ground"
    upside = edit(scene, wishes.read("swap the fence and the bird", scene).operations)
    assert upside.thing("fence").relation == Relation("on", "bird") and upside.thing("bird").place == fence.place


def test_two_of_a_row_change_places_in_it(wishes):
    names = ("cat", "dog", "horse", "fox")
    row = Scene(things=tuple(Thing(name, name) for name in names), arrangement="row")
    for one, other in (("cat", "dog"), ("cat", "horse"), ("fox", "cat"), ("dog", "fox"), ("horse", "fox")):
        after = edit(row, wishes.read(f"swap the {one} and the {other}", row).operations)
        wanted = [{one: other, other: one}.get(name, name) for name in names]
        assert [thing.id for thing in after.things] == wanted


def test_what_somebody_wears_changes_no_places(wishes):
    assert not wishes.read("swap the girl and the dress", SCENE).operations


@pytest.mark.parametrize("words", ["just the girl", "only the girl", "remove everything but the girl"])
def test_who_stays_keeps_what_they_wear_hold_and_ride(wishes, words):
    horse = Thing("horse", "horse", place=(0.3, 0.6, 0.5))
    rider = Thing("girl", "girl", relation=Relation("riding", "horse"))
    balloon = Thing("balloon", "balloon", relation=Relation("held by", "girl"))
    ribbon = Thing("ribbon", "ribbon", relation=Relation("worn by", "balloon"))
    assert wishes.read(words, Scene(things=(ribbon, GIRL, DRESS, balloon, TREE, BIRD))).operations == (
        "remove tree", "remove bird",
    )  # fmt: skip
    assert wishes.read(words, Scene(things=(ribbon, balloon, rider, horse, TREE))).operations == ("remove tree",)
    assert wishes.read("only the horse", Scene(things=(rider, horse))).operations == ("remove girl",)


def test_who_is_put_in_a_place_and_back_leaves_all_as_it_was(wishes):
    there = edit(SCENE, wishes.read("swap the girl and the tree", SCENE).operations)
    back = edit(there, wishes.read("swap the tree and the girl", there).operations)
    assert there != SCENE and back == SCENE


def test_nearer_and_farther_meet_again(wishes):
    far = edit(SCENE, wishes.read("zoom out", SCENE).operations)
    near = edit(far, wishes.read("zoom in", far).operations)
    for thing in near.things:
        if thing.place is not None:
            assert thing.place == pytest.approx(SCENE.thing(thing.id).place, abs=2e-4)


def test_what_would_leave_every_picture_stays_within_reach(wishes):
    scene = edit(SCENE, ["place girl -0.4 1.4 1.9"])
    x, y, side = edit(scene, wishes.read("zoom in", scene).operations).thing("girl").place
    assert (x, y, side) == (-0.5, 1.5, 2.0)


def test_what_has_no_place_yet_is_larger_where_it_will_stand(wishes):
    scene = Scene(things=(Thing("cat", "cat"), Thing("hat", "top hat", relation=Relation("worn by", "cat"))))
    assert wishes.read("zoom in", scene).operations == ("size cat 1.25",)


@pytest.mark.parametrize(
    "words", ["swap the girl and the unicorn", "the unicorn on the left", "keep only the unicorn"]
)
def test_who_is_not_there_is_told_and_nothing_is_done(wishes, words):
    wish = wishes.read(words, SCENE)
    assert not wish.operations and "unicorn" in wish.sentence
