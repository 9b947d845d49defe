"""What each step, condition and stage buys: the same prompts and seeds, one thing changed at a time.

    python -m pipeline.evaluation.ablations --weights weights --input PICTURES --limit 60

Folders add what was trained otherwise, in a small budget with its counterpart beside it: ``--super-res`` two or more
super-resolutions (with and without text), ``--decoders`` decoders (of the whole embedding, and of what it says alone,
without its components), ``--priors`` priors (before and after the last fine-tuning, or of other tables of drawings).
Each is named by its folder: train it with ``python -m pipeline.training.super_res``, ``.decoder`` or ``.prior``, with
another ``--run`` and ``--seed`` each. Folders whose names differ in a last "-seed0" alone are seeds of one training:
their mean and standard deviation stand below the table. The prior takes one step and no guidance: there is nothing of
it to ablate here.

    python -m pipeline.evaluation.ablations --input PICTURES --prompts geneval.jsonl --super-res FOLDER FOLDER ...

judges GenEval's rows instead, by part, and prints the share that is right of each.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from PIL import Image
from torch import nn
from tqdm import tqdm

from pipeline.evaluation.alignment import draw_real, judge_asks
from pipeline.evaluation.arguments import evaluation_arguments, open_all, settings_from
from pipeline.evaluation.geneval import judge_composition, real_composition
from pipeline.evaluation.judge import CutoutJudge
from pipeline.evaluation.latency import STOCK
from pipeline.evaluation.prompts import Ask, PromptLists
from pipeline.evaluation.quality import picture_qualities, summarise
from pipeline.evaluation.seeds import summarise_seeds
from pipeline.evaluation.table import markdown_table
from pipeline.models.decoder import ImageDecoder
from pipeline.models.prior import DrawingPrior
from pipeline.models.super_resolution import SuperResolution
from pipeline.text_to_image import TextToImagePipeline

__all__ = ["Variant", "WithoutText", "ablate", "ablate_parts", "main", "run_ablations", "variants"]

FACTS = {
    "top1": "top-1", "top5": "top-5", "style": "nearest of style", "background": "background",
    "edge sharpness": "sharpness", "ground unrest": "unrest", "likeness": "likeness", "seconds": "s/picture",
}  # fmt: skip
SHARES = ("top1", "top5", "style", "background")


class WithoutText(nn.Module):
    """A component whose last two inputs are tokens and mask, run as its training ran it when the text was dropped."""

    def __init__(self, component: nn.Module):
        super().__init__()
        self.component, self.config = component, component.config

    @property
    def device(self) -> torch.device:  # the pipeline asks its components
        return self.component.device

    @property
    def dtype(self) -> torch.dtype:
        return self.component.dtype

    @property
    def linear(self) -> nn.Module:  # of a decoder, which looks at no text
        return self.component.linear

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        *others, tokens, mask = inputs
        first = torch.zeros_like(mask)
        first[:, 0] = 1
        return self.component(*others, torch.zeros_like(tokens), first)


@dataclass(frozen=True)
class Variant:
    """One line of a group: what is changed against the defaults."""

    group: str
    name: str
    settings: dict = field(default_factory=dict)
    replaced: Callable[[TextToImagePipeline], dict] | None = None  # components to put in
    image_embeds: Callable[[TextToImagePipeline, Ask, CutoutJudge], torch.Tensor] | None = None  # not the prior's


def variants(
    *, super_res: Iterable[str] = (), decoders: Iterable[str] = (), priors: Iterable[str] = ()
) -> list[Variant]:
    """Every variant, the default first; the folders add what was trained otherwise."""
    listed = [Variant("default", "as shipped"), Variant("steps and guidance", "the stock way", STOCK)]
    steps = {"": (1, 2, 4), "super_res": (1, 2, 4)}
    for stage, numbers in steps.items():
        argument = f"{stage}_num_inference_steps".lstrip("_")
        listed += [Variant(f"{stage or 'decoder'} steps", str(n), {argument: n}) for n in numbers]
    listed += [Variant("variety", f"{v:g}", {"variety": v}) for v in (0.0, 0.35, 1.0)]
    listed += [Variant("decoder guidance", f"{g:g}", {"guidance_scale": g}) for g in (1.0, 1.5, 3.0)]
    listed += [
        Variant("decoder reads", "image embedding only", replaced=lambda p: {"decoder": WithoutText(p.decoder)}),
        Variant(
            "decoder reads",
            "text, and a real picture's embedding",
            image_embeds=_real,
        ),
        Variant("super_res reads", "picture only", replaced=lambda p: {"super_res": WithoutText(p.super_res)}),
    ]
    for part, kind, folders in (
        ("super_res", SuperResolution, super_res),
        ("decoder", ImageDecoder, decoders),
        ("prior", DrawingPrior, priors),
    ):
        listed += [_trained_otherwise(part, kind, Path(folder)) for folder in folders]
    return listed


def _trained_otherwise(part: str, kind: type, folder: Path) -> Variant:
    """The network of ``folder`` in place of the pipeline's. A decoder is shown real pictures' embeddings: what counts
    is how well it redraws them.
    """

    def replaced(pipe: TextToImagePipeline) -> dict:
        return {part: kind.from_pretrained(folder, dtype=torch.float32).eval()}

    name = folder.parent.name if folder.name == part else folder.name
    return Variant(
        f"{part} trained otherwise", name, replaced=replaced, image_embeds=_real if part == "decoder" else None
    )


def _real(pipe: TextToImagePipeline, ask: Ask, judge: CutoutJudge) -> torch.Tensor:
    """The embedding of a real picture of what is asked for: what a perfect prior would give."""
    return pipe.get_image_embeds(list(draw_real(judge.pixels, [ask])))


def _changed(pipe: TextToImagePipeline, variant: Variant) -> TextToImagePipeline:
    components = dict(pipe.components)
    if variant.replaced:
        components |= variant.replaced(pipe)
    changed = TextToImagePipeline(**components)
    changed.set_progress_bar_config(disable=True)
    return changed


def _draw(
    pipe: TextToImagePipeline, judge: CutoutJudge, variant: Variant, asks: list[Ask], seed: int, settings: dict
) -> Iterator[Image.Image]:
    changed = _changed(pipe, variant)
    for index, ask in enumerate(asks):
        more = {"image_embeds": variant.image_embeds(pipe, ask, judge)} if variant.image_embeds else {}
        generator = torch.Generator().manual_seed(seed + index)
        yield changed(ask.text, generator=generator, **{**settings, **variant.settings, **more}).images[0]


def ablate(
    pipe: TextToImagePipeline, judge: CutoutJudge, variant: Variant, asks: list[Ask], *, seed: int = 0, **settings
) -> dict[str, float]:
    """Shares of right pictures, their qualities, and seconds per picture, under ``variant``."""
    started = time.perf_counter()
    images = list(_draw(pipe, judge, variant, asks, seed, settings))
    seconds = (time.perf_counter() - started) / len(asks)
    return _scores(judge, asks, images) | {"seconds": seconds}


def _score_real(judge: CutoutJudge, asks: list[Ask]) -> dict[str, float]:
    """The same of real pictures of what is asked for."""
    return _scores(judge, asks, list(draw_real(judge.pixels, asks)))


def _scores(judge: CutoutJudge, asks: list[Ask], images: list[Image.Image]) -> dict[str, float]:
    verdicts = judge_asks(judge, asks, images)
    shares = {fact: sum(v[fact] for v in verdicts) / len(asks) for fact in SHARES}
    likeness = statistics.median(verdict["likeness"] for verdict in verdicts)
    qualities = summarise([picture_qualities(image) for image in images])
    return shares | qualities | {"likeness": likeness}


def ablate_parts(
    pipe: TextToImagePipeline, judge: CutoutJudge, variant: Variant, asks: list[dict], *, seed: int = 0, **settings
) -> dict[str, float]:
    """Share of GenEval's rows that are right under ``variant``, by part, and the "mean" of the parts."""
    changed, right = _changed(pipe, variant), []
    for index, ask in enumerate(asks):
        generator = torch.Generator().manual_seed(seed + index)
        picture = changed(ask["prompt"], generator=generator, **{**settings, **variant.settings}).images[0]
        right.append(judge_composition(judge, ask, picture))
    return _by_part(right)


