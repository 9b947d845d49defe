"""Uploaded pictures cut free. Example run: python -m pytest tests/scene/test_cutout.py"""

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.scene.cutout import CutOut, _snapped, cut_out


def on_ground(ground, *boxes, size=(80, 60), mode="RGB") -> Image.Image:
    """Boxes (left, top, right, bottom, colour) on a plain ground."""
    picture = Image.new(mode, size, ground)
    for *box, colour in boxes:
        picture.paste(colour, tuple(box))
    return picture


def alpha_of(cut: CutOut) -> np.ndarray:
    return np.asarray(cut.picture)[..., 3]


@pytest.mark.parametrize("ground", ["#ffffff", "#000000", "#a9d8f5"])
def test_a_thing_on_a_plain_ground_is_cut_to_the_pixel_with_its_own_colours(ground):
    cut = cut_out(on_ground(ground, (20, 10, 60, 50, "#d93636")))
    assert (cut.method, cut.ground, cut.picture.size) == ("plain", ground, (80, 60))
    expected = np.zeros((60, 80), np.uint8)
    expected[10:50, 20:60] = 255
    assert np.array_equal(alpha_of(cut), expected)
    assert (np.asarray(cut.picture)[10:50, 20:60, :3] == (0xD9, 0x36, 0x36)).all()


def test_what_has_the_grounds_colour_within_the_thing_stays():
    cut = cut_out(on_ground("white", (20, 10, 60, 50, "blue"), (30, 20, 40, 30, "white")))
    assert alpha_of(cut)[25, 35] == 255 and alpha_of(cut)[5, 5] == 0
    open_one = cut_out(on_ground("white", (20, 10, 60, 50, "blue"), (30, 0, 40, 30, "white")))
    assert alpha_of(open_one)[25, 35] == 0, "a bay that opens to the border is ground"


def test_at_an_edge_the_grounds_share_is_taken_out_of_the_colours():
    # a quarter red over white is 24 grey levels from solid: (255, 191, 191)
    picture = on_ground("white", (20, 10, 60, 50, "#ff0000"), (19, 10, 20, 50, (255, 240, 240)))
    edge = np.asarray(cut_out(picture).picture)[30, 19]
    assert 0 < edge[3] < 255
    laid = edge[:3].astype(float) * edge[3] / 255 + 255 * (1 - edge[3] / 255)
    assert laid == pytest.approx((255, 240, 240), abs=1.5), "laid on its ground again it is what it was"


def test_a_mirrored_picture_is_cut_as_its_mirror_image():
    picture = on_ground("white", (20, 10, 50, 50, "blue"), (50, 30, 70, 40, "red"))
    mirrored = cut_out(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    assert np.array_equal(np.asarray(mirrored.picture), np.asarray(cut_out(picture).picture)[:, ::-1])


def test_an_alpha_of_its_own_is_kept_and_a_few_soft_pixels_are_none():
    own = on_ground((0, 0, 0, 0), (20, 10, 60, 50, (255, 0, 0, 200)), mode="RGBA")
    cut = cut_out(own)
    assert (cut.method, cut.ground) == ("alpha", None) and np.array_equal(np.asarray(cut.picture), np.asarray(own))
    solid = on_ground((255, 255, 255, 255), (20, 10, 60, 50, (255, 0, 0, 255)), mode="RGBA")
    solid.putpixel((0, 0), (255, 255, 255, 0))
    assert cut_out(solid).method == "plain"


@pytest.mark.parametrize(
    "picture",
    [
        on_ground("white"),
        on_ground("white", (3, 3, 4, 4, "black")),
        on_ground((0, 0, 0, 0), mode="RGBA"),
        on_ground((255, 0, 0, 60), mode="RGBA"),
    ],
)
def test_nothing_but_ground_is_refused(picture):
    with pytest.raises(ValueError, match="^`picture` shows nothing but its ground. Choose one with a thing in it.$"):
        cut_out(picture)


def test_a_large_picture_is_made_smaller_and_a_small_one_stays():
    assert cut_out(on_ground("white", (300, 50, 700, 100, "blue"), size=(1100, 110))).picture.size == (1024, 102)
    assert cut_out(on_ground("white", (4, 4, 12, 12, "blue"), size=(16, 16))).picture.size == (16, 16)


def test_the_thing_fills_its_layer_in_the_middle():
    layer = cut_out(on_ground("white", (20, 20, 60, 40, "#ff0000"))).layer
    assert layer.shape == (4, 256, 256) and layer.abs().max() <= 1
    rows, columns = (layer[3] > 0).any(1).nonzero().flatten(), (layer[3] > 0).any(0).nonzero().flatten()
    assert (int(columns[0]), int(columns[-1])) == (0, 255) and (int(rows[0]), int(rows[-1])) == (64, 191)
    assert torch.allclose(layer[:, 128, 128], torch.tensor([1.0, -1.0, -1.0, 1.0]), atol=1e-3)


def test_an_edge_is_moved_to_where_the_picture_has_one():
    colours = np.zeros((64, 64, 3), np.uint8)
    colours[:, 34:] = 255  # the picture's edge; the mask of a quarter of the size knows it to four pixels
    small = np.zeros((16, 16), bool)
    small[:, 8:] = True
    alpha = _snapped(small, colours)
    assert alpha.shape == (64, 64) and (alpha >= 0).all() and (alpha <= 1).all()
    middle = alpha[32]
    assert int((middle > 0.5).argmax()) in (33, 34, 35) and middle[20] < 0.05 and middle[50] > 0.95
