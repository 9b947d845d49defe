"""Whether two small pictures show the same thing: what confirms, or refuses, a pair that the hashes proposed.

Two measures on thumbnails of 8-bit RGB. `tone_difference` forgives brightness, contrast and saturation, within
limits: it knows re-encoded, resized and recoloured copies. `crop_difference` also forgives a slight crop: `align`
finds the stretch and shift between the two (Lucas and Kanade 1981, in the form of Baker and Matthews 2004), what both
show is cut from larger thumbnails, and what edges moved by a quarter of a pixel cannot explain is counted at the worst
place. Cutting matters: a thumbnail that is stretched itself differs from a copy's own by more than a small detail.
"""

import numpy as np
import scipy.ndimage
from PIL import Image

from pipeline.pictures.decode import flatten

__all__ = ["THUMBNAIL_SIDE", "TOLERANCE", "align", "crop_difference", "detail", "thumbnail", "tone_difference"]

THUMBNAIL_SIDE = 32
TOLERANCE = 4.0  # of 255, of two thumbnails: nearly all re-encoded, resized and recoloured copies are within
MAX_STRETCH = 0.12  # of the side, 6 % at each edge: a "slight" crop
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601: the grey that programs desaturate to
_SATURATION, _GAIN, _SHIFT = (0.7, 1.4), (0.8, 1.25), (-30, 30)  # what still counts as the same colours
_NOISE = 4.0  # of 255: a copy differs by this everywhere after strong JPEG (measured: rms 3.4 at quality 20)
_EDGE = 0.25  # pixels that an edge may be misplaced
_HOPELESS = 15.0  # of 255, after three steps: cropped copies end at 3 to 7
_STEPS = 8  # of alignment; it settles in four to six
_NO_CROP, _SOME_CROP = np.zeros(4), np.array([-0.08, -0.08, 0, 0])  # where alignment begins: at none, or 4 % a side
_DETAIL_SIDES = (64, 128)  # what cuts are made from: half of the picture's own pixels, within these limits
_CUT_SIDES = (
    32,
    48,
)  # likewise, three eighths of that: finer, and the blocks of JPEG show; coarser, and moustaches go


def thumbnail(image: Image.Image, side: int = THUMBNAIL_SIDE, *, border: float = 0.0) -> np.ndarray:
    """(side, side, 3) uint8 on white, without `border` of the width or height at each edge."""
    image = flatten(image)
    box = (border * image.width, border * image.height, (1 - border) * image.width, (1 - border) * image.height)
    return np.asarray(image.resize((side, side), Image.Resampling.HAMMING, box=box))


