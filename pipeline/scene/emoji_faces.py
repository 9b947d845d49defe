"""Emoji faces: the pieces that one is made of. They are what is not its skin: of the left, of the right, of both sides
at once, the mouth, and what floats beside the face.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from pipeline.pictures.masks import bounds, depth_of, dilated, eroded, labelled, nearest_of
from pipeline.scene.faces import Point, unmultiplied

__all__ = ["Emoji", "read_emoji"]

_EYES = 0.42, 0.31  # height of an emoji's eyes, and how far apart they are, of its width: where none are found
_BROW = 0.05  # of the square, at least: the blue of who is scared
_SPECK = 0.35  # of the widest part of a side
_RIM_SKIN = 0.17  # of the side: so near to an emoji's outline its skin may be shaded


@dataclass(frozen=True)
class Emoji:
    """Pieces of an emoji's face.

    Attributes:
        colours: (4, side, side) in [0, 1], colours multiplied by alpha: all that is not skin.
        pieces: "left", "right", "both", "mouth", where it has such -> how much of each pixel is of it,
            (side, side) in [0, 1].
        left, right: its eyes.
        width: of the whole emoji.
    """

    colours: np.ndarray
    pieces: dict[str, np.ndarray]
    left: Point
    right: Point
    width: float


def read_emoji(face: np.ndarray) -> Emoji:
    """The pieces of an emoji (4, side, side) in [0, 1], colours multiplied by alpha."""
    alpha, side = face[3], face.shape[-1]
    solid = alpha > 0.5
    left, top, right, bottom = bounds(solid)
    width, height, middle = right - left, bottom - top, (left + right) / 2
    kept = _not_skin(face, solid)
    labels, count = labelled(kept)
    pieces = {name: np.zeros((side, side), bool) for name in ("left", "right", "both", "mouth")}
    colours = unmultiplied(face)
    mouth, lowest = 0, 0.0
    blue = ndimage.mean(np.minimum(colours[2], colours[1] + 0.15) - colours[0], labels, range(1, count + 1))
    light = ndimage.mean(colours.max(0), labels, range(1, count + 1))
    blues = (blue > 0.15) | (blue > 0) & (light > 0.5)  # what is dark and hardly blue is an eyebrow
    centres = ndimage.center_of_mass(kept, labels, range(1, count + 1))
    for number, place in enumerate(ndimage.find_objects(labels), 1):
        central = abs(centres[number - 1][1] - middle) < 0.2 * width and not blues[number - 1]
        if central and place[0].stop > max(lowest, top + 0.55 * height):
            mouth, lowest = number, place[0].stop
    for number, place in enumerate(ndimage.find_objects(labels), 1):
        own, wide = labels == number, place[1].stop - place[1].start
        if number == mouth:
            name = "mouth"
        elif blues[number - 1] and centres[number - 1][0] < top + 0.32 * height and wide < 0.45 * width:
            continue  # what floats beside it; tears begin at the eyes
        elif place[1].stop <= middle + 0.02 * width:
            name = "left"
        elif place[1].start >= middle - 0.02 * width:
            name = "right"
        else:
            name = "both"
        pieces[name] |= own
    for name in ("left", "right"):
        pieces[name] = _without_specks(pieces[name])
    kept = np.logical_or.reduce(list(pieces.values()))
    eyes = _emoji_eyes(colours, pieces, (middle, top, width, height))
    mask = ndimage.gaussian_filter(dilated(kept, iterations=1).astype(np.float32), 0.7) * solid
    owner = {name: own[tuple(nearest_of(kept))] for name, own in pieces.items()}
    core = eroded(kept, iterations=2)
    core |= kept & ~dilated(core, iterations=3)
    pure = nearest_of(core)  # at a feature's edge skin shines in: the colour further in is its own
    colours = colours[:, pure[0], pure[1]]
    return Emoji(
        np.concatenate([colours * mask, mask[None]]),
        {name: mask * own for name, own in owner.items() if pieces[name].any()},
        *eyes,
        float(width),
    )


def _without_specks(piece: np.ndarray) -> np.ndarray:
    """Without what is narrow beside the widest part of it, as the rest of a Zzz is beside an eye."""
    labels, _ = labelled(piece)
    wide = [columns.stop - columns.start for _, columns in ndimage.find_objects(labels)]
    return np.isin(labels, [at for at, each in enumerate(wide, 1) if each > _SPECK * max(wide)])


def _emoji_eyes(colours: np.ndarray, pieces: dict[str, np.ndarray], disc: tuple) -> tuple[Point, Point]:
    """Where the eyes are: the middle of what is no tear and no cheek in the upper part of either half."""
    middle, top, width, height = disc
    red, green, blue = colours
    eye = (pieces["left"] | pieces["right"] | pieces["both"]) & ~(blue > red + 0.1)
    eye &= ~((red > 0.85) & (green > 0.3) & (green < 0.75) & (blue > 0.25) & (blue < 0.75))  # a cheek
    eye[round(top + 0.66 * height) :] = False
    line = np.arange(colours.shape[-1]) + 0.5
    found = []
    for half in (eye & (line < middle), eye & (line >= middle)):
        y, x = half.nonzero()
        found.append(Point(float(x.mean()) + 0.5, float(y.mean()) + 0.5) if len(x) > 0.002 * width * height else None)
    down, apart = top + _EYES[0] * height, _EYES[1] * width
    if None in found or not 0.5 * apart < found[1].x - found[0].x < 2 * apart:
        return Point(middle - apart / 2, down), Point(middle + apart / 2, down)
    y = (found[0].y + found[1].y) / 2
    return Point(found[0].x, y), Point(found[1].x, y)


def _not_skin(face: np.ndarray, solid: np.ndarray) -> np.ndarray:
    """Pixels (side, side) of an emoji that are no skin, nor the shade along its rim."""
    side = face.shape[-1]
    colours = unmultiplied(face)
    depth = depth_of(solid) / side
    skin = _is_skin(ndimage.gaussian_filter(colours, (0, 1, 1)), depth < _RIM_SKIN)
    ink = (colours.max(0) < 0.5) | (colours[2] > colours[0] + 0.1)  # no skin has it, in whatever shade
    inner = eroded(solid, iterations=max(1, round(0.045 * side))) | (ink & eroded(solid, iterations=1))
    labels, count = labelled(inner & ~skin)
    numbers = range(1, count + 1)
    areas = ndimage.sum(labels > 0, labels, numbers)
    depths = ndimage.mean(depth, labels, numbers)
    reds = ndimage.mean(colours[0] - colours[2], labels, numbers)
    greens = ndimage.mean(colours[1] - colours[2], labels, numbers)
    lights = ndimage.mean(colours[0], labels, numbers)
    shades = [  # what is left of a salmon shade along the rim, and of a blush
        areas[at] < 0.013 * side**2
        and depths[at] < _RIM_SKIN
        and 0.15 < reds[at] < 0.6
        or greens[at] > 0.1
        and lights[at] > 0.75
        for at in range(count)
    ]
    large = [at + 1 for at in range(count) if areas[at] > 0.0009 * side**2 and not shades[at]]
    kept = np.isin(labels, large) & ~_pale_brow(colours, solid) & ~_blush(colours, solid)
    thick = dilated(eroded(kept, iterations=3), iterations=3)
    _, top, _, bottom = bounds(solid)
    low = (np.arange(side) > (top + bottom) / 2)[:, None] & (depth < _RIM_SKIN)  # a line of shade below a mouth
    return kept & (thick | ~low)


def _pale_brow(colours: np.ndarray, solid: np.ndarray) -> np.ndarray:
    """The blue from above of who is scared, with the shade at its lower edge: it is skin."""
    side = solid.shape[-1]
    _, top, _, bottom = bounds(solid)
    labels, _ = labelled(solid & (colours[2] > colours[0] + 0.05) & (colours.max(0) > 0.6))
    brow = np.zeros_like(solid)
    for number in np.unique(labels[top : top + round(0.12 * (bottom - top))]):
        if number and (labels == number).sum() > _BROW * side**2:
            brow |= labels == number
    if not brow.any():
        return brow
    brow |= (np.arange(side) < bounds(brow)[3] + side // 5)[:, None] & solid
    dark = dilated(eroded(colours.max(0) < 0.45, iterations=2), iterations=3)
    white, _ = labelled(dilated(eroded(colours.min(0) > 0.8, iterations=2), iterations=3))
    eyes = np.isin(white, np.unique(white[dark & (white > 0)]))  # of a pupil
    return brow & ~(dark | eyes)


def _blush(colours: np.ndarray, solid: np.ndarray) -> np.ndarray:
    """Cheeks: pink on one side of a face and, as its mirror image, on the other."""
    left, _, right, _ = bounds(solid)
    red, green, blue = colours
    pink = solid & (red > 0.85) & (green > 0.3) & (green < 0.75) & (blue > 0.25) & (blue < 0.75)
    image = np.roll(pink[:, ::-1], left + right - pink.shape[-1], axis=1)
    labels, count = labelled(dilated(pink & dilated(image, iterations=2)))
    middle, cheeks = (left + right) / 2, np.zeros_like(solid)
    for number, (_, columns) in enumerate(ndimage.find_objects(labels), 1):
        if not columns.start <= middle <= columns.stop and (labels == number).sum() > 0.001 * pink.size:
            cheeks |= labels == number
    return dilated(cheeks, iterations=2) & (red > 0.8)


def _is_skin(colours: np.ndarray, rim: np.ndarray) -> np.ndarray:
    """Whether colours (3, side, side) are the yellow of an emoji, in light or shade: eyes are darker, mouths redder.
    Near its rim (side, side) the shade may be salmon.
    """
    most, least = colours.max(0), colours.min(0)
    chroma = np.maximum(most - least, 1e-3)
    red, green, blue = colours
    hue = np.where(most == red, 60 * (green - blue) / chroma, 120)  # degrees; what is not most red is no skin
    skin = (hue > np.where(rim, 7, 23)) & (hue < 68) & (chroma > 0.2) & (most > 0.45)
    return skin | (
        (hue > 9) & (hue < 24) & (chroma < 0.74 * most) & (chroma > 0.2) & (most > 0.78)
    )  # a blush, a shade
