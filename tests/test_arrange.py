"""Arithmetic on finished pictures. Example run: python -m pytest tests/test_arrange.py"""

import pytest
import torch
from scipy import ndimage

from pipeline.arrange import LAYOUTS, arrange, flatten_ground

GROUND, THING = -0.5, 1.0


def picture(top: int, left: int, height: int, width: int, side: int = 64) -> torch.Tensor:
    """(1, 3, side, side): a white box on a darker ground."""
    image = torch.full((1, 3, side, side), GROUND)
    image[..., top : top + height, left : left + width] = THING
    return image


def centres(image: torch.Tensor) -> list[tuple[int, int]]:
    """Centres of the bright blobs, in eighths of the side, row by row."""
    blobs, count = ndimage.label(image[0, 0].numpy() > 0.2)
    middles = ndimage.center_of_mass(blobs > 0, blobs, range(1, count + 1))
    return [(round(8 * x / image.shape[-1]), round(8 * y / image.shape[-1])) for y, x in middles]


def test_two_things_stand_side_by_side_wherever_they_were():
    arranged = arrange(torch.cat([picture(2, 2, 20, 20), picture(30, 10, 30, 30)]), [1, 1], "row")
    assert arranged.shape == (1, 3, 64, 64)
    assert centres(arranged) == [(2, 4), (6, 4)]
    assert torch.allclose(arranged[..., :4, :], torch.tensor(GROUND), atol=1e-3)


def test_the_first_is_above_the_second():
    pictures = torch.cat([picture(12, 12, 40, 40), picture(12, 22, 40, 20)])
    arranged = arrange(pictures, [1, 1], "column")
    assert centres(arranged) == [(4, 2), (4, 6)]
    wide = [(arranged[0, 0, row] > 0.5).sum().item() for row in (18, 46)]
    assert wide[0] > 1.5 * wide[1]  # the upper one is as wide as high, the lower one half


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_one_thing_is_placed_as_often_as_it_is_counted(count):
    arranged = arrange(picture(10, 10, 44, 44), [count], "grid")
    assert len(centres(arranged)) == count


def test_a_step_between_two_grounds_leaves_no_border():
    pictures = torch.cat([picture(16, 16, 32, 32), picture(16, 16, 32, 32) + 0.06])
    arranged = arrange(pictures, [1, 1], "row")
    ground = arranged[0, :, [2, 32, 60]][..., [2, 32, 60]]
    assert torch.allclose(ground, ground[0, 0, 0].expand_as(ground), atol=1e-3)


@pytest.mark.parametrize(("counts", "layout"), [([1], "row"), ([4, 3], "grid"), ([1, 1], "circle")])
def test_what_cannot_be_placed_is_refused(counts, layout):
    with pytest.raises(ValueError, match="layout"):
        arrange(torch.cat([picture(16, 16, 32, 32)] * len(counts)), counts, layout)


def test_no_layout_puts_anything_outside():
    for places in LAYOUTS.values():
        for shown, side in places.values():
            for x, y in shown:
                assert side / 2 <= min(x, y) and max(x, y) <= 1 - side / 2


def test_ripple_and_halo_vanish_and_the_thing_stays():
    clean = picture(16, 16, 32, 32)
    rippled = clean + 0.02 * torch.sin(torch.arange(64.0))[None, None, None]
    flat = flatten_ground(rippled)
    assert torch.allclose(flat[..., :10, :], torch.tensor(GROUND), atol=0.021)
    assert flat[..., :10, :].std() < 1e-3 < rippled[..., :10, :].std()
    assert torch.allclose(flat[..., 20:40, 20:40], rippled[..., 20:40, 20:40])


def test_a_picture_without_a_flat_ground_comes_back_as_it_is():
    gradient = torch.linspace(-1, 1, 64).expand(1, 3, 64, 64)
    assert torch.equal(flatten_ground(gradient), gradient)
