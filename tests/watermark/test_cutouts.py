"""Marks of cut-outs: written into what is seen, read on whatever is laid below, and alpha is left alone.

Example run: pytest tests/watermark/test_cutouts.py
"""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.evaluation.watermark_cutouts import DEEDS, lay, texture, visible_psnr
from pipeline.watermark import WatermarkError, WatermarkKey, embed, embed_checked, verify
from pipeline.watermark.pose import Planes
from pipeline.watermark.statistics import chroma_scores
from pipeline.watermark.visible import plain_ground, split_alpha, to_rgb, whole_blocks

KEY = WatermarkKey.from_secret(b"a key for these tests only")
PAYLOAD = 0x89ABCDEF


def draw_cutout(width: int = 256, height: int = 256, share: float = 1.0) -> Image.Image:
    """A shaded fruit with a stalk and a soft edge, `share` of the shorter side high, on nothing."""
    large = Image.new("RGBA", (2 * width, 2 * height), (200, 40, 60, 0))
    brush = ImageDraw.Draw(large)
    center, side = (width, height), min(width, height) * share
    brush.line((center[0], center[1] - side * 0.9, center[0] + side * 0.2, center[1]), (96, 62, 30, 255), 16)
    for i in range(60):
        radius = 0.8 * side * (1 - i / 60)
        at = (center[0] - 0.12 * side * i / 60, center[1] + 0.1 * side - 0.1 * side * i / 60)
        box = (at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius)
        brush.ellipse(box, (150 + i, 40 + 2 * i, 40 + i, 255))
    return large.resize((width, height), Image.Resampling.BOX)


@pytest.fixture(scope="module")
def marked() -> Image.Image:
    return embed_checked(draw_cutout(), KEY, PAYLOAD)


def test_alpha_and_what_it_hides_stay_and_what_is_seen_hardly_changes(marked):
    before, after = np.asarray(draw_cutout()), np.asarray(marked)
    assert marked.mode == "RGBA" and np.array_equal(before[..., 3], after[..., 3])
    hidden = before[..., 3] == 0
    assert np.array_equal(before[hidden], after[hidden]) and not np.array_equal(before, after)
    assert visible_psnr(draw_cutout(), marked) >= 40


@pytest.mark.parametrize("deed", DEEDS)
def test_the_mark_is_read_on_whatever_is_laid_below(marked, deed):
    photograph = texture(np.random.default_rng(3))
    found = verify(DEEDS[deed](marked, photograph), KEY)
    assert (found.result, found.confidence) == ("GENERATED", "HIGH")
    assert found.payload == PAYLOAD or "photograph" in deed


@pytest.mark.parametrize("deed", DEEDS)
def test_the_mark_of_a_small_cutout_is_read_too(deed):
    """A fifth of the canvas, as one sticker in twenty covers."""
    cutout = draw_cutout(share=0.64)
    assert 0.2 < np.asarray(cutout)[..., 3].mean() / 255 < 0.26
    found = verify(DEEDS[deed](embed_checked(cutout, KEY, PAYLOAD), texture(np.random.default_rng(4))), KEY)
    assert found.result == "GENERATED" and found.payload in (None, PAYLOAD)


@pytest.mark.parametrize("deed", DEEDS)
def test_an_unmarked_cutout_is_not_found(deed):
    assert verify(DEEDS[deed](draw_cutout(), texture(np.random.default_rng(3))), KEY).result == "NOT_DETECTED"


def test_a_cutout_moved_turned_and_pasted_into_a_chat_is_found(marked):
    chat = Image.new("RGB", (500, 420), (236, 229, 221))
    turned = marked.transpose(Image.Transpose.ROTATE_90)
    chat.paste(turned, (103, 77), turned)
    found = verify(chat, KEY)
    assert (found.result, found.payload) == ("GENERATED", PAYLOAD)
    assert found.undone == ("cropped or moved", "turned by 90 degrees")


