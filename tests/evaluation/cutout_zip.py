"""A tiny input: some drawn shapes in two styles, as a zip of RGBA pictures with a metadata.jsonl."""

import io
import json
import zipfile
from pathlib import Path

from PIL import Image, ImageDraw

__all__ = ["COLOURS", "SHAPES", "write_cutouts"]

COLOURS = {"red": (214, 48, 49), "green": (39, 144, 74), "blue": (44, 92, 199)}
SHAPES = ("disc", "square", "cross", "ring", "arch")


def draw_shape(shape: str, colour: tuple[int, int, int], rounded: bool, side: int = 96) -> Image.Image:
    image = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(image)
    edge = {"outline": (0, 0, 0, 255), "width": 5} if rounded else {}
    box = (8, 8, side - 9, side - 9)
    if shape == "disc":
        draw.ellipse(box, (*colour, 255), **edge)
    elif shape == "square":
        draw.rectangle(box, (*colour, 255), **edge)
    elif shape == "cross":
        draw.rectangle((36, 8, 60, 87), (*colour, 255), **edge)
        draw.rectangle((8, 36, 87, 60), (*colour, 255), **edge)
    elif shape == "ring":
        draw.ellipse(box, outline=(*colour, 255), width=18)
    else:
        draw.pieslice((8, 8, side - 9, 2 * side - 26), 180, 360, (*colour, 255), **edge)
    return image


def write_cutouts(folder: Path, also: dict[str, str] | None = None) -> Path:
    """Fill ``folder`` with "flat.zip" and "inked.zip": every shape in every colour in both styles; return it.

    ``also`` adds rows of other names with the very same drawing: {"red disc": "ball"}.
    """
    folder.mkdir(parents=True, exist_ok=True)
    things = [(f"{name} {shape}", shape, colour) for shape in SHAPES for name, colour in COLOURS.items()]
    things += [(also[phrase], shape, colour) for phrase, shape, colour in things if phrase in (also or {})]
    for style, rounded in (("flat", False), ("inked", True)):
        rows = []
        with zipfile.ZipFile(folder / f"{style}.zip", "w") as archive:
            for phrase, shape, colour in things:
                stream = io.BytesIO()
                draw_shape(shape, colour, rounded).save(stream, "PNG")
                archive.writestr(f"{phrase}.png", stream.getvalue())
                name = next(name for name, value in COLOURS.items() if value == colour)
                row = {"file_name": f"{phrase}.png", "text": phrase, "phrase": phrase, "style": f"{style} shape"}
                row |= {"colours": [name], "colour_frac": [0.8]}
                rows.append(row | {"bbox": [8, 8, 88, 88], "keywords": ["figure", phrase[::-1]]})
            archive.writestr("metadata.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    return folder
