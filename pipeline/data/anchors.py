"""Points of layers that were marked by hand: head, eyes, mouth, neck, hands, back, seat, inside, surface.

    labels = read_anchors()

Pictures are not kept: a layer is drawn anew from its name, style and seed with the bundled weights. Each was looked
at, four times as large and under a grid. What a layer does not show has no point: a table has no eyes, and the one eye
of a thing that looks to the left is its left one. The mouth of a face that has none drawn is where it would be.
"Top" is the upper edge of the head with its hair and hat, between the ears; "inside" the opening of a vessel, the
middle of what can be looked into, or the window of a vehicle; "surface" where something would stand on it. Things, not
pictures, are held out, by a hash of their name.
"""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

from pipeline.models.anchors import ANCHORS

__all__ = ["LABELS", "Marked", "is_held_out", "read_anchors"]

LABELS = Path(__file__).with_name("anchors.tsv")
_HELD_OUT = 0.25  # share of things


@dataclass(frozen=True)
class Marked:
    """A layer and its points.

    Attributes:
        name: of the thing, a phrase of the vocabulary.
        style, seed: that it is drawn in and with.
        points: of what it has of `ANCHORS`, x and y, of its square, from its upper left corner.
    """

    name: str
    style: str
    seed: int
    points: dict[str, tuple[float, float]]


def read_anchors(path: str | Path = LABELS) -> list[Marked]:
    """The labels, in their order.

    Args:
        path: a table with tabs between its columns name, style, seed and `ANCHORS`; points are "x,y", or empty.

    Raises:
        ValueError: a column is missing, or what stands in it is no point of a layer.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [_marked(row, number, path) for number, row in enumerate(rows, start=2)]


def _marked(row: dict[str, str], line: int, path: str | Path) -> Marked:
    points = {}
    try:
        for name in ANCHORS:
            if row[name]:
                x, y = map(float, row[name].split(","))
                if not (0 <= x <= 1 and 0 <= y <= 1):
                    raise ValueError
                points[name] = x, y
        return Marked(row["name"], row["style"], int(row["seed"]), points)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"Line {line} of {path} is to have name, style, seed, and points `x,y` from 0 to 1 under "
            f"{', '.join(ANCHORS)}; got something else. Mend the line."
        ) from error


def is_held_out(name: str) -> bool:
    """Whether a thing is kept from training: a quarter of all names is."""
    return hashlib.sha256(name.encode()).digest()[0] < 256 * _HELD_OUT
