"""Several things that stand in no relation: in lines, each as wide as it is drawn, so that they fill the picture."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.scene.shape import Shape

__all__ = ["Copy", "pack"]

_MARGIN = 0.06  # of the shorter side, around all
_GAP = 0.1  # between two, of the widest
_LARGEST = 0.62  # one alone fills 0.75 of the shorter side
_WORTH = 1.4  # how much larger they have to become for two or three to stand in more lines than one
_MANY_WORTH = 1.1  # the same for more of them


class Copy(NamedTuple):
    """One copy of a thing: its outline, and how large it is beside the largest."""

    shape: Shape
    share: float

    @property
    def width(self) -> float:
        return self.share * self.shape.width

    @property
    def height(self) -> float:
        return self.share * self.shape.height


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
    width, height = max(aspect, 1.0), max(1 / aspect, 1.0)  # in units of the shorter side
    numbers = [lines] if lines else [1, 2] if len(copies) == 2 and aspect < 1 else range(1, len(copies) + 1)
    if lines is None and len(copies) == 2 and aspect >= 1:
        numbers = [1]
    sides = {number: _side(_split(copies, number), width, height, most) for number in numbers}
    worth = _WORTH if len(copies) <= 3 else _MANY_WORTH
    number = next(number for number, side in sides.items() if side * worth >= max(sides.values()))
    side, rows = sides[number], _split(copies, number)
    gap = _gap(copies) * side
    tops = sum(_height(row) for row in rows) * side + gap * (len(rows) - 1)
    top, places = (height - tops) / 2, []
    for row in rows:
        foot = top + _height(row) * side
        left = (width - sum(copy.width for copy in row) * side - gap * (len(row) - 1)) / 2
        for copy in row:
            own, box = copy.share * side, copy.shape.box
            places.append(((left + (0.5 - box[0]) * own) / width, (foot + (0.5 - box[3]) * own) / height, own))
            left += copy.width * side + gap
        top = foot + gap
    return places


def _split(copies: Sequence[Copy], lines: int) -> list[Sequence[Copy]]:
    """In lines of one length, the last with what is left."""
    columns = math.ceil(len(copies) / lines)
    return [copies[at : at + columns] for at in range(0, len(copies), columns)]


def _gap(copies: Sequence[Copy]) -> float:
    return _GAP * max(copy.width for copy in copies)


def _height(row: Sequence[Copy]) -> float:
    return max(copy.height for copy in row)


def _side(rows: list[Sequence[Copy]], width: float, height: float, most: float) -> float:
    """The side of the largest square with which all of it is inside the margin."""
    gap = _gap([copy for row in rows for copy in row])
    across = max(sum(copy.width for copy in row) + gap * (len(row) - 1) for row in rows)
    down = sum(_height(row) for row in rows) + gap * (len(rows) - 1)
    return min((width - 2 * _MARGIN) / across, (height - 2 * _MARGIN) / down, most)
