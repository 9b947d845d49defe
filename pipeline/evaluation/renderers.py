"""Renderers against one process: the same bytes, what a killed one costs, pictures a second, what the front holds.

    python -m pipeline.evaluation.renderers --renderers 1 2 --pictures 40

draws orders of every kind with the bare pipeline and with renderers on Ray Serve (one thread each) and compares the
files; draws the same prompts with both, in turn; kills a renderer in the middle; and sends recipes to renderers that
draw nothing, to see what the page's process itself holds. It prints tables, and exits with 1 where bytes differ, a
request was lost or answered twice, or renderers give less than 0.9 of the bare pipeline's pictures a second.
"""

import argparse
import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from PIL import Image, ImageDraw

from pipeline.evaluation.latency import PROMPTS
from pipeline.evaluation.server import client, free_port
from pipeline.evaluation.table import markdown_table
from pipeline.loading.find import find_model
from pipeline.loading.weights import DEFAULT_WEIGHTS
from pipeline.recipe import Recipe
from pipeline.scene.uploads import upload_hash
from pipeline.serve.drawing import draw_order
from pipeline.serve.jobs import Client, Jobs
from pipeline.serve.limits import Limits
from pipeline.serve.order import Order
from pipeline.serve.render import Rendered
from pipeline.serve.replicas import AHEAD, Fleet, RayRenderers
from pipeline.serve.store import PictureStore
from pipeline.serve.studio import Studio

__all__ = ["Burst", "StubRenderers", "draw_all", "main", "orders", "same_bytes"]

REACHED = 0.9  # of the bare pipeline's pictures a second
FRONT = 500.0  # recipes a second through the front's queue
CLIENTS = 50
_LIMITS = Limits(
    max_count=5, max_references=5, max_steps=16, max_prior_steps=64, max_guidance=10.0, max_upload_mb=20,
    max_upload_pixels=40_000_000, max_search_pictures=200, max_queue=64, max_queue_of_address=56,
    max_queue_of_session=16, max_preview_drawings=2, max_previews_per_minute=6, kept_seconds=3600,
)  # fmt: skip
# A page's process whose renderers draw nothing; its argument is the port.
_SERVE = """
import sys, threading
from app import build_demo, launch_options
from pipeline.evaluation.renderers import StubRenderers
from pipeline.serve.replicas import Fleet
demo = build_demo(Fleet(StubRenderers()), weights_hash="0123456789ab", at_once=64)
demo.launch(server_port=int(sys.argv[1]), prevent_thread_lock=True, quiet=True, **launch_options(demo))
print("ready", flush=True)
threading.Event().wait()
"""


