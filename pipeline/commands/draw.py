"""Draw pictures from the command line: easel draw "a red apple, 3d render" -o apple.png --seed 7"""

import argparse
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm import tqdm

from pipeline.atomic import write_file
from pipeline.loading.capabilities import Capabilities
from pipeline.loading.errors import HeldBack
from pipeline.loading.find import find_model
from pipeline.loading.hardware import prepare
from pipeline.loading.options import add_load_options, read_load_options
from pipeline.loading.weights import DEFAULT_WEIGHTS
from pipeline.recipe import DEFAULTS, MAX_NUM_IMAGES, MAX_SEED, SCHEMA, Recipe, pixels_sha256
from pipeline.recipe.files import SUFFIXES, convert
from pipeline.serve.limits import Limits
from pipeline.serve.render import Rendered, Stage, render_together, series
from pipeline.serve.uploads import open_picture
from pipeline.stages import CONTROLS, STAGE_ROWS

__all__ = ["draw", "main"]

_DEFAULTS = DEFAULTS[SCHEMA]
_FORMATS = {suffix: file_format for file_format, suffix in SUFFIXES.items()} | {".jpeg": "jpeg"}
_OUTPUT_HELP = f"file, {', '.join(_FORMATS)} (default: easel.png)"


def main(argv: list[str] | None = None) -> None:
    """Run `easel draw` with the rest of its command line."""
    draw(_parser().parse_args(argv))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="easel draw", description="Draw what a sentence says, watermarked.")
    parser.add_argument("prompt", nargs="?", default="", help="what to draw; may be left out with --image")
    parser.add_argument("-o", "--output", type=Path, default=Path("easel.png"), help=_OUTPUT_HELP)
    parser.add_argument("--seed", type=int, default=0, help=f"0 to {MAX_SEED} (default: 0)")
    parser.add_argument("--count", type=int, default=1, help="pictures; seeds count on, files are numbered")
    parser.add_argument("--negative-prompt", default="", help="what to steer away from")
    parser.add_argument("--image", type=Path, action="append", default=[], help="reference picture; up to 5 times")
    parser.add_argument("--image-weight", type=float, action="append", default=[], help="one for each --image")
    parser.add_argument("--fusion-type", default=_DEFAULTS["fusion_type"], help="mean, max, attention or gated")
    similarity = _DEFAULTS["similarity_strength"]
    parser.add_argument("--similarity-strength", type=float, default=similarity, help=f"default: {similarity}")
    parser.add_argument("--width", type=int, help="pixels (default: the model's own)")
    parser.add_argument("--height", type=int, help="pixels (default: the model's own)")
    parser.add_argument("--scheduler", default="default", help="by diffusers' name, of another model")
    for name in CONTROLS:
        default = _DEFAULTS[name]
        option = "--" + name.replace("_", "-")
        parser.add_argument(option, type=type(default), help=f"default: {default}, or what another model starts with")
    parser.add_argument(
        "--model",
        default=str(DEFAULT_WEIGHTS),
        help="folder of ours or of a diffusers text-to-image pipeline, one .safetensors file, or a Hub name",
    )
    add_load_options(parser)
    return parser


def draw(arguments: argparse.Namespace) -> None:
    """Draw and write every picture that the command line asks for.

    Raises:
        ValueError, WeightsError: one sentence that says what cannot be done.
    """
    images, references = _references(arguments)
    prepare()
    model = find_model(arguments.model, read_load_options(arguments))
    given = {name: getattr(arguments, name) for name in CONTROLS}
    recipe = Recipe(
        prompt=arguments.prompt,
        negative_prompt=arguments.negative_prompt,
        seed=arguments.seed,
        scheduler=arguments.scheduler,
        **_size(arguments, model.capabilities),
        **{name: model.capabilities.start(name) if value is None else value for name, value in given.items()},
        **references,
    )
    model.capabilities.check(recipe)
    pipe: Any = model.load()
    recipe = model.capabilities.recipe(recipe, model.weights_hash or getattr(pipe, "weights_hash", ""))
    steps = sum(getattr(recipe, row.steps) for row in STAGE_ROWS if row.steps in model.capabilities.controls)
    recipes, size = series(recipe, arguments.count), model.capabilities.batch
    last: Rendered | None = None
    held: HeldBack | None = None
    for start in range(0, len(recipes), size):
        group = recipes[start : start + size]
        with tqdm(total=steps, desc=f"seed {group[0].seed}", unit="step", leave=False) as bar:

            def show(stage: Stage, bar: tqdm = bar) -> None:
                bar.set_postfix_str(stage.name, refresh=False)
                bar.update()

            drawn = render_together(pipe, group, images, on_stage=show)
        for number, rendered in enumerate(drawn, start + 1):
            if isinstance(rendered, HeldBack):
                held = rendered
                print(f"seed {recipes[number - 1].seed}: {rendered}", file=sys.stderr)
                continue
            name = (
                arguments.output.name
                if len(recipes) == 1
                else f"{arguments.output.stem}-{number}{arguments.output.suffix}"
            )
            _write(arguments.output.with_name(name), rendered)
            last = rendered
    if last is None and held is not None:
        raise held
    if last is not None and last.reading is not None and last.reading.sentence:
        print(last.reading.sentence)


def _write(path: Path, rendered: Rendered) -> None:
    write_file(path, convert(rendered.png, _FORMATS[path.suffix.lower()]))
    recipe, seconds = rendered.recipe, f"{rendered.seconds:.1f} s"
    print(f"{path}  seed {recipe.seed}  id {recipe.id}  {seconds}  {recipe.to_query(rendered.pixels_hash)}")


def _size(arguments: argparse.Namespace, capabilities: Capabilities) -> dict:
    """What the recipe says of the size, where one was given: of the side that was not, the model's own."""
    if arguments.width is None and arguments.height is None:
        return {}
    width, height = arguments.width or capabilities.width, arguments.height or capabilities.height
    return {"width": width, "height": height, "model": capabilities.model}


def _references(arguments: argparse.Namespace) -> tuple[list[Image.Image], dict]:
    """The reference pictures, and what the recipe says of them."""
    if arguments.output.suffix.lower() not in _FORMATS:
        raise ValueError(f"`--output` takes a file that ends in {', '.join(_FORMATS)}, got {arguments.output}.")
    if not 1 <= arguments.count <= 1000:
        raise ValueError(f"`--count` takes 1 to 1000, got {arguments.count}.")
    if len(arguments.image) > MAX_NUM_IMAGES:
        raise ValueError(f"`--image` can be given up to {MAX_NUM_IMAGES} times, got {len(arguments.image)}.")
    images = [open_picture(path, Limits()) for path in arguments.image]
    if not images:
        if not arguments.prompt.strip():
            raise ValueError("There is nothing to draw. Give a prompt, or pictures with `--image`.")
        return [], {}
    return images, {
        "image_hashes": tuple(pixels_sha256(image) for image in images),
        "image_weights": tuple(arguments.image_weight),
        "fusion_type": arguments.fusion_type,
        "similarity_strength": arguments.similarity_strength,
    }
