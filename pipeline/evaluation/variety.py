"""Do seeds differ, and is what they draw still right? Prompts, references, references with a style, two references.

    python -m pipeline.evaluation.variety --weights weights --input PICTURES --limit 100

Every row has real pictures beside it, judged alike. References are cut-outs that were mirrored and whose hue was
turned by 120 degrees: every source is taught to the model, so a picture that it never saw has to be made.
"""

import argparse
import itertools
import json
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from PIL import Image
from tqdm import tqdm

from pipeline.data.cutouts import Cutout
from pipeline.evaluation.arguments import evaluation_arguments, open_all, settings_from
from pipeline.evaluation.comparing import COPY, difference, muddy_share, nearest_copy, own_box
from pipeline.evaluation.contact_sheet import contact_sheet
from pipeline.evaluation.judge import CutoutJudge
from pipeline.evaluation.prompts import PromptLists
from pipeline.evaluation.real_pictures import compose_real, vanishes
from pipeline.evaluation.shapes import turn_hue
from pipeline.evaluation.style import StyleJudge, family, style_of
from pipeline.evaluation.table import markdown_table
from pipeline.language.english import article, with_article
from pipeline.text_to_image import TextToImagePipeline
from pipeline.watermark import embed
from pipeline.watermark.embed import LATEST

__all__ = ["Case", "Measured", "main", "measure", "muddy_by_style", "of_the_same_things", "prompt_cases"]
__all__ += ["reference_cases"]

SEEDS, REFERENCE_SEEDS = 8, 3
REFERENCES = 40
GROUNDS = ("white", "light gray", "light blue", "beige", "mint green", "navy blue")
Draw = Callable[..., Image.Image]  # (prompt, images, seed) -> picture


@dataclass(frozen=True)
class Case:
    """What is drawn several times, and by what it is judged."""

    prompt: str
    images: tuple[Image.Image, ...] = field(repr=False)
    row: Cutout  # a real cut-out that is right
    style: str | None  # that it must have
    ground: str
    seeds: int


@dataclass(frozen=True)
class Measured:
    """One row of the table: means over pictures, or over pairs of seeds of one case."""

    what: str
    pictures: int
    difference: float
    same: float  # share of pairs of seeds under COPY
    right: float  # thing, top-5, by pixels or shape
    right_by_pixels: float
    style: float
    style_family: float
    muddy: float
    copies: float
    rows: list[dict] = field(repr=False, default_factory=list)


def _asked(judge: CutoutJudge, number: int) -> list[Cutout]:
    """A row of each of ``number`` plain concepts that every asked style has, the styles in turn."""
    lists = PromptLists(judge.cutouts, judge.asked)
    concepts = [concept for concept in lists._plain_concepts() if len(lists.drawn[concept]) >= 2]
    return [lists._pick(concept, turn) for turn, concept in enumerate(concepts[:number])]


def _ground(judge: CutoutJudge, row: Cutout, turn: int) -> str:
    names = [*GROUNDS[turn % len(GROUNDS) :], *GROUNDS]
    return next((name for name in names if not vanishes(judge.cutouts.pixels[row.index], name)), names[0])


def prompt_cases(judge: CutoutJudge, number: int) -> list[Case]:
    """Thing, style and ground are said."""
    cases = []
    for turn, row in enumerate(_asked(judge, number)):
        ground = _ground(judge, row, turn)
        text = f"{with_article(row.phrase)}, {style_of(row)}, on {article(ground)} {ground} background"
        cases.append(Case(text, (), row, style_of(row), ground, SEEDS))
    return cases


def reference_cases(judge: CutoutJudge, number: int, *, styles: Sequence[str] = (), count: int = 1) -> list[Case]:
    """``count`` pictures of one thing by as many artists are given; ``styles`` are said, in turn."""
    lists, cases = PromptLists(judge.cutouts, judge.rows), []
    for turn, row in enumerate(_asked(judge, number)):
        drawn = lists.drawn[row.concept]
        others = [drawn[source] for source in sorted(drawn) if source != row.source and drawn[source].styles]
        chosen = [row, *random.Random(f"reference/{row.concept}").sample(others, min(count - 1, len(others)))]
        images = tuple(_upload(judge, one) for one in chosen)
        style = styles[turn % len(styles)] if styles else None
        cases.append(Case(style or "", images, row, style, "white", REFERENCE_SEEDS))
    return cases


