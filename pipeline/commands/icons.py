"""Icon sets: easel icons "a red fox" --set pwa --set favicon -o icons"""

import argparse
from pathlib import Path

from pipeline.atomic import write_file
from pipeline.commands.picture_options import add_picture, picture
from pipeline.stickers.icons import ICON_SETS, icon_set

__all__ = ["main"]


def main(argv: list[str] | None = None) -> None:
    """Run `easel icons` with the rest of its command line.

    Raises:
        ValueError, WeightsError, WatermarkError: one sentence that says what cannot be done.
    """
    parser = argparse.ArgumentParser(prog="easel icons", description="Draw an icon, and write the files of icon sets.")
    add_picture(parser)
    sets = {"dest": "sets", "action": "append", "choices": tuple(ICON_SETS)}
    parser.add_argument("--set", **sets, help="up to all (default: favicon, pwa)")
    parser.add_argument("--ground", default="#ffffff", help="colour where a system wants one (default: white)")
    parser.add_argument("--colour", default="#000000", help="of a glyph or a duotone (default: black)")
    parser.add_argument("--name", default="Easel", help="of the app, in the web manifest")
    parser.add_argument("-o", "--output", type=Path, default=Path("icons"), help="folder (default: icons)")
    arguments = parser.parse_args(argv)
    drawn = picture(arguments)
    payload = drawn.recipe.id32 if drawn.recipe else None
    for name in arguments.sets or ("favicon", "pwa"):
        look = {"ground": arguments.ground, "name": arguments.name, "colour": arguments.colour}
        files = icon_set(drawn.image, name, **look, payload=payload)
        folder = arguments.output / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, data in files.items():
            write_file(folder / file, data)
        print(f"{folder}  {', '.join(files)}")
