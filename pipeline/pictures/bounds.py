"""What a file asks of its decoder beyond the size in its header, read without decoding anything."""

import re
import struct

__all__ = ["MAX_SCANS", "icon_pixels", "jpeg_scans"]

MAX_SCANS = 500  # of a JPEG; programs write up to some twenty
_MAX_MARKERS = 20_000
_MARKER = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")  # none of those that stand within a scan
_SCAN, _END, _WITHOUT_LENGTH = 0xDA, 0xD9, (0x01, 0xD8)
_PNG = b"\x89PNG\r\n\x1a\n"


def jpeg_scans(data: bytes) -> int:
    """How many times a JPEG goes over its picture; more than ``MAX_SCANS`` where that is not seen soon.

    A scan of nothing but "as before" takes a hundred bytes, and a decoder as long as any other one: 267 kB of them
    over 40 megapixels took 23 seconds.
    """
    at = scans = 0
    for _ in range(_MAX_MARKERS):
        found = _MARKER.search(data, at)
        if found is None or (kind := found[1][0]) == _END:
            return scans
        at, scans = found.end(), scans + (kind == _SCAN)
        if kind not in _WITHOUT_LENGTH:
            at += int.from_bytes(data[at : at + 2], "big")
    return MAX_SCANS + 1


def icon_pixels(data: bytes) -> tuple[int, int]:
    """(width, height) of the largest picture in an ICO file: the directory's own sizes end at 256, and Pillow decodes
    one of the pictures when it opens the file.
    """
    largest = (0, 0)
    for at in range(6, min(len(data) - 15, 6 + 16 * int.from_bytes(data[4:6], "little")), 16):
        (start,) = struct.unpack_from("<I", data, at + 12)
        head = data[start : start + 24]
        if head.startswith(_PNG) and len(head) == 24:
            size = struct.unpack_from(">II", head, 16)
        elif len(head) >= 12:
            width, height = struct.unpack_from("<ii", head, 4)
            size = (abs(width), abs(height) // 2)
        else:
            continue
        largest = max(largest, size, key=lambda each: each[0] * each[1])
    return largest
