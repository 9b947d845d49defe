"""What wishes ask for, without the polite words. Example run: python -m pytest tests/scene/test_wish_asks.py"""

import pytest

from pipeline.scene.edit import edit
from pipeline.scene.record import Relation
from pipeline.scene.wish_asks import plainly
from tests.scene.test_wish_things import SCENE


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("could you please make the hat red, thanks", "make the hat red"),
        ("maybe we could just move the dog to the left", "move the dog to the left"),
        ("I would like to see the cat", "the cat"),
        ("let's add a dog please", "add a dog"),
        ("place a lamp near the tree", "put a lamp near the tree"),
        ("can we have two more birds", "add two more birds"),
        ("could you give me one more cat", "add one more cat"),
        ("we need a dog", "add a dog"),
        ("how about adding a dog", "add a dog"),
        ("can we have the tree in red", "make the tree in red"),
        ("have the cat ride the horse", "have the cat ride the horse"),
        ("place the dog near the tree", "place the dog near the tree"),
        ("give her a hat", "give her a hat"),
        ("", ""),
    ],
)
def test_what_is_polite_says_nothing(words, plain):
    assert plainly(words) == plain


@pytest.mark.parametrize(
    ("words", "plain"),
    {
        "place a lamp near the tree": "put a lamp near the tree",
        "stick a star on the tree": "put a star on the tree",
        "draw a sun above the tree": "put a sun above the tree",
        "include a dog": "add a dog",
        "we need a dog": "add a dog",
        "can we have two more birds": "add two more birds",
        "could you give me one more cat": "add one more cat",
        "I'd love to see a horse": "add a horse",
        "there should be a bench": "add a bench",
        "how about some clouds?": "add some clouds",
        "it would be nice to have a dog": "add a dog",
        "many clouds": "add many clouds",
    }.items(),
)  # fmt: skip
def test_what_people_say_for_add_is_read_as_add(wishes, words, plain):
    wish = wishes.read(words, SCENE, seed=8)
    assert wish == wishes.read(plain, SCENE, seed=8)
    assert any(text.startswith(("add ", "copy ", "count ")) for text in wish.operations)


@pytest.mark.parametrize(
    ("words", "relation"),
    {
        "hang a swing from the tree": ("swing", "hanging from", "tree"),
        "hang a lantern on the tree": ("lantern", "hanging from", "tree"),
        "lean a bicycle against the tree": ("bicycle", "next to", "tree"),
        "hide a mouse behind the tree": ("mouse", "behind", "tree"),
        "hide a cat under the tree": ("cat", "under", "tree"),
        "seat a cat on the tree": ("cat", "sitting on", "tree"),
        "perch an owl in the tree": ("owl", "on", "tree"),
        "let a cat sit on the tree": ("cat", "sitting on", "tree"),
    }.items(),
)  # fmt: skip
def test_what_is_hung_leant_hidden_or_seated_is_added_in_that_relation(wishes, words, relation):
    name, kind, target = relation
    wish = wishes.read(words, SCENE, seed=8)
    scene = edit(SCENE, wish.operations)
    assert [thing.id for thing in scene.things] == [*(thing.id for thing in SCENE.things), name]
    assert scene.thing(name).relation == Relation(kind, target)


@pytest.mark.parametrize(
    ("words", "operations"),
    {
        "hang the balloon from the tree": ("relate balloon 'hanging from' tree",),
        "lean the girl against the tree": ("relate girl 'next to' tree",),
        "seat the bird on the girl": ("relate bird 'sitting on' girl",),
        "hide the girl behind the tree": ("relate girl behind tree",),
        "park the balloon behind the tree": ("relate balloon behind tree",),
    }.items(),
)  # fmt: skip
def test_what_is_there_already_is_moved_into_the_relation(wishes, words, operations):
    assert wishes.read(words, SCENE, seed=8).operations == operations


def test_nothing_goes_for_being_hidden_behind_something_that_is_not_there(wishes):
    assert not any(text.startswith("remove") for text in wishes.read("hide the girl behind a car", SCENE).operations)


@pytest.mark.parametrize(
    ("words", "operations"),
    {
        "make the dress striped": ("part dress stripes white",),
        "the dress should be polka dotted": ("part dress dots white",),
        "spots on the dress please": ("part dress spots white",),
        "I want red stripes on the tree": ("part tree stripes red",),
        "make the skirt striped": (),
    }.items(),
)  # fmt: skip
def test_a_pattern_is_told_by_its_adjective_or_before_what_it_is_on(wishes, words, operations):
    wish = wishes.read(words, SCENE, seed=8)
    assert wish.operations == operations and bool(wish.notes) != bool(operations)


@pytest.mark.parametrize(
    "words", ["add flowers everywhere", "hearts all over the place", "add some stars around", "lots of hearts"]
)
def test_what_is_everywhere_is_several(wishes, words):
    assert 5 <= edit(SCENE, wishes.read(words, SCENE, seed=8).operations).placed - SCENE.placed <= 8


@pytest.mark.parametrize(
    ("words", "operations"),
    {
        "remove the tree but keep the girl": ("remove tree",),
        "I don't like the balloon": ("remove balloon",),
        "could the dress be blue instead?": ("colour dress blue",),
        "can the bird wear a crown": ("add crown crown", "relate crown 'worn by' bird"),
        "I think the dress should be blue": ("colour dress blue",),
    }.items(),
)  # fmt: skip
def test_a_question_and_an_opinion_are_wishes(wishes, words, operations):
    assert wishes.read(words, SCENE, seed=8).operations == operations
