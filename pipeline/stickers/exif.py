"""What a WebP sticker tells WhatsApp of itself: emoji, description and pack, as JSON in one EXIF field of its own.

A .wastickers file has no other place for them.
"""

import io
import json
import struct
from collections.abc import Sequence

from PIL import Image

__all__ = ["read_sticker_exif", "sticker_exif"]

_TAG = 0x5741  # "AW"
_UNDEFINED = 7  # type of the field: bytes
_OFFSET = 26  # of its bytes: after 8 of the header, 2 that count the fields, 12 of this one, 4 that say it is the last


def sticker_exif(title: str, author: str, emoji: Sequence[str], alt: str) -> bytes:
    """The EXIF block of one sticker.

    Args:
        title, author: of its pack.
        emoji: its own.
        alt: what it shows, in words.
    """
    told = {
        "sticker-pack-name": title,
        "sticker-pack-publisher": author,
        "emojis": list(emoji),
        "accessibility-text": alt,
    }
    data = json.dumps(told, ensure_ascii=False).encode()
    return struct.pack("<2sHIHHHIII", b"II", 42, 8, 1, _TAG, _UNDEFINED, len(data), _OFFSET, 0) + data


def read_sticker_exif(data: bytes) -> dict:
    """What `sticker_exif` wrote into a picture, by its keys; empty where nothing is told."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            told = json.loads(image.getexif().get(_TAG, b"{}"))
    except (OSError, ValueError, SyntaxError, TypeError, RecursionError, Image.DecompressionBombError):
        return {}
    return told if isinstance(told, dict) else {}