def _by_part(verdicts: list[dict]) -> dict[str, float]:
    parts = list(dict.fromkeys(row["part"] for row in verdicts))
    shares = {part: statistics.fmean(row["right"] for row in verdicts if row["part"] == part) for part in parts}
    return shares | {"mean": statistics.fmean(shares.values())}


def _real_parts(judge: CutoutJudge, asks: list[dict], seed: int) -> dict[str, float]:
    """The same of artists' own cut-outs, where a class goes by one and no colour is asked for."""
    rng = random.Random(seed)
    pairs = [(ask, real_composition(judge, ask, rng)) for ask in asks]
    verdicts = [judge_composition(judge, ask, picture) for ask, picture in pairs if picture is not None]
    return _by_part(verdicts) if verdicts else {}


def _chosen(arguments: argparse.Namespace) -> list[Variant]:
    """The variants of the groups that ``--groups`` names, and the default."""
    chosen = variants(super_res=arguments.super_res, decoders=arguments.decoders, priors=arguments.priors)
    groups = list(dict.fromkeys(variant.group for variant in chosen))
    wanted = arguments.groups.split(",") if arguments.groups else groups
    if unknown := sorted(set(wanted) - set(groups)):
        raise SystemExit(f"`--groups` names {unknown}, expected some of {groups}.")
    return [variant for variant in chosen if variant.group in ("default", *wanted)]


