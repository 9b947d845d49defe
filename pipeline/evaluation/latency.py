"""How long a picture takes and what it costs: warm, stage by stage, against the stock way, and from a cold start.

    python -m pipeline.evaluation.latency --weights weights

A picture is one prompt to one marked PNG in memory, drawn as the page draws it, each of another thing, with nothing
kept from before; at 256 pixels, and larger. An edit is one change of a scene of two things that was just drawn. The
stock way is what the same cascade costs without few-step training: the weights are the same, only the steps and the
guidance differ. Memory and the first picture are measured in a process of their own.
"""

import argparse
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from pipeline.evaluation.table import markdown_table
from pipeline.loading.errors import WeightsError
from pipeline.loading.weights import DEFAULT_WEIGHTS, load_pipeline
from pipeline.recipe import Recipe
from pipeline.serve.render import Stage, render
from pipeline.text_to_image import TextToImagePipeline

__all__ = ["STOCK", "cold_start", "folder_bytes", "main", "report", "time_edits", "time_picture"]
__all__ += ["time_pictures"]

THINGS = (
    "a red apple", "an octopus", "three green leaves in a row", "a house to the left of a tree", "a rocket",
    "a slice of pizza", "a cat face", "a small key in the top left corner", "two bees", "a birthday cake", "a guitar",
    "a bicycle", "an owl", "a lighthouse", "a hot air balloon", "a mushroom", "a snowman", "a camera", "a pineapple",
    "a robot",
)  # fmt: skip
LOOKS = (
    "3d render, on a light blue background",
    "flat sticker, on a white background",
    "flat geometric, on a beige background",
    "cartoon emoji, on a mint green background",
    "gradient vector, navy blue background",
)
PROMPTS = tuple(f"{thing}, {look}" for thing, look in zip(THINGS, itertools.cycle(LOOKS), strict=False))
# The step counts of unCLIP's own defaults (Ramesh et al. 2022), guidance included; the prior is a regression of one.
STOCK = {
    "num_inference_steps": 25,
    "guidance_scale": 3.0,
    "super_res_num_inference_steps": 7,
}
EDITED = "a cat to the left of a ball, flat sticker"
EDITS = ("colour {id} #2f6fd6", "place {id} 0.7 0.6 0.3", "turn {id} 20", "mirror {id}", "ground colour #efe0c8")
TARGETS = {256: 0.12, 512: 0.35, 1024: 1.0}  # seconds, by the picture's side
EDIT_TARGET = 0.3
STAGES = ("text and prior", "decoder", "super_res", "watermark and PNG")
_STAGE_OF = {"prior": "text and prior", "decoder": "decoder", "super_res": "super_res"}


def time_picture(pipe: TextToImagePipeline, prompt: str, seed: int = 0, **settings) -> dict[str, float]:
    """Seconds by stage (``STAGES``) of one prompt -> one marked PNG, with nothing kept from before; ``settings`` are
    a recipe's.
    """
    ends = {}
    pipe.kept.clear()

    def on_stage(stage: Stage) -> None:
        ends[_STAGE_OF[stage.name]] = time.perf_counter()

    start = time.perf_counter()
    sides = {"width": pipe.size[0], "height": pipe.size[1]}
    render(pipe, Recipe(prompt=prompt, seed=seed, **sides | settings), on_stage=on_stage)
    ends[STAGES[-1]] = time.perf_counter()
    starts = [start, *(ends[stage] for stage in STAGES[:-1])]
    return {stage: ends[stage] - begun for stage, begun in zip(STAGES, starts, strict=True)}


def time_pictures(pipe: TextToImagePipeline, number: int, *, warm_up: int = 2, **settings) -> list[dict[str, float]]:
    """``number`` pictures after ``warm_up`` that are not counted, over ``PROMPTS`` in turn."""
    timed = [time_picture(pipe, PROMPTS[i % len(PROMPTS)], i, **settings) for i in range(warm_up + number)]
    return timed[warm_up:]


def time_edits(pipe: TextToImagePipeline, edits: Sequence[str] = EDITS, *, side: int = 512) -> list[float]:
    """Seconds of each change, one after the other, of a scene of two things that was just drawn: to a marked PNG."""
    recipe = Recipe(prompt=EDITED, seed=1, width=side, height=side, edits=())
    pipe.kept.clear()
    id = render(pipe, recipe).scene.things[-1].id
    seconds = []
    for edit in edits:
        recipe = replace(recipe, edits=(*recipe.edits, edit.format(id=id)))
        start = time.perf_counter()
        render(pipe, recipe)
        seconds.append(time.perf_counter() - start)
    return seconds


def folder_bytes(folder: str | Path) -> int:
    """Size of everything in ``folder``."""
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def cold_start(weights: str | Path, threads: int | None = None) -> dict[str, float]:
    """{"first_picture": seconds from the process's start, "peak_bytes": its largest resident size}.

    Raises:
        RuntimeError: the process failed; the message holds its last line.
    """
    command = [sys.executable, "-m", "pipeline.evaluation.latency", "--weights", str(weights), "--in-this-process"]
    started = time.time()
    child = subprocess.run(
        command + (["--threads", str(threads)] if threads else []),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    if child.returncode:
        lines = child.stderr.strip().splitlines() or ["no message"]
        raise RuntimeError(f"The process that measures the cold start failed: {lines[-1]}")
    measured = json.loads(child.stdout.splitlines()[-1])
    return {"first_picture": measured["at"] - started, "peak_bytes": measured["peak_bytes"]}


def _in_this_process(weights: str) -> None:
    pipe = load_pipeline(weights)
    time_picture(pipe, PROMPTS[0])
    at = time.time()
    time_pictures(pipe, 3, warm_up=0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"at": at, "peak_bytes": peak}))


