"""The check of any file: says which limit is broken, and of what is within all of them, nothing.

Example run: pytest tests/stickers/test_check.py
"""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from pipeline.stickers import check
from pipeline.stickers.check import check_file, check_name, check_pack, read_facts
from pipeline.stickers.targets import TARGETS


def picture(size=(512, 512), kind="WEBP", noisy=False, mode="RGBA", **options) -> bytes:
    pixels = np.zeros((size[1], size[0], 4), np.uint8)
    if noisy:
        pixels = np.random.default_rng(0).integers(0, 256, pixels.shape, np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def moving(kind="WEBP", frames=3, duration=100, size=(512, 512)) -> bytes:
    images = [Image.new("RGBA", size, (60 * i, 10, 10, 255)) for i in range(frames)]
    buffer = io.BytesIO()
    images[0].save(buffer, kind, save_all=True, append_images=images[1:], duration=duration, loop=0)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("target", "data", "broken"),
    [
        ("whatsapp", picture(), []),
        ("whatsapp", picture((512, 511)), ["size: takes exactly 512x512, got 512x511"]),
        ("whatsapp", picture(kind="PNG"), ["format: takes WEBP, got PNG"]),
        ("whatsapp", picture(noisy=True, lossless=True), ["bytes: takes at most 100,000"]),
        ("whatsapp", moving(), []),
        ("whatsapp", moving(duration=7), ["motion: takes frames of 8 ms or more, got 7"]),
        ("whatsapp", moving(duration=4000), ["motion: takes at most 10,000 ms, got 12,000"]),
        ("telegram", moving(), ["motion: takes still pictures, got 3 frames"]),
        ("telegram", picture((512, 300)), []),
        ("telegram", picture((500, 300)), ["size: takes one side of exactly 512"]),
        ("telegram", picture((512, 600)), ["size: takes one side of exactly 512"]),
        ("signal", picture((400, 300)), []),
        ("signal", picture((513, 300)), ["size: takes at most 512x512"]),
        ("line", picture((370, 320), "PNG"), []),
        ("line", picture((369, 320), "PNG"), ["size: takes even sides, got 369x320"]),
        ("imessage", picture((618, 618), "PNG"), []),
        ("imessage", picture((500, 500), "PNG"), ["size: takes exactly 408x408 or 300x300 or 618x618"]),
        ("ios-icon", picture((1024, 1024), "PNG"), ["transparency: takes none"]),
        ("ios-icon", picture((1024, 1024), "PNG", mode="RGB"), []),
        ("discord-sticker", moving("PNG", size=(320, 320)), []),
        ("discord-sticker", moving("GIF", size=(320, 320), duration=2000), ["motion: takes at most 5,000 ms"]),
        ("discord-emoji", moving("GIF", size=(128, 128)), []),
        ("slack", moving("GIF", size=(128, 128)), []),
        ("mastodon", moving("GIF", size=(128, 128)), []),
        ("kakao", moving("PNG", size=(360, 360)), ["motion: takes still pictures, got 3 frames"]),
    ],
)
def test_each_limit_is_named_with_what_it_takes_and_got(target, data, broken):
    found = check_file(data, TARGETS[target])
    assert len(found) == len(broken)
    assert all(line.startswith(start) for line, start in zip(found, broken, strict=True))


@pytest.mark.parametrize("data", [b"", b"no picture", picture()[:200], b"<svg/>"])
def test_what_is_no_picture_is_said(data):
    with pytest.raises(ValueError, match="picture that can be read"):
        read_facts(data)


def packed(stickers=3, tray=None, texts=True, said=None, **more) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(stickers):
            archive.writestr(f"{number}.webp", picture())
        archive.writestr("tray.png", picture((96, 96), "PNG") if tray is None else tray)
        for key in ("title", "author") if texts else ():
            archive.writestr(f"{key}.txt", "Foxes")
        if said is not None:
            archive.writestr("pack.json", json.dumps(said))
        for name, data in more.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def entry(**values) -> dict:
    return {"stickers": [{"file": "0.webp", "emoji": ["🦊"], "alt": "a fox", **values}]}


