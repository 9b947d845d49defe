"""Many pictures on one sheet, for looking at and for the README.

    python -m pipeline.evaluation.contact_sheet --input PICTURES --style "3d render" --limit 100 --output sheet.png
    python -m pipeline.evaluation.contact_sheet --prompts lines.txt --columns 4 --labels --output grid.png

Every tile is what the pipeline hands out, watermark included; at ``--side 256`` a tile cut out of the sheet verifies.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont
from tqdm import tqdm

from pipeline.evaluation.alignment import draw_real
from pipeline.evaluation.judge import load_rows
from pipeline.evaluation.originals import Originals
from pipeline.evaluation.prompts import PromptLists
from pipeline.loading.errors import WeightsError
from pipeline.loading.weights import DEFAULT_WEIGHTS, load_pipeline

__all__ = ["contact_sheet", "main"]

GAP = 8  # pixels between tiles; with a side divisible by 8 every tile keeps its place on the 8-pixel grid
LABEL_HEIGHT = 32


def contact_sheet(
    images: Iterable[Image.Image], *, columns: int = 10, side: int = 256, labels: list[str] | None = None
) -> Image.Image:
    """Tiles in rows of ``columns``, each ``side`` pixels wide, with its label under it if there are labels."""
    images = list(images)
    if not images:
        raise ValueError("A contact sheet needs at least one picture.")
    rows, height = -(-len(images) // columns), side + (LABEL_HEIGHT if labels else 0)
    width = min(columns, len(images))
    sheet = Image.new("RGB", (GAP + width * (side + GAP), GAP + rows * (height + GAP)), "#f4f4f4")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for index, image in enumerate(images):
        left, top = GAP + index % columns * (side + GAP), GAP + index // columns * (height + GAP)
        tile = image if image.width == side else image.resize((side, side), Image.Resampling.LANCZOS)
        sheet.paste(tile, (left, top))
        if labels:
            lines = _wrap(labels[index], side, font)
            pen.multiline_text((left, top + side + 2), "\n".join(lines[:2]), fill="#222222", font=font, spacing=2)
    return sheet


def _wrap(text: str, width: int, font: ImageFont.FreeTypeFont) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.evaluation.contact_sheet",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--weights", default=str(DEFAULT_WEIGHTS), help="folder of the weights")
    parser.add_argument("--input", help="folder of zip shards of cut-outs, from which prompts are made")
    parser.add_argument("--style", help="a source or one of its style words (with --input)")
    parser.add_argument("--prompts", type=Path, help="a text file with a prompt per line, in place of --input")
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument(
        "--real", action="store_true", help="put a real picture of the same prompt after each (--input)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the first picture; the next has one more")
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--side", type=int, default=256, help="pixels of a tile")
    parser.add_argument("--labels", action="store_true", help="write the prompt under each tile")
    parser.add_argument("--cache", default="runs/cache")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args(argv)
    if bool(arguments.input) == bool(arguments.prompts):
        parser.error("give exactly one of --input and --prompts")
    if arguments.real and not arguments.input:
        parser.error("--real needs --input")

    asks = []
    if arguments.prompts:
        texts = [line.strip() for line in arguments.prompts.read_text(encoding="utf-8").splitlines() if line.strip()]
        texts = texts[: arguments.limit]
    else:
        cutouts, rows = load_rows(arguments.input, cache=arguments.cache)
        known = {word: row.source for row in reversed(rows) for word in (row.source, *row.styles)}
        if arguments.style not in known:
            parser.error(f"--style must be one of {sorted(known)}, got {arguments.style!r}")
        asks = PromptLists(cutouts, rows).sheet(known[arguments.style], arguments.limit)
        texts = [ask.text for ask in asks]
    try:
        pipe = load_pipeline(arguments.weights)
    except WeightsError as error:
        raise SystemExit(str(error)) from error
    images, labels = [], []
    real = draw_real(Originals(arguments.input) if arguments.input else None, asks)
    for index, text in enumerate(tqdm(texts, "pictures")):
        images.append(pipe(text, generator=torch.Generator().manual_seed(arguments.seed + index)).images[0])
        labels.append(text)
        if arguments.real:
            images.append(next(real))
            labels.append("real")
    sheet = contact_sheet(
        images, columns=arguments.columns, side=arguments.side, labels=labels if arguments.labels else None
    )
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(arguments.output)
    print(f"{arguments.output}: {len(images)} pictures")


if __name__ == "__main__":
    main()
