"""The colour of eyes: "a cat with green eyes". Arithmetic on a layer: pupils stay dark, what is white stays white."""

from collections.abc import Mapping

import numpy as np
import torch
from scipy import ndimage

from pipeline.pictures.masks import eroded, labelled
from pipeline.scene.eyes import unmultiplied
from pipeline.scene.faces import NEAR_EYE, find_eyes, find_own, seen_eye
from pipeline.scene.kinds import is_alive
from pipeline.scene.shape import Shape

__all__ = ["EYE_WORDS", "recolour_eyes"]

EYE_WORDS = frozenset("eyes eye iris irises".split())
_DARK = 0.42  # luma below which a pixel is of a pupil
_COLOURED = 0.28  # chroma from which it is of an iris that is drawn
_IRIS_SHARE = 0.12  # of an eye, from which such an iris is all that is painted
_DOT = 0.5  # of an eye that is dark: all of it is a dot
_PUPIL = 0.55  # of a dot's radius, that stays dark
_AROUND, _INSIDE = 1.5, 0.8  # of a pupil's radius, in the white: where an iris ends and begins
_SMALL = 0.022  # of the side: a dot's radius, up to which no pupil is left in it
_RIM = 64  # of the side: how wide the rim of an eye is, where its colour is mixed with what lies around
_ROUND = 0.6  # of a disc of its area, that what is dark covers of a pupil, and not of a rim


def recolour_eyes(
    layer: torch.Tensor,
    colour: torch.Tensor,
    name: str = "",
    anchors: Mapping[str, tuple[float, float]] | None = None,
) -> torch.Tensor:
    """A layer with eyes of a colour.

    Args:
        layer: (4, side, side) in [-1, 1], colours multiplied by alpha.
        colour: (3,) in [0, 1].
        name: of the thing.
        anchors: where its eyes are about (``pipeline.models.anchors``).

    Returns:
        A layer of the same shape; `layer` itself where no eyes of it are found.
    """
    thing = ((layer.float() + 1) / 2).cpu().numpy()
    if not (thing[3] > 0.5).any():
        return layer
    eyes = _eyes_of(thing, name, anchors or {})
    colours = unmultiplied(thing)
    painted = np.zeros(thing.shape[1:], bool)
    for eye in eyes:
        painted |= _iris_of(colours, eye)
    if not painted.any():
        return layer
    thing[:3, painted] = colour.cpu().numpy()[:, None] * thing[3, painted]
    return torch.from_numpy((2 * thing - 1).astype(np.float32)).to(layer)


def _eyes_of(thing: np.ndarray, name: str, anchors: Mapping[str, tuple[float, float]]) -> list[np.ndarray]:
    """(side, side) of bool for each eye that is seen."""
    shape = Shape(torch.from_numpy(thing[3]), name)
    own, side = find_own(thing, (shape.head, shape.box), anchors), thing.shape[-1]
    if own is not None:
        labels, count = labelled(own.eyes)
        return [np.asarray(ndimage.binary_fill_holes(labels == number), bool) for number in range(1, count + 1)]
    known = seen_eye(anchors)
    if known is None or name and not is_alive(name):
        return []
    away = {np.hypot(at.x / side - known[0], at.y / side - known[1]): (at, size) for at, size in find_eyes(thing)}
    nearest = min(away, default=NEAR_EYE)
    return [_disc(side, away[nearest][0], away[nearest][1]) & (thing[3] > 0.5)] if nearest < NEAR_EYE else []


def _iris_of(colours: np.ndarray, eye: np.ndarray) -> np.ndarray:
    """What of an eye is painted: the iris that is drawn, all but the middle of a dot, or a ring around a pupil."""
    luma, chroma = colours.mean(0), np.ptp(colours, axis=0)
    dark = eye & (luma < _DARK)
    drawn = eye & ~dark & (chroma > _COLOURED)
    inside = eroded(eye, max(1, len(eye) // _RIM))
    area = int(eye.sum())
    if (drawn & inside).sum() > _IRIS_SHARE * area:
        return drawn
    if dark.sum() > _DOT * area:
        middle, radius = _middle(dark)
        if radius <= _SMALL * len(eye):
            return dark
        return dark & ~_disc(len(eye), middle, _PUPIL * radius)
    if dark.sum() < _IRIS_SHARE * area:
        return eye & ~dark
    middle, radius = _middle(dark)
    if dark[_disc(len(eye), middle, radius)].mean() < _ROUND:
        return eye & ~dark
    ring = _disc(len(eye), middle, _AROUND * radius) & ~_disc(len(eye), middle, _INSIDE * radius)
    return eye & ring


def _middle(mask: np.ndarray) -> tuple[tuple[float, float], float]:
    """x and y of the middle of a mask, and the radius of a disc of its area, in pixels."""
    y, x = np.argwhere(mask).mean(0).tolist()
    return (x, y), float(np.sqrt(mask.sum() / np.pi))


def _disc(side: int, middle: tuple[float, float], radius: float) -> np.ndarray:
    rows, columns = np.ogrid[:side, :side]
    return np.hypot(rows - middle[1], columns - middle[0]) <= radius
