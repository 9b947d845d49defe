"""Faces with another expression. Example run: python -m pytest tests/scene/test_expressions.py"""

import pytest
import torch

from pipeline.scene.expressions import wear_expression

SIDE = 128
YELLOW, ORANGE, DARK, RED, WHITE = (0.95, 0.78, 0.2), (0.9, 0.45, 0.15), (0.15, 0.1, 0.05), (0.9, 0.1, 0.15), (1, 1, 1)


def disc(layer: torch.Tensor, x: float, y: float, radius: float, colour) -> None:
    line = (torch.arange(SIDE) + 0.5) / SIDE
    inside = torch.hypot(line[None] - x, line[:, None] - y) < radius
    layer[:3, inside] = torch.tensor(colour)[:, None].float()
    layer[3, inside] = 1


def face(skin, *spots) -> torch.Tensor:
    """A round head (4, side, side) in [-1, 1] with spots of (x, y, radius, colour)."""
    layer = torch.zeros(4, SIDE, SIDE)
    disc(layer, 0.5, 0.5, 0.48, skin)
    for spot in spots:
        disc(layer, *spot)
    return 2 * layer - 1


def near(layer: torch.Tensor, x: float, y: float) -> tuple[float, ...]:
    return tuple(((layer[:3, round(y * SIDE), round(x * SIDE)] + 1) / 2).tolist())


EMOJI = face(YELLOW, (0.34, 0.42, 0.09, RED), (0.66, 0.42, 0.09, RED), (0.5, 0.7, 0.1, DARK))


def is_like(one, other) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < 0.15


def test_eyes_and_mouth_come_where_the_eyes_are_and_the_own_ones_go():
    fox = face(ORANGE, (0.38, 0.5, 0.04, DARK), (0.62, 0.5, 0.04, DARK))
    worn = wear_expression(fox, EMOJI, "fox face")
    assert is_like(near(worn, 0.38, 0.5), RED) and is_like(near(worn, 0.62, 0.5), RED)
    assert is_like(near(worn, 0.5, 0.72), DARK)
    assert is_like(near(worn, 0.5, 0.2), ORANGE)  # no skin of the emoji
    assert torch.equal(worn[3], fox[3])


def test_own_eyes_that_the_new_ones_do_not_cover_are_filled():
    fox = face(ORANGE, (0.38, 0.5, 0.05, DARK), (0.62, 0.5, 0.05, DARK))
    small = face(YELLOW, (0.34, 0.42, 0.04, RED), (0.66, 0.42, 0.04, RED))
    worn = wear_expression(fox, small, "fox face")
    assert is_like(near(worn, 0.38, 0.545), ORANGE) and is_like(near(worn, 0.38, 0.5), RED)


def test_a_thing_without_eyes_gets_them_where_its_head_is():
    worn = wear_expression(face(ORANGE), EMOJI, "fox face")
    red = ((worn[0] - worn[1] > 1.2) & (worn[3] > 0)).nonzero().float() / SIDE
    assert len(red) > 50
    assert abs(float(red[:, 1].mean()) - 0.5) < 0.04 and 0.35 < float(red[:, 0].mean()) < 0.55


def test_dark_eyes_on_dark_fur_get_a_light_rim():
    dark = face(YELLOW, (0.34, 0.42, 0.06, DARK), (0.66, 0.42, 0.06, DARK))
    worn = wear_expression(face((0.2, 0.15, 0.12)), dark, "bear face")
    assert (worn[:3].mean(0)[worn[3] > 0] > 0.3).any()
    plain = wear_expression(face(WHITE), dark, "bear face")
    middle = plain[:3, SIDE // 4].mean(0)
    assert middle.max() <= 1.0 and is_like(near(plain, 0.5, 0.15), WHITE)


@pytest.mark.parametrize("empty", ["thing", "emoji"])
def test_what_is_not_there_changes_nothing(empty):
    nothing = torch.full((4, SIDE, SIDE), -1.0)
    fox = face(ORANGE)
    pair = (nothing, EMOJI) if empty == "thing" else (fox, nothing)
    assert torch.equal(wear_expression(*pair), pair[0])


def test_eyes_lead_where_a_raised_ear_is_taken_for_the_head():
    rabbit = torch.full((4, SIDE, SIDE), -1.0)
    rabbit[:, 4:70, 8:24] = 1.0  # the ear
    rabbit[:, 50:124, 8:120] = 1.0
    for x in (44, 76):
        rabbit[:3, 74:84, x : x + 10] = -0.8
    worn = wear_expression(rabbit, EMOJI, "rabbit")
    assert is_like(near(worn, 49 / SIDE, 79 / SIDE), RED) and is_like(near(worn, 81 / SIDE, 79 / SIDE), RED)
    assert torch.equal(worn[:, :40], rabbit[:, :40])
