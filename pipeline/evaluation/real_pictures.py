"""Real pictures for the judge: cut-outs laid on named grounds, jittered in ways that no training scene is, and harmed.

They give the judge's ceiling (what it says of pictures that are right by construction), the harm it must survive, and
the noise that its metric is told to ignore.
"""

import io
import random
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from pipeline.data.cutouts import Cutout
from pipeline.data.scenes import BACKGROUNDS, COUNT_LAYOUTS
from pipeline.evaluation.foreground import background_rgb

__all__ = ["HARMS", "PixelsOf", "compose_real", "jpeg", "through", "vanishes", "warp"]

PAIR_CENTRES = {"left-right": ((0.28, 0.5), (0.72, 0.5)), "above-below": ((0.5, 0.28), (0.5, 0.72))}
PixelsOf = Callable[[Cutout], np.ndarray]  # a cut-out -> its uint8 (side, side, 4)
VANISHED_SHARE = 0.3  # of a cut-out's pixels that may come close to the ground's colour


def vanishes(pixels: np.ndarray, background: str) -> bool:
    """Whether much of a cut-out, uint8 (height, width, 4), has nearly the ground's colour."""
    opaque = pixels[pixels[..., 3] > 127][:, :3].astype(np.float32) / 255
    close = np.abs(opaque - background_rgb(background).numpy()).max(-1) < 0.15
    return bool(close.mean() > VANISHED_SHARE) if len(opaque) else True


def compose_real(
    pixels_of: PixelsOf,
    things: tuple[Cutout, ...],
    background: str,
    layout: str,
    rng: random.Random,
    *,
    count: int = 1,
    size: int = 256,
) -> Image.Image:
    """A real picture of ``things``: one alone (layout "single"), one ``count`` times ("count"), or two in places.

    Sizes and places are drawn from wider ranges than training scenes use.
    """
    canvas = Image.new("RGB", (size, size), BACKGROUNDS[background])

    def put(cutout: Cutout, centre: tuple[float, float], side: float) -> None:
        picture = Image.fromarray(np.asarray(pixels_of(cutout)), "RGBA")
        box = picture.getchannel("A").getbbox() or (0, 0, *picture.size)
        scale = side * size / max(box[2] - box[0], box[3] - box[1])
        fitted = [max(1, round((box[2] - box[0]) * scale)), max(1, round((box[3] - box[1]) * scale))]
        picture = picture.resize(fitted, Image.Resampling.BICUBIC, box=box)
        left, top = (round(c * size - n / 2) for c, n in zip(centre, fitted, strict=True))
        canvas.paste(picture, (left, top), picture)

    def near(centre: tuple[float, float], jitter: float) -> tuple[float, float]:
        return centre[0] + rng.uniform(-jitter, jitter), centre[1] + rng.uniform(-jitter, jitter)

    if layout == "single":
        put(things[0], near((0.5, 0.5), 0.03), rng.uniform(0.6, 0.88))
    elif layout == "count":
        centres, side, _ = COUNT_LAYOUTS[count]
        for centre in centres:
            put(things[0], near(centre, 0.005), side * rng.uniform(0.94, 1.0))
    else:
        for thing, centre in zip(things, PAIR_CENTRES[layout], strict=True):
            put(thing, near(centre, 0.01), rng.uniform(0.38, 0.42))
    return canvas


def jpeg(image: Image.Image, quality: int = 85) -> Image.Image:
    """The picture after a JPEG file."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(stream).convert("RGB")


def through(image: Image.Image, side: int) -> Image.Image:
    """Squeezed to ``side`` pixels and back: what a coarse generator leaves of it."""
    return image.resize((side, side), Image.Resampling.BOX).resize(image.size, Image.Resampling.BICUBIC)


def warp(image: Image.Image, amplitude: float, rng: random.Random) -> Image.Image:
    """Bent by a smooth random field whose shifts have a deviation of ``amplitude`` half sides: parts out of place."""
    generator = torch.Generator().manual_seed(rng.randrange(1 << 30))
    picture = torch.from_numpy(np.array(image.convert("RGB"), dtype=np.float32)).permute(2, 0, 1)[None]
    field = torch.randn(1, 2, 5, 5, generator=generator) * amplitude
    field = F.interpolate(field, size=picture.shape[-2:], mode="bicubic", align_corners=True).permute(0, 2, 3, 1)
    grid = F.affine_grid(torch.eye(2, 3)[None], list(picture.shape), align_corners=False) + field
    bent = F.grid_sample(picture, grid, padding_mode="border", align_corners=False)[0]
    return Image.fromarray(bent.permute(1, 2, 0).round().clamp(0, 255).byte().numpy())


def _tint(image: Image.Image, rng: random.Random) -> Image.Image:
    shift = np.array([rng.gauss(0, 12) for _ in range(3)])
    return Image.fromarray((np.asarray(image) * (1 + rng.gauss(0, 0.08)) + shift).clip(0, 255).astype(np.uint8))


def _half(image: Image.Image, rng: random.Random) -> Image.Image:
    half = image.copy()
    half.paste(image.getpixel((1, 1)), (image.width // 2, 0, *image.size))
    return half


# name -> (picture, rng) -> harmed picture; the first is a sanity check, the last two leave nothing to recognise.
HARMS: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {
    "none": lambda image, rng: image,
    "JPEG 85": lambda image, rng: jpeg(image),
    "64 px": lambda image, rng: through(image, 64),
    "32 px": lambda image, rng: through(image, 32),
    "16 px": lambda image, rng: through(image, 16),
    "bent": lambda image, rng: warp(through(image, 64), 0.03, rng),
    "other colours": lambda image, rng: _tint(image, rng),
    "half missing": _half,
    "4 px": lambda image, rng: through(image, 4),
    "blank": lambda image, rng: Image.new("RGB", image.size, image.getpixel((1, 1))),
}
