"""The metric of a matcher: the inverse covariance of what must not matter, measured on real cut-outs that were harmed.

The harm is what a generator does to a thing that it draws rightly: small bends, blur, another ground. Nothing of it
comes from a generator.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from PIL import Image

from pipeline.data.cutouts import Cutout, CutoutSet
from pipeline.data.scenes import BACKGROUNDS
from pipeline.evaluation.foreground import Foreground, segment
from pipeline.evaluation.real_pictures import compose_real, through, vanishes, warp

__all__ = ["Harmed", "harm", "principal_basis", "whitened"]


@dataclass(frozen=True)
class Harmed:
    """A cut-out that was laid on a ground, harmed, and taken from the ground again."""

    index: int  # of the cut-out among the rows
    background: str
    foreground: Foreground
    boxes: list[tuple[int, int, int, int]]  # where things were found: at least one


def harm(
    cutouts: CutoutSet,
    rows: list[Cutout],
    rng: random.Random,
    count: int,
    sides: Sequence[int],
    recolour: Callable[[Image.Image, random.Random], Image.Image] | None = None,
) -> Iterator[Harmed]:
    """At most ``count`` harmed cut-outs of ``rows``: those that vanish on their ground are left out.

    Args:
        cutouts: where the pixels are.
        rows: cut-outs to choose from.
        rng: all chance; whoever reads may draw from it in between.
        count: tries.
        sides: sizes in pixels that a picture may be shrunk to and enlarged from.
        recolour: what happens to a picture before its shape is harmed.
    """
    for _ in range(count):
        index, background = rng.randrange(len(rows)), rng.choice(list(BACKGROUNDS))
        if vanishes(cutouts.pixels[rows[index].index], background):
            continue
        image = compose_real(
            lambda row: cutouts.pixels[row.index], (rows[index],), background, "single", rng, size=128
        )
        image = recolour(image, rng) if recolour is not None else image
        image = through(warp(image, 0.02, rng) if rng.random() < 0.7 else image, rng.choice(sides))
        foreground = segment(image)
        if boxes := foreground.boxes():
            yield Harmed(index, background, foreground, boxes)


def principal_basis(spread: torch.Tensor, components: int) -> torch.Tensor:
    """The principal components of rows (n, dim): (dim, at most ``components``), orthonormal columns."""
    with torch.random.fork_rng():
        torch.manual_seed(0)  # svd_lowrank has no generator of its own
        return torch.svd_lowrank(spread, q=min(components, *spread.shape), niter=2)[2]


def whitened(basis: torch.Tensor, errors: Sequence[torch.Tensor], noise_floor: float) -> torch.Tensor:
    """``basis`` (dim, components), turned and scaled so that errors of all directions are as long.

    Args:
        basis: what the metric lies in.
        errors: of harmed things, each (components,) in that basis.
        noise_floor: share of the mean variance that is added to every direction.

    Raises:
        ValueError: there are no errors, for nothing was found on any ground.
    """
    if not errors:
        raise ValueError(
            "The judge found no thing on any ground. Check that `input` holds cut-outs with an alpha channel."
        )
    rows = torch.stack(list(errors))
    covariance = rows.T @ rows / len(rows)
    covariance += noise_floor * covariance.diagonal().mean() * torch.eye(len(covariance))
    return basis @ torch.linalg.cholesky(torch.linalg.inv(covariance))
