"""Changing a scene. Example run: python -m pytest tests/scene/test_edit.py"""

import pytest
import torch

from pipeline.scene.compose import compose_scene
from pipeline.scene.edit import VERBS, edit, operation, pinned
from pipeline.scene.layout import layout
from pipeline.scene.record import Ground, Lettering, Outline, Relation, Scene, Thing

CAT, HAT = Thing("cat", "cat", place=(0.25, 0.5, 0.4)), Thing("hat", "top hat", relation=Relation("worn by", "cat"))
SCENE = Scene(things=(CAT, HAT, Thing("dog", "dog", place=(0.75, 0.5, 0.4))), ground=Ground("colour", ("#ffffff",)))


@pytest.mark.parametrize(
    ("text", "id", "field", "value"),
    [
        ("place dog 0.1 0.2 0.3", "dog", "place", (0.1, 0.2, 0.3)),
        ("move dog 0.1 -0.2", "dog", "place", (0.85, 0.3, 0.4)),
        ("size dog 0.5", "dog", "place", (0.75, 0.5, 0.2)),
        ("size hat 2", "hat", "scale", 2.0),
        ("turn dog -30", "dog", "turn", 330.0),
        ("mirror dog", "dog", "mirror", True),
        ("look dog left", "dog", "looks", "left"),
        ("colour hat '#ff0000'", "hat", "colour", "#ff0000"),
        ("colour hat 'light blue'", "hat", "colour", "light blue"),
        ("part cat eyes green", "cat", "part_colours", {"eyes": "green"}),
        ("style dog 'flat sticker'", "dog", "style", "flat sticker"),
        ("replace dog fox", "dog", "name", "fox"),
        ("again dog 7", "dog", "seed", 7),
        ("count dog 3", "dog", "count", 3),
        ("relate dog 'next to' cat", "dog", "relation", Relation("next to", "cat")),
    ],
)
def test_an_operation_changes_what_it_names_and_nothing_else(text, id, field, value):
    changed = edit(SCENE, text)
    found = getattr(changed.thing(id), field)
    assert found == pytest.approx(value) if isinstance(value, (float, tuple)) else found == value
    for thing in SCENE.things:
        if thing.id != id:
            assert changed.thing(thing.id) == thing
    assert Scene.from_json(changed.to_json()) == changed


def test_operations_on_the_whole_picture():
    assert edit(SCENE, "ground transparent").ground == Ground("transparent")
    assert edit(SCENE, "ground gradient pink '#ffffff'").ground == Ground("gradient", ("pink", "#ffffff"))
    assert edit(SCENE, "ground scene 'night sky'").ground == Ground("scene", name="night sky")
    assert edit(SCENE, "ground open").ground is None
    assert edit(SCENE, "outline 8 black").outline == Outline(8, "black")
    assert edit(edit(SCENE, "outline 8"), "outline none").outline is None
    assert edit(SCENE, "shadow on").shadow
    assert edit(SCENE, operation("letter", "It's me", "arched", "top")).lettering == Lettering(
        "It's me", "arched", "top"
    )
    assert edit(SCENE, "style all '3d render'").style == "3d render"


def test_things_come_and_go_and_change_their_order():
    assert [thing.id for thing in edit(SCENE, "remove cat").things] == ["hat", "dog"]
    assert edit(SCENE, "remove cat").thing("hat").relation is None
    copied = edit(SCENE, "copy dog")
    assert [thing.id for thing in copied.things] == ["cat", "hat", "dog", "dog-2"]
    assert copied.thing("dog-2").place != SCENE.thing("dog").place
    assert [thing.id for thing in edit(SCENE, "order dog back").things] == ["dog", "cat", "hat"]
    assert [thing.id for thing in edit(SCENE, "order cat forward").things] == ["hat", "cat", "dog"]
    assert [thing.id for thing in edit(SCENE, "order cat over dog").things] == ["hat", "dog", "cat"]
    assert [thing.id for thing in edit(SCENE, "order dog under hat").things] == ["cat", "dog", "hat"]
    added = edit(SCENE, "add ball 'soccer ball' 'right of' cat")
    assert added.thing("ball").relation == Relation("right of", "cat")
    split = edit(edit(SCENE, "count dog 3"), "split dog")
    assert [thing.id for thing in split.things] == ["cat", "hat", "dog", "dog-2", "dog-3"] and split.placed == 5


