"""Things that would vanish on their ground. Example run: python -m pytest tests/scene/test_contrast.py"""

import pytest
import torch

from pipeline.scene.compose import Placement, compose_scene
from pipeline.scene.contrast import edge_layer, ground_for, vanishing
from pipeline.scene.record import Ground, Scene, Thing

PALETTE = {"white": "#ffffff", "light blue": "#a9d8f5", "black": "#111111", "ivory": "#fffff0"}
WHITE, BLUE = torch.ones(3), torch.tensor([0.66, 0.85, 0.96])


def disc(edge: float, middle: float | None = None) -> torch.Tensor:
    """A gray disc (4, 64, 64) in [0, 1], its middle of another gray."""
    line = torch.linspace(-1, 1, 64)
    radius = torch.hypot(line[:, None], line[None])
    alpha = (radius < 0.9).float()
    gray = torch.where(radius < 0.6, edge if middle is None else middle, edge)
    return torch.cat([(gray * alpha).expand(3, 64, 64), alpha[None]])


def test_an_outline_like_the_ground_vanishes_and_a_dark_one_does_not():
    assert vanishing(disc(1.0), WHITE) == 1 and vanishing(disc(1.0), BLUE) == 0
    assert vanishing(disc(0.1, middle=1.0), WHITE) == 0  # white within, a dark line around it
    assert vanishing(disc(1.0, middle=0.1), WHITE) == 1
    assert vanishing(torch.zeros(4, 64, 64), WHITE) == 0


def test_half_a_white_outline_is_counted_by_its_share():
    layer = disc(1.0)
    layer[:3, :, 32:] *= 0.2
    assert 0.4 < vanishing(layer, WHITE) < 0.6


def test_an_unsaid_ground_gives_way_to_the_first_on_which_everything_is_seen():
    others = ("ivory", "light blue", "black")
    assert ground_for([disc(0.5)], "white", others, PALETTE) is None
    assert ground_for([disc(1.0)], "white", others, PALETTE) == "light blue"
    assert ground_for([disc(0.5), disc(1.0)], "white", others[::-1], PALETTE) == "black"
    assert ground_for([disc(1.0)], "white", (), PALETTE) is None


@pytest.mark.parametrize(("colour", "gray"), [("#ffffff", 1.0), ("#111111", 0.07)])
def test_a_said_ground_stays_and_the_thing_gets_a_thin_edge(colour, gray):
    def drawn(edge: float) -> torch.Tensor:
        scene = Scene(things=(Thing("egg", "egg"),), ground=Ground("colour", (colour,)))
        placements = [Placement(0, 0.5, 0.5, 0.7)]
        return compose_scene(scene, 2 * disc(edge)[None] - 1, placements)[0, :3]

    faint = drawn(gray)
    ground = faint[:, :1, :1]
    assert ((faint - ground).abs() > 0.2).any(0).sum() > 300  # about 560 pixels of outline
    assert torch.equal(faint[:, 0], ground[:, 0].expand(-1, 256)) and torch.allclose(
        faint[:, 128, 128], ground[:, 0, 0], atol=0.02
    )
    area = 3.1416 * (0.9 * 0.35 * 256) ** 2
    covered = [int(((picture - ground).abs() > 0.04).any(0).sum()) for picture in (drawn(0.5), faint)]
    assert covered[0] < 1.03 * area  # nothing about a thing that is seen anyhow
    assert 300 < covered[1] < 0.1 * area  # no more than a line about the other


def test_the_edge_is_darker_than_a_light_ground_and_lighter_than_a_dark_one():
    alpha = disc(1.0)[3]
    for ground, darker in ((WHITE, True), (torch.full((3,), 0.05), False)):
        edge = edge_layer(alpha, ground)
        ring = (edge[3] > 0.5) & (alpha == 0)
        colour = float((edge[0] / edge[3].clamp(min=0.01))[ring].mean())
        assert abs(colour - float(ground[0])) > 0.2 and (colour < float(ground[0])) is darker
