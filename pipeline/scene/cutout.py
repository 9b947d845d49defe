"""An uploaded picture cut free: by its own alpha, exactly from a plain ground, else as well as GrabCut can.

cut = cut_out(picture)
cut.method      # "alpha", "plain" or "grabcut"
cut.layer       # (4, 256, 256), as the pipeline's own layers
"""

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from scipy import ndimage

from pipeline.pictures.masks import labelled
from pipeline.scene.uploads import MAX_UPLOAD_SIDE, layer_of

__all__ = ["CutOut", "cut_out"]

SIDE = 256  # of a layer, in pixels
_BORDER = 0.94  # share of the border that must have one colour, for the ground to be plain
_PLAIN = 14.0  # distance of two colours, in grey levels, up to which they are one
_CLEAR, _SOLID = 8.0, 40.0  # distance from the ground at which an edge begins, and from which it is all thing
_CUT_SIDE = 256  # pixels of the longer side that GrabCut sees: a second of one core, where 640 take over twenty
_ROUNDS = 4  # of GrabCut; more change nothing to see
_FRAME = 0.04  # of the sides: the frame that GrabCut takes for ground


@dataclass(frozen=True)
class CutOut:
    """A thing cut out of a picture.

    Args:
        picture: RGBA, as large as what was cut, not multiplied by alpha.
        method: "alpha" (it had one), "plain" (exact) or "grabcut" (a best effort, to be told).
        ground: the plain ground's colour, "#rrggbb"; None for the other methods.
    """

    picture: Image.Image
    method: str
    ground: str | None = None

    @property
    def layer(self) -> torch.Tensor:
        """(4, SIDE, SIDE) in [-1, 1], colours multiplied by alpha; the thing fills it."""
        return layer_of(self.picture, SIDE)


def cut_out(picture: Image.Image) -> CutOut:
    """Cut the thing out of a picture.

    Args:
        picture: opened by ``pipeline.pictures.decode``; larger ones than 1,024 pixels are made smaller.

    Raises:
        ValueError: there is nothing but ground, or OpenCV is needed and not there.
    """
    picture = picture.convert("RGBA")
    picture.thumbnail((MAX_UPLOAD_SIDE, MAX_UPLOAD_SIDE), Image.Resampling.LANCZOS)
    values = np.asarray(picture).astype(np.float32)
    if (values[..., 3] < 250).mean() > 0.01:
        return _checked(CutOut(picture, "alpha"))
    colours = values[..., :3]
    border = np.concatenate([colours[0], colours[-1], colours[:, 0], colours[:, -1]])
    ground = np.median(border, axis=0)
    if (np.linalg.norm(border - ground, axis=-1) < _PLAIN).mean() >= _BORDER:
        return _checked(_from_plain(colours, ground))
    return _checked(_from_any(np.asarray(picture)[..., :3]))


def _checked(cut: CutOut) -> CutOut:
    if (np.asarray(cut.picture)[..., 3] > 127).mean() < 0.001:
        raise ValueError("`picture` shows nothing but its ground. Choose one with a thing in it.")
    return cut


def _regions(mask: np.ndarray) -> np.ndarray:
    """Each pixel's connected region, from 1 on; 0 outside the mask."""
    return labelled(mask)[0]


def _from_plain(colours: np.ndarray, ground: np.ndarray) -> CutOut:
    """What is not joined to the border by the ground's colour; the ground's share is taken out of the edges."""
    distance = np.linalg.norm(colours - ground, axis=-1)
    labels = _regions(distance < _SOLID)
    outside = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    reached = np.isin(labels, outside[outside > 0])
    alpha = np.where(reached, np.clip((distance - _CLEAR) / (_SOLID - _CLEAR), 0, 1), 1.0)
    own = (colours - (1 - alpha[..., None]) * ground) / np.maximum(alpha[..., None], 1 / 255)
    values = np.concatenate([np.clip(own, 0, 255), 255 * alpha[..., None]], axis=-1)
    hexadecimal = "#" + "".join(f"{round(float(part)):02x}" for part in ground)
    return CutOut(Image.fromarray(values.round().astype(np.uint8)), "plain", hexadecimal)


def _from_any(colours: np.ndarray) -> CutOut:
    """GrabCut (Rother, Kolmogorov and Blake 2004), started from a frame around the picture."""
    try:
        import cv2  # here, because nothing else needs it and it wants a library that some machines lack
    except ImportError as error:
        raise ValueError(
            "`picture` has no plain ground, and OpenCV, which cuts others, is not installed. Choose one on a plain "
            "ground, or install opencv-python."
        ) from error
    small = Image.fromarray(colours)
    small.thumbnail((_CUT_SIDE, _CUT_SIDE), Image.Resampling.BOX)  # its time grows faster than the pixels
    width, height = small.size
    mask = np.zeros((height, width), np.uint8)
    left, top = max(1, round(_FRAME * width)), max(1, round(_FRAME * height))
    cv2.setRNGSeed(0)  # the same picture is cut the same way
    frame = (left, top, max(1, width - 2 * left), max(1, height - 2 * top))
    cv2.grabCut(
        np.ascontiguousarray(np.asarray(small)[..., ::-1]), mask, frame, np.zeros((1, 65)), np.zeros((1, 65)),
        _ROUNDS, cv2.GC_INIT_WITH_RECT,
    )  # fmt: skip
    solid = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD))
    labels = _regions(solid)
    if (count := int(labels.max())) > 1:
        sizes = np.asarray(ndimage.sum_labels(solid, labels, range(1, count + 1)))
        solid = np.isin(labels, 1 + np.flatnonzero(sizes > 0.1 * sizes.max()))
    alpha = _snapped(np.asarray(ndimage.binary_fill_holes(solid)), colours)
    values = np.concatenate([colours, (255 * alpha[..., None]).round().astype(np.uint8)], axis=-1)
    return CutOut(Image.fromarray(values), "grabcut")


def _snapped(solid: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """A small mask at the picture's size, its edge moved to where the picture has one: (height, width) in [0, 1], by a
    guided filter (He, Sun and Tang 2010).
    """
    height, width = colours.shape[:2]
    scale = max(height / solid.shape[0], width / solid.shape[1])
    large = Image.fromarray((255 * solid).astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    alpha = np.asarray(large, dtype=np.float32) / 255
    if scale <= 1:
        return ndimage.gaussian_filter(alpha, 0.8)
    side = 2 * round(1.5 * scale) + 1
    guide = colours.astype(np.float32).mean(-1) / 255

    def mean(values: np.ndarray) -> np.ndarray:
        return ndimage.uniform_filter(values, side)

    middle, shade = mean(alpha), mean(guide)
    slope = (mean(guide * alpha) - shade * middle) / (mean(guide * guide) - shade**2 + 1e-3)
    found = mean(slope) * guide + mean(middle - slope * shade)
    return np.clip((found - 0.25) / 0.5, 0, 1)
