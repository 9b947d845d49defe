"""Files that cost more than their headers say. Example run: pytest tests/pictures/test_bounds.py"""

import io
import struct

import pytest
from PIL import Image

from pipeline.pictures.bounds import MAX_SCANS, icon_pixels, jpeg_scans
from pipeline.pictures.decode import UnreadablePicture, decode_picture
from tests.data.pictures import drawing, encoded


def progressive(scans: int, size: tuple[int, int] = (64, 64)) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    file = io.BytesIO()
    Image.new("L", size, 128).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * scans + data[-2:]


def icon(*pictures: bytes) -> bytes:
    """An ICO file of these pictures, each of which its directory calls 256x256."""
    head, start, body = struct.pack("<HHH", 0, 1, len(pictures)), 6 + 16 * len(pictures), b""
    for data in pictures:
        head += struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(data), start + len(body))
        body += data
    return head + body


def test_scans_are_counted_and_what_only_looks_like_one_is_not():
    assert jpeg_scans(encoded(drawing(1), "JPEG")) == 1
    base = jpeg_scans(progressive(0))
    assert base > 1 and jpeg_scans(progressive(7)) == base + 7
    file = io.BytesIO()
    drawing(1).save(file, "JPEG", exif=b"Exif\0\0" + b"\xff\xda\xff\xd9" * 99)  # a preview in it has scans of its own
    assert jpeg_scans(file.getvalue()) == 1


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe0\xff\xff"])
def test_a_jpeg_that_is_cut_short_has_none(data):
    assert jpeg_scans(data) == 0


def test_markers_without_end_are_too_many():
    assert jpeg_scans(b"\xff\xd8" + b"\xff\xfe\0\2" * 50_000) == MAX_SCANS + 1


def test_a_jpeg_of_very_many_scans_is_refused_and_one_of_some_is_not():
    assert decode_picture(progressive(20)).image.size == (64, 64)
    with pytest.raises(UnreadablePicture, match="decompression bomb: 50[0-9] scans of 64x64 pixels"):
        decode_picture(progressive(MAX_SCANS))
    with pytest.raises(UnreadablePicture, match="scans of 4000x4000"):
        decode_picture(progressive(200, (4000, 4000)))


def test_an_icon_is_as_large_as_its_largest_picture():
    small, large = encoded(drawing(1)), encoded(Image.new("L", (3000, 2000)))
    assert icon_pixels(icon(small, large)) == (3000, 2000)
    bitmap = struct.pack("<Iii", 40, 500, -1400) + bytes(28)
    assert icon_pixels(icon(bitmap)) == (500, 700), "an icon's bitmap has its mask below it"
    assert icon_pixels(b"\0\0\1\0\xff\xff") == (0, 0)


def test_an_icon_with_a_bomb_in_it_is_refused_before_it_is_opened():
    with pytest.raises(UnreadablePicture, match="3000x2000 is over 1,000,000 pixels"):
        decode_picture(icon(encoded(Image.new("L", (3000, 2000)))), max_pixels=1_000_000)
    assert decode_picture(icon(encoded(Image.new("RGB", (48, 48))))).image.size == (48, 48)
