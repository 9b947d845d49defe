"""What the watermark survives, what it costs, and whether it is ever found where it is not.

python -m pipeline.evaluation.watermark --input PICTURES [--draw 240] [--limit 200] [--strengths] \\
    [--unmarked MORE_PICTURES...] [--scenes CUTOUTS]

Every picture is marked with its own 32-bit payload, attacked in 42 ways and looked for with the deep search, knowing
nothing of the attack. Found means GENERATED: at most one unrelated picture in 1,000,000 would be, over the whole
search. Beside it the stock encoder and decoder of `invisible-watermark` (dwtDctSvd, 64 bits) on the same pictures,
found at the same error rate (51 of 64 bits); it cannot look at fewer than 65,536 pixels, which counts as not found.
Below the table five more attacks, outside the mean; pictures without a mark, and pictures with somebody else's.
`--strengths` compares lattice steps and luma amplitudes instead; `--times` says how long it all takes.
"""

import argparse
import itertools
import math
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from pipeline.evaluation.attacks import ATTACKS, BEYOND, Attack
from pipeline.evaluation.table import markdown_table
from pipeline.evaluation.watermark_pictures import compose_pictures, draw_pictures, read_pictures
from pipeline.loading.weights import DEFAULT_WEIGHTS
from pipeline.watermark import Detection, WatermarkKey, embed, embed_checked, verify
from pipeline.watermark.embed import LATEST, LUMA_AMPLITUDE, LUMA_PER_STD, SCALE

__all__ = ["main", "psnr"]

STOCK_BITS, STOCK_THRESHOLD = 64, 51  # P(51 or more of 64 fair bits agree) = 9e-7
HARD = ("JPEG 40", "JPEG 20", "WebP 50", "noise 20", "greyscale", "contrast x1.2")  # where strength decides
# Lattice step, luma amplitude in flat areas, luma amplitude for each grey level of deviation in busy ones.
STRENGTHS = ((36.25, 0.5, 0.25), (44.04, 0.5, 0.25), (SCALE, LUMA_AMPLITUDE, LUMA_PER_STD), (SCALE, 0.5, 0.15))
STRENGTHS += ((SCALE, 0.5, 0.4), (SCALE, 0.0, 0.0), (SCALE, 0.8, 0.25), (52.51, 0.5, 0.25))


def psnr(before: Image.Image, after: Image.Image) -> float:
    """Peak signal-to-noise ratio in dB over all channels."""
    difference = np.asarray(before, np.float64) - np.asarray(after, np.float64)
    return 10 * math.log10(255**2 / np.mean(difference**2)) if difference.any() else math.inf


class _Stock:
    """The package's own encoder and decoder."""

    def __init__(self) -> None:
        from imwatermark import WatermarkDecoder, WatermarkEncoder

        self.bits = np.random.default_rng(0).integers(0, 2, STOCK_BITS).tolist()
        self.encoder, self.decoder = WatermarkEncoder(), WatermarkDecoder("bits", STOCK_BITS)
        self.encoder.set_watermark("bits", self.bits)

    def embed(self, image: Image.Image) -> Image.Image:
        bgr = np.ascontiguousarray(np.asarray(image)[..., ::-1])
        return Image.fromarray(self.encoder.encode(bgr, "dwtDctSvd")[..., ::-1].copy())

    def found(self, image: Image.Image) -> bool:
        if image.width * image.height < 256 * 256:
            return False
        bits = self.decoder.decode(np.ascontiguousarray(np.asarray(image)[..., ::-1]), "dwtDctSvd")
        return int(np.sum(np.asarray(bits) == self.bits)) >= STOCK_THRESHOLD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, required=True, help="folder or zip of pictures to mark and attack")
    parser.add_argument("--draw", type=int, help="first fill the folder with so many drawings of the bundle, unmarked")
    parser.add_argument("--weights", default=str(DEFAULT_WEIGHTS), help="folder of the weights (with --draw)")
    parser.add_argument("--limit", type=int, default=200, help="pictures to take (default: %(default)s)")
    parser.add_argument("--each", type=int, help="pictures per attack, a different subset each time (default: all)")
    parser.add_argument("--stock-limit", type=int, default=50, help="pictures for other marks (default: %(default)s)")
    parser.add_argument("--unmarked", type=Path, nargs="*", default=[], help="folders or zips of unmarked pictures")
    parser.add_argument("--unmarked-limit", type=int, default=1000, help="of each of those (default: %(default)s)")
    parser.add_argument("--scenes", type=Path, help="folder of cut-outs, composed into so many unmarked pictures more")
    parser.add_argument("--attacks", help="only those whose name contains this")
    parser.add_argument("--version", type=int, default=LATEST, help="of the mark (default: %(default)s)")
    parser.add_argument("--fast", action="store_true", help="the fast look only, as at the moment of drawing")
    parser.add_argument("--strengths", action="store_true", help="compare strengths on the hardest attacks, fast look")
    parser.add_argument("--times", action="store_true", help="time one picture in three sizes")
    return parser


