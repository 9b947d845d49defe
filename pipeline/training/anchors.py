"""Train the head that finds a layer's anchors on those that were marked by hand; some minutes on one core.

    python -m pipeline.training.anchors --weights weights --output runs/default/anchors

Layers are drawn by the model itself (``pipeline.data.anchors`` has the marks), each also rendered in other styles,
where its points stay where they are. In every batch they are mirrored, bent and coloured anew. Things that are held
out are never seen; `python -m pipeline.evaluation.anchors` prints the error on them.
"""

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from tqdm import tqdm

from pipeline.cascade.alone import draw_alone
from pipeline.data.anchors import Marked, is_held_out, read_anchors
from pipeline.loading.errors import WeightsError
from pipeline.loading.weights import DEFAULT_WEIGHTS, load_pipeline
from pipeline.models.anchors import ANCHORS, AnchorHead
from pipeline.scene.rendering import render_layer
from pipeline.training.arguments import above_zero

__all__ = ["changed", "main", "prepared", "train_head"]

RENDERED = ("3d render", "gradient vector", "flat geometric", "cartoon emoji", "flat sticker")
SIDE, WORKING_SIDE = 64, 128  # of the head's layers; at which they are rendered
LEARNING_RATE = 3e-3
BLUR = 0.035  # of the side: width of the Gaussian that a map is taught
MIRRORED = [ANCHORS.index(name) for name in (
    "top", "right eye", "left eye", "mouth", "neck", "right hand", "left hand", "back", "seat", "inside", "surface"
)]  # fmt: skip


def prepared(layers: torch.Tensor, styles: tuple[str, ...] = RENDERED) -> torch.Tensor:
    """Layers (n, 4, side, side) -> (n, 1 + styles, 4, SIDE, SIDE): as they are, and in each of the styles."""
    working = F.interpolate(layers.float(), size=(WORKING_SIDE, WORKING_SIDE), mode="area")
    each = [torch.stack([one, *(render_layer(one, style) for style in styles)]) for one in working]
    return torch.stack([F.interpolate(some, size=(SIDE, SIDE), mode="area") for some in each])


def points_of(labels: list[Marked]) -> tuple[torch.Tensor, torch.Tensor]:
    """Points (n, anchors, 2), and which of them are there (n, anchors)."""
    points, there = torch.full((len(labels), len(ANCHORS), 2), 0.5), torch.zeros(len(labels), len(ANCHORS))
    for at, one in enumerate(labels):
        for name, point in one.points.items():
            points[at, ANCHORS.index(name)] = torch.tensor(point)
            there[at, ANCHORS.index(name)] = 1.0
    return points, there


def changed(
    layers: torch.Tensor, points: torch.Tensor, there: torch.Tensor, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """A batch mirrored, turned, sheared, sized, moved and coloured by chance, with its points where they come to lie.

    Args:
        layers: (batch, 4, side, side) in [-1, 1].
        points: (batch, anchors, 2).
        there: (batch, anchors); what comes to lie outside is not there.
    """
    count = len(layers)

    def chance(*shape: int, least: float = 0.0, most: float = 1.0) -> torch.Tensor:
        return least + (most - least) * torch.rand(*shape, generator=generator)

    mirror = chance(count) < 0.5
    layers = torch.where(mirror[:, None, None, None], layers.flip(-1), layers)
    flipped = torch.stack([1 - points[..., 0], points[..., 1]], dim=-1)[:, MIRRORED]
    points = torch.where(mirror[:, None, None], flipped, points)
    there = torch.where(mirror[:, None], there[:, MIRRORED], there)
    angle = chance(count, least=-0.3, most=0.3)
    larger = torch.exp2(chance(count, least=-0.6, most=0.25))
    wider, lean = torch.exp2(chance(count, least=-0.2, most=0.2)), chance(count, least=-0.15, most=0.15)
    # From what is drawn to where it comes to lie, about the middle, in units of half the side.
    turn = torch.stack([torch.cos(angle), -torch.sin(angle), torch.sin(angle), torch.cos(angle)], -1).view(-1, 2, 2)
    shape = torch.stack([larger * wider, lean, torch.zeros(count), larger / wider], -1).view(-1, 2, 2)
    forward, moved = turn @ shape, chance(count, 2, least=-0.12, most=0.12)
    inverse = torch.linalg.inv(forward)
    theta = torch.cat([inverse, -inverse @ moved[..., None]], dim=-1)
    grid = F.affine_grid(theta, list(layers.shape), align_corners=False)
    drawn = F.grid_sample((layers + 1) / 2, grid, mode="bilinear", align_corners=False)
    points = ((2 * points - 1) @ forward.mT + moved[:, None]) / 2 + 0.5
    there = there * ((points > 0) & (points < 1)).all(-1)
    return 2 * _coloured(drawn, chance) - 1, points.clamp(0, 1), there


def _coloured(drawn: torch.Tensor, chance) -> torch.Tensor:
    """Layers (batch, 4, side, side) in [0, 1] in other colours: channels mixed, lighter or darker, a few grey."""
    count, alpha = len(drawn), drawn[:, 3:]
    colours = (drawn[:, :3] / alpha.clamp(min=0.02)).clamp(0, 1)
    orders = torch.stack([torch.eye(3)[list(order)] for order in ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1))])
    mix = orders[(4 * chance(count)).long().clamp(max=3)]
    mix = mix + chance(count, 3, 3, least=-0.15, most=0.15)
    grey = (chance(count) < 0.1)[:, None, None]
    mix = torch.where(grey, torch.full((3, 3), 1 / 3), mix)
    colours = torch.einsum("boc,bchw->bohw", mix, colours).clamp(0, 1)
    colours = colours ** torch.exp2(chance(count, 1, 1, 1, least=-0.7, most=0.7))
    colours = colours * chance(count, 1, 1, 1, least=0.75, most=1.1) + chance(count, 1, 1, 1, least=-0.05, most=0.15)
    return torch.cat([colours.clamp(0, 1) * alpha, alpha], dim=1)


