"""Who holds a picture, in whatever shape. Example run: python -m pytest tests/pictures/test_likeness.py"""

import io

import pytest
from PIL import Image, ImageEnhance, ImageOps

from pipeline.pictures.likeness import shows
from tests.data.pictures import drawing

ORIGINAL = drawing(1, side=256)


def _jpeg(image: Image.Image) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=30)
    return Image.open(io.BytesIO(file.getvalue()))


def _screenshot(image: Image.Image) -> Image.Image:
    screen = Image.new("RGB", (900, 700), "lightgray")
    screen.paste(image, (300, 120))
    return screen


COPIES = {
    "same": lambda image: image,
    "jpeg": _jpeg,
    "small": lambda image: image.resize((90, 90)),
    "large": lambda image: image.resize((1000, 1000)),
    "mirrored": ImageOps.mirror,
    "turned": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(0.8),
    "grey": lambda image: image.convert("L"),
    "cropped": lambda image: image.crop((40, 30, 220, 230)),
    "a quarter": lambda image: image.crop((64, 64, 192, 192)),
    "screenshot": _screenshot,
    "stretched": lambda image: image.resize((300, 200)),
}


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_shows_its_original(how):
    assert shows(COPIES[how](ORIGINAL), ORIGINAL)


@pytest.mark.parametrize("seed", range(2, 8))
def test_another_drawing_does_not(seed):
    assert not shows(drawing(seed, side=256), ORIGINAL)


def test_nothing_shows_in_a_plain_ground():
    assert not shows(Image.new("RGB", (256, 256), "white"), ORIGINAL)
    assert not shows(ORIGINAL, Image.new("RGB", (256, 256), "white"))
