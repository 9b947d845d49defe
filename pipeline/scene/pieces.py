"""A layer cut into pieces of one colour: where each lies, how large it is, and what of its rim is the outline."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy import ndimage

from pipeline.pictures.masks import eroded, labelled

__all__ = ["Piece", "pieces_of"]

_COLOURS = 7
_SIDE = 128  # pixels at which pieces are told apart
_TINY = 0.0012  # of the thing: smaller pieces are edges


@dataclass(frozen=True)
class Piece:
    """Connected pixels of one colour.

    Attributes:
        mask: (side, side) of bool.
        x, y: of its middle, in the thing's box from 0 to 1.
        top, bottom: of the same.
        size: of the thing's area.
        colour: (red, green, blue) in [0, 1].
        open: share of its rim that is the thing's outline.
        cluster: number of its colour.
    """

    mask: np.ndarray
    x: float
    y: float
    top: float
    bottom: float
    size: float
    colour: tuple[float, float, float]
    open: float
    cluster: int

    @property
    def luma(self) -> float:
        return sum(self.colour) / 3

    @property
    def chroma(self) -> float:
        return max(self.colour) - min(self.colour)

    @property
    def dark(self) -> bool:
        return max(self.colour) < 0.42

    @property
    def light(self) -> bool:
        return self.luma > 0.78 and self.chroma < 0.3

    @property
    def green(self) -> bool:
        return self.colour[1] > max(self.colour[0], self.colour[2]) + 0.03

    @property
    def brown(self) -> bool:
        red, green, blue = self.colour
        return red > green > blue - 0.02 and 0.08 < self.chroma and self.luma < 0.66

    @property
    def cool(self) -> bool:
        return self.colour[2] >= self.colour[0] - 0.02


def pieces_of(colours: torch.Tensor, solid: torch.Tensor) -> list[Piece]:
    """The pieces of colours (3, side, side) within ``solid``, the largest first."""
    factor = max(1, solid.shape[-1] // _SIDE)
    small, inside = colours[:, ::factor, ::factor], solid[::factor, ::factor]
    centres, nearest = _clusters(small, inside)
    mask = inside.numpy()
    rim = mask & ~eroded(mask, iterations=2)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    top, high, left, wide = rows[0], rows[-1] + 1 - rows[0], columns[0], columns[-1] + 1 - columns[0]
    found = []
    for cluster, centre in enumerate(centres):
        labels, count = labelled((nearest.numpy() == cluster) & mask)
        for number, where in enumerate(ndimage.find_objects(labels), start=1):
            own = labels == number
            size = own.sum() / mask.sum()
            if size < _TINY:
                continue
            y, x = ndimage.center_of_mass(own)
            edge = own & ~eroded(own)
            found.append(
                Piece(
                    own, (x - left) / wide, (y - top) / high, (where[0].start - top) / high,
                    (where[0].stop - top) / high, float(size), tuple(centre.tolist()),
                    float((edge & rim).sum() / max(1, edge.sum())), cluster,
                )
            )  # fmt: skip
    return sorted(found, key=lambda piece: -piece.size)


def _clusters(colours: torch.Tensor, solid: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Main colours (k, 3) of colours (3, side, side), and which of them each pixel is nearest to."""
    points = colours[:, solid].T
    some = points[:: max(1, len(points) // 2000)]
    centres = [some.median(0).values]
    for _ in range(_COLOURS - 1):
        distance = torch.cdist(some, torch.stack(centres)).amin(1)
        if distance.max() < 0.12:
            break
        centres.append(some[distance.argmax()])
    found = torch.stack(centres)
    for _ in range(5):
        nearest = torch.cdist(some, found).argmin(1)
        found = torch.stack([some[nearest == k].mean(0) if (nearest == k).any() else c for k, c in enumerate(found)])
    nearest = torch.cdist(colours.flatten(1).T, found).argmin(1)
    return found, nearest.reshape(solid.shape)
