"""Words written in the picture: straight, arched, or on a banner, in Fredoka One (SIL Open Font License)."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import font_fredoka_one
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from pipeline.scene.colours import colour_hex
from pipeline.scene.record import MAX_TEXT, Lettering, Scene

__all__ = ["asked_for", "missing_letters", "write"]

_FINE = 2  # drawn so many times as large, then made smaller: smooth edges
_SIZE = 0.15  # height of a line, of the shorter side, where none is said
_WIDE = 0.86  # of the picture's width, at most
_EDGE = 0.09  # width of the outline, of the letters' height
_MARGIN = 0.045  # of the shorter side, from the edge of the picture
_ARC = 1.25  # radians that arched words take at most
_NOTCH = 0.35  # of a banner's height, of the cut in its ends


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_fredoka_one.font_files["FredokaOne"], size)


def _mask(font: ImageFont.FreeTypeFont, letter: str) -> bytes:
    mask: Any = font.getmask(letter)  # a buffer, which its type does not say
    return bytes(mask)


def missing_letters(text: str) -> str:
    """The letters of a text that the font does not have, each once."""
    font = _font(40)
    unknown = _mask(font, "\U0010fffd")
    return "".join(letter for letter in dict.fromkeys(text) if not letter.isspace() and _mask(font, letter) == unknown)


def asked_for(
    text: str | None, *, alone: bool, colour: Callable[[str], str | None]
) -> tuple[Lettering | None, str | None]:
    """The words to be written, as a prompt asks for them: large in the middle where they are all that is asked for.

    Args:
        text: the words; behind a line break, what colour they shall have.
        alone: whether nothing else is asked for.
        colour: the palette's name for a colour that is said.

    Returns:
        The lettering; and the text, where the font has not all its letters.
    """
    own, _, said = (text or "").partition("\n")
    own = own.strip()[:MAX_TEXT]
    if not own:
        return None, None
    if missing_letters(own):
        return None, own
    told = colour(said) if said else None
    lettering = Lettering(own, place="middle", size=0.45) if alone else Lettering(own)
    return (replace(lettering, colour=told) if told else lettering), None


def write(scene: Scene, palette: Mapping[str, str] | None = None) -> torch.Tensor | None:
    """A scene's lettering.

    Args:
        scene: its size and its lettering.
        palette: names of colours and their values.

    Returns:
        (4, height, width) in [0, 1], colours multiplied by alpha, for ``compose_scene(front=...)``; None where there
        is no lettering.

    Raises:
        ValueError: the font has not all its letters; the message names them.
    """
    lettering = scene.lettering
    if lettering is None:
        return None
    if missing := missing_letters(lettering.text):
        raise ValueError(f"`lettering` takes letters of the font, got {missing!r}, which it does not have.")
    width, height = _FINE * scene.width, _FINE * scene.height
    canvas = Image.new("RGBA", (width, height))
    colour = colour_hex(lettering.colour, palette)
    outline = None if lettering.outline is None else colour_hex(lettering.outline, palette)
    lines = [line.strip() for line in lettering.text.split("\n") if line.strip()]
    font = _fitting(lines, lettering, width, min(width, height))
    block = _block(lines, font, lettering.form, colour, outline)
    margin = round(_MARGIN * min(width, height))
    left = (width - block.width) // 2
    top = {"top": margin, "middle": (height - block.height) // 2, "bottom": height - margin - block.height}
    canvas.alpha_composite(block, (max(0, left), max(0, top[lettering.place])))
    values = np.asarray(canvas, dtype=np.float32) / 255
    values[..., :3] *= values[..., 3:]
    tensor = torch.from_numpy(values).permute(2, 0, 1)
    return torch.nn.functional.avg_pool2d(tensor, _FINE)


def _fitting(lines: list[str], lettering: Lettering, width: int, shorter: int) -> ImageFont.FreeTypeFont:
    """The font at the size that is asked for, or smaller, so that the longest line fits."""
    size = (lettering.size or _SIZE / len(lines) ** 0.5) * shorter
    font = _font(max(8, round(size)))
    around = 2.6 if lettering.form == "banner" else 2 * _EDGE  # of the size: ends of the ribbon, or the outline
    longest = max(font.getlength(line) for line in lines) + around * size
    room = _WIDE * width
    if longest > room:
        font = _font(max(8, math.floor(size * room / longest)))
    return font


def _block(lines: list[str], font, form: str, colour: str, outline: str | None) -> Image.Image:
    """The words alone, on nothing."""
    edge = 0 if outline is None else max(1, round(_EDGE * font.size))
    if form == "arched":
        return _arched(lines, font, colour, outline, edge)
    if form == "banner":
        return _banner(lines, font, colour, outline or "#ffffff")
    return _straight(lines, font, colour, outline, edge)


def _straight(lines: list[str], font, colour: str, outline: str | None, edge: int) -> Image.Image:
    wide = math.ceil(max(font.getlength(line) for line in lines)) + 2 * edge + 2
    step = math.ceil(1.15 * font.size)
    block = Image.new("RGBA", (wide, step * len(lines) + 2 * edge + round(0.15 * font.size)))
    draw = ImageDraw.Draw(block)
    for at, line in enumerate(lines):
        place = (wide / 2, edge + (at + 0.5) * step)
        draw.text(place, line, fill=colour, font=font, anchor="mm", stroke_width=edge, stroke_fill=outline)
    return block


def _arched(lines: list[str], font, colour: str, outline: str | None, edge: int) -> Image.Image:
    """Letters along a circle, the outlines of all below the letters of all."""
    step = 1.15 * font.size
    longest = max(font.getlength(line) for line in lines)
    radius = max(longest / _ARC, 2.2 * font.size)
    reach = radius + font.size + edge
    half = min(math.pi, longest / radius) / 2
    block = Image.new("RGBA", (math.ceil(2 * reach), math.ceil(2 * reach)))
    for stroke, fill in ((edge, outline), (0, colour)):
        if fill is None:
            continue
        for at, line in enumerate(lines):
            own = radius - at * step
            angle = -font.getlength(line) / own / 2
            for letter in line:
                wide = font.getlength(letter)
                angle += wide / own / 2
                _letter(block, letter, font, fill, stroke, (reach, reach), own, angle)
                angle += wide / own / 2
    top = round(reach - radius - 0.75 * font.size) - edge
    lowest = reach - (radius - (len(lines) - 1) * step) * math.cos(half) + font.size
    block = block.crop((0, max(0, top), block.width, min(block.height, math.ceil(lowest))))
    return block.crop(block.getbbox())


def _letter(
    block: Image.Image, letter: str, font, fill: str, stroke: int, centre, radius: float, angle: float
) -> None:
    side = math.ceil(2 * font.size) + 4 * stroke
    glyph = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(glyph)
    draw.text((side / 2, side / 2), letter, fill=fill, font=font, anchor="mm", stroke_width=stroke, stroke_fill=fill)
    glyph = glyph.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
    x = centre[0] + radius * math.sin(angle) - side / 2
    y = centre[1] - radius * math.cos(angle) - side / 2
    canvas = Image.new("RGBA", block.size)
    canvas.paste(glyph, (round(x), round(y)))
    block.alpha_composite(canvas)


def _banner(lines: list[str], font, colour: str, fill: str) -> Image.Image:
    """Words on a ribbon with cut ends."""
    text = _straight(lines, font, colour, None, 0)
    high = text.height + round(0.3 * font.size)
    tail, fold = round(0.9 * font.size), round(0.22 * font.size)
    wide = text.width + round(0.8 * font.size)
    block = Image.new("RGBA", (wide + 2 * tail, high + fold))
    draw = ImageDraw.Draw(block)
    dark = "#" + "".join(f"{round(0.72 * int(fill[i : i + 2], 16)):02x}" for i in (1, 3, 5))
    over = round(0.35 * tail)
    for side in (0, 1):
        points = [(0, fold), (tail + over, fold), (tail + over, high + fold), (0, high + fold),
                  (round(_NOTCH * high), fold + high / 2)]  # fmt: skip
        draw.polygon([(block.width - x, y) if side else (x, y) for x, y in points], fill=dark)
    draw.rectangle((tail, 0, tail + wide - 1, high - 1), fill=fill)
    block.alpha_composite(text, (tail + (wide - text.width) // 2, (high - text.height) // 2))
    return block