def detail(image: Image.Image) -> np.ndarray:
    """The larger thumbnail that `crop_difference` cuts from: (side, side, 3) uint8 on white, side 64 to 128."""
    return thumbnail(image, int(np.clip(min(image.size) // 2, *_DETAIL_SIDES)))


def tone_difference(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Root mean square difference, 0 to 255, of thumbnails (n, side, side, 3) after the best change of tone; (n,)."""
    pixels = (len(first), first.shape[1] * first.shape[2], 3)
    first, second = first.reshape(pixels).astype(np.float32), second.reshape(pixels).astype(np.float32)
    return np.sqrt(np.mean((second - _match_tone(first, second)) ** 2, axis=(1, 2)))


def align(first: np.ndarray, second: np.ndarray) -> np.ndarray | None:
    """(stretch x, stretch y, shift x, shift y), in half sides, that takes thumbnail `first` (side, side, 3) nearest to
    `second`; None where nothing does."""
    first, second = _blur(first.astype(np.float32), 1.0), _blur(second.astype(np.float32), 1.0)
    # Only what shows more can be moved to what shows less: at the edges the other would have to be made up.
    tries = [(first, second, _NO_CROP), (first, second, _SOME_CROP), (second, first, _SOME_CROP)]
    moved, target, start = min(tries, key=lambda each: _error(_rest(*each)[1]))
    place, error = _align(moved, target, start)
    if error > _HOPELESS**2:
        return None
    if moved is first:
        return place
    stretch = 1 / (1 + place[:2])
    return np.concatenate([stretch - 1, -place[2:] * stretch])


def crop_difference(first: np.ndarray, second: np.ndarray, place: np.ndarray) -> float:
    """How far what two pictures of `detail` both show differs beyond tone and edges moved by a quarter pixel.

    `place`: from `align`; it is made exact here. In units of strong JPEG noise, at the worst 3x3 of 48x48 pixels:
    cropped copies are under 1, of what differs anywhere by a visible detail most is over 3.
    """
    side = int(np.clip(3 * min(len(first), len(second)) // 8, *_CUT_SIDES))
    pictures = Image.fromarray(first), Image.fromarray(second)
    boxes = _common_boxes(place)
    cuts = [_blur(_cut(picture, box, THUMBNAIL_SIDE), 1.0) for picture, box in zip(pictures, boxes, strict=True)]
    boxes = _common_boxes(_within(_align(cuts[0], cuts[1], _NO_CROP)[0], boxes))
    first, second = (_blur(_cut(picture, box, side), 0.6) for picture, box in zip(pictures, boxes, strict=True))
    moved = _with_tone(first, second)
    steepness = np.maximum(_squared_gradient(moved), _squared_gradient(second))[..., None]
    surprise = np.mean((second - moved) ** 2 / (_NOISE**2 + _EDGE**2 * steepness), axis=-1)[1:-1, 1:-1]
    return float(np.sqrt(scipy.ndimage.uniform_filter(surprise, 3).max()))


def _match_tone(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """`first` (n, pixels, 3) with the saturation, contrast and brightness of `second`, as far as the limits go."""
    grey, target = (first @ _LUMA)[..., None], (second @ _LUMA)[..., None]
    colour = first - grey
    saturation = (colour * (second - target)).sum(axis=(1, 2)) / ((colour * colour).sum(axis=(1, 2)) + 1)
    centred = grey - grey.mean(axis=1, keepdims=True)
    gain = (centred * (target - target.mean(axis=1, keepdims=True))).sum(axis=(1, 2))
    gain = np.clip(gain / ((centred * centred).sum(axis=(1, 2)) + 1), *_GAIN)[:, None, None]
    shift = np.clip(target.mean(axis=1, keepdims=True) - gain * grey.mean(axis=1, keepdims=True), *_SHIFT)
    matched = gain * grey + shift + np.clip(saturation, *_SATURATION)[:, None, None] * colour
    return np.clip(matched, 0, 255)  # as whatever program changed the contrast of `second` had to


def _with_tone(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return _match_tone(first.reshape(1, -1, 3), second.reshape(1, -1, 3)).reshape(second.shape)


def _align(first: np.ndarray, second: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, float]:
    """The best place that steps from `place` find, and the mean square that is left there."""
    across, down = _coordinates(first.shape[0])
    half = first.shape[0] / 2
    best_place, best_error = place, np.inf
    for step in range(_STEPS):
        moved, rest = _rest(first, second, place)
        error = _error(rest)
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
    return best_place, best_error


def _rest(first: np.ndarray, second: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`first` moved to `place`, in the tone of `second`, and what is then left between the two inside the border."""
    moved = _with_tone(_sample(first, place), second)
    return moved, (second - moved)[1:-1, 1:-1]


def _error(rest: np.ndarray) -> float:
    return float(np.mean(rest * rest))


def _common_boxes(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What both pictures show, in half sides of each, as [[left, right], [top, bottom]]."""
    stretch, shift = 1 + place[:2, None], place[2:, None]
    second = np.clip((np.array([-1.0, 1.0]) - shift) / stretch, -1, 1)
    return stretch * second + shift, second


def _within(place: np.ndarray, boxes: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """The place of the whole pictures from that of their cuts."""
    (middle, half), (second_middle, second_half) = ((box.mean(axis=1), np.ptp(box, axis=1) / 2) for box in boxes)
    stretch = half * (1 + place[:2]) / second_half
    return np.concatenate([stretch - 1, middle + half * place[2:] - stretch * second_middle])


def _cut(picture: Image.Image, box: np.ndarray, side: int) -> np.ndarray:
    (left, right), (top, bottom) = np.clip((box + 1) / 2 * picture.width, 0, picture.width)  # pictures are square
    cut = picture.resize((side, side), Image.Resampling.HAMMING, box=(left, top, right, bottom))
    return np.asarray(cut).astype(np.float32)


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
    down, across = np.gradient(image, axis=(0, 1))
    return (down * down + across * across).mean(axis=-1)