@dataclass(frozen=True)
class _Set:
    """Pictures, and what was marked in them."""

    pictures: list[Image.Image]
    payloads: list[int]  # 32 bits each
    marked: list[Image.Image]
    stock_pictures: list[Image.Image]  # every so many of the pictures
    stock_marked: list[Image.Image]  # by the stock package; empty without it


def main(argv: list[str] | None = None) -> None:
    arguments = _parser().parse_args(argv)
    if arguments.draw:
        draw_pictures(arguments.weights, arguments.draw, arguments.input)
    pictures = list(read_pictures(arguments.input, arguments.limit))
    payloads = [int(payload) for payload in np.random.default_rng(1).integers(0, 2**32, len(pictures))]
    key = WatermarkKey.from_secret(b"evaluation key, not used elsewhere")
    if arguments.times:
        _times(pictures[0], key)
        return
    if arguments.strengths:
        _strengths(pictures, payloads, key)
        return
    stock, version = _stock(), arguments.version
    stock_pictures = pictures[:: max(1, len(pictures) // arguments.stock_limit)]
    marked = _Set(
        pictures=pictures,
        payloads=payloads,
        marked=[embed_checked(*each, version=version) for each in zip(pictures, itertools.repeat(key), payloads)],
        stock_pictures=stock_pictures,
        stock_marked=[stock.embed(picture) for picture in stock_pictures] if stock else [],
    )
    print(
        f"{len(pictures)} pictures, mark of version {version}, lattice step {SCALE}, luma amplitude {LUMA_AMPLITUDE}"
    )
    _costs(marked)
    _attacked(marked, key, stock, arguments)
    _unmarked(marked, key, arguments)


def _costs(marked: _Set) -> None:
    """Print what each mark changes, in dB."""
    both = (("Easel", marked.pictures, marked.marked), ("stock", marked.stock_pictures, marked.stock_marked))
    for name, before, after in both:
        if after:
            values = [psnr(*pair) for pair in zip(before, after, strict=True)]
            print(
                f"PSNR {name}, {len(after)} pictures: mean {np.mean(values):.2f} dB, min {min(values):.2f} dB",
                flush=True,
            )


def _attacked(marked: _Set, key: WatermarkKey, stock: _Stock | None, arguments: argparse.Namespace) -> None:
    """Print the table: attack by attack what is found and read, the mean of `ATTACKS` below them."""
    rows, found_shares, stock_shares, count = [], [], [], len(marked.pictures)
    for name, attack in (ATTACKS | BEYOND).items():
        if arguments.attacks and arguments.attacks not in name:
            continue
        each = min(arguments.each or count, count)
        turn = [(len(rows) * each + index) % count for index in range(each)]
        found = [verify(attack(marked.marked[index]), key, deep=not arguments.fast) for index in turn]
        share = np.mean([detection.result == "GENERATED" for detection in found])
        right = [detection.payload == marked.payloads[index] for detection, index in zip(found, turn, strict=True)]
        wrong = sum(detection.payload is not None for detection in found) - sum(right)
        stock_share = _stock_share(stock, attack, marked.stock_marked)
        if name in ATTACKS:
            found_shares.append(share)
            stock_shares.append(stock_share)
        median = np.median([detection.log10_p for detection in found])
        rows.append([name, f"{share:.1%}", f"{np.mean(right):.1%}", str(wrong), f"{median:.0f}", f"{stock_share:.1%}"])
        print(" ".join(rows[-1]), file=sys.stderr, flush=True)
    header = ["attack", "found", "payload read", "read wrong", "median log10 p", "stock found"]
    rows.insert(
        len(found_shares), ["mean", f"{np.mean(found_shares):.1%}", "", "", "", f"{np.mean(stock_shares):.1%}"]
    )
    print("\n" + markdown_table(header, rows) + "\n", flush=True)


def _stock_share(stock: _Stock | None, attack: Attack, pictures: list[Image.Image]) -> float:
    return float(np.mean([stock.found(attack(image)) for image in pictures])) if stock else math.nan


def _unmarked(marked: _Set, key: WatermarkKey, arguments: argparse.Namespace) -> None:
    """Print what is found where our mark is not."""
    deep, pictures = not arguments.fast, marked.stock_pictures
    other = WatermarkKey.from_secret(b"somebody else's evaluation key")
    _report("pictures with another key's mark", (verify(embed(image, other), key, deep=deep) for image in pictures))
    if marked.stock_marked:
        _report("pictures with the stock mark", (verify(image, key, deep=deep) for image in marked.stock_marked))
    sources: list[tuple[str, Iterable[Image.Image]]] = [(str(arguments.input), marked.pictures)]
    sources += [(str(path), read_pictures(path, arguments.unmarked_limit)) for path in arguments.unmarked]
    if arguments.scenes:
        scenes = compose_pictures(arguments.scenes)
        sources.append(("scenes", itertools.islice(scenes, arguments.unmarked_limit)))
    counts = [
        _report(f"pictures without a mark ({name})", (verify(image, key, deep=deep) for image in images))
        for name, images in sources
    ]
    total, positives = (sum(column) for column in zip(*counts, strict=True))
    print(f"{total} pictures without a mark in all: {positives} found")


def _strengths(pictures: list[Image.Image], payloads: list[int], key: WatermarkKey) -> None:
    """Print what each strength costs and what it buys: found, and payload read, by the fast look."""
    rows = []
    attacks = ATTACKS | BEYOND
    for scale, amplitude, per_std in STRENGTHS:
        with (
            mock.patch.multiple(sys.modules["pipeline.watermark.embed"], SCALE=scale, LUMA_PER_STD=per_std),
            mock.patch("pipeline.watermark.statistics.SCALE", scale),
        ):
            marked = [
                embed(picture, key, payload, luma_amplitude=amplitude)
                for picture, payload in zip(pictures, payloads, strict=True)
            ]
            values = [psnr(*pair) for pair in zip(pictures, marked, strict=True)]
            row = [f"{scale}", f"{amplitude}", f"{per_std}", f"{np.mean(values):.2f}", f"{min(values):.2f}"]
            for name in HARD:
                found = [verify(attacks[name](image), key) for image in marked]
                share = np.mean([detection.result == "GENERATED" for detection in found])
                read = np.mean([one.payload == payload for one, payload in zip(found, payloads, strict=True)])
                row.append(f"{share:.0%} / {read:.0%}")
        rows.append(row)
        print(" ".join(row), file=sys.stderr, flush=True)
    header = ["lattice step", "luma, flat", "luma, busy", "PSNR mean", "PSNR min", *HARD]
    print(f"{len(pictures)} pictures, found / payload read by the fast look\n\n" + markdown_table(header, rows))


def _times(picture: Image.Image, key: WatermarkKey) -> None:
    """Print milliseconds of processor time, the best of three: other work on the machine changes them less."""
    rows = []
    for side in (256, 512, 1024):
        image = picture.resize((side, side), Image.Resampling.LANCZOS)
        row = [f"{side}x{side}"]
        for call in (
            lambda image=image: embed(image, key, 7, version=LATEST),
            lambda image=image: embed_checked(image, key, 7, version=LATEST),
            lambda image=image: verify(image, key),
            lambda image=image: verify(image, key, deep=True),
        ):
            best = math.inf
            for _ in range(3):
                start = time.process_time()
                call()
                best = min(best, time.process_time() - start)
            row.append(f"{best * 1000:.0f} ms")
        rows.append(row)
    header = ["picture", "mark", "mark and read back", "fast look, unmarked", "thorough search, unmarked"]
    print(markdown_table(header, rows))


def _stock() -> _Stock | None:
    try:
        return _Stock()
    except (ImportError, AttributeError) as error:
        print(f"The stock package is left out: {error}")
        return None


def _report(what: str, detections: Iterable[Detection]) -> tuple[int, int]:
    log10_p = [detection.log10_p for detection in detections]
    positives = sum(value <= -6 for value in log10_p)
    print(f"{len(log10_p)} {what}: {positives} found, smallest corrected p {10 ** min(log10_p):.2g}", flush=True)
    return len(log10_p), positives


if __name__ == "__main__":
    os.nice(5)  # minutes on 200 pictures; leave the machine usable
    main()
