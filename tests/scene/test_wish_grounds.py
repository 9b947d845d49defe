"""Wishes about grounds and weather. Example run: python -m pytest tests/scene/test_wish_grounds.py"""

import pytest

from pipeline.scene.edit import edit
from pipeline.scene.record import SCENERY, Ground, Scene, Thing
from tests.scene.test_parse import trained

PLAIN = Scene(things=(Thing("cat", "cat", place=(0.3, 0.6, 0.4)),), ground=Ground("colour", ("#ffffff",)))
SEA = edit(PLAIN, "ground scene sea")


@trained
@pytest.mark.parametrize(
    ("words", "operations"),
    {
        "in space": ["ground scene space"],
        "at the beach": ["ground scene beach"],
        "sunset": ["ground scene sunset"],
        "a forest background": ["ground scene forest"],
        "square format": ["canvas 256 256"],
        "in pixel art": ["style all 'tiny pixel art'"],
        "3d please": ["style all '3d render'"],
        "darker": ["ground colour '#b2b2b2'"],
        "add grass": ["ground scene grass"],
        "add rain": ["weather rain"],
        "let it snow": ["ground scene snow", "weather snow"],
        "make it a sticker with a white outline": ["style all 'flat sticker'", "outline 8 '#ffffff'"],
    }.items(),
)
def test_a_wish_about_the_whole_picture(wishes, words, operations):
    wish = wishes.read(words, PLAIN, seed=8)
    assert list(wish.operations) == operations and not wish.notes


@trained
def test_a_time_and_a_weather_keep_the_land(wishes):
    for words in ("make it night", "foggy", "make it stormy"):
        ground = edit(SEA, wishes.read(words, SEA).operations).ground
        assert ground.name == "sea" and ground.bands != SCENERY["sea"]
    night = edit(SEA, wishes.read("make it night", SEA).operations)
    assert edit(night, wishes.read("make it day", night).operations).ground == Ground("scene", name="sea")


@trained
def test_it_snows_at_night_on_white_ground_that_is_dark(wishes):
    scene = edit(PLAIN, wishes.read("make it snow at night", PLAIN).operations)
    assert scene.weather == "snow" and scene.ground.name == "snow"
    assert scene.ground.bands[0] == SCENERY["night sky"][0] != SCENERY["snow"][0]
    assert edit(scene, wishes.read("stop the snow", scene).operations).weather is None
    assert wishes.read("stop the rain", PLAIN).sentence == "There is no “rain” in the picture."


@trained
def test_a_sky_is_painted_over_the_land_that_is_there_and_a_land_can_go(wishes):
    ground = edit(SEA, wishes.read("make the sky purple", SEA).operations).ground
    assert ground.name == "sea" and ground.bands[2:] == SCENERY["sea"][2:] and ground.bands[0] != SCENERY["sea"][0]
    green = edit(SEA, wishes.read("make the sea green", SEA).operations).ground
    assert green.bands[:2] == SCENERY["sea"][:2] and green.bands[2] != SCENERY["sea"][2]
    assert wishes.read("replace the sea with a beach", SEA).operations == ("ground scene beach",)
    assert "weather snow" in wishes.read("it should be night and snowing", SEA).operations
    assert wishes.read("remove the sea", SEA).operations == ("ground colour '#ffffff'",)


@trained
def test_a_transparent_ground_gets_no_darker(wishes):
    assert wishes.read("darker", edit(PLAIN, "ground transparent")).operations == ()
    assert wishes.read("brighter", PLAIN).operations == ()


@trained
@pytest.mark.parametrize("said", ["add a big {}", "put a {}", "a {}"])
def test_a_thing_in_the_background_is_no_colour_of_it(wishes, said):
    for words, name in (("red house", "house"), ("tree", "deciduous tree"), ("mountain", "mountain")):
        wish = wishes.read(f"{said.format(words)} in the background please", SEA, seed=8)
        scene = edit(SEA, wish.operations)
        new = scene.things[0]
        assert scene.ground == SEA.ground and new.name == name, "behind the others"
        assert new.colour == ("red" if "red" in words else None) and new.place[2] > scene.thing("cat").place[2]


@trained
def test_a_second_of_what_is_there_is_added_behind_it(wishes):
    scene = edit(PLAIN, wishes.read("put a cat in the background", PLAIN).operations)
    assert [thing.id for thing in scene.things] == ["cat-2", "cat"]
    assert wishes.read("put the cat in the background", PLAIN).operations == ("order cat back",)


@trained
@pytest.mark.parametrize(
    ("words", "operation"),
    [("add a red background", "ground colour red"), ("add a beach in the background", "ground scene beach"),
     ("red in the background", "ground colour red"), ("a forest in the background", "ground scene forest")],
)  # fmt: skip
def test_a_land_or_a_colour_in_the_background_is_the_ground(wishes, words, operation):
    assert wishes.read(words, PLAIN).operations == (operation,)
