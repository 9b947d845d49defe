"""Words between things become relations. Example run: python -m pytest tests/scene/test_joining.py"""

import pytest

from pipeline.scene.joining import WORN_AS, at_its_place, join_things
from pipeline.scene.notes import Note
from pipeline.scene.record import Thing
from pipeline.scene.sketch import Mention, Sketch


def sketch_of(*mentions: str, relations=(), **more) -> Sketch:
    """Mentions as they are said, "3 cats" with their number, in the order of the prompt."""
    drawn = Sketch(relations=list(relations), **more)
    for at, said in enumerate(mentions):
        number, _, name = said.rpartition(" ") if said[0].isdigit() else ("", "", said)
        drawn.things.append(Mention(2 * at, 2 * at + 1, name, number=int(number) if number else None))
    return drawn


def joined(*mentions: str, relations=(), text: str = "", where: dict[int, str] | None = None):
    drawn, notes = sketch_of(*mentions, relations=relations), []
    for at, words in (where or {}).items():
        drawn.things[at].where = [words]
    things: list[Thing | None] = [
        Thing(one.said.replace(" ", "-"), one.said, count=one.number or 1) for one in drawn.things
    ]
    ordered, arrangement = join_things(things, drawn, notes, text)
    return ordered, arrangement, notes


def relations_of(ordered) -> dict[str, tuple[str, str]]:
    return {thing.id: (thing.relation.kind, thing.relation.target) for thing in ordered if thing.relation}


@pytest.mark.parametrize(
    ("one", "words", "other", "relation"),
    [
        ("cat", "on top of", "box", {"cat": ("on", "box")}),
        ("cat", "to the left of", "dog", {"cat": ("left of", "dog")}),
        ("cat", "wearing", "hat", {"hat": ("worn by", "cat")}),
        ("cat", "in", "hat", {"hat": ("worn by", "cat")}),
        ("flower", "in", "hat", {"flower": ("in", "hat")}),  # a hat holds what is not alive
        ("cat", "with", "hat", {"hat": ("worn by", "cat")}),
        ("table", "with", "hat", {"hat": ("on", "table")}),  # nobody to wear it
        ("box", "with", "hat", {"hat": ("with", "box")}),
        ("cat", "holding", "balloon", {"balloon": ("held by", "cat")}),
        ("cat", "with", "balloon", {"balloon": ("held by", "cat")}),
        ("house", "with", "balloon", {"balloon": ("with", "house")}),
        ("cake", "with", "candle", {"candle": ("on", "cake")}),
        ("bench", "with", "candle", {"candle": ("with", "bench")}),
        ("vase", "with", "rose", {"rose": ("in", "vase")}),
        ("basket", "with", "puppy", {"puppy": ("in", "basket")}),
        ("sleigh", "with", "reindeer", {"reindeer": ("with", "sleigh")}),  # they draw it
        ("sleigh", "with", "dog", {"dog": ("in", "sleigh")}),
        ("tree", "with", "apple", {"apple": ("in", "tree")}),
        ("jar", "full of", "honey", {"honey": ("in", "jar")}),
        ("cat", "surrounded by", "star", {"star": ("around", "cat")}),
        ("cloud", "raining on", "flower", {"cloud": ("above", "flower")}),
        ("hat", "on", "cat", {"hat": ("worn by", "cat")}),
        ("hat", "on", "table", {"hat": ("on", "table")}),
    ],
)
def test_whose_relation_it_is_and_which(one, words, other, relation):
    ordered, arrangement, notes = joined(one, other, relations=[(0, 1, words)])
    assert relations_of(ordered) == relation
    assert [thing.id for thing in ordered] == [one, other] and arrangement == "grid" and not notes


def test_what_is_not_understood_stands_beside_and_is_told():
    ordered, _, notes = joined("cat", "dog", relations=[(0, 1, "frobnicating")])
    assert relations_of(ordered) == {"cat": ("next to", "dog")} and notes == [Note("relation", "frobnicating")]


@pytest.mark.parametrize(("number", "count"), [("", 6), ("4 ", 4)])
def test_what_surrounds_is_several_where_no_number_is_said(number, count):
    ordered, _, _ = joined("cat", f"{number}heart", relations=[(0, 1, "surrounded by")])
    assert ordered[1].count == count


@pytest.mark.parametrize(("name", "worn"), WORN_AS.items())
def test_a_word_for_what_is_worn_is_another_thing_where_it_is(name, worn):
    (_, thing), _, _ = joined("cat", name, relations=[(0, 1, "wearing")])
    assert (thing.name, thing.said) == (worn, name)
    (_, thing), _, _ = joined("cat", name, relations=[(0, 1, "under")])
    assert (thing.name, thing.said) == (name, None)


def test_a_candle_on_a_cake_is_small():
    (_, candle), _, _ = joined("cake", "candle", relations=[(0, 1, "with")])
    (_, other), _, _ = joined("table", "candle", relations=[(0, 1, "with")])
    assert (candle.scale, other.scale) == (0.5, 1.0)


def test_who_does_it_is_alive_and_wears_what_stands_between():
    ordered, _, _ = joined("panda", "hoodie", "tea", relations=[(0, 1, "in"), (1, 2, "drinking")])
    assert relations_of(ordered) == {"hoodie": ("worn by", "panda"), "tea": ("held by", "panda")}
    ordered, _, _ = joined("girl", "book", "tree", relations=[(0, 1, "reading"), (1, 2, "under")])
    assert relations_of(ordered) == {"girl": ("under", "tree"), "book": ("held by", "girl")}


