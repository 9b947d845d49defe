"""Example run: python -m pytest tests/watermark/test_key.py"""

import numpy as np
import pytest
from PIL import Image

from pipeline.watermark.key import (
    DETECTION_CELLS,
    PAYLOAD_CELLS,
    WatermarkKey,
    _stream,
    orient,
    verification_keys,
)

KEY = WatermarkKey.from_secret(b"a key for these tests only")


def test_the_stream_of_a_secret_goes_on_where_a_shorter_one_ends():
    long = _stream(b"secret", "label", 100)
    assert len(long) == 100 and all(_stream(b"secret", "label", size) == long[:size] for size in (0, 1, 32, 33, 64))
    assert _stream(b"secret", "other", 100) != long != _stream(b"Secret", "label", 100)
    assert len(set(long[at : at + 4] for at in range(0, 96, 4))) == 24  # blocks do not repeat


def test_the_four_groups_of_a_payload_share_the_odd_cells_out_between_them():
    count = np.zeros((32, 32), int)
    for cells in PAYLOAD_CELLS:
        assert len(cells[0]) == 128
        count[cells] += 1
    assert np.array_equal(count, 1 - DETECTION_CELLS.astype(int))


def test_a_byte_of_the_payload_changes_its_own_cells_and_no_others():
    plain = KEY.tile(0x01020304)
    assert set(np.unique(plain)) == {-1.0, 1.0}
    for group in range(4):
        other = KEY.tile(0x01020304 ^ 0x55 << 8 * (3 - group))  # the first group is the highest byte
        changed = plain != other
        assert changed[PAYLOAD_CELLS[group]].sum() == changed.sum() in (64, 128)
        assert np.array_equal(other[DETECTION_CELLS > 0], KEY.chips[DETECTION_CELLS > 0])
    assert np.array_equal(KEY.tile(None), KEY.chips)


@pytest.mark.parametrize("payload", [-1, 2**32, 0.5, "1"])
def test_a_tile_carries_32_bits(payload):
    with pytest.raises(ValueError, match="`payload` takes a whole number of 32 bits, got"):
        KEY.tile(payload)


@pytest.mark.parametrize(
    ("secret", "got"), [(b"fifteen bytes..", "got 15"), ("text, long enough here", "class 'str'")]
)
def test_a_secret_is_16_bytes_or_more(secret, got):
    with pytest.raises(ValueError, match=f"at least 16 bytes, {got}|at least 16 bytes, got <{got}"):
        WatermarkKey.from_secret(secret)


def test_orientations_are_undone_and_are_those_of_pictures():
    array = np.arange(12, dtype=np.uint8).reshape(3, 4)
    turned = [orient(array, i) for i in range(8)]
    assert len({(one.shape, one.tobytes()) for one in map(np.ascontiguousarray, turned)}) == 8
    for i, one in enumerate(turned):
        assert np.array_equal(orient(one, -i if i < 4 else i), array)
    image = Image.fromarray(array)
    assert np.array_equal(turned[1], np.asarray(image.transpose(Image.Transpose.ROTATE_90)))
    assert np.array_equal(turned[4], np.asarray(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)))
    stack = np.stack([array, array + 1])
    assert np.array_equal(orient(stack, 5)[1], orient(array + 1, 5))  # the last two axes alone


def test_old_keys_are_separated_by_commas_and_blanks_between_them_are_none(monkeypatch):
    monkeypatch.delenv("EASEL_WATERMARK_KEY", raising=False)
    monkeypatch.setenv("EASEL_WATERMARK_OLD_KEYS", " , a key for these tests only ,,")
    public, old = verification_keys()
    assert old == KEY and public != KEY


def test_luma_noise_lies_in_its_band_and_has_no_mean():
    power = np.abs(np.fft.fft2(KEY.luma)) ** 2
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(128), np.fft.fftfreq(128)))
    assert power[(frequency > 0.03) & (frequency < 0.21)].sum() > 0.9 * power.sum()
    assert KEY.luma.std() == pytest.approx(1, abs=1e-5) and abs(KEY.luma.mean()) < 1e-5
