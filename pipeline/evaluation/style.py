"""A judge of style: which artist's hand a picture has, told from small pieces of it.

    python -m pipeline.evaluation.style --input PICTURES

The nearest cut-out does not say the style: a drawing by one artist may be shown in the rendering of another. So a
small network looks at pieces that are too small to show what is drawn, with their colours turned, so that shading,
outlines and texture are what is left to tell by. It is trained on cut-outs alone, and
prints how it does on concepts that it never saw.

What it can tell is little so far: of 200 real pictures of concepts that it never saw, 600 steps of training, it names
30 % rightly out of five styles (chance: 20 %), and 45 % within the families below. A share of styles that it reports
means something only beside the same share of real pictures, which ``variety.py`` prints first; it is no evidence that
a style was missed.
"""

import argparse
import hashlib
import json
import random
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn
from tqdm import tqdm

from pipeline.atomic import new_file
from pipeline.data.cutouts import Cutout, load_cutouts
from pipeline.evaluation.foreground import resample, segment
from pipeline.evaluation.judge import ASKED_TIER, JUDGED_SIDE
from pipeline.evaluation.originals import Originals
from pipeline.evaluation.real_pictures import PixelsOf, compose_real
from pipeline.evaluation.table import markdown_table

__all__ = ["FAMILIES", "StyleJudge", "family", "main"]

SIDE = (
    64  # pixels that a thing is brought to: at more of them, how softly it was enlarged would tell more than its look
)
PATCH = 24  # pixels that a piece is brought to; it is cut between the next two
SMALLEST, LARGEST = 20, 30
PIECES = 32  # of a picture that is judged
COVERED = 0.35  # of a piece, at least, by the thing
HELD_OUT = 5  # one concept in so many is never trained on
PER_STYLE, STEPS, BATCH = 1000, 600, 96
VERSION = 2  # part of the cached file's name
# What should be taken for each other before anything else: soft shading in two strengths; flat colours.
FAMILIES = {
    "3d render": "shaded", "gradient vector": "shaded", "flat geometric": "flat", "flat sticker": "flat",
}  # fmt: skip


def family(style: str) -> str:
    """The family of a style; itself where it is told apart from all others."""
    return FAMILIES.get(style, style)


class _PieceNet(nn.Sequential):
    """(n, 3, PATCH, PATCH) in [-1, 1] -> (n, styles)."""

    def __init__(self, styles: int):
        super().__init__(
            nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, stride=2, padding=1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(256, styles),
        )  # fmt: skip


class StyleJudge:
    """Says which of ``styles`` a picture of one thing is drawn in.

    Args:
        styles: their names.
        net: pieces -> scores.
    """

    def __init__(self, styles: list[str], net: nn.Module):
        self.styles, self.net = styles, net.eval()

    @classmethod
    def fit(
        cls, rows: list[Cutout], pixels_of: PixelsOf, *, steps: int = STEPS, cache: str | Path = "runs/cache"
    ) -> "StyleJudge":
        """Learn the styles of ``rows``, without the concepts that are held out; kept under ``cache``.

        Args:
            rows: cut-outs with a style.
            pixels_of: reads their pixels.
            steps: of training.
            cache: a folder.

        Raises:
            ValueError: there are fewer than two styles.
        """
        chosen = _choose(rows)
        styles = sorted({style_of(row) for row in chosen})
        if len(styles) < 2:
            raise ValueError(f"The judge of style needs two styles or more, got {styles}.")
        key = [VERSION, steps, [row.id for row in chosen]]
        path = Path(cache) / f"style-{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]}.safetensors"
        net = _PieceNet(len(styles))
        if not path.exists():
            things = [_thing(pixels_of(row)) for row in tqdm(chosen, "read for style", mininterval=5)]
            with torch.random.fork_rng():
                torch.manual_seed(0)
                net = _PieceNet(len(styles))
                _train(net, things, [styles.index(style_of(row)) for row in chosen], steps)
            path.parent.mkdir(parents=True, exist_ok=True)
            with new_file(path) as aside:
                save_file(net.state_dict(), aside)
        net.load_state_dict(load_file(path))
        return cls(styles, net)

    @torch.no_grad()
    def shares(self, image: Image.Image) -> dict[str, float]:
        """Style -> probability, by all pieces of the picture together; empty where nothing stands in it."""
        foreground = segment(image)
        boxes = foreground.boxes()
        if not boxes:
            return {}
        square = resample(foreground.deviation, boxes[0], SIDE)
        strength = square.abs().amax(0)
        mask = strength > max(0.06, 0.12 * float(strength.max()))
        rng = random.Random(0)
        pieces = [_cut(square + foreground.ground[:, None, None], mask, rng) for _ in range(PIECES)]
        scores = F.log_softmax(self.net(2 * torch.stack(pieces) - 1), dim=1).mean(0)
        return dict(zip(self.styles, scores.softmax(0).tolist(), strict=True))

    def style(self, image: Image.Image) -> str | None:
        """The most probable style; None where nothing stands in the picture."""
        shares = self.shares(image)
        return max(shares, key=shares.get) if shares else None


