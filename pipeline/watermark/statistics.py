"""What a picture's pixels say about a key: two correlation scores and the error rates that they stand for.

Both error rates rest on the key being secret coin flips, not on any assumption about pictures:

- luma: the score at one shift is exactly a standard normal over the key's Gaussian noise, whatever the picture;
- chroma: a weighted sum of +1 and -1 chips, so Hoeffding's bound exp(-z^2 / 2) holds, times the price of having
  redrawn the key until it was balanced, times 2^32 where the best of all payloads was taken.

Whoever takes the best of N scores multiplies by N; `detect.py` counts what it *could* have looked at, not what it did.
"""

import math

import numpy as np
from scipy.fft import irfft2, rfft2
from scipy.ndimage import gaussian_filter

from pipeline.watermark.embed import SCALE, haar, largest_singular, to_blocks
from pipeline.watermark.key import DETECTION_CELLS, LUMA_LOW, LUMA_SHAPE, LUMA_TILE, PAYLOAD_CELLS, WatermarkKey

__all__ = ["CHROMA_STATISTICS", "LUMA_FREQUENCIES", "chroma_scores", "chroma_tail", "fold", "luma_best", "luma_scores"]
__all__ += ["luma_scores_of", "luma_tail", "read_payload", "soft_chips", "whiten"]

