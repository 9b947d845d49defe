"""What drawing several pictures in one call gains on this machine, and how far they are from each drawn alone.

    python -m pipeline.evaluation.batches --model FOLDER --count 4 --num-inference-steps 8

Prints seconds a picture one by one and in calls of 2, 4, ... pictures, and the largest difference of a picture drawn
together from the same one drawn alone, before the mark: in levels of 255.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.evaluation.table import markdown_table
from pipeline.loading import adapter
from pipeline.loading.capabilities import MAX_BATCH
from pipeline.loading.errors import WeightsError
from pipeline.loading.find import FoundModel, find_model
from pipeline.loading.options import add_load_options, read_load_options
from pipeline.recipe import Recipe
from pipeline.serve.render import render_together, series

__all__ = ["Timed", "main", "time_batches"]


@dataclass(frozen=True)
class Timed:
    """Pictures drawn ``together`` in one call: seconds a picture, the median of the repeats, and the largest
    difference of a level, of 255, from the same pictures drawn alone.
    """

    together: int
    seconds: float
    difference: int


def time_batches(
    found: FoundModel, pipe: Any, recipe: Recipe, sizes: Sequence[int], count: int, repeats: int = 1
) -> list[Timed]:
    """Draw the same pictures in calls of each size.

    Args:
        found: the model, for its recipes.
        pipe: it, loaded.
        recipe: of the first picture; the seeds count on.
        sizes: pictures in one call; 1 comes first.
        count: pictures in all.
        repeats: how often each size is timed; the median counts.
    """
    recipes = series(found.capabilities.recipe(recipe, found.weights_hash), count)
    render_together(pipe, recipes[:1])  # what is only done once is not timed
    alone, rows = None, []
    marked, adapter.embed_checked = adapter.embed_checked, lambda picture, payload, version: picture
    try:
        for size in sizes:
            times = []
            for _ in range(repeats):
                started = time.perf_counter()
                groups = [render_together(pipe, recipes[at : at + size]) for at in range(0, count, size)]
                times.append((time.perf_counter() - started) / count)
            pictures = np.stack([np.asarray(each.image, dtype=np.int16) for group in groups for each in group])
            alone = pictures if alone is None else alone
            rows.append(Timed(size, sorted(times)[len(times) // 2], int(np.abs(pictures - alone).max())))
    finally:
        adapter.embed_checked = marked
    return rows


def main(argv: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder, file or Hub name, as of easel draw")
    parser.add_argument("--count", type=int, default=4, help="pictures in all, a power of two (default: 4)")
    parser.add_argument("--repeats", type=int, default=3, help="of each size; the median counts (default: 3)")
    parser.add_argument("--num-inference-steps", type=int, help="default: the model's own")
    parser.add_argument("--width", type=int, help="pixels (default: the model's own)")
    parser.add_argument("--height", type=int, help="pixels (default: the model's own)")
    add_load_options(parser)
    arguments = parser.parse_args(argv)
    if arguments.count & (arguments.count - 1) or not 2 <= arguments.count <= MAX_BATCH:
        parser.error(f"--count takes a power of two from 2 to {MAX_BATCH}, got {arguments.count}")
    try:
        found = find_model(arguments.model, replace(read_load_options(arguments), batch=arguments.count))
        pipe = found.load()
    except WeightsError as error:
        parser.error(str(error).replace("`", ""))
    can = found.capabilities
    wish = Recipe(
        model=can.model, prompt="a red apple on a table", width=arguments.width or can.width,
        height=arguments.height or can.height, **{name: can.start(name) for name in can.controls},
    )  # fmt: skip
    if arguments.num_inference_steps:
        wish = replace(wish, num_inference_steps=arguments.num_inference_steps)
    can.check(wish)
    sizes = [1 << power for power in range(arguments.count.bit_length())]
    rows = time_batches(found, pipe, wish, sizes, arguments.count, arguments.repeats)
    header = ["pictures in a call", "seconds a picture", "gain", "largest difference of 255"]
    cells = [
        [str(row.together), f"{row.seconds:.3f}", f"{rows[0].seconds / row.seconds:.2f}", str(row.difference)]
        for row in rows
    ]
    print(markdown_table(header, cells))


if __name__ == "__main__":
    main()
