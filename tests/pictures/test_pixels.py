"""Example run: python -m pytest tests/pictures/test_pixels.py"""

import io

import numpy as np
from PIL import Image

from pipeline.pictures.pixels import pixels_hash, pixels_sha256


def test_pixels_hash_is_of_the_size_and_pixels_only():
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert pixels_hash(Image.fromarray(pixels)) == pixels_hash(pixels) == pixels_sha256(pixels)[:16]
    assert pixels_hash(pixels) != pixels_hash(pixels.reshape(2, 8, 3))
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    reopened = Image.open(file)
    assert pixels_hash(reopened) == pixels_hash(pixels)
    assert len(pixels_sha256(pixels)) == 64
