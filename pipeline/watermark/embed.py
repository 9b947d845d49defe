"""Writing the mark: the package's dwtDctSvd kernel on a float chroma plane, and a weak luma layer beside it.

`imwatermark.WatermarkEncoder` is not called: it truncates instead of rounding, swaps two wavelet bands and clips
saturated colours (pure red loses 34 levels), which costs 4 dB. Its kernel is driven here directly, on the chroma
plane U, with the change of U turned into a change of blue and green that leaves luma alone. Singular values move to
the nearest lattice point whose change of blue still fits into 0..255, so that white and black take the mark too.
"""

import functools
import importlib
import math
import sys
import types
from typing import TypeVar, cast

import numpy as np
from PIL import Image
from scipy import ndimage

from pipeline.watermark.key import BLOCK, LUMA_TILE, TILE, WatermarkKey, default_key
from pipeline.watermark.ripples import ripples
from pipeline.watermark.visible import OPAQUE, split_alpha, whole_blocks

__all__ = ["LATEST", "LUMA_AMPLITUDE", "MIN_AREA", "SCALE", "Marked", "embed"]

Marked = TypeVar("Marked", Image.Image, np.ndarray)  # what is marked comes back as what it was

SCALE = 48.19  # lattice step of the singular values: 1024 / (21 + 1/4), so that neutral grey lies on a lattice point
LUMA_AMPLITUDE = 0.5  # grey levels in flat areas
MAX_LUMA_AMPLITUDE = 3.0  # grey levels in busy areas
LUMA_PER_STD = 0.25  # grey levels of mark for each grey level of the picture's own local deviation
CUTOUT_LUMA_PER_STD = 0.05  # as above where alpha is: of a small area the flat places have to say the most
CUTOUT_REACH = (1.6, 3.5)  # the tile is the stronger, the smaller what is seen: times so much at `MIN_AREA`, at most
LONGEST_STEP = 0.6  # of the lattice step; whole ones would leave some pure colours with 34 dB, this leaves 37
EASE = 0.007  # of the lattice step: 0.15 dB, for what the ripples cost
NEAR_ENOUGH = 0.15  # of the lattice step: short of its point by less, a chip still reads as what it should
LATEST = 2  # version of the mark
MIN_AREA = 256 * 256  # pixels: one whole tile, and the package's own limit
BLUE_PER_U, GREEN_PER_U = 2.032, -0.395  # YUV (BT.601, as OpenCV scales it) at constant luma


def embed(
    image: Marked,
    key: WatermarkKey | None = None,
    payload: int | None = None,
    *,
    luma_amplitude: float = LUMA_AMPLITUDE,
    version: int = 1,
) -> Marked:
    """Mark a picture.

    Args:
        image: PIL image of any mode, or uint8 array (height, width, 3 or 4), RGB or RGBA. With alpha, the mark is
            written into what is seen, whatever is laid below it; alpha and what it hides stay as they are.
        key: default `default_key()`.
        payload: 32 bits to read back with `verify`, for instance `Recipe.id32`.
        luma_amplitude: grey levels of the luma layer in flat areas.
        version: 1, as recipes up to schema 4 were marked, or 2, which coarse JPEG does not wipe out. Both are read
            alike. Pictures with alpha always take the second.

    Returns:
        A new picture of the input's kind and size, RGB, or RGBA where it has alpha: the same bytes for the same
        input, on any number of threads.

    Raises:
        ValueError: not a picture, one of fewer than 65,536 pixels, or one of which nothing is seen; no such version.
    """
    pixels, alpha = split_alpha(image)
    height, width = pixels.shape[:2]
    if version not in range(1, LATEST + 1):
        raise ValueError(f"`version` takes 1 to {LATEST}, got {version!r}.")
    if height * width < MIN_AREA:
        raise ValueError(f"`image` takes {MIN_AREA} pixels or more (256x256), got {width}x{height}. Enlarge it first.")
    key = key or default_key()
    # One plane of each colour after the other in memory: twice as quick as pixel by pixel, to the same bytes.
    marked = np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32).transpose(1, 2, 0)
    if alpha is not None:
        area = float(alpha.sum()) / 255
        if not area:
            raise ValueError("`image` shows nothing: its alpha is 0 everywhere.")
        version = LATEST
        luma_amplitude *= min(CUTOUT_REACH[1], max(1.0, CUTOUT_REACH[0] * math.sqrt(MIN_AREA / area)))
    blocks = None if alpha is None else whole_blocks(alpha >= OPAQUE)
    marked += _luma_layer(marked, key, luma_amplitude, alpha)[..., None]
    if version > 1:
        marked += ripples(luma(marked), key, blocks)[..., None]
    np.clip(np.rint(marked, out=marked), 0, 255, out=marked)
    change = _chroma_change(marked, key.tile(payload), EASE if version > 1 else 0.0)
    if blocks is not None:
        whole = np.repeat(np.repeat(blocks, BLOCK, axis=0), BLOCK, axis=1)
        change[: whole.shape[0], : whole.shape[1]] *= whole
    marked[..., 2] += BLUE_PER_U * change
    marked[..., 1] += GREEN_PER_U * change
    np.clip(np.rint(marked, out=marked), 0, 255, out=marked)
    marked = marked.astype(np.uint8, order="C")
    if alpha is not None:
        marked = np.dstack([np.where(alpha[..., None] > 0, marked, pixels), alpha])
    return cast(Marked, marked if isinstance(image, np.ndarray) else Image.fromarray(marked))


