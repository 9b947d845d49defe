"""The colour of a part: "a house with a blue roof". Arithmetic on a layer: it is cut into pieces of one colour, and
those that lie where such a part lies, and look as such a part looks, are painted.
"""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage

from pipeline.pictures.masks import dilated, eroded, labelled
from pipeline.scene.kinds import is_alive
from pipeline.scene.patterns import PATTERNS, pattern_share
from pipeline.scene.pieces import Piece, pieces_of
from pipeline.scene.shape import Shape

__all__ = ["NOT_ALWAYS", "PART_WORDS", "recolour_part"]

_SKIN = 0.52  # luma of the darkest skin that is told from hair
_BODY = 0.45  # sum of the differences of two colours, under which both are of a car's body
_ALIKE = 0.2  # sum of the differences of two colours, each in [0, 1], under which hair is not told from skin
_SOFT = 0.05  # of the thing's height: how softly a painted place ends within a piece


_Choice = Callable[[list[Piece], str], list[Piece]]


def _most(pieces: list[Piece], score: Callable[[Piece], float], *, same: bool = False, every=()) -> list[Piece]:
    """The piece with the highest score; ``same``: and all of ``every`` that have its colour."""
    if not pieces:
        return []
    best = max(pieces, key=score)
    return [piece for piece in every if piece.cluster == best.cluster] if same else [best]


def _is_car(name: str) -> bool:
    return any(kind in name for kind in ("car", "automobile", "taxi", "bus", "van", "truck"))


def _small(pieces: list[Piece]) -> list[Piece]:
    """All but the largest, where there are others."""
    largest = max(pieces, key=lambda piece: piece.size)
    return [piece for piece in pieces if piece is not largest]


def _roof(pieces: list[Piece], name: str) -> list[Piece]:
    high = [piece for piece in pieces if piece.y < 0.55 and piece.open > 0.1 and not piece.dark and not piece.light]
    high = [piece for piece in high if not piece.green] or high  # a tree
    high = high or [piece for piece in pieces if piece.y < 0.5]
    return _most(high, lambda piece: piece.size**0.5 * (0.9 - piece.y), same=True, every=high)


def _door(pieces: list[Piece], name: str) -> list[Piece]:
    low = [p for p in pieces if p.y > 0.5 and 0.2 < p.x < 0.8 and 0.006 < p.size < 0.2]
    low = [p for p in low if p.top > 0.35 and not (p.green and p.luma > 0.35)]  # a bush
    return _most(low, lambda piece: -abs(piece.x - 0.5) - abs(piece.y - 0.75) - 2 * piece.open)


def _windows(pieces: list[Piece], name: str) -> list[Piece]:
    high = [p for p in pieces if 0.1 < p.y < 0.75 and p.size > 0.003 and p.open < 0.3]
    strip = [p for p in high if p.cool and not p.dark and p.chroma > 0.3 and 0.16 <= p.size < 0.35 and p.y < 0.55]
    if strip:  # of a bus, from end to end
        return strip
    inside = [p for p in high if p.size < 0.16 and (p.y < 0.5 or not _is_car(name))]
    glass = [p for p in inside if p.cool and not p.dark] or [p for p in inside if p.light or p.dark] or inside
    totals: dict[int, float] = {}
    for piece in glass:
        totals[piece.cluster] = totals.get(piece.cluster, 0) + piece.size
    return [piece for piece in glass if totals[piece.cluster] > 0.5 * max(totals.values())]


def _wheels(pieces: list[Piece], name: str) -> list[Piece]:
    high = 0.4 if "cycle" in name or "bike" in name else 0.62
    low = [piece for piece in pieces if piece.y > high and piece.size < 0.4]
    dark = [piece for piece in low if piece.luma < 0.42 or piece.dark] or [p for p in low if p.chroma < 0.12]
    return [piece for piece in dark if piece.size > 0.15 * max(own.size for own in dark)]


def _colourful(pieces: list[Piece]) -> list[Piece]:
    return [piece for piece in pieces if not piece.dark]