def _print(measured: dict) -> None:
    """The table of targets, and the stages."""
    whole, larger, edits = (measured[name] for name in ("median_seconds", "larger_seconds", "edit_seconds"))
    peak, disk, first = (measured[name] for name in ("peak_bytes", "weights_bytes", "first_picture_seconds"))
    ratio, parameters, medians = (measured[name] for name in ("ratio", "parameters", "stages"))
    rows = [
        *(
            [
                f"one prompt -> one marked PNG of {side} pixels, warm, median",
                f"{seconds:.2f} s",
                f"{TARGETS[side]:.2f} s",
                _reached(seconds <= TARGETS[side]),
            ]
            for side, seconds in ({256: whole} | larger).items()
        ),
        [
            "an edit of two things at 512 pixels, median",
            f"{edits:.2f} s",
            f"{EDIT_TARGET:.2f} s",
            _reached(edits <= EDIT_TARGET),
        ],
        ["the same weights the stock way, median", f"{measured['stock_seconds']:.2f} s", "", ""],
        ["times faster than that", f"{ratio:.1f}", "10", _reached(ratio >= 10)],
        ["peak memory", f"{peak / 1e9:.2f} GB", "1.5 GB", _reached(peak <= 1.5e9)],
        [
            "weights on disk",
            f"{disk / 1e6:.0f} MB",
            "200 MB",
            _reached(disk <= 200e6),
        ],
        ["parameters", f"{parameters / 1e6:.1f} M", "70 M", _reached(parameters <= 70e6)],
        [
            "first picture after the process starts",
            f"{first:.1f} s",
            "15 s",
            _reached(first <= 15),
        ],
    ]
    print(markdown_table(["what", "measured", "target", "reached"], rows))
    print()
    split = [
        [stage, *(f"{1000 * medians[name][stage]:.0f} ms" for name in ("ours", "stock"))]
        for stage in (*STAGES, "whole")
    ]
    print(markdown_table(["stage, median", "ours", "the stock way"], split))


def report(weights: str | Path, *, pictures: int = 12, stock_pictures: int = 12, threads: int | None = None) -> dict:
    """Measure everything and print it; returns the same numbers."""
    cold = cold_start(weights, threads)
    if threads:
        torch.set_num_threads(threads)
    pipe = load_pipeline(weights)
    load = os.getloadavg()[0]
    ours = time_pictures(pipe, pictures)
    larger = {
        side: statistics.median(
            sum(timed.values())
            for timed in time_pictures(pipe, max(3, pictures // 3), warm_up=1, width=side, height=side)
        )
        for side in TARGETS
        if side > pipe.size[0]
    }
    edits = statistics.median(time_edits(pipe))
    stock = time_pictures(pipe, stock_pictures, **STOCK)  # of the same things, if they are as many
    medians = {
        name: {stage: statistics.median(timed[stage] for timed in runs) for stage in STAGES}
        | {"whole": statistics.median(sum(timed.values()) for timed in runs)}
        for name, runs in (("ours", ours), ("stock", stock))
    }
    whole, stock_whole = medians["ours"]["whole"], medians["stock"]["whole"]
    modules = [part for part in pipe.components.values() if isinstance(part, torch.nn.Module)]
    measured = {
        "median_seconds": whole,
        "larger_seconds": larger,
        "edit_seconds": edits,
        "stock_seconds": stock_whole,
        "ratio": stock_whole / whole,
        "peak_bytes": cold["peak_bytes"],
        "weights_bytes": folder_bytes(weights),
        "parameters": sum(parameter.numel() for module in modules for parameter in module.parameters()),
        "first_picture_seconds": cold["first_picture"],
        "threads": torch.get_num_threads(),
        "load_average_before": load,
        "stages": medians,
    }
    _print(measured)
    print(f"\n{pictures} pictures, {stock_pictures} the stock way, {torch.get_num_threads()} threads.")
    if load > 0.7:
        print(f"Other work was running (load average {load:.1f}): these times are longer than on a quiet machine.")
    return measured


def _reached(met: bool) -> str:
    return "yes" if met else "no"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.evaluation.latency",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--weights", default=str(DEFAULT_WEIGHTS), help="folder of the weights")
    parser.add_argument("--pictures", type=int, default=12, help="pictures that are timed")
    parser.add_argument("--stock-pictures", type=int, default=12, help="pictures that are timed the stock way")
    parser.add_argument("--threads", type=int, help="threads that torch uses (its default)")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    parser.add_argument("--in-this-process", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    try:
        if arguments.in_this_process:
            if arguments.threads:
                torch.set_num_threads(arguments.threads)
            return _in_this_process(arguments.weights)
        numbers = report(
            arguments.weights,
            pictures=arguments.pictures,
            stock_pictures=arguments.stock_pictures,
            threads=arguments.threads,
        )
    except (WeightsError, RuntimeError) as error:
        raise SystemExit(str(error)) from error
    if arguments.json:
        arguments.json.write_text(json.dumps(numbers, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
