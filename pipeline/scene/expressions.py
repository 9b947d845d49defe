"""Expressions: eyes and mouth of an emoji face, put on another thing's face. Arithmetic on layers, no network.

    layer = wear_expression(fox, emoji, "fox")      # the emoji drawn in the fox's own style

The features of an emoji are what is not its skin. A thing's own eyes are two dark spots, alike and level; they are
filled with what lies around them. A thing without such eyes gets the face where its head is.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from scipy import ndimage

from pipeline.pictures.masks import dilated, eroded, labelled
from pipeline.scene.shape import Shape

__all__ = ["wear_expression"]

_GRID = 128  # pixels at which eyes are looked for
_DARK = 0.66, 0.5  # of the thing's luma, and at most: a darker spot may be an eye
_EYE = 0.0012, 0.085  # area of one, of the thing's ...
_PATCH = 0.035  # ... and from where it is a patch of fur, which stays
_EMOJI_EYES = 0.42, 0.31  # of an emoji: height of its eyes, and how far apart they are, of its width
_ALIKE, _RIM = 0.16, 0.85  # difference of luma below which a feature gets a light rim, and how light that is
_RIM_SKIN = 0.17  # of the side: so near to an emoji's outline its skin may be shaded
_WIDEST = 0.86  # features, of the head's width


def wear_expression(layer: torch.Tensor, emoji: torch.Tensor, name: str = "") -> torch.Tensor:
    """A thing with the expression of an emoji face.

    Args:
        layer, emoji: (4, side, side) in [-1, 1], colours multiplied by alpha.
        name: of the thing; a "face" is all head.
    """
    thing, face = ((one.float().numpy() + 1) / 2 for one in (layer, emoji))
    if not (thing[3] > 0.5).any() or not (face[3] > 0.5).any():
        return layer
    side = thing.shape[-1]
    features, (centre_x, centre_y, apart, width) = _features(face)
    shape = Shape(torch.from_numpy(thing[3]), name)
    eyes = _eyes(thing, (shape.head, shape.box))
    left, top, right, bottom = (edge * side for edge in shape.head)
    if eyes is None:
        scale = 0.52 * (right - left) / width
        x, y = (left + right) / 2, top + 0.46 * (bottom - top)
    else:
        (x, y), distance = eyes.middle, eyes.distance
        scale = distance / apart
        thing = _without(thing, eyes.spots)
        left, right = shape.box[0] * side, shape.box[2] * side  # a raised ear may have been taken for the head
    lowest = features[3].max(1).nonzero()[0].max(initial=0) - centre_y  # the mouth stays on the thing
    scale = min(scale, _WIDEST * (right - left) / width, 0.97 * (shape.box[3] * side - y) / max(lowest, 1.0))
    moved = _moved(features, scale, (centre_x, centre_y), (x, y))
    moved = moved * (thing[3] > 0.5)
    return torch.from_numpy((2 * _laid(thing, moved) - 1).astype(np.float32)).to(layer)


def _features(face: np.ndarray) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """What is not skin in an emoji: (4, side, side), colours multiplied by alpha; and where its eyes are: their middle
    (x, y), how far apart, and the width of all features, in pixels.
    """
    alpha = face[3]
    colours = np.clip(face[:3] / np.maximum(alpha, 0.05), 0, 1)
    solid = alpha > 0.5
    side = alpha.shape[-1]
    rows, columns = solid.any(1).nonzero()[0], solid.any(0).nonzero()[0]
    left, right, top, bottom = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
    depth = np.asarray(ndimage.distance_transform_edt(np.pad(solid, 1)))[1:-1, 1:-1] / side
    skin = _is_skin(ndimage.gaussian_filter(colours, (0, 1, 1)), depth < _RIM_SKIN)
    inner = eroded(solid, iterations=max(1, round(0.045 * side)))
    other = inner & ~skin
    labels, count = labelled(other)
    areas = ndimage.sum(other, labels, range(1, count + 1))
    depths = ndimage.mean(depth, labels, range(1, count + 1))
    reds = ndimage.mean(colours[0] - colours[2], labels, range(1, count + 1))
    shades = [  # what is left of a salmon shade along the rim
        areas[at] < 0.013 * side**2 and depths[at] < _RIM_SKIN and 0.15 < reds[at] < 0.6 for at in range(count)
    ]
    large = [at + 1 for at in range(count) if areas[at] > 0.0006 * side**2 and not shades[at]]
    kept = np.isin(labels, large)
    mask = ndimage.gaussian_filter(dilated(kept, iterations=1).astype(np.float32), 0.7)
    width, height = right - left, bottom - top
    down, apart = _EMOJI_EYES
    spans = np.flatnonzero(kept.any(0))
    across = float(spans[-1] - spans[0] + 1) if len(spans) else 0.6 * width
    mask *= solid
    return np.concatenate([colours * mask, mask[None]]), (
        (left + right) / 2, top + down * height, apart * width, max(across, 0.5 * width),
    )  # fmt: skip


def _is_skin(colours: np.ndarray, rim: np.ndarray) -> np.ndarray:
    """Whether colours (3, side, side) are the yellow of an emoji, in light or shade: eyes are darker, mouths redder.
    Near its rim (side, side) the shade may be salmon.
    """
    most, least = colours.max(0), colours.min(0)
    chroma = np.maximum(most - least, 1e-3)
    red, green, blue = colours
    hue = np.where(most == red, 60 * (green - blue) / chroma, 120)  # degrees; what is not most red is no skin
    return (hue > np.where(rim, 7, 23)) & (hue < 68) & (chroma > 0.2) & (most > 0.45)


class _Eyes:
    """Two spots: a mask (side, side), the middle between them, and how far apart they are, in pixels."""

    def __init__(self, spots: np.ndarray, one: tuple[float, float], other: tuple[float, float]):
        self.spots = spots
        self.middle = (one[1] + other[1]) / 2, (one[0] + other[0]) / 2
        self.distance = abs(one[1] - other[1])


def _eyes(thing: np.ndarray, heads: Sequence[tuple[float, float, float, float]]) -> _Eyes | None:
    """The two dark spots that are most alike, level, and about the middle of what may be the head."""
    side = thing.shape[-1]
    factor = max(1, side // _GRID)
    small = thing[:, ::factor, ::factor]
    alpha = small[3]
    solid = alpha > 0.5
    luma = np.clip(small[:3] / np.maximum(alpha, 0.05), 0, 1).mean(0)
    inner = eroded(solid, iterations=3)
    dark = min(_DARK[1], _DARK[0] * float(np.median(luma[solid])))
    labels, count = labelled(inner & (luma < dark))
    if count < 2:
        return None
    area, size = solid.sum(), labels.shape[0]
    rows = solid.any(1).nonzero()[0]
    places = ndimage.center_of_mass(labels > 0, labels, range(1, count + 1))
    areas = ndimage.sum(labels > 0, labels, range(1, count + 1))
    usable = [
        at for at in range(count)
        if _EYE[0] * area < areas[at] < _EYE[1] * area and places[at][0] < rows[0] + 0.78 * (rows[-1] - rows[0])
    ]  # fmt: skip
    best, least = None, 0.9
    for one, other in itertools.permutations(usable, 2):
        (y1, x1), (y2, x2) = places[one], places[other]
        apart = (x2 - x1) / size
        if not 0.1 < apart < 0.62:
            continue
        cost = 2.5 * abs(y1 - y2) / size / apart + abs(np.log(areas[one] / areas[other])) / 2
        cost += min(_away(head, (x1 + x2) / 2 / size, (y1 + y2) / 2 / size, apart) for head in heads)
        if cost < least:
            best, least = (one, other), cost
    if best is None:
        return None
    spots = np.isin(labels, [at + 1 for at in best if areas[at] < _PATCH * area])
    spots = np.kron(spots, np.ones((factor, factor), dtype=bool))
    one, other = (tuple(factor * (place + 0.5) for place in places[at]) for at in best)
    return _Eyes(spots, one, other)


def _away(head: tuple[float, float, float, float], x: float, y: float, apart: float) -> float:
    """How far eyes about (x, y) are from where a head has them."""
    left, top, right, bottom = head
    aside = 1.5 * abs(x - (left + right) / 2) + 1.2 * abs(y - top - 0.55 * (bottom - top)) / (bottom - top)
    return aside + 1.5 * max(0.0, 0.3 - apart / (right - left))


def _without(thing: np.ndarray, spots: np.ndarray) -> np.ndarray:
    """A thing whose spots are filled with the colours around them."""
    reach = max(2, thing.shape[-1] // 56)
    hole = dilated(spots, iterations=reach)
    labels, count = labelled(hole)
    filled = thing.copy()
    solid = thing[3] > 0.5
    for number in range(1, count + 1):
        own = labels == number
        ring = dilated(own, iterations=reach) & ~hole & solid
        if ring.any():
            colour = np.median(thing[:3, ring], axis=1)
            soft = np.clip(ndimage.gaussian_filter(own.astype(np.float32), reach / 2) * 1.4, 0, 1) * solid
            filled[:3] = filled[:3] * (1 - soft) + colour[:, None, None] * soft * thing[3]
    return filled


def _moved(features: np.ndarray, scale: float, start: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
    """Features (4, side, side), larger by ``scale``, with the point ``start`` (x, y) at ``end``."""
    offset: Any = [start[1] - end[1] / scale, start[0] - end[0] / scale]  # scipy's hint says a number
    return np.stack(
        [ndimage.affine_transform(one, [1 / scale, 1 / scale], offset=offset, order=1) for one in features]
    )


def _laid(thing: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Features on a thing, with a light rim where they would not be told from what lies under them."""
    mask = features[3]
    under = thing[:3].mean(0)
    own = features[:3].sum(0) / np.maximum(3 * mask, 0.05)
    alike = (np.abs(under - own) < _ALIKE) & (mask > 0.5)
    if alike.any():
        reach = max(3, mask.shape[-1] // 40)
        near = np.clip(3 * ndimage.gaussian_filter(alike.astype(np.float32), reach / 2), 0, 1)
        rim = np.clip(ndimage.gaussian_filter(ndimage.grey_dilation(mask, size=(reach, reach)), 0.8), 0, 1)
        rim = _RIM * near * rim * (thing[3] > 0.5)
        thing = thing.copy()
        thing[:3] = thing[:3] * (1 - rim) + rim
    laid = thing.copy()
    laid[:3] = thing[:3] * (1 - mask) + features[:3]
    laid[3] = np.maximum(thing[3], mask)
    return laid
