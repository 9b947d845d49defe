"""Example run: python -m pytest tests/watermark/test_statistics.py"""

import numpy as np
import pytest

from pipeline.watermark.embed import SCALE
from pipeline.watermark.key import DETECTION_CELLS, WatermarkKey
from pipeline.watermark.statistics import (
    chroma_scores,
    chroma_tail,
    fold,
    luma_scores,
    luma_tail,
    read_payload,
    soft_chips,
    whiten,
)

KEY = WatermarkKey.from_secret(b"a key for these tests only")
OTHER = WatermarkKey.from_secret(b"another key of some length")


def test_tiles_are_added_up_and_the_last_ones_are_padded():
    assert fold(np.arange(15.0).reshape(3, 5), 2).tolist() == [[0 + 2 + 4 + 10 + 12 + 14, 1 + 3 + 11 + 13], [21, 14]]
    stacked = fold(np.stack([np.ones((4, 4)), np.full((4, 4), 2)]), 2)
    assert stacked.shape == (2, 2, 2) and (stacked[0] == 4).all() and (stacked[1] == 8).all()


def test_tails_fall_with_the_score_and_are_never_over_one():
    scores = np.linspace(-1, 30, 63)
    for tail in (luma_tail, chroma_tail):
        found = [tail(float(z)) for z in scores]
        assert max(found) == 0.0 and all(a >= b for a, b in zip(found, found[1:], strict=False))
        assert found[-1] < -190


@pytest.mark.parametrize(("share", "chip"), [(0.75, 1.0), (0.25, -1.0), (0.0, 0.0), (0.5, 0.0), (0.875, 0.7071)])
def test_a_chip_is_read_by_where_in_its_cell_the_singular_value_lies(share, chip):
    """An even plane of c has the singular value 8 c in every block."""
    plane = np.full((17, 24), (20 + share) * SCALE / 8, np.float32)
    read = soft_chips(plane)
    assert read.shape == (1, 1, 2, 3) and read == pytest.approx(np.full((1, 1, 2, 3), chip), abs=2e-3)
    assert soft_chips(plane, phases=(0.0, 0.5))[0, 1] == pytest.approx(-read[0, 0], abs=2e-3)


def test_stretched_colours_are_brought_back_around_neutral():
    plane = np.full((8, 8), (21 + 0.75) * SCALE / 8, np.float32)
    stretched = (plane - 128) * 1.2 + 128
    assert soft_chips(stretched, gains=(1.0, 1.2))[1, 0, 0, 0] == pytest.approx(1, abs=1e-3)


def test_whitening_leaves_nothing_of_an_even_plane_and_as_much_of_a_strong_pattern_as_of_a_stronger_one():
    assert np.abs(whiten(np.full((40, 40), 77, np.float32))).max() < 1e-4
    waves = 40 * np.sin(np.arange(64, dtype=np.float32) * 0.8)[None].repeat(64, 0)
    once, more = whiten(waves), whiten(waves + 30)
    assert np.allclose(once, more, atol=1e-4)
    assert np.abs(whiten(10 * waves)[8:-8, 8:-8]).max() < 0.2 * np.abs(once[8:-8, 8:-8]).max()


@pytest.mark.parametrize("shift", [(0, 0), (5, 0), (120, 77)])
def test_luma_scores_are_highest_at_the_shift_of_the_tile_whatever_its_strength(shift):
    moved = np.roll(KEY.luma, shift, axis=(0, 1))
    scores = luma_scores(moved, KEY)
    assert np.unravel_index(scores.argmax(), scores.shape) == shift
    assert np.allclose(luma_scores(0.01 * moved, KEY), scores, atol=1e-2)
    assert scores.max() > 40 > 6 > np.abs(luma_scores(moved, OTHER)).max()


@pytest.mark.parametrize("payload", [0, 0x89ABCDEF, 2**32 - 1])
@pytest.mark.parametrize("noise", [0.0, 1.5])
def test_a_payload_is_read_out_of_noise(payload, noise):
    folded = KEY.tile(payload) + noise * np.random.default_rng(1).normal(size=(32, 32)).astype(np.float32)
    assert read_payload(folded, KEY) == payload
    assert read_payload(folded, OTHER) is None and read_payload(-folded, KEY) is None


def test_no_payload_is_given_out_where_there_is_none_or_too_little_is_seen():
    assert read_payload(KEY.chips, KEY) is None
    few = np.zeros((32, 32), np.float32)
    few[:11, :11] = KEY.tile(7)[:11, :11]  # 61 of the detection cells
    assert read_payload(few, KEY) is None
    half = KEY.tile(7).copy()
    half[:, :6] = 0  # most words are still told apart
    assert read_payload(half, KEY) == 7


def test_scores_of_a_whole_tile_are_as_high_as_it_is_large():
    plain, with_payload = chroma_scores(KEY.chips, KEY), chroma_scores(KEY.tile(12345), KEY)
    assert plain[0] == pytest.approx(DETECTION_CELLS.sum() ** 0.5, rel=1e-4) == with_payload[0]
    assert plain[1] == pytest.approx(32, rel=1e-4)
    assert with_payload[2] == pytest.approx((32**2 - 2 * 32 * np.log(2)) ** 0.5, rel=1e-4)
    scaled = chroma_scores(3 * KEY.chips, KEY)
    assert scaled == pytest.approx(plain, rel=1e-4)
