"""Wishes in words. Example run: python -m pytest tests/scene/test_wish.py"""

from pathlib import Path

import pytest

from pipeline.evaluation.scene_parser import load_reader
from pipeline.scene.edit import edit
from pipeline.scene.record import Ground, Relation, Scene, Thing
from pipeline.scene.wish import Wishes

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
pytestmark = pytest.mark.skipif(
    not (WEIGHTS / "scene_parser").is_dir(), reason="the weights have no scene parser; pipeline.training makes it"
)
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
    "turn the cat into a lion": ["replace cat lion"],
    "add a ball to the right of the cat": ["add ball 'soccer ball'", "relate ball 'right of' cat"],
    "add a red balloon": ["add balloon balloon", "colour balloon red"],
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
    "move the dog to the left": ["move dog -0.12 0.0"],
    "bring the dog to the front": ["order dog front"],
    "duplicate the dog": ["copy dog"],
    "another drawing of the cat": ["again cat 8"],
    "make it a sticker": ["style all 'flat sticker'"],
    'add the text "Hello" at the top': ["letter Hello straight top"],
    "add a white outline": ["outline 8 '#ffffff'"],
    "add a shadow": ["shadow on"],
    "make it wider": ["canvas 344 256"],
    "the hat should be red and then remove the dog": ["colour hat red", "remove dog"],
}


@pytest.fixture(scope="module")
def wishes() -> Wishes:
    return Wishes(load_reader(WEIGHTS))


@pytest.mark.parametrize("words", WISHES)
def test_a_wish_becomes_operations(wishes, words):
    wish = wishes.read(words, SCENE, seed=8)
    assert list(wish.operations) == WISHES[words]
    edit(SCENE, wish.operations)


@pytest.mark.parametrize("words", ["frobnicate the widget", "delete the unicorn", "", "???"])
def test_what_is_not_understood_changes_nothing_and_is_told(wishes, words):
    wish = wishes.read(words, SCENE)
    assert wish.operations == ()
    assert wish.sentence or not words.strip("?")
