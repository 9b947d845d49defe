"""What is printed on the front of a thing, and stands on no edge of it: "a t-shirt with a star on it"."""

import torch

from pipeline.scene.several import Joint
from pipeline.scene.shape import Shape

__all__ = ["is_print", "is_printed", "printed"]

_ON = frozenset(
    "t-shirt shirt tshirt sweater hoodie jacket mug cup flag box bag balloon sign door shield pillow card envelope "
    "banner jersey apron backpack helmet poster window laptop screen lantern vase bottle jar skateboard "
    "phone smartphone tablet computer monitor television tv book notebook".split()
)
_PRINTS = frozenset(
    "heart star moon sun flower skull anchor cross smiley rainbow paw leaf crown logo snowflake note".split()
)
_SIDE = 0.42  # of the shorter side of what it is printed on


def is_printed(thing: Shape, other: Shape) -> bool:
    """Whether one thing is a print on another, by their names."""
    return (other.name.lower().split() or [""])[-1] in _ON and is_print(thing.name)


def is_print(name: str) -> bool:
    """Whether a thing is what is printed on others: a heart, a star."""
    return (name.lower().split() or [""])[-1] in _PRINTS


def printed(thing: Shape, other: Shape) -> Joint:
    """On the middle of its front."""
    rows = other.mask.float().sum(1)
    y = float((rows * (torch.arange(len(rows)) + 0.5)).sum() / rows.sum()) / len(rows)
    row = other.mask[min(len(rows) - 1, int(y * len(rows)))].nonzero()[:, 0]
    x = float(row.float().mean() + 0.5) / len(rows) if len(row) else (other.box[0] + other.box[2]) / 2
    side = _SIDE * min(other.width, other.height) / max(thing.width, thing.height, 0.3)
    left, top, right, bottom = thing.box
    return Joint(x + (0.5 - (left + right) / 2) * side, y + (0.5 - (top + bottom) / 2) * side, side, 2)
