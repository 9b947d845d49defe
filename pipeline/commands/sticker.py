"""One sticker for one place: easel sticker "a happy fox" --for whatsapp -o fox.webp"""

import argparse
from pathlib import Path

from pipeline.atomic import write_file
from pipeline.commands.picture_options import add_decoration, add_picture, decoration, picture
from pipeline.stickers.export import SUFFIXES, export
from pipeline.stickers.targets import TARGETS, find_target

__all__ = ["main"]


def main(argv: list[str] | None = None) -> None:
    """Run `easel sticker` with the rest of its command line.

    Raises:
        ValueError, WeightsError, WatermarkError: one sentence that says what cannot be done.
    """
    parser = argparse.ArgumentParser(
        prog="easel sticker",
        description="Draw a sticker, or take a picture, and write a file that keeps to every limit of a place.",
        epilog="places: " + ", ".join(TARGETS),
    )
    add_picture(parser)
    parser.add_argument("--for", dest="target", default="whatsapp", metavar="PLACE", help="default: whatsapp")
    parser.add_argument("-o", "--output", type=Path, help="file (default: sticker, with the place's suffix)")
    parser.add_argument("--ground", default="#ffffff", help="colour where the place takes no transparency")
    add_decoration(parser)
    arguments = parser.parse_args(argv)
    target = find_target(arguments.target)
    output = arguments.output or Path("sticker" + SUFFIXES[target.formats[0]])
    kinds = {suffix: kind for kind, suffix in SUFFIXES.items()} | {".jpeg": "JPEG"}
    kind = kinds.get(output.suffix.lower())
    if kind not in target.formats:
        suffixes = " or ".join(SUFFIXES[one] for one in target.formats)
        raise ValueError(f"`--output` takes a {suffixes} file for {target.name}, got {output}.")
    chosen = decoration(arguments, target.outline)
    drawn = picture(arguments)
    payload = drawn.recipe.id32 if drawn.recipe else None
    made = export(drawn.image, target, decoration=chosen, ground=arguments.ground, kind=kind, payload=payload)
    write_file(output, made.data)
    print(f"{output}  {made.sentence}")
    if drawn.recipe:
        print(f"id {drawn.recipe.id}  {drawn.recipe.to_query()}")
