"""A drawing of one colour, illustrated: its parts told apart by shades, its gaps filled. Arithmetic, no network.

A glyph is a shape with gaps: thin ones are lines between its parts, wide ones that it encloses are windows, plates and
dials. Filled in the colour of the thing alone it is a silhouette. So lines become dark or pale, what is enclosed pale,
parts that stand by themselves get another shade, or another colour where the thing may have any, and what was drawn
in outline is filled within.
"""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage

from pipeline.pictures.masks import bounds, depth_of, eroded, labelled, nearest_of

__all__ = ["illustrate_glyph", "illustrate_outline"]

_SIDE = 128  # pixels at which parts are looked for; the edges are those of the layer itself
_APART = 3  # pixels around the drawing that close a gap between parts of one body
_THIN = 2.6  # pixels of half a gap's width, up to which it is a line ...
_NARROW = 4.0  # ... and up to which it is filled though it is open to a side
_STROKE = 9  # pixels of half a stroke's width, at most, of what is drawn in outline ...
_INK, _ENCLOSED = 0.62, 0.25  # ... and of its body, what its strokes cover at most, and enclose at least
_SECOND = 0.4  # of the largest part, from which another is as much the body as that one
_SPECK = 0.015  # of the body: less is a dot of the body's colour
_DISC = 0.7, 0.88  # of its square, that a disc fills
_HEAD = 0.1, 0.4  # of the body, that a head is at most, and of the height, how far down its middle is
_FILLED = 6.5, 0.3  # pixels of half its width, above which what is coloured is no line; and of the gaps, at least
_OPEN = 3  # pixels around a line, up to which two of its ends meet
_VIVID = 0.1, 0.2  # chroma from which a line is coloured, and from which wholly
_FACE = np.array([0.98, 0.77, 0.29], np.float32)  # the yellow of heads in emoji, and of the sun
_MAIN, _LIGHT, _ACCENT, _DARK, _PALE, _YELLOW = range(6)


def illustrate_glyph(layer: torch.Tensor, colour: torch.Tensor, accent: torch.Tensor | None = None) -> torch.Tensor:
    """A drawing of one colour with light and dark parts.

    Args:
        layer: (4, side, side) in [-1, 1], red, green and blue multiplied by alpha; dark where it is drawn.
        colour: (3,) in [0, 1], of the thing.
        accent: (3,) in [0, 1], of its small parts; left out, they are lighter, and no head is yellow.

    Returns:
        (4, side, side) in [-1, 1]; gaps of its body are filled, its outline stays.
    """
    layer = (layer + 1) / 2
    alpha = layer[3]
    luma = (layer[:3] / alpha.clamp(min=0.05)).clamp(0, 1).mean(0)
    side = min(_SIDE, alpha.shape[-1])
    small = F.interpolate(torch.stack([alpha, luma])[None], size=(side, side), mode="area")[0].cpu().numpy()
    solid = small[0] > 0.5
    ink = solid & (small[1] < 0.5)
    if not ink.any():
        return 2 * layer - 1
    tones, gaps = _tones(solid, ink)
    shades = _shades(colour, accent)
    drawn, between = (_painted(shades, tones, mask, layer) for mask in (ink, gaps if gaps.any() else ink))
    share = (alpha * (1 - luma)).clamp(0, 1)
    alpha = torch.maximum(alpha, _within(gaps | solid, layer))
    return 2 * torch.cat([torch.lerp(between, drawn, share) * alpha, alpha[None]]) - 1


def illustrate_outline(layer: torch.Tensor, colour: torch.Tensor, accent: torch.Tensor | None = None) -> torch.Tensor:
    """A drawing of lines, black and of one colour, painted within them.

    Args:
        layer: (4, side, side) in [-1, 1], red, green and blue multiplied by alpha.
        colour: (3,) in [0, 1], of the thing: of what was filled, or else of the largest of what lines enclose.
        accent: (3,) in [0, 1], of the small ones; left out, they are lighter.

    Returns:
        (4, side, side) in [-1, 1]; black lines stay, coloured ones are darker than the thing.
    """
    layer = (layer + 1) / 2
    alpha = layer[3:]
    colours = (layer[:3] / alpha.clamp(min=0.05)).clamp(0, 1)
    chroma = colours.amax(0) - colours.amin(0)
    side = min(_SIDE, alpha.shape[-1])
    small = F.interpolate((torch.stack([alpha[0], chroma * alpha[0]]))[None], size=(side, side), mode="area")
    solid, vivid = small[0, 0].cpu().numpy() > 0.5, small[0, 1].cpu().numpy() > _VIVID[1]
    parts = [part for part in _regions(_closed(solid, _OPEN) & ~solid) if part.depth > 1]
    thick = [part.area for part in _regions(vivid) if part.depth > _FILLED[0]]
    filled = bool(thick) and sum(thick) > _FILLED[1] * sum(part.area for part in parts)
    tones = np.full(solid.shape, _PALE)
    for at, part in enumerate(parts):
        if not filled:
            tones[part.mask] = _MAIN if not at else _LIGHT if part.area > _SECOND * parts[0].area else _ACCENT
    shades = _shades(colour, accent)
    line = shades[_MAIN if filled else _DARK]
    share = ((chroma - _VIVID[0]) / (_VIVID[1] - _VIVID[0])).clamp(0, 1)
    colours = torch.lerp(colours, torch.from_numpy(line).to(layer)[:, None, None].expand_as(colours), share)
    gaps = np.any([part.mask for part in parts], axis=0) if parts else np.zeros_like(solid)
    if not gaps.any():
        return 2 * torch.cat([colours * alpha, alpha]) - 1
    behind = _painted(shades, tones, gaps, layer)
    painted = torch.maximum(alpha, _within(gaps | solid, layer))
    return 2 * torch.cat([colours * alpha + behind * (painted - alpha), painted]) - 1


