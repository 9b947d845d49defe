"""Easel on the command line.

python -m pipeline generate "a red apple, 3d render" -o apple.png --seed 7
python -m pipeline verify apple.png
"""

import argparse
import sys
from pathlib import Path

from pipeline.atomic import write_file
from pipeline.loading.capabilities import CONTROLS
from pipeline.loading.errors import WeightsError
from pipeline.loading.find import find_model
from pipeline.loading.weights import DEFAULT_WEIGHTS
from pipeline.recipe import DEFAULTS, MAX_NUM_IMAGES, MAX_SEED, SCHEMA, Recipe, pixels_sha256
from pipeline.serve.limits import Limits
from pipeline.serve.uploads import open_picture, open_whole

__all__ = ["main"]

_DEFAULTS = DEFAULTS[SCHEMA]
_LIMITS = Limits()


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 where verify finds no mark, or 2 for what cannot be done."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except (ValueError, OSError, WeightsError) as error:
        print(f"easel: {str(error).replace('`', '')}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("easel: cancelled", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Draw and verify pictures.")
    commands = parser.add_subparsers(required=True, metavar="generate | verify")

    generate = commands.add_parser("generate", help="draw what a sentence says")
    generate.set_defaults(run=_generate)
    generate.add_argument("prompt", nargs="?", default="", help="what to draw; may be left out with --image")
    generate.add_argument("-o", "--output", type=Path, default=Path("easel.png"), help="PNG file (default: easel.png)")
    generate.add_argument("--seed", type=int, default=0, help=f"0 to {MAX_SEED} (default: 0)")
    generate.add_argument("--count", type=int, default=1, help="pictures; seeds count on, files are numbered")
    generate.add_argument("--negative-prompt", default="", help="what to steer away from")
    generate.add_argument("--image", type=Path, action="append", default=[], help="reference picture; up to 5 times")
    generate.add_argument("--image-weight", type=float, action="append", default=[], help="one for each --image")
    generate.add_argument("--fusion-type", default=_DEFAULTS["fusion_type"], help="mean, max, attention or gated")
    similarity = _DEFAULTS["similarity_strength"]
    generate.add_argument("--similarity-strength", type=float, default=similarity, help=f"default: {similarity}")
    for name in CONTROLS:
        default = _DEFAULTS[name]
        option = "--" + name.replace("_", "-")
        generate.add_argument(
            option, type=type(default), help=f"default: {default}, or what another model starts with"
        )
    generate.add_argument(
        "--model",
        default=str(DEFAULT_WEIGHTS),
        help="folder of ours or of a diffusers text-to-image pipeline, or a Hub name (default: weights)",
    )

    verify = commands.add_parser("verify", help="look for the watermark and the recipe in a picture")
    verify.set_defaults(run=_verify)
    verify.add_argument("file", type=Path, help="PNG, JPEG or WebP")
    verify.add_argument("--deep", action="store_true", help="also search unusual sizes and small rotations")
    return parser


def _generate(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from pipeline.loading.hardware import prepare
    from pipeline.serve.render import Stage, render, series

    if arguments.output.suffix.lower() != ".png":
        raise ValueError(f"`--output` takes a .png file, got {arguments.output}. Only PNG carries the recipe.")
    if not 1 <= arguments.count <= 1000:
        raise ValueError(f"`--count` takes 1 to 1000, got {arguments.count}.")
    if len(arguments.image) > MAX_NUM_IMAGES:
        raise ValueError(f"`--image` can be given up to {MAX_NUM_IMAGES} times, got {len(arguments.image)}.")
    images = [open_picture(path, _LIMITS) for path in arguments.image]
    references = {}
    if images:
        references = {
            "image_hashes": tuple(pixels_sha256(image) for image in images),
            "image_weights": tuple(arguments.image_weight),
            "fusion_type": arguments.fusion_type,
            "similarity_strength": arguments.similarity_strength,
        }
    elif not arguments.prompt.strip():
        raise ValueError("There is nothing to draw. Give a prompt, or pictures with `--image`.")
    prepare()
    model = find_model(arguments.model)
    given = {name: getattr(arguments, name) for name in CONTROLS}
    recipe = Recipe(
        prompt=arguments.prompt,
        negative_prompt=arguments.negative_prompt,
        seed=arguments.seed,
        **{name: model.capabilities.start(name) if value is None else value for name, value in given.items()},
        **references,
    )
    model.capabilities.check(recipe)
    recipe = model.capabilities.recipe(recipe, model.weights_hash)
    pipe = model.load()
    steps = sum(getattr(recipe, name) for name in model.capabilities.controls if name.endswith("steps"))
    for number, each in enumerate(series(recipe, arguments.count)):
        name = arguments.output.name if arguments.count == 1 else f"{arguments.output.stem}-{number + 1}.png"
        path = arguments.output.with_name(name)
        with tqdm(total=steps, desc=f"seed {each.seed}", unit="step", leave=False) as bar:

            def show(stage: Stage, bar: tqdm = bar) -> None:
                bar.set_postfix_str(stage.name, refresh=False)
                bar.update()

            rendered = render(pipe, each, images, on_stage=show)
        write_file(path, rendered.png)
        print(
            f"{path}  seed {each.seed}  id {each.id}  {rendered.seconds:.1f} s  {each.to_query(rendered.pixels_hash)}"
        )
    if rendered.reading is not None and rendered.reading.sentence:
        print(rendered.reading.sentence)
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from pipeline.watermark import verify

    file = open_whole(arguments.file, _LIMITS)
    recipe, found = file.recipe, verify(file.image, deep=arguments.deep, reduced=file.reduced)
    print(found.sentence)
    if found.payload is not None:
        print(f"Recipe id in the mark: {found.payload:08x}")
    if recipe is None:
        print("The file holds no recipe.")
    else:
        print(f"Recipe in the file: id {recipe.id[:8]}\n{recipe.to_parameters()}")
        if found.payload not in (None, recipe.id32):
            print("The two ids differ: the text was changed or moved.")
    return 0 if found.result == "GENERATED" else 1


if __name__ == "__main__":
    sys.exit(main())
