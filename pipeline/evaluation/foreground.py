"""What stands before a plain ground: the ground's colour and name, the box around the thing, and how many things.

No learnt parts: thresholds on the distance from the colour that the picture's border has.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy import ndimage

from pipeline.data.scenes import BACKGROUNDS, COUNT_LAYOUTS

__all__ = ["Box", "Foreground", "background_rgb", "find_things", "resample", "segment"]

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels, right and bottom exclusive

# A pixel belongs to the thing when a channel differs from the ground by this share of the strongest difference, and by
# at least this much of the full range. Two readings: the low one keeps pale parts, the high one ignores soft halos.
THRESHOLDS = ((0.12, 0.06), (0.35, 0.1))
_MOST = 6  # copies that are looked for in lines
_GAPS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.3)  # of a copy's width, between two
_ALIKE, _ABOUT = 0.85, 0.05  # likeness of copies at least, and what is as good as the best
_EMPTY = 0.1  # of the energy of a copy's pixels, what lies between copies has at most
SPECK = 0.0005  # components below this share of the picture are dirt


@dataclass(frozen=True)
class Foreground:
    """A picture with its ground taken away."""

    deviation: torch.Tensor  # (3, height, width): picture - ground, in [-1, 1]
    ground: torch.Tensor  # (3,) in [0, 1]

    @property
    def background(self) -> str:
        """The name in ``BACKGROUNDS`` whose colour is nearest to the ground."""
        return min(BACKGROUNDS, key=lambda name: (self.ground - background_rgb(name)).square().sum().item())

    def of(self, deviation: torch.Tensor) -> "Foreground":
        """The same ground with another ``deviation``."""
        return Foreground(deviation, self.ground)

    def boxes(self, region: Box | None = None) -> list[Box]:
        """Boxes around the thing in ``region`` (None: the whole picture), one per reading; none if it is empty."""
        left, top, right, bottom = region or (0, 0, self.deviation.shape[2], self.deviation.shape[1])
        strength = self.deviation[:, top:bottom, left:right].abs().amax(0)
        strongest = strength.flatten().kthvalue(max(1, round(0.995 * strength.numel()))).values.item()
        found: list[Box] = []
        for share, floor in THRESHOLDS:
            mask = strength > max(floor, share * strongest)
            columns, rows = (mask.sum(0) >= 2).nonzero().flatten(), (mask.sum(1) >= 2).nonzero().flatten()
            if not len(columns) or not len(rows):
                continue
            box = (left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1)
            if box not in found:
                found.append(box)
        return found

    def mask(self) -> np.ndarray:
        """(height, width) of bool by the low reading."""
        strength = self.deviation.abs().amax(0).numpy()
        share, floor = THRESHOLDS[0]
        return strength > max(floor, share * float(np.quantile(strength, 0.995)))


def background_rgb(name: str) -> torch.Tensor:
    """The colour called ``name`` as (3,) in [0, 1]."""
    value = BACKGROUNDS[name]
    return torch.tensor([int(value[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def segment(image: Image.Image) -> Foreground:
    """Take the ground away: the median colour of the border, a thirty-second of the side wide."""
    picture = torch.from_numpy(np.array(image.convert("RGB"), dtype=np.float32) / 255).permute(2, 0, 1)
    width = max(1, picture.shape[-1] // 32)
    sides = (picture[:, :width], picture[:, -width:], picture[:, :, :width], picture[:, :, -width:])
    ground = torch.cat([side.flatten(1) for side in sides], 1).median(1).values
    return Foreground(picture - ground[:, None, None], ground)


def resample(picture: torch.Tensor, box: Box, side: int) -> torch.Tensor:
    """(channels, height, width) -> (channels, side, side): the square around ``box``, zero beyond the picture."""
    left, top, right, bottom = box
    radius = -(-max(right - left, bottom - top) // 2)
    left, top = round((left + right) / 2 - radius), round((top + bottom) / 2 - radius)
    height, width = picture.shape[-2:]
    before = (max(0, -left), max(0, -top))
    after = (max(0, left + 2 * radius - width), max(0, top + 2 * radius - height))
    padded = F.pad(picture, (before[0], after[0], before[1], after[1]))
    left, top = left + before[0], top + before[1]
    square = padded[None, :, top : top + 2 * radius, left : left + 2 * radius]
    return F.interpolate(square, size=(side, side), mode="bilinear", antialias=True, align_corners=False)[0]


def find_things(foreground: Foreground) -> list[Box]:
    """A region around each separate thing; none for an empty picture.

    A thing may itself consist of several pieces, so repetitions come first: n equal crops in which nearly everything
    lies, in lines that fill the box around all of it, or where the training scenes have them. Else pieces of like size
    are counted, and what is left is one thing.
    """
    mask = foreground.mask()
    if mask.mean() < SPECK:
        return []
    height, width = mask.shape
    if lines := _lines(foreground.deviation, mask):
        return lines
    repeated = {count: _repetition(foreground.deviation, count) for count in COUNT_LAYOUTS}
    best = max(repeated, key=repeated.get)
    if repeated[best] > 0:
        centres, cell, _ = COUNT_LAYOUTS[best]
        half = cell / 2 + 0.02
        return [
            (
                max(0, round((x - half) * width)),
                max(0, round((y - half) * height)),
                min(width, round((x + half) * width)),
                min(height, round((y + half) * height)),
            )
            for x, y in centres
        ]
    labels, number = ndimage.label(mask, structure=np.ones((3, 3)))
    areas = np.bincount(labels.ravel(), minlength=number + 1)[1:]
    like = areas > 0.35 * areas.max()
    if like.sum() > 1 and areas[like].sum() > 0.85 * areas[areas > SPECK * mask.size].sum():
        places = [place for place, kept in zip(ndimage.find_objects(labels), like, strict=True) if kept]
        return [(columns.start, rows.start, columns.stop, rows.stop) for rows, columns in places]
    return [(0, 0, width, height)]


def _lines(deviation: torch.Tensor, mask: np.ndarray) -> list[Box]:
    """The most crops of one size, in lines that fill the box around all, that look alike; none where none do."""
    rows, columns = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
    box = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    energies, alike = deviation.square().sum(0).numpy(), {}
    for count in range(2, _MOST + 1):
        for cells in _cells(box, count):
            if not _apart(energies, cells):
                continue
            likeness = _likeness(deviation, cells)
            if likeness > max(_ALIKE, alike.get(count, (0.0,))[0]):
                alike[count] = likeness, cells
    if not alike:
        return []
    best = max(likeness for likeness, _ in alike.values())
    return alike[max(count for count, (likeness, _) in alike.items() if likeness > best - _ABOUT)][1]


def _cells(box: Box, count: int) -> Iterator[list[Box]]:
    """So many equal cells in lines, the last line in the middle, for several numbers of lines and widths of gaps."""
    left, top, right, bottom = box
    for lines in range(1, count + 1):
        across = -(-count // lines)
        if -(-count // across) != lines:
            continue
        for gap, below in itertools.product(_GAPS, _GAPS if lines > 1 else (0.0,)):
            wide = (right - left) / (across + (across - 1) * gap)
            tall = (bottom - top - (lines - 1) * below * wide) / lines
            if tall < 1:
                continue
            cells = []
            for at in range(count):
                line, column = divmod(at, across)
                spare = across - min(across, count - line * across)
                x = left + (column + spare / 2) * wide * (1 + gap)
                y = top + line * (tall + below * wide)
                cells.append((round(x), round(y), round(x + wide), round(y + tall)))
            yield cells


def _apart(energies: np.ndarray, cells: list[Box]) -> bool:
    """Whether there is room between cells, and next to nothing in it."""
    lefts, tops, rights, bottoms = zip(*cells, strict=True)
    top, left = min(tops), min(lefts)
    between = np.ones((max(bottoms) - top, max(rights) - left), bool)
    for cell in cells:
        between[cell[1] - top : cell[3] - top, cell[0] - left : cell[2] - left] = False
    region = energies[top : max(bottoms), left : max(rights)]
    if between.shape != region.shape or not between.any() or between.all():
        return False
    return bool(region[between].mean() <= _EMPTY * region[~between].mean())


def _likeness(deviation: torch.Tensor, cells: list[Box], *, side: int = 32) -> float:
    """The least likeness of two cells, in [-1, 1]; 0 where one is too small, or empty beside the others."""
    crops = [deviation[None, :, top:bottom, left:right] for left, top, right, bottom in cells]
    if min(min(crop.shape[-2:]) for crop in crops) < 4:
        return 0.0
    flat = torch.cat([F.interpolate(crop, size=(side, side), mode="area") for crop in crops]).flatten(1)
    energy = flat.square().sum(1)
    if energy.min() < 0.5 * energy.mean():
        return 0.0
    unit = F.normalize(flat, dim=1)
    return (unit @ unit.T)[~torch.eye(len(cells), dtype=torch.bool)].min().item()


def _repetition(deviation: torch.Tensor, count: int, *, side: int = 96) -> float:
    """Likeness of the ``count`` cells of that count's layout in [0, 1]; 0 where it does not hold."""
    small = F.interpolate(deviation[None], size=(side, side), mode="area")[0]
    centres, cell, _ = COUNT_LAYOUTS[count]
    half = round(cell * side / 2)
    crops, covered = [], torch.zeros(side, side, dtype=torch.bool)
    for x, y in centres:
        top, left = max(0, round(y * side) - half), max(0, round(x * side) - half)
        crops.append(small[:, top : top + 2 * half, left : left + 2 * half].flatten())
        covered[max(0, top - 2) : top + 2 * half + 2, max(0, left - 2) : left + 2 * half + 2] = True
    crops = torch.stack(crops)
    energy = crops.square().sum(1)
    outside = small.square().sum(0)[~covered].sum() / small.square().sum().clamp(min=1e-9)
    if energy.min() < 0.5 * energy.mean() or outside > 0.04:
        return 0.0
    unit = F.normalize(crops, dim=1)
    likeness = (unit @ unit.T)[~torch.eye(count, dtype=torch.bool)].min().item()
    return likeness if likeness > 0.6 else 0.0