def style_of(row: Cutout) -> str:
    """What a cut-out's style is called first."""
    return row.styles[0] if row.styles else row.source


def is_held_out(concept: str) -> bool:
    """Whether the judge of style never sees a concept."""
    return hashlib.sha256(concept.encode()).digest()[0] % HELD_OUT == 0


def _choose(rows: list[Cutout]) -> list[Cutout]:
    """Up to ``PER_STYLE`` of each style, one of a concept."""
    groups: dict[str, dict[str, Cutout]] = defaultdict(dict)
    for row in rows:
        if not (row.is_flag or row.is_tone_variant or is_held_out(row.concept)):
            groups[style_of(row)].setdefault(row.concept, row)
    chosen = []
    for style in sorted(groups):
        own = [groups[style][concept] for concept in sorted(groups[style])]
        chosen += random.Random(style).sample(own, min(PER_STYLE, len(own)))
    return chosen


def _thing(pixels: np.ndarray) -> torch.Tensor:
    """uint8 (side, side, 4) -> (4, SIDE, SIDE), colours multiplied by alpha, in [0, 1]."""
    layer = torch.from_numpy(np.array(pixels, dtype=np.float32) / 255).permute(2, 0, 1)
    layer[:3] *= layer[3:]
    return F.interpolate(layer[None], size=(SIDE, SIDE), mode="bilinear", antialias=True, align_corners=False)[0]


def _cut(picture: torch.Tensor, mask: torch.Tensor, rng: random.Random) -> torch.Tensor:
    """A piece (channels, PATCH, PATCH) of a picture (channels, SIDE, SIDE), some of which the thing covers."""
    for _ in range(20):
        side = rng.randint(SMALLEST, LARGEST)
        left, top = rng.randint(0, SIDE - side), rng.randint(0, SIDE - side)
        if mask[top : top + side, left : left + side].float().mean() > COVERED:
            break
    piece = picture[None, :, top : top + side, left : left + side]
    return F.interpolate(piece, size=(PATCH, PATCH), mode="bilinear", antialias=True, align_corners=False)[0]


