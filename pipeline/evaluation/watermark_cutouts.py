"""Whether the mark of a cut-out is found on whatever the cut-out is laid, and what it costs what is seen.

python -m pipeline.evaluation.watermark_cutouts --input CUTOUTS... [--limit 200] [--size 256] [--photographs FOLDER]

CUTOUTS are folders or zips of pictures with alpha; those that cover less than `--least` of their canvas are left out.
Every cut-out is marked with its own payload, laid, saved or shrunk, and looked for with the fast look, knowing nothing
of what was done. Without `--photographs`, textures with the spectrum of photographs are laid below.
"""

import argparse
import io
import itertools
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.evaluation.table import markdown_table
from pipeline.evaluation.watermark_pictures import read_images, read_pictures
from pipeline.watermark import WatermarkError, WatermarkKey, embed_checked, verify
from pipeline.watermark.visible import OPAQUE, whole_blocks

__all__ = ["DEEDS", "main", "texture", "visible_psnr"]

COLOUR = (64, 145, 108)
WEBP_BYTES = 100_000  # what WhatsApp takes


def lay(cutout: Image.Image, ground: Image.Image | str | tuple[int, int, int]) -> Image.Image:
    """RGB: a cut-out on a colour, or on a picture of its own size."""
    below = ground.convert("RGBA") if isinstance(ground, Image.Image) else Image.new("RGBA", cutout.size, ground)
    return Image.alpha_composite(below, cutout).convert("RGB")


