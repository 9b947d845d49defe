"""One picture's bytes, decoded right or refused with a reason.

Whatever a file claims to be, what comes out is 8-bit RGB (or RGBA where some pixel is not opaque), upright, in sRGB.
Formats are found by content, never by extension, from a short list: no format that can run code (PostScript) is tried.
"""

import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms, ImageOps

__all__ = ["MAX_PIXELS", "MAX_SIDE", "Picture", "UnreadablePicture", "decode_picture", "flatten", "looks_like_picture"]

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "ICO", "AVIF")
MAX_PIXELS = 50_000_000  # a 50-megapixel camera; at 4 bytes a pixel decoding stays under 200 MB
MAX_SIDE = 1024  # four times the side that training draws: enough for every crop, and 4 MB at most once decoded
_SIGNATURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
    b"P5",
    b"P6",
    b"\x00\x00\x01\x00",
)
_SRGB = ImageCms.createProfile("sRGB")


class UnreadablePicture(ValueError):
    """The bytes cannot become a picture; the message is the reason, fit for a report."""


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
        return head[8:12] in (b"avif", b"avis")
    return head.startswith(_SIGNATURES)


def decode_picture(data: bytes, *, max_pixels: int = MAX_PIXELS, max_side: int = MAX_SIDE) -> Picture:
    """Decodes `data`; the result is at most `max_side` pixels on its longer side.

    Raises `UnreadablePicture` for empty, foreign, damaged or truncated data and for pictures whose header announces
    more than `max_pixels` pixels (checked before anything is decompressed).
    """
    if not data:
        raise UnreadablePicture("empty file (0 bytes)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged metadata warns; what matters is whether the pixels arrive
        try:
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            width, height = image.size
            if width * height > max_pixels:
                raise UnreadablePicture(f"decompression bomb: {width}x{height} is over {max_pixels:,} pixels")
            return _normalise(image, max_side)
        except UnreadablePicture:
            raise
        except Image.UnidentifiedImageError as error:
            raise UnreadablePicture("not a picture, or its header is damaged") from error
        except Image.DecompressionBombError as error:
            raise UnreadablePicture(f"decompression bomb: over {max_pixels:,} pixels") from error
        except MemoryError as error:
            raise UnreadablePicture("needs more memory than there is") from error
        except Exception as error:  # decoders raise OSError, SyntaxError, struct.error, IndexError... on damaged data
            reason = " ".join(str(error).split())[:80] or type(error).__name__
            raise UnreadablePicture(f"damaged or truncated: {reason}") from error


def flatten(image: Image.Image, ground: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    """The picture as RGB, laid over a plain `ground` where it is transparent."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    canvas = Image.new("RGBA", image.size, (*ground, 255))
    canvas.alpha_composite(image)
    return canvas.convert("RGB")


def _normalise(image: Image.Image, max_side: int) -> Picture:
    format_name = image.format or "unknown"
    notes = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        notes.append(f"animated: first of {frames} frames")
        image.seek(0)
    full_size = image.size
    image.draft(None, (max_side, max_side))  # a large JPEG decodes straight to a half, quarter or eighth
    image.load()
    orientation = image.getexif().get(0x0112, 1)
    profile = image.info.get("icc_profile")
    if orientation in range(2, 9):
        image = ImageOps.exif_transpose(image)
        full_size = full_size[::-1] if orientation >= 5 else full_size
        notes.append(f"rotated: EXIF orientation {orientation}")
    image = _to_eight_bits(image, notes)
    if profile and image.mode in ("RGB", "CMYK", "L", "RGBA"):
        image = _to_srgb(image, profile, notes)
    if image.mode in ("LA", "PA", "La", "RGBa") or (image.mode != "RGBA" and "transparency" in image.info):
        image = image.convert("RGBA")
    elif image.mode not in ("RGB", "RGBA"):
        if image.mode == "CMYK":
            notes.append("CMYK converted to RGB")
        image = image.convert("RGB")
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 255:
        image = image.convert("RGB")
    if max(full_size) > max_side:
        notes.append(f"scaled down: longer side {max(full_size)} to {max_side}")
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    image.info = {}
    return Picture(image, format_name, *full_size, tuple(notes))


def _to_eight_bits(image: Image.Image, notes: list[str]) -> Image.Image:
    """Grey pictures of more than 8 bits: Pillow's own conversion clips at 255 and gives a white page."""
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.asarray(image, dtype=np.float64)
    if image.mode.startswith("I;16") or (image.mode == "I" and values.min() >= 0 and 255 < values.max() <= 65535):
        notes.append("16-bit grey scaled to 8 bits")
        values = values / 257  # 65535 / 255
    elif image.mode == "F" or values.max() > 255 or values.min() < 0:
        notes.append("wide-range grey scaled to 8 bits")
        finite = values[np.isfinite(values)]
        low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
        values = (np.nan_to_num(values, nan=low, posinf=high, neginf=low) - low) / max(high - low, 1e-12) * 255
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def _to_srgb(image: Image.Image, profile: bytes, notes: list[str]) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(source).strip()
        if "sRGB" in name:
            return image
        alpha = image.getchannel("A") if image.mode == "RGBA" else None
        plain = image.convert("RGB") if alpha else image
        plain = ImageCms.profileToProfile(plain, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        notes.append("colour profile unusable: ignored")
        return image
    notes.append(f"colour profile converted to sRGB: {name[:40]}")
    if alpha:
        plain.putalpha(alpha)
    return plain
