"""A few blocks that coarse JPEG makes stronger instead of wiping them out.

JPEG rounds the frequencies of 8x8 blocks. At quality 20 a step is 25 to 35, so a weak mark in a flat block, a few
units strong, is rounded to nothing. A frequency that stands just over half a step is rounded up to a whole one: twice
what was written. So in one block of eleven, the ones where it costs least, one frequency is brought to just over half
a step, with the sign that it has in the luma tile. The tile is read as before; it only speaks louder there.
"""

import functools

import numpy as np

from pipeline.watermark.key import BLOCK, LUMA_TILE, WatermarkKey

__all__ = ["SHARE", "ripples"]

SHARE = 0.09  # of the blocks; 0.06 leaves 97 % found at quality 20, 0.12 all of them and 0.15 dB more of a difference
FREQUENCIES = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1))  # of rows and columns: those of the luma tile
STEPS = np.array([28, 30, 30, 25, 35, 35, 33], np.float32)  # of these, in the luma table of JPEG (Annex K) at 20
OVER = 1.0  # beyond half a step
HARDLY_MOVED = 20.0  # squared: a frequency that stands there already is no reason to take a block
BUSY = 30.0  # deviation of the frequencies at which a block's word counts for half
ROOM = 0.09  # of the step, in grey levels: with less room below white or above black a ripple is cut in half
FARTHEST = 1.6  # steps that a frequency is moved at most


def ripples(y: np.ndarray, key: WatermarkKey, seen: np.ndarray | None = None) -> np.ndarray:
    """(height, width) float32 grey levels to add to a luma plane.

    Args:
        y: (height, width) float32.
        key: of the luma tile.
        seen: (height // 8, width // 8) bool: blocks that may be changed; default all.
    """
    rows, columns = y.shape[0] // BLOCK, y.shape[1] // BLOCK
    change = np.zeros(y.shape, np.float32)
    waves = _waves()  # (8, 8, frequencies)
    found, mean = _transform(y)  # (frequencies, rows, columns), (rows, columns)
    tiles = (1, -(-rows * BLOCK // LUMA_TILE), -(-columns * BLOCK // LUMA_TILE))
    tile = np.tile(_tile_frequencies(key), tiles)[:, :rows, :columns]
    sign, steps = np.sign(tile), STEPS[:, None, None]
    move = np.where(sign * found >= (steps + OVER) / 2, 0, sign * (steps / 2 + OVER) - found)

    busy = (found * found).sum(0) / BUSY**2
    cramped = np.minimum(mean, 255 - mean) < ROOM * steps
    worth = np.abs(tile) * steps / (1 + busy) / (move * move + HARDLY_MOVED + 200 * cramped)
    worth[(move == 0) | (np.abs(move) > FARTHEST * steps)] = 0
    if seen is not None:
        worth[:, ~seen] = 0
    best = worth.argmax(0)
    worth = worth.max(0)
    count = int(SHARE * (worth.size if seen is None else seen.sum()))
    if not count:
        return change
    least = np.partition(worth.ravel(), -count)[-count]
    chosen = np.nonzero((worth >= least) & (worth > 0))
    best = best[chosen]
    blocks = change[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    blocks[chosen[0], :, chosen[1]] = move[(best, *chosen)][:, None, None] * waves[..., best].transpose(2, 0, 1)
    return change


def _transform(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(frequencies, rows, columns) of `FREQUENCIES`, and (rows, columns) means, of whole blocks.

    Sums of arrays, not a matrix product: that may differ with the number of threads.
    """
    rows, columns = y.shape[0] // BLOCK, y.shape[1] // BLOCK
    blocks = y[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns * BLOCK)
    down = _summed([blocks[None, :, i] for i in range(BLOCK)])  # (3, rows, columns * 8)
    down = np.ascontiguousarray(down.reshape(3, rows, columns, BLOCK).transpose(3, 0, 1, 2))
    both = _summed([down[i][None] for i in range(BLOCK)])  # (3 across, 3 down, rows, columns)
    return np.stack([both[n, k] for k, n in FREQUENCIES]), both[0, 0] / BLOCK


def _summed(samples: list[np.ndarray]) -> np.ndarray:
    """(3, ...): eight samples, (1, ...) each, times each of `_cosines`, added up from the first to the last."""
    cosines = _cosines().reshape(3, BLOCK, *(1,) * (samples[0].ndim - 1))
    total = samples[0] * cosines[:, 0]
    for i in range(1, BLOCK):
        total += samples[i] * cosines[:, i]
    return total


@functools.cache
def _cosines() -> np.ndarray:
    """(3, 8) float32: the first three rows of the orthonormal DCT."""
    rows = [np.cos((2 * np.arange(BLOCK) + 1) * k * np.pi / 16) * (0.5 if k else 0.5**1.5) for k in range(3)]
    return np.array(rows, np.float32)


@functools.cache
def _waves() -> np.ndarray:
    """(8, 8, frequencies) float32: the pixels of each frequency."""
    return np.stack([np.outer(_cosines()[k], _cosines()[n]) for k, n in FREQUENCIES], axis=-1)


@functools.lru_cache(maxsize=16)
def _tile_frequencies(key: WatermarkKey) -> np.ndarray:
    """(frequencies, 16, 16) float32 with standard deviation 1: those of the luma tile."""
    found = _transform(key.luma)[0]
    deviation = np.moveaxis(found, 0, -1).copy().std()  # in this order, which decides its last bit
    return found / deviation
