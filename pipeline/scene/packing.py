"""Several things that stand in no relation: in lines, each as wide as it is drawn, so that they fill the picture."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.scene.kinds import kind_size
from pipeline.scene.shape import Shape

__all__ = ["Copy", "pack", "pack_boxes", "shares"]

_MARGIN = 0.06  # of the shorter side, around all
_GAP = 0.1  # between two, of the widest
_LARGEST = 0.62  # one alone fills 0.75 of the shorter side
_BESIDE, _SMALLEST = 0.3, 0.5  # power of real sizes that is seen beside each other, and the least of the largest
_WORTH = 1.4  # how much larger they have to become for two or three to stand in more lines than one
_PAIR_WORTH = 1.8  # the same for two in a picture that is no higher than wide
_MANY_WORTH = 1.1  # the same for more of them


class Copy(NamedTuple):
    """One copy of a thing: its outline, and how large it is beside the largest."""

    shape: Shape
    share: float

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height, of the largest's square."""
        return self.share * self.shape.width, self.share * self.shape.height


def pack(
    copies: Sequence[Copy], aspect: float, lines: int | None = None, *, most: float = _LARGEST
) -> list[tuple[float, float, float]]:
    """Places of things in their order, their feet on a line.

    Args:
        copies: one for each place.
        aspect: width of the picture over its height.
        lines: how many; None takes the fewest that leave them about as large as they can be.
        most: side of the square of the largest, of the shorter side.

    Returns:
        For each copy the centre of its layer, of the picture's width and height, and the layer's side, of the shorter
        side.
    """
    corners, side = pack_boxes([copy.extent for copy in copies], aspect, lines, most=most)
    width, height = max(aspect, 1.0), max(1 / aspect, 1.0)
    places = []
    for copy, (left, top) in zip(copies, corners, strict=True):
        own, box = copy.share * side, copy.shape.box
        places.append(((left + (0.5 - box[0]) * own) / width, (top + (0.5 - box[1]) * own) / height, own))
    return places


def pack_boxes(
    extents: Sequence[tuple[float, float]], aspect: float, lines: int | None = None, *, most: float = _LARGEST
) -> tuple[list[tuple[float, float]], float]:
    """Boxes of these widths and heights in lines, as ``pack`` has them.

    Returns:
        left and top of each, and how large the boxes' unit is, of the shorter side.
    """
    width, height = max(aspect, 1.0), max(1 / aspect, 1.0)  # in units of the shorter side
    numbers = [lines] if lines else range(1, len(extents) + 1)
    sides = {number: _side(_split(extents, number), width, height, most) for number in numbers}
    worth = _MANY_WORTH if len(extents) > 3 else _PAIR_WORTH if len(extents) == 2 and aspect >= 1 else _WORTH
    number = next(number for number, side in sides.items() if side * worth >= max(sides.values()))
    side, rows = sides[number], _split(extents, number)
    gap = _gap(extents) * side
    tall = sum(_height(row) for row in rows) * side + gap * (len(rows) - 1)
    top, corners = (height - tall) / 2, []
    for row in rows:
        foot = top + _height(row) * side
        left = (width - sum(wide for wide, _ in row) * side - gap * (len(row) - 1)) / 2
        for wide, high in row:
            corners.append((left, foot - high * side))
            left += wide * side + gap
        top = foot + gap
    return corners, side


_Extents = Sequence[tuple[float, float]]


def _split(extents: _Extents, lines: int) -> list[_Extents]:
    """In lines of one length, the last with what is left."""
    columns = math.ceil(len(extents) / lines)
    return [extents[at : at + columns] for at in range(0, len(extents), columns)]


def _gap(extents: _Extents) -> float:
    return _GAP * max(wide for wide, _ in extents)


def _height(row: _Extents) -> float:
    return max(high for _, high in row)


def _side(rows: list[_Extents], width: float, height: float, most: float) -> float:
    """The side of the largest square with which all of it is inside the margin."""
    gap = _gap([extent for row in rows for extent in row])
    across = max(sum(wide for wide, _ in row) + gap * (len(row) - 1) for row in rows)
    down = sum(_height(row) for row in rows) + gap * (len(rows) - 1)
    return min((width - 2 * _MARGIN) / across, (height - 2 * _MARGIN) / down, most)


def shares(names: Sequence[str], scales: Sequence[float]) -> list[float]:
    """How large things are beside the largest: a mouse is smaller than an elephant, and yet to be seen.

    Args:
        names: of the things.
        scales: how much larger or smaller each is said to be.
    """
    real = [kind_size(name) for name in names]
    tallest = max((size for size in real if size), default=1.0)
    own = [
        scale * max(_SMALLEST, ((size or tallest) / tallest) ** _BESIDE)
        for size, scale in zip(real, scales, strict=True)
    ]
    return [share / max(own) for share in own]
