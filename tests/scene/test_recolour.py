"""Another colour, the same light and shade. Example run: python -m pytest tests/scene/test_recolour.py"""

import torch

from pipeline.scene.colours import rgb
from pipeline.scene.drawing import Palette
from pipeline.scene.recolour import main_colour, recolour, shift_palette


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


def test_white_is_not_greyed_by_the_shade_of_what_was_dark():
    after = recolour(ball("#7a4f30"), (rgb("#ffffff") + 1) / 2)
    light, dark = colour_at(after, 16, 8), colour_at(after, 16, 26)
    assert min(dark) > 0.75 and sum(light) > sum(dark), "white all over, and still a little darker to the right"


def test_half_red_and_half_yellow_is_not_orange_and_orange_is_not_red():
    orange, red = (rgb("#f28c28") + 1) / 2, (rgb("#d93636") + 1) / 2
    halves = ball("#e03424")
    halves[:, :, 16:] = ball("#ffd633")[:, :, 16:]
    hues = [colour_at(recolour(halves, orange), 20, x) for x in (8, 24)]
    assert all(0.35 < (green - blue) / (top - blue) < 0.65 for top, green, blue in hues), "both sides became orange"
    top, green, blue = colour_at(recolour(ball("#f25540"), red), 20, 8)
    assert abs(green - blue) < 0.05 * top, "red, not orange"


def test_a_light_blue_body_behind_a_dark_outline_is_no_window():
    purple = (rgb("#7d4cc2") + 1) / 2
    alpha, colours = torch.zeros(48, 48), torch.zeros(3, 48, 48)
    alpha[4:44, 4:44] = 1
    colours[:, 6:42, 6:42] = ((rgb("#40b4f0") + 1) / 2)[:, None, None]
    colours[:, 20:28, 34:44] = ((rgb("#ffd94a") + 1) / 2)[:, None, None]  # a beak
    bird = recolour(2 * torch.cat([colours * alpha, alpha[None]]) - 1, purple)
    top, green, blue = colour_at(bird, 14, 14)
    assert blue > top > green, "purple"
    assert colour_at(bird, 24, 40)[0] > 0.9, "the beak stays yellow"
