"""Example run: python -m pytest tests/serve/test_edits.py"""

from dataclasses import replace

import pytest
import torch

from pipeline.recipe import SCHEMA, Recipe
from pipeline.scene.edit import edit
from pipeline.scene.layout import layout
from pipeline.scene.record import Ground, Relation, Scene, Thing
from pipeline.scene.standing import stand
from pipeline.scene.wish import Wish
from pipeline.serve.drawn import Drawn
from pipeline.serve.edits import change, edited, look_of, things_of

CATS = Scene(
    things=(Thing("cat", "cat", count=2, colour="red"), Thing("dog", "dog", said="puppy")),
    ground=Ground("colour", ("white",)),
    arrangement="row",
)


def drawn(scene=CATS, edits=()):
    layers = torch.ones(len(scene.things), 4, 16, 16)
    placements, ids = layout(scene, layers)
    standing = stand(layers, placements, ids, scene.width, scene.height)
    return Drawn(
        "x.png", Recipe(prompt="two cats and a dog", edits=edits), "0" * 16, 1.0, scene=scene, standing=standing
    )


def after(picture, do, **said):
    """(scene, operations) after a change."""
    operations = change(picture, {"do": do, **said}, seed=77)
    return edit(CATS, operations), operations


def places(scene):
    placements, ids = layout(scene, torch.ones(len(scene.things), 4, 16, 16))
    return {id: tuple(round(number, 6) for number in place[1:4]) for id, place in zip(ids, placements, strict=True)}


def test_the_page_is_told_what_stands_where():
    rows = things_of(drawn())
    assert [row["id"] for row in rows] == ["cat", "cat#2", "dog"]
    assert rows[2]["name"] == "puppy" and rows[0]["colour"] == "#d93636" and rows[2]["colour"] is None
    assert things_of(Drawn("x.png", Recipe(prompt="a"), "0" * 16, 1.0)) == []


def test_moving_one_of_a_group_moves_nothing_else():
    before = {row["id"]: (row["x"], row["y"], row["side"]) for row in things_of(drawn())}
    scene, _ = after(drawn(), "place", thing="cat#2", place=[0.9, 0.1, 0.2], turn=0, mirror=False)
    now = places(scene)
    assert now["cat-2"] == (0.9, 0.1, 0.2)
    for id in ("cat", "dog"):
        assert now[id] == pytest.approx(before[id])


def test_a_turn_is_told_as_where_it_ends_and_written_as_what_is_added():
    scene, operations = after(drawn(), "place", thing="dog", place=[0.5, 0.5, 0.4], turn=-30, mirror=True)
    assert scene.thing("dog").turn % 360 == 330 and scene.thing("dog").mirror
    assert operations[-2:] == ("turn dog -30.0", "mirror dog")


def test_dragging_a_thing_again_and_again_is_one_place():
    first = change(drawn(), {"do": "place", "thing": "dog", "place": [0.5, 0.5, 0.4]})
    picture = drawn(edit(CATS, first), first)
    second = change(picture, {"do": "place", "thing": "dog", "place": [0.6, 0.5, 0.4]})
    assert second[:-1] == first[:-1] and second[-1] == "place dog 0.6 0.5 0.4"
    assert change(picture, {"do": "place", "thing": "dog", "place": [0.5, 0.5, 0.4]}) == first, "nothing has changed"


@pytest.mark.parametrize(
    ("do", "said", "field", "value"),
    [
        ("colour", {"colour": "#00ff00"}, "colour", "#00ff00"),
        ("colour", {"colour": None}, "colour", None),
        ("style", {"style": "flat sticker"}, "style", "flat sticker"),
        ("reroll", {}, "seed", 77),
    ],
)
def test_a_thing_changes_and_the_others_do_not(do, said, field, value):
    scene, _ = after(drawn(), do, thing="cat", **said)
    assert getattr(scene.thing("cat"), field) == value
    assert getattr(scene.thing("dog"), field) == getattr(CATS.thing("dog"), field)


def test_order_copies_and_what_is_taken_out():
    assert [thing.id for thing in after(drawn(), "order", thing="dog", by=-1)[0].things] == ["cat", "dog", "cat-2"]
    assert [thing.id for thing in after(drawn(), "remove", thing="cat")[0].things] == ["cat-2", "dog"]
    assert [thing.id for thing in after(drawn(), "duplicate", thing="dog")[0].things] == [
        "cat",
        "cat-2",
        "dog",
        "dog-2",
    ]


RIDE = Scene(
    things=(
        Thing("frog", "frog", relation=Relation("on", "board")),
        Thing("board", "skateboard", relation=Relation("right of", "palm")),
        Thing("palm", "palm tree"),
        Thing("sun", "sun", relation=Relation("behind", "palm")),
    )
)


def stacked(scene):
    return layout(scene, torch.ones(len(scene.things), 4, 16, 16))[1]


@pytest.mark.parametrize("thing", ["frog", "board", "palm", "sun"])
def test_what_is_moved_by_hand_stays_before_or_behind_what_it_stood_by(thing):
    assert stacked(RIDE) == ["sun", "palm", "board", "frog"]
    picture = drawn(RIDE)
    moved = edit(RIDE, change(picture, {"do": "place", "thing": thing, "place": [0.4, 0.4, 0.3]}))
    assert stacked(moved) == ["sun", "palm", "board", "frog"]
    again = change(drawn(moved, ("x",)), {"do": "place", "thing": thing, "place": [0.5, 0.5, 0.3]})
    assert not any("order" in text for text in again), "it has its depth"


