"""Pixel matching under a learnt metric: how alike are a thing on some ground and each real cut-out on that ground.

A cut-out on a ground of colour g is P + g (1 - alpha); taken from the ground it is the deviation P - g alpha, which is
linear in its premultiplied colours P and its alpha. So four projected arrays give every cut-out on every ground, and a
query costs four matrix products. The metric is the inverse covariance of what must not matter (blur, small bends, box
errors), measured on real cut-outs that were harmed so; nothing comes from the generator.
"""

import hashlib
import json
import logging
import random
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from pipeline.atomic import new_file
from pipeline.data.cutouts import Cutout, CutoutSet
from pipeline.evaluation.foreground import background_rgb, resample
from pipeline.evaluation.metric import harm, principal_basis, whitened

__all__ = ["CutoutMatcher"]

logger = logging.getLogger(__name__)

SIDE = 32  # things are compared at this many pixels
COMPONENTS = 320  # principal components that the metric works in
HARMED, HARMED_EACH = 600, 8  # harmed pictures that the metric is measured on: at most, and per cut-out
NOISE_FLOOR = 0.3  # share of the mean variance added to every direction of the measured covariance
# Squared distance of two cut-outs over their smaller squared norm below which no one would tell them apart; chosen by
# looking: pairs below it are "guard" and "man guard", squares of two sizes; above it come moods and clock hands.
TWIN_DISTANCE = 0.01
VERSION = 2  # of this file's arithmetic; part of the cached file's name


class CutoutMatcher:
    """Every cut-out in ``cutouts``, ready to be compared.

    Args:
        cutouts: the records, in the order of the rows.
        metric: (3 * SIDE * SIDE, components): deviations -> the space in which they are compared.
        colours: (n, 4, components): P and the alpha in red, green and blue, projected.
        twins: (m, 2): rows whose art is near-identical.
    """

    def __init__(self, cutouts: list[Cutout], metric: torch.Tensor, colours: torch.Tensor, twins: torch.Tensor):
        self.cutouts, self.metric, self.twins = cutouts, metric, twins
        self.parts = colours.unbind(1)
        self.gram = colours @ colours.transpose(1, 2)  # (n, 4, 4), for the norms on any ground

    @classmethod
    def fit(cls, cutouts: CutoutSet, rows: list[Cutout], *, cache: str | Path = "runs/cache") -> "CutoutMatcher":
        """Read the pixels of ``rows`` and measure the metric; kept under ``cache``, because it takes a minute."""
        key = [VERSION, SIDE, COMPONENTS, HARMED, NOISE_FLOOR, TWIN_DISTANCE, [row.id for row in rows]]
        digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]
        path = Path(cache) / f"judge-{digest}.safetensors"
        if not path.exists():
            logger.info("fitting the judge on %d cut-outs", len(rows))
            layers = _layers(cutouts, rows)
            metric, basis = _metric(cutouts, rows, layers)
            tensors = {
                "metric": metric,
                "colours": _project(layers, metric),
                "twins": _twins(layers, rows, basis),
            }
            path.parent.mkdir(parents=True, exist_ok=True)
            with new_file(path) as aside:
                save_file(tensors, aside)
        return cls(rows, **load_file(path))

    def likeness(self, things: torch.Tensor, ground: torch.Tensor) -> torch.Tensor:
        """Cosine, under the metric, of things and cut-outs laid on the same ground.

        ``things`` (k, 3, SIDE, SIDE) are deviations from ``ground`` (3,); returns (k, n) in [-1, 1].
        """
        query = torch.nn.functional.normalize(things.flatten(1) @ self.metric, dim=1)
        weights = torch.cat([torch.ones(1), -ground])  # P - g alpha
        products = sum(weight * (query @ part.T) for weight, part in zip(weights, self.parts, strict=True))
        norms = torch.einsum("a,nac,c->n", weights, self.gram, weights).clamp(min=1e-9).sqrt()
        return products / norms


def _layers(cutouts: CutoutSet, rows: list[Cutout]) -> torch.Tensor:
    """Premultiplied red, green, blue and alpha of each row, (n, 4, SIDE, SIDE). Cut-outs fill their squares."""
    found = []
    for start in range(0, len(rows), 512):
        pixels = np.stack([cutouts.pixels[row.index] for row in rows[start : start + 512]])
        layers = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
        layers[:, :3] *= layers[:, 3:]
        found.append(torch.nn.functional.interpolate(layers, size=(SIDE, SIDE), mode="area"))
    return torch.cat(found)


def _on_ground(layers: torch.Tensor, ground: torch.Tensor) -> torch.Tensor:
    """(..., 4, SIDE, SIDE) -> deviations (..., 3 * SIDE * SIDE) from ``ground`` (3,)."""
    return (layers[..., :3, :, :] - ground[:, None, None] * layers[..., 3:, :, :]).flatten(-3)


def _project(layers: torch.Tensor, metric: torch.Tensor) -> torch.Tensor:
    pixels = SIDE * SIDE
    colours = [layers[:, :3].flatten(1) @ metric]
    colours += [layers[:, 3].flatten(1) @ metric[c * pixels : (c + 1) * pixels] for c in range(3)]
    return torch.stack(colours, 1)


def _metric(cutouts: CutoutSet, rows: list[Cutout], layers: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Deviations -> the space in which they are compared, and the principal components that it lies in, each
    (3 * SIDE * SIDE, components).
    """
    rng, generator = random.Random(0), torch.Generator().manual_seed(0)
    chosen = torch.randperm(len(rows), generator=generator)[:4000]
    spread = torch.cat(
        [_on_ground(layers[chosen[i::2]], torch.full((3,), shade)) for i, shade in enumerate((0.1, 0.9))]
    )
    basis, errors = principal_basis(spread, COMPONENTS), []
    for harmed in harm(cutouts, rows, rng, min(HARMED, HARMED_EACH * len(rows)), (16, 24, 32, 48, 64)):
        thing = resample(harmed.foreground.deviation, rng.choice(harmed.boxes), SIDE).flatten()
        errors.append((thing - _on_ground(layers[harmed.index], background_rgb(harmed.background))) @ basis)
    return whitened(basis, errors, NOISE_FLOOR), basis


def _twins(layers: torch.Tensor, rows: list[Cutout], basis: torch.Tensor) -> torch.Tensor:
    """Pairs of near-identical art: within a source, and of one concept across sources. (m, 2), each pair once."""
    deviations = _on_ground(layers, torch.full((3,), 0.55))
    norms = deviations.square().sum(1)
    coarse = deviations @ basis
    groups: dict[tuple[str, str], list[int]] = {}
    for index, row in enumerate(rows):
        groups.setdefault(("source", row.source), []).append(index)
        groups.setdefault(("concept", row.concept), []).append(index)
    pairs = set()
    for members in map(torch.tensor, groups.values()):
        limit = TWIN_DISTANCE * torch.minimum(norms[members][:, None], norms[members][None])
        near = (
            torch.cdist(coarse[members], coarse[members]).square() < limit
        )  # never too few: the basis is orthonormal
        first, second = members[near.nonzero()].T if near.any() else members.new_zeros(2, 0)
        keep = first < second
        first, second = first[keep], second[keep]
        exact = (deviations[first] - deviations[second]).square().sum(1)
        keep = exact < TWIN_DISTANCE * torch.minimum(norms[first], norms[second])
        pairs.update(zip(first[keep].tolist(), second[keep].tolist(), strict=True))
    return torch.tensor(sorted(pairs), dtype=torch.int64).reshape(-1, 2)