CHROMA_STATISTICS = 3  # detection cells alone; the tile without payload; detection cells and the best payload
LOG10_BALANCE = 1.52  # log10 of 1 / P(a drawn tile is balanced), from two binomials of 512
LOG10_PAYLOADS = 32 * math.log10(2)
PAYLOAD_PLACES = 3
# Chosen for the smallest scores among eight tiles of weights/grid.png after JPEG 20 and 40, WebP 50 and noise.
BAND_WIDTHS = (0.7, 2.5)  # pixels: deviations of the Gaussians between which the mark's band lies
QUIET_WIDTH, QUIET = 2.5, 3.0  # pixels; variance, in squared grey levels, below which all places count alike
LUMA_FREQUENCIES = np.stack(np.broadcast_arrays(*LUMA_LOW)).astype(np.float32)  # (2, 64, 32): cycles per pixel
LUMA_FREQUENCIES[0, LUMA_FREQUENCIES[0] >= LUMA_TILE // 2] -= LUMA_TILE
LUMA_FREQUENCIES /= LUMA_TILE
LOW_SHAPE = LUMA_SHAPE[LUMA_LOW]  # (64, 32)
LOW_SHAPE[LUMA_TILE // 4] = 0  # the one row whose counterpart is missing
MAX_WEIGHT = 2.0  # half the log odds of a clean chip: one in fifty is wrong altogether, where colours have no room
PAYLOAD_POSTERIOR = 0.99  # a payload less certain than this is not given out


def luma_tail(z: float) -> float:
    """log10 of P(standard normal > z), bounded from above."""
    return min(0.0, (-z * z / 2 - math.log(z * math.sqrt(2 * math.pi))) / math.log(10)) if z > 1 else 0.0


def chroma_tail(z: float) -> float:
    """log10 of the Hoeffding bound on P(score > z) over balanced keys."""
    return min(0.0, -z * z / 2 / math.log(10) + LOG10_BALANCE) if z > 0 else 0.0


def fold(values: np.ndarray, size: int) -> np.ndarray:
    """(..., height, width) -> (..., size, size): the sum over all tiles, the last row and column of tiles padded."""
    *batch, height, width = values.shape
    rows, columns = -(-height // size), -(-width // size)
    padded = np.zeros((*batch, rows * size, columns * size), np.float32)
    padded[..., :height, :width] = values
    return padded.reshape(*batch, rows, size, columns, size).sum((-4, -2))


def whiten(luma: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """(height, width) float32: the mark's band, each place divided by how busy the picture is there.

    `scale`: pixels of the plane to a pixel of the original.
    """
    narrow, wide = (gaussian_filter(luma, width * scale, truncate=3) for width in BAND_WIDTHS)
    band = narrow - wide
    return band / (gaussian_filter(band * band, QUIET_WIDTH * scale, truncate=3) + QUIET)


def luma_scores(folded: np.ndarray, key: WatermarkKey) -> np.ndarray:
    """(..., 128, 128) folded whitened luma -> scores of the same shape: one for each shift of the tile."""
    spectrum = np.asarray(rfft2(folded)) * LUMA_SHAPE
    # The mark at rows y + dy, its first row at dy, scores at shift dy.
    return irfft2(spectrum * np.conj(key.luma_spectrum), s=(LUMA_TILE, LUMA_TILE)) / _norm(spectrum)


def luma_scores_of(low: np.ndarray, key: WatermarkKey) -> np.ndarray:
    """(64, 32) whitened luma at `LUMA_FREQUENCIES` -> (128, 128) scores: what `luma_scores` says, its low band."""
    spectrum = np.zeros((LUMA_TILE, LUMA_TILE // 2 + 1), np.complex64)
    spectrum[LUMA_LOW] = low * LOW_SHAPE
    return irfft2(spectrum * np.conj(key.luma_spectrum), s=(LUMA_TILE, LUMA_TILE)) / _norm(spectrum)


def luma_best(low: np.ndarray, key: WatermarkKey) -> np.ndarray:
    """(64, 32) whitened luma at `LUMA_FREQUENCIES` -> (8,): each orientation's best score, at every other pixel."""
    spectrum = low * LOW_SHAPE
    scores = np.asarray(irfft2(spectrum * np.conj(key.luma_turned), s=(LUMA_TILE // 2, LUMA_TILE // 2))) / 4
    return scores.max((-2, -1)) / _norm(spectrum)[0, 0]


def _norm(spectrum: np.ndarray) -> np.ndarray:
    """(..., rows, columns) -> (..., 1, 1): by Parseval, where the columns after the first count twice.

    The last column of a whole half plane would count once; the mark's band ends before it.
    """
    energy = np.real(spectrum) ** 2 + np.imag(spectrum) ** 2
    total = 2 * energy.sum((-2, -1), keepdims=True) - energy[..., :1].sum((-2, -1), keepdims=True)
    return np.sqrt(total) / LUMA_TILE + 1e-12


def soft_chips(
    chroma: np.ndarray, gains: tuple[float, ...] = (1.0,), phases: tuple[float, ...] = (0.0,)
) -> np.ndarray:
    """Soft chips of a U plane that starts on a block.

    Args:
        chroma: (height, width) float32.
        gains: by which colours were stretched around neutral.
        phases: shifts of the lattice in steps.

    Returns:
        (gains, phases, height // 8, width // 8): +1 for a one in the middle of its cell, -1 for a zero.
    """
    rows, columns = chroma.shape[0] // 8, chroma.shape[1] // 8
    blocks = to_blocks(haar(chroma[: rows * 8, : columns * 8])) - 256
    values = np.stack([largest_singular(blocks / np.float32(gain) + 256, steps=1)[0] for gain in gains])
    turns = values[:, None] / SCALE + np.array(phases, np.float32)[None, :, None, None]
    return -np.sin(np.float32(2 * np.pi) * turns, dtype=np.float32)


def chroma_scores(folded: np.ndarray, key: WatermarkKey) -> np.ndarray:
    """(..., 32, 32) folded soft chips that start on a tile -> (3, ...) scores, the third one's payload price included.

    The third score z is turned into the smaller one whose bound is 2^32 times higher, so that all three compare.
    """
    cells = folded.reshape(*folded.shape[:-2], -1)
    sums = []  # of detection cells, then of the others: correlation with the tile without payload, and energy
    for where in (DETECTION_CELLS > 0, DETECTION_CELLS == 0):
        part = cells[..., where.ravel()]
        sums += [np.einsum("...c,c->...", part, key.chips[where]), np.einsum("...c,...c->...", part, part)]
    detection, detection_energy, rest, rest_energy = sums
    norm = np.sqrt(detection_energy + rest_energy) + 1e-9
    scores = np.stack([detection / (np.sqrt(detection_energy) + 1e-9), (detection + rest) / norm, np.zeros_like(norm)])
    # The best payload is only worked out where the detection cells look most like it: it takes most of the time.
    for where in np.argsort(-scores[0], axis=None)[:PAYLOAD_PLACES]:
        where = np.unravel_index(where, norm.shape)
        best = sum(_word_scores(folded[where], key, group).max() for group in range(4))
        joint = max(0.0, float((detection[where] + best) / norm[where]))
        scores[(2, *where)] = math.sqrt(max(0.0, joint * joint - 2 * LOG10_PAYLOADS * math.log(10)))
    return scores


def read_payload(folded: np.ndarray, key: WatermarkKey) -> int | None:
    """The payload of (32, 32) folded soft chips that start on a tile: None where there is none, or it is not certain.

    Chips are taken as signal plus Gaussian noise, with the strength of both estimated on the detection cells.
    """
    written = folded != 0  # a small crop does not show every cell
    chips = (folded * key.chips)[(DETECTION_CELLS > 0) & written]
    if chips.size < 64:
        return None
    signal = float(chips.mean())
    if signal <= 0:
        return None
    weight = min(MAX_WEIGHT, signal / (float(chips.var()) + 1e-9))
    plain = weight * float((folded * key.chips)[DETECTION_CELLS == 0].sum())
    payload, posterior, best = 0, 1.0, 0.0
    for group in range(4):
        scores = weight * _word_scores(folded, key, group)
        symbol = int(scores.argmax())
        posterior /= float(np.exp(scores - scores[symbol]).sum())
        best += float(scores[symbol])
        payload = payload << 8 | symbol
    return payload if posterior >= PAYLOAD_POSTERIOR and best > plain else None


def _word_scores(folded: np.ndarray, key: WatermarkKey, group: int) -> np.ndarray:
    """(..., 32, 32) -> (..., 256). An einsum, because a matrix product may differ with the number of threads."""
    rows, columns = PAYLOAD_CELLS[group]
    return np.einsum("...c,wc->...w", folded[..., rows, columns], key.words[group])
