"""Wishes in words. Example run: python -m pytest tests/scene/test_wish.py"""

import re

import pytest

from pipeline.scene.edit import edit
from pipeline.scene.notes import Note
from pipeline.scene.record import Ground, Relation, Scene, Thing

SCENE = Scene(
    things=(
        Thing("cat", "cat"),
        Thing("hat", "top hat", said="hat", relation=Relation("worn by", "cat")),
        Thing("dog", "dog", place=(0.7, 0.6, 0.4)),
    ),
    ground=Ground("colour", ("#ffffff",)),
    style="3d render",
)
WISHES = {
    "make the hat blue": ["colour hat blue"],
    "Please paint the cat's eyes green": ["part cat eyes green"],
    "change the color of the dog to brown": ["colour dog brown"],
    "make the dog #00ff00": ["colour dog '#00ff00'"],
    "swap the dog for a fox": ["replace dog fox"],
    "put the sun in the sky": ["add sun sun", "place sun 0.5 0.18 0.24"],
    "turn the cat into a lion": ["replace cat lion"],
    "add a ball to the right of the cat": ["add ball 'soccer ball'", "relate ball 'right of' cat"],
    "add a red balloon": ["add balloon balloon", "colour balloon red", "place balloon 0.5 0.18 0.24"],
    "give the dog a scarf": ["add scarf scarf", "relate scarf 'worn by' dog"],
    "put the hat on the dog": ["relate hat on dog"],
    "remove the background": ["ground transparent"],
    "remove the hat": ["remove hat"],
    "make it night": ["ground scene 'night sky'"],
    "put them on the beach": ["ground scene beach"],
    "make the background light blue": ["ground colour 'light blue'"],
    "make the cat bigger": ["size cat 1.35"],
    "flip the cat": ["mirror cat"],
    "turn the dog upside down": ["turn dog 180.0"],
    "turn the hat a little": ["turn hat 12.0"],
    "draw the dog in flat sticker style": ["style dog 'flat sticker'"],
    "draw it as a flat sticker": ["style all 'flat sticker'"],
    "move the dog to the left": ["move dog -0.12 0.0"],
    "bring the dog to the front": ["order dog front"],
    "duplicate the dog": ["copy dog", "place dog-2 0.36 0.6 0.4"],
    "another drawing of the cat": ["again cat 8"],
    "make it a sticker": ["style all 'flat sticker'"],
    'add the text "Hello" at the top': ["letter Hello straight top"],
    "add a white outline": ["outline 8 '#ffffff'"],
    "add a shadow": ["shadow on"],
    "make it wider": ["canvas 344 256"],
    "the hat should be red and then remove the dog": ["colour hat red", "remove dog"],
    "make the hat green and the dog black": ["colour hat green", "colour dog black"],
    "make the cat and the dog blue": ["colour cat blue", "colour dog blue"],
    "flip the cat and make the dog pink": ["mirror cat", "colour dog pink"],
    "take the hat off": ["remove hat"],
    "delete everything but the cat": ["remove dog"],
    "the dog is too big": ["size dog 0.7407"],
    "make it day": ["ground gradient '#a9d8f5' '#e6f5fc'"],
    "darker background": ["ground colour '#b2b2b2'"],
    "transparent background please": ["ground transparent"],
    'add some text saying "Hi you"': ["letter 'Hi you' straight bottom"],
    "put the dog in the top left corner": ["place dog 0.23 0.23 0.4"],
    "two cats instead of one": ["count cat 2"],
    "put the dog in front of the cat": ["relate dog 'in front of' cat"],
    "put the cat in a box": ["add box package", "relate cat in box"],
    "replace the background with grass": ["ground scene grass"],
    "change the dog's colour to yellow": ["colour dog yellow"],
    "write happy birthday in pink": ["letter 'happy birthday' straight bottom pink"],
    'write "Hi" in an arch at the top': ["letter Hi arched top"],
    "put a crown and a scarf on the dog": [
        *("add crown crown", "add scarf scarf", "relate crown 'worn by' dog", "relate scarf 'worn by' dog"),
    ],
}
# With everything in its place, as on the page.
PLACED = edit(SCENE, ["place cat 0.3 0.6 0.5", "letter Hello straight bottom"])
PLACED_WISHES = {
    "swap the cat and the dog": ["place cat 0.7 0.6 0.5", "place dog 0.3 0.6 0.4"],
    "put the cat on a table": ["add table 'table furniture'", "place table 0.3 0.75 0.6", "relate cat on table"],
    "center the dog": ["place dog 0.5 0.5 0.4", "place cat 0.7 0.6 0.5"],
    "put the dog on the left": ["place dog 0.23 0.6 0.4", "place cat 0.7 0.6 0.5"],
    "another dog": ["copy dog", "place dog-2 0.36 0.2 0.4"],
    "add a ball between the cat and the dog": ["add ball 'soccer ball'", "place ball 0.5 0.73 0.24"],
    "add a rainbow behind them": ["add rainbow rainbow", "place rainbow 0.5 0.32 0.64", "order rainbow back"],
    "add a star in the top right corner": ["add star star", "place star 0.85 0.15 0.24"],
    "make the text red": ["letter Hello straight bottom red '#ffffff'"],
    "move the text to the top": ["letter Hello straight top '#111111' '#ffffff'"],
    "make the right dog pink": ["colour dog pink"],
    "zoom out": ["place cat 0.34 0.58 0.4", "place dog 0.66 0.58 0.32"],
}


