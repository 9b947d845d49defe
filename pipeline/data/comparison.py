"""Whether two small pictures show the same thing: what confirms, or refuses, a pair that the hashes proposed.

Two measures on thumbnails of 8-bit RGB. `tone_difference` forgives brightness, contrast and saturation, within
limits: it knows re-encoded, resized and recoloured copies. `crop_difference` also forgives a slight crop: it finds
the stretch and shift between the two first (Lucas and Kanade 1981, in the form of Baker and Matthews 2004), and then
counts what edges moved by a quarter of a pixel cannot explain, at the worst place of the picture.
"""

import numpy as np
import scipy.ndimage
from PIL import Image

from pipeline.data.picture import flatten

__all__ = ["THUMBNAIL_SIDE", "crop_difference", "thumbnail", "tone_difference"]

THUMBNAIL_SIDE = 32
MAX_STRETCH = 0.12  # of the side: a "slight" crop
_SATURATION, _GAIN, _SHIFT = (0.7, 1.4), (0.8, 1.25), (-30, 30)  # what still counts as the same colours
_NOISE = 4.0  # of 255: a copy differs by this everywhere after strong JPEG (measured: rms 3.4 at quality 20)
_EDGE = 0.25  # pixels that an edge may be misplaced
_HOPELESS = 15.0  # of 255, after three steps: cropped copies end at 3 to 7
_STEPS = 8  # of alignment; it settles in four to six


def thumbnail(image: Image.Image, side: int = THUMBNAIL_SIDE) -> np.ndarray:
    """(side, side, 3) uint8 on white."""
    return np.asarray(flatten(image).resize((side, side), Image.Resampling.HAMMING))


def tone_difference(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Root mean square difference, 0 to 255, of thumbnails (n, side, side, 3) after the best change of tone; (n,)."""
    first = first.reshape(len(first), -1, 3).astype(np.float32)
    second = second.reshape(len(second), -1, 3).astype(np.float32)
    return np.sqrt(np.mean((second - _match_tone(first, second)) ** 2, axis=(1, 2)))


def crop_difference(first: np.ndarray, second: np.ndarray) -> float:
    """How far two thumbnails (side, side, 3) differ beyond tone, a slight crop and edges moved by a quarter pixel.

    In units of strong JPEG noise, at the worst 3x3 pixels: copies are under 2, of what differs anywhere by a
    visible detail most is over 3.
    """
    first, second = first.astype(np.float32), second.astype(np.float32)
    place = _align(_blur(first, 1.0), _blur(second, 1.0))
    first, second = _blur(first, 0.6), _blur(second, 0.6)
    moved = _with_tone(_sample(first, place), second)
    steepness = np.maximum(_squared_gradient(moved), _squared_gradient(second))[..., None]
    surprise = np.mean((second - moved) ** 2 / (_NOISE**2 + _EDGE**2 * steepness), axis=-1)[1:-1, 1:-1]
    return float(np.sqrt(scipy.ndimage.uniform_filter(surprise, 3).max()))


def _match_tone(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """`first` (n, pixels, 3) with the saturation, contrast and brightness of `second`, as far as the limits go."""
    grey, target = first.mean(axis=-1, keepdims=True), second.mean(axis=-1, keepdims=True)
    colour = first - grey
    saturation = (colour * (second - target)).sum(axis=(1, 2)) / ((colour * colour).sum(axis=(1, 2)) + 1)
    centred = grey - grey.mean(axis=1, keepdims=True)
    gain = (centred * (target - target.mean(axis=1, keepdims=True))).sum(axis=(1, 2))
    gain = np.clip(gain / ((centred * centred).sum(axis=(1, 2)) + 1), *_GAIN)[:, None, None]
    shift = np.clip(target.mean(axis=1, keepdims=True) - gain * grey.mean(axis=1, keepdims=True), *_SHIFT)
    return gain * grey + shift + np.clip(saturation, *_SATURATION)[:, None, None] * colour


def _with_tone(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return _match_tone(first.reshape(1, -1, 3), second.reshape(1, -1, 3)).reshape(second.shape)


def _align(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(stretch x, stretch y, shift x, shift y), in half sides, that takes `first` nearest to `second`."""
    across, down = _coordinates(first.shape[0])
    half = first.shape[0] / 2
    place, best_place, best_error = np.zeros(4), np.zeros(4), np.inf
    for step in range(_STEPS):
        moved = _with_tone(_sample(first, place), second)
        rest = (second - moved)[1:-1, 1:-1]
        error = float(np.mean(rest * rest))
        if error < best_error:
            best_place, best_error = place, error
        elif step > 3:
            break
        if step == 3 and best_error > _HOPELESS**2:
            break
        slope_down, slope_across = np.gradient(moved.mean(axis=-1))
        jacobian = np.stack([slope_across * across, slope_down * down, slope_across, slope_down], axis=-1) * half
        jacobian = jacobian[1:-1, 1:-1].reshape(-1, 4)
        normal = jacobian.T @ jacobian + 50 * np.eye(4)  # damped: a flat picture has nothing to align by
        place = np.clip(
            place + np.linalg.solve(normal, jacobian.T @ rest.mean(axis=-1).ravel()), -MAX_STRETCH, MAX_STRETCH
        )
    return best_place


def _sample(image: np.ndarray, place: np.ndarray) -> np.ndarray:
    across, down = _coordinates(image.shape[0])
    half = image.shape[0] / 2
    rows = (down * (1 + place[1]) + place[3]) * half + half - 0.5
    columns = (across * (1 + place[0]) + place[2]) * half + half - 0.5
    where = [rows, columns]
    channels = [scipy.ndimage.map_coordinates(image[..., c], where, order=1, mode="nearest") for c in range(3)]
    return np.stack(channels, axis=-1)


def _coordinates(side: int) -> tuple[np.ndarray, np.ndarray]:
    """x and y of the pixel centres, -1 to 1."""
    centres = (np.arange(side) + 0.5) / side * 2 - 1
    return np.broadcast_to(centres, (side, side)), np.broadcast_to(centres[:, None], (side, side))


def _blur(image: np.ndarray, sigma: float) -> np.ndarray:
    return scipy.ndimage.gaussian_filter(image, (sigma, sigma, 0))


def _squared_gradient(image: np.ndarray) -> np.ndarray:
    down, across = np.gradient(image.mean(axis=-1))
    return down * down + across * across
