"""The best file of a picture that fits into so many bytes.

Without loss where that fits; else the highest quality that does, found by bisection; a PNG or GIF gives up colours.
A WebP keeps its alpha without loss, and gives up levels of it only where no quality of the colours fits beside it.
"""

import io
from collections.abc import Callable

from PIL import Image

__all__ = ["COLOURS", "LOSSY", "encode"]

COLOURS = (256, 192, 128, 96, 64, 48, 32, 16, 8, 4)  # of a palette, most first
LOSSY = ("WEBP", "JPEG", "AVIF")
ICO_SIDES = (16, 32, 48)
ALPHA_QUALITIES = (100, 60, 30, 0)  # of a WebP; 100 is without loss
HIGHEST = 95  # quality beyond which bytes buy nothing to see


def encode(image: Image.Image, kind: str, max_bytes: int | None = None, exif: bytes = b"") -> tuple[bytes, str]:
    """A picture as a file of at most so many bytes.

    Args:
        image: RGB or RGBA.
        kind: PNG, WEBP, AVIF, JPEG, GIF or ICO.
        max_bytes: default no limit.
        exif: block that a WebP carries within its bytes.

    Returns:
        The file, and how it was made, in a few words: "without loss", "quality 71", "64 colours".

    Raises:
        ValueError: no such format, or not even the smallest file fits.
    """
    if kind == "ICO":
        data, how = _save(image, "ICO", sizes=[(side, side) for side in ICO_SIDES]), "without loss"
        if max_bytes is not None and len(data) > max_bytes:
            raise _too_large(image, kind, max_bytes, len(data))
        return data, how
    carried = {"exif": exif} if exif and kind == "WEBP" else {}
    if kind in ("PNG", "WEBP"):
        options = {"optimize": True} if kind == "PNG" else {"lossless": True, "quality": 80, "exact": False}
        data = _save(image, kind, **options, **carried)
        if max_bytes is None or len(data) <= max_bytes:
            return data, "without loss"
    if kind in LOSSY:
        picture = image.convert("RGB") if kind == "JPEG" else image
        return _lossy(picture, kind, max_bytes, carried)
    if kind not in ("PNG", "GIF"):
        raise ValueError(f"`kind` takes PNG, WEBP, AVIF, JPEG, GIF or ICO, got {kind!r}.")
    return _bisected(
        lambda rank: _paletted(image, kind, COLOURS[-rank]), len(COLOURS), "{} colours", image, kind, max_bytes
    )


def _lossy(image: Image.Image, kind: str, max_bytes: int | None, carried: dict) -> tuple[bytes, str]:
    soft = kind == "WEBP" and image.mode == "RGBA" and max_bytes is not None
    for alpha_quality in ALPHA_QUALITIES if soft else (None,):
        options = carried | ({} if alpha_quality is None else {"alpha_quality": alpha_quality})
        if max_bytes is None or alpha_quality in (None, ALPHA_QUALITIES[-1]):
            pass  # nothing else is left to give way
        elif len(_save(image, kind, quality=1, **options)) > max_bytes:
            continue  # not even the coarsest colours fit beside such an alpha
        data, how = _bisected(
            lambda quality, options=options: _save(image, kind, quality=quality, **options),
            HIGHEST, "quality {}", image, kind, max_bytes,
        )  # fmt: skip
        return data, how if alpha_quality in (None, 100) else f"{how}, alpha of quality {alpha_quality}"
    raise AssertionError("the last of the qualities returns or raises")


def _bisected(
    make: Callable[[int], bytes], highest: int, words: str, image: Image.Image, kind: str, max_bytes: int | None
) -> tuple[bytes, str]:
    """The file of the highest rank, 1 to `highest`, that fits."""

    def named(rank: int) -> str:
        return words.format(COLOURS[-rank] if "colours" in words else rank)

    data = make(highest)
    if max_bytes is None or len(data) <= max_bytes:
        return data, named(highest)
    low, high, best = 1, highest - 1, None
    while low <= high:
        middle = (low + high) // 2
        data = make(middle)
        if len(data) <= max_bytes:
            best, low = (data, named(middle)), middle + 1
        else:
            high = middle - 1
    if best is None:
        raise _too_large(image, kind, max_bytes, len(data))
    return best


def _paletted(image: Image.Image, kind: str, colours: int) -> bytes:
    """With so many colours, alpha among them."""
    if kind == "GIF":  # one colour may be transparent, nothing in between
        if image.mode != "RGBA":
            return _save(image.quantize(colours), "GIF")
        flat = image.convert("RGB").quantize(max(2, colours - 1), dither=Image.Dither.NONE)
        hidden = image.getchannel("A").point([255 if alpha < 128 else 0 for alpha in range(256)])
        flat.paste(colours - 1, (0, 0), hidden)
        return _save(flat, "GIF", transparency=colours - 1, disposal=2)
    method = Image.Quantize.FASTOCTREE if image.mode == "RGBA" else Image.Quantize.MEDIANCUT
    return _save(image.quantize(colours, method), "PNG", optimize=True)


def _save(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _too_large(image: Image.Image, kind: str, max_bytes: int, smallest: int) -> ValueError:
    return ValueError(
        f"No {kind} of {image.width}x{image.height} fits into {max_bytes:,} bytes: the smallest has {smallest:,}. "
        "Make the picture plainer or smaller."
    )