def numbers(operations):
    """The operations with numbers of two digits."""
    return [re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.3g}", text) for text in operations]


@pytest.mark.parametrize("words", WISHES)
def test_a_wish_becomes_operations(wishes, words):
    wish = wishes.read(words, SCENE, seed=8)
    assert list(wish.operations) == WISHES[words]
    edit(SCENE, wish.operations)


@pytest.mark.parametrize("words", PLACED_WISHES)
def test_a_wish_of_things_that_have_their_places(wishes, words):
    wish = wishes.read(words, PLACED, seed=8)
    assert numbers(wish.operations) == PLACED_WISHES[words]
    edit(PLACED, wish.operations)


def test_what_is_added_stands_where_it_hides_least(wishes):
    roomy = edit(PLACED, ["place cat 0.18 0.7 0.3", "place dog 0.82 0.7 0.3"])
    scene = edit(roomy, wishes.read("add a tree", roomy, seed=8).operations)
    x, y, side = scene.things[-1].place
    assert side < 0.3 and y + side / 2 == pytest.approx(0.85), "on the ground of the others"
    assert scene.thing("cat").place == roomy.thing("cat").place
    high = edit(PLACED, wishes.read("add a cloud", PLACED, seed=8).operations).things[-1]
    assert high.place[1] < 0.4


def test_where_there_is_no_room_all_that_stands_is_laid_out_anew(wishes):
    scene = edit(PLACED, wishes.read("add a tree", PLACED, seed=8).operations)
    assert {thing.id for thing in scene.things if thing.place is None} == {"cat", "hat", "dog", "tree"}
    assert scene.thing("hat").relation == Relation("worn by", "cat")


@pytest.mark.parametrize(
    ("words", "operations"),
    {
        "just the dog": ("remove cat", "remove hat"),
        "way bigger": ("size cat 1.7", "place cat 0.3315 0.6 0.85", "size dog 1.7"),
        "make one of the dogs red": ("colour dog red",),
        "take off the hat": ("remove hat",),
        "give the cat a scarf instead of the hat": ("replace hat scarf",),
        "give it a scarf instead": ("replace hat scarf",),
        "a lamp on the left": ("add lamp lamp", "place lamp 0.205 0.675 0.35"),
        "put clouds in the background": ("add cloud cloud", "count cloud 3", "split cloud",
                                         "place cloud 0.1667 0.16 0.24", "order cloud back",
                                         "place cloud-2 0.5 0.23 0.24", "order cloud-2 back",
                                         "place cloud-3 0.8333 0.16 0.24", "order cloud-3 back"),
        "make the cat blue with red eyes": ("colour cat blue", "part cat eyes red"),
        "the doggo should be black": ("colour dog black",),
        "move everything down": ("move cat 0.0 0.12", "move dog 0.0 0.12"),
        'add a sign that says "Go"': ("add sign placard", "place sign 0.795 0.675 0.35", "relate cat none",
                                      "relate dog none", "relate sign none", "letter Go"),
        "bigger cat, smaller dog": ("size cat 1.35", "size dog 0.7407"),
        "cat orange": ("colour cat orange",),
        "i want the dog to be brown": ("colour dog brown",),
        "change dog to horse": ("replace dog horse",),
        "the dog should be a fox": ("replace dog fox",),
        "instead of the dog draw a fox": ("replace dog fox",),
        "the eyes should be green": ("part cat eyes green", "part dog eyes green"),
        "give them both scarves": ("add scarf scarf", "relate scarf 'worn by' cat", "add scarf-2 scarf",
                                   "relate scarf-2 'worn by' dog"),
        "give the dog a red bow": ("add bow bow", "colour bow red", "relate bow 'worn by' dog", "replace bow ribbon",
                                   "colour bow red"),
        "add a scarf to the dog and make it red": ("add scarf scarf", "relate scarf 'worn by' dog",
                                                   "colour scarf red"),
        "put a bird on the dog's head": ("add bird bird", "relate bird on dog"),
        "dog with a scarf": ("add scarf scarf", "relate scarf 'worn by' dog"),
        "try again": ("again cat 8", "again hat 8", "again dog 8"),
        "another style": ("style all 'gradient vector'",),
    }.items(),
)  # fmt: skip
def test_wishes_as_people_type_them(wishes, words, operations):
    assert wishes.read(words, PLACED, seed=8).operations == operations


