"""Does the picture show what the prompt says? Fixed prompts, an independent judge, and real pictures beside ours.

    python -m pipeline.evaluation.alignment --weights weights --input PICTURES --limit 200

Every score stands beside the same judge's score of real pictures composed for the same prompts: the ceiling.
``--json FILE`` keeps the table and the verdict on every single picture.
"""

import argparse
import itertools
import json
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from pipeline.evaluation.arguments import evaluation_arguments, open_all, settings_from
from pipeline.evaluation.judge import TOP, CutoutJudge
from pipeline.evaluation.prompts import Ask, PromptLists
from pipeline.evaluation.quality import QUALITIES, picture_qualities, summarise
from pipeline.evaluation.real_pictures import PixelsOf, compose_real
from pipeline.evaluation.table import markdown_table
from pipeline.text_to_image import TextToImagePipeline

__all__ = ["Row", "align", "draw", "draw_real", "judge_asks", "main", "run", "table"]

SEEDS = 4  # pictures per prompt in the rows about seeds
SAME_PICTURE = 2.0  # grey levels: a mean distance below which two seeds drew the same picture
Draw = Callable[[list[Ask]], Iterable[Image.Image]]


@dataclass(frozen=True)
class Row:
    """One line of the table. ``ours`` and ``real`` are shares in [0, 1], or plain numbers if not ``is_share``."""

    what: str
    pictures: int
    ours: float
    real: float | None
    target: float | None = None
    target_of_real: bool = False  # the target is a share of what real pictures score
    is_share: bool = True

    @property
    def reached(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None:
            return None
        return self.ours >= self.target * (self.real if self.target_of_real else 1.0)


def draw(pipe: TextToImagePipeline, asks: list[Ask], *, seed: int = 0, **settings) -> Iterator[Image.Image]:
    """One marked picture per prompt; picture i has the seed ``seed + i``. ``settings`` go to the pipeline's call."""
    for index, ask in enumerate(asks):
        yield pipe(ask.text, generator=torch.Generator().manual_seed(seed + index), **settings).images[0]


def draw_real(pixels_of: PixelsOf, asks: list[Ask]) -> Iterator[Image.Image]:
    """A real picture per prompt: cut-outs that are what it asks for, composed with unseen jitter."""
    for ask in asks:
        rng = random.Random(f"real/{ask.text}")
        yield compose_real(pixels_of, ask.shown, ask.background, ask.layout, rng, count=ask.count)


def judge_asks(judge: CutoutJudge, asks: list[Ask], images: Iterable[Image.Image]) -> list[dict]:
    """The verdict on each picture: booleans by fact, and the nearest cut-out's id."""
    verdicts = []
    for ask, image in zip(asks, images, strict=True):
        source, group = ask.shown[0].source, ask.shown[0].group
        facts = {"prompt": ask.text, "source": source, "group": group}
        facts["background"] = judge.background(image) == ask.background
        if ask.layout in ("left-right", "above-below"):
            first, second = judge.judge_halves(image, ask.layout)
            across = judge.judge_halves(image, "above-below" if ask.layout == "left-right" else "left-right")
            facts["placed"] = _both(ask, first, second)
            facts["both"] = any(
                _both(ask, *halves) for halves in ((first, second), (second, first), across, across[::-1])
            )
            facts["both_top5"] = any(
                _both(ask, *halves, top=TOP) for halves in ((first, second), (second, first), across, across[::-1])
            )
            facts["style"] = source in first.sources
            facts["nearest"] = [verdict.cutout.id if verdict.cutout else None for verdict in (first, second)]
        else:
            verdict = judge.judge(image)
            if ask.layout == "count":
                count, verdict = judge.judge_count(image)
                facts |= {"count": count == ask.count, "counted": count}
            facts |= {"top1": verdict.names(ask.accepted[0]), "top5": verdict.names(ask.accepted[0], TOP)}
            facts |= {"style": source in verdict.sources, "likeness": round(verdict.likeness, 3)}
            facts["nearest"] = verdict.cutout.id if verdict.cutout else None
        verdicts.append(facts)
    return verdicts


def _both(ask: Ask, first, second, top: int = 1) -> bool:
    return first.names(ask.accepted[0], top) and second.names(ask.accepted[1], top)


def _share(verdicts: list[dict], fact: str, among: str | None = None) -> float:
    counted = [verdict for verdict in verdicts if among is None or verdict[among]]
    return sum(bool(verdict[fact]) for verdict in counted) / max(1, len(counted))


class _Table:
    """Rows as they are measured: each list is drawn by us, and of real pictures."""

    def __init__(self, judge: CutoutJudge, drawn: Draw, progress: bool):
        self.judge, self.drawn, self.progress = judge, drawn, progress
        self.rows: list[Row] = []
        self.verdicts: dict[str, list[dict]] = {}
        self.qualities: dict[str, list[dict]] = {"ours": [], "real": []}

    def draw(self, name: str, asks: list[Ask], *, measured: bool = False) -> tuple[list[dict], list[dict]]:
        """The verdicts on our pictures of a list and on real ones; their qualities too if they are `measured`."""
        ours = tqdm(self.drawn(asks), name, len(asks), disable=not self.progress)
        real = draw_real(self.judge.pixels, asks)
        if measured:
            ours, real = self._measured(ours, "ours"), self._measured(real, "real")
        self.verdicts[name] = judge_asks(self.judge, asks, ours)
        return self.verdicts[name], judge_asks(self.judge, asks, real)

    def add(self, what: str, pair: tuple, fact: str, target=None, *, of_real=False, among=None) -> None:
        """One row: the share of a list's pictures of which a fact is true, of those of which `among` is."""
        ours, real = (_share(each, fact, among) for each in pair)
        number = len([verdict for verdict in pair[0] if among is None or verdict[among]])
        self.rows.append(Row(what, number, ours, real, target, of_real))

    def _measured(self, images: Iterable[Image.Image], whose: str) -> Iterator[Image.Image]:
        for image in images:
            self.qualities[whose].append(picture_qualities(image))
            yield image


def align(judge: CutoutJudge, drawn: Draw, limit: int, *, progress: bool = False) -> tuple[list[Row], dict]:
    """Draw the lists and judge them.

    Args:
        judge: whose concepts and styles are asked for.
        drawn: prompts -> pictures.
        limit: prompts of the main list; the other lists have a third of it or less.
        progress: show a bar per list.

    Returns:
        the table's rows, and {list: [verdict on each of our pictures]}.
    """
    lists = PromptLists(judge.cutouts, judge.asked)
    part = max(2, limit // 3)
    table = _Table(judge, drawn, progress)
    asks = lists.named(limit)
    named = table.draw("named", asks, measured=True)
    table.add("named thing, top-1", named, "top1", 0.90, of_real=True)
    table.add("named thing, top-5", named, "top5", 0.98, of_real=True)
    table.add("nearest cut-out is of the asked style", named, "style")  # style.py judges the style itself
    table.add("background", named, "background", 0.98)
    spoken = table.draw("app wording", lists.app_wording(part))
    table.add("named thing in the app's wording, top-1", spoken, "top1")
    table.add("named thing in the app's wording, top-5", spoken, "top5")
    pairs = table.draw("pairs", lists.pairs(part))
    table.add("two things: both there", pairs, "both", 0.80)
    table.add("two things: both there, top-5", pairs, "both_top5")
    table.add("two things: in the right places, of those", pairs, "placed", 0.90, among="both")
    counts = table.draw("counts", lists.counts(part))
    table.add("count of 2, 3, 4", counts, "count", 0.85)
    table.add("counted things: named thing, top-1", counts, "top1")
    keywords = table.draw("keywords", lists.keywords(part))
    words = table.draw("other words", lists.other_words(part))
    together = tuple(a + b for a, b in zip(keywords, words, strict=True))
    table.add("other words for it, top-5", together, "top5", 0.80)
    table.add("- keywords, top-5", keywords, "top5")
    table.add("- words that no caption has, top-5", words, "top5")
    rows, verdicts = table.rows, table.verdicts
    rows += _seed_rows(judge, drawn, lists.unstyled(max(2, limit // 12)), verdicts)
    ours, real = (summarise(table.qualities[whose]) for whose in ("ours", "real"))
    rows += [Row(name, len(asks), ours[name], real[name], is_share=False) for name in QUALITIES]
    likeness = (statistics.median(verdict["likeness"] for verdict in each) for each in named)
    rows.append(Row("likeness to the nearest cut-out", len(asks), *likeness, is_share=False))
    return rows, verdicts


def _seed_rows(judge: CutoutJudge, drawn: Draw, asks: list[Ask], verdicts: dict) -> list[Row]:
    """Several pictures of each prompt: how far apart, how many the same, how many right."""
    repeated = [ask for ask in asks for _ in range(SEEDS)]
    images = list(drawn(repeated))
    judged = verdicts["seeds"] = judge_asks(judge, repeated, images)
    small = [np.asarray(image.resize((64, 64), Image.Resampling.BOX), dtype=np.float32) for image in images]
    distances = [
        float(np.abs(a - b).mean())
        for start in range(0, len(small), SEEDS)
        for a, b in itertools.combinations(small[start : start + SEEDS], 2)
    ]
    strangers = [float(np.abs(a - b).mean()) for a, b in zip(small[::SEEDS], small[SEEDS::SEEDS], strict=False)]
    same = sum(distance < SAME_PICTURE for distance in distances) / len(distances)
    between = sum(strangers) / max(1, len(strangers))
    return [
        Row("seeds: thing right without a style, top-5", len(images), _share(judged, "top5"), None),
        Row("seeds: pairs that are the same picture", len(distances), same, None),
        Row(
            "seeds: mean distance, grey levels", len(distances), sum(distances) / len(distances), None, is_share=False
        ),
        Row("- between different prompts", len(strangers), between, None, is_share=False),
    ]


def table(rows: list[Row]) -> str:
    """The rows as markdown."""

    def number(value: float | None, is_share: bool) -> str:
        if value is None:
            return ""
        return f"{value:.1%}" if is_share else f"{value:.2f}"

    cells = []
    for row in rows:
        target = "" if row.target is None else f"{row.target:.0%}" + (" of real" if row.target_of_real else "")
        reached = {None: "", True: "yes", False: "no"}[row.reached]
        cells.append(
            [
                row.what,
                str(row.pictures),
                number(row.ours, row.is_share),
                number(row.real, row.is_share),
                target,
                reached,
            ]
        )
    return markdown_table(["what", "pictures", "drawn", "real", "target", "reached"], cells)


def breakdown(verdicts: list[dict], fact: str) -> str:
    """Single-thing verdicts by "source" or "group", as markdown."""
    cells = []
    for value in sorted({verdict[fact] for verdict in verdicts}):
        some = [verdict for verdict in verdicts if verdict[fact] == value]
        cells.append(
            [value or "none", str(len(some)), *(f"{_share(some, hit):.1%}" for hit in ("top1", "top5", "style"))]
        )
    return markdown_table([f"named thing by {fact}", "pictures", "top-1", "top-5", "style"], cells)


def run(pipe: TextToImagePipeline, judge: CutoutJudge, arguments: argparse.Namespace) -> dict:
    """Print the table; return what ``--json`` keeps."""
    settings, started = settings_from(arguments), time.perf_counter()

    def drawn(asks: list[Ask]) -> Iterator[Image.Image]:
        return draw(pipe, asks, seed=arguments.seed, **settings)

    rows, verdicts = align(judge, drawn, arguments.limit, progress=True)
    print(f"{table(rows)}\n\n{breakdown(verdicts['named'], 'source')}\n\n{breakdown(verdicts['named'], 'group')}")
    minutes = (time.perf_counter() - started) / 60
    print(f"\n{settings or 'default settings'}, seed {arguments.seed}, {minutes:.1f} minutes")
    return {"settings": settings, "seed": arguments.seed, "rows": [asdict(row) for row in rows], "verdicts": verdicts}


def main(argv: list[str] | None = None) -> None:
    arguments = evaluation_arguments(__doc__, ".alignment").parse_args(argv)
    pipe, judge = open_all(arguments)
    kept = run(pipe, judge, arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps(kept, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
