"""Example run: pytest tests/data/test_decode.py"""

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from pipeline.data.decode import check_pictures
from pipeline.data.record import ImageRecord, ImageSource
from tests.data.pictures import drawing, encoded


def checked(path: Path, data: bytes, **limits) -> ImageRecord:
    path.write_bytes(data)
    (record,) = check_pictures([ImageRecord(path.name, ImageSource(path))], **limits)
    return record


def test_what_is_known_of_a_picture_is_written_down(tmp_path):
    data = encoded(drawing(1, mode="RGBA"))
    record = checked(tmp_path / "a.png", data)
    assert record.dropped is None
    assert record.metadata == {
        "width": 96, "height": 96, "alpha": True, "format": "PNG", "bytes": len(data), "decode_notes": []
    }  # fmt: skip


def test_sides_are_those_of_the_picture_as_one_sees_it(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    record = checked(tmp_path / "a.jpg", encoded(drawing(1).resize((120, 60)), "JPEG", exif=exif))
    assert (record.metadata["width"], record.metadata["height"]) == (60, 120)


@pytest.mark.parametrize(
    ("name", "format_name", "note"),
    [
        ("a.jpg", "JPEG", None),
        ("a.JPE", "JPEG", None),
        ("a.gif", "GIF", None),
        ("a.webp", "WEBP", None),
        ("a.png", "JPEG", "wrong extension: .png holds JPEG"),
        ("a", "PNG", "wrong extension: none holds PNG"),
    ],
)
def test_an_extension_that_lies_is_noted_and_the_content_counts(tmp_path, name, format_name, note):
    record = checked(tmp_path / name, encoded(drawing(1), format_name))
    wrong = [text for text in record.metadata["decode_notes"] if text.startswith("wrong extension")]
    assert record.metadata["format"] == format_name and wrong == ([note] if note else [])


@pytest.mark.parametrize(
    ("size", "limits", "reason", "detail"),
    [
        ((32, 128), {}, None, ""),
        ((31, 100), {}, "too small", "31x100, shorter side under 32"),
        ((129, 32), {}, "too narrow", "129x32, ratio over 4"),
        ((60, 60), {"min_side": 61}, "too small", "60x60, shorter side under 61"),
        ((90, 60), {"max_aspect": 1.4}, "too narrow", "90x60, ratio over 1.4"),
    ],
)
def test_small_and_narrow_begin_at_their_limits(tmp_path, size, limits, reason, detail):
    record = checked(tmp_path / "a.png", encoded(drawing(1).resize(size)), **limits)
    found = (record.dropped.reason, record.dropped.detail) if record.dropped else (None, "")
    assert found == (reason, detail) and record.metadata["width"] == size[0]  # measured all the same


def test_what_cannot_be_opened_leaves_with_its_reason_and_the_rest_goes_on(tmp_path):
    good = encoded(drawing(1))
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("a.png", good)
    damaged = bytearray((tmp_path / "z.zip").read_bytes())
    damaged[60] ^= 255  # its checksum tells
    (tmp_path / "z.zip").write_bytes(damaged)
    (tmp_path / "good.png").write_bytes(good)
    (tmp_path / "cut.png").write_bytes(good[:200])
    before = ImageRecord("gone", ImageSource(tmp_path / "absent")).drop("read", "not a picture")
    records = [
        before,
        ImageRecord("absent", ImageSource(tmp_path / "absent")),
        ImageRecord("zip", ImageSource(tmp_path / "z.zip", "zip", member="a.png")),
        ImageRecord("cut", ImageSource(tmp_path / "cut.png")),
        ImageRecord("good", ImageSource(tmp_path / "good.png")),
    ]
    first, absent, in_zip, cut, last = check_pictures(records)
    assert first is before and last.dropped is None
    assert absent.dropped.reason == "cannot be read" and "No such file" in absent.dropped.detail
    assert in_zip.dropped.reason == "cannot be read" and in_zip.dropped.detail.startswith("BadZipFile: ")
    assert {record.dropped.step for record in (absent, in_zip, cut)} == {"decode"}
