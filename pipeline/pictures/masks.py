"""Masks, (height, width) of bool: their regions, larger and smaller ones. scipy's own functions, typed."""

from typing import Any

import numpy as np
from scipy import ndimage

__all__ = ["bounds", "depth_of", "dilated", "eroded", "labelled", "nearest_of", "odd"]


def labelled(mask: np.ndarray, structure: np.ndarray | None = None) -> tuple[np.ndarray, int]:
    """Each pixel's connected region, from 1 on, 0 outside the mask; and how many there are.

    Args:
        structure: (3, 3), which neighbours are joined; left out, the four beside a pixel.
    """
    found: Any = ndimage.label(mask, structure)
    return found[0], int(found[1])


def dilated(mask: np.ndarray, iterations: int = 1) -> np.ndarray:
    """With so many pixels around it."""
    return np.asarray(ndimage.binary_dilation(mask, iterations=iterations), bool)


def eroded(mask: np.ndarray, iterations: int = 1) -> np.ndarray:
    """Without so many pixels at its edge."""
    return np.asarray(ndimage.binary_erosion(mask, iterations=iterations), bool)


def depth_of(mask: np.ndarray) -> np.ndarray:
    """How far each pixel of a mask is from what is not in it, in pixels (float64); outside the square is not."""
    return np.asarray(ndimage.distance_transform_edt(np.pad(mask, 1)))[1:-1, 1:-1]


def nearest_of(mask: np.ndarray) -> np.ndarray:
    """(2, height, width): row and column of the nearest pixel of a mask."""
    found: Any = ndimage.distance_transform_edt(~mask, return_distances=False, return_indices=True)
    return found


def bounds(mask: np.ndarray) -> tuple[int, int, int, int]:
    """left, top, right, bottom of what is in a mask, right and bottom exclusive; zeros where nothing is."""
    rows, columns = np.flatnonzero(np.any(mask, axis=1)), np.flatnonzero(np.any(mask, axis=0))
    if not len(rows):
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def odd(spot: np.ndarray) -> float:
    """How far a spot is from a disc: long, bent or ragged."""
    spot = np.asarray(ndimage.binary_fill_holes(spot), bool)
    y, x = (spot.nonzero() - np.array([[at] for at in ndimage.center_of_mass(spot)])) + 0.0
    moments = np.linalg.eigvalsh(
        np.array([[(x * x).mean(), (x * y).mean()], [(x * y).mean(), (y * y).mean()]]) + np.eye(2) / 12
    )
    ellipse = 4 * np.pi * np.sqrt(moments[0] * moments[1])
    return 0.5 * max(0.0, np.sqrt(moments[1] / moments[0]) - 1.7) + 1.5 * max(0.0, ellipse / spot.sum() - 1.08)
