"""A picture's outlines as masks, and a drawing brought into one: what a sketch says of a thing's shape."""

import numpy as np
import torch
from PIL import Image
from scipy import ndimage

from pipeline.pictures.masks import dilated, eroded, labelled
from pipeline.scene.cutout import cut_out
from pipeline.scene.uploads import canonical, close_holes

__all__ = ["outlines_of", "shaped"]

_GROUND = 30  # grey levels from the border's colour, from which a pixel is drawn
_BUSY = 0.1  # of the border that is drawn, from which the ground is no plain one
_PART = 0.004  # of the picture: the smallest part
_GAP = 2  # pixels of a line that may be missing, at 256 pixels
_ANGLES = 180
_SMOOTH = 4.0  # of these angles


def outlines_of(picture: Image.Image, size: tuple[int, int]) -> list[np.ndarray]:
    """What the outlines of a picture enclose, the largest first: (height, width) of bool each.

    Args:
        picture: lines or areas on a plain ground, or a photograph, of which the thing is cut out.
        size: (width, height) of the masks.
    """
    values = np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BILINEAR)).astype(np.float32)
    border = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    ground = np.median(border, axis=0)
    drawn = np.linalg.norm(values - ground, axis=-1) > _GROUND
    if (np.linalg.norm(border - ground, axis=-1) > _GROUND).mean() > _BUSY:
        drawn = np.asarray(cut_out(picture.convert("RGB")).picture.getchannel("A").resize(size)) > 127
    gap = max(1, round(_GAP * min(size) / 256))
    around = np.pad(drawn, gap)
    closed = eroded(np.asarray(ndimage.binary_fill_holes(dilated(around, iterations=gap))), iterations=gap)
    closed = (closed | around)[gap:-gap, gap:-gap]
    labels, count = labelled(closed)
    regions = [labels == label for label in range(1, count + 1)]
    return sorted((region for region in regions if region.mean() > _PART), key=lambda region: -int(region.sum()))


def shaped(drawing: Image.Image, mask: np.ndarray, strength: float = 1.0) -> Image.Image:
    """A thing that was drawn by itself, in the shape of a mask: RGBA, of the mask's box.

    The drawing is stretched to the box, and along every ray from the middle as far as the mask reaches there.

    Args:
        drawing: RGBA, transparent around the thing.
        mask: (height, width) of bool.
        strength: 1 is the mask's very shape, 0 the drawing's own in its box, between them a shape between.

    Raises:
        ValueError: mask or drawing is empty.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = drawing.getchannel("A").point([0] * 16 + [255] * 240).getbbox()
    if not len(rows) or box is None:
        raise ValueError("There is nothing to shape: the mask or the drawing is empty.")
    wanted = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    own = drawing.crop(box).resize(wanted.shape[::-1], Image.Resampling.BICUBIC)
    values = torch.from_numpy(np.asarray(own, dtype=np.float32) / 255).permute(2, 0, 1)
    solid = values[3].numpy() > 0.5
    if not solid.any():
        solid = np.ones_like(solid)
    depth = strength * _depth(wanted) + (1 - strength) * _depth(solid)
    if not (depth > 0).any():
        depth = _depth(wanted)
    whole = (values[3:] > 0.9).float()  # the colours of the edge are mixed with nothing
    colours = close_holes(torch.cat([values[:3] * whole, whole]))[:3].numpy()
    where = _from(solid, depth > 0)
    moved = [ndimage.map_coordinates(channel, where, order=1, mode="nearest") for channel in colours]
    alpha = np.clip(depth + 0.5, 0, 1)
    made = (np.clip(np.stack([*moved, alpha], axis=-1), 0, 1) * 255).round().astype(np.uint8)
    return canonical(Image.fromarray(made))


def _depth(mask: np.ndarray) -> np.ndarray:
    """How far each pixel is inside of a mask, in pixels; negative outside. The picture's edge is an edge."""
    padded = np.pad(mask, 1)
    inside = np.asarray(ndimage.distance_transform_edt(padded))
    outside = np.asarray(ndimage.distance_transform_edt(~padded))
    return (inside - outside)[1:-1, 1:-1]


def _from(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Where in the source each pixel of the target comes from: (2, height, width), rows and columns."""
    middle, centre = (np.array(ndimage.center_of_mass(mask)) for mask in (source, target))
    steps = np.indices(target.shape, dtype=np.float32) - centre[:, None, None]
    angle = np.arctan2(steps[0], steps[1])
    share = _reach(source, middle)(angle) / np.maximum(_reach(target, centre)(angle), 1.0)
    return middle[:, None, None] + steps * share


def _reach(mask: np.ndarray, centre: np.ndarray):
    """How far a mask reaches from its centre, as a function of the angle."""
    rows, columns = np.nonzero(mask)
    down, right = rows - centre[0], columns - centre[1]
    at = ((np.arctan2(down, right) + np.pi) / (2 * np.pi) * _ANGLES).astype(int) % _ANGLES
    reach = np.zeros(_ANGLES)
    np.maximum.at(reach, at, np.hypot(down, right) + 0.5)
    known = np.flatnonzero(reach)
    reach = np.interp(np.arange(_ANGLES), known, reach[known], period=_ANGLES)
    reach = ndimage.gaussian_filter1d(reach, _SMOOTH, mode="wrap")
    grid = (np.arange(-1, _ANGLES + 1) + 0.5) / _ANGLES * 2 * np.pi - np.pi
    return lambda angle: np.interp(angle, grid, np.concatenate([reach[-1:], reach, reach[:1]]))
