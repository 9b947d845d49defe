"""Example run: python -m pytest tests/scene/test_rendering.py"""

import numpy as np
import pytest
import torch
from scipy import ndimage

from pipeline.scene.rendering import (
    _OWN_COLOURS,
    _OWN_LIGHT,
    RENDERINGS,
    _smoothed,
    can_render,
    render_layer,
    tidy_layer,
)


def ball(side: int = 128) -> torch.Tensor:
    """A flat orange disc (4, side, side), colours multiplied by alpha."""
    line = torch.linspace(-1, 1, side)
    inside = ((line[:, None] ** 2 + line**2) < 0.8).float()
    colours = torch.tensor([0.9, 0.5, 0.1])[:, None, None] * inside
    return 2 * torch.cat([colours, inside[None]]) - 1


def luma(layer: torch.Tensor) -> torch.Tensor:
    return ((layer[:3] + 1) / 2).mean(0)


@pytest.mark.parametrize("style", RENDERINGS)
def test_every_rendering_keeps_the_range_and_where_the_thing_is(style):
    rendered = render_layer(ball(), style)
    assert rendered.shape == ball().shape and rendered.abs().max() <= 1 + 1e-5
    assert (rendered[:3] <= rendered[3:] + 1e-5).all()
    assert ((rendered[3] > 0) != (ball()[3] > 0)).float().mean() < 0.08


def test_a_flat_ball_gets_light_from_above_and_shade_below():
    rendered = luma(render_layer(ball(), "3d render"))
    assert rendered[30, 64] > luma(ball())[64, 64] > rendered[110, 64]


def test_shading_is_the_weaker_the_flatter_the_style():
    def spread(style: str) -> float:
        rendered = luma(render_layer(ball(), style))
        return rendered[40:90, 40:90].std().item()

    assert spread("3d render") > spread("gradient vector") > spread("flat sticker")
    assert spread("flat sticker") < 1e-3


def tones(layer: torch.Tensor) -> int:
    """How many colours cover a twentieth of the thing or more."""
    inside = layer[:3, layer[3] > 0.9].T.mul(20).round()
    _, counts = inside.unique(dim=0, return_counts=True)
    return int((counts > 0.05 * len(inside)).sum())


def test_a_cel_has_few_tones_and_a_soft_drawing_is_flat_in_flat_styles():
    steps = {
        style: luma(render_layer(ball(), style))[20:110, 64].diff().abs() for style in ("cartoon emoji", "3d render")
    }
    assert steps["cartoon emoji"].max() > 2 * steps["3d render"].max(), "from one tone to the next at once"
    assert steps["cartoon emoji"].median() < steps["3d render"].median(), "and evenly within it"
    soft = ball()
    soft[0] = (soft[0] + 1) * torch.linspace(0.8, 1, 128)[:, None] - 1
    assert tones(render_layer(soft, "flat geometric")) <= 7


def test_a_colour_that_was_asked_for_is_not_made_more_colourful():
    plain, vivid = (render_layer(ball(), "flat geometric", vivid=vivid)[:3, 64, 64] for vivid in (False, True))
    assert torch.allclose(plain, ball()[:3, 64, 64], atol=1e-4)
    assert vivid.max() - vivid.min() > plain.max() - plain.min()


@pytest.mark.parametrize("size", [3, 5])
def test_pixels_are_smoothed_by_medians_along_rows_and_columns(size):
    colours = np.random.default_rng(0).random((3, 20, 24), dtype=np.float32)
    expected = ndimage.median_filter(colours, (1, size, 1), mode="nearest")
    assert np.array_equal(_smoothed(colours, size), ndimage.median_filter(expected, (1, 1, size), mode="nearest"))


def test_pixel_art_is_squares_of_one_colour():
    rendered = render_layer(ball(), "32x32 pixel art sprite").unflatten(1, (32, 4)).unflatten(3, (32, 4))
    assert (rendered.amax((2, 4)) - rendered.amin((2, 4))).abs().max() < 1e-5


def test_line_art_is_black_at_the_edge_and_white_within():
    rendered = luma(render_layer(ball(), "black and white glyph"))
    assert rendered[64, 64] > 0.9 and rendered[64, 9:14].min() < 0.1


def test_a_style_that_is_none_is_refused_in_words():
    assert not can_render("oil painting")
    with pytest.raises(ValueError, match="`style` must be one of"):
        render_layer(ball(), "oil painting")


def blotched(layer: torch.Tensor) -> torch.Tensor:
    """With soft clouds of other shades on it, as the networks leave them."""
    line = torch.linspace(0, 9, layer.shape[-1])
    clouds = 1 - 0.06 * (1 + line.sin()[:, None] * (1.3 * line).cos())
    return torch.cat([(layer[:3] + 1) * clouds - 1, layer[3:]])


def test_a_flat_drawing_in_its_own_style_is_flat_again_and_a_soft_one_stays_soft():
    drawn = blotched(ball())
    flat, soft = (luma(tidy_layer(drawn, style))[40:90, 40:90] for style in ("flat sticker", "3d render"))
    assert luma(drawn)[40:90, 40:90].std() > 0.01 > 20 * flat.std()
    assert soft.std() > 0.01
    assert abs(flat.mean() - luma(drawn)[40:90, 40:90].mean()) < 0.03, "in the colour that it had"


def test_sprites_are_squares_again_and_what_no_style_blurs_is_left():
    drawn = blotched(ball())
    squares = tidy_layer(drawn, "32x32 pixel art sprite")[:, ::4, ::4]
    assert torch.equal(
        squares.repeat_interleave(4, 1).repeat_interleave(4, 2), tidy_layer(drawn, "32x32 pixel art sprite")
    )
    assert tidy_layer(drawn, "map glyph") is drawn
    nothing = -torch.ones(4, 64, 64)
    assert tidy_layer(nothing, "flat sticker") is nothing


@pytest.mark.parametrize("rendering", (*_OWN_COLOURS, *_OWN_LIGHT))
def test_a_tidied_drawing_is_where_it_was(rendering):
    tidied = tidy_layer(ball(), rendering)
    assert torch.equal(tidied[3], ball()[3]) and (tidied[:3] <= tidied[3:] + 1e-5).all()
