"""Which limit of which place a file breaks: easel check-sticker fox.webp --for whatsapp"""

import argparse
import zipfile
from pathlib import Path

from pipeline.stickers.check import check_file, check_name, check_pack
from pipeline.stickers.targets import TARGETS, Target, find_target

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """Run `easel check-sticker` with the rest of its command line; 0 where every file fits the place, or some place.

    Raises:
        ValueError: no such place, or a file that is no picture and no zip.
    """
    parser = argparse.ArgumentParser(
        prog="easel check-sticker",
        description="Say which limit of a place a picture, or a zip of a pack, breaks.",
        epilog="places: " + ", ".join(TARGETS),
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="picture, zip or .wastickers")
    parser.add_argument("--for", dest="target", metavar="PLACE", help="default: all of them")
    arguments = parser.parse_args(argv)
    targets = [find_target(arguments.target)] if arguments.target else list(TARGETS.values())
    status = 0
    for path in arguments.files:
        data = path.read_bytes()
        try:
            broken = {target.name: _broken(path, data, target) for target in targets}
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        fits = [name for name, reasons in broken.items() if not reasons]
        status = max(status, int(not fits))
        if arguments.target:
            print(f"{path}: {'fits' if fits else 'does not fit'} {arguments.target}")
        else:
            print(f"{path}: fits {', '.join(fits) or 'none of the places'}")
        for name, reasons in broken.items():
            for reason in reasons if arguments.target else reasons[:1]:
                print(f"  {name}: {reason}")
    return status


def _broken(path: Path, data: bytes, target: Target) -> list[str]:
    if zipfile.is_zipfile(path):
        return check_pack(data, target)
    return check_file(data, target) + check_name(path.stem, target)
