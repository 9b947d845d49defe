"""How high they stand is tested in test_detect.py. Example run: python -m pytest tests/watermark/test_ripples.py"""

import numpy as np
import pytest

from pipeline.watermark import ripples as module
from pipeline.watermark.key import WatermarkKey
from pipeline.watermark.ripples import FREQUENCIES, SHARE, ripples

KEY = WatermarkKey.from_secret(b"a key for these tests only")


def moved(change: np.ndarray) -> np.ndarray:
    """Which blocks were changed."""
    rows, columns = change.shape[0] // 8, change.shape[1] // 8
    return change[: rows * 8, : columns * 8].reshape(rows, 8, columns, 8).any((1, 3))


def test_the_waves_are_orthonormal_and_have_no_mean():
    waves = module._waves().reshape(64, len(FREQUENCIES))
    assert waves.T @ waves == pytest.approx(np.eye(len(FREQUENCIES)), abs=1e-6)
    assert np.abs(waves.sum(0)).max() < 1e-5


def test_a_block_of_one_wave_has_that_frequency_and_no_other():
    for at in range(len(FREQUENCIES)):
        found, mean = module._transform(50 + 9 * module._waves()[..., at])
        assert found[:, 0, 0] == pytest.approx(9 * np.eye(len(FREQUENCIES))[at], abs=1e-4)
        assert mean[0, 0] == pytest.approx(50, abs=1e-4)


def test_what_is_written_stands_there_the_next_time_and_is_not_written_again():
    y = np.full((96, 96), 120, np.float32)
    once = ripples(y, KEY)
    again = ripples(y + once, KEY)
    first = moved(once)
    assert first.sum() == int(SHARE * 144)
    assert np.array_equal(np.abs(again).reshape(12, 8, 12, 8).max((1, 3))[first] > 20, np.zeros(first.sum(), bool))


def test_no_mean_is_changed_and_what_is_no_whole_block_is_left_alone():
    y = np.random.default_rng(0).normal(120, 4, (101, 107)).astype(np.float32)
    change = ripples(y, KEY)
    assert change.shape == y.shape and not change[96:].any() and not change[:, 104:].any()
    assert np.abs(change[:96, :104].reshape(12, 8, 13, 8).sum((1, 3))).max() < 1e-2


def test_busy_blocks_and_those_without_room_are_left_for_others():
    y = np.full((64, 128), 120, np.float32)
    y[:, :64] += 60 * np.sign(np.sin(np.arange(64) * 2.0))  # stripes
    assert not moved(ripples(y, KEY))[:, :8].any()
    y = np.full((64, 128), 120, np.float32)
    y[:, :64] = 254
    assert not moved(ripples(y, KEY))[:, :8].any()


def test_too_small_a_part_takes_none():
    assert not ripples(np.full((16, 16), 120, np.float32), KEY).any()  # nine hundredths of four blocks
    seen = np.zeros((12, 12), bool)
    seen[0, :11] = True
    assert not ripples(np.full((96, 96), 120, np.float32), KEY, seen).any()
    seen[0, :12] = True
    assert moved(ripples(np.full((96, 96), 120, np.float32), KEY, seen)).sum() == pytest.approx(int(SHARE * 12), abs=0)
