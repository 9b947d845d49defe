"""Places, edges, shadows and grounds. Example run: python -m pytest tests/stickers/test_decorate.py"""

import numpy as np
import pytest
from PIL import Image

from pipeline.stickers.decorate import Decoration, fitted, on_ground, trimmed


def cutout(size=(100, 80), box=(20, 10, 70, 40)):
    image = Image.new("RGBA", size)
    image.paste((200, 30, 30, 255), box)
    return image


def box_of(image):
    return image.getchannel("A").getbbox()


def test_a_cutout_is_cut_to_what_is_seen():
    assert trimmed(cutout()).size == (50, 30)
    with pytest.raises(ValueError, match="shows nothing"):
        trimmed(Image.new("RGBA", (8, 8)))


def test_it_stands_in_the_middle_as_large_as_the_margin_leaves():
    left, top, right, bottom = box_of(fitted(cutout(), (120, 120), Decoration(margin=10)))
    assert (left, right) == (10, 110) and abs(top - (120 - bottom)) <= 1 and bottom - top == 60


def test_an_edge_of_its_colour_goes_all_around():
    image = fitted(cutout(), (120, 120), Decoration(outline=6, colour="blue", margin=4))
    left, top, right, bottom = box_of(image)
    assert left >= 3 and right <= 117 and bottom - top > 54
    assert image.getpixel((60, top + 2))[2] > 200 and image.getpixel((60, 60))[0] > 150


def test_a_shadow_is_faint_and_lies_lower_than_the_thing():
    pixels = np.asarray(fitted(cutout(), (200, 200), Decoration(margin=20, shadow=True)))
    red = pixels[..., 0] > 100
    shadow = (pixels[..., 3] > 0) & ~red
    assert pixels[..., 3][shadow].max() <= 77, "0.3 of 255 at most"
    top, bottom = np.flatnonzero(red.any(1))[[0, -1]]
    above, below = top - np.flatnonzero(shadow.any(1))[0], np.flatnonzero(shadow.any(1))[-1] - bottom
    assert below > above


def test_what_leaves_no_room_is_refused():
    with pytest.raises(ValueError, match="leave no room in 60x60"):
        fitted(cutout(), (60, 60), Decoration(margin=25))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"outline": 65}, "0 to 64"), ({"margin": -1}, "0 to 256"), ({"colour": "hungry"}, "`colour`")],
)
def test_wrong_decorations_are_refused_by_name(wrong, words):
    with pytest.raises(ValueError, match=words):
        Decoration(**wrong)


def test_a_ground_is_laid_below_and_nothing_shines_through():
    image = on_ground(cutout(), "#00ff00")
    assert image.mode == "RGB" and image.getpixel((0, 0)) == (0, 255, 0) and image.getpixel((30, 20)) == (200, 30, 30)
