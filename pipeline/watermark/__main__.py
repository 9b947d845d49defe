"""Say which pictures carry the watermark.

    python -m pipeline.watermark FILE... [--deep] [--json]

The keys come from EASEL_WATERMARK_KEY and EASEL_WATERMARK_OLD_KEYS. Exit status: 0 when every file is GENERATED, 1
when one is not, 2 when one could not be read.
"""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from pipeline.serve.limits import Limits
from pipeline.serve.uploads import open_whole
from pipeline.watermark.detect import verify


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.watermark", description="Say which pictures carry the watermark."
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    parser.add_argument("--deep", action="store_true", help="search all scales and small rotations too (seconds)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    arguments = parser.parse_args(argv)
    status = 0
    for path in arguments.files:
        try:
            file = open_whole(path, Limits())
            recipe, found = file.recipe, verify(file.image, deep=arguments.deep, reduced=file.reduced)
        except ValueError as error:
            print(f"{path}: {error}", file=sys.stderr)
            status = 2
            continue
        status = max(status, int(found.result != "GENERATED"))
        if arguments.json:
            record = {"file": str(path), **dataclasses.asdict(found), "sentence": found.sentence}
            print(json.dumps(record | {"recipe": recipe and json.loads(recipe.to_json())}, ensure_ascii=False))
            continue
        print(f"{path}: {found.result}/{found.confidence} {found.sentence}")
        if found.payload is not None:
            print(f"  recipe id in the mark: {found.payload:08x}")
        if recipe:
            print(f"  recipe in the file's text (anyone can write that): {recipe.id} {recipe.prompt!r}")
    return status


if __name__ == "__main__":
    sys.exit(main())