def test_a_thing_goes_past_the_next_that_is_seen_though_it_stands_by_another():
    behind = edit(RIDE, change(drawn(RIDE), {"do": "order", "thing": "frog", "by": -1}))
    assert stacked(behind) == ["frog", "sun", "palm", "board"]
    x, y, side = behind.thing("frog").place
    assert (x, y, side) == tuple(drawn(RIDE).standing.placements[3][1:4]), "it stays where it was"
    before = edit(behind, change(drawn(behind), {"do": "order", "thing": "frog", "by": 1}))
    assert stacked(before) == ["sun", "palm", "board", "frog"]
    assert change(drawn(before), {"do": "order", "thing": "frog", "by": 1}) == (), "nothing is before it"


def test_the_ground_and_what_surrounds_the_things():
    assert after(drawn(), "ground", ground="transparent")[0].ground == Ground("transparent")
    assert after(drawn(), "outline", outline=8)[0].outline.width == 8
    assert after(drawn(), "outline", outline=0)[0].outline is None
    assert after(drawn(), "shadow", shadow=True)[0].shadow
    assert after(drawn(), "letter", letter="It's me")[0].lettering.text == "It's me"
    two = after(drawn(), "letter", letter="one\ntwo", form="banner", where="top", colour="#ffffff")[0].lettering
    assert (two.text, two.form, two.place, two.colour, two.outline) == (
        "one\ntwo",
        "banner",
        "top",
        "#ffffff",
        "#111111",
    )
    with pytest.raises(ValueError, match="name of a colour"):
        after(drawn(), "outline", outline=8, colour="blurple")


def test_the_page_is_told_what_is_around_the_things_and_only_the_last_word_counts():
    edits = change(drawn(), {"do": "outline", "outline": 8, "colour": "#ff0000"})
    edits = change(drawn(edit(CATS, edits), edits), {"do": "outline", "outline": 12, "colour": "#ff0000"})
    assert [text for text in edits if text.startswith("outline")] == ["outline 12 '#ff0000'"]
    edits = change(drawn(edit(CATS, edits), edits), {"do": "letter", "letter": "Hi", "form": "arched"})
    look = look_of(drawn(edit(CATS, edits), edits))
    assert (look["ground"], look["outline"], look["outline_colour"]) == ("colour|white", 12, "#ff0000")
    assert (look["letter"], look["form"], look["where"], look["shadow"]) == ("Hi", "arched", "bottom", False)
    assert look_of(Drawn("x.png", Recipe(prompt="a"), "0" * 16, 1.0)) is None


def test_a_cut_out_of_ones_own_becomes_a_thing_in_the_middle():
    scene, operations = after(drawn(), "upload", hash="ab" * 32)
    assert scene.things[-1].upload == "ab" * 32 and scene.things[-1].place == (0.5, 0.5, 0.5)


def test_words_are_read_by_the_model_and_a_replacement_by_the_name_that_they_mean():
    def wish(words, scene, it):
        return Wish(("add fox fox", "colour fox blue")) if words == "add a blue fox" else Wish()

    asked = {"do": "replace", "thing": "dog", "name": "a blue fox"}
    fox = edit(CATS, change(drawn(), asked, wish=wish)).thing("dog")
    assert (fox.name, fox.colour) == ("fox", "blue")
    with pytest.raises(ValueError, match="not understood: gibberish"):
        change(drawn(), {"do": "words", "text": "gibberish"}, wish=wish)


def test_a_related_thing_follows_until_it_is_moved_itself():
    scene = Scene(things=(Thing("cat", "cat"), Thing("hat", "hat", relation=Relation("above", "cat"))))
    operations = change(drawn(scene), {"do": "place", "thing": "cat", "place": [0.3, 0.6, 0.3]})
    assert edit(scene, operations).thing("hat").relation == Relation("above", "cat")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"do": "fly"}, "`do` takes one of place, .*got 'fly'"),
        ({}, "`do` takes one of .*got None"),
        ({"do": "remove", "thing": "fox"}, "There is no thing 'fox' in the scene"),
        ({"do": "remove"}, "The change 'remove' needs 'thing'"),
        ({"do": "place", "thing": "cat", "place": 7}, "'place' has an argument of a wrong type"),
        ({"do": "place", "thing": "cat", "place": [9, 0, 1]}, "`place`"),
        ({"do": "colour", "thing": "cat", "colour": "grue"}, "grue"),
        ({"do": "ground", "ground": "lava"}, "lava"),
    ],
)
def test_what_cannot_be_done_is_said(asked, sentence):
    with pytest.raises(ValueError, match=sentence):
        change(drawn(), asked)


def test_a_picture_without_things_cannot_be_changed():
    with pytest.raises(ValueError, match="no things that could be changed"):
        change(replace(drawn(), standing=None), {"do": "remove", "thing": "cat"})


def test_a_recipe_from_before_variety_keeps_the_typical_drawing_when_it_is_changed():
    old = edited(Recipe(schema=1, prompt="a cat"), ("shadow on",))
    assert (old.schema, old.variety, old.edits) == (SCHEMA, 0.0, ("shadow on",))
    new = Recipe(prompt="a cat", variety=0.4)
    assert edited(new, ("shadow on",)).variety == 0.4