def _upload(judge: CutoutJudge, row: Cutout) -> Image.Image:
    """A picture that was never taught: mirrored, its hue turned, on white."""
    pixels = turn_hue(judge.pixels(row)[:, ::-1], 120)
    return compose_real(lambda _: pixels, (row,), "white", "single", random.Random(f"upload/{row.id}"))


def measure(
    what: str,
    cases: list[Case],
    draw: Draw,
    judge: CutoutJudge,
    style_judge: StyleJudge,
    *,
    keep: Callable[[Case, list[Image.Image]], None] | None = None,
) -> Measured:
    """Draw every case with its seeds and judge each picture."""
    distances, rows = [], []
    for number, case in enumerate(tqdm(cases, what, mininterval=5)):
        pictures = [draw(case.prompt, case.images, 100 * number + seed) for seed in range(case.seeds)]
        boxes = [box for box in map(own_box, pictures) if box is not None]
        distances += [difference(a, b) for a, b in itertools.combinations(boxes, 2)]
        accepted = judge.accepted(case.row.concept)
        for picture in pictures:
            verdict, style = judge.judge(picture), style_judge.style(picture)
            distance, copy = nearest_copy(judge, picture)
            rows.append(
                {
                    "prompt": case.prompt, "concept": case.row.concept, "asked": case.style,
                    "right": verdict.names(accepted, judge.top, by_shape=True),
                    "by_pixels": verdict.names(accepted, judge.top),
                    "style": style, "muddy": muddy_share(picture), "copy": distance, "of": copy,
                    "nearest": verdict.cutout.id if verdict.cutout else None,
                }
            )  # fmt: skip
        if keep:
            keep(case, pictures)
    return _summary(what, rows, distances)


def _summary(what: str, rows: list[dict], distances: list[float]) -> Measured:
    styled = [row for row in rows if row["asked"]]

    def share(test: Callable[[dict], bool], among: list[dict] = rows) -> float:
        return sum(map(test, among)) / len(among) if among else float("nan")

    return Measured(
        what,
        len(rows),
        statistics.fmean(distances) if distances else float("nan"),
        sum(distance < COPY for distance in distances) / len(distances) if distances else float("nan"),
        share(lambda row: row["right"]),
        share(lambda row: row["by_pixels"]),
        share(lambda row: row["style"] == row["asked"], styled),
        share(lambda row: family(row["style"] or "") == family(row["asked"]), styled),
        statistics.fmean(row["muddy"] for row in rows),
        share(lambda row: row["copy"] < COPY),
        rows,
    )


def _real(judge: CutoutJudge) -> Draw:
    """In place of the pipeline: each seed is another artist's drawing of the thing, on its ground."""
    lists = PromptLists(judge.cutouts, judge.asked)

    def draw_for(case: Case, seed: int) -> Image.Image:
        drawn = lists.drawn[case.row.concept]
        row = drawn[sorted(drawn)[seed % len(drawn)]]
        return compose_real(judge.pixels, (row,), case.ground, "single", random.Random(seed))

    return draw_for


def measure_real(cases: list[Case], judge: CutoutJudge, style_judge: StyleJudge) -> Measured:
    """The same figures of real pictures: artists' drawings of each thing; a style is right if it is their own."""
    draw_for, distances, rows = _real(judge), [], []
    lists = PromptLists(judge.cutouts, judge.asked)
    for case in tqdm(cases, "real", mininterval=5):
        sources = sorted(lists.drawn[case.row.concept])
        pictures = [draw_for(case, seed) for seed in range(len(sources))]
        boxes = [box for box in map(own_box, pictures) if box is not None]
        distances += [difference(a, b) for a, b in itertools.combinations(boxes, 2)]
        accepted = judge.accepted(case.row.concept)
        for source, picture in zip(sources, pictures, strict=True):
            verdict, picture = judge.judge(picture), embed(picture, version=LATEST)  # marked as drawn ones are
            rows.append(
                {
                    "prompt": case.prompt, "asked": style_of(lists.drawn[case.row.concept][source]),
                    "right": verdict.names(accepted, judge.top, by_shape=True),
                    "by_pixels": verdict.names(accepted, judge.top),
                    "style": style_judge.style(picture), "muddy": muddy_share(picture),
                    "copy": nearest_copy(judge, picture)[0],
                }
            )  # fmt: skip
    return _summary("artists' own drawings (real)", rows, distances)


