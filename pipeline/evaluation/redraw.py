"""How near the drawn layers are to the real ones of the same thing and style, pixel by pixel.

    python -m pipeline.evaluation.redraw --weights weights --input PICTURES --limit 200

The judge names things, and where every thing is named rightly it tells two models no longer apart. This asks for
things by their own names and styles, "an owl, flat sticker", and compares what decoder and super-resolution hand on
with the layer of the cut-out: lower is nearer, and only models of the same data compare.
"""

import argparse
import random
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from pipeline.data.cutouts import Cutout
from pipeline.evaluation.judge import load_rows
from pipeline.evaluation.originals import Originals
from pipeline.evaluation.real_pictures import PixelsOf
from pipeline.evaluation.table import markdown_table
from pipeline.language.english import with_article
from pipeline.language.wording import app_caption
from pipeline.loading.errors import WeightsError
from pipeline.loading.weights import DEFAULT_WEIGHTS, load_pipeline
from pipeline.text_to_image import TextToImagePipeline

__all__ = ["LayerError", "compare_layers", "draw_layers", "main", "real_layer"]

EVEN = 0.03  # of [-1, 1]: where the real layer changes less, its colour is even
SOLID = 0.9  # alpha, in [-1, 1]: the thing itself
FAR = 16  # a layer's side, in units of how far apart colours are compared for mottle


@dataclass(frozen=True)
class LayerError:
    """Of a drawn layer, in [-1, 1]: ``pixels`` and ``edges``, the mean absolute error of pixels and of neighbours'
    differences; ``mottle``, how much colours differ some way apart where those of the real layer do not.
    """

    pixels: float
    edges: float
    mottle: float


def real_layer(pixels: np.ndarray, side: int) -> torch.Tensor:
    """uint8 RGBA (height, width, 4) -> (1, 4, side, side) in [-1, 1], colours multiplied by alpha."""
    rgba = torch.from_numpy(np.array(pixels)).permute(2, 0, 1)[None].float() / 255
    layer = torch.cat([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], dim=1)
    return 2 * F.interpolate(layer, size=(side, side), mode="area") - 1


def compare_layers(drawn: torch.Tensor, real: torch.Tensor) -> LayerError:
    """Layers (1, 4, side, side) in [-1, 1]. ``mottle`` is nan where the real layer has no even colour."""
    edges, uneven, places = 0.0, 0.0, 0
    apart = max(1, drawn.shape[-1] // FAR)
    for axis in (-1, -2):
        edges += F.l1_loss(drawn.diff(dim=axis), real.diff(dim=axis)).item()
        count = drawn.shape[axis] - apart
        ours, theirs = (x.narrow(axis, apart, count) - x.narrow(axis, 0, count) for x in (drawn[:, :3], real[:, :3]))
        even = (theirs.abs().amax(1) < EVEN) & (real[:, 3].narrow(axis, 0, count) > SOLID)
        uneven += (ours.abs().mean(1) * even).sum().item()
        places += int(even.sum())
    return LayerError(F.l1_loss(drawn, real).item(), edges, uneven / places if places else float("nan"))


@torch.no_grad()
def draw_layers(pipe: TextToImagePipeline, prompt: str, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The small and the large layer of one thing, (1, 4, side, side) each, in one step of every stage, as the most
    typical drawing and before they are bent and painted.
    """
    noise = pipe.prepare_latents(torch.Generator().manual_seed(seed), large=False)
    scene = pipe.read_prompt(prompt, seed=seed).scene
    plan = pipe.plan(scene, None, noise, variety=0.0)
    embed = pipe.run_prior(plan, None)
    tokens, _ = pipe.encode_prompt(plan.told[0])
    mask = tokens.new_ones(tokens.shape[:2])
    once = {"num_steps": 1, "on_step": lambda *_: None}
    small = pipe.run_decoder(noise["decoder"], embed, tokens, mask, None, guidance_scale=1.0, **once).clamp(-1, 1)
    return small, pipe.run_super_res(None, small, tokens, mask, **once).clamp(-1, 1)


def measure(pipe: TextToImagePipeline, pixels_of: PixelsOf, rows: list[Cutout], seed: int = 0) -> list[list[str]]:
    """A row for the small layers and one for the large ones: what, and the means of ``LayerError``."""
    errors: dict[int, list[LayerError]] = {}
    for number, row in enumerate(rows):
        for layer in draw_layers(pipe, app_caption(with_article(row.phrase), row.styles[0]), seed + number):
            side = layer.shape[-1]
            errors.setdefault(side, []).append(compare_layers(layer.float(), real_layer(pixels_of(row), side)))
    means = {
        side: [np.nanmean([getattr(error, name) for error in found]) for name in ("pixels", "edges", "mottle")]
        for side, found in errors.items()
    }
    return [[f"layer {side}x{side}", *(f"{value:.4f}" for value in values)] for side, values in means.items()]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.evaluation.redraw",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--weights", default=str(DEFAULT_WEIGHTS), help="folder of the weights")
    parser.add_argument("--input", required=True, help="folder of zip shards of cut-outs with a metadata.jsonl")
    parser.add_argument("--limit", type=int, default=200, help="cut-outs that are drawn")
    parser.add_argument("--seed", type=int, default=0, help="of the choice, and of the first picture")
    parser.add_argument("--cache", default="runs/cache", help="folder of decoded pictures")
    arguments = parser.parse_args(argv)
    if arguments.limit < 1:
        raise SystemExit(f"`--limit` must be 1 or more, got {arguments.limit}.")
    try:
        pipe = load_pipeline(arguments.weights)
        _, rows = load_rows(arguments.input, cache=arguments.cache)
    except (WeightsError, FileNotFoundError, ValueError) as error:
        raise SystemExit(str(error)) from error
    taught = pipe.vocabulary.config.styles
    rows = [row for row in rows if row.styles and row.styles[0] in taught and not row.is_flag]
    if not rows:
        raise SystemExit(f"`--input` {arguments.input} holds no cut-out in a style that the weights were taught.")
    chosen = random.Random(arguments.seed).sample(rows, min(arguments.limit, len(rows)))
    found = measure(pipe, Originals(arguments.input), chosen, arguments.seed)
    print(markdown_table(["mean error", "pixels", "edges", "mottle"], found))
    print(f"\n{len(chosen)} cut-outs, by their own names and styles.")


if __name__ == "__main__":
    main()