def _wings(pieces: list[Piece], name: str) -> list[Piece]:
    if any(word in name for word in ("butterfly", "bee", "moth", "dragonfly")):
        return [piece for piece in _colourful(pieces) if abs(piece.x - 0.5) > 0.06 or piece.size > 0.15]
    others = [piece for piece in _small(pieces) if 0.2 < piece.y < 0.9 and piece.size > 0.02 and not piece.light]
    return _most(others, lambda piece: piece.size, same=True, every=others)


def _petals(pieces: list[Piece], name: str) -> list[Piece]:
    bloom = [p for p in pieces if p.y < 0.72 and not p.green and not p.dark and p.open > 0.12]
    return bloom or [piece for piece in pieces if piece.y < 0.6 and not piece.green]


def _centre(pieces: list[Piece], name: str) -> list[Piece]:
    inside = [p for p in pieces if p.open < 0.1 and 0.2 < p.x < 0.8 and 0.15 < p.y < 0.7 and p.size > 0.008]
    return _most(inside, lambda piece: -abs(piece.x - 0.5) - abs(piece.y - 0.4) + min(piece.size, 0.1))


def _leaves(pieces: list[Piece], name: str) -> list[Piece]:
    if "tree" in name or "bush" in name or "palm" in name:
        return [piece for piece in pieces if piece.top < 0.55 and not (piece.brown and piece.y > 0.6)]
    return [piece for piece in pieces if piece.green and piece.y > 0.3]


def _stem(pieces: list[Piece], name: str) -> list[Piece]:
    low = [piece for piece in pieces if piece.y > 0.55 and (piece.green or "mushroom" in name)]
    return low or [piece for piece in _small(pieces) if piece.y > 0.6]


def _trunk(pieces: list[Piece], name: str) -> list[Piece]:
    low = [piece for piece in pieces if piece.y > 0.55 and piece.size < 0.4 and not piece.green]
    return [piece for piece in low if piece.brown] or low or [piece for piece in _small(pieces) if piece.y > 0.7]


def _cap(pieces: list[Piece], name: str) -> list[Piece]:
    high = [piece for piece in pieces if piece.y < 0.62 and not piece.light and not piece.dark and piece.open > 0.02]
    return _most(high, lambda piece: piece.size, same=True, every=high)


def _sails(pieces: list[Piece], name: str) -> list[Piece]:
    high = [piece for piece in pieces if piece.y < 0.66 and piece.size > 0.025]
    return _colourful(high) or high


def _low(least: float) -> _Choice:
    def choose(pieces: list[Piece], name: str) -> list[Piece]:
        found = [piece for piece in pieces if piece.y > least]
        return _colourful(found) or found

    return choose


def _high(most: float) -> _Choice:
    def choose(pieces: list[Piece], name: str) -> list[Piece]:
        found = [piece for piece in pieces if piece.y < most]
        return _colourful(found) or found

    return choose


def _flag(pieces: list[Piece], name: str) -> list[Piece]:
    return [p for p in pieces if p.y < 0.35 and p.size < 0.12 and p.chroma > 0.25]


def _others(pieces: list[Piece], name: str) -> list[Piece]:
    """Spots and stripes: what is not of the largest colour, nor at the outline."""
    main = pieces[0].cluster
    totals: dict[int, float] = {}
    for piece in pieces:
        totals[piece.cluster] = totals.get(piece.cluster, 0) + piece.size
    rest = [p for p in pieces if p.cluster != main and 0.1 < p.y < 0.9]
    inner = [p for p in rest if p.open < 0.45] or rest
    return _most(inner, lambda p: totals[p.cluster], same=True, every=inner)


def _fins(pieces: list[Piece], name: str) -> list[Piece]:
    edge = [p for p in _small(pieces) if p.open > 0.15 and 0.004 < p.size < 0.3]
    if "rocket" in name or "ship" in name:
        edge = [p for p in edge if p.y > 0.45]
    return [piece for piece in edge if piece.chroma > 0.2 and not piece.dark] or edge


def _nose(pieces: list[Piece], name: str) -> list[Piece]:
    inside = [p for p in pieces if p.luma < 0.5 and p.size < 0.08 and p.open < 0.3 and 0.15 < p.y < 0.9]
    middle = [p for p in inside if abs(p.x - 0.5) < 0.16]
    return _most(middle or inside, lambda piece: piece.y - 2 * abs(piece.x - 0.5))


