"""Putting a picture back the way it was when it was marked: turned, mirrored, scaled and shifted."""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from pipeline.watermark.embed import chroma, luma
from pipeline.watermark.key import BLOCK, LUMA_TILE, ORIENTATIONS, TILE, WatermarkKey, orient
from pipeline.watermark.spectrum import HIGHEST, Spectrum
from pipeline.watermark.statistics import LUMA_FREQUENCIES, fold, luma_scores_of, soft_chips, whiten
from pipeline.watermark.visible import OPAQUE, plain_ground, whole_blocks

__all__ = ["Planes", "Pose"]

WINDOW = 512  # original pixels a side that are looked at: more costs time and adds little
GAINS = (1.0, 0.8, 0.9, 1.1, 1.2, 1.3)  # stretched colours: contrast, brightness, saturation
PHASES = (0.0, 0.25, 0.5, 0.75)  # shifts of the lattice, in steps


@dataclass(frozen=True, order=True)
class Pose:
    """How a picture seems to lie: turn it by `angle` degrees, orient it, divide its size by `scale`.

    Then the luma tile begins at (row, column), in original pixels, fractions included.
    """

    score: float  # of the luma tile
    orientation: int = 0
    scale: float = 1.0
    angle: float = 0.0
    row: float = 0.0
    column: float = 0.0

    @property
    def undone(self) -> tuple[str, ...]:
        """What was undone to read the mark, in words, in the order in which it happened to the picture."""
        words = []
        if min(self.row % LUMA_TILE, -self.row % LUMA_TILE) > 1 or min(self.column % 128, -self.column % 128) > 1:
            words.append("cropped or moved")
        if abs(self.scale - 1) > 0.004:
            words.append(f"resized x{self.scale:.2f}")
        if self.orientation >= 4:
            words.append("mirrored")
        if self.orientation % 4:
            words.append(f"turned by {-90 * self.orientation % 360} degrees")
        if self.angle:
            words.append(f"rotated by {-self.angle:+.1f} degrees")
        return tuple(words)