def muddy_by_style(rows: list[dict]) -> dict[str, float]:
    """Style -> mean muddy share."""
    styles = sorted({row["asked"] for row in rows if row["asked"]})
    return {style: statistics.fmean(row["muddy"] for row in rows if row["asked"] == style) for style in styles}


def of_the_same_things(real: list[dict], ours: list[dict]) -> list[dict]:
    """The rows of real pictures that show what was asked for in that style: a bouquet has more colours than a
    snowflake, whoever draws it.
    """
    asked = {(row["prompt"], row["asked"]) for row in ours}
    return [row for row in real if (row["prompt"], row["asked"]) in asked]


def _over(ours: dict[str, float], real: dict[str, float]) -> str:
    return ", ".join(f"{style} {ours[style] / real[style]:.2f}" for style in ours if real.get(style))


def table(measured: list[Measured]) -> str:
    """The rows as markdown."""
    header = ["what", "pictures", "difference", "pairs < 6", "thing", "by pixels", "style", "family", "muddy"]
    header.append("copies")
    cells = [
        [
            row.what,
            str(row.pictures),
            f"{row.difference:.1f}",
            *(
                "" if value != value else f"{value:.1%}"
                for value in (row.same, row.right, row.right_by_pixels, row.style, row.style_family, row.muddy)
            ),
            f"{row.copies:.1%}",
        ]
        for row in measured
    ]
    return markdown_table(header, cells)


def run(
    pipe: TextToImagePipeline, judge: CutoutJudge, style_judge: StyleJudge, *, limit: int, settings: dict,
    sheets: Path | None = None,
) -> list[Measured]:  # fmt: skip
    """All rows of the table; prints it, and lays contact sheets into ``sheets``."""

    def draw(prompt: str, images: tuple[Image.Image, ...], seed: int) -> Image.Image:
        asked = {"prompt": prompt} if prompt else {}
        asked |= {"image": list(images)} if images else {}
        return pipe(**asked, generator=torch.Generator().manual_seed(seed), **settings).images[0]

    prompts = prompt_cases(judge, limit)
    number = min(REFERENCES, max(2, limit * 2 // 5))
    alone = reference_cases(judge, number)
    styled = reference_cases(judge, number, styles=style_judge.styles)
    fused = reference_cases(judge, number, count=2)
    measured = [measure_real(prompts, judge, style_judge)]
    lists = [("eight seeds of a prompt", prompts), ("a reference alone", alone)]
    lists += [("a reference and a style", styled), ("two references of one thing", fused)]
    uploads = [Case("", (), case.row, None, "white", 1) for case in alone]
    given = iter([case.images[0] for case in alone])
    measured.append(measure("the references themselves", uploads, lambda *_: next(given), judge, style_judge))
    for what, cases in lists:
        tiles: list[Image.Image] = []
        keep = (lambda case, pictures, tiles=tiles: tiles.extend([*case.images, *pictures])) if sheets else None
        measured.append(measure(what, cases, draw, judge, style_judge, keep=keep))
        if sheets:
            sheets.mkdir(parents=True, exist_ok=True)
            columns = len(cases[0].images) + cases[0].seeds
            contact_sheet(tiles[: columns * (100 // columns)], columns=columns, side=128).save(
                sheets / f"{what.replace(' ', '-')}.png"
            )
    print(table(measured))
    ours = muddy_by_style(measured[2].rows)
    same = muddy_by_style(of_the_same_things(measured[0].rows, measured[2].rows))
    print(f"\nMuddy pixels over those of real drawings of the same things in that style: {_over(ours, same)}.")
    of_all = _over(ours, muddy_by_style(measured[0].rows))
    print(f"Over those of real drawings of all {limit} things in that style: {of_all}.")
    return measured


def main(argv: list[str] | None = None) -> None:
    parser = evaluation_arguments(__doc__, ".variety")
    parser.set_defaults(limit=100)
    parser.add_argument("--variety", type=float, help="of the pipeline's call (its default)")
    parser.add_argument("--sheets", type=Path, help="folder for contact sheets")
    arguments: argparse.Namespace = parser.parse_args(argv)
    pipe, judge = open_all(arguments)
    settings = settings_from(arguments)
    if arguments.variety is not None:
        settings["variety"] = arguments.variety
    style_judge = StyleJudge.fit(judge.asked, lambda row: judge.cutouts.pixels[row.index], cache=arguments.cache)
    measured = run(pipe, judge, style_judge, limit=arguments.limit, settings=settings, sheets=arguments.sheets)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(row) for row in measured], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
