"""What of a picture is seen. Example run: python -m pytest tests/watermark/test_visible.py"""

import numpy as np
import pytest
from PIL import Image

from pipeline.watermark.visible import plain_ground, split_alpha, to_rgb, whole_blocks


def test_colours_and_alpha_come_apart_as_they_are_stored():
    image = Image.new("RGBA", (4, 3), (10, 20, 30, 0))
    rgb, alpha = split_alpha(image)
    assert rgb.shape == (3, 4, 3) and (rgb == (10, 20, 30)).all() and not alpha.any()
    assert split_alpha(Image.new("L", (4, 3)))[1] is None
    pixels = np.zeros((3, 4, 4), np.uint8)
    assert np.array_equal(split_alpha(pixels)[1], pixels[..., 3])


@pytest.mark.parametrize(
    "wrong", [np.zeros((3, 4)), np.zeros((3, 4, 2), np.uint8), np.zeros((0, 4, 3), np.uint8), "a.png"]
)
def test_what_is_no_picture_is_refused(wrong):
    with pytest.raises(ValueError, match="`image` takes"):
        split_alpha(wrong)
    with pytest.raises(ValueError, match="8 bits a channel"):
        split_alpha(Image.new("I;16", (4, 3)))


def test_what_is_transparent_is_seen_on_white():
    image = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 0, 255))
    assert to_rgb(image).tolist() == [[[255, 255, 255], [0, 0, 0]]]


def test_a_block_counts_where_all_of_it_is_seen():
    seen = np.ones((17, 24), bool)
    seen[3, 9] = False
    assert whole_blocks(seen).tolist() == [[True, False, True], [True, True, True]]


def test_a_plain_ground_is_told_from_what_stands_on_it():
    rgb = np.full((40, 40, 3), 240, np.uint8)
    rgb[10:20, 10:20] = (200, 0, 0)
    seen = plain_ground(rgb + np.random.default_rng(0).integers(0, 3, rgb.shape, dtype=np.uint8))
    assert seen[12, 12] and not seen[30, 30] and seen.sum() == 100
    assert plain_ground(np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)) is None
    assert plain_ground(np.full((40, 40, 3), 9, np.uint8)) is None, "nothing stands on it"
