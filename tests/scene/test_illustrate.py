"""Drawings of one colour, with parts. Example run: python -m pytest tests/scene/test_illustrate.py"""

import numpy as np
import torch

from pipeline.scene.illustrate import illustrate_glyph, illustrate_outline

GREEN, ORANGE = torch.tensor([0.2, 0.6, 0.3]), torch.tensor([0.95, 0.5, 0.1])
SIDE = 256


def drawn(*boxes, without=(), ink=(0.0, 0.0, 0.0)):
    """A drawing (4, SIDE, SIDE) in [-1, 1]: boxes (left, top, right, bottom) of one colour, others cut out of them."""
    layer = torch.zeros(4, SIDE, SIDE)
    for values, some in ((torch.tensor((*ink, 1.0)), boxes), (torch.zeros(4), without)):
        for left, top, right, bottom in some:
            layer[:, top:bottom, left:right] = values[:, None, None]
    return 2 * layer - 1


def at(layer, x, y):
    """Its colour there, 3 of [0, 1], or None where it is clear."""
    red, green, blue, alpha = ((layer[:, y, x] + 1) / 2).tolist()
    return None if alpha < 0.5 else np.array((red, green, blue)) / alpha


def light(colour):
    return float(np.mean(np.asarray(colour)))


def test_a_silhouette_has_the_colour_and_keeps_its_form():
    black = drawn((40, 60, 200, 220))
    filled = illustrate_glyph(black, GREEN)
    assert torch.equal(filled[3], black[3])
    assert np.allclose(at(filled, 120, 140), GREEN, atol=1e-4)


def test_a_window_is_pale_and_the_line_between_two_parts_is_filled():
    oven = drawn((40, 40, 216, 120), (40, 126, 216, 220), without=[(80, 150, 180, 200)])
    filled = illustrate_glyph(oven, GREEN)
    assert light(at(filled, 130, 175)) > 0.8 > light(at(filled, 60, 175))
    assert light(at(filled, 130, 123)) < 0.25, "the line between them is dark"
    assert at(filled, 20, 123) is None and at(filled, 130, 20) is None, "nothing is painted beside it"


def test_a_frame_that_is_open_stays_open():
    swing = drawn((40, 30, 216, 50), (50, 30, 66, 200), (190, 30, 206, 200))
    assert at(illustrate_glyph(swing, GREEN), 128, 120) is None


def test_what_is_drawn_in_outline_is_filled_within():
    socket = drawn((30, 30, 226, 226), without=[(46, 46, 210, 210)])
    socket[3, 90:150, 90:110] = 1  # a slot, black as the frame is
    socket[:3, 90:150, 90:110] = -1
    filled = illustrate_glyph(socket, GREEN)
    assert np.allclose(at(filled, 170, 170), GREEN, atol=0.02), "its inside has the colour"
    assert light(at(filled, 36, 128)) < light(GREEN) > light(at(filled, 100, 120)), "its lines are darker"


def test_small_parts_have_the_accent_where_there_is_one_or_are_lighter():
    boxes = (40, 120, 216, 220), (80, 60, 150, 90)
    assert np.allclose(at(illustrate_glyph(drawn(*boxes), GREEN, ORANGE), 115, 75), ORANGE, atol=0.02)
    lighter = at(illustrate_glyph(drawn(*boxes), GREEN), 115, 75)
    assert (lighter > GREEN.numpy()).all()
    speck = at(illustrate_glyph(drawn(boxes[0], (100, 80, 108, 88)), GREEN, ORANGE), 104, 84)
    assert np.allclose(speck, GREEN, atol=0.02), "a dot has the body's colour"


def test_a_head_is_yellow_like_those_of_emoji_and_a_wheel_is_not():
    body = drawn((90, 110, 166, 230))
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")

    def with_disc(row):
        layer = body.clone()
        layer[3][(x - 128) ** 2 + (y - row) ** 2 < 20**2] = 1
        return layer

    red, green, blue = at(illustrate_glyph(with_disc(70), GREEN, ORANGE), 128, 70)
    assert red > green > 2 * blue
    body[3, 110:120] = -1
    layer = torch.flip(with_disc(70), (1,))
    assert np.allclose(at(illustrate_glyph(layer, GREEN, ORANGE), 128, SIDE - 71), ORANGE, atol=0.02)


def test_nothing_drawn_stays_nothing():
    nothing = -torch.ones(4, 64, 64)
    assert torch.equal(illustrate_glyph(nothing, GREEN), nothing)
    assert torch.equal(illustrate_outline(nothing, GREEN), nothing)


def test_lines_are_painted_within_and_stay_black():
    suit = drawn((40, 40, 216, 216), without=[(50, 50, 206, 206)])
    painted = illustrate_outline(suit, GREEN)
    assert np.allclose(at(painted, 128, 128), GREEN, atol=0.02)
    assert light(at(painted, 44, 128)) < 0.02
    assert at(painted, 20, 128) is None
    ends = suit.clone()
    ends[:, 40:50, 120:126] = -1  # a line drawn by hand does not quite close
    assert np.allclose(at(illustrate_outline(ends, GREEN), 128, 128), GREEN, atol=0.02)
    wide = suit.clone()
    wide[:, 40:50, 80:180] = -1
    assert at(illustrate_outline(wide, GREEN), 128, 128) is None, "what is open is not painted"


def test_what_was_filled_takes_the_colour_and_the_rest_is_pale():
    blue = drawn((40, 130, 216, 216), ink=(0.1, 0.3, 0.9))
    lines = drawn((40, 40, 216, 130), without=[(50, 50, 206, 120)])
    layer = torch.where(lines[3:] > 0, lines, blue)
    painted = illustrate_outline(layer, ORANGE)
    assert np.allclose(at(painted, 128, 180), ORANGE, atol=0.02)
    assert light(at(painted, 128, 80)) > 0.85


def test_blue_lines_alone_are_darker_than_what_they_enclose():
    van = drawn((40, 40, 216, 216), without=[(48, 48, 208, 208)], ink=(0.1, 0.3, 0.9))
    painted = illustrate_outline(van, ORANGE)
    assert np.allclose(at(painted, 128, 128), ORANGE, atol=0.02)
    assert np.allclose(at(painted, 43, 128), 0.5 * ORANGE, atol=0.02)