@dataclass
class Burst:
    """Many recipes asked for at once.

    Attributes:
        seconds: from the first request to the last answer.
        answers: the files of each seed, one where all is well.
        failures: sentences.
    """

    seconds: float = 0.0
    answers: dict[int, list[bytes]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return sum(map(len, self.answers.values())) / self.seconds

    def faults(self, expected: dict[int, bytes]) -> list[str]:
        """What is not as one process has it."""
        problems = list(self.failures)
        for seed, file in expected.items():
            files = self.answers.get(seed, [])
            if len(files) != 1:
                problems.append(f"seed {seed} was answered {len(files)} times")
            elif files[0] != file:
                problems.append(f"seed {seed} has other bytes")
        return problems


class StubRenderers:
    """Renderers that draw nothing: the same picture for every recipe."""

    def __init__(self, most: int = 64):
        self.most, self._drawn = most, _nothing()

    def call(self, method: str, arguments: tuple, cancel: Any, on_stage: Any = None) -> Any:
        """See `Renderers.call`."""
        return replace(self._drawn, recipe=arguments[0]) if method == "draw" else (0, 0, "")


class _StubRenderer:
    """The same in a process of Ray's."""

    def __init__(self, *_: Any):
        self._stub = StubRenderers()

    async def call(self, method: str, arguments: tuple) -> tuple[bool, Any]:
        return True, self._stub.call(method, arguments, None)


def _nothing() -> Rendered:
    image, file = Image.effect_noise((256, 256), 20).convert("RGB"), io.BytesIO()
    image.save(file, "PNG")
    return Rendered(image, file.getvalue(), Recipe(prompt="nothing"), "0" * 16, None, None, 0.0)


def orders(own: Image.Image) -> list[tuple[str, Order]]:
    """One order of every kind that programs can give.

    Args:
        own: a picture that the model has drawn, its recipe in its info.
    """
    photo = Image.new("RGB", (320, 256), "#cfe3f2")
    draw = ImageDraw.Draw(photo)
    draw.ellipse((30, 60, 129, 159), fill="#c03020")
    draw.ellipse((190, 60, 289, 159), fill="#2040c0")
    mask = Image.new("L", photo.size)
    mask.paste(255, (30, 60, 130, 160))
    flat = own.convert("RGB")
    return [
        ("a prompt", Order(prompt="a cat and an apple, 3d render", seed=7)),
        ("transparent, 512 pixels", Order(prompt="a rocket, flat sticker", seed=8, transparent=True, size=(512, 512))),
        ("more steps", Order(prompt="a snowman", negative_prompt="hat", seed=9, quality="premium")),
        ("two references", Order("vary", "a green apple", images=(flat, photo), seed=3)),
        ("a wish, own picture", Order("change", "make the cat blue", images=(own,), seed=1)),
        ("a wish, upload", Order("change", "make it green", images=(photo,), seed=1)),
        ("inpainting", Order("inpaint", "a cat", images=(photo,), mask=mask, seed=3)),
        ("outpainting", Order("outpaint", "a tree", images=(photo,), mask=mask, seed=3, size=(512, 512))),
        ("background removal", Order("cut out", images=(photo,), transparent=True)),
        ("colours", Order("colours", "a car", colours=("#ff8800", "#eeeeee"), seed=3)),
        ("a sketch", Order("condition", "a cat", images=(mask.convert("RGB"),), control="edges", seed=3)),
    ]


def same_bytes(one: Studio, many: Studio) -> list[list[str]]:
    """For each kind of order: its name, and whether both give the same files."""
    (first,) = _draw(one, Order(prompt="a cat and an apple, 3d render", seed=7))
    own = Image.open(io.BytesIO(first.png))
    own.info["recipe"] = first.recipe
    rows = []
    for name, order in orders(own):
        files = [[drawn.png for drawn in _draw(studio, order)] for studio in (one, many)]
        rows.append([name, str(len(files[0])), "yes" if files[0] == files[1] else "NO"])
    ball = Image.new("RGBA", (40, 40), "red")
    recipe = Recipe(prompt="a cat", seed=7, edits=(f"upload ball {upload_hash(ball)}", "place ball 0.7 0.7 0.2"))
    files = []
    for studio in (one, many):
        *_, drawn = studio.draw(studio.recipe(recipe), uploads={upload_hash(ball): ball})
        files.append(drawn.png if isinstance(drawn, Rendered) else b"")
    return [*rows, ["an upload as a thing", "1", "yes" if files[0] == files[1] else "NO"]]


def _draw(studio: Studio, order: Order) -> list[Rendered]:
    with studio.jobs.admit(Client("here")) as place:
        return draw_order(studio, _LIMITS, order, place)


def draw_all(studio: Studio, recipes: Sequence[Recipe], clients: int, after: "Callable[[int], None] | None" = None):
    """Ask for all recipes, so many at once, through the queue; ``after`` is told how many have been answered.

    Returns:
        the `Burst`.
    """
    burst, lock = Burst(), threading.Lock()

    def ask(recipe: Recipe) -> None:
        try:
            with studio.jobs.admit(Client("here", str(recipe.seed))) as place:
                *_, drawn = studio.draw(recipe, place=place)
        except Exception as error:  # counted, with its sentence
            with lock:
                burst.failures.append(f"seed {recipe.seed}: {error}")
            return
        with lock:
            burst.answers.setdefault(recipe.seed, []).append(drawn.png)
            count = len(burst.answers)
        if after is not None:
            after(count)

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask, recipes))
    burst.seconds = time.perf_counter() - began
    return burst


def _recipes(count: int, studio: Studio, first: int = 0) -> list[Recipe]:
    """Of seeds that no other measurement has: what was drawn a moment ago is kept."""
    return [studio.recipe(Recipe(prompt=PROMPTS[at % len(PROMPTS)], seed=first + at)) for at in range(count)]


def _studio(pipe: Any, at_once: int = 1, store: PictureStore | None = None) -> Studio:
    jobs = Jobs(max_waiting=10**6, max_per_address=10**6, at_once=at_once)
    return Studio(pipe, weights_hash="0123456789ab", jobs=jobs, store=store)


def _bare(studio: Studio, recipes: Iterable[Recipe]) -> Burst:
    """One process, one picture after the other, nothing kept from before."""
    studio._pipe.kept.clear()
    return draw_all(studio, list(recipes), 1)


