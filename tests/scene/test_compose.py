"""Laying layers on a ground. Example run: python -m pytest tests/scene/test_compose.py"""

import pytest
import torch
from scipy import ndimage

from pipeline.scene.compose import LAYOUTS, arrange, compose, recolour

GROUND = torch.tensor([-0.5, -0.25, 0.0])


def box(height: int, width: int, side: int = 64) -> torch.Tensor:
    """(1, 4, side, side): a white box in the middle of nothing."""
    layer = torch.full((1, 4, side, side), -1.0)
    top, left = (side - height) // 2, (side - width) // 2
    layer[..., top : top + height, left : left + width] = 1.0
    return layer


def poses(count: int, x: float = 0.5, y: float = 0.5, side: float = 0.75) -> torch.Tensor:
    return torch.cat([GROUND, torch.tensor([x, y, side])]).repeat(count, 1)


def blobs(image: torch.Tensor) -> list[tuple[int, int]]:
    """Centres of what is bright, in eighths of the side, row by row."""
    labels, count = ndimage.label(image[0, 0].numpy() > 0.2)
    middles = ndimage.center_of_mass(labels > 0, labels, range(1, count + 1))
    return [(round(8 * x / image.shape[-1]), round(8 * y / image.shape[-1])) for y, x in middles]


def test_one_thing_stands_where_and_as_large_as_its_pose_says():
    image = compose(box(64, 64), *arrange(poses(1, 0.75, 0.25, 0.25), [1], "single"), 128)
    assert image.shape == (1, 3, 128, 128)
    bright = image[0, 0] > 0.2
    assert bright.sum() == 32 * 32 and bright[16:48, 80:112].all()
    assert torch.allclose(image[0, :, 100, 20], GROUND)


def test_a_ground_is_flat_to_the_last_bit():
    veiled = box(20, 20) + 0.1 * torch.rand(1, 4, 64, 64, generator=torch.Generator().manual_seed(0))
    image = compose(veiled, *arrange(poses(1), [1], "single"), 256)
    assert (image[..., :30, :] == image[..., :1, :1]).all()


@pytest.mark.parametrize("pose", [(0.0, 1.0, 0.5), (0.5, 0.5, 3.0), (-1.0, 0.5, -0.2)])
def test_no_pose_cuts_a_thing_off(pose):
    _, [(_, x, y, side)] = arrange(poses(1, *pose), [1], "single")
    assert 0 < side <= 1 and side / 2 <= min(x, y) and max(x, y) <= 1 - side / 2


def test_two_things_stand_side_by_side_or_one_above_the_other():
    layers = torch.cat([box(64, 64), box(64, 32)])
    assert blobs(compose(layers, *arrange(poses(2), [1, 1], "row"), 64)) == [(2, 4), (6, 4)]
    column = compose(layers, *arrange(poses(2), [1, 1], "column"), 64)
    assert blobs(column) == [(4, 2), (4, 6)]
    wide = [(column[0, 0, row] > 0.2).sum().item() for row in (18, 46)]
    assert wide[0] > 1.5 * wide[1]  # the upper one is as wide as high, the lower one half


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_one_thing_is_placed_as_often_as_it_is_counted(count):
    assert len(blobs(compose(box(60, 60), *arrange(poses(1), [count], "grid"), 128))) == count


def test_what_is_half_there_lets_the_ground_through():
    layer = torch.zeros(1, 4, 64, 64)  # alpha one half
    layer[:, :3] = -1.0  # black
    image = compose(layer, GROUND, [(0, 0.5, 0.5, 1.0)], 64)
    assert torch.allclose(image[0, :, 32, 32], GROUND / 2 - 0.5, atol=0.02)


@pytest.mark.parametrize(("counts", "layout"), [([1], "row"), ([4, 3], "grid"), ([1, 1], "circle"), ([2], "single")])
def test_what_cannot_be_placed_is_refused(counts, layout):
    with pytest.raises(ValueError, match="layout"):
        arrange(poses(len(counts)), counts, layout)


def test_no_layout_puts_anything_outside():
    for places in LAYOUTS.values():
        for shown, side in places.values():
            for x, y in shown:
                assert side / 2 <= min(x, y) and max(x, y) <= 1 - side / 2


def painted(body: tuple[float, float, float]) -> torch.Tensor:
    """(4, 64, 64): a body, darker to the left, with a black eye and a white tooth, on nothing."""
    layer = torch.zeros(4, 64, 64)
    light = torch.linspace(0.7, 1, 48)
    layer[:3, 8:56, 8:56] = torch.tensor(body)[:, None, None] * light
    layer[:3, 20:26, 20:26] = 0
    layer[:3, 40:46, 20:26] = 1
    layer[3, 8:56, 8:56] = 1
    return 2 * layer - 1


@pytest.mark.parametrize("body", [(0.9, 0.2, 0.2), (0.95, 0.6, 0.1), (0.6, 0.6, 0.6)])
@pytest.mark.parametrize("colour", [(0.18, 0.44, 0.84), (0.97, 0.66, 0.77), (0.07, 0.07, 0.07)])
def test_the_main_colour_changes_and_light_eyes_and_teeth_stay(body, colour):
    layer, colour = painted(body), torch.tensor(colour)
    changed = recolour(layer, colour)
    mean = (changed[:3, 30:38, 30:50].mean((1, 2)) + 1) / 2
    assert (mean - colour).abs().max() < 0.15
    assert changed[:3, 30, 50].sum() > changed[:3, 30, 10].sum() + 0.02  # light is from the right, as before
    for rows in (slice(21, 25), slice(41, 45)):
        assert torch.allclose(changed[:3, rows, 21:25], layer[:3, rows, 21:25], atol=0.1)
    assert torch.equal(changed[3], layer[3])


def test_what_has_the_colour_already_stays_as_it_is():
    layer = painted((0.9, 0.2, 0.2))
    assert torch.allclose(recolour(layer, torch.tensor([0.85, 0.21, 0.21])), layer, atol=1e-6)
    assert torch.equal(recolour(torch.full((4, 8, 8), -1.0), torch.zeros(3)), torch.full((4, 8, 8), -1.0))
