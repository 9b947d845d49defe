"""Example run: pytest tests/pictures/test_decode.py"""

import numpy as np
import pytest
from PIL import Image, ImageCms

from pipeline.evaluation.stress import DAMAGES
from pipeline.pictures.decode import UnreadablePicture, decode_picture, flatten
from tests.data.pictures import drawing, encoded


def _difference(first: Image.Image, second: Image.Image) -> float:
    one, two = (np.asarray(flatten(image), dtype=float) for image in (first, second))
    return float(np.abs(one - two).mean())


@pytest.mark.parametrize("kind", [kind for kind, (_, _, good) in DAMAGES.items() if good])
def test_odd_but_whole_pictures_are_decoded_right(kind):
    original = drawing(1)
    picture = decode_picture(DAMAGES[kind][0](original))
    expected = original.convert("L").convert("RGB") if kind == "sixteen_bit" else original
    assert picture.image.mode == "RGB" and picture.image.size == original.size
    assert _difference(picture.image, expected) < 6
    assert picture.notes or kind in ("wrong_suffix", "palette")


UNDECODABLE = ["zero_bytes", "text_as_picture", "truncated", "broken_header", "broken_middle", "bomb"]


@pytest.mark.parametrize("kind", UNDECODABLE)
def test_damaged_pictures_are_refused_with_a_reason(kind):
    with pytest.raises(UnreadablePicture, match=r"\w{4}"):
        decode_picture(DAMAGES[kind][0](drawing(2)))


def test_a_bomb_is_refused_before_it_is_decompressed():
    with pytest.raises(UnreadablePicture, match="decompression bomb"):
        decode_picture(DAMAGES["bomb"][0](drawing(2)))


def test_every_cut_of_a_file_is_either_refused_or_decoded_to_its_full_size():
    for data in (
        encoded(drawing(3)),
        encoded(drawing(3), "JPEG"),
        encoded(drawing(3), "WEBP"),
        encoded(drawing(3), "GIF"),
    ):
        for end in range(0, len(data), max(1, len(data) // 40)):
            try:
                assert decode_picture(data[:end]).image.size == (96, 96)
            except UnreadablePicture as error:
                assert str(error)


def test_alpha_survives_where_it_says_something_and_goes_where_it_does_not():
    assert decode_picture(encoded(drawing(4, mode="RGBA"))).image.mode == "RGBA"
    assert decode_picture(encoded(drawing(4).convert("RGBA"))).image.mode == "RGB"


def test_palette_transparency_becomes_alpha():
    palette = drawing(5).quantize(8)
    data = encoded(palette, "PNG", transparency=palette.getpixel((0, 0)))
    picture = decode_picture(data)
    assert picture.image.mode == "RGBA" and picture.image.getpixel((0, 0))[3] == 0


def test_a_colour_profile_is_applied():
    lab_like = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert decode_picture(encoded(drawing(6), "PNG", icc_profile=lab_like)).notes == ()
    assert "unusable" in decode_picture(encoded(drawing(6), "PNG", icc_profile=b"nonsense")).notes[0]


def test_large_pictures_are_scaled_down_and_say_so():
    picture = decode_picture(encoded(drawing(7, side=400), "JPEG"), max_side=128)
    assert picture.image.size == (128, 128) and (picture.width, picture.height) == (400, 400)
    assert any(note.startswith("scaled down") for note in picture.notes)
