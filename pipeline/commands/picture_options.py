"""Options that the commands for stickers and icons share: what to draw, and what is laid around it."""

import argparse
from pathlib import Path

from pipeline.loading.weights import DEFAULT_WEIGHTS
from pipeline.recipe import MAX_SEED
from pipeline.serve.cutouts import cutout_drawer, open_cutout
from pipeline.stickers.decorate import Decoration
from pipeline.stickers.pack import PackPicture

__all__ = ["add_decoration", "add_drawing", "add_picture", "decoration", "picture"]


def add_drawing(parser: argparse.ArgumentParser) -> None:
    """What every command that draws takes."""
    parser.add_argument("--seed", type=int, default=0, help=f"0 to {MAX_SEED} (default: 0)")
    parser.add_argument("--style", default="", help='words that every prompt ends in, such as "flat sticker"')
    parser.add_argument("--model", default=str(DEFAULT_WEIGHTS), help="folder of the weights (default: weights)")


def add_picture(parser: argparse.ArgumentParser) -> None:
    """A prompt, or a file instead."""
    parser.add_argument("prompt", nargs="?", default="", help="what to draw, on a transparent ground")
    parser.add_argument("--image", type=Path, help="take this picture instead of drawing one")
    add_drawing(parser)


def picture(arguments: argparse.Namespace) -> PackPicture:
    """What `add_picture` asked for.

    Raises:
        ValueError: both a prompt and a file, neither, or a file that cannot be read.
    """
    if bool(arguments.prompt.strip()) == bool(arguments.image):
        raise ValueError("Give either a prompt, or a picture with `--image`.")
    if arguments.image:
        return open_cutout(arguments.image)
    if Path(arguments.prompt).suffix and Path(arguments.prompt).is_file():
        raise ValueError(f"{arguments.prompt} is a file here, and would be drawn as words. Pass it with `--image`.")
    words = f"{arguments.prompt}, {arguments.style}" if arguments.style else arguments.prompt
    drawn = cutout_drawer(arguments.model)(words, arguments.seed)
    if drawn.note:
        print(drawn.note)
    return drawn


def add_decoration(parser: argparse.ArgumentParser) -> None:
    """Margin, die-cut edge and shadow."""
    parser.add_argument(
        "--outline", type=int, help="pixels of die-cut edge; 0 for none (default: what the place asks)"
    )
    parser.add_argument("--outline-colour", default="#ffffff", help="name or hex (default: white)")
    parser.add_argument("--shadow", action="store_true", help="a soft shadow below")
    parser.add_argument("--margin", type=int, help="pixels left free (default: what the place asks)")


def decoration(arguments: argparse.Namespace, outline: int) -> Decoration:
    """What `add_decoration` asked for; `outline` where it did not say."""
    width = outline if arguments.outline is None else arguments.outline
    return Decoration(width, arguments.outline_colour, arguments.shadow, arguments.margin)