def luma(rgb: np.ndarray) -> np.ndarray:
    """(height, width) float32, BT.601. Summed by hand: a matrix product may differ with the number of threads."""
    red, green, blue = (rgb[..., i].astype(np.float32, copy=False) for i in range(3))
    plane, share = 0.299 * red, 0.587 * green
    plane += share
    plane += np.multiply(blue, 0.114, out=share)
    return plane


def chroma(rgb: np.ndarray) -> np.ndarray:
    """(height, width) float32: the U of YUV, neutral at 128."""
    plane = luma(rgb)
    np.subtract(rgb[..., 2], plane, out=plane)
    plane *= 0.492
    plane += 128
    return plane


def haar(plane: np.ndarray) -> np.ndarray:
    """(height, width) -> (height // 2, width // 2): the low band of one Haar wavelet level."""
    height, width = plane.shape[0] // 2 * 2, plane.shape[1] // 2 * 2
    even, odd = plane[:height:2, :width], plane[1:height:2, :width]
    rows = even + odd
    return (rows[:, ::2] + rows[:, 1::2]) * np.float32(0.5)


def to_blocks(plane: np.ndarray) -> np.ndarray:
    """(rows * 4, columns * 4) -> (4, 4, rows, columns)."""
    rows, columns = plane.shape[0] // 4, plane.shape[1] // 4
    return np.ascontiguousarray(plane.reshape(rows, 4, columns, 4).transpose(1, 3, 0, 2))


