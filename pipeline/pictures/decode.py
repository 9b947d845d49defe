"""The one place where a picture from outside is opened: its bytes decoded right, or refused with a reason.

    picture = decode_picture(data)                # or a path
    picture.image                                 # upright, 8-bit sRGB: RGB, or RGBA where some pixel is not opaque

Formats are found by content, never by extension, from a short list: nothing that starts another program (PostScript)
or unpacks without a bound is tried. The header's size is checked before anything is decompressed, large pictures are
decoded one at a time, and what comes out is no larger than who asked needs.
"""

import functools
import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageCms, ImageOps

from pipeline.pictures.bounds import MAX_SCANS, icon_pixels, jpeg_scans

__all__ = ["FORMATS", "MAX_PIXELS", "MAX_SIDE", "Picture", "UnreadablePicture", "decode_picture", "flatten"]
__all__ += ["looks_like_picture", "open_header"]

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "ICO", "AVIF")
MAX_PIXELS = 50_000_000  # a 50-megapixel camera; at 4 bytes a pixel decoding stays under 200 MB
MAX_SIDE = 1024  # four times the side that training draws: enough for every crop, and 4 MB at most once decoded
_ICON = b"\x00\x00\x01\x00"
_SIGNATURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
    b"P5",
    b"P6",
    _ICON,
)
_AVIF_BRANDS = (b"avif", b"avis")
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_LARGE = 4_000_000  # pixels from which on one picture at a time is decoded
_MAX_PASSES = 2_000_000_000  # pixels times scans of a JPEG: some seconds
_one_at_a_time = threading.Lock()


class UnreadablePicture(ValueError):
    """The bytes cannot become a picture; the message is the reason, fit for a report.

    Attributes:
        kind: "foreign" (no picture that is read here), "heic" (not without the package pillow-heif), "large" or
            "damaged".
        size: (width, height) in pixels, where the header was read.
    """

    def __init__(self, reason: str, kind: str = "damaged", size: tuple[int, int] | None = None):
        super().__init__(reason)
        self.kind, self.size = kind, size

    def sentence(self, name: str, max_pixels: int = MAX_PIXELS) -> str:
        """The reason in one sentence for the person whose file it is."""
        if self.kind == "large":
            has = "too many" if self.size is None else f"{self.size[0]}x{self.size[1]}"
            return (
                f"{name} has {has} pixels; up to {max_pixels / 1e6:.0f} million are taken. "
                "Make it smaller and try again."
            )
        if self.kind == "heic":
            return f"{name} is a HEIC picture, which cannot be read here. Save it as PNG or JPEG and try once more."
        if self.kind == "foreign":
            return f"{name} cannot be read as a picture. Use a PNG, JPEG or WebP file."
        return f"{name} is damaged. Save it again as PNG or JPEG and try once more."


@dataclass(frozen=True)
class Picture:
    """A decoded picture: `image` in mode RGB or RGBA, the `format` found by content, the size (`width`, `height`) the
    file had after rotation, and `notes`, one short phrase for everything that decoding had to put right."""

    image: Image.Image
    format: str
    width: int
    height: int
    notes: tuple[str, ...]


def looks_like_picture(head: bytes) -> bool:
    """Whether the first 16 bytes of a file carry the signature of a picture format that `decode_picture` reads."""
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    if head[4:8] == b"ftyp":
        return head[8:12] in _AVIF_BRANDS or (head[8:12] in _HEIC_BRANDS and _reads_heic())
    return head.startswith(_SIGNATURES)


def decode_picture(
    data: bytes | str | Path, *, max_pixels: int = MAX_PIXELS, max_side: int | None = MAX_SIDE
) -> Picture:
    """Decodes a file's bytes, or the file at a path; the result is at most `max_side` pixels on its longer side.

    Raises:
        UnreadablePicture: empty, foreign, damaged or truncated data, or a header that announces more than
            `max_pixels` pixels (checked before anything is decompressed).
        OSError: the path cannot be read.
    """
    with open_header(data, max_pixels=max_pixels) as image:
        if image.width * image.height < _LARGE:
            return _normalise(image, max_side)
        with _one_at_a_time:
            return _normalise(image, max_side)


@contextmanager
def open_header(data: bytes | str | Path, *, max_pixels: int = MAX_PIXELS) -> Iterator[Image.Image]:
    """The picture opened, its size checked and nothing decoded: for what its text says.

    Raises:
        UnreadablePicture: as `decode_picture`, and for whatever decoding raises inside the block.
    """
    data = data if isinstance(data, bytes) else Path(data).read_bytes()
    if not data:
        raise UnreadablePicture("empty file (0 bytes)", "foreign")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged metadata warns; what matters is whether the pixels arrive
        try:
            if data.startswith(_ICON):
                _check_size(icon_pixels(data), max_pixels)
            with Image.open(io.BytesIO(data), formats=_formats(data[:16])) as image:
                _check_size(image.size, max_pixels)
                if image.format in ("JPEG", "MPO"):
                    _check_scans(data, image.size)
                yield image
        except UnreadablePicture:
            raise
        except Image.UnidentifiedImageError as error:
            raise UnreadablePicture("not a picture, or its header is damaged", "foreign") from error
        except Image.DecompressionBombError as error:
            raise UnreadablePicture(f"decompression bomb: over {max_pixels:,} pixels", "large") from error
        except MemoryError as error:
            raise UnreadablePicture("needs more memory than there is") from error
        except Exception as error:  # decoders raise OSError, SyntaxError, struct.error, IndexError... on damaged data
            reason = " ".join(str(error).split())[:80] or type(error).__name__
            raise UnreadablePicture(f"damaged or truncated: {reason}") from error


