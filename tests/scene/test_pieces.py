"""A layer in pieces of one colour. Example run: python -m pytest tests/scene/test_pieces.py"""

import pytest
import torch

from pipeline.scene.pieces import pieces_of


def test_pieces_are_the_largest_first_with_their_place_and_rim():
    colours, solid = torch.zeros(3, 64, 64), torch.zeros(64, 64, dtype=torch.bool)
    solid[4:60, 4:60] = True
    colours[:, 4:60, 4:60] = torch.tensor([0.9, 0.8, 0.3])[:, None, None]
    colours[:, 40:52, 24:40] = torch.tensor([0.1, 0.2, 0.8])[:, None, None]  # inside, and below the middle
    wall, door = pieces_of(colours, solid)
    assert wall.size == pytest.approx(1 - door.size) and door.size == pytest.approx(12 * 16 / 56**2)
    assert (door.x, door.y) == (pytest.approx(0.5, abs=0.02), pytest.approx(0.74, abs=0.02))
    assert door.open == 0 < wall.open and door.cool and not wall.cool
    assert door.mask.sum() == 12 * 16


def test_what_is_smaller_than_an_edge_is_no_piece():
    colours, solid = torch.full((3, 64, 64), 0.5), torch.ones(64, 64, dtype=torch.bool)
    colours[0, 30, 30] = 1.0
    assert len(pieces_of(colours, solid)) == 1
