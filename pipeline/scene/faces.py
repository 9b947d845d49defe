"""Faces: where a thing's own eyes, nose and mouth are. Arithmetic on its layer.

Eyes are two spots, darker or lighter than what lies around them, that are each other's mirror image.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from scipy import ndimage

from pipeline.pictures.masks import bounds, dilated, eroded, labelled, odd
from pipeline.scene.eyes import pupils, unmultiplied, whole_eyes
from pipeline.scene.shape import Face, Shape

__all__ = ["FRONT", "NEAR_EYE", "Own", "Point", "find_eyes", "find_face", "find_own", "seen_eye", "symmetry"]
__all__ += ["unmultiplied"]

FRONT = 0.78  # overlap of an outline and its mirror image, at least, of what is seen from the front
_GRID = 128  # pixels at which a thing's own features are looked for
_EYE = 0.0011, 0.075  # area of an eye, of the thing's ...
_SMALL = 0.02  # ... of the only one that is seen from the side
_PATCH = 0.05  # ... and from where it is a patch of fur, which stays
_FAINT = 0.012  # difference of luma at least: the mirror image of one eye
_CONTRASTS = 0.045, 0.07, 0.13, 0.22  # difference of luma to what lies around
_REACHES = 0.05, 0.1  # of the side: how far around
_BEST = 1.0  # cost beyond which two spots are no eyes
_HIGH = 0.9  # of the distance of two eyes, how high a head is between them at least
_EVEN = 0.85  # symmetry of an outline, at least, of whose one eye a faint mirror image is looked for
_WHITE = 0.7  # of the darkest of a tooth's colours
_OPEN = 0.7  # of its box, so much an open mouth fills at least
_APART = 0.5  # of the thing's width: eyes that are as far apart are a face's that is seen from the front
_TEETH = 0.035, 0.1  # area of teeth, of the thing's, at most; of those in one bar
_SAME = 0.25  # difference of colour around an eye and its faint mirror image, at most
_WIDEST = 3.0  # of the distance of the eyes: what is wider is more than a head
_UNLIKE = 1.6  # cost of a difference of colour around them
_NOSE = 0.38  # of the distance of the eyes, at most below them, a nose begins; what is lower is a mouth
NEAR_EYE = 0.1  # of the side: so far an eye is at most from where it is said to be
_NEAR = 0.3  # of the distance of two eyes, so far they are at most from where they are said to be


class Point(NamedTuple):
    """In pixels."""

    x: float
    y: float


@dataclass(frozen=True)
class Own:
    """A thing's own features.

    Attributes:
        left, right: its eyes.
        eyes, mouth, nose: (side, side) of bool.
        chin: y of the lowest pixel that a mouth may reach.
        width: of the head at the eyes.
    """

    left: Point
    right: Point
    eyes: np.ndarray
    mouth: np.ndarray
    nose: np.ndarray
    chin: float
    width: float


def find_own(
    thing: np.ndarray,
    heads: Sequence[tuple[float, float, float, float]],
    anchors: Mapping[str, tuple[float, float]] | None = None,
) -> Own | None:
    """A thing's own eyes, nose and mouth; None where it has no eyes.

    Args:
        thing: (4, side, side) in [0, 1], colours multiplied by alpha.
        heads: left, top, right, bottom of what may be the head, of the side.
        anchors: its "left eye" and "right eye" about, x and y of the side: nostrils are told from eyes by them.
    """
    side = thing.shape[-1]
    factor = max(1, side // _GRID)
    small = thing[:, ::factor, ::factor]
    size, solid = small.shape[-1], small[3] > 0.5
    pair = _marked(small, anchors or {}) or _pair(small, heads)
    if pair is None and heads[0] == heads[1] and symmetry(solid, size * (heads[0][0] + heads[0][2]) / 2) > _EVEN:
        pair = _mirrored(_darker(small), eroded(solid, iterations=3), heads[0])  # all head
        if pair and not (
            _is_head(solid, *pair[:2]) and _unlike(unmultiplied(small), solid, *_halves(pair[2])) < _SAME
        ):
            pair = None
    eye = seen_eye(anchors or {})
    if pair is None or not _holds(pair[:2], size, eye):
        pair = _two(small, [(Point(at.x / factor, at.y / factor), radius) for at, radius in find_eyes(thing)])
    if pair is None or not _holds(pair[:2], size, eye):
        return None
    one, other, spots, spot_areas = pair
    y, x = (one.y + other.y) / 2, (one.x + other.x) / 2
    apart = other.x - one.x
    columns = solid.any(0).nonzero()[0]
    if apart > _APART * (columns[-1] - columns[0]) and symmetry(solid, x) < FRONT:
        return None
    row = solid[int(y)]
    outside = (~row).nonzero()[0]
    start = max((at for at in outside if at < x), default=-1) + 1
    stop = min((at for at in outside if at > x), default=size)
    below = (~solid[int(y) :, int(x)]).nonzero()[0]
    width = min(stop - start, _WIDEST * apart)
    chin = min(int(y) + (below[0] if len(below) else size - int(y)), y + 1.35 * max(apart, 0.3 * width))
    nose, mouth = _below(small, one, other, chin, (anchors or {}).get("mouth"))
    eyes = whole_eyes(small, spots) if spot_areas < _PATCH * solid.sum() else pupils(small, spots)

    def large(mask: np.ndarray) -> np.ndarray:
        return np.kron(mask, np.ones((factor, factor), bool))

    left, right = (Point(factor * (at.x + 0.5), factor * (at.y + 0.5)) for at in (one, other))
    return Own(left, right, large(eyes), large(mouth), large(nose), factor * chin, factor * float(width))


def seen_eye(anchors: Mapping[str, tuple[float, float]]) -> tuple[float, float] | None:
    """x and y of the one eye that anchors tell of, as of what is seen from the side; None of two or of none."""
    known = [anchors[name] for name in ("left eye", "right eye") if name in anchors]
    return known[0] if len(known) == 1 else None


def _holds(pair: Sequence[Point], size: int, eye: tuple[float, float] | None) -> bool:
    """Whether one of two spots is the one eye that is known; ears of a head seen from the side are no eyes."""
    if eye is None:
        return True
    return min(np.hypot(at.x / size - eye[0], at.y / size - eye[1]) for at in pair) < NEAR_EYE


def find_eyes(thing: np.ndarray) -> list[tuple[Point, float]]:
    """Middle and radius of each small dark spot of a thing (4, side, side) that may be the only eye seen of it."""
    factor = max(1, thing.shape[-1] // _GRID)
    small = thing[:, ::factor, ::factor]
    solid = small[3] > 0.5
    rows = solid.any(1).nonzero()[0]
    found: list[tuple[Point, float]] = []
    for mask, contrast, light in _spots(small, _darker(small)):
        if light or contrast < _CONTRASTS[-1]:
            continue
        labels, count = labelled(mask)
        for number in range(1, count + 1):
            spot = labels == number
            y, x = np.argwhere(spot).mean(0).tolist()
            high = (y - rows[0]) / len(rows)
            if not (_EYE[0] * solid.sum() < spot.sum() < _SMALL * solid.sum() and high < 0.6 and odd(spot) < 0.15):
                continue
            middle, radius = Point(factor * (x + 0.5), factor * (y + 0.5)), factor * float(np.sqrt(spot.sum() / np.pi))
            if not any(np.hypot(middle.x - at.x, middle.y - at.y) < radius + other for at, other in found):
                found.append((middle, radius))
    return found


def find_face(
    layer: torch.Tensor, name: str = "", anchors: Mapping[str, tuple[float, float]] | None = None
) -> Face | None:
    """Where the eyes of a layer (4, side, side) in [-1, 1] are; None where it has none; see ``find_own``."""
    thing = ((layer.float() + 1) / 2).cpu().numpy()
    shape = Shape(torch.from_numpy(thing[3]), name)
    own = find_own(thing, (shape.head, shape.box), anchors) if (thing[3] > 0.5).any() else None
    if own is None:
        return None
    side = thing.shape[-1]
    x, y = (own.left.x + own.right.x) / 2, (own.left.y + own.right.y) / 2
    return Face(x / side, y / side, (own.right.x - own.left.x) / side, own.width / side, float(own.chin) / side)


def _marked(
    small: np.ndarray, anchors: Mapping[str, tuple[float, float]]
) -> tuple[Point, Point, np.ndarray, float] | None:
    """The pair of spots at two eyes that are known about; None where there is none as near to them as that."""
    if not {"left eye", "right eye"} <= anchors.keys():
        return None
    (x1, y1), (x2, y2) = anchors["left eye"], anchors["right eye"]
    x, y, apart = (x1 + x2) / 2, (y1 + y2) / 2, max(x2 - x1, 0.1)
    pair = _pair(small, ((x - apart, y - 1.04 * apart, x + apart, y + 0.96 * apart),))
    if pair is None:
        return None
    size = small.shape[-1]
    ends = zip(pair[:2], ((x1, y1), (x2, y2)), strict=True)
    away = max(np.hypot(at.x / size - x, at.y / size - y) for at, (x, y) in ends)
    return pair if away < _NEAR * apart + 1 / size else None


def _pair(small: np.ndarray, heads: Sequence) -> tuple[Point, Point, np.ndarray, float] | None:
    """The two spots that are most alike, level, and about the middle of what may be the head; their mask and area."""
    solid = small[3] > 0.5
    size, area = solid.shape[0], solid.sum()
    edge = ~eroded(solid, iterations=5)
    rows = solid.any(1).nonzero()[0]
    lowest = rows[0] + 0.78 * (rows[-1] - rows[0])
    best, least, colours = None, _BEST, unmultiplied(small)
    for mask, contrast, light in _spots(small, _darker(small)):
        labels, count = labelled(mask)
        places = ndimage.find_objects(labels)
        numbers = range(1, count + 1)
        areas = ndimage.sum(mask, labels, numbers)
        centres = ndimage.center_of_mass(mask, labels, numbers)
        usable = [at for at in range(count) if _EYE[0] * area < areas[at] < _EYE[1] * area and centres[at][0] < lowest]
        edges = ndimage.mean(edge, labels, numbers) if count else ()
        usable = sorted(usable, key=lambda at: -areas[at])[:24]
        for one, other in itertools.permutations(usable, 2):
            (y1, x1), (y2, x2) = centres[one], centres[other]
            apart = (x2 - x1) / size
            if not 0.1 < apart < 0.62 or abs(y1 - y2) > 0.25 * (x2 - x1):
                continue
            cost = 2.5 * abs(y1 - y2) / size / apart + abs(np.log(areas[one] / areas[other])) / 2
            middle = (x1 + x2) / 2 / size, (y1 + y2) / 2 / size
            cost += min(_away(head, *middle, apart) for head in heads)
            if cost > least:
                continue
            if not _is_head(solid, Point(x1, y1), Point(x2, y2)):
                continue
            shapes = [labels[places[at]] == at + 1 for at in (one, other)]
            cost += 0.7 * (1 - _alike(shapes[0][:, ::-1], shapes[1])) + 0.35 * light - contrast
            cost += max(odd(shape) for shape in shapes) + max(edges[one], edges[other])
            cost += _UNLIKE * _unlike(colours, solid, labels == one + 1, labels == other + 1) if cost < least else 0
            if cost < least:
                least = cost
                spots = (labels == one + 1) | (labels == other + 1)
                best = Point(x1, y1), Point(x2, y2), spots, float(max(areas[one], areas[other]))
    return best


def _two(small: np.ndarray, eyes: list[tuple[Point, float]]) -> tuple[Point, Point, np.ndarray, float] | None:
    """The only two dark spots, where they are level and alike: the head lies about them, wherever it is."""
    if len(eyes) != 2:
        return None
    (one, first), (other, second) = sorted(eyes)
    x, y, apart = (one.x + other.x) / 2, (one.y + other.y) / 2, other.x - one.x
    if abs(one.y - other.y) > 0.25 * apart or max(first, second) > 1.6 * min(first, second):
        return None
    size = small.shape[-1]
    head = ((x - apart) / size, (y - apart) / size, (x + apart) / size, (y + apart) / size)
    return _pair(small, (head,))


def symmetry(solid: np.ndarray, x: float) -> float:
    """Overlap of an outline (side, side) of bool and its mirror image about a column, of what both cover."""
    image = np.roll(solid[:, ::-1], round(2 * x) - len(solid), axis=1)
    return float((solid & image).sum() / (solid | image).sum())


def _halves(spots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What of two spots is left and right of their middle."""
    left, _, right, _ = bounds(spots)
    is_left = (np.arange(spots.shape[1]) < (left + right) / 2)[None]
    return spots & is_left, spots & ~is_left


