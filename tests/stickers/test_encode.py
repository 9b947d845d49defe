"""Files of so many bytes. Example run: python -m pytest tests/stickers/test_encode.py"""

import io

import numpy as np
import pytest
from PIL import Image

from pipeline.stickers.encode import ALPHA_QUALITIES, COLOURS, encode

NOISE = Image.fromarray(np.random.default_rng(1).integers(0, 256, (48, 48, 4), dtype=np.uint8))
SMOOTH = Image.linear_gradient("L").resize((96, 96)).convert("RGB")
PHOTO = NOISE.convert("RGB").resize((96, 96), Image.Resampling.BICUBIC)
CUT = Image.new("RGBA", (48, 48))
CUT.paste((217, 54, 54, 255), (8, 8, 40, 40))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("image", [NOISE, SMOOTH, CUT], ids=["noise", "smooth", "cut"])
def test_without_a_limit_nothing_that_is_seen_is_lost(image, kind):
    data, how = encode(image, kind)
    back = opened(data)
    seen = np.asarray(image.convert("RGBA"))[..., 3] > 0
    assert how == "without loss" and back.format == kind
    assert np.array_equal(np.asarray(back.convert("RGBA"))[seen], np.asarray(image.convert("RGBA"))[seen])


@pytest.mark.parametrize("share", [0.35, 0.5, 0.65, 0.8])
@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
def test_the_highest_quality_that_fits_is_taken(kind, share):

    def size(quality: int) -> int:
        buffer = io.BytesIO()
        PHOTO.save(buffer, kind, quality=quality)
        return buffer.tell()

    room = int(share * size(95))
    small, how = encode(PHOTO, kind, max_bytes=room)
    quality = int(how.removeprefix("quality "))
    assert len(small) == size(quality) <= room < size(quality + 1), "one more would not fit"
    assert encode(PHOTO, kind, max_bytes=len(small)) == (small, how)


def test_a_png_gives_up_colours_and_says_how_many_are_left():
    whole, _ = encode(NOISE, "PNG")
    data, how = encode(NOISE, "PNG", max_bytes=len(whole) // 4)
    colours = int(how.removesuffix(" colours"))
    assert colours in COLOURS and len(opened(data).convert("RGBA").getcolors(4096)) <= colours
    assert len(data) <= len(whole) // 4


def test_a_gif_keeps_what_is_seen_through():
    data, how = encode(CUT, "GIF")
    back = np.asarray(opened(data).convert("RGBA"))
    assert how == "256 colours" and set(np.unique(back[..., 3])) == {0, 255}
    assert np.array_equal(back[..., 3] > 0, np.asarray(CUT)[..., 3] > 0)
    assert abs(back[24, 24, :3].astype(int) - (217, 54, 54)).max() <= 8
    assert opened(encode(SMOOTH, "GIF")[0]).convert("RGBA").getextrema()[3] == (255, 255)


def test_a_jpeg_has_no_alpha_and_an_icon_three_sizes():
    assert opened(encode(NOISE, "JPEG")[0]).mode == "RGB"
    data, how = encode(CUT, "ICO")
    assert opened(data).info["sizes"] == {(16, 16), (32, 32), (48, 48)} and how == "without loss"


def test_alpha_gives_way_last_and_that_is_said():
    soft = NOISE.copy()
    whole, how = encode(soft, "WEBP", max_bytes=len(encode(soft, "WEBP")[0]) - 1)
    assert "alpha" not in how, "first the colours"
    for size in range(len(whole), 0, -400):
        try:
            data, how = encode(soft, "WEBP", max_bytes=size)
        except ValueError as error:
            assert "fits into" in str(error)
            break
        assert len(data) <= size
        quality = int(how.rpartition("alpha of quality ")[2]) if "alpha" in how else 100
        assert quality in ALPHA_QUALITIES
    else:
        pytest.fail("no size was too small")
    assert quality < 100


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "JPEG", "ICO"])
def test_what_does_not_fit_is_refused_with_the_least_that_would(kind):
    with pytest.raises(ValueError, match=rf"^No {kind} of 48x48 fits into 20 bytes: the smallest has [\d,]+\. Make"):
        encode(NOISE, kind, max_bytes=20)


def test_a_format_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="^`kind` takes PNG, WEBP, AVIF, JPEG, GIF or ICO, got 'BMP'.$"):
        encode(CUT, "BMP")


@pytest.mark.parametrize(("kind", "carried"), [("WEBP", True), ("PNG", False)])
def test_only_a_webp_carries_the_block(kind, carried):
    exif = Image.Exif()
    exif[0x0131] = "Easel"
    data, _ = encode(CUT, kind, exif=exif.tobytes())
    assert (opened(data).getexif().get(0x0131) == "Easel") is carried
    limited, _ = encode(NOISE, kind, max_bytes=6000, exif=exif.tobytes())
    assert len(limited) <= 6000 and (opened(limited).getexif().get(0x0131) == "Easel") is carried
