"""Another colour, the same light and shade. Example run: python -m pytest tests/scene/test_recolour.py"""

import torch

from pipeline.scene.colours import rgb
from pipeline.scene.drawing import Palette
from pipeline.scene.recolour import fill_glyph, main_colour, recolour, shift_palette


def ball(colour, side=32):
    """A disc of a colour, darker to the right, with a black eye; (4, side, side) in [-1, 1]."""
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    alpha = ((x - side / 2) ** 2 + (y - side / 2) ** 2 < (side / 2.5) ** 2).float()
    shade = 1 - 0.5 * x / side
    colours = (rgb(colour)[:, None, None] + 1) / 2 * shade
    colours[:, 10:14, 10:14] = 0
    return 2 * torch.cat([colours * alpha, alpha[None]]) - 1


def colour_at(layer, y, x):
    return ((layer[:3, y, x] + 1) / 2 / ((layer[3, y, x] + 1) / 2)).tolist()


def test_the_main_colour_changes_and_its_shade_and_other_colours_stay():
    before = ball("#d93636")
    after = recolour(before, (rgb("#2f6fd6") + 1) / 2)
    assert torch.equal(after[3], before[3])
    left, right = colour_at(after, 16, 8), colour_at(after, 16, 24)
    assert left[2] > left[0] and right[2] > right[0], "blue"
    assert sum(left) > sum(right), "still darker to the right"
    assert max(colour_at(after, 11, 11)) < 0.1, "the eye stays black"


def test_what_has_about_that_colour_stays_as_it_is():
    red = ball("#d93636")
    assert torch.allclose(recolour(red, (rgb(main_colour(red)) + 1) / 2), red, atol=1e-6)


def plates(outer, inner, apart):
    """An upright plate of one colour and a plate of another, in it as a window or `apart` beside it."""
    alpha, colours = torch.zeros(48, 48), torch.zeros(3, 48, 48)
    alpha[6:42, 4 : 16 if apart else 44] = 1
    colours[:] = ((rgb(outer) + 1) / 2)[:, None, None]
    top, left, bottom, right = (10, 18, 38, 46) if apart else (10, 8, 30, 40)
    alpha[top:bottom, left:right] = 1
    colours[:, top:bottom, left:right] = ((rgb(inner) + 1) / 2)[:, None, None]
    return 2 * torch.cat([colours * alpha, alpha[None]]) - 1


def test_a_window_keeps_its_light_blue_and_what_stands_free_is_no_window():
    green = (rgb("#2f9e44") + 1) / 2
    window = recolour(plates("#e8b73a", "#40b4f0", apart=False), green)
    assert colour_at(window, 20, 20)[2] > 0.9 and colour_at(window, 38, 24)[1] > 0.5 > colour_at(window, 38, 24)[0]
    sofa = recolour(plates("#e8b73a", "#40b4f0", apart=True), green)
    assert colour_at(sofa, 24, 32)[1] > colour_at(sofa, 24, 32)[2], (
        "the larger plate is green, though it was light blue"
    )
    assert colour_at(sofa, 24, 10)[0] > 0.8, "the lamp beside it stays"


def test_nothing_and_a_palette_that_changes_nothing_stay_as_they_are():
    nothing = -torch.ones(4, 8, 8)
    assert torch.equal(recolour(nothing, torch.ones(3)), nothing)
    red = ball("#d93636")
    assert shift_palette(red, Palette()) is red
    assert main_colour(nothing) == "#888888"


def test_a_silhouette_is_filled_with_the_colour_and_keeps_its_form():
    black = ball("#000000")
    filled = fill_glyph(black, (rgb("#3fa34d") + 1) / 2)
    assert torch.equal(filled[3], black[3])
    red, green, blue = colour_at(filled, 20, 16)
    assert green > red and green > blue
