"""Eyes about their pupils: what of a drawing has to go with a dark spot that was found. Arithmetic on its layer."""

import numpy as np
from scipy import ndimage

from pipeline.pictures.masks import bounds, dilated, eroded, labelled, odd

__all__ = ["pupils", "unmultiplied", "whole_eyes"]

_FEWEST = 12  # pixels around an eye that tell its fur
_FUR = 0.12, 0.12  # difference of colour within which a pixel is of the fur, and of how much of what lies around
_SHADE = 0.18  # difference of colour within which a pixel is of the same iris
_IRIS = 0.06, 0.35  # area of a whole eye about a pupil, of the thing's, and how far it is from a disc, at most


def unmultiplied(picture: np.ndarray) -> np.ndarray:
    """Colours (3, side, side) of a picture (4, side, side) whose colours are multiplied by alpha."""
    return np.clip(picture[:3] / np.maximum(picture[3], 0.05), 0, 1)


def whole_eyes(small: np.ndarray, spots: np.ndarray) -> np.ndarray:
    """Spots with all that has not the colours of the fur around them: the white of an eye, its iris, or its rim."""
    colours, solid, eyes = unmultiplied(small), small[3] > 0.5, spots.copy()
    labels, count = labelled(spots)
    irises = [_iris(colours, solid, labels == number) for number in range(1, count + 1)]
    if count == 2 and (irises[0] is None) != (irises[1] is None):  # an eye is the other's mirror image
        known = 0 if irises[1] is None else 1
        mirrored = _mirrored(np.asarray(irises[known]), labels == known + 1, labels == 2 - known)
        irises[1 - known] = mirrored & solid
    rows, columns = np.ogrid[: len(solid), : len(solid)]
    for number in range(1, count + 1):
        spot = labels == number
        if (iris := irises[number - 1]) is not None:
            eyes |= iris
            continue
        left, top, right, bottom = bounds(spot)
        reach = max(right - left, bottom - top) / 2
        away = np.hypot(rows - (top + bottom - 1) / 2, columns - (left + right - 1) / 2)
        near = solid & (away < 2.4 * reach + 1)
        around = colours[:, solid & (away >= 2.4 * reach + 1) & (away < 3.2 * reach + 2) & ~spots]
        if around.shape[1] < _FEWEST:
            continue
        alike = np.abs(colours[:, near][:, :, None] - around[:, None, :]).max(0) < _FUR[0]
        strange = spot.copy()
        strange[near] |= alike.mean(1) < _FUR[1]
        joined, _ = labelled(strange)
        eyes |= np.isin(joined, np.unique(joined[spot]))
    return eyes


def _iris(colours: np.ndarray, solid: np.ndarray, spot: np.ndarray) -> np.ndarray | None:
    """The patch of one colour that a pupil lies in, with the pupil, where it is as small and round as an eye."""
    ring = dilated(spot, 2) & ~dilated(spot, 1) & solid
    if not ring.any():
        return None
    away = np.abs(colours - np.median(colours[:, ring], axis=1)[:, None, None]).max(0)
    labels, _ = labelled(solid & ((away < _SHADE) | spot))
    patch = np.asarray(ndimage.binary_fill_holes(labels == np.bincount(labels[spot]).argmax()), bool)
    inside = not (patch & ~eroded(solid, 2)).any()
    return dilated(patch, 1) if inside and patch.sum() < _IRIS[0] * solid.sum() and odd(patch) < _IRIS[1] else None


def _mirrored(iris: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The mirror image of what lies about one spot, about the other."""
    (y1, x1), (y2, x2) = (np.argwhere(spot).mean(0).tolist() for spot in (one, other))
    image = iris[:, ::-1]
    return np.roll(image, (round(y2 - y1), round(x2 - (iris.shape[1] - 1 - x1))), axis=(0, 1))


def pupils(small: np.ndarray, spots: np.ndarray) -> np.ndarray:
    """What lies within patches of fur: pupils."""
    whole = np.asarray(ndimage.binary_fill_holes(dilated(spots, 1)), bool)
    colours = unmultiplied(small)
    usual = np.median(colours[:, spots], axis=1)
    away = np.abs(colours - usual[:, None, None]).max(0) > 0.15
    return eroded(whole, 2) & away