@pytest.mark.parametrize("size", [(512, 512), (256, 1024), (1024, 256), (300, 257), (1024, 1024)])
def test_every_shape_is_taken(size):
    image = embed_checked(draw_cutout(*size), KEY, PAYLOAD)
    assert image.size == size
    assert verify(lay(image, "white"), KEY).payload == PAYLOAD


def test_arrays_give_arrays_and_other_modes_with_transparency_are_taken(marked):
    pixels = np.array(draw_cutout())
    assert np.array_equal(embed_checked(pixels, KEY, PAYLOAD), np.asarray(marked))
    for mode in ("LA", "P"):
        image = draw_cutout().quantize(64) if mode == "P" else draw_cutout().convert(mode)
        image = Image.open(_png(image))  # as files bring it
        assert image.mode == mode and image.has_transparency_data
        assert verify(embed_checked(image, KEY, PAYLOAD), KEY).result == "GENERATED"


def _png(image: Image.Image) -> io.BytesIO:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer


def test_an_opaque_picture_with_alpha_is_marked_all_over():
    image = draw_cutout()
    image.putalpha(255)
    found = verify(embed_checked(image, KEY, PAYLOAD).convert("RGB"), KEY)
    assert (found.result, found.payload) == ("GENERATED", PAYLOAD)


def test_hidden_colours_do_not_matter():
    """Whatever lies below alpha 0 changes nothing of what is seen."""
    one, other = np.array(draw_cutout()), np.array(draw_cutout())
    hidden = one[..., 3] == 0
    other[hidden, :3] = np.random.default_rng(0).integers(0, 256, (hidden.sum(), 3))
    one, other = embed(one, KEY, PAYLOAD), embed(other, KEY, PAYLOAD)
    assert np.array_equal(one[~hidden], other[~hidden])


def test_too_little_to_see_is_said_and_not_handed_out():
    dot = Image.new("RGBA", (256, 256))
    dot.paste((200, 30, 60, 255), (120, 120, 126, 126))
    with pytest.raises(WatermarkError, match="too little of it is seen"):
        embed_checked(dot, KEY, PAYLOAD)
    with pytest.raises(ValueError, match="alpha is 0 everywhere"):
        embed_checked(Image.new("RGBA", (256, 256)), KEY, PAYLOAD)


def test_whole_blocks_are_those_that_are_seen_altogether():
    seen = np.zeros((20, 36), bool)
    seen[:17, 3:33] = True
    seen[4, 20] = False
    assert whole_blocks(seen).astype(int).tolist() == [[0, 1, 0, 1], [0, 1, 1, 1]]


def test_the_chips_are_read_in_every_orientation(marked):
    """By the chroma tile alone, and on white the best among those that are seen."""
    for orientation in range(4):
        picture = Planes(np.asarray(lay(Image.fromarray(orient_picture(marked, orientation)), "white")))
        scores = chroma_scores(picture.folded_chips_at_origin(1.0), KEY).max(0)
        assert np.unravel_index(int(scores.argmax()), scores.shape)[:2] == (-orientation % 4, 1)
        assert scores.max() > 15


def orient_picture(image: Image.Image, quarter_turns: int) -> np.ndarray:
    return np.ascontiguousarray(np.rot90(np.asarray(image), quarter_turns))


def test_a_plain_ground_is_seen_and_a_busy_or_a_marked_one_is_not():
    cutout = draw_cutout()
    seen = plain_ground(to_rgb(cutout))
    alpha = split_alpha(cutout)[1]
    assert np.mean(seen == (alpha > 128)) > 0.98
    assert plain_ground(np.asarray(lay(cutout, texture(np.random.default_rng(0))))) is None
    assert plain_ground(np.full((256, 256, 3), 255, np.uint8)) is None
    assert plain_ground(np.asarray(embed(lay(cutout, (169, 216, 245)), KEY, PAYLOAD))) is None