def run_ablations(pipe: TextToImagePipeline, judge: CutoutJudge, arguments: argparse.Namespace) -> list[dict]:
    """Every variant of the chosen groups on the main list, or on ``--prompts``; prints the table."""
    settings, rows = settings_from(arguments), []
    if arguments.prompts:
        listed = [json.loads(line) for line in arguments.prompts.read_text(encoding="utf-8").splitlines() if line]
        asks = listed[:: max(1, len(listed) // arguments.limit)]
        for variant in tqdm(_chosen(arguments), "ablations", mininterval=5):
            scores = ablate_parts(pipe, judge, variant, asks, seed=arguments.seed, **settings)
            rows.append({"group": variant.group, "variant": variant.name, **scores})
        rows.append({"group": "real", "variant": "artists' own", **_real_parts(judge, asks, arguments.seed)})
        facts = {part: part for part in rows[0] if part not in ("group", "variant")}
        _print_rows(rows, facts, frozenset(facts))
        print(f"\n{len(asks)} of {len(listed)} rows of {arguments.prompts.name}, the same seeds in every line.")
        return rows
    named = PromptLists(judge.cutouts, judge.asked).named(arguments.limit)
    for variant in tqdm(_chosen(arguments), "ablations", mininterval=5):
        scores = ablate(pipe, judge, variant, named, seed=arguments.seed, **settings)
        rows.append({"group": variant.group, "variant": variant.name, **scores})
    rows.append({"group": "real", "variant": "artists' own", **_score_real(judge, named)})
    _print_rows(rows, FACTS, frozenset(SHARES))
    print(f"\n{len(named)} prompts of the main list, the same seeds from {arguments.seed} in every line.")
    return rows


def _print_rows(rows: list[dict], facts: dict[str, str], shares: frozenset[str]) -> None:
    """The table, and below it mean and standard deviation of the trainings that differ in their seed alone."""

    def said(fact: str, value: float | None, more: str = "") -> str:
        if value is None:
            return ""
        return f"{100 * value:.1f}{more}%" if fact in shares else f"{value:.3f}{more}"

    cells = [[row["group"], row["variant"], *(said(fact, row.get(fact)) for fact in facts)] for row in rows]
    print(markdown_table(["changed", "to", *facts.values()], cells))
    means = []
    for group, kind, count, summary in summarise_seeds(rows):
        own = [
            said(fact, mean, f" ± {100 * apart:.1f}" if fact in shares else f" ± {apart:.3f}")
            for fact in facts
            for mean, apart in [summary[fact]]
        ]
        means.append([group, f"{kind}, {count} seeds", *own])
    if means:
        print("\nMean and standard deviation over the seeds of a training:\n")
        print(markdown_table(["changed", "to", *facts.values()], means))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What this command takes beside the shared arguments."""
    for name, what in (("super-res", "SuperResolution"), ("decoders", "ImageDecoder"), ("priors", "DrawingPrior")):
        parser.add_argument(
            f"--{name}", nargs="+", default=[], metavar="FOLDER", help=f"of a {what} trained otherwise"
        )
    parser.add_argument("--groups", help="comma-separated groups of the table (all)")
    parser.add_argument(
        "--prompts", type=Path, help="GenEval's rows (geneval.jsonl), judged by part, for the main list"
    )


def main(argv: list[str] | None = None) -> None:
    parser = evaluation_arguments(__doc__, ".ablations")
    parser.set_defaults(limit=60)
    add_arguments(parser)
    arguments = parser.parse_args(argv)
    pipe, judge = open_all(arguments)
    rows = run_ablations(pipe, judge, arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