def test_where_a_thing_has_a_relation_the_other_gets_the_inverse():
    ordered, _, notes = joined("cat", "box", "dog", relations=[(0, 1, "on"), (0, 2, "to the left of")])
    assert relations_of(ordered) == {"cat": ("on", "box"), "dog": ("right of", "cat")} and not notes
    ordered, _, _ = joined("basket", "blanket", "tree", relations=[(0, 1, "on"), (0, 2, "under")])
    assert relations_of(ordered) == {"basket": ("on", "blanket"), "blanket": ("under", "tree")}


def test_a_circle_is_not_closed_and_told():
    told = [(0, 1, "on"), (1, 2, "on"), (2, 0, "on")]
    ordered, _, notes = joined("cat", "box", "dog", relations=told)
    assert relations_of(ordered) == {"cat": ("on", "box"), "box": ("on", "dog")}
    assert notes == [Note("relation", "dog on cat")]


@pytest.mark.parametrize(
    ("mentions", "relations", "stands"),
    [
        (("lamp", "cat", "dog"), [(0, 1, "between"), (0, 2, "between")],
         {"cat": ("left of", "lamp"), "dog": ("right of", "lamp")}),
        (("lamp", "2 tree"), [(0, 1, "between")], {"tree": ("left of", "lamp"), "tree-2": ("right of", "lamp")}),
        (("lamp", "5 planet"), [(0, 1, "among")], {"planet": ("around", "lamp")}),
    ],
)  # fmt: skip
def test_what_is_between_has_one_on_each_side(mentions, relations, stands):
    ordered, _, notes = joined(*mentions, relations=relations)
    assert relations_of(ordered) == stands and not notes
    assert sum(thing.count for thing in ordered) == sum(int(one[0]) if one[0].isdigit() else 1 for one in mentions)


@pytest.mark.parametrize(
    ("text", "arrangement"),
    [
        ("three cats in a row", "row"), ("cats lined up", "row"), ("a cat next to each other", "row"),
        ("cats in one column", "column"), ("cats above each other", "column"), ("three cats", "grid"),
        ("the cats row a boat", "grid"),
    ],
)  # fmt: skip
def test_a_row_is_said_in_these_words(text, arrangement):
    assert joined("3 cat", text=text)[1] == arrangement
    assert joined("cat", text=text)[1] == "single"


@pytest.mark.parametrize(
    ("where", "order", "relation"),
    [
        ({0: "left", 1: "right"}, ["cat", "dog"], {"dog": ("right of", "cat")}),
        ({0: "right"}, ["dog", "cat"], {"cat": ("right of", "dog")}),
        ({1: "left"}, ["dog", "cat"], {"cat": ("right of", "dog")}),
        ({1: "bottom"}, ["cat", "dog"], {"dog": ("under", "cat")}),
        ({0: "lower-left"}, ["dog", "cat"], {"cat": ("under", "dog")}),
        ({}, ["cat", "dog"], {}),
    ],
)
def test_two_stand_on_the_sides_that_are_told(where, order, relation):
    ordered, arrangement, _ = joined("cat", "dog", where=where)
    assert ([thing.id for thing in ordered], relations_of(ordered)) == (order, relation)
    assert arrangement == ("single" if relation else "grid")


def test_what_a_drawing_shows_already_is_not_drawn_twice():
    ordered, _, _ = joined("skier", "skis", relations=[(0, 1, "with")])
    assert [thing.id for thing in ordered] == ["skier"]
    ordered, _, _ = joined("skier", "2 skis", relations=[(0, 1, "with")])
    assert len(ordered) == 2, "so many are asked for"
    drawn = sketch_of("lemonade", "straw", relations=[(0, 1, "with")])
    notes = [Note("replaced", "straw", "cup"), Note("left out", "cold")]
    shown = [Thing("lemonade", "cup with straw", said="lemonade"), Thing("straw", "cup", said="straw")]
    ordered, _ = join_things(list(shown), drawn, notes)
    assert ordered == shown[:1] and notes == [Note("left out", "cold")]


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("top left", (0.31, 0.31, 0.39)), ("lower-right corner", (0.69, 0.69, 0.39)), ("left", (0.3, 0.5, 0.5)),
        ("bottom", (0.5, 0.7, 0.5)), ("somewhere", None), ("", None),
    ],
)  # fmt: skip
def test_one_alone_goes_where_its_side_says(where, place):
    drawn, cat = sketch_of("cat"), Thing("cat", "cat", scale=2.0)
    drawn.things[0].where = [where]
    (told,) = at_its_place([cat], drawn)
    assert told is not None and told.place == place and told.scale == (1.0 if place else 2.0)
    twice = at_its_place([cat, Thing("dog", "dog")], sketch_of("cat", "dog"))
    assert twice[0] == cat


def test_several_of_one_kind_keep_their_grid_though_a_corner_is_told():
    drawn = sketch_of("3 cat")
    drawn.things[0].where = ["top left"]
    assert at_its_place([Thing("cat", "cat", count=3)], drawn) == [Thing("cat", "cat", count=3)]
    drawn.things[0].size = "large"
    (large,) = at_its_place([Thing("cat", "cat")], drawn)
    assert large is not None and large.place == (0.31, 0.31, 0.5) and large.relation is None