def _train(net: nn.Module, things: list[torch.Tensor], labels: list[int], steps: int) -> None:
    rng, generator = random.Random(0), torch.Generator().manual_seed(0)
    by_label: dict[int, list[int]] = defaultdict(list)
    for at, label in enumerate(labels):
        by_label[label].append(at)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for _ in tqdm(range(steps), "learn styles", mininterval=5):
        chosen = [rng.choice(by_label[rng.randrange(len(by_label))]) for _ in range(BATCH)]
        pieces = _augmented(torch.stack([_cut(things[at], things[at][3] > 0.3, rng) for at in chosen]), generator)
        loss = F.cross_entropy(net(pieces), torch.tensor([labels[at] for at in chosen]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


def _augmented(pieces: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Pieces (n, 4, PATCH, PATCH) on some ground, their hue turned, lighter or darker, mirrored, some softer, with a
    little noise: (n, 3, PATCH, PATCH) in [-1, 1].
    """
    number = len(pieces)

    def chance(low: float, high: float) -> torch.Tensor:
        return low + (high - low) * torch.rand(number, 1, 1, 1, generator=generator)

    ground = torch.rand(number, 3, 1, 1, generator=generator)
    pictures = pieces[:, :3] + ground * (1 - pieces[:, 3:])
    axis = torch.ones(3) / 3**0.5
    cross = torch.tensor([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / 3**0.5
    angle = chance(0, 2 * np.pi)[:, 0]
    turn = angle.cos() * torch.eye(3) + angle.sin() * cross + (1 - angle.cos()) * torch.outer(axis, axis)
    pictures = (turn @ pictures.flatten(2)).unflatten(2, (PATCH, PATCH))
    pictures = chance(0.75, 1.2) * pictures + chance(-0.1, 0.1)
    pictures = torch.where(chance(0, 1) < 0.5, pictures.flip(-1), pictures)
    small = F.interpolate(pictures, scale_factor=0.7, mode="bilinear", antialias=True)
    soft = F.interpolate(small, size=(PATCH, PATCH), mode="bilinear", align_corners=False)
    pictures = torch.where(chance(0, 1) < 0.4, soft, pictures)  # what a generator draws is a little softer
    pictures = pictures + 0.008 * torch.randn(pictures.shape, generator=generator)
    return 2 * pictures.clamp(0, 1) - 1


def confusion(judge: StyleJudge, real: list[tuple[str, Image.Image]]) -> list[list[str]]:
    """Rows of (style, pictures, right, family right, what it is taken for most often)."""
    seen: dict[str, Counter] = defaultdict(Counter)
    for style, image in real:
        seen[style][judge.style(image)] += 1
    rows = []
    for style, counts in [*sorted(seen.items()), ("all", sum(seen.values(), Counter()))]:
        total = sum(counts.values())
        chosen = seen.items() if style == "all" else [(style, counts)]
        right = sum(own[name] for name, own in chosen)
        related = sum(
            number for name, own in chosen for other, number in own.items() if family(other or "") == family(name)
        )
        wrong = Counter({other: number for other, number in counts.items() if other != style})
        taken = "" if style == "all" or not wrong else f"{wrong.most_common(1)[0][0]} {wrong.most_common(1)[0][1]}"
        rows.append([style, str(total), f"{right / total:.1%}", f"{related / total:.1%}", taken])
    return rows


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.evaluation.style", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--input", required=True, help="folder of zip shards of cut-outs with a metadata.jsonl")
    parser.add_argument("--limit", type=int, default=40, help="real pictures of each style")
    parser.add_argument("--cache", default="runs/cache", help="folder of what was learnt")
    arguments = parser.parse_args(argv)
    cutouts = load_cutouts(arguments.input, size=JUDGED_SIDE, cache=arguments.cache)
    rows = [row for row in cutouts.cutouts if row.tier == ASKED_TIER] or cutouts.cutouts
    originals = Originals(arguments.input)
    judge = StyleJudge.fit(rows, lambda row: cutouts.pixels[row.index], cache=arguments.cache)
    rng, real = random.Random(2), []
    for style in judge.styles:
        own = [row for row in rows if style_of(row) == style and is_held_out(row.concept) and not row.is_tone_variant]
        for row in rng.sample(own, min(arguments.limit, len(own))):
            ground = rng.choice(("white", "light blue", "beige", "light gray", "navy blue"))
            real.append((style, compose_real(originals, (row,), ground, "single", rng)))
    print(markdown_table(["style", "real pictures", "right", "family right", "else"], confusion(judge, real)))


if __name__ == "__main__":
    main()
