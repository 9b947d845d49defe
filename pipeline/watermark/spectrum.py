"""The luma of a picture as a Fourier transform that can be read at any frequency, so at any scale and any angle.

Undoing a resize or a rotation before the luma tile is looked for means reading the transform elsewhere: 2,016 numbers
a pose, where resampling the picture would cost a quarter of a million.
"""

from typing import Any, cast

import numpy as np
from scipy.fft import next_fast_len, rfft2
from scipy.ndimage import map_coordinates, spline_filter

__all__ = ["Spectrum"]

PADDING = 2  # times the plane: finely enough sampled for a cubic spline to read between the samples
HIGHEST = 0.33  # cycles per pixel: all that is read of a plane that was shrunk to about its original size
MARGIN = 6  # samples beyond that, for the spline


class Spectrum:
    """The transform of a plane around its middle.

    Args:
        plane: (height, width) float32.
        highest: cycles per pixel that will be read; beyond it the answer is zero.
    """

    def __init__(self, plane: np.ndarray, highest: float = HIGHEST) -> None:
        height, width = plane.shape
        self.size = tuple(cast(int, next_fast_len(PADDING * side, real=True)) for side in plane.shape)
        padded = np.zeros(self.size, np.float32)
        padded[:height, :width] = plane
        half = np.asarray(rfft2(np.roll(padded, (-(height // 2), -(width // 2)), (0, 1))))
        rows, columns = (min(round(highest * side) + MARGIN, (side - 1) // 2) for side in self.size)
        right = np.concatenate([half[-rows:, : columns + 1], half[: rows + 1, : columns + 1]])
        left = np.conj(right[::-1, :0:-1])  # the transform of real numbers
        self.origin = rows, columns
        self.samples = spline_filter(np.concatenate([left, right], axis=1), output=cast(Any, np.complex64))
        # Pixels lie around the middle in whole steps where a side is odd, and half a step off where it is even.
        self.offset = tuple(0.5 * (side % 2 == 0) for side in plane.shape)

    def grid(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """(rows, columns) complex64 at cycles per pixel along the two axes: the quick way where nothing is rotated."""
        values = _spline(self.samples, columns * self.size[1] + self.origin[1], axis=1)
        values = _spline(values, rows * self.size[0] + self.origin[0], axis=0)
        return values * np.outer(_turn(rows * self.offset[0]), _turn(columns * self.offset[1]))

    def at(self, frequencies: np.ndarray) -> np.ndarray:
        """(2, ...) cycles per pixel, along the rows' axis and the columns', -> (...) complex64."""
        places = np.stack([f * side + at for f, side, at in zip(frequencies, self.size, self.origin, strict=True)])
        values = map_coordinates(self.samples, places, output=np.complex64, order=3, prefilter=False)
        return values * _turn(frequencies[0] * self.offset[0] + frequencies[1] * self.offset[1])


def _turn(cycles: np.ndarray) -> np.ndarray:
    return np.exp(np.complex64(-2j * np.pi) * cycles.astype(np.float32))


def _spline(samples: np.ndarray, places: np.ndarray, axis: int) -> np.ndarray:
    """The cubic spline with these coefficients at some places of one axis; zero where those lie outside."""
    first = np.floor(places).astype(int)
    t = (places - first).astype(np.float32)
    weights = np.stack([(1 - t) ** 3, 4 - 6 * t**2 + 3 * t**3, 1 + 3 * t + 3 * t**2 - 3 * t**3, t**3]) / 6
    inside = (first >= 1) & (first + 2 < samples.shape[axis])
    weights, first = weights * inside, np.where(inside, first, 1)
    if axis == 0:
        return np.asarray(sum(samples[first + i - 1] * weights[i, :, None] for i in range(4)))
    return np.asarray(sum(samples[:, first + i - 1] * weights[i] for i in range(4)))
