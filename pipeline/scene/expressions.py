"""Expressions: eyes and mouth of an emoji face, put on another thing's face. Arithmetic on layers, no network.

    layer = wear_expression(fox, emoji, "fox")      # the emoji drawn in the fox's own style

A thing's own eyes and mouth are filled with what lies around them, and its nose stays where there is room. What is
seen from the side takes the one eye, where that tells something without a mouth. A thing without eyes that does not
live, is seen from the front or has no limbs, gets the face where it is widest; what is left, or too thin for a face,
stays as it is.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from scipy import ndimage
from scipy.spatial import ConvexHull

from pipeline.pictures.masks import bounds, depth_of, dilated, eroded, labelled, nearest_of, odd
from pipeline.scene.emoji_faces import Emoji, read_emoji
from pipeline.scene.faces import FRONT, NEAR_EYE, Own, Point, find_eyes, find_own, seen_eye, symmetry, unmultiplied
from pipeline.scene.kinds import is_alive
from pipeline.scene.shape import Shape

__all__ = ["wear_expression"]

_ALIKE, _RIM = 0.16, 0.85  # difference of luma below which a feature gets a light rim, and how light that is
_LARGEST = 1.02  # an emoji's width, of the head's at the eyes
_SMALLEST = 0.62
_BALLOON = 0.42  # of the head's width: how wide a balloon is
_SQUEEZED = 0.65  # of a mouth's size: so much smaller it may be to find room under a nose
_AROUND, _OUTSTANDING = 0.06, 0.1  # of the side; difference of luma from there that is no colour to fill with
_DISC = 0.27  # of the thing's longer side: what holds no disc of this radius has no room for a face
_ROOM = 0.165  # ... and of what does not live: the cloud above its rain takes a face
_STONE = 0.28  # of that disc's radius: a plain part of this radius in its middle takes the face
_SAME = 0.09  # difference of colour within which another part is such a one, too
_TOLD = 0.2  # deviation of the colours about it, at most
_FAINT_EYE = 0.028  # of the thing's longer side, the radius of an eye that is only said to be there
_SEVERAL = 0.15  # deviation of luma around an eye from which it lies between colours that must not mix
_PLAIN = 0.97  # of its convex hull, so much is filled of what has no limbs, and therefore no side
_TELLING = 0.88  # of the ellipse in its box an eye fills more that tells no expression without its mouth,
_ODD = 0.15  # ... unless it is so far from a disc
_RED = 0.3  # ... or so much redder than green


def wear_expression(
    layer: torch.Tensor,
    emoji: torch.Tensor,
    name: str = "",
    balloon: torch.Tensor | None = None,
    anchors: Mapping[str, tuple[float, float]] | None = None,
) -> torch.Tensor:
    """A thing with the expression of an emoji face; where it has no eyes and no room for a face, at most with what
    floats beside one.

    Args:
        layer, emoji: (4, side, side) in [-1, 1], colours multiplied by alpha.
        name: of the thing; a "face" is all head.
        balloon: (4, side, side), floats beside the face, as "Zzz" does.
        anchors: where eyes and mouth are about (``pipeline.models.anchors``).

    Returns:
        A layer of the same shape; `layer` itself where nothing of it can be shown.
    """
    thing, face = ((one.float().numpy() + 1) / 2 for one in (layer, emoji))
    if not (thing[3] > 0.5).any() or not (face[3] > 0.5).any():
        return layer
    worn = read_emoji(face)
    shape = Shape(torch.from_numpy(thing[3]), name)
    own = find_own(thing, (shape.head, shape.box), anchors)
    sided = not name or is_alive(name)  # a cup is not seen from the side, whatever side its handle is on
    side = thing.shape[-1]
    eyes = find_eyes(thing) if own is None and sided else []
    if (eye := seen_eye(anchors or {})) is not None:
        away = {np.hypot(at.x / side - eye[0], at.y / side - eye[1]): (at, radius) for at, radius in eyes}
        eyes = [away[near] for near in sorted(away)[:1] if near < NEAR_EYE]
        if own is None and sided and not eyes:
            eyes = _faint(thing, eye, _FAINT_EYE * max(shape.width, shape.height) * side)
    aside = sided and eye is not None and _limbed(thing[3] > 0.5)  # no face of it is seen from the front; a lemon's is
    disc = None if own or eyes or aside else _disc(thing, sided)
    if disc and sided and anchors and "mouth" in anchors:  # a snail's shell is no face
        x, y = anchors["mouth"]
        disc = disc if np.hypot(x * side - disc[0].x, y * side - disc[0].y) < disc[1] else None
    places: list[Place] = []
    width, corner = 0.7 * shape.width * side, Point(shape.box[2] * side, shape.box[1] * side)
    if own:
        places, shows_nose = _on_own(worn, own)
        thing = _without(thing, own.eyes | own.mouth, own.nose, fill_nose=not shows_nose)
        width, corner = own.width, _corner(thing, own)
    elif len(eyes) == 1:
        places, head, corner = _on_eye(thing, worn, *eyes[0])
        width = max(head, 0.8 * width)
        if places:
            thing = _without(thing, _round(thing, *eyes[0]), np.zeros_like(thing[3], bool), fill_nose=False)
    elif disc:
        places = _on_disc(worn, *disc)
        width, corner = 1.9 * disc[1], Point(disc[0].x + disc[1], disc[0].y - disc[1])
    if not places and balloon is None:
        return layer
    made = _laid(thing, worn, places) if places else thing
    if balloon is not None:
        made = _beside(made, (balloon.float().numpy() + 1) / 2, _BALLOON * width / side, corner)
    return torch.from_numpy((2 * made - 1).astype(np.float32)).to(layer)


Place = tuple[tuple[str, ...], float, Point, Point]  # pieces, larger by, this point of the emoji, at that one


def _on_own(worn: Emoji, own: Own) -> tuple[list[Place], bool]:
    """Where the pieces of an emoji go on a thing with eyes of its own, and whether its nose stays."""
    apart = worn.right.x - worn.left.x
    distance = own.right.x - own.left.x
    fit = own.width / worn.width
    scale = float(np.clip(distance / apart, _SMALLEST * fit, _LARGEST * fit))
    eye, middle = _middle(worn.left, worn.right), _middle(own.left, own.right)
    if "both" in worn.pieces:
        places: list[Place] = [(("left", "right", "both"), scale, eye, middle)]
    else:
        places = [(("left",), scale, worn.left, own.left), (("right",), scale, worn.right, own.right)]
    if "mouth" not in worn.pieces:
        return places, True
    scale, start, end, shows_nose = _mouth(worn, own, scale, eye, middle)
    return [*places, (("mouth",), scale, start, end)], shows_nose


def _mouth(worn: Emoji, own: Own, scale: float, eye: Point, middle: Point) -> tuple[float, Point, Point, bool]:
    """Where the mouth goes: as far below the eyes as the emoji has it, under the nose where there is room, else in
    its place.
    """
    left, top, right, bottom = bounds(worn.pieces["mouth"] > 0.05)
    centre = Point((left + right) / 2, (top + bottom) / 2)
    x = middle.x + scale * (centre.x - eye.x)
    y = middle.y + scale * (centre.y - eye.y)
    lowest, high = own.chin - 0.05 * own.width, scale * (bottom - top)
    under = bounds(own.nose)[3] + 0.02 * own.width
    shows_nose = own.nose.any() and (lowest - under) / high > _SQUEEZED
    upper = max(under, y - high / 2) if shows_nose else y - high / 2
    size = float(np.clip((lowest - upper) / high, _SQUEEZED, 1.0)) * scale
    high *= size / scale
    y = min(upper + high / 2, lowest - high / 2)
    return size, centre, Point(x, y), bool(shows_nose)


def _on_eye(thing: np.ndarray, worn: Emoji, eye: Point, radius: float) -> tuple[list[Place], float, Point]:
    """Where they go on a thing that is seen from the side: the one eye, where it tells something without a mouth; how
    wide its head is, and where beside it something may float.
    """
    depth = depth_of(thing[3] > 0.5)
    y, x = (slice(max(0, round(at - 5 * radius)), round(at + 5 * radius)) for at in (eye.y, eye.x))
    width = 2 * float(np.clip(depth[y, x].max(), 4 * radius, 8 * radius))
    solid = thing[3] > 0.5
    left, _, right, _ = bounds(solid)
    name, at = ("right", worn.right) if eye.x < (left + right) / 2 else ("left", worn.left)
    column = solid[:, round(eye.x)].nonzero()[0]
    corner = Point(eye.x + 0.3 * width, float(column[0]) if len(column) else eye.y)
    piece = worn.pieces.get(name)
    if piece is None or "both" in worn.pieces or not _tells(worn, piece > 0.5):
        return [], width, corner
    return [((name,), width / worn.width, at, eye)], width, corner


def _faint(thing: np.ndarray, eye: tuple[float, float], radius: float) -> list[tuple[Point, float]]:
    """Middle and radius of an eye that is only said to be there; none where a tusk or a stripe is seen instead."""
    middle = Point(thing.shape[-1] * eye[0], thing.shape[-1] * eye[1])
    near = _round(thing, middle, radius) & (thing[3] > 0.5)
    plain = near.any() and unmultiplied(thing)[:, near].std(1).max() < _TOLD
    return [(middle, radius)] if plain else []


def _tells(worn: Emoji, eye: np.ndarray) -> bool:
    """Whether an eye alone tells an expression: it is no plain round one."""
    left, top, right, bottom = bounds(eye)
    red, green, _ = worn.colours[:3, eye].mean(1)
    filled = eye.sum() / (np.pi / 4 * (right - left) * (bottom - top))
    return bool(filled < _TELLING or odd(eye) > _ODD or red - green > _RED)


def _round(thing: np.ndarray, middle: Point, radius: float) -> np.ndarray:
    """Pixels of an eye."""
    rows, columns = np.ogrid[: thing.shape[-1], : thing.shape[-1]]
    return np.hypot(rows - middle.y, columns - middle.x) < 1.3 * radius + 1


def _on_disc(worn: Emoji, centre: Point, radius: float) -> list[Place]:
    """Where they go on a disc of a thing without eyes: all together."""
    scale = 1.9 * radius / worn.width
    eye = _middle(worn.left, worn.right)
    names = ("left", "right", "both", "mouth")
    return [(names, scale, eye, Point(centre.x, centre.y - 0.16 * radius))]


def _disc(thing: np.ndarray, sided: bool) -> tuple[Point, float] | None:
    """Middle and radius of the room for a face on a thing without eyes: the largest disc within it, or a plain one
    near its middle, such as a stone in a fruit.
    """
    solid = thing[3] > 0.5
    left, top, right, bottom = bounds(solid)
    longer = max(right - left, bottom - top)
    luma = ndimage.gaussian_filter(unmultiplied(thing), (0, 1.5, 1.5))
    busy = np.hypot(ndimage.sobel(luma, 1), ndimage.sobel(luma, 2)).max(0) > 0.5
    x, y, radius = _deepest(solid)
    if radius < (_DISC if sided else _ROOM) * longer:
        return None
    away = np.hypot(*(line - at for line, at in zip(np.ogrid[: len(solid), : len(solid)], (y, x), strict=True)))
    labels, count = labelled(solid & ~busy)
    numbers = range(1, count + 1)
    areas, furthest = ndimage.sum(labels > 0, labels, numbers), ndimage.maximum(away, labels, numbers)
    parts = [at for at in numbers if furthest[at - 1] < radius and areas[at - 1] < radius**2]
    inner = np.isin(labels, parts)
    inner = eroded(np.asarray(ndimage.binary_fill_holes(dilated(inner, 5)), bool), 5)
    inner_x, inner_y, stone = _deepest(inner)
    alone = _alone(unmultiplied(thing), solid, inner) if stone > _STONE * radius else False
    if alone and stone < 0.6 * radius and not _limbed(solid):
        return Point(inner_x, inner_y), 1.5 * stone
    has_side = sided and max(symmetry(solid, x + 0.5), symmetry(solid, (left + right) / 2)) < FRONT and _limbed(solid)
    return None if has_side else (Point(x, y), radius)


def _alone(colours: np.ndarray, solid: np.ndarray, part: np.ndarray) -> bool:
    """Whether nothing else of a thing has the colour of a part: one slice of sausage on a pizza is no stone."""
    away = np.abs(colours - np.median(colours[:, part], axis=1)[:, None, None]).max(0)
    others = solid & ~dilated(part, 5) & (away < _SAME)
    return bool(others.sum() < 0.5 * part.sum())


def _limbed(solid: np.ndarray) -> bool:
    """Whether an outline has limbs, or a neck: it leaves some of its convex hull empty."""
    return bool(solid.sum() < _PLAIN * ConvexHull(np.argwhere(solid & ~eroded(solid))).volume)  # in a plane, the area


def _deepest(mask: np.ndarray) -> tuple[float, float, float]:
    """x, y and radius of the largest disc within a mask."""
    depth = depth_of(mask)
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    return float(x), float(y), float(depth[y, x])


def _corner(thing: np.ndarray, own: Own) -> Point:
    """Beside the head, to the right of its top: where "Zzz" rises."""
    middle = _middle(own.left, own.right)
    column = (thing[3, :, round(middle.x)] > 0.5).nonzero()[0]
    top = float(column[0]) if len(column) else middle.y
    return Point(middle.x + 0.5 * own.width, max(top, middle.y - 0.6 * own.width))


def _middle(one: Point, other: Point) -> Point:
    return Point((one.x + other.x) / 2, (one.y + other.y) / 2)


def _without(thing: np.ndarray, spots: np.ndarray, nose: np.ndarray, fill_nose: bool) -> np.ndarray:
    """A thing whose spots, and if need be its nose, are filled with the colours around them."""
    side = thing.shape[-1]
    reach = max(2, side // 56)
    solid = thing[3] > 0.5
    beside = dilated(nose, iterations=reach)
    hole = dilated(spots, iterations=reach)
    hole = hole | beside if fill_nose else hole & ~nose
    weight = np.maximum(ndimage.gaussian_filter(solid.astype(np.float32), _AROUND * side), 1e-3)
    luma = unmultiplied(thing).mean(0) * solid
    odd_one = np.abs(ndimage.gaussian_filter(luma, _AROUND * side) / weight - luma) > _OUTSTANDING
    unknown = hole | beside | ~solid | odd_one  # the rest of a mouth, an outline or a nostril would smear
    if unknown.all():
        return thing
    nearest = nearest_of(~unknown)
    colours = unmultiplied(thing)[:, nearest[0], nearest[1]]
    colours = ndimage.gaussian_filter(colours, (0, 1.5 * reach, 1.5 * reach))
    labels, count = labelled(spots)
    for number in range(1, count + 1):
        spot = dilated(labels == number, 1)
        ring = dilated(spot, 2) & ~spot & solid & ~spots
        if ring.any() and (around := unmultiplied(thing)[:, ring]).mean(0).std() > _SEVERAL:
            colours[:, dilated(spot, reach + 1)] = np.median(around, axis=1)[:, None]
    soft = np.clip(1.6 * ndimage.gaussian_filter(hole.astype(np.float32), reach / 2), 0, 1)
    filled = thing.copy()
    filled[:3] = thing[:3] * (1 - soft) + colours * soft * thing[3]
    return filled


def _moved(pixels: np.ndarray, scale: float, start: Point, end: Point) -> np.ndarray:
    """Planes (any, side, side), larger by ``scale``, with the point ``start`` at ``end``."""
    offset: Any = [start.y - end.y / scale, start.x - end.x / scale]  # scipy's hint says a number
    return np.stack([ndimage.affine_transform(one, [1 / scale, 1 / scale], offset=offset, order=1) for one in pixels])


def _laid(thing: np.ndarray, worn: Emoji, places: list[Place]) -> np.ndarray:
    """Pieces on a thing, with a light rim where they would not be told from what lies under them."""
    solid = thing[3] > 0.5
    features = np.zeros_like(thing)
    for names, scale, start, end in places:
        chosen = sum(worn.pieces[name] for name in names if name in worn.pieces)
        if isinstance(chosen, int):
            continue
        moved = _moved(worn.colours * (chosen > 0), scale, start, end) * solid
        features = moved + features * (1 - moved[3])
    mask = features[3]
    under = thing[:3].mean(0)
    own = features[:3].sum(0) / np.maximum(3 * mask, 0.05)
    alike = (np.abs(under - own) < _ALIKE) & (mask > 0.5)
    laid = thing.copy()
    if alike.any():
        reach = max(3, mask.shape[-1] // 40)
        near = np.clip(3 * ndimage.gaussian_filter(alike.astype(np.float32), reach / 2), 0, 1)
        rim = np.clip(ndimage.gaussian_filter(ndimage.grey_dilation(mask, size=(reach, reach)), reach / 8), 0, 1)
        rim = _RIM * near * rim * solid
        laid[:3] = laid[:3] * (1 - rim) + rim
    laid[:3] = laid[:3] * (1 - mask) + features[:3]
    return laid


def _beside(made: np.ndarray, drawn: np.ndarray, scale: float, corner: Point) -> np.ndarray:
    """With what floats beside a face: the lower left of (4, side, side) at a point, over the thing's edge too."""
    side = made.shape[-1]
    left, top, right, bottom = bounds(drawn[3] > 0.05)
    if right == 0:
        return made
    start = Point((left + right) / 2, (top + bottom) / 2)
    wide, high = scale * (right - left) / 2, scale * (bottom - top) / 2
    margin = 0.02 * side
    end = Point(min(corner.x + wide / 2, side - wide - margin), max(corner.y - high / 2, high + margin))
    moved = _moved(drawn, scale, start, end)
    made = made.copy()
    made[:3] = made[:3] * (1 - moved[3]) + moved[:3]
    made[3] = np.maximum(made[3], moved[3])
    return made
