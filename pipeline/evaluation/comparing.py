"""How far apart pictures are, how muddy their colours, and how near to a picture that was taught."""

import numpy as np
import torch
from PIL import Image

from pipeline.evaluation.foreground import resample, segment
from pipeline.evaluation.judge import CutoutJudge

__all__ = ["COPY", "SIDE", "difference", "muddy_share", "nearest_copy", "own_box"]

SIDE = 64  # pixels of a thing's own box
COPY = 6.0  # grey levels: below it two pictures are the same to the eye
MUDDY = 16.0  # levels, root mean square over the channels, from the nearest main colour
MAIN_COLOURS = 6
SHORTLIST = 24  # cut-outs, nearest by the judge's metric, that are compared pixel by pixel


def own_box(image: Image.Image, side: int = SIDE) -> np.ndarray | None:
    """What stands in a picture, cut to its box and laid on light gray, (side, side, 3) of [0, 255]; None if nothing.

    The ground is replaced: two pictures differ by what stands in them.
    """
    foreground = segment(image)
    boxes = foreground.boxes()
    if not boxes:
        return None
    square = resample(foreground.deviation, boxes[0], side)
    strength = square.abs().amax(0)
    cover = ((strength - 0.04) / 0.06).clamp(0, 1)
    colours = (square + foreground.ground[:, None, None]) * cover + GROUND * (1 - cover)
    return (255 * colours.clamp(0, 1)).permute(1, 2, 0).numpy()


GROUND = 0.88


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Mean absolute difference, in grey levels."""
    return float(np.abs(a - b).mean())


def muddy_share(image: Image.Image) -> float:
    """Share of a thing's pixels that none of the picture's six main colours is near to."""
    box = own_box(image, 128)
    if box is None:
        return 0.0
    picture = Image.fromarray(box.round().astype(np.uint8))
    palette = picture.quantize(MAIN_COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=4)
    near = np.asarray(palette.convert("RGB"), dtype=np.float32)
    off = np.sqrt(((box - near) ** 2).mean(-1))
    thing = np.abs(box - 255 * GROUND).max(-1) > 8
    return float((off > MUDDY)[thing].mean()) if thing.any() else 0.0


def nearest_copy(judge: CutoutJudge, image: Image.Image) -> tuple[float, str]:
    """The least difference to a cut-out, as it is or mirrored, on the aligned box, and that cut-out's id."""
    foreground = segment(image)
    boxes, drawn = foreground.boxes(), own_box(image)
    if not boxes or drawn is None:
        return 255.0, ""
    things = [resample(foreground.deviation, box, 32) for box in boxes]
    things = torch.stack([*things, *(thing.flip(-1) for thing in things)])
    near = judge.matcher.likeness(things, foreground.ground).amax(0).topk(min(SHORTLIST, len(judge.rows))).indices
    found = []
    for at in near.tolist():
        pixels = torch.from_numpy(np.array(judge.cutouts.pixels[judge.rows[at].index], dtype=np.float32) / 255)
        layer = pixels.permute(2, 0, 1)
        layer[:3] = (layer[:3] - GROUND) * layer[3:]
        columns, rows = (layer[3] > 0.1).any(0).nonzero().flatten(), (layer[3] > 0.1).any(1).nonzero().flatten()
        if not len(columns):
            continue
        box = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
        real = 255 * (resample(layer[:3], box, SIDE) + GROUND).permute(1, 2, 0).numpy()
        found += [(difference(drawn, one), judge.rows[at].id) for one in (real, real[:, ::-1])]
    return min(found, default=(255.0, ""))