def largest_singular(blocks: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Largest singular value and its vectors of each 4x4 matrix, by power iteration from the row sums.

    Chroma blocks are far from singular-value ties (their mean dominates), so two steps agree with the SVD to 1e-4.

    Args:
        blocks: (4, 4, ...): row, column, then any shape.

    Returns:
        value (...), left vector (4, ...), right vector (4, ...).
    """
    left = blocks.sum(1)
    for _ in range(steps):
        left = left / (np.sqrt((left * left).sum(0)) + 1e-6)
        right = (blocks * left[:, None]).sum(0)
        right = right / (np.sqrt((right * right).sum(0)) + 1e-6)
        left = (blocks * right[None]).sum(1)
    value = np.sqrt((left * left).sum(0))
    return value, left / (value + 1e-6), right


def _luma_layer(rgb: np.ndarray, key: WatermarkKey, amplitude: float, alpha: np.ndarray | None) -> np.ndarray:
    """(height, width) float32 grey levels to add: the tile, stronger where the picture is busy enough to hide it."""
    height, width = rgb.shape[:2]
    y = luma(rgb)
    rows, columns = -(-height // 4), -(-width // 4)
    margin = ((0, rows * 4 - height), (0, columns * 4 - width))
    blocks = (np.pad(y, margin, mode="edge") if any(map(any, margin)) else y).reshape(rows, 4, columns, 4)
    if alpha is None:
        mean = ndimage.uniform_filter(_block_means(blocks), 3)
        square = ndimage.uniform_filter(_block_means(blocks * blocks), 3)
    else:  # of what is seen alone: the hidden colours are nobody's
        seen = np.pad((alpha >= 128).astype(np.float32), margin).reshape(rows, 4, columns, 4)
        share = ndimage.uniform_filter(_block_means(seen), 3)
        hidden, share = share < 0.01, np.maximum(share, 0.01)
        mean = ndimage.uniform_filter(_block_means(blocks * seen), 3) / share
        square = ndimage.uniform_filter(_block_means(blocks * blocks * seen), 3) / share
    busy = np.sqrt(np.maximum(square - mean * mean, 0))  # deviation within 12x12 px
    if alpha is not None:
        busy[hidden] = np.inf
    busy = ndimage.minimum_filter(busy, 3)  # flat areas beside an edge count as flat
    per_std = LUMA_PER_STD if alpha is None else CUTOUT_LUMA_PER_STD
    strength = np.clip(per_std * busy, amplitude, max(amplitude, MAX_LUMA_AMPLITUDE))
    strength = np.asarray(Image.fromarray(strength).resize((columns * 4, rows * 4), Image.Resampling.BILINEAR))
    tiles = (-(-height // LUMA_TILE), -(-width // LUMA_TILE))
    return strength[:height, :width] * np.tile(key.luma, tiles)[:height, :width]


def _block_means(blocks: np.ndarray) -> np.ndarray:
    """(rows, 4, columns, 4) float32 -> (rows, columns): `blocks.mean((1, 3))` to the bit, in a fifth of its time."""
    if blocks.shape[2] == 1:  # of one column, numpy sums in another order
        return np.asarray(blocks.mean((1, 3)))
    lines = blocks[..., 0] + blocks[..., 1]
    lines += blocks[..., 2]
    lines += blocks[..., 3]  # (rows, 4, columns)
    total = lines[:, 0] + lines[:, 1]
    total += lines[:, 2]
    total += lines[:, 3]
    return total / np.float32(16)


def _chroma_change(rgb: np.ndarray, tile: np.ndarray, ease: float) -> np.ndarray:
    """(height, width) float32: what to add to U so that each whole 8x8 block holds its chip.

    `ease`: of the lattice step, how far from its point a singular value may stay.
    """
    height, width = rgb.shape[:2]
    rows, columns = height // BLOCK, width // BLOCK
    area = np.s_[: rows * BLOCK, : columns * BLOCK]
    plane = haar(chroma(rgb)[area])  # (rows * 4, columns * 4)
    blocks = to_blocks(plane)
    value, left, right = largest_singular(blocks, steps=4)

    bits = np.tile(tile > 0, (-(-rows // TILE), -(-columns // TILE)))[:rows, :columns]
    target = np.where(bits, 0.75, 0.25)
    nearest = np.rint(value / SCALE - target)
    other = np.where(nearest < value / SCALE - target, nearest + 1, nearest - 1)
    step, other_step = (nearest + target) * SCALE - value, (other + target) * SCALE - value
    # A change d of the singular value moves the block's mean blue by d * BLUE_PER_U / 8.
    # Whole levels, so their sum is the same in any order.
    lines = rgb[area][..., 2].reshape(rows, BLOCK, columns * BLOCK).sum(1)
    blue = lines.reshape(rows, columns, BLOCK).sum(2) / np.float32(BLOCK * BLOCK) * (8 / BLUE_PER_U)
    room = 255 * 8 / BLUE_PER_U - blue
    # Where blue has no room for the nearest point, as near to it as blue goes, or else most of the way to the next.
    reach = np.clip(step, -blue - SCALE / 12, room + SCALE / 12)
    missing = np.abs(step - reach)
    other_fits = (-blue <= other_step) & (other_step <= room)
    longest = LONGEST_STEP * SCALE
    step = np.where((missing <= NEAR_ENOUGH * SCALE) | ~other_fits, reach, np.clip(other_step, -longest, longest))

    if ease:
        step = np.sign(step) * np.maximum(0, np.abs(step) - ease * SCALE)
    marked = blocks + step * left[:, None] * right[None]
    kernel = _kernel_class()(bits.ravel().tolist(), wmLen=bits.size, scales=[0, SCALE, 0], block=4)
    kernel.ready = marked
    before = plane.copy()
    kernel.encode_frame(plane, SCALE)
    change = np.zeros((height, width), np.float32)
    change[area] = np.repeat(np.repeat((plane - before) / 2, 2, axis=0), 2, axis=1)  # the inverse of `haar`
    return change


@functools.cache
def _kernel_class() -> type:
    """The package's kernel, its loop over blocks replaced by the blocks worked out all at once.

    The loop itself would take 37 ms of a picture of 1024x1024; a test compares the two.
    """

    class Kernel(_import_kernel()):
        ready: np.ndarray  # (4, 4, rows, columns)

        def encode_frame(self, frame: np.ndarray, scale: float) -> None:
            rows, columns = self.ready.shape[2:]
            frame.reshape(rows, 4, columns, 4)[:] = self.ready.transpose(2, 0, 3, 1)

    return Kernel


def _import_kernel() -> type:
    """`EmbedDwtDctSvd`, imported so that it needs no libGL.

    The package imports `cv2` at its top level, and the `cv2` it asks for needs system libraries that bare machines
    lack. The kernel as driven here calls nothing of it, so where it cannot load, an empty module stands in for that
    one import.
    """
    try:
        import cv2  # noqa: F401
    except ImportError:
        stand_in = sys.modules["cv2"] = types.ModuleType("cv2")
        try:
            return importlib.import_module("imwatermark.dwtDctSvd").EmbedDwtDctSvd
        finally:
            if sys.modules.get("cv2") is stand_in:
                del sys.modules["cv2"]
    return importlib.import_module("imwatermark.dwtDctSvd").EmbedDwtDctSvd
