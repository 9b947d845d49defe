"""A set of stickers: easel pack "a fox" --vary expressions --for whatsapp -o foxes.wastickers"""

import argparse
import signal
from pathlib import Path

from PIL import Image

from pipeline.atomic import write_file
from pipeline.commands.picture_options import add_decoration, add_drawing, decoration
from pipeline.serve.cutouts import cutout_drawer
from pipeline.stickers.matrix import VARIANTS, vary
from pipeline.stickers.pack import MAX_STICKERS, Pack, draw_pack, make_pack, pack_files, wastickers, zip_files
from pipeline.stickers.targets import TARGETS, find_target

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """Run `easel pack` with the rest of its command line; 1 where some stickers could not be drawn.

    Ctrl-C ends the drawing, and what is drawn is written.

    Raises:
        ValueError, WeightsError: one sentence that says what cannot be done.
    """
    arguments = _parser().parse_args(argv)
    target = find_target(arguments.target)
    if target.pack is None:
        raise ValueError(f"{target.title} takes single pictures. Packs are for {', '.join(_places())}.")
    if arguments.output.suffix == ".wastickers" and target.name != "whatsapp":
        raise ValueError("A .wastickers file is for whatsapp. Name a .zip file or a folder.")
    pack = _pack(arguments, target.outline)
    draw = cutout_drawer(arguments.model)
    pictures: dict[int, Image.Image] = {}
    stopped: list[bool] = []
    before = signal.signal(signal.SIGINT, lambda *_: stopped.append(True))
    try:
        for number, drawn in draw_pack(pack, draw, cancel=lambda: bool(stopped)):
            if isinstance(drawn, Exception):
                print(f"{number + 1:2d}/{len(pack.stickers)}  {pack.stickers[number].prompt}: {drawn}")
                continue
            pictures[number], pack = drawn.image, pack.changed(number, recipe=drawn.recipe)
            emoji = "".join(pack.stickers[number].emoji)
            print(
                f"{number + 1:2d}/{len(pack.stickers)}  {pack.stickers[number].prompt}  {emoji}  {drawn.note}".rstrip()
            )
    finally:
        signal.signal(signal.SIGINT, before)
    _write(arguments.output, pack_files(pack, pictures, target))
    print(f"{arguments.output}  {len(pictures)} of {len(pack.stickers)} stickers for {target.title}")
    return int(len(pictures) < len(pack.stickers))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="easel pack",
        description="Draw a set of stickers, and write the files that a place takes.",
        epilog="places: " + ", ".join(_places()),
    )
    parser.add_argument("prompts", nargs="*", help='one a sticker; or one subject, such as "a fox", with --vary')
    parser.add_argument("--vary", help=f"{', '.join(VARIANTS)}, or your own, separated by commas")
    parser.add_argument("--count", type=int, default=MAX_STICKERS, help="of the variants, at most so many")
    parser.add_argument("--from", dest="source", type=Path, help="draw the pack.json of an earlier one again")
    parser.add_argument("--title", default="Easel stickers", help="default: %(default)s")
    parser.add_argument("--author", default="Easel", help="default: %(default)s")
    parser.add_argument("--for", dest="target", default="whatsapp", metavar="PLACE", help="default: whatsapp")
    parser.add_argument("-o", "--output", type=Path, default=Path("pack.zip"), help=".zip, .wastickers, or a folder")
    add_drawing(parser)
    add_decoration(parser)
    return parser


def _pack(arguments: argparse.Namespace, outline: int) -> Pack:
    if arguments.source:
        return Pack.from_json(arguments.source.read_text(encoding="utf-8"))
    prompts = arguments.prompts
    if arguments.vary:
        if len(prompts) != 1:
            raise ValueError(f"`--vary` takes one subject, got {len(prompts)} prompts.")
        variants = VARIANTS.get(arguments.vary) or [word.strip() for word in arguments.vary.split(",") if word.strip()]
        prompts = vary(prompts[0], variants[: arguments.count])
    options = {"author": arguments.author, "style": arguments.style, "decoration": decoration(arguments, outline)}
    return make_pack(arguments.title, prompts, seed=arguments.seed, **options)


def _places() -> list[str]:
    return [name for name, target in TARGETS.items() if target.pack]


def _write(output: Path, files: dict[str, bytes]) -> None:
    if output.suffix == ".wastickers":
        write_file(output, wastickers(files))
    elif output.suffix == ".zip":
        write_file(output, zip_files(files))
    else:
        output.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            write_file(output / name, data)
