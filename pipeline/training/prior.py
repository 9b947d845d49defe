"""Stage 2, the prior: concept, drawing and rendering -> image embedding, a regression.

    python -m pipeline.training.prior --input PICTURES --preset cpu --minutes 60

How sharp a drawing comes out follows from how often it is seen: the whole of PICTURES some 200 times is an hour on one
core. The embeddings are made once, by the image encoder of stage 1.

``--held-out LIST`` leaves out what `python -m pipeline.data.held_out` chose: the prior is told nothing of it.
``--only FOLDER`` draws rows of one folder alone, as the fine-tuning set of `easel prepare` is; the table stays that of
all pictures, so that ``--start-from`` can go on from a prior that was taught them.
"""

import functools
import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from pipeline.data.cutouts import Cutout, load_cutouts
from pipeline.data.held_out import HeldOut
from pipeline.models.image_encoder import POSE_DIM, ImageEncoder
from pipeline.models.prior import DrawingPrior
from pipeline.training.arguments import loop_config, parse_arguments
from pipeline.training.drawings import DrawingTable, embed_cutouts, hue_freedom
from pipeline.training.loop import train

__all__ = ["check_rows", "main", "make_prior", "only_named", "prior_loss"]

DRAWING_NOISE = 0.05  # standard deviation added to a drawing's vector: what is near it, is drawn nearly so
SEMANTIC_SCALE, SEMANTIC_WEIGHT = 16.0, 0.1  # unit-length targets are brought to unit variance, and weigh less


def prior_loss(model: nn.Module, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """Squared error of the whitened components, and of what is shown.

    Args:
        model: a ``DrawingPrior``, or a wrapper that hands ``cells`` and ``noise`` on to it.
        batch: ``cells`` int64 (batch, 4), ``components`` (batch, components), ``semantic`` (batch, semantic_dim).
        generator: of the noise on the drawings' vectors.

    Returns:
        "loss", and "components", the mean squared error of those alone (1 is guessing their mean).
    """
    prior: Any = getattr(model, "module", model)
    concepts, drawings, renderings, tones = batch["cells"].unbind(1)
    drawing = prior.drawing_table(drawings)
    drawing = drawing + DRAWING_NOISE * torch.randn(drawing.shape, generator=generator, device=drawing.device)
    components, semantic = prior.predict(prior.concept_table(concepts) + prior.tone_table(tones), drawing, renderings)
    error = (components.float() - batch["components"]).square().mean()
    shown = (semantic.float() - SEMANTIC_SCALE * batch["semantic"]).square().mean()
    return {"loss": error + SEMANTIC_WEIGHT * shown, "components": error.detach()}


def make_prior(table: DrawingTable, image_encoder: ImageEncoder, components: torch.Tensor, **sizes) -> DrawingPrior:
    """An untrained prior for the rows of ``table``, whose cut-outs have these ``components`` (rows, dim)."""
    prior = DrawingPrior(
        phrases=table.phrases,
        renderings=table.renderings,
        num_drawings=table.num_drawings,
        num_cells=len(table.cells),
        embed_dim=image_encoder.config.embed_dim,
        semantic_dim=image_encoder.config.semantic_dim,
        pose_dim=POSE_DIM,
        **sizes,
    )
    prior.cells.copy_(torch.from_numpy(table.cells))
    prior.components_mean.copy_(components.mean(0))
    prior.components_std.fill_((components - components.mean(0)).square().mean().sqrt())
    return prior


def check_rows(prior: DrawingPrior, table: DrawingTable, folder: str) -> None:
    """Refuses a prior that was taught other pictures: its rows would be of other drawings.

    Raises:
        SystemExit: concepts or their order differ from those of ``table``.
    """
    own, given = prior.cells[:, 0].cpu().numpy(), table.cells[:, 0]
    if len(own) != len(given) or (own != given).any() or list(prior.config.phrases) != list(table.phrases):
        raise SystemExit(
            f"--start-from: {folder} was taught {len(own)} pictures, there are {len(given)}, or in another order. "
            "Give the pictures that it was taught (--input, --tiers, --held-out), or leave --start-from out."
        )


def only_named(cutouts: list[Cutout], folder: str | Path) -> torch.Tensor:
    """(len(cutouts),) of 1 and 0: whether the ``metadata.jsonl`` of ``folder`` names the cut-out by its id.

    Raises:
        SystemExit: there is no such file, or it names none of them.
    """
    path = Path(folder) / "metadata.jsonl"
    if not path.is_file():
        raise SystemExit(f"--only: {path} is missing. Give a folder of pictures with a metadata.jsonl.")
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    named = {row.get("id") for row in rows}
    chosen = torch.tensor([float(cutout.id in named) for cutout in cutouts])
    if not chosen.any():
        raise SystemExit(f"--only: {path} names none of the {len(cutouts)} pictures of --input by its `id`.")
    return chosen


def make_batch(step: int, *, cells, components, semantic, weights, batch_size: int, seed: int) -> dict:
    """Rows drawn by their weights: a function of (seed, step)."""
    generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
    rows = torch.multinomial(weights, batch_size, replacement=True, generator=generator)
    return {"cells": cells[rows], "components": components[rows], "semantic": semantic[rows]}


def _read(path: str) -> HeldOut:
    try:
        return HeldOut.read(path)
    except ValueError as error:
        raise SystemExit(str(error)) from error


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "prior", argv)
    encoder = Path(arguments.run) / "embedder" / "image_encoder"
    if not (encoder / "config.json").exists():
        raise SystemExit(f"{encoder} is missing. Run `python -m pipeline.training.embedder` first.")
    image_encoder = ImageEncoder.from_pretrained(encoder, dtype=torch.float32).eval()
    tiers = tuple(arguments.tiers.split(",")) if arguments.tiers else None
    cutouts = load_cutouts(arguments.input, size=preset.layer_size, tiers=tiers)
    if arguments.held_out:
        cutouts = _read(arguments.held_out).without(cutouts)
    table = DrawingTable.make(cutouts.cutouts)
    weights = torch.from_numpy(table.weights)
    if arguments.only:
        weights = weights * only_named(cutouts.cutouts, arguments.only)
    print(f"prior: learns from {int((weights > 0).sum())} pictures", flush=True)
    components, semantic = embed_cutouts(cutouts, image_encoder)
    torch.manual_seed(arguments.seed)
    prior = make_prior(table, image_encoder, components, **preset.prior)
    if arguments.start_from:
        prior = DrawingPrior.from_pretrained(arguments.start_from, dtype=torch.float32)
        check_rows(prior, table, arguments.start_from)
    prior.hue_freedom.copy_(hue_freedom(cutouts, table))
    config = loop_config(
        arguments,
        batch_size=preset.prior_batch_size,
        learning_rate=1.5e-3,
        table_learning_rate=arguments.table_learning_rate,
    )
    batches = functools.partial(
        make_batch,
        cells=prior.cells.long(),
        components=(components - prior.components_mean) / prior.components_std,
        semantic=semantic,
        weights=weights,
        batch_size=config.batch_size,
        seed=config.seed,
    )
    prior = train(prior, prior_loss, batches, config)
    prior.save_pretrained(f"{config.output}/prior")


if __name__ == "__main__":
    main()