def _beak(pieces: list[Piece], name: str) -> list[Piece]:
    warm = [p for p in pieces if p.colour[0] > p.colour[2] + 0.25 and p.size < 0.12 and p.y < 0.6]
    small = warm or [p for p in _small(pieces) if p.y < 0.5 and p.size < 0.1 and p.open > 0.2]
    return _most(small, lambda piece: abs(piece.x - 0.5) + 2 * piece.open - piece.y)


def _beard(pieces: list[Piece], name: str) -> list[Piece]:
    low = [p for p in _small(pieces) if 0.35 < p.y < 0.9 and abs(p.x - 0.5) < 0.25 and 0.01 < p.size < 0.35]
    hair = [p for p in low if p.chroma < 0.15 and not p.dark] or [p for p in low if p.luma < 0.5 and p.open > 0.05]
    return _most(hair, lambda piece: piece.size)


def _hair(pieces: list[Piece], shape: Shape, *, inner: bool = False) -> list[Piece]:
    """The hair of a head, or of a head and a body: whichever has skin where a face is."""
    found: list[Piece] = []
    for head in (shape.box, shape.head):
        found = found or _hair_of(pieces, head, inner)
    return found if sum(piece.size for piece in found) < 0.75 else []


def _hair_of(pieces: list[Piece], head: tuple[float, float, float, float], inner: bool) -> list[Piece]:
    """What reaches the top of a head and is not the face, and what is nearer to its colour than to the face's."""
    side = len(pieces[0].mask)
    left, top, right, bottom = (edge * side for edge in head)
    wide, tall = right - left, bottom - top
    middle = (
        slice(round(top + 0.5 * tall), round(top + 0.82 * tall) + 1),
        slice(round(left + 0.36 * wide), round(left + 0.64 * wide) + 1),
    )
    face = max(pieces, key=lambda piece: piece.mask[middle].sum())
    red, green, blue = face.colour
    if not red >= green > blue or face.luma < _SKIN:
        return []
    upper = slice(round(top), round(top + 0.3 * tall) + 1)
    high = [piece for piece in pieces if piece is not face and piece.mask[upper].sum() > 0.2 * piece.mask.sum()]
    high = [piece for piece in high if piece.mask[upper].sum() > 0.04 * wide * wide]
    if not high:
        return []
    best = max(high, key=lambda piece: int(piece.mask[upper].sum()))

    def away(piece: Piece, other: Piece) -> float:
        return sum(abs(one - two) for one, two in zip(piece.colour, other.colour, strict=True))

    if away(best, face) < _ALIKE:
        return []
    return [
        piece
        for piece in pieces
        if piece is not face
        and away(piece, best) < min(away(piece, face), 0.9)
        and (inner or piece.open > 0.04 or piece.mask[upper].any())
        and piece.mask[: round(bottom + 0.5 * tall) + 1].sum() > 0.7 * piece.mask.sum()
    ]


def _body(pieces: list[Piece], name: str) -> list[Piece]:
    low = [piece for piece in _colourful(pieces) if piece.y > 0.42] or pieces
    return _most(low, lambda piece: piece.size * (0.5 + piece.chroma), same=True, every=low)


def _second(pieces: list[Piece], name: str) -> list[Piece]:
    """The second largest, where nothing is known of where such a part lies."""
    rest = [piece for piece in _small(pieces) if piece.size > 0.01]
    return _most(rest, lambda piece: piece.size, same=True, every=rest)