def test_a_larger_canvas_keeps_what_has_a_place_where_it_is_in_pixels():
    larger = edit(SCENE, "canvas 512 256")
    x, y, side = larger.thing("cat").place
    assert (larger.width, larger.height) == (512, 256)
    assert (x * 512, y * 256, side * 256) == pytest.approx((0.25 * 256 + 128, 128, 0.4 * 256))
    x, y, side = edit(SCENE, "canvas 512 512").thing("cat").place
    assert (x * 512, y * 512, side * 512) == pytest.approx((0.25 * 256 + 128, 256, 0.4 * 256))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "must be words"),
        ("explode cat", "must begin with one of place, move"),
        ("place cat 1 2", "is written 'place ID X Y SIDE'"),
        ("place cat a b c", "`x` must be a number"),
        ("place bird 0.1 0.2 0.3", "no thing 'bird'"),
        ("move hat 0.1 0.1", "has no place of its own"),
        ("size cat 0", "above 0"),
        ("turn cat nan", "must be a number"),
        ("colour cat 'no such colour!'", "takes a colour"),
        ("order cat sideways", "takes front, back"),
        ("order cat over cat", "another thing"),
        ("relate cat on hat", "circle"),
        ("canvas 300 256", "steps of 8"),
        ("add cat lion", "'cat' twice"),
        ("ground scene mordor", "must be one of grass"),
        ("letter 'unclosed", "quoted"),
        ("shadow maybe", "on or off"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(text, says):
    with pytest.raises(ValueError, match=says):
        edit(SCENE, text)


def test_an_operation_is_text_and_comes_back():
    text = operation("place", "cat", 0.1 + 0.2, 1 / 3, 0.4)
    assert edit(SCENE, text).thing("cat").place == (0.1 + 0.2, 1 / 3, 0.4)
    for usage, _ in VERBS.values():
        assert usage.split()[0] in VERBS


def layers(count: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    drawn = torch.rand(count, 4, 64, 64, generator=generator) * 2 - 1
    drawn[:, 3] = 1
    return drawn


def test_moving_one_thing_leaves_the_others_as_they_are_to_the_bit():
    scene = Scene(things=(Thing("cat", "cat", count=2), Thing("dog", "dog")), arrangement="row")
    drawn = layers(2)
    before = compose_scene(scene, drawn, layout(scene, drawn)[0])
    fixed = edit(scene, pinned(scene, *layout(scene, drawn)))
    drawn = torch.stack([drawn[0], drawn[0], drawn[1]])
    assert torch.equal(compose_scene(fixed, drawn, layout(fixed, drawn)[0]), before)
    moved = edit(fixed, "place dog 0.87 0.3 0.2")
    after = compose_scene(moved, drawn, layout(moved, drawn)[0])
    dog = layout(fixed, drawn)[0][-1]
    left = int(256 * (dog.x - dog.side / 2)) - 1  # where it began
    assert left > 128 and torch.equal(after[..., :left], before[..., :left]) and not torch.equal(after, before)


def test_a_group_stays_when_its_first_thing_is_pinned():
    scene = Scene(
        things=(Thing("cat", "cat"), Thing("hat", "hat", relation=Relation("worn by", "cat")), Thing("dog", "dog"))
    )
    drawn = layers(3)
    placements, ids = layout(scene, drawn)
    fixed = edit(scene, pinned(scene, placements, ids))
    assert [thing.place is None for thing in fixed.things] == [False, True, False]
    for one, other in zip(placements, layout(fixed, drawn)[0], strict=True):
        assert one[1:4] == pytest.approx(other[1:4], abs=1e-9)
