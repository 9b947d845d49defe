"""An independent judge of pictures: the nearest real cut-out, the ground, how many, and where.

    python -m pipeline.evaluation.judge --input PICTURES

prints how the judge does on real pictures, whole and harmed. It shares no weights with the generator: it compares
pixels (``matching.py``) of what stands before a plain ground (``foreground.py``), mirrored too, and, for things in
colours that nobody gave them, their shape alone (``shapes.py``). It knows every cut-out of every source. The style of
a picture is another judge's business (``style.py``): a drawing by one artist may be shown in the style of another.
"""

import argparse
import functools
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from pipeline.data.cutouts import Cutout, CutoutSet, load_cutouts
from pipeline.data.scenes import BACKGROUNDS
from pipeline.evaluation.foreground import Box, Foreground, find_things, resample, segment
from pipeline.evaluation.matching import SIDE, CutoutMatcher
from pipeline.evaluation.originals import Originals
from pipeline.evaluation.real_pictures import HARMS, compose_real, vanishes
from pipeline.evaluation.shapes import SIDE as SHAPE_SIDE
from pipeline.evaluation.shapes import ShapeMatcher, describe_picture, turn_hue
from pipeline.evaluation.table import markdown_table
from pipeline.language.common_words import SAME_THING
from pipeline.language.english import singular

__all__ = ["CutoutJudge", "Judgement", "load_judge", "load_rows", "main"]

TOP, MANY = 5, 100
# What stands in for a thing is not the thing.
MEANT = {name: phrase for phrase, words in SAME_THING.items() for name in words.split(", ")}
ASKED_TIER = "core"  # what prompts ask for, where the rows have tiers
JUDGED_SIDE = 64  # pixels; things are compared at half of that


@dataclass(frozen=True)
class Judgement:
    """What the judge sees in a picture or a part of it.

    ``ranked`` holds the nearest things by pixels, best first, ``shaped`` those by shape alone; each entry has all
    names of the nearest cut-out. An empty picture has no entries.
    """

    ranked: tuple[frozenset[str], ...] = ()
    shaped: tuple[frozenset[str], ...] = ()
    sources: frozenset[str] = frozenset()  # the nearest cut-out's style, with those of its twins
    cutout: Cutout | None = None
    likeness: float = 0.0  # to the nearest cut-out, at most 1

    def names(self, accepted: frozenset[str], top: int = 1, *, by_shape: bool = False) -> bool:
        """Whether one of ``accepted`` is among the ``top`` nearest things by pixels or, ``by_shape``, by shape."""
        seen = (*self.ranked[:top], *(self.shaped[:top] if by_shape else ()))
        return any(names & accepted for names in seen)