def _unlike(colours: np.ndarray, solid: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """How far the colours around two spots differ."""
    around = (dilated(spot, 4) & ~dilated(spot, 1) & solid for spot in (one, other))
    first, second = (colours[:, ring].mean(1) if ring.any() else np.zeros(3) for ring in around)
    return float(np.abs(first - second).max())


def _is_head(solid: np.ndarray, one: Point, other: Point) -> bool:
    """Whether what lies between two spots has no gap, and is as high as they are apart."""
    x, y = round((one.x + other.x) / 2), round((one.y + other.y) / 2)
    gaps = (~np.pad(solid[:, x], 1)).nonzero()[0] - 1
    high = min(gaps[gaps > y], default=y) - max(gaps[gaps <= y], default=y)
    return bool(solid[y, round(one.x) : round(other.x) + 1].all()) and high > _HIGH * (other.x - one.x)


def _mirrored(
    darker: list[np.ndarray], inner: np.ndarray, head: tuple
) -> tuple[Point, Point, np.ndarray, float] | None:
    """One eye and its faint mirror image, in a face seen from the front."""
    size, area = len(inner), inner.sum()
    middle = (head[0] + head[2]) / 2 * size
    best, most = None, 0.0
    for dark, contrast in itertools.product(darker, _CONTRASTS[1:]):
        labels, count = labelled(inner & (dark > contrast))
        for number in range(1, count + 1):
            spot = labels == number
            y, x = np.argwhere(spot).mean(0).tolist()
            apart = 2 * abs(x - middle)
            image = np.roll(spot[:, ::-1], round(2 * middle) - size, axis=1)
            if not _EYE[0] * area < spot.sum() < _EYE[1] * area or odd(spot) > 0.2 or not (inner & image).any():
                continue
            if not 0.16 < apart / size < 0.62 or _away(head, middle / size, y / size, apart / size) > 0.45:
                continue
            faint = float(dark[image].mean())
            if faint > max(_FAINT, most):
                most = faint
                ends = sorted((Point(x, y), Point(2 * middle - x, y)))
                best = ends[0], ends[1], spot | image, float(spot.sum())
    return best


def _alike(one: np.ndarray, other: np.ndarray) -> float:
    """Overlap of two small masks, laid middle on middle, of what both cover."""
    height, width = (max(a, b) for a, b in zip(one.shape, other.shape, strict=True))
    both = []
    for mask in (one, other):
        canvas = np.zeros((height, width), bool)
        top, left = (height - mask.shape[0]) // 2, (width - mask.shape[1]) // 2
        canvas[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
        both.append(canvas)
    return float((both[0] & both[1]).sum() / (both[0] | both[1]).sum())


def _darker(small: np.ndarray) -> list[np.ndarray]:
    """How much darker each pixel is than what lies around it, nearer and further."""
    solid = small[3] > 0.5
    luma = unmultiplied(small).mean(0)
    found = []
    for reach in _REACHES:
        weight = ndimage.gaussian_filter(solid.astype(np.float32), reach * len(solid))
        around = ndimage.gaussian_filter(luma * solid, reach * len(solid)) / np.maximum(weight, 1e-3)
        found.append(around - luma)
    return found


def _spots(small: np.ndarray, darker: list[np.ndarray]) -> Iterator[tuple[np.ndarray, float, bool]]:
    """Masks of what is darker or lighter than what lies around it; how much, and whether it is lighter."""
    inner = eroded(small[3] > 0.5, iterations=3)
    for dark in darker:
        for contrast in _CONTRASTS:
            yield inner & (dark > contrast), contrast, False
            yield inner & (-dark > contrast), contrast, True


def _away(head: tuple[float, float, float, float], x: float, y: float, apart: float) -> float:
    """How far eyes about (x, y) are from where a head has them."""
    left, top, right, bottom = head
    aside = 1.5 * abs(x - (left + right) / 2) + 1.2 * abs(y - top - 0.52 * (bottom - top)) / (bottom - top)
    return aside + 1.5 * max(0.0, 0.3 - apart / (right - left))


def _within(spot: np.ndarray, x: float, reach: float, share: float) -> np.ndarray:
    """Pixels about a column, in the upper share of a spot."""
    _, top, _, bottom = bounds(spot)
    rows, columns = np.ogrid[: spot.shape[0], : spot.shape[1]]
    return (np.abs(columns - x) < reach) & (rows < top + share * (bottom - top))


def _opens(spot: np.ndarray, said: tuple[float, float]) -> bool:
    """Whether a spot is a round open mouth where one is said to be; a nose with a line below it is none."""
    left, top, right, bottom = bounds(spot)
    x, y = (at * len(spot) for at in said)
    filled = spot.sum() / ((right - left) * (bottom - top))
    return bool(left - 1 <= x < right + 1 and top - 1 <= y < bottom + 1 and filled > _OPEN)


def _below(
    small: np.ndarray, one: Point, other: Point, chin: float, said: tuple[float, float] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Nose and mouth: what is darker between and below the eyes; the upper is the nose, if it is compact and not where
    the mouth is said to be.
    """
    nose, mouth = np.zeros(small.shape[1:], bool), np.zeros(small.shape[1:], bool)
    x, y, apart = (one.x + other.x) / 2, (one.y + other.y) / 2, other.x - one.x
    solid = small[3] > 0.5
    found: dict[int, tuple] = {}
    luma = unmultiplied(small).mean(0)
    size = solid.shape[0]
    weight = ndimage.gaussian_filter(solid.astype(np.float32), 0.06 * size)
    around = ndimage.gaussian_filter(luma * solid, 0.06 * size) / np.maximum(weight, 1e-3)
    labels, count = labelled(eroded(solid, 2) & (luma < around - 0.09))
    for number, place in enumerate(ndimage.find_objects(labels), 1):
        own = labels[place] == number
        rows, columns = place
        centre = (columns.start + columns.stop) / 2
        high = (rows.start + rows.stop) / 2
        if own.sum() < 6 or abs(centre - x) > 0.22 * apart or not y + 0.1 * apart < high <= chin + 2:
            continue
        if columns.stop - columns.start > 1.1 * apart or own.sum() > 0.04 * solid.sum():
            continue
        found[number] = (high, columns.stop - columns.start, rows.stop - rows.start)
    for at, number in enumerate(sorted(found, key=lambda number: found[number][0])):
        high, width, height = found[number]
        own = labels == number
        if said is not None and _opens(own, said):
            mouth |= own
        elif at == 0 and high - height / 2 - y < _NOSE * apart and width < 0.5 * apart and width < 2.6 * height:
            nose |= own
        elif at == 0 and high - height / 2 - y < _NOSE * apart and width < 2.6 * height:  # nose and mouth in one
            upper = own & _within(own, x, 0.2 * apart, 0.55)
            nose, mouth = nose | upper, mouth | own & ~upper
        else:
            mouth |= own
    white = unmultiplied(small).min(0) > _WHITE
    labels, count = labelled(eroded(solid, 2) & (around - luma < -0.09) & white)  # teeth
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
        high, centre = (rows.start + rows.stop) / 2, (columns.start + columns.stop) / 2
        teeth, wide, tall = labels == number, columns.stop - columns.start, rows.stop - rows.start
        grille = wide > 2.5 * tall and teeth.sum() > 0.5 * wide * tall  # a muzzle is no such bar
        most = _TEETH[int(grille)] * solid.sum()
        if abs(centre - x) < 0.6 * apart and y + 0.5 * apart < high < chin and teeth.sum() < most:
            mouth |= ndimage.binary_fill_holes(ndimage.binary_closing(teeth, iterations=3)) if grille else teeth
    return nose, mouth
