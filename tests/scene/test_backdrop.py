"""What lies behind everything. Example run: python -m pytest tests/scene/test_backdrop.py"""

import pytest
import torch

from pipeline.scene.backdrop import before, lies_behind, place_behind, step_back
from pipeline.scene.compose import masks
from pipeline.scene.kinds import is_disc, is_landscape, is_sky
from pipeline.scene.layout import layout
from pipeline.scene.record import Ground, Relation, Scene, Thing

WHOLE = torch.ones(4, 64, 64)


def pair(placed: str, kind: str, target: str, **more) -> Scene:
    return Scene(things=(Thing("a", placed, relation=Relation(kind, "b")), Thing("b", target)), **more)


def boxes(scene: Scene) -> dict[str, tuple[int, int, int, int]]:
    layers = torch.stack([WHOLE] * len(scene.things))
    placements, ids = layout(scene, layers)
    found: dict[str, tuple[int, int, int, int]] = {}
    for own, (_, box) in zip(ids, masks(layers, placements, scene.width, scene.height), strict=True):
        found.setdefault(own, box)
    return found


@pytest.mark.parametrize(
    ("placed", "kind", "target", "behind"),
    [
        ("girl", "in front of", "cloud with rain", {1}),
        ("cloud with rain", "behind", "umbrella", {0}),
        ("hot air balloon", "above", "mountain", {1}),
        ("mountain", "behind", "castle", {0}),
        ("house", "under", "rainbow", {1}),
        ("sun", "above", "house", {0}),
        ("rainbow", "above", "mountain", {0, 1}),
        ("cat", "in front of", "full moon", set()),
        ("baby", "on", "cloud", set()),
        ("goat", "on", "mountain", set()),
        ("cat", "in front of", "house", set()),
        ("unicorn", "above", "rainbow", set()),
    ],
)
def test_skies_and_landscapes_lie_behind_unless_something_stands_on_them(placed, kind, target, behind):
    assert {*lies_behind(pair(placed, kind, target))} == behind


def test_what_was_put_somewhere_by_hand_stays_there():
    scene = Scene(
        things=(Thing("a", "cloud", place=(0.2, 0.3, 0.2)), Thing("b", "cow", relation=Relation("under", "a")))
    )
    assert lies_behind(scene) == {}


def test_the_sun_of_a_list_is_in_the_sky_of_a_scenery():
    things = (Thing("a", "house"), Thing("b", "sun"), Thing("c", "tree", count=2))
    found = boxes(Scene(things=things, ground=Ground("scene", name="grass")))
    assert found["b"][3] <= found["a"][1] and found["a"][3] > 0.85 * 256
    assert lies_behind(Scene(things=things)) == {}


def test_what_flies_over_mountains_is_large_and_they_end_on_the_horizon():
    found = boxes(pair("hot air balloon", "above", "mountain", ground=Ground("scene", name="grass")))
    balloon, mountain = found["a"], found["b"]
    assert balloon[3] - balloon[1] > 0.55 * 256
    assert abs(mountain[3] - 0.65 * 256) <= 3


def test_several_mountains_reach_from_side_to_side():
    scene = Scene(things=(Thing("a", "bear"), Thing("b", "mountain", count=3, relation=Relation("behind", "a"))))
    layers = torch.stack([WHOLE, WHOLE])
    placements = place_behind(scene, lies_behind(scene), layers)
    assert [round(one.x, 3) for one in placements] == [0.167, 0.5, 0.833]
    assert min(one.x - one.side / 2 for one in placements) < 0.02


def test_rain_is_over_the_head_and_the_girl_below_it_on_her_feet():
    found = boxes(pair("girl", "in front of", "cloud with rain"))
    assert found["b"][1] < 0.1 * 256 and found["a"][1] >= 0.35 * 256 and found["a"][3] >= 0.93 * 256


def test_the_others_keep_their_relations_to_each_other():
    things = (
        Thing("girl", "girl"),
        Thing("umbrella", "umbrella", relation=Relation("held by", "girl")),
        Thing("rain", "cloud with rain", relation=Relation("behind", "umbrella")),
    )
    scene = Scene(things=things)
    others, left = before(scene, lies_behind(scene))
    assert left == [0, 1] and others.things[1].relation == Relation("held by", "girl")


def test_nothing_before_it_leaves_the_list_empty():
    assert step_back([], torch.ones(0, 4, 8, 8), Scene(), {}) == []


def test_what_is_in_the_sky_and_on_the_horizon():
    assert is_sky("rain cloud") and is_sky("stars") and not is_sky("cat") and not is_sky("sun hat")
    assert is_landscape("snow-capped mountain") and not is_landscape("mountain bike")
    assert is_disc("full moon") and not is_disc("cloud")