# Words -> which pieces they are.
_PIECES: dict[str, _Choice] = {
    word: choice
    for words, choice in (
        ("roof roofs", _roof), ("door doors gate", _door), ("windows window glass", _windows),
        ("wheels wheel tires tyres tire", _wheels), ("wings wing", _wings), ("petals petal", _petals),
        ("center centre middle", _centre), ("leaves leaf", _leaves), ("stem stems", _stem), ("trunk bark", _trunk),
        ("cap", _cap), ("sail sails", _sails), ("hull base bottom", _low(0.66)), ("handle", _low(0.55)),
        ("rotor flame top lid shade frosting icing hat crown", _high(0.42)), ("neck", _high(0.45)),
        ("flag flags", _flag), ("stripes stripe spots spot dots buttons seeds", _others), ("fins fin", _fins),
        ("nose", _nose), ("beard moustache mustache", _beard), ("beak bill", _beak), ("body", _body), ("frame", _body),
    )
    for word in words.split()
}  # fmt: skip
_BEARDS = frozenset("beard moustache mustache".split())
_BEARD = 0.62  # of a head's height: where a beard begins that goes on in the hair
_BEARD_SIZE = 0.03  # of the thing's area, at least
NOT_ALWAYS = _BEARDS | {"hair", "door", "doors"}  # who has none keeps the colour of the face
# Words -> a place in the box: left, top, right, bottom; of a head where it is told.
_PLACES = {
    word: place
    for words, place in (
        ("paws paw feet foot shoes boots hooves", (0.0, 0.87, 1.0, 1.0)),
        ("legs trousers pants", (0.0, 0.72, 1.0, 1.0)),
        ("skirt", (0.0, 0.6, 1.0, 0.85)), ("shirt jacket coat", (0.0, 0.42, 1.0, 0.72)),
        ("belly tummy", (0.28, 0.45, 0.72, 0.85)), ("face", (0.2, 0.1, 0.8, 0.5)),
    )
    for word in words.split()
}  # fmt: skip
PART_WORDS = frozenset((*_PIECES, *_PLACES, *PATTERNS, "hair", "ears", "ear", "horns", "horn", "antlers", "tail"))


def recolour_part(layer: torch.Tensor, part: str, colour: torch.Tensor, name: str = "") -> torch.Tensor:
    """A layer with a colour on the part that a word names, light and shade kept.

    Args:
        layer: (4, side, side) in [-1, 1], colours multiplied by alpha.
        part: "roof", "front paws". A word that is not known takes the second largest piece.
        colour: (3,) in [0, 1].
        name: of the thing: the roof of a car is not that of a house.
    """
    values = (layer.float() + 1) / 2
    alpha = values[3]
    solid = alpha > 0.5
    if not solid.any():
        return layer
    word, name = (part.lower().split() or [""])[-1], name.lower()
    colours = (values[:3] / alpha.clamp(min=0.05)).clamp(0, 1)
    mask = _place(word, name, alpha, colours)
    mask = pattern_share(word, name, layer.float()) if mask is None else mask
    if mask is None:
        pieces = pieces_of(colours, solid)
        chosen = _PIECES.get(word, _second)(pieces, name) if pieces and word != "hair" else []
        if pieces and (word == "hair" or word in _BEARDS and not chosen):
            chosen = _hair(pieces, Shape(alpha, name), inner=word in _BEARDS)
            if word in _BEARDS and not any(p.size > _BEARD_SIZE and p.y + p.bottom > 1 for p in chosen):
                chosen = []  # a mouth, and no beard
        if not chosen and len(pieces) > 1 and word not in NOT_ALWAYS:
            chosen = _second(pieces, name)
        if not chosen:
            return layer
        small = torch.from_numpy(np.any([piece.mask for piece in chosen], axis=0))[None, None].float()
        if word in _BEARDS and any(piece.top < 0.3 for piece in chosen):  # it goes on in the hair
            small[..., : round(_BEARD * small.shape[-2]), :] = 0
        small = F.max_pool2d(small, 3, stride=1, padding=1)  # the edge of a piece is its own
        mask = F.interpolate(small, size=alpha.shape, mode="bilinear", align_corners=False)[0, 0] * solid
    share = F.avg_pool2d(mask[None, None], 3, stride=1, padding=1, count_include_pad=False)[0, 0]
    return _painted(layer, colours, alpha, share, colour)


def _painted(layer, colours, alpha, share, colour) -> torch.Tensor:
    luma = colours.mean(0)
    inside = (share > 0.5) & (alpha > 0.5)
    main = luma[inside].median() if inside.any() else luma.mean()
    light = (luma / main.clamp(min=0.2)).clamp(0.6, 1.35)
    light = torch.where(main < 0.2, 1 + (luma - main).clamp(-0.3, 0.3), light)
    painted = (colour.to(colours)[:, None, None] * light.clamp(max=1)).clamp(0, 1)
    painted = torch.lerp(painted, torch.ones_like(painted), (0.5 * (light - 1)).clamp(0, 0.5))
    mixed = torch.lerp(colours, painted, share)
    return (2 * torch.cat([mixed * alpha, alpha[None]]) - 1).to(layer)


