"""Scenes as values. Example run: python -m pytest tests/scene/test_record.py"""

import dataclasses
import json

import pytest

from pipeline.scene.record import SCENERY, Ground, Lettering, Outline, Relation, Scene, Thing

FULL = Scene(
    things=(
        Thing("cat", "cat", said="kitty", count=2, colour="#aa3300", part_colours={"eyes": "green"}, seed=7),
        Thing("hat", "top hat", relation=Relation("worn by", "cat"), turn=-12.5, mirror=True, style="flat sticker"),
        Thing("own", "picture", place=(0.25, 0.5, 0.3), upload="0" * 64),
    ),
    width=640,
    height=256,
    ground=Ground("gradient", ("light blue", "#ffffff")),
    style="3d render",
    arrangement="row",
    lettering=Lettering("Grüße,\nLärche", form="arched", place="top", colour="#ff0000", outline=None, size=0.2),
    outline=Outline(12, "black"),
    shadow=True,
)


def test_json_leads_back_to_the_scene():
    assert Scene.from_json(FULL.to_json()) == FULL
    assert Scene.from_json(Scene().to_json()) == Scene()


def test_what_is_at_its_default_is_left_out():
    assert Scene().to_json() == "{}"
    assert Scene(things=(Thing("cat", "cat"),)).to_json() == '{"things":[{"id":"cat","name":"cat"}]}'


def test_a_scene_is_a_value():
    assert hash(Scene.from_json(FULL.to_json())) == hash(FULL)
    with pytest.raises(dataclasses.FrozenInstanceError):
        FULL.width = 512


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"width": 300}, "`width` takes steps of 8"),
        ({"width": 200}, "`width` takes 256 to 1024"),
        ({"height": 1032}, "`height` takes 256 to 1024"),
        ({"height": 256.0}, "`height` must be a whole number"),
        ({"width": True}, "`width` must be a whole number"),
        ({"size": 3}, "has no field 'size'"),
        ({"things": 3}, "`things` must be a list"),
        ({"things": [3]}, "`thing` must be an object"),
        ({"things": [{"id": "a"}]}, "`thing` needs `name`"),
        ({"things": [{"id": "A b", "name": "b"}]}, "`id` of a thing"),
        ({"things": [{"id": "a", "name": "b"}] * 2}, "'a' twice"),
        ({"things": [{"id": "a", "name": "b", "count": 25}]}, "`count` takes 1 to 24"),
        ({"things": [{"id": "a", "name": "b", "count": 20}, {"id": "c", "name": "b", "count": 5}]}, "up to 24"),
        ({"things": [{"id": "a", "name": "b", "colour": "Red!"}]}, "`colour` takes a colour"),
        ({"things": [{"id": "a", "name": "b", "part_colours": {"x": 3}}]}, "`colour` takes a colour"),
        ({"things": [{"id": "a", "name": "b", "part_colours": []}]}, "`part_colours`"),
        ({"things": [{"id": "a", "name": "b", "place": [0.5, 0.5]}]}, "`place` takes"),
        ({"things": [{"id": "a", "name": "b", "place": [0.5, "x", 1]}]}, "`place` must be a number"),
        ({"things": [{"id": "a", "name": "b", "turn": 400}]}, "`turn` takes -360 to 360"),
        ({"things": [{"id": "a", "name": "b", "mirror": 1}]}, "`mirror`"),
        ({"things": [{"id": "a", "name": "b", "upload": "x"}]}, "`upload` takes a sha256"),
        ({"things": [{"id": "a", "name": "b", "relation": ["on", "z"]}]}, "'z', which is not in the scene"),
        ({"things": [{"id": "a", "name": "b", "relation": ["on", "a"]}]}, "circle"),
        ({"things": [{"id": "a", "name": "b", "relation": ["eating", "a"]}]}, "`relation` must be one of"),
        ({"things": [{"id": "a", "name": "b", "relation": "on"}]}, "`relation` takes"),
        ({"ground": {"kind": "gradient", "colours": ["red"]}}, "takes 2 colours, got 1"),
        ({"ground": {"colours": 5}}, "`colours` of a ground must be a list"),
        ({"ground": {"kind": "scene", "name": "moon"}}, "`ground` must be one of"),
        ({"ground": {"kind": "colour", "colours": ["red"], "name": "grass"}}, "has a name where"),
        ({"ground": "red"}, "`ground` must be an object"),
        ({"lettering": {}}, "`lettering` needs `text`"),
        ({"lettering": {"text": "a\nb\nc"}}, "one line or two, got 3"),
        ({"lettering": {"text": "x" * 81}}, "up to 80 characters"),
        ({"outline": {"width": 0}}, "`outline` takes 1 to 64"),
        ({"shadow": "yes"}, "`shadow`"),
    ],
)
def test_what_is_no_scene_is_refused_in_words(changes, says):
    with pytest.raises(ValueError, match=says):
        Scene.from_json(json.dumps(changes))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", None, 5])
def test_what_is_no_json_object_is_refused_in_words(text):
    with pytest.raises(ValueError, match="`scene` must be"):
        Scene.from_json(text)


def test_a_circle_of_three_is_found():
    things = [Thing(own, own, relation=Relation("on", other)) for own, other in ("ab", "bc", "ca")]
    with pytest.raises(ValueError, match="circle"):
        Scene(things=tuple(things))


def test_every_scenery_has_four_colours_and_can_be_asked_for():
    for name in SCENERY:
        assert len(Ground("scene", name=name).bands) == 4


def test_a_thing_that_is_not_there_is_named():
    assert FULL.thing("hat").name == "top hat"
    with pytest.raises(ValueError, match="no thing 'dog'.*'cat', 'hat', 'own'"):
        FULL.thing("dog")