class Planes:
    """The planes of a picture under test."""

    def __init__(self, pixels: np.ndarray, alpha: np.ndarray | None = None) -> None:
        """`pixels`: (height, width, 3) uint8, on white where they have `alpha`: (height, width) uint8."""
        seen = plain_ground(pixels) if alpha is None else alpha >= OPAQUE
        seen = seen if seen is None else seen.astype(np.float32)
        # Each a reading: all chips (None), or those seen alone. A plain ground may hold chips, so both are read there.
        self.seen = [seen] if alpha is not None or seen is None else [None, seen]
        self.luma = luma(pixels)
        self.chroma = chroma(pixels)
        self.height, self.width = self.luma.shape
        self._spectra: dict[float, tuple[Spectrum, np.ndarray]] = {}  # with the pixels of the picture to one of it

    def unmoved(self) -> tuple[np.ndarray, int, int]:
        """The whitened luma of the middle `WINDOW` pixels, and where it begins."""
        plane, top, left = _middle(self.luma, WINDOW)
        return whiten(plane), top, left

    def low_luma(self, pose: Pose) -> np.ndarray:
        """(64, 32): whitened luma of the picture in `pose`, at `LUMA_FREQUENCIES`, its middle as the origin."""
        base = 2 ** (round(2 * math.log2(pose.scale)) / 2)  # whitened once per half octave
        if base not in self._spectra:
            self._spectra[base] = self._spectrum(base)
        spectrum, pixel = self._spectra[base]
        rows, columns = LUMA_FREQUENCIES / np.float32(pose.scale)
        if not pose.angle and not pose.orientation:
            return spectrum.grid(rows[:, 0] * pixel[0], columns[0] * pixel[1])
        columns = -columns if pose.orientation >= 4 else columns
        turn = math.radians(pose.angle + 90 * (pose.orientation % 4))
        cosine, sine = np.float32(math.cos(turn)), np.float32(math.sin(turn))
        turned = np.stack([sine * columns + cosine * rows, cosine * columns - sine * rows])
        return spectrum.at(turned * pixel[:, None, None])

    def _spectrum(self, base: float) -> tuple[Spectrum, np.ndarray]:
        """Of the middle `WINDOW` original pixels, shrunk to about that size where the picture is larger."""
        plane = _middle(self.luma, WINDOW * base)[0]
        if base <= 1:
            return Spectrum(whiten(plane, base), HIGHEST / base), np.ones(2, np.float32)
        small = resized(plane, base)
        return Spectrum(whiten(small)), np.divide(plane.shape, small.shape).astype(np.float32)

    def best_luma(self, pose: Pose, key: WatermarkKey) -> Pose:
        """`pose` with the tile's place and score filled in, to fractions of a pixel."""
        scores = luma_scores_of(self.low_luma(pose), key)
        row, column = np.unravel_index(int(scores.argmax()), scores.shape)
        around = scores[
            np.add.outer(row + np.arange(-1, 2), np.zeros(3, int)) % 128, (column + np.arange(-1, 2)) % 128
        ]
        height, width = (self.width, self.height) if pose.orientation % 2 else (self.height, self.width)
        return dataclasses.replace(
            pose,
            score=float(scores[row, column]),
            row=row + _peak(around[:, 1]) - 0.5 + height / pose.scale / 2,  # shifts are counted from the middle
            column=column + _peak(around[1]) - 0.5 + width / pose.scale / 2,
        )

    def refined(self, pose: Pose, key: WatermarkKey) -> Pose:
        """The best pose nearby by the luma tile alone: the chroma tile's key is not looked at."""
        best = self.best_luma(pose, key)
        for step in (0.01, 0.004, 0.002):
            for change in (-step, step):
                scale = best.scale * (1 + change)
                best = max(best, self.best_luma(dataclasses.replace(best, scale=scale), key))
        for step in (0.4, 0.2, 0.1) if pose.angle else ():
            for change in (-step, step):
                angle = best.angle + change
                best = max(best, self.best_luma(dataclasses.replace(best, angle=angle), key))
        return best

    def folded_chips(self, pose: Pose) -> np.ndarray:
        """(readings, gains, phases, 4, 32, 32) folded soft chips that start on a tile: the luma tile fits in four
        places.
        """
        height, width = (self.width, self.height) if pose.orientation % 2 else (self.height, self.width)
        row, column = round(pose.row, 1) % BLOCK, round(pose.column, 1) % BLOCK  # the first whole block
        rows = int(min(height / pose.scale - row, 2 * WINDOW) // BLOCK)
        columns = int(min(width / pose.scale - column, 2 * WINDOW) // BLOCK)
        if min(rows, columns) < 4:
            return np.zeros((len(self.seen), len(GAINS), len(PHASES), 4, TILE, TILE), np.float32)
        left, right = (min(edge * pose.scale, width) for edge in (column, column + columns * BLOCK))
        top, bottom = (min(edge * pose.scale, height) for edge in (row, row + rows * BLOCK))
        box = left, top, right, bottom

        def laid(plane: np.ndarray) -> np.ndarray:
            return _resize(_turned(plane, pose), (columns * BLOCK, rows * BLOCK), box)

        chips = self._readings(soft_chips(laid(self.chroma), GAINS, PHASES), laid)
        folded = fold(chips, TILE)
        first = round((row - pose.row) / BLOCK), round((column - pose.column) / BLOCK)
        places = [(first[0] + i, first[1] + j) for i in (0, 16) for j in (0, 16)]
        return np.stack([np.roll(folded, place, axis=(-2, -1)) for place in places], axis=-3)

    def first_chips(self) -> np.ndarray:
        """(readings, 32, 32) folded soft chips of a picture that was neither moved nor stretched."""
        area = np.s_[: 2 * WINDOW, : 2 * WINDOW]
        return fold(self._readings(soft_chips(self.chroma[area])[0, 0], lambda plane: plane[area]), TILE)

    def folded_chips_at_origin(self, scale: float) -> np.ndarray:
        """(8 orientations, readings, gains, phases, 32, 32) folded soft chips of a picture scaled as a whole."""
        chips = soft_chips(resized(self.chroma, scale), GAINS, PHASES)
        chips = self._readings(chips, lambda plane: resized(plane, scale))
        return np.stack([fold(orient(chips, orientation), TILE) for orientation in range(ORIENTATIONS)])

    def _readings(self, chips: np.ndarray, lay: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """(..., rows, columns) soft chips -> (readings, ..., rows, columns); `lay` puts a plane where they are."""
        readings = []
        for seen in self.seen:
            if seen is None:
                readings.append(chips)
                continue
            readings.append(chips * whole_blocks(lay(seen) > 0.9))
        return np.stack(readings)


def resized(plane: np.ndarray, scale: float) -> np.ndarray:
    """A float plane divided by `scale` in both directions, smoothed where it shrinks."""
    if abs(scale - 1) < 1e-9:
        return plane
    height, width = (max(8, round(side / scale)) for side in plane.shape)
    return _resize(plane, (width, height), None)


def _resize(plane: np.ndarray, size: tuple[int, int], box: tuple[float, float, float, float] | None) -> np.ndarray:
    return np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BICUBIC, box=box))


def _turned(plane: np.ndarray, pose: Pose) -> np.ndarray:
    if pose.angle:
        plane = np.asarray(Image.fromarray(plane).rotate(pose.angle, Image.Resampling.BICUBIC))
    return np.ascontiguousarray(orient(plane, pose.orientation))


def _middle(plane: np.ndarray, side: float) -> tuple[np.ndarray, int, int]:
    """The middle `side` pixels of a plane, one more where it would not be the middle, and where they begin."""
    top, left = (max(0, (length - round(side)) // 2) for length in plane.shape)
    return plane[top : plane.shape[0] - top, left : plane.shape[1] - left], top, left


def _peak(values: np.ndarray) -> float:
    """Where a parabola through three scores peaks, between -0.5 and 0.5 of the middle one."""
    before, middle, after = map(float, values)
    bend = before - 2 * middle + after
    return max(-0.5, min(0.5, 0.5 * (before - after) / bend)) if bend < 0 else 0.0
