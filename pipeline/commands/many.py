"""A table of pictures from one line: easel many "{red|green|blue} {car|boat}" -o cars.zip"""

import argparse
import io
from pathlib import Path

from PIL import Image

from pipeline.atomic import write_file
from pipeline.commands.picture_options import add_drawing
from pipeline.recipe import Recipe, png_info
from pipeline.serve.cutouts import cutout_drawer
from pipeline.stickers.encode import encode
from pipeline.stickers.matrix import MAX_CELLS, columns_of, expand, recipes_csv, recipes_json
from pipeline.stickers.pack import zip_files
from pipeline.stickers.sheet import contact_sheet

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """Run `easel many` with the rest of its command line; 1 where some pictures could not be drawn.

    Raises:
        ValueError, WeightsError: one sentence that says what cannot be done.
    """
    parser = argparse.ArgumentParser(
        prog="easel many",
        description=f"Draw up to {MAX_CELLS} prompts; choices in braces are all drawn. The zip holds their recipes.",
    )
    parser.add_argument("prompts", nargs="+", help='such as "{red|green|blue} car"')
    parser.add_argument("-o", "--output", type=Path, default=Path("pictures.zip"), help="default: %(default)s")
    add_drawing(parser)
    arguments = parser.parse_args(argv)
    cells = expand("\n".join(arguments.prompts))
    draw = cutout_drawer(arguments.model)
    recipes: list[Recipe | None] = []
    shown: list[Image.Image | None] = []
    files: dict[str, bytes] = {}
    for number, cell in enumerate(cells):
        words = f"{cell.prompt}, {arguments.style}" if arguments.style else cell.prompt
        try:
            image, recipe, note = draw(words, arguments.seed)
        except (ValueError, RuntimeError) as error:
            recipes.append(None)
            shown.append(None)
            print(f"{number + 1:3d}/{len(cells)}  {cell.prompt}: {error}")
            continue
        recipes.append(recipe)
        shown.append(image)
        buffer = io.BytesIO()
        image.save(buffer, "PNG", pnginfo=png_info(recipe) if recipe else None)
        files[f"{number + 1:03d}.png"] = buffer.getvalue()
        print(f"{number + 1:3d}/{len(cells)}  {cell.prompt}  {note}".rstrip())
    if not files:
        raise ValueError("None of the pictures could be drawn.")
    drawn = len(files)
    sheet = contact_sheet(shown, [cell.prompt for cell in cells], columns_of(cells) or 5)
    files["contact-sheet.png"] = encode(sheet, "PNG")[0]
    files["recipes.csv"], files["recipes.json"] = (
        recipes_csv(cells, recipes).encode(),
        recipes_json(cells, recipes).encode(),
    )
    write_file(arguments.output, zip_files(files))
    print(f"{arguments.output}  {drawn} of {len(cells)} pictures")
    return int(drawn < len(cells))
