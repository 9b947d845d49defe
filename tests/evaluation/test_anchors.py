"""Example run: python -m pytest tests/evaluation/test_anchors.py"""

from types import SimpleNamespace

import pytest
import torch

from pipeline.data.anchors import Marked
from pipeline.evaluation.anchors import by_head, by_outline, compare, summary
from pipeline.models.anchors import ANCHORS


def disc() -> torch.Tensor:
    """A yellow disc with two dark eyes and a mouth, 128 pixels of a side."""
    rows, columns = torch.meshgrid(torch.arange(128), torch.arange(128), indexing="ij")
    solid = (rows - 64) ** 2 + (columns - 64) ** 2 < 60**2
    layer = torch.stack([0.9 * solid, 0.8 * solid, 0.2 * solid, 1.0 * solid])
    for x in (44, 84):
        layer[:3, (rows - 52) ** 2 + (columns - x) ** 2 < 7**2] = 0.05
    layer[:3, ((rows - 90) / 5) ** 2 + ((columns - 64) / 18) ** 2 < 1] = 0.05
    return 2 * layer - 1


def test_geometry_finds_the_eyes_and_the_mouth_of_a_plain_face():
    found = by_outline(disc(), "cat face")
    for name, at in (("left eye", (44, 52)), ("right eye", (84, 52)), ("mouth", (64, 90))):
        (x, y), said = found[name]
        assert said and (128 * x, 128 * y) == pytest.approx(at, abs=2.5)
    assert found["top"][0] == pytest.approx((0.5, 0.03), abs=0.02)
    assert not found["seat"][1] and not found["inside"][1]


def test_of_a_network_s_two_hands_the_surer_one_holds():
    def find(layers):
        points = torch.arange(2.0 * len(ANCHORS)).view(1, -1, 2) / 100
        there = torch.full((1, len(ANCHORS)), 0.2)
        there[0, ANCHORS.index("left hand")] = 0.7
        return points, there

    found = by_head(SimpleNamespace(find=find), disc())
    assert found["hand"] == found["left hand"] and found["hand"][1]
    assert found["mouth"] == (pytest.approx((0.06, 0.07)), False)


def test_errors_are_pixels_of_64_and_the_nearer_hand_counts():
    marked = Marked("man", "3d render", 1, {"top": (0.5, 0.25), "left hand": (0.1, 0.5), "right hand": (0.9, 0.5)})
    found = {"top": ((0.5, 0.5), True), "hand": ((0.85, 0.5), False), "seat": ((0.5, 0.5), True)}
    rows = compare(marked, found)
    assert rows["top"] == {"there": True, "said": True, "error": 16.0}
    assert rows["hand"]["error"] == pytest.approx(3.2) and not rows["hand"]["said"]
    assert rows["seat"] == {"there": False, "said": True, "error": None}
    assert rows["mouth"] == {"there": False, "said": False, "error": None}


def test_what_was_not_found_counts_as_far_and_presence_over_all_layers():
    near, missed, none = (
        {"there": True, "said": True, "error": 1.0},
        {"there": True, "said": False, "error": None},
        {"there": False, "said": False, "error": None},
    )
    rows = ("top", "left eye", "right eye", "mouth", "neck", "back", "seat", "inside", "surface", "hand")
    table = summary([dict.fromkeys(rows, each) for each in (near, missed, none)])
    assert table[0] == ["top", "2", "1.0", "1.0", "50%", "67%"]
