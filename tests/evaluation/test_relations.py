"""Example run: python -m pytest tests/evaluation/test_relations.py"""

from collections import Counter
from types import SimpleNamespace

import pytest
import torch

from pipeline.evaluation.relation_pairs import RELATION_PAIRS
from pipeline.evaluation.relations import Pair, judge_pair, pairs, see
from pipeline.language.relations import relation_of, scenery_of
from pipeline.scene.compose import compose_scene, to_picture
from pipeline.scene.layout import layout
from pipeline.scene.record import Ground, Relation, Scene, Thing
from pipeline.scene.standing import stand

BLUE, RED = ((-1.0, -1.0, 1.0), (1.0, -1.0, -1.0))


class ByColour:
    """Names what it sees by its colour; the real judge takes minutes to fit and is tested by itself."""

    top = 1

    def accepted(self, *words):
        return frozenset(words)

    def judge(self, image):
        red, _, blue = image.resize((1, 1)).getpixel((0, 0))
        return SimpleNamespace(names=lambda accepted, top, by_shape: ("ball" if blue > red else "box") in accepted)


def layer(colour) -> torch.Tensor:
    return torch.cat([torch.tensor(colour)[:, None, None].expand(3, 64, 64), torch.ones(1, 64, 64)])


def drawn(scene: Scene):
    layers = torch.stack([layer(RED), layer(BLUE)][: len(scene.things)])
    placements, ids = layout(scene, layers)
    image = to_picture(compose_scene(scene, layers, placements))
    standing = stand(layers, placements, ids, scene.width, scene.height)
    return SimpleNamespace(images=[image], standings=[standing], plans=[SimpleNamespace(scene=scene)])


def beside(kind: str, thing: str = "ball", other: str = "box"):
    things = (Thing("b", other), Thing("a", thing, relation=Relation(kind, "b")))
    return drawn(Scene(things=things, ground=Ground("colour", ("#ffffff",))))


@pytest.mark.parametrize(
    ("said", "kind", "wrong"),
    [
        ("on", "on", "under"),
        ("under", "under", "above"),
        ("above", "above", "under"),
        ("to the left of", "left of", "right of"),
        ("to the right of", "right of", "left of"),
        ("in", "in", "right of"),
        ("inside", "inside", "left of"),
        ("coming out of", "coming out of", "under"),
        ("riding", "riding", "under"),
        ("in front of", "in front of", "behind"),
        ("behind", "behind", "in front of"),
        ("next to", "next to", "above"),
        ("hanging from", "hanging from", "above"),
    ],
)
def test_a_picture_is_right_where_the_things_stand_as_said_and_wrong_otherwise(said, kind, wrong):
    pair = Pair(said, "ball", "box", "flat sticker")
    assert judge_pair(ByColour(), pair, beside(kind)) == {
        "relation": said, "prompt": f"a ball {said} a box, flat sticker", "right": True, "placed": True, "why": "",
    }  # fmt: skip
    assert judge_pair(ByColour(), pair, beside(wrong))["why"] == "not so placed"


def test_what_the_judge_does_not_know_may_still_be_well_placed():
    class Blind(ByColour):
        def judge(self, image):
            return SimpleNamespace(names=lambda accepted, top, by_shape: False)

    row = judge_pair(Blind(), Pair("above", "ball", "box", "flat sticker"), beside("above"))
    assert (row["right"], row["placed"], row["why"]) == (False, True, "no ball")


def test_a_thing_that_is_not_there_is_named():
    pair = Pair("on", "cat", "box", "flat sticker")
    assert judge_pair(ByColour(), pair, beside("on"))["why"] == "no cat"
    lost = drawn(Scene(things=(Thing("b", "box"),), ground=Ground("colour", ("#ffffff",))))
    assert judge_pair(ByColour(), Pair("on", "ball", "box", ""), lost)["why"] == "no ball"


def test_a_ground_has_to_be_a_scenery():
    pair = Pair("on", "box", "the beach", "flat sticker", is_ground=True)
    assert pair.text == "a box on the beach, flat sticker"
    white = drawn(Scene(things=(Thing("b", "box"),), ground=Ground("colour", ("#ffffff",))))
    assert judge_pair(ByColour(), pair, white)["why"] == "no scenery"
    beach = drawn(Scene(things=(Thing("b", "box"),), ground=Ground("scene", name="beach")))
    assert judge_pair(ByColour(), pair, beach)["right"]


def test_what_is_covered_is_told_by_its_share():
    output = beside("in front of")
    found = see(output.plans[0].scene, output.standings[0], output.images[0])
    assert found["a"].share == 1 and 0.3 < found["b"].share < 1
    assert found["a"].area + found["b"].area < 1


def test_there_are_twenty_pairs_of_twenty_relations_in_turning_styles():
    listed = pairs()
    assert len(RELATION_PAIRS) == 20 and len(listed) == len({pair.text for pair in listed}) == 400
    told = Counter("ground" if pair.is_ground else pair.relation for pair in listed)
    assert set(told.values()) == {20} and len(told) == 20
    assert len({pair.style for pair in pairs(5)}) == 5 and len(pairs(3)) == 60
    for pair in listed:
        assert scenery_of(pair.other) if pair.is_ground else relation_of(pair.relation), pair
