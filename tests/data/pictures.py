"""Made pictures and raw folders for the data tests: simple drawings that differ the way real ones do."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from pipeline.data.record import ImageRecord, ImageSource


def drawing(seed: int, *, side: int = 96, mode: str = "RGB") -> Image.Image:
    """A few coloured shapes on white, or on nothing for RGBA."""
    generator = np.random.default_rng(seed)
    image = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        x, y = generator.integers(0, side * 2 // 3, 2).tolist()
        size = int(generator.integers(side // 5, side // 2))
        colour = (*generator.integers(0, 220, 3).tolist(), 255)
        shape = draw.ellipse if generator.random() < 0.5 else draw.rectangle
        shape((x, y, x + size, y + size), fill=colour)
    if mode == "RGBA":
        return image
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    return ground.convert(mode)


def encoded(image: Image.Image, format_name: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def record_of(path: Path, image: Image.Image, *, text: str = "", **metadata) -> ImageRecord:
    """The picture written to `path` as PNG, as a record whose key is the file's name."""
    path.write_bytes(encoded(image))
    return ImageRecord(path.name, ImageSource(path), text, metadata)
