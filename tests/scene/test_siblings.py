"""Several things by one. Example run: python -m pytest tests/scene/test_siblings.py"""

import pytest
import torch

from pipeline.scene.record import Relation, Scene, Thing
from pipeline.scene.siblings import against
from tests.scene.test_backdrop import boxes


def on_a_table(kind: str, target: str = "table") -> Scene:
    return Scene(
        things=(
            Thing("table", target),
            Thing("pot", "teapot", relation=Relation(kind, "table")),
            Thing("vase", "vase", relation=Relation(kind, "table")),
        )
    )


@pytest.mark.parametrize("kind", ["on", "under", "next to", "with"])
def test_two_by_one_thing_do_not_cover_each_other(kind):
    found = boxes(on_a_table(kind))
    first, second = sorted((found["pot"], found["vase"]))
    covered = max(0, min(first[2], second[2]) - max(first[0], second[0]))
    assert covered <= 0.1 * (second[2] - second[0])


def test_one_alone_stands_in_the_middle():
    scene = on_a_table("on")
    found = boxes(Scene(things=scene.things[:2]))
    assert abs(sum(found["pot"][::2]) - sum(found["table"][::2])) <= 2


@pytest.mark.parametrize(("kind", "scale", "times"), [("on", 0.5, 2.0), ("on", 1.25, 0.8), ("worn by", 0.5, 1.0)])
def test_a_size_is_told_against_what_stands_by_it(kind, scale, times):
    assert against(kind, scale) == times


def test_a_tree_on_a_small_island_fills_the_picture_with_it():
    things = (Thing("a", "palm tree", relation=Relation("on", "b")), Thing("b", "island", scale=0.55))
    found = boxes(Scene(things=things))
    assert min(found["a"][1], found["b"][1]) < 0.2 * 256
    plain = boxes(Scene(things=(things[0], Thing("b", "island"))))

    def share(pair: dict) -> float:
        return (pair["a"][2] - pair["a"][0]) / (pair["b"][2] - pair["b"][0])

    assert share(found) > 1.5 * share(plain)
    assert torch.tensor(found["b"]).max() <= 256


def test_different_things_in_a_basket_stand_out_of_it_side_by_side():
    things = (
        Thing("basket", "basket"),
        *(Thing(name, name, relation=Relation("in", "basket")) for name in ("apple", "banana", "pear")),
    )
    found = boxes(Scene(things=things))
    middles = [sum(found[name][::2]) / 2 for name in ("apple", "banana", "pear")]
    assert middles == sorted(middles)
    assert all(found["basket"][0] <= at <= found["basket"][2] for at in middles)
