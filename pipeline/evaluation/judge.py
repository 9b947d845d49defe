"""An independent judge of pictures: the nearest real cut-out, its style, the ground, how many, and where.

    python -m pipeline.evaluation.judge --input PICTURES

prints how the judge does on real pictures, whole and harmed. It shares no weights with the generator: it compares
pixels (``matching.py``) of what stands before a plain ground (``foreground.py``).
"""

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image

from pipeline.data.cutouts import Cutout, CutoutSet, load_cutouts
from pipeline.data.scenes import BACKGROUNDS
from pipeline.evaluation.foreground import Box, Foreground, find_things, resample, segment
from pipeline.evaluation.matching import SIDE, CutoutMatcher
from pipeline.evaluation.real_pictures import HARMS, compose_real, vanishes
from pipeline.evaluation.table import markdown_table

__all__ = ["CutoutJudge", "Verdict", "load_judge", "load_rows", "main"]

TOP = 5
TIERS = ("core", "extra-emoji")  # what is decoded: the same pixels that training uses
JUDGED_TIER = "core"  # what pictures are compared with, where the rows have tiers


@dataclass(frozen=True)
class Verdict:
    """What the judge sees in a picture or a part of it.

    ``ranked`` holds the nearest concepts, best first; each entry has the names of all concepts that share the nearest
    cut-out's art. An empty picture has no entries.
    """

    ranked: tuple[frozenset[str], ...] = ()
    sources: frozenset[str] = frozenset()  # the nearest cut-out's style, with those of its twins
    cutout: Cutout | None = None
    likeness: float = 0.0  # to the nearest cut-out, at most 1

    def names(self, accepted: frozenset[str], top: int = 1) -> bool:
        """Whether one of ``accepted`` is among the ``top`` nearest concepts."""
        return any(names & accepted for names in self.ranked[:top])


class CutoutJudge:
    """Compares pictures with every real cut-out of one tier.

    Args:
        cutouts: where the pixels are.
        rows: the cut-outs to compare with.
        cache: folder of the fitted metric.
    """

    def __init__(self, cutouts: CutoutSet, rows: list[Cutout], *, cache: str | Path = "runs/cache"):
        self.cutouts, self.rows = cutouts, rows
        self.matcher = CutoutMatcher.fit(cutouts, rows, cache=cache)
        concepts = {row.concept for row in rows}
        # Several concepts may share one drawing: its own metadata says so, or the pixels do.
        self.names = [{row.concept, *(a.lower() for a in row.aliases if a.lower() in concepts)} for row in rows]
        self.sources = [{row.source} for row in rows]
        for a, b in self.matcher.twins.tolist():
            if rows[a].source == rows[b].source:
                self.names[a].add(rows[b].concept)
                self.names[b].add(rows[a].concept)
            else:
                self.sources[a].add(rows[b].source)
                self.sources[b].add(rows[a].source)

    def judge(self, image: Image.Image) -> Verdict:
        """The whole picture as one thing."""
        foreground = segment(image)
        return self._judge(foreground, None)

    def judge_halves(self, image: Image.Image, layout: str) -> tuple[Verdict, Verdict]:
        """(left, right) for the layout "left-right", (upper, lower) for "above-below"."""
        foreground = segment(image)
        height, width = foreground.deviation.shape[1:]
        if layout == "left-right":
            middle = _emptiest(foreground.deviation.abs().amax(0).sum(0))
            regions = (0, 0, middle, height), (middle, 0, width, height)
        else:
            middle = _emptiest(foreground.deviation.abs().amax(0).sum(1))
            regions = (0, 0, width, middle), (0, middle, width, height)
        first, second = (self._judge(foreground, region) for region in regions)
        return first, second

    def judge_count(self, image: Image.Image) -> tuple[int, Verdict]:
        """How many separate things, and what the first of them is (by itself, if there are several)."""
        foreground = segment(image)
        things = find_things(foreground)
        return len(things), self._judge(foreground, things[0]) if things else Verdict()

    def background(self, image: Image.Image) -> str:
        """The name of the ground's colour."""
        return segment(image).background

    def _judge(self, foreground: Foreground, region: Box | None) -> Verdict:
        boxes = foreground.boxes(region)
        if not boxes:
            return Verdict()
        deviation = foreground.deviation
        if region is not None:
            deviation = deviation.new_zeros(deviation.shape)
            left, top, right, bottom = region
            deviation[:, top:bottom, left:right] = foreground.deviation[:, top:bottom, left:right]
        things = [resample(deviation, box, SIDE) for box in boxes]
        likeness = self.matcher.likeness(torch.stack(things), foreground.ground).amax(0)
        order = likeness.argsort(descending=True).tolist()
        ranked, seen = [], set()
        for index in order:
            if self.rows[index].concept not in seen:
                seen.add(self.rows[index].concept)
                ranked.append(frozenset(self.names[index]))
            if len(ranked) == TOP:
                break
        best = order[0]
        return Verdict(tuple(ranked), frozenset(self.sources[best]), self.rows[best], likeness[best].item())


