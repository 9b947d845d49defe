"""The name of a picture's pixels: what two files of the same picture share, whatever else is in them."""

import hashlib

import numpy as np
from PIL import Image

__all__ = ["PIXELS_HASH_LENGTH", "pixels_hash", "pixels_sha256"]

PIXELS_HASH_LENGTH = 16  # hex digits


def pixels_sha256(image: Image.Image | np.ndarray) -> str:
    """sha256 hex of a picture's size and its RGB bytes (alpha dropped, orientation tags ignored)."""
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    rgb = image.convert("RGB")
    return hashlib.sha256(f"{rgb.width}x{rgb.height}:".encode() + rgb.tobytes()).hexdigest()


def pixels_hash(image: Image.Image | np.ndarray) -> str:
    """The first 16 hex digits of `pixels_sha256`: short enough for a link."""
    return pixels_sha256(image)[:PIXELS_HASH_LENGTH]
