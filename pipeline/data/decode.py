"""The first step: every picture is opened once; what cannot be used leaves with the reason.

    records = check_pictures(read_records(Path("raw")))

Survivors carry in their metadata `width`, `height` (pixels, upright), `alpha` (bool), `format` (by content, whatever
the extension says), `bytes` and `decode_notes`.
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from pipeline.data.record import ImageRecord
from pipeline.pictures.decode import UnreadablePicture

__all__ = ["check_pictures"]

STEP = "decode"
MIN_SIDE = 32  # pixels; below it nothing that a caption names is left in a picture
MAX_ASPECT = 4.0  # banners: a square crop of one shows a quarter of what the caption says
_EXTENSIONS = {
    "JPEG": {".jpg", ".jpeg", ".jpe", ".jfif"},
    "PNG": {".png", ".apng"},
    "TIFF": {".tif", ".tiff"},
    "BMP": {".bmp", ".dib"},
    "PPM": {".ppm", ".pgm"},
}


def check_pictures(
    records: Iterable[ImageRecord], *, min_side: int = MIN_SIDE, max_aspect: float = MAX_ASPECT
) -> Iterator[ImageRecord]:
    """Decodes every picture. Drops the unreadable, those with a side under `min_side` pixels, and those longer than
    `max_aspect` times their other side."""
    for record in records:
        yield record if record.dropped else _check(record, min_side, max_aspect)


def _check(record: ImageRecord, min_side: int, max_aspect: float) -> ImageRecord:
    try:
        data_size = len(record.source.read_bytes())
        picture = record.picture()
    except UnreadablePicture as error:
        reason, _, detail = str(error).partition(":")
        return record.drop(STEP, reason, detail.strip())
    except OSError as error:
        return record.drop(STEP, "cannot be read", str(error)[:200])
    notes = list(picture.notes)
    suffix = PurePosixPath(record.source.member or record.source.path.name).suffix.lower()
    expected = _EXTENSIONS.get(picture.format, {f".{picture.format.lower()}"})
    if suffix not in expected and record.source.kind != "parquet":
        notes.append(f"wrong extension: {suffix or 'none'} holds {picture.format}")
    record = record.with_metadata(
        width=picture.width,
        height=picture.height,
        alpha=picture.image.mode == "RGBA",
        format=picture.format,
        bytes=data_size,
        decode_notes=notes,
    )
    short, long = sorted((picture.width, picture.height))
    if short < min_side:
        return record.drop(STEP, "too small", f"{picture.width}x{picture.height}, shorter side under {min_side}")
    if long > max_aspect * short:
        return record.drop(STEP, "too narrow", f"{picture.width}x{picture.height}, ratio over {max_aspect:g}")
    return record
