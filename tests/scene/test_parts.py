"""Example run: python -m pytest tests/scene/test_parts.py"""

import torch

from pipeline.scene.parts import recolour_part


def house() -> torch.Tensor:
    """A layer (4, 64, 64): a red roof over a yellow wall with a brown door."""
    colours = torch.zeros(3, 64, 64)
    colours[:, 4:24, 8:56] = torch.tensor([0.85, 0.1, 0.1])[:, None, None]
    colours[:, 24:60, 8:56] = torch.tensor([0.95, 0.85, 0.5])[:, None, None]
    colours[:, 44:60, 26:38] = torch.tensor([0.4, 0.25, 0.1])[:, None, None]
    alpha = torch.zeros(1, 64, 64)
    alpha[:, 4:60, 8:56] = 1
    return 2 * torch.cat([colours, alpha]) - 1


BLUE = torch.tensor([0.1, 0.2, 0.9])


def is_blue(layer: torch.Tensor) -> torch.Tensor:
    return (layer[2] > 0.2) & (layer[0] < 0)


def test_the_roof_is_what_lies_on_top_and_the_rest_keeps_its_colours():
    painted = is_blue(recolour_part(house(), "roof", BLUE))
    assert painted[6:22, 12:52].float().mean() > 0.95
    assert painted[28:58, 12:22].float().mean() < 0.02 and painted[48:58, 28:36].float().mean() < 0.02


def test_the_door_is_what_lies_below():
    painted = is_blue(recolour_part(house(), "door", BLUE))
    assert painted[47:58, 28:36].float().mean() > 0.9 and painted[6:22].float().mean() < 0.02


def test_what_is_empty_stays_empty():
    empty = -torch.ones(4, 16, 16)
    assert torch.equal(recolour_part(empty, "roof", BLUE), empty)
