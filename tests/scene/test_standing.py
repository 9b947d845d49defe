"""Example run: python -m pytest tests/scene/test_standing.py"""

import numpy as np
import torch

from pipeline.scene.compose import Placement
from pipeline.scene.standing import stand


def layers(count):
    """Things that fill their squares."""
    return torch.ones(count, 4, 32, 32)


def test_a_point_belongs_to_what_is_seen_there():
    placed = [Placement(0, 0.25, 0.5, 0.4), Placement(1, 0.45, 0.5, 0.4), Placement(0, 0.85, 0.5, 0.2)]
    standing = stand(layers(2), placed, ["cat", "dog", "cat"], 512, 256)
    assert standing.keys == ("cat", "dog", "cat#2") and standing.placements == tuple(placed)
    assert standing.hits.size == (128, 64) and standing.hits.mode == "L"
    hits = np.asarray(standing.hits)

    def at(x, y):
        return hits[int(y * 64), int(x * 128)]

    assert at(0.2, 0.5) == 1 and at(0.5, 0.5) == 2 and at(0.85, 0.5) == 3 and at(0.02, 0.02) == 0


def test_the_front_of_a_box_is_the_box():
    placed = [Placement(0, 0.5, 0.5, 0.8), Placement(1, 0.5, 0.4, 0.4), Placement(0, 0.5, 0.5, 0.8, top=0.5)]
    standing = stand(layers(2), placed, ["box", "cat", "box"], 256, 256)
    assert standing.keys == ("box", "cat")
    hits = np.asarray(standing.hits)
    assert hits[100, 64] == 1 and hits[40, 64] == 2


def test_a_picture_of_its_ground_has_nothing_to_point_at():
    standing = stand(torch.zeros(0, 4, 1, 1), [], [], 256, 256)
    assert standing.keys == () and not np.asarray(standing.hits).any()
