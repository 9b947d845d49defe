"""Example run: python -m pytest tests/scene/test_grounds.py"""

import pytest
import torch

from pipeline.scene.colours import rgb
from pipeline.scene.grounds import paint_ground, paint_weather
from pipeline.scene.record import SCENERY, Ground


def test_one_colour_is_everywhere_and_named_by_the_palette():
    painted = paint_ground(Ground("colour", ("red",)), 6, 4, {"red": "#d93636"})
    assert painted.shape == (4, 4, 6) and painted[3].min() == 1
    assert painted[:3].flatten(1).unique(dim=1).shape == (3, 1)
    assert painted[:3, 0, 0].tolist() == pytest.approx([0xD9 / 255, 0x36 / 255, 0x36 / 255], abs=1e-6)


def test_nothing_is_nothing():
    assert not paint_ground(Ground("transparent"), 6, 4).any()


def test_a_gradient_goes_from_the_first_colour_above_to_the_second_below():
    painted = paint_ground(Ground("gradient", ("black", "white")), 3, 50)
    column = painted[0, :, 0]
    assert torch.all(column[1:] > column[:-1]) and column[0] < 0.02 < 0.98 < column[-1]


@pytest.mark.parametrize("name", SCENERY)
def test_a_scenery_has_its_horizon_where_it_is_told(name):
    painted = paint_ground(Ground("scene", name=name, horizon=0.5), 4, 100)
    top, far, near, bottom = ((rgb(colour) + 1) / 2 for colour in SCENERY[name])
    for row, colour in ((0, top), (48, far), (52, near), (99, bottom)):
        assert torch.allclose(painted[:3, row, 0], colour, atol=0.05), row


@pytest.mark.parametrize("name", ["night sky", "space"])
def test_a_night_has_stars_above_its_horizon_and_none_below(name):
    painted = paint_ground(Ground("scene", name=name, horizon=0.5), 256, 256)
    bright = painted[:3].amin(0) > 0.6
    assert 20 < int(bright[:128].sum()) < 2000
    assert not bright[128:].any()


@pytest.mark.parametrize("kind", ["rain", "snow"])
def test_what_falls_is_seen_on_light_and_on_dark_grounds_and_alike_at_every_size(kind):
    shares = []
    for colour, side in (("white", 256), ("white", 512), ("#101830", 256)):
        canvas = paint_ground(Ground("colour", (colour,)), side, side)
        before = canvas.clone()
        paint_weather(canvas, kind)
        shares.append(float(((canvas - before).abs().amax(0) > 0.1).float().mean()))
        assert canvas.min() >= 0 and canvas.max() <= 1 and torch.all(canvas[3] == 1)
    assert min(shares) > 0.01 and max(shares) < 0.12
    assert shares[0] == pytest.approx(shares[1], rel=0.3)
