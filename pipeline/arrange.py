"""What is done to pictures by arithmetic, not by a network: an even ground, and several things in one picture."""

import torch
import torch.nn.functional as F

__all__ = ["LAYOUTS", "arrange", "flatten_ground"]

_FOREGROUND = 0.12  # difference from the ground, of a range of 2, from which a pixel is the thing's
_RIPPLE = 0.05, 0.16  # differences from the ground: up to the first they vanish, from the second they stay
_EVEN = 0.08  # median difference along the border up to which a ground counts as flat
_MARGIN = 1 / 64  # of the picture's side, kept around a thing: its soft edge

# How many -> centres and the side of the box that each thing fits into, in units of the picture's side.
_COLUMN = {2: ([(0.5, 0.28), (0.5, 0.72)], 0.42), 3: ([(0.5, 0.19), (0.5, 0.5), (0.5, 0.81)], 0.28)}
_ROW = {count: ([(y, x) for x, y in centres], side) for count, (centres, side) in _COLUMN.items()}
_GRID = {
    4: ([(0.28, 0.28), (0.72, 0.28), (0.28, 0.72), (0.72, 0.72)], 0.4),
    5: ([(0.22, 0.25), (0.78, 0.25), (0.5, 0.5), (0.22, 0.75), (0.78, 0.75)], 0.26),
    6: ([(x, y) for y in (0.31, 0.69) for x in (0.19, 0.5, 0.81)], 0.28),
}
LAYOUTS = {"row": _ROW | _GRID, "column": _COLUMN | _GRID, "grid": _ROW | _GRID}


def arrange(pictures: torch.Tensor, counts: list[int], layout: str) -> torch.Tensor:
    """Cut each picture to its thing, shrink it and place it, as often as it is asked for.

    A thing is added to the ground as its difference from its own, so that no border shows where two grounds differ a
    little.

    Args:
        pictures: (things, 3, side, side), each with one thing on a flat ground.
        counts: how often each thing is placed, in order.
        layout: "row", "column" or "grid"; together 2 to 6 things.

    Returns:
        (1, 3, side, side).

    Raises:
        ValueError: there is no such layout for so many things.
    """
    places = LAYOUTS.get(layout, {}).get(sum(counts))
    if places is None:
        raise ValueError(
            f"`layout` must be one of {sorted(LAYOUTS)} for 2 to 6 things, got {layout!r}, {sum(counts)}."
        )
    centres, share = places
    side = pictures.shape[-1]
    grounds = torch.stack([_ground(picture) for picture in pictures])
    canvas = grounds.mean(0)[:, None, None].expand(-1, side, side).clone()
    left = iter(centres)
    for picture, ground, count in zip(pictures, grounds, counts, strict=True):
        thing = picture - ground[:, None, None]
        top, bottom, start, end = _box(thing)
        thing = thing[:, top:bottom, start:end]
        scale = share * side / max(thing.shape[1:])
        size = [max(1, round(length * scale)) for length in thing.shape[1:]]
        thing = F.interpolate(thing[None], size=size, mode="bicubic", antialias=True, align_corners=False)[0]
        for _ in range(count):
            x, y = next(left)
            row, column = round(y * side - size[0] / 2), round(x * side - size[1] / 2)
            canvas[:, row : row + size[0], column : column + size[1]] += thing
    return canvas[None].clamp(-1, 1)


def flatten_ground(pictures: torch.Tensor) -> torch.Tensor:
    """Smooth away the ripple and the faint halo that are left where a picture should be its flat ground (coring).

    Args:
        pictures: (batch, 3, side, side) in [-1, 1]; one without a flat ground comes back as it is.
    """
    flat = []
    for picture in pictures:
        ground = _ground(picture)[:, None, None]
        difference = picture - ground
        size = difference.abs().amax(0, keepdim=True)
        if torch.cat([size[:, 0], size[:, -1], size[:, :, 0], size[:, :, -1]]).median() > _EVEN:
            flat.append(picture)
            continue
        size = F.avg_pool2d(size[None], 3, stride=1, padding=1, count_include_pad=False)[0]
        share = ((size - _RIPPLE[0]) / (_RIPPLE[1] - _RIPPLE[0])).clamp(0, 1)
        flat.append(ground + difference * share * share * (3 - 2 * share))
    return torch.stack(flat)


def _ground(picture: torch.Tensor) -> torch.Tensor:
    """(3, side, side) -> (3,): the median colour along the border."""
    ring = [picture[:, :2].flatten(1), picture[:, -2:].flatten(1), picture[:, :, :2].flatten(1)]
    return torch.cat([*ring, picture[:, :, -2:].flatten(1)], dim=1).median(dim=1).values


def _box(thing: torch.Tensor) -> tuple[int, int, int, int]:
    """Where a difference from the ground (3, side, side) is more than ripple: top, bottom, left, right (exclusive)."""
    side = thing.shape[-1]
    there = (thing.abs().amax(0) > _FOREGROUND).float()[None, None]
    there = F.avg_pool2d(there, 3, stride=1, padding=1)[0, 0] > 0.5  # specks are none
    margin = max(1, round(_MARGIN * side))
    ends = []
    for axis in (1, 0):
        found = there.any(axis).nonzero()
        if not len(found):
            return 0, side, 0, side
        ends += [max(0, int(found[0]) - margin), min(side, int(found[-1]) + 1 + margin)]
    return tuple(ends)
