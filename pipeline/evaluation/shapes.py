"""Likeness of shapes alone: a blue fox is a fox.

What is compared is the filled silhouette and the lines inside it, with their contrast taken away, so that painting a
thing anew changes little. As in ``matching.py``, the metric is the inverse covariance of what must not matter (bends,
blur, other colours), measured on real cut-outs that were harmed so.
"""

import hashlib
import json
import logging
import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from scipy import ndimage

from pipeline.atomic import new_file
from pipeline.data.cutouts import Cutout, CutoutSet
from pipeline.evaluation.foreground import Foreground, resample
from pipeline.evaluation.metric import harm, principal_basis, whitened

__all__ = ["ShapeMatcher", "describe_layers", "describe_picture", "turn_hue"]

logger = logging.getLogger(__name__)

WORKING_SIDE, SIDE = 64, 32  # lines are found at the first, compared at the second
COMPONENTS = 256
HARMED, HARMED_EACH = 300, 8  # harmed pictures that the metric is measured on: at most, and per cut-out
NOISE_FLOOR = 0.3
LINE_CONTRAST = 0.12  # of [0, 1]: from twice that a line counts almost fully, however strong it is
VERSION = 1  # part of the cached file's name


def describe_layers(pixels: np.ndarray) -> torch.Tensor:
    """Shapes, (n, 2 * SIDE * SIDE), of cut-outs that fill their squares: uint8 RGBA (n, side, side, 4)."""
    layers = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    layers[:, :3] = (layers[:, :3] - 0.5) * layers[:, 3:]
    layers = F.interpolate(layers, size=(WORKING_SIDE, WORKING_SIDE), mode="bilinear", align_corners=False).numpy()
    return torch.stack([_describe(layer[:3], layer[3] > 0.4) for layer in layers])


def describe_picture(foreground: Foreground, box: tuple[int, int, int, int]) -> torch.Tensor:
    """Shape of what stands in ``box`` of a picture whose ground was taken away."""
    square = resample(foreground.deviation, box, WORKING_SIDE).numpy()
    strength = np.abs(square).max(0)
    strongest = float(np.quantile(strength, 0.995))
    return _describe(square, strength > max(0.06, 0.12 * strongest))


def _describe(colours: np.ndarray, solid: np.ndarray) -> torch.Tensor:
    """``colours`` (3, WORKING_SIDE, WORKING_SIDE) and where the thing is, of bool."""
    filled = ndimage.binary_fill_holes(solid)
    gradient = np.hypot(*np.gradient(colours, axis=(1, 2))).max(0) * 2
    inner = ndimage.binary_erosion(filled, iterations=2)
    lines = inner * gradient / (gradient + LINE_CONTRAST)
    maps = torch.from_numpy(np.stack([filled.astype(np.float32), lines.astype(np.float32)]))
    maps = F.interpolate(maps[None], size=(SIDE, SIDE), mode="area")[0]
    maps[0] -= 0.5 * (maps[0].mean() > 0)  # a full square and an empty one are opposites
    maps[1] -= maps[1].mean()
    return F.normalize(maps.flatten(1), dim=1).flatten()


def turn_hue(pixels: np.ndarray, degrees: float) -> np.ndarray:
    """The colours of uint8 (..., 3 or 4) turned about the grey axis; alpha stays."""
    angle = np.deg2rad(degrees)
    cosine, sine = np.cos(angle), np.sin(angle) / np.sqrt(3)
    third = (1 - cosine) / 3
    matrix = np.array(
        [
            [cosine + third, third - sine, third + sine],
            [third + sine, cosine + third, third - sine],
            [third - sine, third + sine, cosine + third],
        ]
    )
    turned = np.array(pixels)
    turned[..., :3] = (pixels[..., :3].astype(np.float32) @ matrix.T).clip(0, 255).round()
    return turned


class ShapeMatcher:
    """Every cut-out's shape, ready to be compared.

    Args:
        metric: (2 * SIDE * SIDE, components).
        shapes: (n, components), unit length.
    """

    def __init__(self, metric: torch.Tensor, shapes: torch.Tensor):
        self.metric, self.shapes = metric, shapes

    @classmethod
    def fit(cls, cutouts: CutoutSet, rows: list[Cutout], *, cache: str | Path = "runs/cache") -> "ShapeMatcher":
        """Describe ``rows`` and measure the metric; kept under ``cache``."""
        key = [VERSION, SIDE, COMPONENTS, HARMED, NOISE_FLOOR, LINE_CONTRAST, [row.id for row in rows]]
        digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]
        path = Path(cache) / f"shapes-{digest}.safetensors"
        if not path.exists():
            logger.info("describing the shapes of %d cut-outs", len(rows))
            parts = [rows[start : start + 512] for start in range(0, len(rows), 512)]
            described = torch.cat(
                [describe_layers(np.stack([cutouts.pixels[row.index] for row in part])) for part in parts]
            )
            metric = _metric(cutouts, rows, described)
            path.parent.mkdir(parents=True, exist_ok=True)
            with new_file(path) as aside:
                save_file({"metric": metric, "shapes": F.normalize(described @ metric, dim=1)}, aside)
        return cls(**load_file(path))

    def likeness(self, shapes: torch.Tensor) -> torch.Tensor:
        """Cosine under the metric: (k, 2 * SIDE * SIDE) -> (k, n) in [-1, 1]."""
        return F.normalize(shapes @ self.metric, dim=1) @ self.shapes.T


def _metric(cutouts: CutoutSet, rows: list[Cutout], described: torch.Tensor) -> torch.Tensor:
    """(2 * SIDE * SIDE, components): shapes -> the space in which they are compared."""
    rng, generator = random.Random(1), torch.Generator().manual_seed(1)
    basis = principal_basis(described[torch.randperm(len(rows), generator=generator)[:4000]], COMPONENTS)
    errors = [
        (describe_picture(harmed.foreground, rng.choice(harmed.boxes)) - described[harmed.index]) @ basis
        for harmed in harm(cutouts, rows, rng, min(HARMED, HARMED_EACH * len(rows)), (32, 48, 64, 96), _any_hue)
    ]
    return whitened(basis, errors, NOISE_FLOOR)


def _any_hue(image: Image.Image, rng: random.Random) -> Image.Image:
    return Image.fromarray(turn_hue(np.asarray(image), rng.uniform(0, 360)))