def _tones(solid: np.ndarray, ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which shade each pixel of the body has, (side, side) of int, and which pixels (of bool) are gaps to be filled.

    Args:
        solid: (side, side), what is not clear.
        ink: what of it is dark.
    """
    tones = np.full(solid.shape, _MAIN)
    parts = _regions(_closed(solid, _APART) & ~ink)
    enclosed = _closed(solid, 1)
    kept = [part for part in parts if part.depth < _NARROW or (part.mask & enclosed).sum() > 0.9 * part.area]
    gaps = np.any([part.mask for part in kept], axis=0) if kept else np.zeros_like(solid)
    body = (gaps | solid).sum()
    wide = [part for part in kept if part.depth >= _THIN]
    outlined = (
        ink.sum() < _INK * body
        and depth_of(ink).max() < _STROKE
        and sum(part.area for part in wide) > _ENCLOSED * body
    )
    for part in kept:
        tones[part.mask] = _DARK if outlined or part.depth < _THIN else _PALE
    if outlined:
        tones[ink] = _DARK
        for at, part in enumerate(wide):
            tones[part.mask] = _MAIN if not at else _LIGHT if part.area > _SECOND * wide[0].area else _ACCENT
        return tones, gaps
    _, top, _, bottom = bounds(gaps | solid)
    drawn = _regions(ink)
    for at, part in enumerate(drawn[1:]):
        if part.area > _SECOND * drawn[0].area:
            tones[part.mask] = _MAIN if at % 2 else _LIGHT
        elif part.is_disc and part.area < _HEAD[0] * body and part.middle < top + _HEAD[1] * (bottom - top):
            tones[part.mask] = _YELLOW
        elif part.area > _SPECK * body:
            tones[part.mask] = _ACCENT
    return tones, gaps


class _Region(NamedTuple):
    mask: np.ndarray
    area: int
    depth: float  # pixels from its edge to what is deepest in it
    middle: float  # its mean row

    @property
    def is_disc(self) -> bool:
        left, top, right, bottom = bounds(self.mask)
        wide, high = right - left, bottom - top
        return 0.75 < wide / high < 1.33 and _DISC[0] < self.area / (wide * high) < _DISC[1]


def _regions(mask: np.ndarray) -> list[_Region]:
    """The connected regions of a mask, the largest first."""
    labels, count = labelled(mask)
    depth = depth_of(mask)
    found = []
    for number in range(1, count + 1):
        one = labels == number
        found.append(_Region(one, int(one.sum()), float(depth[one].max()), float(np.nonzero(one)[0].mean())))
    return sorted(found, key=lambda region: -region.area)


def _shades(said: torch.Tensor, accent: torch.Tensor | None) -> np.ndarray:
    """(6, 3): what each tone looks like, of a thing of a colour (3,)."""
    colour = said.float().cpu().numpy()
    light = colour + 0.4 * (1 - colour)
    pale = colour + 0.82 * (1 - colour)
    small, face = (light, light) if accent is None else (accent.float().cpu().numpy(), _FACE)
    return np.stack([colour, light, small, 0.5 * colour, pale, face]).astype(np.float32)


def _closed(mask: np.ndarray, radius: int) -> np.ndarray:
    """A mask with its gaps of up to twice that many pixels, and all that is enclosed then."""
    down, across = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    disc = down**2 + across**2 <= radius**2 + 0.5
    closed = ndimage.binary_closing(np.pad(mask, 2 * radius), disc)
    return np.asarray(ndimage.binary_fill_holes(closed))[2 * radius : -2 * radius, 2 * radius : -2 * radius] | mask


def _within(mask: np.ndarray, like: torch.Tensor) -> torch.Tensor:
    """A mask without its rim, with edges as sharp at the side of ``like`` (..., side, side), in [0, 1]."""
    full = like.shape[-1]
    return (full / mask.shape[-1] * (_enlarged(eroded(mask)[None], full)[0].to(like) - 0.5) + 0.5).clamp(0, 1)


def _painted(shades: np.ndarray, tones: np.ndarray, mask: np.ndarray, like: torch.Tensor) -> torch.Tensor:
    """(3, side, side) of ``like``: the shades of the tones of a mask, and of its nearest pixel beside it."""
    return _enlarged(shades[tones[tuple(nearest_of(mask))]].transpose(2, 0, 1), like.shape[-1]).to(like)


def _enlarged(values: np.ndarray, side: int) -> torch.Tensor:
    rows = torch.from_numpy(np.ascontiguousarray(values, np.float32))[None]
    return F.interpolate(rows, size=(side, side), mode="bilinear", align_corners=False)[0]
