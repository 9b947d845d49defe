"""Pictures side by side with their words below: to see a whole set at a glance."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from pipeline.watermark import WatermarkKey, embed_checked
from pipeline.watermark.detect import MAX_SIDE
from pipeline.watermark.embed import LATEST, MIN_AREA

__all__ = ["contact_sheet"]

CELL, LABEL, GAP = 160, 22, 12  # pixels
INK, GROUND = (40, 40, 44), (255, 255, 255)


def contact_sheet(
    pictures: Sequence[Image.Image | None], labels: Sequence[str], columns: int = 5, key: WatermarkKey | None = None
) -> Image.Image:
    """RGB, marked: a grid of pictures on white, each with its label cut to its cell.

    Args:
        pictures: None leaves its place empty.
        labels: of each.
        columns: a row; where that would be larger than a mark is looked for at, the grid is as wide as it is high.
        key: of the watermark.
    """
    if not pictures or len(pictures) != len(labels):
        raise ValueError(f"A sheet takes a label for each picture, got {len(labels)} for {len(pictures)}.")
    columns = min(columns, len(pictures))
    width, height = CELL + GAP, CELL + LABEL + GAP
    if GAP + max(columns * width, math.ceil(len(pictures) / columns) * height) > MAX_SIDE:
        columns = math.ceil(math.sqrt(len(pictures)))
    size = (GAP + columns * width, GAP + math.ceil(len(pictures) / columns) * height)
    size = (size[0], max(size[1], math.ceil(MIN_AREA / size[0])))  # what a mark needs
    sheet = Image.new("RGB", size, GROUND)
    brush, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        left, top = GAP + number % columns * width, GAP + number // columns * height
        brush.text((left + CELL / 2, top + CELL + LABEL / 2), _cut(label, font), INK, font, anchor="mm")
        if picture is None:
            continue
        small = picture.convert("RGBA").convert("RGBa")
        scale = CELL / max(small.size)
        small = small.resize(
            (max(1, round(small.width * scale)), max(1, round(small.height * scale))), Image.Resampling.LANCZOS
        )
        small = small.convert("RGBA")
        sheet.paste(small, (left + (CELL - small.width) // 2, top + (CELL - small.height) // 2), small)
    return embed_checked(sheet, key, version=LATEST)


def _cut(label: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """What of a label fits below its picture."""
    if font.getlength(label) <= CELL:
        return label
    while label and font.getlength(label + "…") > CELL:
        label = label[:-1]
    return label.rstrip() + "…"
