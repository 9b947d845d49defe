"""What the tagger gets wrong and a rule gets right. Example run: python -m pytest tests/scene/test_mending.py"""

import pytest

from pipeline.scene.mending import each_other, mend
from tests.scene.test_apart import tagged, written

# As tagged -> as mended; a head is the number of a word, from 0.
MENDED = {
    "moods": {
        "a thinking/t cat/+": "a thinking/look:2 cat/t",
        "a man/t in love": "a man/t in/look:1 love/look:1",
        # what has no face keeps its whole name, unless the word can be nothing but a mood
        "a cool/t table/+": "a cool/t table/+",
        "a smiling/t table/+": "a smiling/look:2 table/t",
    },
    "first and second mentions": {
        "the cat/again": "the cat/t",
        "a cat/t , the cat/again": "a cat/t , the cat/again",
        "it/again is red/c:0": "it/again is red/c:0",
        "the polar/again bear/again": "the polar/t bear/+",
    },
    "no things": {
        "a dog/t dressed as a king/t": "a dog/t dressed as a king/look:1",
        "cats/t in a row/t": "cats/t in a row",
        "a cat/t on/r:1 a pile/t:2 of books/t": (
            "a cat/t on/r:1 a pile/t:2 of books/t"
        ),
    },
    "upside down": {
        "a bat/t hanging/r:1 upside down": "a bat/t hanging upside/look:1 down/look:1",
        "an upside-down/c cake/t": "an upside-down/look:2 cake/t",
        "an upside/t down/+ face/+": "an upside/t down/+ face/+",
    },
    "materials": {
        "a crane/t made of red/c:5 paper/t , big": "a crane/t made/look:1 of/look:1 red/c:1 "
        "paper/look:1 , big",
    },
    "stuff and flavours": {
        "a mug/t with/r:1 foam/t:2": "a mug/t with/r:1 foam/look:1",
        "foam/t": "foam/t",
        "a mint/c:2 candy/t": "a mint/look:2 candy/t",
        "a mint/c:2 car/t": "a mint/c:2 car/t",
    },
    "full of": {
        "a chest/t full of gold/t": "a chest/t full/r:1 of/r+ gold/t:2",
    },
    "relations": {
        "a bird/t flying/r:1 over a house/t:2": (
            "a bird/t flying/r:1 over/r+ a house/t:2"
        ),
        "a robot/t watering a plant/t": "a robot/t watering/r:1 a plant/t:2",
        "a cat/t and a dog/t": "a cat/t and a dog/t",
        "a fox/t reading/r:1 a newspaper/t:2 on a bench/t:2": (
            "a fox/t reading/r:1 a newspaper/t:2 on/r:1 a bench/t:5"
        ),
        "a hut/t . behind/r:1 it/again there is a tree/t": (
            "a hut/t . behind/r:8 it/again:3 there is a tree/t"
        ),
    },
    "skies and places": {
        "sunset/t over/r:0 mountains/t:1": "sunset/p over mountains/t",
        "a sunset/t": "a sunset/t",
        "a cat/t in/r:1 space/t:2": "a cat/t in:1 space/p",
        "a cat/t on/r:1 space/t:2": "a cat/t on/r:1 space/t:2",
    },
    "ones": {
        "two/n:1 cats/t , a red/c:5 one/t": "two/n:1 cats/t , a red/c:5 one/one:1",
        "number one/t": "number one/t",
    },
    "each other": {
        "two/n:1 cats/t facing/r:1 each/again:2 other/again": (
            "two/n:1 cats/t facing/r:1 each other"
        ),
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("tagged_as", "mended"), [pair for pairs in MENDED.values() for pair in pairs.items()], ids=str
)
def test_roles_and_heads_are_mended(tagged_as, mended):
    tokens = tagged(tagged_as)
    mend(tokens)
    assert written(tokens) == mended


@pytest.mark.parametrize("mended", [one for pairs in MENDED.values() for one in pairs.values()], ids=str)
def test_what_is_mended_stays(mended):
    tokens = tagged(mended)
    mend(tokens)
    assert written(tokens) == mended


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("two cats facing each other", (3, 4)),
        ("they love one another so", (2, 3)),
        ("each other day", ()),  # nobody before it
        ("a cat each", ()),
        ("", ()),
    ],
)
def test_who_is_told_of_each_other_is_found(line, at):
    assert each_other(tagged(line)) == at