def half(cutout: Image.Image) -> Image.Image:
    """Half the size, colours weighed by alpha as browsers do."""
    size = (cutout.width // 2, cutout.height // 2)
    return cutout.convert("RGBa").resize(size, Image.Resampling.BICUBIC).convert("RGBA")


def squeezed(cutout: Image.Image) -> Image.Image:
    """The best lossy WebP of at most `WEBP_BYTES`."""
    for quality in range(95, 0, -5):
        buffer = io.BytesIO()
        cutout.save(buffer, "WEBP", quality=quality)
        if buffer.tell() <= WEBP_BYTES:
            break
    return Image.open(buffer)


def _jpeg(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return Image.open(buffer)


def _on_a_photograph(cutout: Image.Image, photograph: Image.Image) -> Image.Image:
    return lay(cutout, photograph.convert("RGB").resize(cutout.size, Image.Resampling.BICUBIC))


Deed = Callable[[Image.Image, Image.Image], Image.Image]  # of a cut-out and a photograph
DEEDS: dict[str, Deed] = {
    "as it is": lambda cutout, _: cutout,
    "on white": lambda cutout, _: lay(cutout, "white"),
    "on black": lambda cutout, _: lay(cutout, "black"),
    "on a colour": lambda cutout, _: lay(cutout, COLOUR),
    "on a photograph": _on_a_photograph,
    "WebP of 100 kB": lambda cutout, _: squeezed(cutout),
    "on white, JPEG 80": lambda cutout, _: _jpeg(lay(cutout, "white")),
    "half size": lambda cutout, _: half(cutout),
    "half size, on white": lambda cutout, _: lay(half(cutout), "white"),
    "half size, on a photograph": lambda cutout, photograph: _on_a_photograph(half(cutout), photograph),
}


def texture(rng: np.random.Generator, side: int = 256) -> Image.Image:
    """Colour noise whose amplitude falls with its frequency, as that of photographs does."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]) + 1 / side
    noise = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(3, side, side))) / frequency, s=(side, side))
    noise = noise / noise.std((1, 2), keepdims=True) * 45 + rng.uniform(70, 190, (3, 1, 1))
    return Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8).transpose(1, 2, 0))


def visible_psnr(before: Image.Image, after: Image.Image) -> float:
    """Peak signal-to-noise ratio in dB of two pictures of the same alpha, each pixel weighed by it."""
    before, after = np.asarray(before, np.float64), np.asarray(after, np.float64)
    error = ((before - after)[..., :3] ** 2).mean(-1)
    return 10 * math.log10(255**2 / np.average(error, weights=before[..., 3])) if error.any() else math.inf


def cutouts(paths: list[Path], limit: int, size: int, least: float) -> Iterator[Image.Image]:
    """RGBA pictures that cover at least `least` of a square canvas, as many of each path, scaled to `size`."""
    each = -(-limit // len(paths))
    for path in paths:
        fit = (image.convert("RGBA") for image in read_images(path, 8 * each) if image.has_transparency_data)
        fit = (image for image in fit if least <= np.asarray(image)[..., 3].mean() / 255 < 1)
        for image in itertools.islice(fit, each):
            if image.size != (size, size):
                image = image.convert("RGBa").resize((size, size), Image.Resampling.LANCZOS).convert("RGBA")
            yield image


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, nargs="+", required=True, help="folders or zips of cut-outs with alpha")
    parser.add_argument("--limit", type=int, default=200, help="cut-outs to take (default: %(default)s)")
    parser.add_argument("--size", type=int, default=256, help="pixels a side (default: %(default)s)")
    parser.add_argument("--least", type=float, default=0.2, help="coverage of the canvas from (default: %(default)s)")
    parser.add_argument("--photographs", type=Path, help="folder or zip of pictures to lay cut-outs on")
    arguments = parser.parse_args(argv)

    key, rng = WatermarkKey.from_secret(b"evaluation key, not used elsewhere"), np.random.default_rng(0)
    plain = list(cutouts(arguments.input, arguments.limit, arguments.size, arguments.least))
    if not plain:
        raise ValueError(f"`--input` holds no picture with alpha that covers {arguments.least:.0%} of its canvas.")
    if arguments.photographs:
        photographs = list(read_pictures(arguments.photographs, len(plain)))
    else:
        photographs = [texture(rng) for _ in range(20)]
    marked: dict[int, Image.Image] = {}
    for index, image in enumerate(plain):
        try:
            marked[index] = embed_checked(image, key, _payload(index))
        except WatermarkError as error:
            print(f"cut-out {index}: {error}")
    values = [visible_psnr(plain[index], image) for index, image in marked.items()]
    coverage = [np.asarray(image)[..., 3].mean() / 255 for image in plain]
    print(
        f"{len(plain)} cut-outs of {arguments.size} px covering {min(coverage):.0%} to {max(coverage):.0%}, "
        f"median {np.median(coverage):.0%}; {len(marked)} took the mark.\n"
        f"PSNR of what is seen: mean {np.mean(values):.2f} dB, min {min(values):.2f} dB, "
        f"{np.mean(np.array(values) < 40):.1%} below 40 dB; the lowest: {_lowest(marked, values, coverage)}\n",
        flush=True,
    )
    rows = []
    for name, deed in DEEDS.items():
        found = {i: verify(deed(image, photographs[i % len(photographs)]), key) for i, image in marked.items()}
        shares = [sum(one.result == "GENERATED" for one in found.values())]
        shares += [sum(one.payload == _payload(index) for index, one in found.items())]
        wrong = sum(one.payload is not None for one in found.values()) - shares[1]
        median = np.median([one.log10_p for one in found.values()])
        rows.append([name, *(f"{share / len(plain):.1%}" for share in shares), str(wrong), f"{median:.0f}"])
    print(markdown_table(["cut-out", "found", "payload read", "read wrong", "median log10 p"], rows))


def _lowest(marked: dict[int, Image.Image], values: list[float], coverage: list[float]) -> str:
    """The five that changed most: decibels, share of the canvas, and share of it in blocks seen altogether."""
    rows = []
    for value, (index, image) in sorted(zip(values, marked.items(), strict=True), key=lambda row: row[0])[:5]:
        blocks = whole_blocks(np.asarray(image)[..., 3] >= OPAQUE).mean()
        rows.append(f"cut-out {index} {value:.1f} dB ({coverage[index]:.0%} covered, {blocks:.0%} in whole blocks)")
    return ", ".join(rows)


def _payload(index: int) -> int:
    return (index + 1) * 2_654_435_761 % 2**32


if __name__ == "__main__":
    os.nice(5)
    main()
