"""The command line that every evaluation command shares, and what it opens."""

import argparse
from pathlib import Path

import torch

from pipeline.evaluation.judge import CutoutJudge, load_judge
from pipeline.loading.errors import WeightsError
from pipeline.loading.weights import DEFAULT_WEIGHTS, load_pipeline
from pipeline.text_to_image import TextToImagePipeline

__all__ = ["evaluation_arguments", "open_all", "settings_from"]


def evaluation_arguments(description: str, command: str) -> argparse.ArgumentParser:
    """The arguments that every command which draws has."""
    parser = argparse.ArgumentParser(
        prog=f"python -m pipeline.evaluation{command}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--weights", default=str(DEFAULT_WEIGHTS), help="folder of the weights")
    parser.add_argument("--input", required=True, help="folder of zip shards of cut-outs with a metadata.jsonl")
    parser.add_argument(
        "--limit", type=int, default=200, help="prompts of the main list; other lists have a third of it"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the first picture; the next has one more")
    parser.add_argument("--steps", type=int, help="decoder steps (the pipeline's default)")
    parser.add_argument("--guidance-scale", type=float, help="decoder guidance (the pipeline's default)")
    parser.add_argument("--prior-steps", type=int, help="prior steps (the pipeline's default)")
    parser.add_argument("--prior-guidance-scale", type=float, help="prior guidance (the pipeline's default)")
    parser.add_argument("--super-res-steps", type=int, help="super-resolution steps (the pipeline's default)")
    parser.add_argument("--threads", type=int, help="threads that torch uses (its default)")
    parser.add_argument("--cache", default="runs/cache", help="folder of decoded pictures and of the judge's metric")
    parser.add_argument("--json", type=Path, help="write the table, the settings and every verdict here")
    return parser


def settings_from(arguments: argparse.Namespace) -> dict:
    """What the command line says about drawing, as arguments of the pipeline's call."""
    named = {
        "num_inference_steps": arguments.steps,
        "guidance_scale": arguments.guidance_scale,
        "prior_num_inference_steps": arguments.prior_steps,
        "prior_guidance_scale": arguments.prior_guidance_scale,
        "super_res_num_inference_steps": arguments.super_res_steps,
    }
    return {name: value for name, value in named.items() if value is not None}


def open_all(arguments: argparse.Namespace) -> tuple[TextToImagePipeline, CutoutJudge]:
    """The pipeline and the judge that the command line names; a sentence and status 1 where that fails."""
    if arguments.limit < 2:
        raise SystemExit(f"`--limit` must be 2 or more, got {arguments.limit}.")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    try:
        return load_pipeline(arguments.weights), load_judge(arguments.input, cache=arguments.cache)
    except (WeightsError, FileNotFoundError, ValueError) as error:
        raise SystemExit(str(error)) from error
