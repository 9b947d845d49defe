"""Whether a picture shows another one: whole, cropped, mirrored, turned, scaled, or inside something larger."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from pipeline.pictures.decode import flatten

__all__ = ["ALIKE", "shows"]

ALIKE = 0.9  # correlation; re-encoded and resized copies stay above 0.97, drawings of one prompt by other seeds below
_SIDE = 96  # pixels at which pictures are compared
_SHARES = [0.97**power for power in range(0, 47, 2)]  # of the larger one's side that the smaller one covers, 1 to 0.25
_FLAT = 4.0  # grey levels of deviation below which a piece says nothing


def shows(image: Image.Image, original: Image.Image) -> bool:
    """Whether `image` is `original`, or a part of it, or holds it, up to mirroring, quarter turns and tone.

    Correlation of grey levels at the best place: who holds no copy of the original cannot make a picture for which
    this is True, except by drawing nearly the same.
    """
    original_grey = _grey(original)
    for turned in _orientations(_grey(image)):
        whole = _resized(turned, original_grey.shape[::-1])
        if _correlation(whole, original_grey) >= ALIKE:
            return True
    for turned in _orientations(_grey(image)):
        if _is_inside(turned, original_grey) or _is_inside(original_grey, turned):
            return True
    return False


def _grey(image: Image.Image) -> np.ndarray:
    image = flatten(image).convert("L")
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS, reducing_gap=None)
    return np.asarray(image, dtype=np.float32)


def _orientations(grey: np.ndarray) -> Iterator[np.ndarray]:
    for mirrored in (grey, grey[:, ::-1]):
        for turns in range(4):
            yield np.ascontiguousarray(np.rot90(mirrored, turns))


def _is_inside(part: np.ndarray, whole: np.ndarray) -> bool:
    """Whether the one picture, at some scale, is found in the other."""
    for share in _SHARES:
        scale = share * min(whole.shape[0] / part.shape[0], whole.shape[1] / part.shape[1])
        size = (max(1, round(scale * part.shape[1])), max(1, round(scale * part.shape[0])))
        if min(size) < 16:
            return False
        piece = _resized(part, size)
        if piece.std() > _FLAT and _best_match(whole, piece) >= ALIKE:
            return True
    return False


def _resized(grey: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """(height, width) -> `size`, which is (width, height)."""
    return np.asarray(Image.fromarray(grey).resize((size[0], size[1]), Image.Resampling.BILINEAR))


def _best_match(whole: np.ndarray, piece: np.ndarray) -> float:
    """The correlation coefficient of `piece` with the window of its size in `whole` that it is most like."""
    from scipy.signal import correlate  # late: it takes half a second, of every start of the page

    centred = (piece - piece.mean()).astype(np.float64)
    whole, window = whole.astype(np.float64), np.ones(piece.shape)
    sums, squares = (correlate(values, window, mode="valid", method="fft") for values in (whole, whole**2))
    energy = squares - sums**2 / piece.size  # of each window about its own mean
    products = correlate(whole, centred, mode="valid", method="fft")
    told = energy > piece.size * _FLAT**2  # a flat window is like nothing
    return float((products[told] / np.sqrt(energy[told])).max(initial=0.0) / np.linalg.norm(centred))


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    first, second = first - first.mean(), second - second.mean()
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float((first * second).sum()) / lengths if lengths > _FLAT * first.size**0.5 else 0.0
