"""The command line that every stage shares."""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from pipeline.data.cutouts import load_cutouts
from pipeline.data.scenes import SceneComposer
from pipeline.training.loop import LoopConfig
from pipeline.training.presets import PRESETS, Preset

__all__ = ["above_zero", "composer_from", "loop_config", "parse_arguments"]


def above_zero(kind: type[int] | type[float]) -> Callable[[str], float]:
    """What argparse reads a number with that has to be above 0."""

    def read(text: str) -> float:
        number = kind(text)
        if not number > 0:
            raise argparse.ArgumentTypeError(f"takes a number above 0, got {text}")
        return number

    read.__name__ = kind.__name__  # what argparse calls it
    return read


def parse_arguments(
    description: str | None, stage: str, argv: list[str] | None = None
) -> tuple[argparse.Namespace, Preset]:
    """Arguments of a stage. ``--dry-run`` prints the plan and ends the program."""
    parser = argparse.ArgumentParser(
        prog=f"python -m pipeline.training.{stage}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--input",
        help="folder of zip shards or pictures with a metadata.jsonl (scenes, prior, decoder, super_res, vocabulary)",
    )
    parser.add_argument("--preset", choices=sorted(PRESETS), default="cpu")
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument(
        "--minutes", type=above_zero(float), help="time budget over all runs of this command (default 25)"
    )
    budget.add_argument("--steps", type=above_zero(int), help="step budget instead")
    parser.add_argument("--run", default="runs/default", help="folder that holds all stages of one training run")
    parser.add_argument("--tiers", help="comma-separated values of the `tier` column to use (all)")
    parser.add_argument("--sources", help="comma-separated name=weight of the sources to draw from (all, alike)")
    parser.add_argument("--text-encoder", help="folder of the pretrained text encoder (default: installed package)")
    parser.add_argument("--batch-size", type=above_zero(int))
    parser.add_argument("--learning-rate", type=above_zero(float))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start-from", help="folder of this network, trained before: goes on from it")
    _add_own(parser, stage)
    parser.add_argument("--output", help="folder of this stage's results (default: its name, in the run's folder)")
    parser.add_argument("--dry-run", action="store_true", help="print the plan and stop")
    arguments = parser.parse_args(argv)
    if arguments.minutes is None and arguments.steps is None:
        arguments.minutes = 25.0
    if arguments.input is None and stage in ("scenes", "prior", "decoder", "super_res", "vocabulary"):
        parser.error("--input is missing: this stage learns from pictures.")
    if stage == "scenes":
        _check_recaptioned(parser, arguments)
    arguments.output = arguments.output or str(Path(arguments.run) / stage)
    if arguments.dry_run:
        print(json.dumps({"stage": stage, **vars(arguments), **asdict(PRESETS[arguments.preset])}, indent=2))
        raise SystemExit(0)
    return arguments, PRESETS[arguments.preset]


def _add_own(parser: argparse.ArgumentParser, stage: str) -> None:
    """What one stage alone takes."""
    if stage == "scenes":
        parser.add_argument("--number", type=above_zero(int), help="how many scenes (default: the preset's)")
        parser.add_argument("--app-wording", type=float, default=0.8, help="share of captions in the app's own words")
        parser.add_argument("--captioner", help="folder of `python -m pipeline.data.recaption`: describes scenes anew")
        parser.add_argument(
            "--recaptioned", type=float, default=0.0, help="share of scenes whose caption the captioner writes (0)"
        )
    if stage in ("prior", "vocabulary"):
        parser.add_argument("--held-out", help="list of `python -m pipeline.data.held_out`: is not taught")
    if stage == "embedder":
        parser.add_argument(
            "--hard-negatives",
            type=above_zero(int),
            default=1,
            help="rows of a batch whose captions are alike (1: as drawn)",
        )
    if stage == "prior":
        parser.add_argument("--only", help="folder whose metadata.jsonl names by id what to learn from")
        parser.add_argument("--table-learning-rate", type=float, default=1e-2, help="of the vectors (%(default)s)")
    if stage == "decoder":
        parser.add_argument("--without-components", action="store_true", help="for the ablation; give --output too")
    if stage == "super_res":
        parser.add_argument("--without-text", action="store_true", help="for the ablation; give --output too")
    if stage == "vocabulary":
        parser.add_argument("--named", help="comma-separated sources whose names count (all)")


def _check_recaptioned(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    if not 0 <= arguments.recaptioned <= 1:
        parser.error(f"--recaptioned is to be 0 to 1, got {arguments.recaptioned:g}. 0.1 is one scene in ten.")
    if bool(arguments.recaptioned) != bool(arguments.captioner):
        parser.error("--recaptioned and --captioner go together: give both, or neither.")


def loop_config(arguments: argparse.Namespace, *, batch_size: int, learning_rate: float, **more) -> LoopConfig:
    """The stage's own defaults, overridden by the command line."""
    return LoopConfig(
        output=arguments.output,
        minutes=arguments.minutes,
        steps=arguments.steps,
        batch_size=arguments.batch_size or batch_size,
        learning_rate=arguments.learning_rate or learning_rate,
        workers=arguments.workers,
        seed=arguments.seed,
        **more,
    )


def composer_from(arguments: argparse.Namespace, size: int) -> SceneComposer:
    """Scenes and cut-outs of ``size`` pixels from ``--input``, ``--tiers`` and ``--sources``.

    Raises:
        ValueError: no pictures, or a source that is not there or has no weight above 0.
    """
    tiers = tuple(arguments.tiers.split(",")) if arguments.tiers else None
    cutouts = load_cutouts(arguments.input, size=size, tiers=tiers)
    weights = None
    if arguments.sources:
        weights = dict(map(_weighed, arguments.sources.split(",")))
    return SceneComposer(cutouts, size, source_weights=weights, app_wording=getattr(arguments, "app_wording", 0.0))


def _weighed(item: str) -> tuple[str, float]:
    """ "flat=2" -> its name and weight; 1 where none is said."""
    name, _, weight = item.partition("=")
    try:
        return name, above_zero(float)(weight or "1")
    except (ValueError, argparse.ArgumentTypeError) as error:
        raise ValueError(f"`--sources` takes name=weight, a weight above 0, got {item!r}.") from error
