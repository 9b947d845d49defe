"""What the tagger runs together. Example run: python -m pytest tests/scene/test_apart.py"""

import pytest

from pipeline.scene.apart import tell_apart
from pipeline.scene.joining import join_things
from pipeline.scene.mending import mend
from pipeline.scene.notes import Note
from pipeline.scene.record import Thing
from pipeline.scene.sketch import Mention, Sketch
from pipeline.scene.tagger import Token

ROLES = {"t": "thing", "+": "thing+", "r": "relation", "r+": "relation+", "c": "colour", "p": "place", ".": "chatter"}
ROLES |= {"part": "part", "a": "action", "p+": "place+", "n": "number", "look": "look", "s": "style", "s+": "style+"}
ROLES |= {role: role for role in ("again", "size", "negation", "one")}


def tagged(text):
    """ "bee/t landing/+ on/r:0" -> tokens: word, role, and what it leads to."""
    tokens = []
    for at, word in enumerate(text.split()):
        said, _, role = word.partition("/")
        role, _, head = role.partition(":")
        tokens.append(Token(said, at, at + 1, ROLES[role or "."], int(head or -1)))
    return tokens


def written(tokens):
    short = {role: letters for letters, role in ROLES.items()}
    words = (f"{one.text}/{short[one.role]}" + (f":{one.head}" if one.head >= 0 else "") for one in tokens)
    return " ".join(words).replace("/.", "")


@pytest.mark.parametrize(
    ("taken_for", "right"),
    [
        ("bee/t landing/+ on/r:0 a flower/t:2", "bee/t landing/r:0 on/r+ a flower/t:1"),
        ("ship/t landing/+ on/+ the/+ moon/+", "ship/t landing/r:0 on/r+ the moon/t:1"),
        ("plane/t landing/+ on a runway/t", "plane/t landing/+ on a runway/t"),
        ("motorbike/t with/+ flames/part:0", "motorbike/t with/r:0 flames/t:1"),
        ("house/t with/+ red/c:3 roof/part:0", "house/t with red/c:3 roof/part:0"),
        ("pair/t of scissors/t", "pair of scissors/t"),
        ("on/r:5 pair/t:0 of/+ jeans/+ and cat/t", "on/r:5 pair of jeans/t:0 and cat/t"),
        ("a pair/t of/+ shoes/+", "a pair/t of/+ shoes/+"),
        ("mouse/t with cheese/part:0", "mouse/t with/r:0 cheese/t:1"),
        ("cat/t with whiskers/part:0", "cat/t with whiskers/part:0"),
        ("car/t with wheels/part:0", "car/t with wheels/part:0"),
        ("man/t facing/+ a woman/t", "man/t facing/r:0 a woman/t:1"),
        ("crocodile/t brushing/r:0 its teeth/t:1", "crocodile/t brushing/a:0 its/a:0 teeth/a:0"),
        ("bear/t eating/r:0 its dinner/t:1", "bear/t eating/r:0 its dinner/t:1"),
        ("tent/t under/r:0 the stars/t:1", "tent/t under the stars/p"),
        ("tent/t under/r:0 three stars/t:1", "tent/t under/r:0 three stars/t:1"),
        ("mushroom/t with/r:0 a blue/c:4 cap/t:1", "mushroom/t with a blue/c:4 cap/part:0"),
        ("table/t lamp/+ with/r:0 a blue/c:5 shade/t:2", "table/t lamp/+ with a blue/c:5 shade/part:0"),
        ("frog/t with/r:0 a blue/c:4 cap/t:1", "frog/t with/r:0 a blue/c:4 cap/t:1"),
        ("sun/t over green/c:0 hills/p", "sun/t over green/c hills/p"),
        ("green/c:1 sun/t over hills/p", "green/c:1 sun/t over hills/p"),
    ],
)
def test_words_are_told_apart(taken_for, right):
    tokens = tagged(taken_for)
    tell_apart(tokens)
    assert written(tokens) == right


def test_a_family_is_a_number():
    tokens = tagged("happy/a:1 family/t of/+ ducks/+")
    tell_apart(tokens)
    assert [(token.role, token.head) for token in tokens] == [
        ("action", 3), ("number", 3), ("chatter", -1), ("thing", -1),
    ]  # fmt: skip


def test_flowers_with_a_vase_are_in_it():
    drawn = Sketch(things=[Mention(0, 1, "vase"), Mention(2, 3, "tulip")], relations=[(0, 1, "with")])
    _, tulip = join_things([Thing("vase", "vase"), Thing("tulip", "tulip")], drawn, [])[0]
    assert tulip.relation is not None and (tulip.relation.kind, tulip.relation.target) == ("in", "vase")


def test_it_is_part_of_mending():
    tokens = tagged("bee/t landing/+ on/r:0 a flower/t:2")
    mend(tokens)
    assert written(tokens) == "bee/t landing/r:0 on/r+ a flower/t:1"


def test_what_the_drawing_shows_already_does_not_stand_beside_it():
    drawn = Sketch(things=[Mention(0, 1, "lemonade"), Mention(2, 3, "straw")], relations=[(0, 1, "with")])
    notes = [Note("replaced", "lemonade", "cup with straw"), Note("replaced", "straw", "sheaf of rice")]
    cup, straw = Thing("lemonade", "cup with straw"), Thing("straw", "sheaf of rice")
    things, arrangement = join_things([cup, straw], drawn, notes)
    assert ([thing.id for thing in things], arrangement) == (["lemonade"], "single")
    assert [note.said for note in notes] == ["lemonade"]
    things, _ = join_things([Thing("cup", "cup"), straw], drawn, [])
    assert [thing.id for thing in things] == ["cup", "straw"]


@pytest.mark.parametrize(("whole", "top", "scale"), [("cake", "candle", 0.5), ("cupcake", "cherry", 1.0)])
def test_candles_stand_on_the_cake_and_a_cherry_on_top(whole, top, scale):
    drawn = Sketch(things=[Mention(0, 1, whole), Mention(2, 3, top)], relations=[(0, 1, "with")])
    _, placed = join_things([Thing(whole, whole), Thing(top, top)], drawn, [])[0]
    assert placed.relation is not None and (placed.relation.kind, placed.relation.target) == ("on", whole)
    assert placed.scale == scale
    _, beside = join_things([Thing(top, top), Thing(whole, whole)], drawn, [])[0]
    assert beside.relation is not None and beside.relation.kind == "with"
