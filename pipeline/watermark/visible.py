"""What of a picture is seen: all of it, or a sticker on a ground that is transparent or one plain colour.

The mark of a cut-out is written into what is seen of it, since anything may be laid below; and it is read there, since
a ground that carries no mark is only noise to the reader. Where a picture is seen is worked out from the picture
alone, never from a key, so leaving the ground out costs the error rate nothing but one more way of reading.
"""

import numpy as np
from PIL import Image

from pipeline.watermark.key import BLOCK

__all__ = ["OPAQUE", "plain_ground", "split_alpha", "to_rgb", "whole_blocks"]

OPAQUE = 250  # alpha from which no ground shines through to speak of
GROUND_SHARE = 0.6  # of the outermost pixels: as many of one colour are a ground
GROUND_TOLERANCE = 3  # grey levels: what JPEG leaves of a plain colour; a marked ground strays further


def split_alpha(image: Image.Image | np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """(height, width, 3) uint8 colours as they are stored, and (height, width) uint8 alpha, or None without any.

    Raises:
        ValueError: no PIL image of 8 bits a channel, and no uint8 array (height, width, 3 or 4).
    """
    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4) or 0 in image.shape:
            raise ValueError(f"`image` takes a uint8 array (height, width, 3 or 4), got {image.dtype} {image.shape}.")
        return (image, None) if image.shape[2] == 3 else (image[..., :3], image[..., 3])
    if not isinstance(image, Image.Image):
        raise ValueError(f"`image` takes a PIL image or a uint8 array, got {type(image).__name__}.")
    if image.mode.startswith(("I", "F")):
        raise ValueError(
            f"`image` takes 8 bits a channel, got mode {image.mode!r}. Convert it with its range in mind."
        )
    if image.has_transparency_data:
        pixels = np.asarray(image.convert("RGBA"))
        return pixels[..., :3], pixels[..., 3]
    return np.asarray(image.convert("RGB")), None


def to_rgb(image: Image.Image | np.ndarray) -> np.ndarray:
    """(height, width, 3) uint8 of what `split_alpha` takes, alpha composed onto white."""
    rgb, alpha = split_alpha(image)
    if alpha is None:
        return rgb
    cutout = Image.fromarray(np.dstack([rgb, alpha]))
    return np.asarray(Image.alpha_composite(Image.new("RGBA", cutout.size, "white"), cutout).convert("RGB"))


def whole_blocks(seen: np.ndarray) -> np.ndarray:
    """(height, width) bool -> (height // 8, width // 8) bool: blocks that are seen altogether."""
    rows, columns = seen.shape[0] // BLOCK, seen.shape[1] // BLOCK
    lines = seen[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns * BLOCK).all(1)
    return np.asarray(lines.reshape(rows, columns, BLOCK).all(2))


def plain_ground(rgb: np.ndarray) -> np.ndarray | None:
    """(height, width) bool: what is not of the one colour that most of the outermost pixels have; None without one."""
    edge = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]]).astype(np.int16)
    colour = np.median(edge, axis=0)
    if np.mean((abs(edge - colour) <= GROUND_TOLERANCE).all(1)) < GROUND_SHARE:
        return None
    seen = np.zeros(rgb.shape[:2], bool)
    for channel, level in enumerate(colour):
        low, high = np.clip((level - GROUND_TOLERANCE, level + GROUND_TOLERANCE), 0, 255).astype(np.uint8)
        seen |= (rgb[..., channel] < low) | (rgb[..., channel] > high)
    return seen if seen.any() else None