class CutoutJudge:
    """Compares pictures with every real cut-out that it is given.

    Args:
        cutouts: where the pixels are.
        rows: the cut-outs to compare with.
        originals: reads them larger; without it the pixels of ``cutouts`` are what there is.
        cache: folder of the fitted metrics.
    """

    def __init__(
        self,
        cutouts: CutoutSet,
        rows: list[Cutout],
        *,
        originals: Originals | None = None,
        cache: str | Path = "runs/cache",
    ):
        self.cutouts, self.rows, self.originals = cutouts, rows, originals
        self.asked = [row for row in rows if row.tier == ASKED_TIER] or rows
        # How many of the nearest things count: a few of thousands, one of a handful.
        self.top = TOP if len({row.concept for row in rows}) > MANY else 1
        self.matcher = CutoutMatcher.fit(cutouts, rows, cache=cache)
        self.shapes = ShapeMatcher.fit(cutouts, rows, cache=cache)
        # Several concepts may share one drawing: its own metadata says so, or the pixels do.
        self.names = [names_of(row) for row in rows]
        self.sources = [{row.source} for row in rows]
        for a, b in self.matcher.twins.tolist():
            if rows[a].source == rows[b].source:
                self.names[a].add(rows[b].concept)
                self.names[b].add(rows[a].concept)
            else:
                self.sources[a].add(rows[b].source)
                self.sources[b].add(rows[a].source)

    def pixels(self, row: Cutout) -> np.ndarray:
        """A cut-out as large as it can be had, uint8 (side, side, 4)."""
        return self.originals(row) if self.originals else np.asarray(self.cutouts.pixels[row.index])

    def accepted(self, *words: str) -> frozenset[str]:
        """All names of the things that one of ``words`` names: their concepts, phrases, aliases, and what people call
        them (``pipeline/language/common_words.py``).
        """
        forms = {form for word in words for form in _forms(word.lower())}
        forms |= {MEANT[word] for word in forms if word in MEANT}
        forms |= {word.replace(" ", "") for word in forms}
        return frozenset(forms.union(*(self._names_by_word.get(word, ()) for word in forms)))

    @functools.cached_property
    def _names_by_word(self) -> dict[str, set[str]]:
        """Concept or phrase -> all names of the cut-outs that go by it."""
        found: dict[str, set[str]] = defaultdict(set)
        for row, names in zip(self.rows, self.names, strict=True):
            for word in {row.concept, row.phrase.lower()}:
                found[word] |= names
                found[word.replace(" ", "").replace("-", "")] |= names  # "surfboard" is a surf board
        return found

    def judge(self, image: Image.Image) -> Judgement:
        """The whole picture as one thing."""
        foreground = segment(image)
        return self.judge_region(foreground, None)

    def judge_halves(self, image: Image.Image, layout: str) -> tuple[Judgement, Judgement]:
        """(left, right) for the layout "left-right", (upper, lower) for "above-below"."""
        foreground = segment(image)
        height, width = foreground.deviation.shape[1:]
        if layout == "left-right":
            middle = _emptiest(foreground.deviation.abs().amax(0).sum(0))
            regions = (0, 0, middle, height), (middle, 0, width, height)
        else:
            middle = _emptiest(foreground.deviation.abs().amax(0).sum(1))
            regions = (0, 0, width, middle), (0, middle, width, height)
        first, second = (self.judge_region(foreground, region) for region in regions)
        return first, second

    def judge_count(self, image: Image.Image) -> tuple[int, Judgement]:
        """How many separate things, and what the first of them is (by itself, if there are several)."""
        foreground = segment(image)
        things = find_things(foreground)
        return len(things), self.judge_region(foreground, things[0]) if things else Judgement()

    def background(self, image: Image.Image) -> str:
        """The name of the ground's colour."""
        return segment(image).background

    def judge_region(self, foreground: Foreground, region: Box | None) -> Judgement:
        """What stands in a region (None: all) of a picture whose ground was taken away."""
        boxes = foreground.boxes(region)
        if not boxes:
            return Judgement()
        deviation = foreground.deviation
        if region is not None:
            deviation = deviation.new_zeros(deviation.shape)
            left, top, right, bottom = region
            deviation[:, top:bottom, left:right] = foreground.deviation[:, top:bottom, left:right]
        things = [resample(deviation, box, SIDE) for box in boxes]
        things = torch.stack([*things, *(thing.flip(-1) for thing in things)])
        likeness = self.matcher.likeness(things, foreground.ground).amax(0)
        shapes = torch.stack([describe_picture(foreground.of(deviation), box) for box in boxes])
        mirrored = shapes.unflatten(1, (2, SHAPE_SIDE, SHAPE_SIDE)).flip(-1).flatten(1)
        shape_likeness = self.shapes.likeness(torch.cat([shapes, mirrored])).amax(0)
        best = int(likeness.argmax())
        return Judgement(
            self._ranked(likeness), self._ranked(shape_likeness), frozenset(self.sources[best]), self.rows[best],
            likeness[best].item(),
        )  # fmt: skip

    def _ranked(self, likeness: torch.Tensor) -> tuple[frozenset[str], ...]:
        """Names of the nearest ``TOP`` things, each once."""
        ranked, seen = [], set()
        for index in likeness.topk(min(40 * TOP, len(likeness))).indices.tolist():
            if self.rows[index].concept not in seen:
                seen.add(self.rows[index].concept)
                ranked.append(frozenset(self.names[index]))
            if len(ranked) == TOP:
                break
        return tuple(ranked)


