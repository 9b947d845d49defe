"""Look for the mark and the recipe in a file: easel verify apple.png"""

import argparse
from pathlib import Path

from pipeline.serve.limits import Limits
from pipeline.serve.uploads import open_whole
from pipeline.watermark import verify

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """Run `easel verify` with the rest of its command line; 0 where the mark was found, else 1.

    Raises:
        ValueError: the file cannot be read as a picture.
    """
    parser = argparse.ArgumentParser(prog="easel verify", description="Look for the watermark and the recipe.")
    parser.add_argument("file", type=Path, help="PNG, JPEG or WebP")
    parser.add_argument("--deep", action="store_true", help="also search unusual sizes and small rotations")
    arguments = parser.parse_args(argv)
    file = open_whole(arguments.file, Limits())
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
