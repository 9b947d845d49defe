"""A picture as the file that somebody takes away: PNG, JPEG, WebP or AVIF, with the recipe inside.

    data = convert(rendered.png, "jpeg")
    read_recipe(Image.open(io.BytesIO(data))) == rendered.recipe

The PNG is the picture itself and WebP keeps every pixel of it, so both are compared with a link's pixel hash; JPEG and
AVIF are made at a quality at which it "looks the same". What is transparent stays so, but in JPEG, which has none: on
white. The recipe is PNG text, and in the others the EXIF field that
AUTOMATIC1111-style programs write and read (UserComment). Content Credentials, if any, are added afterwards.
"""

import io
import logging
import struct
from pathlib import Path

from PIL import Image, PngImagePlugin

from pipeline.pictures.decode import flatten
from pipeline.recipe.record import ParsedLink, Recipe

__all__ = ["FORMATS", "SUFFIXES", "convert", "png_info", "read_file_recipe", "read_png"]
__all__ += ["read_recipe"]

FORMATS = ("png", "jpeg", "webp", "avif")
SUFFIXES = {"png": ".png", "jpeg": ".jpg", "webp": ".webp", "avif": ".avif"}
AVIF_QUALITY = 90  # with full chroma
JPEG_QUALITY = 95  # with full chroma: 44.9 dB or more on the marked tiles of weights/grid.png
_EXIF_IFD, _USER_COMMENT = 0x8769, 0x9286  # Exif 2.32, tables 4 and 7
_UNICODE, _ASCII = b"UNICODE\0", b"ASCII\0\0\0"
_UNREADABLE = (OSError, ValueError, SyntaxError, TypeError, KeyError, AttributeError, IndexError, struct.error)
_logger = logging.getLogger(__name__)


def png_info(recipe: Recipe) -> PngImagePlugin.PngInfo:
    """The PNG text that carries a recipe: `parameters` (tEXt, or iTXt beyond Latin-1) and `easel_recipe` (iTXt)."""
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", recipe.to_parameters())
    info.add_itxt("easel_recipe", recipe.to_json())
    return info


def read_png(image: Image.Image | str | Path) -> Recipe | None:
    """The recipe in a PNG's text (opened image or path), or None where there is none that can be read.

    Text proves nothing: anyone can write it. It says what to draw again, not who drew it.
    """
    if not isinstance(image, Image.Image):
        with Image.open(image, formats=("PNG", "JPEG", "WEBP")) as opened:
            return read_png(opened)
    found = read_png_text(image)
    return None if found is None else found.recipe


def read_png_text(image: Image.Image) -> ParsedLink | None:
    """`read_png` of an opened picture, with notes on what was left out."""

    def of_json(text: str) -> ParsedLink:
        return ParsedLink(Recipe.from_json(text), None, ())

    for key, read in (("easel_recipe", of_json), ("parameters", Recipe.parse_parameters)):
        text = image.info.get(key)
        if isinstance(text, str):
            try:
                return read(text)
            except ValueError as error:
                _logger.info("PNG text %r holds no recipe: %s", key, error)
    return None


def convert(png: bytes, file_format: str, quality: int | None = None) -> bytes:
    """The file in one of `FORMATS`, with the recipe of the PNG's text. "png" gives back the same bytes.

    Args:
        quality: 0 to 100, of JPEG, and of WebP with loss; None is Easel's own, at which WebP has none.

    Raises:
        ValueError: another format, or the PNG holds no recipe.
    """
    if file_format not in FORMATS:
        raise ValueError(f"`file_format` is one of {', '.join(FORMATS)}, got {file_format!r}.")
    if file_format == "png":
        return png
    with Image.open(io.BytesIO(png)) as image:
        recipe = read_png(image)
        if recipe is None:
            raise ValueError("`png` takes a PNG file with a recipe in its text, got one without.")
        exif = _exif(_UNICODE + recipe.to_parameters().encode("utf-16-be"))
        file = io.BytesIO()
        picture = image.convert("RGBA" if image.has_transparency_data else "RGB")
        if file_format == "jpeg":
            chosen = JPEG_QUALITY if quality is None else quality
            flatten(picture).save(file, "JPEG", quality=chosen, subsampling=0, exif=exif)
        elif file_format == "avif":
            chosen = AVIF_QUALITY if quality is None else quality
            picture.save(file, "AVIF", quality=chosen, subsampling="4:4:4", exif=exif)
        else:
            chosen = 75 if quality is None else quality  # without loss it is the effort
            picture.save(file, "WEBP", lossless=quality is None, exact=True, quality=chosen, exif=exif)
    return file.getvalue()


def read_recipe(image: Image.Image | str | Path) -> Recipe | None:
    """The recipe in a file; see `read_file_recipe`."""
    found = read_file_recipe(image)
    return None if found is None else found.recipe


def read_file_recipe(image: Image.Image | str | Path) -> ParsedLink | None:
    """The recipe in a file (opened image or path): PNG text or EXIF; None where there is none that can be read.

    Of another program's text what can be used is kept, and the notes say what was not. Text proves nothing: anyone can
    write it. It says what to draw again, not who drew it.
    """
    if not isinstance(image, Image.Image):
        with Image.open(image, formats=("PNG", "JPEG", "WEBP", "AVIF")) as opened:
            return read_file_recipe(opened)
    if (found := read_png_text(image)) is not None:
        return found
    try:
        comment = image.getexif().get_ifd(_EXIF_IFD).get(_USER_COMMENT)
    except _UNREADABLE as error:  # EXIF is the uploader's, and Pillow decodes it only now
        _logger.info("EXIF cannot be read: %s", error)
        return None
    for text in _texts(comment):
        try:
            return Recipe.parse_parameters(text)
        except ValueError as error:
            _logger.info("the EXIF comment holds no recipe: %s", error)
    return None


def _exif(comment: bytes) -> bytes:
    """An EXIF block with this UserComment, of type UNDEFINED as the standard has it; Pillow writes it as BYTE.

    A header, a directory with one entry that leads to the EXIF directory, and that with one entry.
    """
    head = b"MM\0*" + struct.pack(">I", 8)
    first = struct.pack(">HHHIII", 1, _EXIF_IFD, 4, 1, 26, 0)
    second = struct.pack(">HHHIII", 1, _USER_COMMENT, 7, len(comment), 44, 0)
    return b"Exif\0\0" + head + first + second + comment


def _texts(comment: bytes | str | None) -> list[str]:
    """What a UserComment may say: programs disagree on the byte order of its 16-bit letters."""
    if isinstance(comment, str):
        return [comment]
    if not isinstance(comment, bytes):
        return []
    if comment.startswith(_UNICODE):
        return [comment.removeprefix(_UNICODE).decode(f"utf-16-{order}", "replace") for order in ("be", "le")]
    return [comment.removeprefix(_ASCII).decode("utf-8", "replace")]
