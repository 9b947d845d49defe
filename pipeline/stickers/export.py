"""A cut-out as the file that one place takes: fitted, decorated, marked, squeezed, and checked after it is written.

    sticker = export(picture, find_target("whatsapp"), payload=recipe.id32)
    sticker.data, sticker.sentence

The mark is written last of all into the pixels that leave, and looked for in the bytes that leave. Below 256x256
pixels no mark can be written: there, what is left of the mark that the picture came with is looked for, and the answer
says whether there is any.
"""

import io
from dataclasses import dataclass

from PIL import Image

from pipeline.stickers.check import check_file
from pipeline.stickers.decorate import Decoration, fitted, on_ground, trimmed
from pipeline.stickers.encode import encode
from pipeline.stickers.targets import Target
from pipeline.watermark import Detection, WatermarkError, WatermarkKey, default_key, embed_checked, verify
from pipeline.watermark.embed import LATEST, MIN_AREA

__all__ = ["SUFFIXES", "Exported", "export"]

SUFFIXES = {"PNG": ".png", "WEBP": ".webp", "AVIF": ".avif", "JPEG": ".jpg", "GIF": ".gif", "ICO": ".ico"}
MIN_SIDE = 64  # pixels: smaller ones are not looked at for a mark


@dataclass(frozen=True)
class Exported:
    """A file that keeps to all limits of its target."""

    data: bytes
    target: Target
    format: str
    width: int
    height: int
    how: str  # it was squeezed
    mark: Detection | None  # what is read of the mark in this very file; None where it is too small to look

    @property
    def suffix(self) -> str:
        """Of a file name."""
        return SUFFIXES[self.format]

    @property
    def marked(self) -> bool:
        """Whether the mark is found in this very file."""
        return self.mark is not None and self.mark.result == "GENERATED"

    @property
    def sentence(self) -> str:
        """For the person who takes it."""
        made = (
            f"{self.target.title}: {self.format} of {self.width}x{self.height}, {len(self.data):,} bytes, {self.how}."
        )
        if self.marked:
            return f"{made} The watermark was read back from it."
        return f"{made} At this size the watermark is gone: nothing in the file says that Easel made it."


def export(
    image: Image.Image,
    target: Target,
    *,
    decoration: Decoration | None = None,
    ground: str = "#ffffff",
    kind: str | None = None,
    key: WatermarkKey | None = None,
    payload: int | None = None,
    exif: bytes = b"",
) -> Exported:
    """The file of a picture for a target.

    Args:
        image: RGBA, or any other mode, of which all is seen.
        target: where it goes.
        decoration: margin, die-cut edge and shadow; default what the target advises.
        ground: colour laid below where the target takes no transparency.
        kind: one of the target's formats; default its first.
        key: of the watermark; default `default_key()`.
        payload: 32 bits to write into the mark, `Recipe.id32`.
        exif: block that a WebP carries.

    Raises:
        ValueError: the picture shows nothing, the target does not take the format, or no file fits into its bytes.
        WatermarkError: the mark cannot be read back from the file.
    """
    kind = kind or target.formats[0]
    if kind not in target.formats:
        raise ValueError(f"`kind` takes {' or '.join(target.formats)} for {target.name}, got {kind!r}.")
    key = key or default_key()
    picture = _placed(image, target, decoration or Decoration(outline=target.outline))
    if target.opaque or kind == "JPEG":
        picture = on_ground(picture, ground)
    large = picture.width * picture.height >= MIN_AREA
    if large and not _holds(picture, key, payload):
        picture = embed_checked(picture, key, payload, version=LATEST)
    data, how = encode(picture, kind, target.max_bytes, exif)
    if broken := check_file(data, target):
        raise ValueError(f"The file for {target.name} breaks its limits: {'; '.join(broken)}.")
    mark = _read(data, key)
    if large and (mark is None or mark.result != "GENERATED"):
        raise WatermarkError(
            f"The watermark cannot be read back from this picture as {kind} of {len(data):,} bytes ({how}). Make it "
            "plainer, or take a target with more bytes."
        )
    return Exported(data, target, kind, picture.width, picture.height, how, mark)


def _placed(image: Image.Image, target: Target, decoration: Decoration) -> Image.Image:
    """RGBA on the target's canvas; as it is where it stands there already, so that its mark stays."""
    cutout = trimmed(image)
    size = target.size
    if target.fit == "one side":  # the other follows the picture, but leaves enough for a mark
        scale = size[0] / max(cutout.size)
        size = max(size[0] // 4, round(cutout.width * scale)), max(size[0] // 4, round(cutout.height * scale))
    margin = target.margin if decoration.margin is None else decoration.margin
    if image.size == size and not (decoration.outline or decoration.shadow):
        left, top, right, bottom = image.convert("RGBA").getchannel("A").getbbox() or (0, 0, *size)
        if min(left, top, size[0] - right, size[1] - bottom) >= margin:
            return image.convert("RGBA")
    return fitted(image, size, decoration, target.margin)


def _holds(picture: Image.Image, key: WatermarkKey, payload: int | None) -> bool:
    """Whether the mark with this payload is there, strong enough to leave no doubt."""
    if payload is None:
        return False
    found = verify(picture, key)
    return found.confidence == "HIGH" and found.payload == payload and not found.undone


def _read(data: bytes, key: WatermarkKey) -> Detection | None:
    with Image.open(io.BytesIO(data)) as file:
        if min(file.size) < MIN_SIDE:
            return None
        file.load()
        return verify(file, key)
