"""Example run: python -m pytest tests/commands/test_check_sticker.py"""

import io
import json
import struct
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from pipeline.__main__ import main
from pipeline.stickers.targets import TARGETS


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    """The command's status, and what it printed and what it complained of."""
    monkeypatch.chdir(tmp_path)

    def check(*words: str) -> tuple[int, str, str]:
        status = main(["check-sticker", *words])
        return status, *capsys.readouterr()

    return check


def sticker(size=(512, 512), kind: str = "WEBP", **options) -> bytes:
    image = Image.new("RGBA", size)
    image.paste((200, 30, 30, 255), (40, 40, size[0] - 40, size[1] - 40))
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_every_limit_that_is_broken_is_said_of_one_place_and_the_first_of_all(check):
    Path("a.png").write_bytes(sticker((100, 80), "PNG"))
    status, out, _ = check("a.png", "--for", "whatsapp")
    assert status == 1 and out.splitlines() == [
        "a.png: does not fit whatsapp",
        "  whatsapp: format: takes WEBP, got PNG",
        "  whatsapp: size: takes exactly 512x512, got 100x80",
    ]
    out = check("a.png")[1].splitlines()
    assert out[0].startswith("a.png: fits ") and len(out) < 1 + len(TARGETS)
    assert sum(line.startswith("  whatsapp: ") for line in out) == 1


def test_the_status_is_that_of_the_worst_file(check):
    Path("right.webp").write_bytes(sticker())
    Path("wrong.webp").write_bytes(sticker((512, 500)))
    assert check("right.webp", "--for", "whatsapp")[0] == 0
    status, out, _ = check("right.webp", "wrong.webp", "right.webp", "--for", "whatsapp")
    assert status == 1 and [line for line in out.splitlines() if "fit" in line] == [
        "right.webp: fits whatsapp", "wrong.webp: does not fit whatsapp", "right.webp: fits whatsapp"
    ]  # fmt: skip


def test_a_name_counts_where_a_place_takes_names(check):
    named = next(target for target in TARGETS.values() if target.names and target.plain_names)
    kind = named.formats[0]
    data = sticker(named.size, kind)
    Path("right_1.x").write_bytes(data)
    Path("no good!.x").write_bytes(data)
    right, wrong = (check(name, "--for", named.name)[1] for name in ("right_1.x", "no good!.x"))
    assert "name: takes letters, digits and _, got 'no good!'" in wrong and "name:" not in right


def test_a_pack_is_looked_at_as_one(check):
    tray = sticker((96, 96), "PNG")
    files = {f"{n}.webp": sticker() for n in range(3)} | {"tray.png": tray, "title.txt": b"T", "author.txt": b"A"}
    Path("three.zip").write_bytes(packed(files))
    Path("two.zip").write_bytes(packed({name: data for name, data in files.items() if name != "2.webp"}))
    status, out, _ = check("two.zip", "--for", "whatsapp")
    assert status == 1 and "whatsapp: stickers: takes 3 to 30, got 2" in out
    assert "stickers:" not in check("three.zip", "--for", "whatsapp")[1]


def damaged() -> bytes:
    data = bytearray(packed({"a.webp": sticker()}))
    data[60] ^= 255  # its checksum tells
    return bytes(data)


def locked() -> bytes:
    data = bytearray(packed({"a.webp": sticker()}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        data[at : at + 2] = struct.pack("<H", 1)  # says that a password is wanted
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (damaged(), "Bad CRC"),
        (locked(), "password"),
        (packed({"a.webp": sticker()})[:-3], "This is no"),
        (b"", "This is no"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_that_names_the_file(check, data, said):
    Path("pack.zip").write_bytes(data)
    status, out, error = check("pack.zip", "--for", "whatsapp")
    assert status == 2 and out == "" and error.startswith("easel: pack.zip: ") and said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "told",
    [
        [],
        {"stickers": 3},
        {"stickers": [{"file": "a.webp", "emoji": 7}]},
        {"stickers": [{"file": ["a.webp"]}]},
        {"title": 5},
    ],
)
def test_a_pack_that_is_told_of_in_another_way_is_no_traceback(check, told):
    Path("pack.zip").write_bytes(packed({"a.webp": sticker(), "pack.json": json.dumps(told).encode()}))
    status, _, error = check("pack.zip", "--for", "whatsapp")
    assert status in (1, 2) and error.count("\n") <= 1
