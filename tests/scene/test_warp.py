"""Example run: python -m pytest tests/scene/test_warp.py"""

import pytest
import torch

from pipeline.scene.drawing import Bend
from pipeline.scene.warp import warp_layer


def flag() -> torch.Tensor:
    """A layer (4, 64, 64): red on the left, blue on the right, its corners cut off."""
    layer = -torch.ones(4, 64, 64)
    layer[3, 4:60, 4:60] = 1
    layer[0, 4:60, 4:32] = 1
    layer[2, 4:60, 32:60] = 1
    return layer


def test_without_a_form_nothing_changes():
    assert torch.equal(warp_layer(flag(), Bend()), flag())


def test_a_mirror_is_exact():
    assert torch.equal(warp_layer(flag(), Bend(mirror=True)), flag().flip(-1))


@pytest.mark.parametrize(
    "form", [Bend(stretch=0.3), Bend(lean=0.15), Bend(bend=0.08), Bend(turn=9.0), Bend(top=0.25), Bend(waist=0.2)]
)
def test_a_bent_drawing_differs_and_fills_its_square_again(form):
    bent = warp_layer(flag(), form)
    assert (bent - flag()).abs().mean() > 0.01
    solid = bent[3] > 0
    rows, columns = solid.any(1).nonzero().flatten(), solid.any(0).nonzero().flatten()
    assert max(len(rows), len(columns)) >= 60  # of 64
    assert (bent[:3] <= bent[3:] + 1e-6).all() and bent.abs().max() <= 1 + 1e-6


def test_stretching_makes_it_wider():
    solid = warp_layer(flag(), Bend(stretch=0.4))[3] > 0
    rows, columns = solid.any(1).sum(), solid.any(0).sum()
    assert columns / rows == pytest.approx(2**0.4, rel=0.05)


def test_what_is_empty_stays_empty():
    empty = -torch.ones(4, 32, 32)
    assert torch.equal(warp_layer(empty, Bend(turn=5.0)), empty)