@pytest.mark.parametrize(
    "words",
    [
        "make the cat black and white",
        "start over",
        "make the dog run",
        "make the cat fluffy",
        "make the hat chocolate",
    ],
)
def test_what_cannot_be_done_is_not_done_in_part(wishes, words):
    wish = wishes.read(words, PLACED, seed=8)
    assert not wish.operations and wish.sentence


def test_one_of_several_is_named_by_its_number_or_its_side(wishes):
    two = edit(PLACED, ["copy dog", "place dog-2 0.2 0.2 0.3", "outline 8"])
    assert wishes.read("remove the second dog", two).operations == ("remove dog-2",)
    assert wishes.read("make the left dog red", two).operations == ("colour dog-2 red",)
    assert wishes.read("remove the third dog", two).operations == ()
    assert wishes.read("make the outline thicker", two).operations == ("outline 12 '#ffffff'",)


def test_it_is_the_thing_that_is_picked_and_everything_where_none_is(wishes):
    assert wishes.read("make it pink", PLACED, it="dog").operations == ("colour dog pink",)
    assert len(wishes.read("make it pink", PLACED).operations) == 3
    assert wishes.read("remove it", PLACED, it="hat").operations == ("remove hat",)
    assert wishes.read("make it night", PLACED, it="hat").operations == ("ground scene 'night sky'",)


@pytest.mark.parametrize("words", ["frobnicate the widget", "delete the unicorn", "", "???"])
def test_what_is_not_understood_changes_nothing_and_is_told(wishes, words):
    wish = wishes.read(words, SCENE)
    assert wish.operations == ()
    assert wish.sentence or not words.strip("?")


@pytest.mark.parametrize(
    ("words", "operations", "notes"),
    [
        ("I'd like the hat in red and the dog a bit smaller", ("colour hat red", "size dog 0.7407"), ()),
        ("make the hat red and the unicorn bigger", ("colour hat red",), (Note("absent", "unicorn"),)),
        ("remove the unicorn and the dog", ("remove dog",), (Note("absent", "unicorn"),)),
        ("make the cat fluffy and the dog red", ("colour dog red",), (Note("wish", "make the cat fluffy"),)),
        ("the hat red and the widget frobnicated", ("colour hat red",), (Note("wish", "the widget frobnicated"),)),
    ],
)
def test_what_of_a_wish_is_not_understood_is_told(wishes, words, operations, notes):
    wish = wishes.read(words, PLACED, seed=8)
    assert wish.operations == operations and wish.notes == notes


def test_hair_is_blonde(wishes):
    girl = Scene(things=(Thing("girl", "girl", place=(0.3, 0.6, 0.5)), Thing("tree", "tree")))
    for words in (
        "make her hair blonde",
        "the girl's hair should be blonde",
        "the girl should have blond hair",
        "give the girl blonde hair",
    ):
        assert wishes.read(words, girl).operations == ("part girl hair yellow",), words