def _emptiest(profile: torch.Tensor) -> int:
    """The place in the middle third where least stands; the middle one of equals."""
    third = len(profile) // 3
    middle = profile[third : 2 * third]
    places = (middle <= middle.min() + 1e-3 * profile.max()).nonzero().flatten()
    return third + int(places[(places - third // 2).abs().argmin()])


def load_rows(root: str | Path, *, cache: str | Path = "runs/cache") -> tuple[CutoutSet, list[Cutout]]:
    """The cut-outs under ``root`` and those to judge by: the core tier where rows have tiers, else all.

    Raises:
        ValueError: ``root`` holds whole pictures only; there is nothing to compare with.
    """
    try:
        cutouts = load_cutouts(root, tiers=TIERS, cache=cache)
        rows = [row for row in cutouts.cutouts if row.tier == JUDGED_TIER]
    except ValueError:  # no row has such a tier
        cutouts = load_cutouts(root, cache=cache)
        rows = cutouts.cutouts
    rows = [row for row in rows if not row.opaque]
    if not rows:
        raise ValueError(
            f"`input` {root} holds no cut-outs. The judge compares with pictures that have an alpha channel."
        )
    return cutouts, rows


def load_judge(root: str | Path, *, cache: str | Path = "runs/cache") -> CutoutJudge:
    """The judge over ``load_rows(root)``."""
    return CutoutJudge(*load_rows(root, cache=cache), cache=cache)


def calibrate(judge: CutoutJudge, number: int, seed: int = 0) -> list[list[str]]:
    """Rows of (harm, top-1, top-5, style, background, median likeness) on ``number`` real pictures each."""
    rng, real = random.Random(seed), []
    while len(real) < number:
        row, background = rng.choice(judge.rows), rng.choice(list(BACKGROUNDS))
        if not vanishes(judge.cutouts.pixels[row.index], background):
            real.append((row, background, compose_real(judge.cutouts, (row,), background, "single", rng)))
    table = []
    for name, harm in HARMS.items():
        hits, likeness = [0, 0, 0, 0], []
        for row, background, image in real:
            harmed = harm(image, rng)
            verdict, asked = judge.judge(harmed), frozenset({row.concept})
            hits[0] += verdict.names(asked)
            hits[1] += verdict.names(asked, TOP)
            hits[2] += row.source in verdict.sources
            hits[3] += judge.background(harmed) == background
            likeness.append(verdict.likeness)
        shares = [f"{hit / number:.1%}" for hit in hits]
        table.append([name, *shares, f"{sorted(likeness)[number // 2]:.2f}"])
    return table


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.evaluation.judge",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--input", required=True, help="folder of zip shards of cut-outs with a metadata.jsonl")
    parser.add_argument("--limit", type=int, default=200, help="real pictures per kind of harm")
    parser.add_argument("--cache", default="runs/cache", help="folder of decoded pictures and of the fitted metric")
    arguments = parser.parse_args(argv)
    judge = load_judge(arguments.input, cache=arguments.cache)
    shared = sum(len(names) > 1 for names in judge.names)
    print(f"{len(judge.rows)} cut-outs, {len({row.concept for row in judge.rows})} concepts, {shared} of shared art\n")
    header = ["harm to a real picture", "top-1", "top-5", "style", "background", "likeness"]
    print(markdown_table(header, calibrate(judge, arguments.limit)))


if __name__ == "__main__":
    main()
