"""Tagged words as things and relations. Example run: python -m pytest tests/scene/test_sketch.py"""

import pytest

from pipeline.scene.joining import join_things
from pipeline.scene.record import Relation, Thing
from pipeline.scene.sketch import Mention, Sketch, face_of, sketch
from pipeline.scene.tagger import Token


def tokens(text: str) -> list[Token]:
    """ "red/colour>1 hat/thing" -> tokens; the number behind ">" is the head's index."""
    made, at = [], 0
    for word in text.split():
        said, _, told = word.partition("/")
        role, _, head = told.partition(">")
        made.append(Token(said, at, at + len(said), role or "chatter", int(head) if head else -1))
        at += len(said) + 1
    return made


def joined(text: str) -> tuple[list[Thing], Sketch]:
    """The things of a sketch, named as they are said."""
    drawn, notes = sketch(tokens(text)), []
    things = [
        Thing(f"{mention.said.split()[-1]}-{at}", mention.said, count=mention.number or 1)
        for at, mention in enumerate(drawn.things)
    ]
    return join_things(things, drawn, notes)[0], drawn


def test_colours_numbers_and_parts_go_where_they_are_told():
    drawn = sketch(tokens("two/number>2 red/colour>2 cats/thing with blue/colour>5 eyes/part>2 , green/colour"))
    (cats,) = drawn.things
    assert (cats.said, cats.number, cats.colours, cats.part_colours) == ("cats", 2, ["red"], {"eyes": "blue"})
    assert drawn.colours == ["green"]


def test_a_name_of_several_words_is_one_thing():
    drawn = sketch(tokens("a hot/thing air/thing+>1 balloon/thing+>1"))
    assert [mention.said for mention in drawn.things] == ["hot air balloon"]


def test_one_black_and_one_white_are_two_things():
    drawn = sketch(
        tokens("two/number>1 cats/thing , one/one>1 black/colour>3 and one/one>1 light/colour>6 blue/colour>6")
    )
    assert [(thing.number, thing.colours) for thing in drawn.things] == [(1, ["black"]), (1, ["light blue"])]
    drawn = sketch(tokens("three/number>1 cats/thing , one/one>1 black/colour>3"))
    assert [(thing.number, thing.colours) for thing in drawn.things] == [(1, ["black"]), (2, [])]


def test_what_is_not_wanted_is_no_thing():
    drawn = sketch(tokens("cat/thing , no/negation hat/thing>2 or tail/part>2"))
    assert [thing.said for thing in drawn.things] == ["cat"] and drawn.negations == ["hat", "tail"]


def test_a_second_mention_is_the_first_thing():
    drawn = sketch(tokens("a cat/thing . the cat/thing is black/colour>4 . it/again>1 is big/size>8"))
    (cat,) = drawn.things
    assert cat.colours == ["black"] and cat.size == "large"


def test_what_is_worn_or_held_hangs_on_its_owner():
    things, _ = joined("a cat/thing wearing/relation>1 a hat/thing>2 holding/relation>1 a flag/thing>5")
    assert [thing.relation for thing in things] == [None, Relation("worn by", "cat-0"), Relation("held by", "cat-0")]


def test_with_is_worn_held_or_beside_by_what_it_is():
    for other, kind in (("hat", "worn by"), ("balloon", "held by"), ("house", "with")):
        things, _ = joined(f"a bear/thing with/relation>1 a {other}/thing>2")
        assert things[1].relation == Relation(kind, "bear-0")


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [("table", "laptop", "on"), ("shelf", "books", "on"), ("desk", "chair", "with"), ("plate", "dog", "with"),
     ("table", "car", "with"), ("wall", "clock", "with")],
)  # fmt: skip
def test_what_a_table_is_with_stands_on_it(one, other, kind):
    things, _ = joined(f"a {one}/thing with/relation>1 a {other}/thing>2")
    assert things[1].relation == Relation(kind, f"{one}-0")


@pytest.mark.parametrize(
    ("text", "arrangement"),
    [("three ducks", "grid"), ("three ducks in a row", "row"), ("a cat and a dog side by side", "row"),
     ("ducks lined up", "row"), ("three cups in one column", "column"), ("a rowing boat and a line of text", "grid")],
)  # fmt: skip
def test_a_row_that_is_asked_for_is_a_row(text, arrangement):
    ducks = Thing("a", "duck", count=3)
    assert join_things([ducks], Sketch([Mention(0, 1, "ducks")]), [], text)[1] == arrangement


