"""Words of places become grounds. Example run: python -m pytest tests/scene/test_places.py"""

import pytest

from pipeline.scene.places import ground_of, is_place, is_time, told_of, usual_land
from pipeline.scene.record import SCENERY, Ground
from pipeline.scene.sketch import Mention, Said, Sketch
from tests.scene.test_apart import tagged

NIGHT, SUNSET, SNOW = (SCENERY[name] for name in ("night sky", "sunset", "snow"))
PALETTE = {"pink": "#ff80c0", "green": "#00aa00", "red": "#cc0000"}


@pytest.mark.parametrize(
    ("places", "name", "sky", "lighter"),
    [
        (["snow at night"], "snow", NIGHT[:2], False),
        (["city", "night"], "street", NIGHT[:2], False),
        (["dark forest"], "forest", NIGHT[:2], False),
        (["wheat field", "sunset"], "grass", SUNSET[:2], False),
        (["snowy forest"], "forest", SNOW[:2], True),
        (["forest in winter"], "forest", SNOW[:2], True),
    ],
)
def test_a_land_at_a_time_has_the_sky_of_the_one_and_the_ground_of_the_other(places, name, sky, lighter):
    ground, rest = ground_of(places)
    assert ground is not None and ground.name == name and ground.bands[:2] == sky and not rest
    assert ground.bands[2] != SCENERY[name][2]
    assert (int(ground.bands[2][1:3], 16) > int(SCENERY[name][2][1:3], 16)) == lighter


@pytest.mark.parametrize(
    ("places", "ground", "rest"),
    [
        (["beach"], Ground("scene", name="beach"), []),
        (["night"], Ground("scene", name="night sky"), []),
        (["winter"], Ground("scene", name="snow"), []),
        (["calm lake"], Ground("scene", name="sea"), []),
        (["busy street"], Ground("scene", name="street"), ["busy"]),
        (["paris"], None, ["paris"]),
        (["sea", "forest"], Ground("scene", name="sea"), ["forest"]),
        ([], None, []),
    ],
)
def test_what_a_place_says_and_does_not_show_is_left(places, ground, rest):
    assert ground_of(places) == (ground, rest)


def test_snow_at_night_stays_light():
    ground, _ = ground_of(["snow at night"])
    assert ground is not None and min(int(ground.bands[2][at : at + 2], 16) for at in (1, 3, 5)) > 0x90


def test_a_storm_an_autumn_and_a_fog_have_skies_and_lands_of_their_own():
    found = {words: ground_of([words])[0] for words in ("stormy sea", "sea", "foggy sea", "autumn forest", "forest")}
    assert len({ground.bands for ground in found.values() if ground}) == 5
    assert found["autumn forest"].bands[2] == "#d7a356"


def test_a_room_at_night_is_a_dark_room():
    ground, _ = ground_of(["kitchen at night"])
    assert ground is not None and ground.name == "room" and ground.bands[0] not in (SCENERY["room"][0], NIGHT[0])


def test_a_colour_is_that_of_the_sky_or_of_the_land_and_its_own_changes_nothing():
    pink, red = ground_of(["pink sky"], PALETTE)[0], ground_of(["red desert"], PALETTE)[0]
    assert pink.bands[2:] == SCENERY["grass"][2:] and pink.bands[0] != SCENERY["grass"][0]
    assert red.bands[:2] == SCENERY["desert"][:2] and red.bands[2] != SCENERY["desert"][2]
    assert ground_of(["green meadow"], PALETTE)[0] == Ground("scene", name="grass")
    assert ground_of(["pink sky"], PALETTE, "sea")[0].bands[2:] == SCENERY["sea"][2:]


def test_boats_have_the_sea_under_a_sky():
    assert usual_land(Sketch(things=[Mention(0, 1, "old sailboat")])) == "sea"
    assert usual_land(Sketch(things=[Mention(0, 1, "house")])) == "grass"


def test_words_before_a_place_are_told_of_it():
    tokens = tagged("cat/t in a pink/c meadow/p")
    drawn = Sketch(things=[Mention(0, 1, "cat")], places=[Said("meadow", 4, 5)], others=["pink", "windy"])
    assert told_of(drawn, tokens) == ["pink meadow"] and drawn.others == ["windy"]


def test_what_is_a_place_and_what_a_day():
    assert is_place("snowy forest") and not is_place("windy day") and not is_place("table")
    assert is_time("a windy day") and not is_time("a daisy")


@pytest.mark.parametrize("place", ["sky", "the clear sky", "a bright sky"])
def test_what_is_in_the_sky_by_day_has_no_land_under_it(place):
    ground, rest = ground_of([place])
    assert ground is not None and (ground.kind, rest) == ("gradient", [])
    assert all(colour[-2:] > colour[1:3] for colour in ground.colours), "it is blue"


def test_a_sky_that_is_told_more_of_is_that_of_a_land_or_a_time():
    assert ground_of(["the night sky"])[0].name == "night sky"
    assert ground_of(["a pink sky"], {"pink": "#f7a8c4"})[0].name == "grass"
    assert ground_of(["sky", "the sea"])[0].name == "sea"
