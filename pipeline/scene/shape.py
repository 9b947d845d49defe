"""Where a thing's parts are, from the outline of its layer: head, eyes, neck, hand, back, seat, rim, surface.

Geometry of the alpha mask, by kind of thing: a face is all head; a body has its head where its top is, as wide as the
outline is there.
"""

import functools
import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage

__all__ = ["Face", "Shape"]

GRID = 64  # pixels of a side
ASIDE = 0.12  # of the width: how far from the middle the head is of what is seen from the side


class Face(NamedTuple):
    """Where eyes were found in a layer, in units of its square."""

    x: float  # between them
    y: float
    apart: float
    width: float  # of the head at the eyes
    chin: float


class Shape:
    """The outline of one layer, in units of its square: 0 to 1, from its upper left corner.

    Args:
        alpha: (side, side) in [0, 1].
        name: of the thing; a "face" is all head.
        mirror: left and right changed.
        face: its eyes, before it was mirrored; where they are known they say where the head is.
        anchors: points of it, before it was mirrored, as ``pipeline.models.anchors`` finds them: what they say is
            taken before what the outline says.
    """

    def __init__(
        self,
        alpha: torch.Tensor,
        name: str = "",
        mirror: bool = False,
        face: Face | None = None,
        anchors: Mapping[str, tuple[float, float]] | None = None,
    ):
        small = F.interpolate(alpha[None, None].float(), size=(GRID, GRID), mode="area")[0, 0] > 0.5
        self.mask = small.flip(-1) if mirror else small
        if not self.mask.any():
            self.mask = torch.ones(GRID, GRID, dtype=torch.bool)
        self.name = name
        self.face = face._replace(x=1 - face.x) if face and mirror else face
        self.anchors = _mirrored(anchors or {}) if mirror else dict(anchors or {})

    @functools.cached_property
    def box(self) -> tuple[float, float, float, float]:
        """left, top, right, bottom."""
        rows, columns = self.mask.any(1).nonzero()[:, 0], self.mask.any(0).nonzero()[:, 0]
        return (
            int(columns[0]) / GRID,
            int(rows[0]) / GRID,
            (int(columns[-1]) + 1) / GRID,
            (int(rows[-1]) + 1) / GRID,
        )

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    @functools.cached_property
    def heaviest(self) -> float:
        """Height of its centre of mass: of glasses, whose temples stand up, the middle of the lenses."""
        rows = self.mask.sum(1).float()
        return float((rows * (torch.arange(GRID) + 0.5)).sum() / rows.sum()) / GRID

    @functools.cached_property
    def is_face(self) -> bool:
        """A head without a body: by its name, or as wide as high and nearly filling a disc."""
        if "face" in self.name.split():
            return True
        left, top, right, bottom = (round(edge * GRID) for edge in self.box)
        inside = self.mask[top:bottom, left:right]
        low = inside[round(0.92 * (len(inside) - 1))]
        return (
            0.82 < self.width / self.height < 1.3
            and bool(inside.float().mean() > 0.68)
            and bool(inside[len(inside) // 2].float().mean() > 0.85)
            and len(_runs(low)) == 1
        )

    @functools.cached_property
    def head(self) -> tuple[float, float, float, float]:
        """left, top, right, bottom of its head: of what is widest near the top, so that no raised tail is one."""
        if self.face is not None:
            x, _, _, width, chin = self.face
            return x - width / 2, self.top_at(x, 0.25 * width), x + width / 2, chin
        if self.is_face:
            return self.box
        if (found := self._marked_head) is not None:
            return found
        left, top, right, bottom = (round(edge * GRID) for edge in self.box)
        tall = bottom - top
        found = []
        for share in (0.12, 0.18, 0.24, 0.3):
            row = min(GRID - 1, top + round(share * tall))
            runs = _runs(self.mask[row])
            if runs:
                found.append(max(runs, key=lambda run: run[1] - run[0]))
        if not found:
            return (self.box[0], self.box[1], self.box[2], self.box[1] + 0.35 * self.height)
        found.sort(key=lambda run: run[1] - run[0])
        start, end = found[len(found) // 2]
        wide = min(end - start, 0.62 * tall)
        above = self.mask[top : top + max(2, round(0.3 * tall)), start:end]
        rows = above.any(1).nonzero()[:, 0]
        crown = top + (int(rows[0]) if len(rows) else 0)
        weights = self.mask[crown : crown + max(2, round(0.16 * tall)), start:end].sum(0).float()
        middle = start + float((weights * torch.arange(end - start)).sum() / weights.sum().clamp(min=1))
        centre = min(max(middle, start + wide / 2), end - wide / 2)
        high = min(max(wide, 0.25 * tall), 0.55 * tall)
        return (centre - wide / 2) / GRID, crown / GRID, (centre + wide / 2) / GRID, (crown + high) / GRID

    @property
    def _marked_head(self) -> tuple[float, float, float, float] | None:
        """The head about its anchors: as high as from its top to the lowest of mouth and neck, as wide as the outline
        is between, at most as far as mouth and eyes tell.
        """
        others = [self.anchors[name] for name in ("mouth", "neck") if name in self.anchors]
        if "top" not in self.anchors or not others:
            return None
        x, y = self.anchors["top"]
        long = max(math.hypot(at[0] - x, at[1] - y) for at in others)
        row = min(GRID - 1, max(0, round((y + 0.5 * long) * GRID)))
        runs = [(start, end) for start, end in _runs(self.mask[row]) if start - 1 <= x * GRID <= end + 1]
        wide = min((runs[0][1] - runs[0][0]) / GRID, 1.3 * long) if runs else long
        return x - wide / 2, self.top_at(x, 0.25 * wide), x + wide / 2, y + long

    @functools.cached_property
    def disc(self) -> tuple[float, float, float]:
        """x, y and radius of the largest disc within it: the face of a sun is not among its rays."""
        depth = np.asarray(ndimage.distance_transform_edt(F.pad(self.mask, (1, 1, 1, 1)).numpy()))
        y, x = np.unravel_index(int(depth.argmax()), depth.shape)
        return (float(x) - 0.5) / GRID, (float(y) - 0.5) / GRID, float(depth[y, x]) / GRID

    def top_at(self, x: float, reach: float = 0.1) -> float:
        """The upper edge of the outline about a column: the middle one of those within reach."""
        columns = slice(max(0, round((x - reach) * GRID)), min(GRID, round((x + reach) * GRID) + 1))
        part = self.mask[:, columns]
        solid = part.any(0)
        if not solid.any():
            return self.box[1]
        tops = part.float().argmax(0)[solid]
        return float(tops.median()) / GRID

    @functools.cached_property
    def looks(self) -> int:
        """Which way it looks: -1 to the left, 1 to the right, 0 towards who sees it, or nobody knows."""
        if self.is_face:
            return 0
        left, _, right, _ = self.box
        aside = (self.head[0] + self.head[2]) / 2 - (left + right) / 2
        return 0 if abs(aside) < ASIDE * self.width else 1 if aside > 0 else -1

    @functools.cached_property
    def back(self) -> tuple[float, float]:
        """Where a rider sits: on the outline, behind the head."""
        if "back" in self.anchors:
            x = self.anchors["back"][0]
            return x, self.top_at(x, 0.05)
        left, _, right, _ = self.box
        middle = (left + right) / 2
        head = (self.head[0] + self.head[2]) / 2
        x = middle + 0.1 * self.width if head < middle - 0.08 else middle - 0.1 * self.width
        if abs(head - middle) <= 0.08:
            x = middle
        return x, self.top_at(x)


def _mirrored(anchors: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Left and right changed, of places and of names."""
    other = {"left": "right", "right": "left"}
    words = {name: name.partition(" ") for name in anchors}
    return {
        f"{other.get(side, side)}{gap}{part}": (1 - anchors[name][0], anchors[name][1])
        for name, (side, gap, part) in words.items()
    }


def _runs(row: torch.Tensor) -> list[tuple[int, int]]:
    """First and one past the last of each run of solid pixels."""
    padded = F.pad(row.int(), (1, 1))
    edges = (padded[1:] - padded[:-1]).nonzero()[:, 0].tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))