def _place(word: str, name: str, alpha: torch.Tensor, colours: torch.Tensor) -> torch.Tensor | None:
    """The place (side, side) of a part that is told by where it is, in [0, 1]; None where pieces tell it better."""
    shape = Shape(alpha, name)
    left, top, right, bottom = shape.box
    place = _PLACES.get(word)
    if word in ("ears", "ear", "horns", "horn", "antlers"):
        head = shape.head
        high = 0.4 if "rabbit" in name or "bunny" in name or "donkey" in name else 0.24
        place = (head[0] - 0.02, head[1] - 0.02, head[2] + 0.02, head[1] + high * (head[3] - head[1]))
        left, top, right, bottom = 0.0, 0.0, 1.0, 1.0
    elif word == "roof" and _is_car(name):
        place = (0.0, 0.0, 1.0, 0.22)
    elif word in ("door", "doors") and _is_car(name):
        return _side(shape, alpha, colours)
    elif word == "tail":
        return _tail(shape, alpha, bool(name) and is_alive(name))
    if place is None:
        return None
    wide, high = right - left, bottom - top
    x0, y0, x1, y1 = left + place[0] * wide, top + place[1] * high, left + place[2] * wide, top + place[3] * high
    line = (torch.arange(alpha.shape[0]) + 0.5) / alpha.shape[0]
    soft = _SOFT * high
    x0, y0 = x0 - soft * (place[0] <= 0), y0 - soft * (place[1] <= 0)  # the outline itself is no soft end
    x1, y1 = x1 + soft * (place[2] >= 1), y1 + soft * (place[3] >= 1)

    def inside(low: float, end: float) -> torch.Tensor:
        return ((line - low) / soft + 0.5).clamp(0, 1) * ((end - line) / soft + 0.5).clamp(0, 1)

    return inside(y0, y1)[:, None] * inside(x0, x1)[None] * (alpha > 0.5)


def _side(shape: Shape, alpha: torch.Tensor, colours: torch.Tensor) -> torch.Tensor:
    """The doors of a car: what has its body's colour, below the windows and between the wheels."""
    left, top, _, _ = shape.box
    rows, columns = (
        slice(round((start + low * length) * alpha.shape[0]), round((start + high * length) * alpha.shape[0]))
        for start, length, (low, high) in ((top, shape.height, (0.45, 0.82)), (left, shape.width, (0.34, 0.66)))
    )
    mask = torch.zeros_like(alpha)
    part, solid = colours[:, rows, columns], alpha[rows, columns] > 0.5
    if solid.any():
        body = part[:, solid].median(1).values
        mask[rows, columns] = (((part - body[:, None, None]).abs().sum(0) < _BODY) & solid).float()
    return mask


def _tail(shape: Shape, alpha: torch.Tensor, alive: bool) -> torch.Tensor | None:
    """What is thin and far from the head."""
    side = alpha.shape[0]
    solid = (alpha > 0.5).numpy()
    reach = max(2, round(0.06 * side * max(shape.width, shape.height)))
    thin = solid & ~dilated(eroded(solid, iterations=reach), iterations=reach + 1)
    labels, count = labelled(thin)
    if not count or shape.is_face:
        return None
    head = (shape.head[0] + shape.head[2]) / 2 * side
    best, most = 0, 0.0
    for number, (y, x) in enumerate(ndimage.center_of_mass(thin, labels, range(1, count + 1)), start=1):
        low = y / side > shape.box[1] + 0.82 * shape.height  # these are legs
        score = abs(x - head) * (labels == number).sum() ** 0.5 * (0.3 if low and alive else 1.0)
        if score > most:
            best, most = number, score
    mask = ndimage.gaussian_filter((labels == best).astype(np.float32), 1.2)
    return torch.from_numpy(np.clip(1.5 * mask, 0, 1)) * torch.from_numpy(solid)
