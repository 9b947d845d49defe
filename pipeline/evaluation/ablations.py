"""What each step, condition and stage buys: the same prompts and seeds, one thing changed at a time.

    python -m pipeline.evaluation.ablations --weights weights --input PICTURES --limit 60

Folders add what was trained otherwise, in a small budget with its counterpart beside it: ``--super-res`` two or more
super-resolutions (with and without text), ``--decoders`` decoders (of the whole embedding, and of what it says alone,
without its components), ``--priors`` priors (before and after the last fine-tuning, or of other tables of drawings).
Each is named by its folder: train it with ``python -m pipeline.training.super_res``, ``.decoder`` or ``.prior``, with
another ``--run`` and ``--seed`` each. The prior takes one step and no guidance: there is nothing of it to ablate here.
"""

import argparse
import json
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
from pipeline.evaluation.judge import CutoutJudge
from pipeline.evaluation.latency import STOCK
from pipeline.evaluation.prompts import Ask, PromptLists
from pipeline.evaluation.quality import picture_qualities, summarise
from pipeline.evaluation.table import markdown_table
from pipeline.models.decoder import ImageDecoder
from pipeline.models.prior import DrawingPrior
from pipeline.models.super_resolution import SuperResolution
from pipeline.text_to_image import TextToImagePipeline

__all__ = ["Variant", "WithoutText", "ablate", "main", "run_ablations", "variants"]


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


def _draw(
    pipe: TextToImagePipeline, judge: CutoutJudge, variant: Variant, asks: list[Ask], seed: int, settings: dict
) -> Iterator[Image.Image]:
    components = dict(pipe.components)
    if variant.replaced:
        components |= variant.replaced(pipe)
    changed = TextToImagePipeline(**components)
    changed.set_progress_bar_config(disable=True)
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
    verdicts = judge_asks(judge, asks, images)
    shares = {fact: sum(v[fact] for v in verdicts) / len(asks) for fact in ("top1", "top5", "style", "background")}
    likeness = statistics.median(verdict["likeness"] for verdict in verdicts)
    qualities = summarise([picture_qualities(image) for image in images])
    return shares | qualities | {"likeness": likeness, "seconds": seconds}


def run_ablations(pipe: TextToImagePipeline, judge: CutoutJudge, arguments: argparse.Namespace) -> list[dict]:
    """Every variant of the chosen groups on the main list; prints the table."""
    chosen = variants(super_res=arguments.super_res, decoders=arguments.decoders, priors=arguments.priors)
    groups = list(dict.fromkeys(variant.group for variant in chosen))
    wanted = arguments.groups.split(",") if arguments.groups else groups
    if unknown := sorted(set(wanted) - set(groups)):
        raise SystemExit(f"`--groups` names {unknown}, expected some of {groups}.")
    chosen = [variant for variant in chosen if variant.group in ("default", *wanted)]
    asks = PromptLists(judge.cutouts, judge.asked).named(arguments.limit)
    settings, rows = settings_from(arguments), []
    for variant in tqdm(chosen, "ablations"):
        scores = ablate(pipe, judge, variant, asks, seed=arguments.seed, **settings)
        rows.append({"group": variant.group, "variant": variant.name, **scores})
    header = [
        "changed",
        "to",
        "top-1",
        "top-5",
        "nearest of style",
        "background",
        "sharpness",
        "unrest",
        "likeness",
        "s/picture",
    ]
    cells = [
        [
            row["group"],
            row["variant"],
            *(f"{row[fact]:.1%}" for fact in ("top1", "top5", "style", "background")),
            f"{row['edge sharpness']:.2f}",
            f"{row['ground unrest']:.2f}",
            f"{row['likeness']:.3f}",
            f"{row['seconds']:.2f}",
        ]
        for row in rows
    ]
    print(markdown_table(header, cells))
    print(f"\n{len(asks)} prompts of the main list, the same seeds from {arguments.seed} in every line.")
    return rows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What this command takes beside the shared arguments."""
    for name, what in (("super-res", "SuperResolution"), ("decoders", "ImageDecoder"), ("priors", "DrawingPrior")):
        parser.add_argument(
            f"--{name}", nargs="+", default=[], metavar="FOLDER", help=f"of a {what} trained otherwise"
        )
    parser.add_argument("--groups", help="comma-separated groups of the table (all)")


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
