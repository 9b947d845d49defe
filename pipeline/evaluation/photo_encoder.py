"""A small visual encoder of our own, trained on photographs of products and then frozen.

A residual network (He et al. 2016, arXiv 1512.03385) with three stages and average pooling: 96 x 96 pixels -> 256
numbers. Its training also shows it collages of one product, so that the baseline which tiles several photographs into
one picture meets an encoder that knows such pictures.
"""

import logging
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

from pipeline.atomic import new_file
from pipeline.evaluation.grocery import Grocery

__all__ = [
    "FEATURES",
    "PhotoEncoder",
    "extract_features",
    "load_encoder",
    "make_collage",
    "photos_to_pixels",
    "random_views",
    "train_encoder",
]

log = logging.getLogger(__name__)

SIZE = 96  # pixels
FEATURES = 256
WIDTHS = (64, 128, FEATURES)
BATCH = 64
COLLAGE_SHARE = 0.25  # of the training batch
LABEL_SMOOTHING = 0.1


class PhotoEncoder(nn.Module):
    """(batch, 3, SIZE, SIZE) in [0, 1] -> features (batch, FEATURES), not normalised."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, WIDTHS[0], 7, stride=4, padding=3, bias=False), nn.BatchNorm2d(WIDTHS[0])
        )
        blocks, before = [], WIDTHS[0]
        for stage, width in enumerate(WIDTHS):
            blocks += [_Block(before, width, stride=2 if stage else 1), _Block(width, width, stride=1)]
            before = width
        self.blocks = nn.Sequential(*blocks)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        x = self.blocks(F.relu(self.stem(pixels * 2 - 1)))
        return x.float().mean((2, 3))


class _Block(nn.Module):
    def __init__(self, channels_in: int, channels: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        self.skip = nn.Identity() if stride == 1 else nn.Conv2d(channels_in, channels, 1, stride, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(out + self.skip(x))


def make_collage(photos: torch.Tensor) -> torch.Tensor:
    """Tile (num_images, 3, height, width) into one picture (3, SIZE, SIZE) on a square grid, filled row by row.

    One photograph is only resized; 2 to 4 share a 2 x 2 grid, 5 to 9 a 3 x 3 grid; cells left over are grey.
    """
    side = next(side for side in range(1, len(photos) + 1) if side * side >= len(photos))
    cell = SIZE // side
    cells = photos.new_full((side * side, 3, cell, cell), 0.5)
    cells[: len(photos)] = F.interpolate(photos, (cell, cell), mode="area")
    grid = cells.view(side, side, 3, cell, cell).permute(2, 0, 3, 1, 4).reshape(3, side * cell, side * cell)
    return F.pad(grid, (0, SIZE - side * cell, 0, SIZE - side * cell), value=0.5)


def random_views(photos: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Random crops, mirrors and light of (batch, 3, height, width) photographs -> (batch, 3, SIZE, SIZE)."""

    def uniform(low: float, high: float, *shape: int) -> torch.Tensor:
        return low + (high - low) * torch.rand(len(photos), *shape, generator=generator)

    scale = uniform(0.55, 1.0, 1)
    mirror = torch.where(uniform(0, 1, 1) < 0.5, -1.0, 1.0)
    shift = uniform(-1, 1, 2) * (1 - scale)
    stretch = uniform(0.85, 1.0, 2)
    theta = torch.zeros(len(photos), 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = (scale * mirror * stretch[:, :1])[:, 0], (scale * stretch[:, 1:])[:, 0]
    theta[:, :, 2] = shift
    grid = F.affine_grid(theta, [len(photos), 3, SIZE, SIZE], align_corners=False)
    views = F.grid_sample(photos, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    mean = views.mean((1, 2, 3), keepdim=True)
    return ((views - mean) * uniform(0.7, 1.3, 1, 1, 1) + mean * uniform(0.7, 1.3, 1, 1, 1)).clamp(0, 1)


def train_encoder(grocery: Grocery, minutes: float, path: Path, seed: int = 0) -> PhotoEncoder:
    """Train on the "encoder" part for `minutes` of CPU time, save to `path`, return it in eval mode.

    The losses are cross-entropy over the fine and the coarse class. The learning rate follows the time that all cores
    spent on this process (one cycle): the schedule ends whatever the machine's speed, and other work beside it neither
    shortens nor lengthens the training.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    rows = torch.from_numpy((grocery.part == "encoder").nonzero()[0])
    photos = photos_to_pixels(grocery.photos[rows.numpy()])
    fine = torch.from_numpy(grocery.product[rows.numpy()])
    coarse_of = torch.tensor([product.coarse_id for product in grocery.products])
    same = [torch.nonzero(fine == product).flatten() for product in range(len(grocery.products))]
    model = PhotoEncoder().to(memory_format=torch.channels_last)
    heads = nn.Linear(FEATURES, len(grocery.products)), nn.Linear(FEATURES, int(coarse_of.max()) + 1)
    parameters = [*model.parameters(), *heads[0].parameters(), *heads[1].parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=2e-3, weight_decay=0.05)
    criterion = nn.CrossEntropyLoss(label_smoothing=LABEL_SMOOTHING)
    start, step, spent = time.process_time(), 0, 0.0
    while spent < 1:
        spent = (time.process_time() - start) / (60 * minutes)
        for group in optimizer.param_groups:  # up over the first tenth, then linearly down to 0
            group["lr"] = 2e-3 * max(0.0, min(spent / 0.1 + 0.02, (1 - spent) / 0.9))
        batch = torch.randint(len(rows), (BATCH,), generator=generator)
        pixels = random_views(photos[batch], generator)
        for index in range(int(COLLAGE_SHARE * BATCH)):
            mates = same[int(fine[batch[index]])]
            size = int(torch.randint(2, 6, (1,), generator=generator))
            chosen = mates[torch.randperm(len(mates), generator=generator)[:size]]
            pixels[index] = make_collage(random_views(photos[chosen], generator))
        with torch.autocast("cpu", torch.bfloat16):
            features = model(pixels.contiguous(memory_format=torch.channels_last))
            label = fine[batch]
            loss = criterion(heads[0](features), label) + 0.5 * criterion(heads[1](features), coarse_of[label])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % 50 == 0:
            log.info("encoder: step %d, %.0f %% of the time, loss %.3f", step, 100 * spent, loss.item())
    model.eval()
    with new_file(path) as aside:
        save_file({name: value.contiguous() for name, value in model.state_dict().items()}, aside)
    log.info("encoder: %d steps of %d photographs", step, BATCH)
    return model


def load_encoder(path: Path) -> PhotoEncoder:
    """The encoder saved by `train_encoder`, in eval mode."""
    model = PhotoEncoder()
    model.load_state_dict(load_file(path))
    return model.eval().to(memory_format=torch.channels_last)


@torch.no_grad()
def extract_features(model: PhotoEncoder, photos: torch.Tensor | np.ndarray) -> torch.Tensor:
    """Features (n, FEATURES) of pixels (n, 3, SIZE, SIZE) in [0, 1], or of photographs as `Grocery` holds them."""
    features = []
    for start in range(0, len(photos), 128):
        chunk = photos[start : start + 128]
        if isinstance(chunk, np.ndarray):
            chunk = F.interpolate(photos_to_pixels(chunk), (SIZE, SIZE), mode="area")
        with torch.autocast("cpu", torch.bfloat16):
            features.append(model(chunk.contiguous(memory_format=torch.channels_last)))
    return torch.cat(features)


def photos_to_pixels(photos: np.ndarray) -> torch.Tensor:
    """(n, height, width, 3) uint8 -> (n, 3, height, width) float in [0, 1]."""
    return torch.from_numpy(photos).permute(0, 3, 1, 2).float() / 255
