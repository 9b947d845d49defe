"""What a cut-out is given before it leaves: a place on its canvas, a die-cut edge, a soft shadow, a ground."""

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image, ImageColor

from pipeline.scene.effects import outline_alpha, soft_shadow

__all__ = ["Decoration", "fitted", "on_ground", "trimmed"]

VISIBLE = 8  # alpha from which a pixel counts as seen
SHADOW_ROOM = 0.05  # of the shorter side: how far a soft shadow reaches


@dataclass(frozen=True)
class Decoration:
    """What is laid around a cut-out, in pixels of the finished file.

    Attributes:
        outline: width of the die-cut edge; 0 is none.
        colour: of that edge, a name or hex.
        shadow: a soft shadow below.
        margin: pixels left free at every side; None is what the target advises.
    """

    outline: int = 0
    colour: str = "#ffffff"
    shadow: bool = False
    margin: int | None = None

    def __post_init__(self) -> None:
        for name, most in (("outline", 64), ("margin", 256)):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int) and 0 <= value <= most):
                raise ValueError(f"`{name}` takes 0 to {most} pixels, got {value!r}.")
        try:
            ImageColor.getrgb(self.colour)
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(
                f"`colour` takes a name such as white, or hex such as #ffffff, got {self.colour!r}."
            ) from error


def trimmed(image: Image.Image) -> Image.Image:
    """RGBA: cut to what is seen.

    Raises:
        ValueError: nothing is.
    """
    image = image.convert("RGBA")
    box = image.getchannel("A").point([255 if alpha >= VISIBLE else 0 for alpha in range(256)]).getbbox()
    if box is None:
        raise ValueError("The picture shows nothing: its alpha is 0 everywhere. Draw another.")
    return image.crop(box)


def fitted(image: Image.Image, size: tuple[int, int], decoration: Decoration, margin: int = 0) -> Image.Image:
    """RGBA of a size: a cut-out in the middle, as large as margin, edge and shadow leave room for.

    Args:
        image: with alpha, or all of it counts as seen.
        size: (width, height) in pixels.
        margin: used where the decoration says none.
    """
    cutout = trimmed(image)
    margin = margin if decoration.margin is None else decoration.margin
    around = margin + decoration.outline + (round(SHADOW_ROOM * min(size)) if decoration.shadow else 0)
    room = [side - 2 * around for side in size]
    if min(room) < 16:
        raise ValueError(f"{around} pixels of margin, edge and shadow leave no room in {size[0]}x{size[1]}.")
    scale = min(side / length for side, length in zip(room, cutout.size, strict=True))
    width, height = target = max(1, round(cutout.width * scale)), max(1, round(cutout.height * scale))
    if target != cutout.size:  # with colours multiplied by alpha: what is hidden would bleed into the edge
        cutout = cutout.convert("RGBa").resize(target, Image.Resampling.LANCZOS).convert("RGBA")
    canvas = Image.new("RGBA", size)
    canvas.paste(cutout, ((size[0] - width) // 2, (size[1] - height) // 2))
    return _decorated(canvas, decoration)


def on_ground(image: Image.Image, colour: str = "#ffffff") -> Image.Image:
    """RGB: a cut-out on a plain colour."""
    below = Image.new("RGBA", image.size, ImageColor.getrgb(colour))
    return Image.alpha_composite(below, image.convert("RGBA")).convert("RGB")


def _decorated(canvas: Image.Image, decoration: Decoration) -> Image.Image:
    if not (decoration.outline or decoration.shadow):
        return canvas
    alpha = torch.from_numpy(np.asarray(canvas.getchannel("A"), np.float32) / 255)
    layers = [canvas]
    if decoration.outline:
        edge = outline_alpha(alpha, float(decoration.outline))
        layers.insert(0, Image.new("RGBA", canvas.size, ImageColor.getrgb(decoration.colour)))
        alpha = torch.maximum(alpha, edge)
        layers[0].putalpha(_plane(edge))
    if decoration.shadow:
        layers.insert(0, Image.new("RGBA", canvas.size))
        layers[0].putalpha(_plane(soft_shadow(alpha)[3]))
    below = Image.new("RGBA", canvas.size)
    for layer in layers:
        below = Image.alpha_composite(below, layer)
    return below


def _plane(alpha: torch.Tensor) -> Image.Image:
    return Image.fromarray((alpha * 255).round().clamp(0, 255).to(torch.uint8).numpy())