@pytest.mark.parametrize(
    ("data", "broken"),
    [
        (packed(), []),
        (packed(said=entry()), []),
        (packed(2), ["stickers: takes 3 to 30, got 2"]),
        (packed(31), ["stickers: takes 3 to 30, got 31"]),
        (packed(tray=picture((90, 96), "PNG")), ["tray.png: takes a PNG of 96x96, got PNG of 90x96"]),
        (packed(tray=picture((96, 96), "WEBP")), ["tray.png: takes a PNG of 96x96, got WEBP"]),
        (packed(texts=False), ["title: takes 1 to 128 characters", "author: takes 1 to 128 characters"]),
        (packed(said=entry(emoji=["🦊"] * 4)), ["0.webp: emoji: takes 1 to 3, got 4"]),
        (packed(said=entry(emoji=["fox"])), ["0.webp: emoji: takes emoji, got 'fox'"]),
        (packed(said=entry(alt="a" * 126)), ["0.webp: alternative text: takes up to 125 characters, got 126"]),
        (packed(**{"3.webp": moving()}), ["stickers: takes still or moving ones, got both"]),
        (packed(**{"3.webp": b"damaged"}), ["3.webp: This is no"]),
        (packed(**{"a/b.png": picture(kind="PNG")}), ["a/b.png: format: takes WEBP, got PNG"]),
        (packed(**{"contact-sheet.png": picture((900, 300), "PNG")}), []),
    ],
)
def test_each_limit_of_a_pack_is_named(data, broken):
    found = check_pack(data, TARGETS["whatsapp"])
    assert len(found) == len(broken), found
    assert all(line.startswith(start) for line, start in zip(found, broken, strict=True))


def test_moving_stickers_may_be_described_at_length():
    others = {f"{number}.webp": moving() for number in (1, 2)}
    for length, broken in [(255, []), (256, ["0.webp: alternative text: takes up to 255 characters, got 256"])]:
        pack = packed(0, said=entry(alt="a" * length), **{"0.webp": moving()}, **others)
        assert check_pack(pack, TARGETS["whatsapp"]) == broken


@pytest.mark.parametrize(
    ("said", "broken"),
    [
        (entry(emoji=["🦊"] * 20, keywords=["a" * 32, "b" * 32]), []),
        (entry(emoji=["🦊"] * 21), ["0.webp: emoji: takes 1 to 20, got 21"]),
        (
            entry(keywords=["a" * 32, "b" * 33]),
            ["0.webp: keywords: takes up to 20 of 64 characters in all, got 2 of 65"],
        ),
        (entry(keywords=["a"] * 21), ["0.webp: keywords: takes up to 20 of 64 characters in all, got 21 of 21"]),
        ({**entry(), "title": "a" * 65}, ["title: takes 1 to 64 characters, got 65"]),
    ],
)
def test_each_limit_of_a_telegram_set_is_named(said, broken):
    assert check_pack(packed(texts=False, said={"title": "Foxes", **said}), TARGETS["telegram"]) == broken


@pytest.mark.parametrize(
    ("said", "broken"),
    [
        ({"alt": "a fox", "tags": "a" * 200}, []),
        ({"tags": "a" * 201}, ["01.png: tags: takes up to 200 characters, got 201"]),
        ({"alt": "a"}, ["01.png: alternative text: takes 2 characters or more, got 1"]),
        ({"alt": "a" * 101}, ["01.png: alternative text: takes up to 100 characters, got 101"]),
    ],
)
def test_each_limit_of_what_is_told_of_a_discord_sticker_is_named(said, broken):
    pack = packed(0, said=entry(file="01.png", **said), **{"01.png": picture((320, 320), "PNG")})
    assert check_pack(pack, TARGETS["discord-sticker"]) == broken


def test_of_a_place_without_sets_each_picture_is_looked_at():
    found = check_pack(packed(1, **{"fox_2.png": picture((128, 128), "PNG")}), TARGETS["discord-emoji"])
    assert found == [
        "0.webp: size: takes exactly 128x128, got 512x512",
        "0.webp: name: takes 2 to 32 characters, got 1",
    ]
    assert check_pack(packed(0), TARGETS["slack"]) == ["stickers: takes one or more pictures, got none"]


def test_names_are_looked_at_where_they_count():
    assert check_name("happy_fox", TARGETS["discord-emoji"]) == []
    assert check_name("happy fox", TARGETS["discord-emoji"]) == ["name: takes letters, digits and _, got 'happy fox'"]
    assert check_name("f" * 31, TARGETS["discord-sticker"]) == ["name: takes 2 to 30 characters, got 31"]
    assert check_name("", TARGETS["whatsapp"]) == []


def test_what_is_no_pack_is_said(monkeypatch):
    with pytest.raises(ValueError, match="no zip file"):
        check_pack(b"no zip", TARGETS["whatsapp"])
    monkeypatch.setattr(check, "MAX_FILES", 3)
    with pytest.raises(ValueError, match="up to 3 files"):
        check_pack(packed(), TARGETS["whatsapp"])
