"""What stands in a picture of several things: regions, their colours, and where they are."""

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from pipeline.evaluation.foreground import Box, find_things, segment
from pipeline.evaluation.judge import CutoutJudge, Judgement

__all__ = ["COLOURS", "JudgedPart", "colour_shares", "regions"]

# The colours that prompts ask for, each by several shades: what people call by that name.
COLOURS = {
    "red": ("#d93636", "#ff2020", "#a81c1c"),
    "orange": ("#f28c28", "#ff7a00", "#c8641a"),
    "yellow": ("#ffd94a", "#ffe600", "#d6b400"),
    "green": ("#3fa34d", "#7ed957", "#1e5631", "#20c040"),
    "blue": ("#2f6fd6", "#5aa9f0", "#1b2a8c", "#38c6f0"),
    "purple": ("#7d4cc2", "#b07af0", "#4b2a7c"),
    "pink": ("#f7a8c4", "#ff5fae", "#e86a9a"),
    "brown": ("#7a4f30", "#a0703f", "#4a2c17"),
    "black": ("#111111", "#2e2e33"),
    "white": ("#ffffff", "#ececf0"),
    "gray": ("#9a9a9a", "#6c6c70", "#c2c2c6"),
}
_NAMES = [name for name, shades in COLOURS.items() for _ in shades]
_VALUES = np.array(
    [[int(shade[i : i + 2], 16) for i in (1, 3, 5)] for shades in COLOURS.values() for shade in shades], np.float32
)
NECK = 0.25  # of the widest place: where two things touch it is narrower than that
LEAST = 0.004  # of the picture: smaller regions are dirt


@dataclass(frozen=True)
class JudgedPart:
    """A part of a picture: what it is, how many of the nearest things count, its colours, and its middle (x, y) of the
    picture's width and height.
    """

    verdict: Judgement
    top: int
    colours: dict[str, float]
    centre: tuple[float, float]
    box: Box

    def is_thing(self, accepted: frozenset[str]) -> bool:
        """Whether it is among the nearest things, by pixels or shape."""
        return self.verdict.names(accepted, self.top, by_shape=True)

    def is_coloured(self, colour: str) -> bool:
        """Whether no other colour covers more of it; lines and eyes (black, white) aside unless they are asked for."""
        own = {name: share for name, share in self.colours.items() if name in (colour, *_HUES)}
        return self.colours.get(colour, 0) > 0.2 and max(own, key=own.get) == colour


_HUES = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "gray")


def colour_shares(colours: np.ndarray) -> dict[str, float]:
    """Name of ``COLOURS`` -> share of pixels (n, 3), of [0, 255], that are nearest to it."""
    if not len(colours):
        return {}
    weights = np.array([0.55, 0.77, 0.33], np.float32)  # the eye's, roughly
    distance = (((colours[:, None] - _VALUES) * weights) ** 2).sum(-1)
    nearest = distance.argmin(1)
    counts = np.bincount(nearest, minlength=len(_NAMES)) / len(colours)
    shares: dict[str, float] = {}
    for name, share in zip(_NAMES, counts, strict=True):
        shares[name] = shares.get(name, 0.0) + float(share)
    return shares


def regions(judge: CutoutJudge, image: Image.Image) -> list[JudgedPart]:
    """Every separate piece, the repeated things, the halves beside a gap, and the whole: what may be one thing."""
    foreground = segment(image)
    mask = foreground.mask()
    height, width = mask.shape
    boxes: list[Box] = [*find_things(foreground)]
    joined = ndimage.binary_closing(mask, iterations=max(1, width // 100))
    labels, _ = ndimage.label(joined, structure=np.ones((3, 3)))
    for rows, columns in ndimage.find_objects(labels):
        if mask[rows, columns].sum() > LEAST * mask.size:
            boxes.append((columns.start, rows.start, columns.stop, rows.stop))
    for axis, size in ((0, width), (1, height)):
        profile = mask.sum(axis)
        third = size // 3
        at = third + int(profile[third : 2 * third].argmin())
        halves = [(0, 0, at, height), (at, 0, width, height)], [(0, 0, width, at), (0, at, width, height)]
        if profile[at] < NECK * profile.max():  # else it is cut through a thing, whose half may look like any other
            boxes += halves[axis]
    boxes.append((0, 0, width, height))
    picture, found = np.asarray(image.convert("RGB"), dtype=np.float32), []
    for box in dict.fromkeys(boxes):
        left, top, right, bottom = box
        inside = mask[top:bottom, left:right]
        if inside.sum() < LEAST * mask.size:
            continue
        solid = ndimage.binary_erosion(inside, iterations=2)
        solid = solid if solid.any() else inside
        rows, columns = inside.nonzero()
        centre = (left + columns.mean()) / width, (top + rows.mean()) / height
        verdict = judge.judge_region(foreground, box)
        found.append(
            JudgedPart(verdict, judge.top, colour_shares(picture[top:bottom, left:right][solid]), centre, box)
        )
    return found
