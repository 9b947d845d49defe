"""Example run: pytest tests/pictures/test_decode.py"""

import io
import struct
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageCms

from pipeline.evaluation.stress import DAMAGES
from pipeline.pictures import decode
from pipeline.pictures.decode import UnreadablePicture, decode_picture, flatten, looks_like_picture
from pipeline.serve.limits import Limits
from pipeline.serve.uploads import open_picture, open_whole
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


# What starts other programs, or unpacks without a bound


def _never(*arguments, **options):
    raise AssertionError("another program was started")


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n%%EndComments\n{} loop\nshowpage\n%%EOF\n"


def _qoi() -> bytes:
    return b"qoif" + struct.pack(">IIBB", 9, 9, 3, 0) + b"\xfe\x10\x20\x30" * 81 + b"\0" * 7 + b"\1"


@pytest.mark.parametrize(
    "data",
    [EPS, _qoi(), encoded(drawing(8), "DDS"), encoded(drawing(8), "PCX"), encoded(drawing(8), "TGA"),
     encoded(drawing(8), "JPEG2000"), encoded(drawing(8), "PDF"), encoded(drawing(8), "SGI")],
    ids=["eps", "qoi", "dds", "pcx", "tga", "jpeg2000", "pdf", "sgi"],
)  # fmt: skip
def test_formats_outside_the_list_are_refused_whatever_the_file_is_called(data, tmp_path, monkeypatch):
    monkeypatch.setattr("PIL.EpsImagePlugin.Ghostscript", _never)
    monkeypatch.setattr("subprocess.Popen.__init__", _never)
    path = tmp_path / "ok.png"
    path.write_bytes(data)
    with pytest.raises(UnreadablePicture) as caught:
        decode_picture(path)
    assert caught.value.kind == "foreign"
    assert caught.value.sentence("ok.png") == "ok.png cannot be read as a picture. Use a PNG, JPEG or WebP file."
    for door in (lambda: open_picture(path, Limits()), lambda: open_whole(path, Limits())):
        with pytest.raises(ValueError, match="ok.png cannot be read as a picture"):
            door()


def test_frames_of_a_hostile_file_are_not_counted(monkeypatch):
    frames = [Image.new("L", (40, 40), level) for level in range(30)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    monkeypatch.setattr("PIL.GifImagePlugin.GifImageFile.n_frames", property(_never))
    picture = decode_picture(data)
    assert picture.image.getpixel((0, 0)) == (0, 0, 0) and picture.notes == ("animated: the first frame",)


def test_the_first_frame_of_an_animated_png_is_taken():
    data = encoded(Image.new("RGB", (40, 40), "red"), save_all=True, append_images=[Image.new("RGB", (40, 40))])
    assert decode_picture(data).image.getpixel((5, 5)) == (255, 0, 0)


def test_a_large_picture_is_refused_with_its_size_and_read_one_at_a_time():
    data = encoded(Image.new("L", (2100, 2000), 128))
    with pytest.raises(UnreadablePicture) as caught:
        decode_picture(data, max_pixels=4_000_000)
    assert "x.png has 2100x2000 pixels; up to 4 million" in caught.value.sentence("x.png", 4_000_000)
    with decode._one_at_a_time:  # another one is being decoded
        thread = threading.Thread(target=decode_picture, args=(data,), daemon=True)
        thread.start()
        decode_picture(encoded(drawing(9)))  # small ones do not wait
        assert thread.is_alive()
    thread.join(30)
    assert not thread.is_alive()


# Right pixels


@pytest.mark.parametrize("values", ["I;16", "I", "F255", "F1", "I;16B"])
@pytest.mark.parametrize("side", [1024, 64])
def test_grey_of_many_levels_is_scaled_and_never_clipped(values, side):
    grey = np.asarray(drawing(10).convert("L"))
    made = {
        "I;16": lambda: encoded(Image.fromarray(grey.astype(np.uint16) * 257)),
        "I;16B": lambda: encoded(Image.fromarray(grey.astype(">u2") * 257), "TIFF"),
        "I": lambda: encoded(Image.fromarray(grey.astype(np.int32) * 257), "TIFF"),
        "F255": lambda: encoded(Image.fromarray(grey.astype(np.float32)), "TIFF"),
        "F1": lambda: encoded(Image.fromarray(grey.astype(np.float32) / 255), "TIFF"),
    }[values]()
    picture = decode_picture(made, max_side=side)
    expected = Image.fromarray(grey)
    expected.thumbnail((side, side), Image.Resampling.LANCZOS)
    assert _difference(picture.image, expected) < 1.0


def test_values_that_are_no_numbers_or_out_of_range_give_a_picture():
    values = np.linspace(-1000, 9000, 96 * 96, dtype=np.float32).reshape(96, 96)
    values[0, 0], values[0, 1] = np.nan, np.inf
    levels = np.asarray(decode_picture(encoded(Image.fromarray(values), "TIFF")).image)
    assert levels.min() == 0 and levels.max() == 255


def _without_adobe(data: bytes) -> bytes:
    """The JPEG without its Adobe marker, and its four channels as they are rather than inverted."""
    at = data.index(b"Adobe") - 4
    length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data[:at] + data[at + length :]


def test_cmyk_is_read_as_adobe_stores_it_and_as_everybody_else_does():
    original = Image.new("RGB", (64, 64), (220, 40, 90))
    adobe = encoded(original.convert("CMYK"), "JPEG", quality=95)
    assert _difference(decode_picture(adobe).image, original) < 6
    plain = encoded(ImageChops.invert(original.convert("CMYK")), "JPEG", quality=95)
    assert _difference(decode_picture(_without_adobe(plain)).image, original) < 6


P3 = np.array([[0.5151, 0.2920, 0.1571], [0.2412, 0.6922, 0.0666], [-0.0011, 0.0419, 0.7841]])  # to XYZ, D50
SRGB = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]])


