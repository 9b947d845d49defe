"""Example run: python -m pytest tests/watermark/test_embed.py"""

import numpy as np
import pytest
from PIL import Image

from pipeline.watermark.embed import (
    BLUE_PER_U,
    GREEN_PER_U,
    SCALE,
    chroma,
    embed,
    haar,
    largest_singular,
    luma,
    to_blocks,
)
from pipeline.watermark.key import WatermarkKey

KEY = WatermarkKey.from_secret(b"a key for these tests only")


def test_grey_has_its_own_luma_and_no_chroma():
    grey = np.full((2, 2, 3), 90, np.uint8)
    assert luma(grey) == pytest.approx(np.full((2, 2), 90.0), abs=1e-4)
    assert chroma(grey) == pytest.approx(np.full((2, 2), 128.0), abs=1e-4)
    blue = np.array([[[0, 0, 255]]], np.uint8)
    assert luma(blue)[0, 0] == pytest.approx(29.07, abs=1e-3)
    assert chroma(blue)[0, 0] == pytest.approx(128 + 0.492 * (255 - 29.07), abs=1e-3)


def test_a_change_of_u_is_made_of_blue_and_green_and_leaves_luma_alone():
    pixels = np.random.default_rng(0).uniform(0, 255, (4, 4, 3)).astype(np.float32)
    moved = pixels + np.array([0, GREEN_PER_U, BLUE_PER_U], np.float32) * 10
    assert np.abs(luma(moved) - luma(pixels)).max() < 0.02
    assert chroma(moved) - chroma(pixels) == pytest.approx(np.full((4, 4), 10.0), abs=0.02)


def test_the_low_band_is_half_the_sum_of_four_and_leaves_out_what_is_odd():
    assert haar(np.arange(15, dtype=np.float32).reshape(3, 5)).tolist() == [[6.0, 10.0]]


def test_blocks_are_of_four_by_four_and_a_product_of_vectors_is_its_own_singular_value():
    plane = np.arange(64, dtype=np.float32).reshape(8, 8)
    blocks = to_blocks(plane)
    assert blocks.shape == (4, 4, 2, 2) and np.array_equal(blocks[:, :, 1, 0], plane[4:, :4])
    left, right = np.array([1, 2, 2, 0], np.float32) / 3, np.array([0.5] * 4, np.float32)
    value, found_left, found_right = largest_singular((7 * np.outer(left, right))[..., None], steps=2)
    assert value.tolist() == pytest.approx([7.0], abs=1e-4)
    assert found_left[:, 0] == pytest.approx(left, abs=1e-4) and found_right[:, 0] == pytest.approx(right, abs=1e-4)


def picture(width: int = 256, height: int = 256) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    red = 120 + 60 * np.sin(columns / 40)
    return np.stack([red, 120 + 60 * np.cos(rows / 50), np.full_like(red, 140)], -1).round().astype(np.uint8)


def test_another_payload_changes_colours_and_hardly_any_light():
    one, two = (embed(picture(), KEY, payload).astype(int) for payload in (0, 2**32 - 1))
    assert (one != two).any() and np.array_equal(one[..., 0], two[..., 0])  # red says nothing of it
    assert np.abs(luma(one) - luma(two)).max() < 1.0
    assert np.abs(one - two).max() <= 1.2 * SCALE * BLUE_PER_U / 8


def test_what_is_no_whole_block_carries_no_chip():
    pixels = picture(262, 260)
    with_it, other = (embed(pixels, KEY, payload) for payload in (1, 0xFFFF0000))
    assert np.array_equal(with_it[256:], other[256:]) and np.array_equal(with_it[:, 256:], other[:, 256:])
    assert not np.array_equal(with_it[:256, :256], other[:256, :256])


def test_the_same_picture_gives_the_same_bytes_whatever_it_came_as():
    pixels = picture()
    before = pixels.copy()
    marked = embed(pixels, KEY, 9)
    assert np.array_equal(pixels, before) and marked.dtype == np.uint8
    assert np.array_equal(np.asarray(embed(Image.fromarray(pixels), KEY, 9)), marked)
    assert np.array_equal(embed(np.asfortranarray(pixels), KEY, 9), marked)


def test_a_stronger_luma_layer_moves_flat_places_as_much_more():
    flat = np.full((256, 256, 3), 128, np.uint8)
    usual, strong = (luma(embed(flat, KEY, luma_amplitude=grey)) - 128 for grey in (2.0, 4.0))
    assert np.corrcoef(usual.ravel(), np.tile(KEY.luma, (2, 2)).ravel())[0, 1] > 0.9
    assert strong.std() == pytest.approx(2 * usual.std(), rel=0.1)


@pytest.mark.parametrize(
    ("image", "more", "words"),
    [
        (np.zeros((255, 256, 3), np.uint8), {}, r"65536 pixels or more \(256x256\), got 256x255. Enlarge it first"),
        (np.zeros((256, 256, 4), np.uint8), {}, "shows nothing: its alpha is 0 everywhere"),
        (np.zeros((256, 256, 3), np.uint8), {"version": 0}, "`version` takes 1 to 2, got 0"),
    ],
)
def test_what_takes_no_mark_is_refused(image, more, words):
    with pytest.raises(ValueError, match=words):
        embed(image, KEY, **more)
