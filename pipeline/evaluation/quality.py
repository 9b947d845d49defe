"""What the eye dislikes, in numbers: soft edges, restless grounds, things cut off by the border, mush.

Each is measured on drawn and on real pictures of the same prompts, because none has a natural scale.
"""

import statistics

import numpy as np
from PIL import Image
from scipy import ndimage

from pipeline.evaluation.foreground import segment

__all__ = ["QUALITIES", "picture_qualities", "summarise"]

# name -> what the summary over pictures is
QUALITIES = {
    "edge sharpness": "median: share of a contour's contrast that the steepest step between neighbours takes",
    "ground unrest": "median: deviation of the ground far from the thing, in grey levels of 255",
    "cut off": "share of pictures whose thing touches the border",
}
FAR = 12  # pixels of 256 between the thing and what counts as open ground
CONTOUR, CONTOUR_CONTRAST = 9, 48  # a contour: pixels around a place, and the grey levels that they span at least
BORDER_SHARE = 0.02  # of the border's pixels that must differ for a thing to count as cut off


def picture_qualities(image: Image.Image) -> dict[str, float]:
    """One picture's values, by the names of ``QUALITIES``."""
    grey = np.asarray(image.convert("L"), dtype=np.float32)
    foreground = segment(image)
    mask = foreground.mask()
    reach = max(1, round(FAR * image.width / 256))
    open_ground = ~ndimage.binary_dilation(mask, iterations=reach) if mask.any() else ~mask
    unrest = foreground.deviation.numpy()[:, open_ground]
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return {
        "edge sharpness": _sharpness(grey),
        "ground unrest": float(255 * unrest.std(axis=1).mean()) if open_ground.sum() > 100 else 0.0,
        "cut off": float(border.mean() > BORDER_SHARE),
    }


def _sharpness(grey: np.ndarray) -> float:
    """Mean, near contours, of the steepest step between neighbours over the contrast around it; 0 to 1."""
    contrast = ndimage.maximum_filter(grey, CONTOUR) - ndimage.minimum_filter(grey, CONTOUR)
    steps = np.zeros_like(grey)
    steps[1:] = np.abs(np.diff(grey, axis=0))
    steps[:, 1:] = np.maximum(steps[:, 1:], np.abs(np.diff(grey, axis=1)))
    near = contrast > CONTOUR_CONTRAST
    return float((ndimage.maximum_filter(steps, CONTOUR)[near] / contrast[near]).mean()) if near.any() else 0.0


def summarise(values: list[dict[str, float]]) -> dict[str, float]:
    """The median of each value over pictures; the mean of "cut off"."""
    if not values:
        raise ValueError("There are no pictures to summarise; raise `limit`.")
    middle = {"cut off": statistics.fmean}
    return {name: middle.get(name, statistics.median)([value[name] for value in values]) for name in QUALITIES}