def loss_of(head: AnchorHead, layers: torch.Tensor, points: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the maps against a Gaussian about each point that is there, and of the presences."""
    maps, presence = head(layers)
    line = (torch.arange(maps.shape[-1]) + 0.5) / maps.shape[-1]
    away = (line - points[..., :1]) ** 2, (line - points[..., 1:]) ** 2
    target = torch.exp(-(away[1][..., :, None] + away[0][..., None, :]) / (2 * BLUR**2)).flatten(2)
    target = target / target.sum(-1, keepdim=True)
    cross = -(target * maps.flatten(2).log_softmax(-1)).sum(-1)
    return (cross * there).sum() / there.sum().clamp(min=1) + 2 * F.binary_cross_entropy_with_logits(presence, there)


def train_head(
    head: AnchorHead, layers: torch.Tensor, labels: list[Marked], *, steps: int, batch_size: int, seed: int
) -> list[float]:
    """AdamW with a cosine; the weights are the mean over the last steps. Returns the losses.

    Args:
        layers: (n, renderings, 4, SIDE, SIDE) of the labels, as ``prepared`` gives them.
    """
    generator = torch.Generator().manual_seed(seed)
    points, there = points_of(labels)
    optimizer = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=0.02)
    mean = torch.optim.swa_utils.AveragedModel(
        head, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.99), use_buffers=True
    )
    losses, start = [], time.monotonic()
    head.train()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(1.0, (step + 1) / 50) * (0.51 + 0.49 * math.cos(math.pi * step / steps))
        at = torch.randint(len(labels), (batch_size,), generator=generator)
        how = (torch.randint(2 * layers.shape[1], (batch_size,), generator=generator) - layers.shape[1]).clamp(min=0)
        loss = loss_of(head, *changed(layers[at, how], points[at], there[at], generator))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
        optimizer.step()
        mean.update_parameters(head)
        losses.append(loss.item())
        if (step + 1) % 200 == 0:
            shown = sum(losses[-200:]) / 200
            print(f"step {step + 1}: loss {shown:.3f}, {(time.monotonic() - start) / 60:.1f} minutes", flush=True)
    head.load_state_dict(mean.module.state_dict())
    head.eval()
    return losses


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.training.anchors",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--weights", default=str(DEFAULT_WEIGHTS), help="folder of the model that draws the layers")
    parser.add_argument("--run", default="runs/default", help="folder of the training run")
    parser.add_argument("--output", help="folder of the trained head (default: anchors, in the run's folder)")
    parser.add_argument("--steps", type=above_zero(int), default=800)
    parser.add_argument("--batch-size", type=above_zero(int), default=32)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    try:
        pipe = load_pipeline(arguments.weights)
        labels = [one for one in read_anchors() if not is_held_out(one.name) and one.name in pipe.prior.index_of]
    except (WeightsError, ValueError) as error:
        raise SystemExit(str(error)) from error
    if not labels:
        raise SystemExit(
            f"`--weights` {arguments.weights} draws none of the things that are marked. Take another model."
        )
    drawn = [draw_alone(pipe, one.name, one.style, one.seed) for one in tqdm(labels, "layers", mininterval=5)]
    torch.manual_seed(arguments.seed)
    head: Any = AnchorHead()
    head.to(memory_format=torch.channels_last)
    told = {"steps": arguments.steps, "batch_size": arguments.batch_size, "seed": arguments.seed}
    losses = train_head(head, prepared(torch.stack(drawn)), labels, **told)
    output = Path(arguments.output or Path(arguments.run) / "anchors")
    head.half().save_pretrained(output)
    last = losses[-100:]
    (output / "training.json").write_text(json.dumps({**told, "loss": sum(last) / len(last)}), encoding="utf-8")
    print(f"{output}: {len(labels)} layers. `python -m pipeline.evaluation.anchors --head {output}` prints its error.")


if __name__ == "__main__":
    main()