def _wide_gamut_profile() -> bytes:
    """A matrix profile with the colours of Display P3 and gamma 2.2 (ICC.1:2001-04, clauses 6.1 and 6.5)."""

    def fixed(number: float) -> bytes:
        return struct.pack(">i", round(number * 65536))

    tags = {b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + bytes(78)}
    tags[b"wtpt"] = b"XYZ \0\0\0\0" + fixed(0.9642) + fixed(1) + fixed(0.8249)
    for name, column in zip((b"r", b"g", b"b"), P3.T, strict=True):
        tags[name + b"XYZ"] = b"XYZ \0\0\0\0" + b"".join(map(fixed, column))
        tags[name + b"TRC"] = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    table, body, offset = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", offset + len(body), len(content))
        body += content
    head = struct.pack(">I4sI4s4s4s", 128 + len(table) + len(body), b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + fixed(0.9642) + fixed(1) + fixed(0.8249)
    return head + bytes(128 - len(head)) + table + body


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_wide_gamut_becomes_srgb(mode):
    colour = np.array([200, 100, 50])
    image = Image.new("RGB", (40, 40), tuple(colour.tolist()))
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize((40, 40)))
    image = image.quantize(4) if mode == "P" else image
    picture = decode_picture(encoded(image, icc_profile=_wide_gamut_profile()))
    linear = np.clip(np.linalg.inv(SRGB) @ P3 @ (colour / 255) ** 2.2, 0, 1)
    expected = 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(np.array(picture.image.convert("RGB").getpixel((20, 20))) - expected).max() <= 3
    assert np.abs(expected - colour).max() > 10, "the profile says something else than sRGB"
    assert any("sRGB" in note for note in picture.notes)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("side", [1024, 48])
def test_every_orientation_is_turned_upright(orientation, side):
    upright = drawing(11).resize((96, 64))
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]  # the turn that a camera stored
    stored = upright if back is None else upright.transpose(Image.Transpose(back))
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = decode_picture(encoded(stored, exif=exif), max_side=side)
    expected = upright.copy()
    expected.thumbnail((side, side), Image.Resampling.LANCZOS)
    assert (picture.width, picture.height) == (96, 64) and picture.image.size == expected.size
    assert _difference(picture.image, expected) < 2


def test_heic_is_read_where_the_package_is_and_refused_in_words_elsewhere(monkeypatch):
    pillow_heif = pytest.importorskip("pillow_heif", reason="the optional package pillow-heif is not installed")
    data = io.BytesIO()
    pillow_heif.from_pillow(drawing(12)).save(data, quality=90)
    assert looks_like_picture(data.getvalue()[:16])
    assert _difference(decode_picture(data.getvalue()).image, drawing(12)) < 6
    monkeypatch.setattr(decode, "_reads_heic", lambda: False)
    with pytest.raises(UnreadablePicture) as caught:
        decode_picture(data.getvalue())
    assert "HEIC" in caught.value.sentence("x.heic") and "JPEG" in caught.value.sentence("x.heic")


PEAK = """
import resource, sys
from pathlib import Path
from pipeline.serve.limits import Limits
from pipeline.serve.uploads import open_picture, open_whole
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before = peak()
for path in sys.argv[1:]:
    for _ in range(2):
        {door}(Path(path), Limits())
    print(peak() - before)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Files of 40 megapixels, of every kind."""
    folder, side = tmp_path_factory.mktemp("large"), (8000, 5000)
    Image.fromarray(np.full(side[::-1], 30_000, np.uint16)).save(folder / "grey16.png", compress_level=1)
    Image.new("RGBA", side, (200, 30, 60, 128)).save(folder / "rgba.png", compress_level=1)
    for suffix in ("jpg", "webp"):
        Image.new("RGB", side, (200, 30, 60)).save(folder / f"colour.{suffix}")
    return sorted(folder.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("door", ["open_picture", "open_whole"])
def test_forty_megapixels_take_bounded_memory(large, door):
    """One process opens them all, twice each: what one of them left behind counts for the next."""
    run = [sys.executable, "-c", PEAK.replace("{door}", door), *map(str, large)]
    megabytes = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
    assert len(megabytes) == 4
    assert {file.name: float(most) for file, most in zip(large, megabytes, strict=True) if float(most) >= 700} == {}