@pytest.mark.parametrize(
    ("verb", "first", "second", "related"),
    [("wearing", "hat", "dog", False), ("wearing", "hat", "scarf", True), ("holding", "balloon", "boy", False),
     ("holding", "bag", "cat", True)],
)  # fmt: skip
def test_who_follows_an_and_is_neither_worn_nor_held(verb, first, second, related):
    things, _ = joined(f"a girl/thing {verb}/relation>1 a {first}/thing>2 and a {second}/thing>2")
    assert things[1].relation is not None and (things[2].relation is not None) == related


def test_it_means_the_first_thing():
    things, _ = joined("a house/thing . behind/relation>7 it/again>3 is a tree/thing")
    assert things[0].relation is None
    things, _ = joined("a house/thing . behind/relation>8 it/again>3 there is a tree/thing")
    assert things[1].relation == Relation("behind", "house-0")


def test_a_second_relation_is_told_of_the_other_thing():
    things, _ = joined("a cat/thing on/relation>1 a chair/thing>2 above/relation>1 a tree/thing>5")
    assert [thing.relation for thing in things] == [Relation("on", "chair-1"), None, Relation("under", "cat-0")]


def test_what_a_thing_is_on_stands_where_the_thing_is_told_to_be():
    things, _ = joined("a cat/thing on/relation>1 a chair/thing>2 under/relation>1 a tree/thing>5")
    assert [thing.relation for thing in things] == [Relation("on", "chair-1"), Relation("under", "tree-2"), None]


def test_no_circle_is_made():
    things, _ = joined("a cat/thing on/relation>1 a box/thing>2 on/relation>4 a cat/again>5")
    assert sum(thing.relation is not None for thing in things) == 1


def test_between_two_is_one_on_each_side():
    things, _ = joined("a fox/thing between/relation>1 two/number>4 trees/thing>2")
    assert {(thing.name, thing.count, thing.relation and thing.relation.kind) for thing in things} == {
        ("fox", 1, None), ("trees", 1, "left of"), ("trees", 1, "right of"),
    }  # fmt: skip


def test_left_and_right_put_two_things_beside_each_other():
    things, _ = joined("a cat/thing right/where>1 , a dog/thing left/where>5")
    assert [thing.name for thing in things] == ["dog", "cat"] and things[1].relation == Relation("right of", "dog-1")


def test_a_mood_before_something_alive_is_how_it_looks():
    for text in (
        "a thinking/thing cat/thing+>1",
        "a cool/chatter fox/thing",
        "red/colour>1 thinking/thing polar/thing+>1 bear/thing+>1",
    ):
        (thing,) = sketch(tokens(text)).things
        assert (thing.mood, thing.looks) == (next(word for word in ("thinking", "cool") if word in text), [])
        assert thing.said in ("cat", "fox", "polar bear")
    assert thing.colours == ["red"]


def test_a_mood_before_what_has_no_face_stays_what_it_was():
    (car,) = sketch(tokens("a cool/chatter car/thing")).things
    assert (car.said, car.looks) == ("car", [])
    (face,) = sketch(tokens("a thinking/thing face/thing+>1")).things
    assert face.said == "thinking face"


def test_a_plain_mood_is_how_it_looks_whatever_it_is_told_of():
    for text in ("a kissing/thing cloud/thing+>1", "a kissing/thing cloud/thing"):
        (cloud,) = sketch(tokens(text)).things
        assert (cloud.said, cloud.looks, face_of(cloud, "cloud")) == ("cloud", ["kissing"], "kissing")


@pytest.mark.parametrize("roles", ["man/thing in/thing+>1 love/thing+>1", "man/thing in/relation>1 love/thing>2"])
def test_who_is_in_love_is_one_thing_with_that_face(roles):
    (man,) = sketch(tokens(f"a {roles}")).things
    assert (man.said, face_of(man, "man")) == ("man", "in love")
    with_another = sketch(tokens("a cat/thing in/action>1 love/action>1 with/relation>1 a dog/thing>4")).things
    assert [(each.said, face_of(each, each.said)) for each in with_another] == [("cat", "in love"), ("dog", None)]


def test_the_mood_of_what_lives_is_no_part_of_another_name():
    (woman,) = sketch(tokens("a kissing/thing woman/thing+>1")).things
    assert (woman.said, woman.mood, woman.renamed) == ("woman", "kissing", True)