def flatten(image: Image.Image, ground: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    """The picture as RGB, laid over a plain `ground` where it is transparent."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    canvas = Image.new("RGBA", image.size, (*ground, 255))
    canvas.alpha_composite(image.convert("RGBA"))
    return canvas.convert("RGB")


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise UnreadablePicture(f"decompression bomb: {width}x{height} is over {max_pixels:,} pixels", "large", size)


def _check_scans(data: bytes, size: tuple[int, int]) -> None:
    scans, pixels = jpeg_scans(data), max(size[0] * size[1], _LARGE)
    if scans > MAX_SCANS or scans * pixels > _MAX_PASSES:
        raise UnreadablePicture(f"decompression bomb: {scans} scans of {size[0]}x{size[1]} pixels")


def _formats(head: bytes) -> tuple[str, ...]:
    """What may be tried on a file that begins so."""
    if head[4:8] != b"ftyp" or head[8:12] not in _HEIC_BRANDS:
        return FORMATS
    if not _reads_heic():
        raise UnreadablePicture("HEIC: the package pillow-heif is not installed", "heic")
    return (*FORMATS, "HEIF")


@functools.cache
def _reads_heic() -> bool:
    if find_spec("pillow_heif") is None:
        return False
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)
    return True


def _normalise(image: Image.Image, max_side: int | None) -> Picture:
    format_name = image.format or "unknown"
    notes: list[str] = []
    if getattr(image, "is_animated", False):  # its frames are not counted: that takes reading all of a hostile file
        notes.append("animated: the first frame")
        image.seek(0)
    full_size = image.size
    side = max_side or max(full_size)
    if image.mode != "CMYK":
        image.draft(None, (side, side))  # a large JPEG decodes straight to a half, quarter or eighth
    image.load()
    orientation, profile = _orientation(image), image.info.get("icc_profile")
    if image.mode == "CMYK" and format_name == "JPEG" and "adobe" not in image.info:
        image = ImageChops.invert(image)  # Pillow takes every one for Adobe's, which are stored inverted
    image = _shrunk(_to_eight_bits(image, notes), side)
    if orientation != 1:
        full_size = (full_size[1], full_size[0]) if orientation >= 5 else full_size
        notes.append(f"rotated: EXIF orientation {orientation}")
        image = _upright(image, orientation)
    if image.mode == "CMYK":
        notes.append("CMYK converted to RGB")
    if profile and image.mode in ("RGB", "CMYK", "L", "RGBA"):
        image = _to_srgb(image, profile, notes)
    image = image if image.mode in ("RGB", "RGBA") else image.convert("RGB")
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 255:
        image = image.convert("RGB")
    if max(full_size) > side:
        notes.append(f"scaled down: longer side {max(full_size)} to {side}")
    image.info = {}
    return Picture(image, format_name, *full_size, tuple(notes))


def _orientation(image: Image.Image) -> int:
    try:
        orientation = image.getexif().get(0x0112, 1)
    except Exception:  # EXIF is the uploader's, and Pillow decodes it only now: without it the picture is as stored
        return 1
    return orientation if isinstance(orientation, int) and 2 <= orientation <= 8 else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.info = {"exif": exif.tobytes()}
    return ImageOps.exif_transpose(image)


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    """Modes that cannot be averaged (palettes, two levels) become ones that can; then the picture is scaled down.

    Shrinking comes before everything else, because every later step copies the picture.
    """
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        image = image.convert("RGB")
    if max(image.size) > side:
        info = image.info
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        image.info = info
    return image


def _to_eight_bits(image: Image.Image, notes: list[str]) -> Image.Image:
    """Grey pictures of more than 8 bits: Pillow's own conversion clips at 255 and gives a white page."""
    is_sixteen = image.mode.startswith("I;16")
    if not is_sixteen and image.mode not in ("I", "F"):
        return image
    whole = image.mode != "F"
    values = np.array(image, dtype=np.float32)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    np.nan_to_num(values, copy=False, nan=low, posinf=high, neginf=low)
    if is_sixteen or 0 <= low and 255 < high <= 65535:
        notes.append("16-bit grey scaled to 8 bits")
        values /= 257  # 65535 / 255
    elif low >= 0 and high <= 1 and not whole:
        notes.append("grey from 0 to 1 scaled to 8 bits")
        values *= 255
    elif low < 0 or high > 255:
        notes.append("wide-range grey scaled to 8 bits")
        values -= low
        values *= 255 / max(high - low, 1e-12)
    return Image.fromarray(np.rint(values, out=values).astype(np.uint8))


@functools.cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _to_srgb(image: Image.Image, profile: bytes, notes: list[str]) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(source).strip()
        if "sRGB" in name:
            return image
        alpha = image.getchannel("A") if image.mode == "RGBA" else None
        plain = image.convert("RGB") if alpha else image
        plain = ImageCms.profileToProfile(plain, source, _srgb(), outputMode="RGB") or plain
    except (ImageCms.PyCMSError, OSError, ValueError):
        notes.append("colour profile unusable: ignored")
        return image
    notes.append(f"colour profile converted to sRGB: {name[:40]}")
    if alpha:
        plain.putalpha(alpha)
    return plain
