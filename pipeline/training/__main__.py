"""Every stage in order, then the export: from a folder of pictures to a folder that `--model` draws with.

    python -m pipeline.training --input PICTURES --output weights --preset cpu --minutes 150

Run it again after an interruption: stages that have finished are passed over, the one that was under way goes on.
`--dry-run` prints the plan. Each stage has a command line of its own, with more options: `python -m
pipeline.training.STAGE --help`.
"""

import argparse
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.training.arguments import above_zero
from pipeline.training.fusion import TooFewConcepts
from pipeline.training.presets import PRESETS

__all__ = ["STEPS", "TrainingStep", "main"]

MINUTES = 150.0  # over all stages; what the card's figures cost, less the scenes


@dataclass(frozen=True)
class TrainingStep:
    """One stage's command.

    Attributes:
        name: its module in `pipeline.training`, and its folder in the run.
        result: what it writes last, below its folder; "" where it looks for itself what is left to do.
        share: of the minutes; 0 for a stage without a budget.
    """

    name: str
    result: str
    share: float = 0.0


# The shares are what the stages of the bundled model took.
STEPS = (
    TrainingStep("scenes", ""),
    TrainingStep("embedder", "image_encoder/config.json", 0.05),
    TrainingStep("prior", "prior/config.json", 0.4),
    TrainingStep("decoder", "decoder/config.json", 0.25),
    TrainingStep("super_res", "super_res/config.json", 0.3),
    TrainingStep("vocabulary", "vocabulary/config.json"),
)


def main(argv: list[str] | None = None) -> None:
    """Run what is left to do, stage after stage."""
    arguments = _parser().parse_args(argv)
    for step in STEPS:
        words = _words(step, arguments)
        if step.result and (Path(arguments.run) / step.name / step.result).is_file():
            print(f"{step.name}: finished before", flush=True)
            continue
        _run(step.name, words, arguments.dry_run)
    encoder = _given(arguments, "text_encoder")
    if (Path(arguments.run) / "scene_parser" / "config.json").is_file():
        print("scene_parser: finished before", flush=True)
    else:
        few = ["--captions", "40", "--epochs", "1"] if arguments.steps is not None else []
        _run("scene_parser", ["--run", arguments.run, *encoder, *_given(arguments, "seed"), *few], arguments.dry_run)
    _run("export", ["--run", arguments.run, "--output", arguments.output, *encoder], arguments.dry_run)
    if not arguments.without_fusion and not (Path(arguments.run) / "fusion" / "fusion" / "config.json").is_file():
        words = ["--weights", arguments.output, "--run", arguments.run, *_given(arguments, "input", "tiers", "seed")]
        try:
            _run("fusion", [*words, *_given(arguments, "steps")], arguments.dry_run)
        except TooFewConcepts as error:
            print(f"fusion: {error}", flush=True)
    if not arguments.dry_run:
        print(f"{arguments.output} draws: easel draw 'a thing of yours' --model {arguments.output}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--input", required=True, help="folder of zip shards or pictures with a metadata.jsonl")
    parser.add_argument("--output", required=True, help="the model folder to write")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="cpu")
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument(
        "--minutes", type=above_zero(float), default=MINUTES, help="over all stages (default: %(default)g)"
    )
    budget.add_argument("--steps", type=above_zero(int), help="steps of every stage instead")
    parser.add_argument("--run", default="runs/default", help="folder of checkpoints and logs (default: %(default)s)")
    parser.add_argument("--tiers", help="comma-separated values of the `tier` column to use (all)")
    parser.add_argument("--sources", help="comma-separated name=weight of the sources to draw from (all, alike)")
    parser.add_argument("--text-encoder", help="folder of the pretrained text encoder (default: installed package)")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without-fusion", action="store_true", help="leave the fusion's heads untrained: the mean")
    parser.add_argument("--dry-run", action="store_true", help="print the plan and stop")
    return parser


def _words(step: TrainingStep, arguments: argparse.Namespace) -> list[str]:
    """The stage's own command line."""
    shared = _given(arguments, "input", "preset", "run", "tiers", "sources", "text_encoder", "workers", "seed")
    if arguments.steps is not None:
        return [*shared, "--steps", str(arguments.steps)]
    return [*shared, "--minutes", f"{arguments.minutes * step.share:g}"] if step.share else shared


def _given(arguments: argparse.Namespace, *names: str) -> list[str]:
    pairs = ((name, getattr(arguments, name)) for name in names)
    return [word for name, value in pairs if value is not None for word in ("--" + name.replace("_", "-"), str(value))]


def _run(name: str, words: list[str], dry_run: bool) -> None:
    print(f"{name}: python -m pipeline.training.{name} {' '.join(words)}", flush=True)
    if not dry_run:
        stage: Callable[[list[str]], None] = importlib.import_module(f"pipeline.training.{name}").main
        stage(words)


if __name__ == "__main__":
    main()