def _emptiest(profile: torch.Tensor) -> int:
    """The place in the middle third where least stands; the middle one of equals."""
    third = len(profile) // 3
    middle = profile[third : 2 * third]
    places = (middle <= middle.min() + 1e-3 * profile.max()).nonzero().flatten()
    return third + int(places[(places - third // 2).abs().argmin()])


def _forms(word: str) -> set[str]:
    """A word as it is, without hyphens, and one of what it names many of."""
    plain = word.replace("-", " ")
    return {word, plain, " ".join([*plain.split()[:-1], *map(singular, plain.split()[-1:])])}


def names_of(row: Cutout) -> set[str]:
    """What a cut-out may be called: concept, phrase, aliases, and what people call these."""
    names = {row.concept, row.phrase.lower(), *(alias.lower() for alias in row.aliases)}
    return names | {MEANT[name] for name in names if name in MEANT}


def load_rows(root: str | Path, *, cache: str | Path = "runs/cache") -> tuple[CutoutSet, list[Cutout]]:
    """The cut-outs under ``root``, and those to judge by: all that are no whole pictures.

    Raises:
        ValueError: ``root`` holds whole pictures only; there is nothing to compare with.
    """
    cutouts = load_cutouts(root, size=JUDGED_SIDE, cache=cache)
    rows = [row for row in cutouts.cutouts if not row.opaque]
    if not rows:
        raise ValueError(
            f"`input` {root} holds no cut-outs. The judge compares with pictures that have an alpha channel."
        )
    return cutouts, rows


def load_judge(root: str | Path, *, cache: str | Path = "runs/cache") -> CutoutJudge:
    """The judge over ``load_rows(root)``."""
    return CutoutJudge(*load_rows(root, cache=cache), originals=Originals(root), cache=cache)


def calibrate(judge: CutoutJudge, number: int, seed: int = 0) -> list[list[str]]:
    """Rows of (harm, top-1, top-5, top-5 or by shape, background, median likeness) on ``number`` real pictures each,
    one half of them of the tier that prompts ask for.
    """
    rng, real = random.Random(seed), []
    while len(real) < number:
        row = rng.choice(judge.asked if len(real) % 2 else judge.rows)
        background = rng.choice(list(BACKGROUNDS))
        if not vanishes(judge.cutouts.pixels[row.index], background):
            real.append((row, background, compose_real(judge.pixels, (row,), background, "single", rng)))
    table = []
    for name, harm in {**HARMS, "mirrored": _mirror, "hue turned by 120 degrees": _repaint}.items():
        hits, likeness = [0, 0, 0, 0], []
        for row, background, image in real:
            harmed = harm(image, rng)
            verdict, asked = judge.judge(harmed), frozenset({row.concept})
            hits[0] += verdict.names(asked)
            hits[1] += verdict.names(asked, TOP)
            hits[2] += verdict.names(asked, TOP, by_shape=True)
            hits[3] += judge.background(harmed) == background
            likeness.append(verdict.likeness)
        shares = [f"{hit / number:.1%}" for hit in hits]
        table.append([name, *shares, f"{sorted(likeness)[number // 2]:.2f}"])
    return table


def _mirror(image: Image.Image, rng: random.Random) -> Image.Image:
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def _repaint(image: Image.Image, rng: random.Random) -> Image.Image:
    return Image.fromarray(turn_hue(np.asarray(image), 120))


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
    header = ["harm to a real picture", "top-1", "top-5", "top-5 or shape", "background", "likeness"]
    print(markdown_table(header, calibrate(judge, arguments.limit)))


if __name__ == "__main__":
    main()