def _against(one: Studio, model: str, number: int, pictures: int) -> tuple[list[list[str]], list[str]]:
    """Rows and faults of so many renderers beside the bare pipeline, which draws before and after them."""
    recipes = _recipes(pictures, one)
    renderers = RayRenderers(model, at_least=number, threads=1)
    try:
        many = _studio(Fleet(renderers), AHEAD * number)
        draw_all(many, _recipes(4 * number, one, 10_000), number)  # warm
        before = _bare(one, recipes)
        burst = draw_all(many, recipes, 2 * AHEAD * number)
        after = _bare(one, recipes)
        expected = {seed: files[0] for seed, files in before.answers.items()}
        bare = (before.rate + after.rate) / 2
        faults = burst.faults(expected)
        if burst.rate < REACHED * bare:
            faults.append(f"{number} renderers give {burst.rate / bare:.2f} of the bare pipeline")
        rows = [_row(f"{number} renderer{'s' * (number > 1)}", burst, bare, expected)]
        if number > 1:
            others = _recipes(pictures, one, 20_000)
            expected = {seed: files[0] for seed, files in _bare(one, others).answers.items()}
            killing = draw_all(many, others, 2 * AHEAD * number, lambda count: _kill(renderers, count, pictures // 4))
            rows.append(_row(f"{number} renderers, one killed", killing, bare, expected))
            faults += killing.faults(expected)
        return [["bare pipeline", str(pictures), "-", f"{bare:.2f}", "1.00", "-"], *rows], faults
    finally:
        renderers.close()


def _kill(renderers: RayRenderers, count: int, at: int) -> None:
    if count == at:
        os.kill(renderers.call("process", (), None), signal.SIGKILL)


def _row(name: str, burst: Burst, bare: float, expected: dict[int, bytes]) -> list[str]:
    faults = burst.faults(expected)
    same = sum(burst.answers.get(seed) == [file] for seed, file in expected.items())
    lost = sum(seed not in burst.answers for seed in expected)
    share = f"{burst.rate / bare:.2f}"
    return [name, str(len(expected)), str(lost), f"{burst.rate:.2f}", share, f"{same}" if not faults else f"{same} !"]


def _front(recipes: int) -> list[list[str]]:
    """Recipes a second that the page's process holds, its renderers drawing nothing."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, store in (("queue", None), ("queue and store", PictureStore(Path(folder)))):
            studio = _studio(Fleet(StubRenderers()), 64, store)
            burst = draw_all(studio, _recipes(recipes, studio), CLIENTS)
            studio.close()
            rows.append([name, str(recipes), str(len(burst.failures)), f"{burst.rate:.0f}"])
    renderers = RayRenderers("", at_least=2, threads=1, renderer=_StubRenderer)
    try:
        studio = _studio(Fleet(renderers), 2 * AHEAD)
        draw_all(studio, _recipes(20, studio), 2)
        burst = draw_all(studio, _recipes(recipes // 4, studio), CLIENTS)
        rows.append(["queue and Ray, 2 renderers", str(recipes // 4), str(len(burst.failures)), f"{burst.rate:.0f}"])
    finally:
        renderers.close()
    return [*rows, _over_http(recipes // 4)]


def _over_http(requests: int) -> list[str]:
    """The same through OpenAI's door, asked by as many clients as there may be places."""
    port = free_port()
    command = [sys.executable, "-c", _SERVE, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    failed, url = [], f"http://127.0.0.1:{port}/v1/images/generations"
    try:
        assert process.stdout is not None
        process.stdout.readline()  # it listens

        def ask(seeds: range) -> None:
            with client() as asking:
                for seed in seeds:
                    answer = asking.post(url, json={"prompt": "a cat", "seed": seed})
                    failed.extend([answer.status_code] * (answer.status_code != 200))

        ask(range(10**6, 10**6 + 5))
        began = time.perf_counter()
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(ask, (range(at, requests, 16) for at in range(16))))
        seconds = time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()
    return ["OpenAI's door, over HTTP", str(requests), str(len(failed)), f"{requests / seconds:.0f}"]


def main(argv: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=str(DEFAULT_WEIGHTS), help="folder of the weights")
    parser.add_argument("--renderers", type=int, nargs="+", default=[1, 2], help="how many, one table for each")
    parser.add_argument("--pictures", type=int, default=40, help="of one measurement")
    parser.add_argument("--recipes", type=int, default=4000, help="through the front's queue")
    arguments = parser.parse_args(argv)
    torch.set_num_threads(1)
    faults: list[str] = []
    front = _front(arguments.recipes)
    print(markdown_table(["the front, nothing drawn", "recipes", "failed", "recipes a second"], front), flush=True)
    if float(front[0][-1]) < FRONT:
        faults.append(f"the front's queue holds {front[0][-1]} recipes a second, fewer than {FRONT:.0f}")
    one = _studio(find_model(arguments.model).load())
    header = ["one thread each", "pictures", "lost", "pictures a second", "of bare", "same bytes"]
    for number in arguments.renderers:
        rows, found = _against(one, arguments.model, number, arguments.pictures)
        print("\n" + markdown_table(header, rows), flush=True)
        faults += found
    renderers = RayRenderers(arguments.model, at_least=1, threads=1)
    try:
        rows = same_bytes(one, _studio(Fleet(renderers)))
    finally:
        renderers.close()
    print("\n" + markdown_table(["order", "pictures", "same bytes as one process"], rows), flush=True)
    faults += [f"{name}: other bytes" for name, _, same in rows if same != "yes"]
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
