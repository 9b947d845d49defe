"""Look for the mark, the recipe and Content Credentials in a file: easel verify apple.png"""

import argparse
from pathlib import Path

from pipeline.serve.evidence import Evidence, look
from pipeline.serve.limits import Limits
from pipeline.serve.store import open_store

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """Run `easel verify` with the rest of its command line; 0 where the mark was found and belongs, else 1.

    Raises:
        ValueError: the file cannot be read as a picture.
    """
    parser = argparse.ArgumentParser(prog="easel verify", description="Look for the watermark and the recipe.")
    parser.add_argument("file", type=Path, help="PNG, JPEG or WebP")
    parser.add_argument("--deep", action="store_true", help="also search unusual sizes and small rotations")
    parser.add_argument(
        "--store", metavar="FOLDER", default="off",
        help="pictures that the page keeps: the recipe that a mark names, and whether the mark was copied",
    )  # fmt: skip
    arguments = parser.parse_args(argv)
    if arguments.store != "off" and not Path(arguments.store).expanduser().is_dir():
        raise ValueError(f"`--store` takes the folder of the page's store, got {arguments.store}: there is none.")
    evidence = None
    for event in look(str(arguments.file), Limits(), open_store(arguments.store), deep=arguments.deep):
        if isinstance(event, Evidence):
            evidence = event
    assert evidence is not None  # looking ends with it, or raises
    _print(evidence)
    return 0 if evidence.verdict == "GENERATED" else 1


def _print(evidence: Evidence) -> None:
    found, recipe = evidence.found, evidence.recipe
    print(found.sentence)
    if found.payload is not None:
        print(f"Recipe id in the mark: {found.payload:08x}")
    if evidence.copied:
        print(
            "COPIED: the mark names a picture that this one does not show. It was copied from there, or painted over."
        )
    if evidence.credentials is not None:
        print(f"Content Credentials: {evidence.credentials.state}")
    if recipe is None:
        print("The file holds no recipe.")
        return
    where = "file" if evidence.source == "file" else "store, which the mark names"
    print(f"Recipe in the {where}: id {recipe.id[:8]}\n{recipe.to_parameters()}")
    if evidence.source == "file" and evidence.misplaced:
        print("The two ids differ: the text was changed or moved.")
