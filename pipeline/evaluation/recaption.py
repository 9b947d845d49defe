"""What recaptioning is worth: a set with half of its captions corrupted, learned from with and without it.

    python -m pipeline.evaluation.recaption --input PICTURES --pictures 5000 --steps 500

Half of the captions are exchanged for those of other pictures. A captioner is trained on that very set, as it would
have to be. Then a small picture-text matcher is trained three times for the same number of steps: on the true
captions, on the corrupted ones, and on the corrupted ones with a fraction rewritten each epoch. Alignment is measured
on held-out pictures with their true captions: how often the right caption out of 100 is nearest (top-1), and the mean
margin in cosine. This is a small stand-in: it shows what the captions teach, not what a finished generator draws.
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from pipeline.data.decode import check_pictures
from pipeline.data.read import read_records
from pipeline.data.recaption import (
    describer,
    descriptive_caption,
    recaption_epoch,
    small_picture,
    train_captioner,
)
from pipeline.data.record import kept

__all__ = ["alignment", "corrupt_half", "measure_gain", "train_matcher"]

BATCH_SIZE = 128
CAPTIONER_CHANNELS = (32, 64, 128)  # half of what `Captioner` has: a third of the time
CANDIDATES = 100  # captions among which the right one has to be found


class _Matcher(nn.Module):
    """A picture at 64x64 and a bag of words, both as vectors of the same space."""

    def __init__(self, words: int, dim: int = 128):
        super().__init__()
        widths = (3, 32, 64, 128, 128)
        stages = [
            nn.Sequential(nn.Conv2d(a, b, 3, stride=2, padding=1), nn.GroupNorm(8, b), nn.GELU())
            for a, b in zip(widths, widths[1:], strict=False)
        ]
        self.image = nn.Sequential(*stages, nn.Flatten(), nn.Linear(128 * 16, dim))
        self.text = nn.EmbeddingBag(words, dim, mode="mean")
        self.log_scale = nn.Parameter(torch.tensor(2.5))

    def embed_images(self, pixels: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.image(pixels.permute(0, 3, 1, 2).float() / 127.5 - 1), dim=-1)

    def embed_texts(self, bags: list[list[int]]) -> torch.Tensor:
        offsets = torch.tensor([0, *np.cumsum([len(bag) for bag in bags])[:-1].tolist()])
        return F.normalize(self.text(torch.tensor([word for bag in bags for word in bag]), offsets), dim=-1)


def corrupt_half(texts: list[str], *, seed: int = 0) -> list[str]:
    """Every caption of a random half becomes that of another picture of that half."""
    draw = random.Random(seed)
    rows = draw.sample(range(len(texts)), len(texts) // 2)
    corrupted = list(texts)
    for row, other in zip(rows, rows[1:] + rows[:1], strict=True):
        corrupted[row] = texts[other]
    return corrupted


def train_matcher(
    images: np.ndarray, epochs: list[list[str]], vocabulary: dict[str, int], *, seed: int = 0
) -> _Matcher:
    """A matcher trained with the symmetric contrastive loss on `images` (n, 64, 64, 3), one list of captions an
    epoch."""
    pixels = torch.as_tensor(images)
    generator = np.random.default_rng(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = _Matcher(len(vocabulary) + 1)
        optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)
        steps = len(epochs) * (len(images) // BATCH_SIZE)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=2e-3, total_steps=steps)
        for texts in epochs:
            bags = [_bag(text, vocabulary) for text in texts]
            order = generator.permutation(len(images))
            for start in range(0, len(images) - BATCH_SIZE + 1, BATCH_SIZE):
                rows = order[start : start + BATCH_SIZE]
                scores = model.embed_images(pixels[rows]) @ model.embed_texts([bags[row] for row in rows]).T
                scores = scores * model.log_scale.clamp(max=4.6).exp()
                labels = torch.arange(len(rows))
                loss = (F.cross_entropy(scores, labels) + F.cross_entropy(scores.T, labels)) / 2
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
    return model.eval()


@torch.no_grad()
def alignment(model: _Matcher, images: np.ndarray, texts: list[str], vocabulary: dict[str, int]) -> dict[str, float]:
    """Top-1 among CANDIDATES captions (chance 1 %), and the mean cosine of right minus wrong pairs."""
    image = model.embed_images(torch.as_tensor(images))
    scores = image @ model.embed_texts([_bag(text, vocabulary) for text in texts]).T
    hits, margins = [], []
    for start in range(0, len(texts) - CANDIDATES + 1, CANDIDATES):
        block = scores[start : start + CANDIDATES, start : start + CANDIDATES]
        right = block.diagonal()
        hits.append((block.argmax(dim=1) == torch.arange(CANDIDATES)).float().mean())
        margins.append(right.mean() - (block.sum() - right.sum()) / (CANDIDATES * (CANDIDATES - 1)))
    return {"top1": round(float(torch.stack(hits).mean()), 4), "margin": round(float(torch.stack(margins).mean()), 4)}


def measure_gain(
    images: np.ndarray,
    texts: list[str],
    *,
    held_out: int,
    captioner_steps: int,
    epochs: int,
    fractions: tuple[float, ...],
    seed: int = 0,
) -> dict:
    """The table: alignment on the last `held_out` pictures after learning from true, corrupted and recaptioned
    captions."""
    train, true = images[:-held_out], texts[:-held_out]
    corrupted = corrupt_half(true, seed=seed)
    start = time.process_time()
    captioner, tokenizer, losses = train_captioner(
        train, corrupted, minutes=math.inf, max_steps=captioner_steps, seed=seed, channels=CAPTIONER_CHANNELS
    )
    describe = describer(captioner, tokenizer)
    generated = []
    for first in range(0, len(train), 256):
        generated += describe([Image.fromarray(image) for image in train[first : first + 256]])
    vocabulary = {word: row for row, word in enumerate(sorted({word for text in true for word in text.split()}))}
    keys = [str(row) for row in range(len(train))]
    sets = {"true captions": [true] * epochs, "half corrupted": [corrupted] * epochs}
    for fraction in fractions:
        sets[f"half corrupted, {fraction:g} recaptioned each epoch"] = [
            recaption_epoch(keys, corrupted, generated, fraction=fraction, epoch=epoch, seed=seed)
            for epoch in range(epochs)
        ]
    result = {
        "pictures": len(train),
        "held_out": held_out,
        "epochs": epochs,
        "captioner_steps": captioner_steps,
        "captioner_loss": round(float(np.mean(losses[-50:])), 3),
        "words_right": {
            "corrupted captions": round(_overlap(corrupted, true), 4),
            "generated captions": round(_overlap(generated, true), 4),
        },
        "alignment": {},
    }
    for name, captions in sets.items():
        model = train_matcher(train, captions, vocabulary, seed=seed)
        result["alignment"][name] = alignment(model, images[-held_out:], texts[-held_out:], vocabulary)
    result["cpu_seconds"] = round(time.process_time() - start)
    return result


def _bag(text: str, vocabulary: dict[str, int]) -> list[int]:
    return [vocabulary.get(word, len(vocabulary)) for word in text.split()] or [len(vocabulary)]


def _overlap(found: list[str], true: list[str]) -> float:
    """Mean share of a true caption's words that the other caption has too."""
    shares = [
        len(set(one.split()) & set(two.split())) / max(1, len(set(two.split())))
        for one, two in zip(found, true, strict=True)
    ]
    return float(np.mean(shares))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, required=True, help="pictures with true captions")
    parser.add_argument("--pictures", type=int, default=5000, help="drawn at random")
    parser.add_argument("--steps", type=int, default=500, help="of the captioner, 64 pictures each")
    parser.add_argument("--epochs", type=int, default=12, help="of each matcher")
    parser.add_argument(
        "--recaption-fraction", type=float, nargs="+", default=[0.1, 0.3], help="of captions, each epoch"
    )
    parser.add_argument("--held-out", type=int, default=1000, help="of the pictures, for measuring alignment")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    records = [record for record in read_records(options.input) if record.text]
    random.Random(options.seed).shuffle(records)
    records = kept(check_pictures(records[: options.pictures]))
    images = np.stack([small_picture(record.picture().image) for record in records])
    texts = [descriptive_caption(record).lower() for record in records]
    result = measure_gain(
        images,
        texts,
        held_out=options.held_out,
        captioner_steps=options.steps,
        epochs=options.epochs,
        fractions=tuple(options.recaption_fraction),
        seed=options.seed,
    )
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
