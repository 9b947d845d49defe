"""Whether memory stays where it is while picture after picture is drawn.

    python -m pipeline.evaluation.memory --weights weights --pictures 500

draws through `pipeline.serve.render.render`, as the page does, every picture with a prompt and a seed of its own,
every tenth with a reference picture, and prints the resident size every 50 pictures and its slope. It reads
/proc/self/statm, so it needs Linux.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from pipeline.evaluation.latency import PROMPTS
from pipeline.evaluation.table import markdown_table
from pipeline.loading.errors import WeightsError
from pipeline.loading.weights import DEFAULT_WEIGHTS, load_pipeline
from pipeline.recipe import Recipe, pixels_sha256
from pipeline.serve.render import render
from pipeline.text_to_image import TextToImagePipeline

__all__ = ["main", "measure", "resident_bytes", "slope"]

WARM_UP = 20  # pictures before the first measurement: caches fill


def resident_bytes() -> int:
    """This process's resident size now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def measure(
    draw: Callable[[int], object], pictures: int, *, every: int = 50, warm_up: int = WARM_UP
) -> list[tuple[int, int]]:
    """[(pictures drawn, resident bytes)], from after the warm-up to the last picture.

    Args:
        draw: draws picture number i.
        pictures: how many, without the warm-up.
        every: so many pictures between two measurements.
        warm_up: pictures before the first measurement.
    """
    for number in range(warm_up):
        draw(number)
    measured = [(0, resident_bytes())]
    for number in range(1, pictures + 1):
        draw(warm_up + number)
        if number % every == 0 or number == pictures:
            measured.append((number, resident_bytes()))
    return measured


def slope(measured: list[tuple[int, int]]) -> float:
    """Bytes that a picture adds: the least-squares line through all measurements."""
    counts, sizes = np.array(measured, dtype=np.float64).T
    return float(np.polyfit(counts, sizes, 1)[0])


def draw_with(pipe: TextToImagePipeline) -> Callable[[int], None]:
    """Draws picture number i: prompts in turn, another seed each, every tenth from a reference picture."""

    def draw(number: int) -> None:
        images = [Image.new("RGB", (64, 64), (number % 256, 80, 160))] if number % 10 == 0 else []
        hashes = tuple(pixels_sha256(image) for image in images)
        render(pipe, Recipe(prompt=PROMPTS[number % len(PROMPTS)], seed=number, image_hashes=hashes), images)

    return draw


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.evaluation.memory",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--weights", default=str(DEFAULT_WEIGHTS), help="folder of the weights")
    parser.add_argument("--pictures", type=int, default=500, help="pictures after the warm-up")
    parser.add_argument("--every", type=int, default=50, help="pictures between two measurements")
    parser.add_argument("--threads", type=int, help="threads that torch uses (its default)")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    arguments = parser.parse_args(argv)
    if arguments.pictures < 2 or arguments.every < 1:
        raise SystemExit("`--pictures` takes 2 or more and `--every` 1 or more.")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    try:
        pipe = load_pipeline(arguments.weights)
    except WeightsError as error:
        raise SystemExit(str(error)) from error
    started = time.perf_counter()
    measured = measure(draw_with(pipe), arguments.pictures, every=arguments.every)
    seconds = time.perf_counter() - started
    first = measured[0][1]
    rows = [[str(n), f"{size / 1e6:.1f} MB", f"{(size - first) / 1e6:+.1f} MB"] for n, size in measured]
    print(markdown_table(["pictures", "resident", "since the warm-up"], rows))
    per_picture = slope(measured)
    print(
        f"\nSlope: {per_picture / 1e3:+.2f} kB a picture, {per_picture * 500 / 1e6:+.1f} MB in 500; "
        f"{arguments.pictures} pictures after {WARM_UP} of warm-up in {seconds:.0f} s."
    )
    if arguments.json:
        numbers = {"measured": measured, "bytes_per_picture": per_picture, "seconds": seconds}
        arguments.json.write_text(json.dumps(numbers, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
