"""Titan Image Generator's task types as functions over scenes: each gives a scene, or operations that lead to it.

An uploaded picture becomes a scene by ``scene_of_picture``; a picture of Easel's own has its scene in its recipe.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from PIL import Image
from scipy import ndimage

from pipeline.pictures.masks import dilated, labelled
from pipeline.scene.canvas import canvas_size
from pipeline.scene.compose import Placement, masks
from pipeline.scene.cutout import CutOut, cut_out
from pipeline.scene.edit import edit, operation
from pipeline.scene.ids import free_id
from pipeline.scene.meant import meant
from pipeline.scene.parse import Parsed, SceneReader
from pipeline.scene.record import Ground, Scene, Thing
from pipeline.scene.uploads import upload_hash

__all__ = ["colour_guided", "inpainting", "outpainting", "scene_of_picture", "text_image"]
__all__ += ["variation"]

MAX_COLOURS = 10  # as Titan takes
_COVERED = 0.35  # share of a thing that a mask covers, from which it is meant
_PART = 0.004  # of the picture: the smallest region that is a part of it


def text_image(
    reader: SceneReader,
    text: str,
    *,
    negative: str = "",
    seed: int = 0,
    chance: float | None = None,
    width: int = 256,
    height: int = 256,
    condition: Image.Image | None = None,
    control: str = "SEGMENTATION",
) -> Parsed:
    """TEXT_IMAGE: words, and perhaps a picture that says where.

    Args:
        reader: reads the words.
        text, negative: what is wanted, and what is not.
        seed, chance: as ``SceneReader.parse`` takes them.
        width, height: pixels.
        condition: its parts give the things their places, the largest the first thing's.
        control: "SEGMENTATION" takes regions of one colour as parts, "CANNY_EDGE" what outlines enclose.

    Raises:
        ValueError: there is no such control.
    """
    if control not in ("SEGMENTATION", "CANNY_EDGE"):
        raise ValueError(f"`control` must be 'SEGMENTATION' or 'CANNY_EDGE', got {control!r}.")
    parsed = reader.parse(text, seed=seed, chance=chance, avoid=negative, width=width, height=height)
    if condition is None:
        return parsed
    parts = _parts(condition, outlines=control == "CANNY_EDGE")
    things = list(parsed.scene.things)
    for at, (left, top, right, bottom) in zip(range(len(things)), parts, strict=False):
        scene = parsed.scene
        side = max((right - left) * scene.width, (bottom - top) * scene.height) / min(scene.width, scene.height)
        place = ((left + right) / 2, (top + bottom) / 2, min(max(side, 0.05), 2.0))
        things[at] = replace(things[at], place=place, relation=None)
    return replace(parsed, scene=replace(parsed.scene, things=tuple(things)))


def _regions(mask: Any) -> list[np.ndarray]:
    """The connected regions of a mask, each a mask of its own."""
    labels, count = labelled(mask)
    return [labels == label for label in range(1, count + 1)]


def _parts(picture: Image.Image, *, outlines: bool) -> list[tuple[float, float, float, float]]:
    """Boxes of a picture's parts, the largest first, in shares of its width and height."""
    small = picture.convert("RGB").resize((128, 128), Image.Resampling.NEAREST)
    values = np.asarray(small).astype(np.float32)
    border = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    other = np.linalg.norm(values - np.median(border, axis=0), axis=-1) > 30
    regions = []
    if outlines:
        regions = _regions(ndimage.binary_fill_holes(dilated(other)))
    else:
        colours = (values // 32).astype(int) @ np.array([64, 8, 1])
        for colour in np.unique(colours[other]):
            regions += _regions((colours == colour) & other)
    regions = sorted((region for region in regions if region.mean() > _PART), key=lambda region: -region.sum())
    boxes = []
    for region in regions:
        rows, columns = np.flatnonzero(region.any(1)), np.flatnonzero(region.any(0))
        boxes.append((columns[0] / 128, rows[0] / 128, (columns[-1] + 1) / 128, (rows[-1] + 1) / 128))
    return boxes


def variation(scene: Scene, seed: int) -> list[str]:
    """IMAGE_VARIATION of a scene: another drawing of every thing, all else as it is."""
    return [operation("again", thing.id, (seed + at) % 2**31) for at, thing in enumerate(scene.things)]


def inpainting(
    scene: Scene,
    reader: SceneReader,
    *,
    text: str = "",
    mask_prompt: str | None = None,
    mask: Image.Image | None = None,
    layers: torch.Tensor | None = None,
    placements: Sequence[Placement] = (),
    seed: int = 0,
) -> list[str]:
    """INPAINTING: what is masked becomes what the words say, or goes where they say nothing.

    Args:
        scene: as it is.
        reader: reads the words.
        text: what shall be there; empty takes it away.
        mask_prompt: names the things that are meant.
        mask: or a picture, black where it shall change.
        layers, placements: of the scene, where a mask says it.
        seed: of the words.

    Raises:
        ValueError: neither or both masks are given, or nothing is meant by them.
    """
    if (mask_prompt is None) == (mask is None):
        raise ValueError("`mask_prompt` and `mask`: give exactly one of them.")
    if mask is None:
        found = meant(mask_prompt or "", scene)
    else:
        found = _masked(scene, mask, layers, placements)
    parsed = reader.parse(text, seed=seed).scene.things if text.strip() else ()
    if not found and not (mask is not None and parsed):
        raise ValueError(f"`mask_prompt` or `mask` means no thing of the scene. Things: {_listed(scene)}.")
    operations = []
    for at, thing in enumerate(found):
        if not parsed:
            operations.append(operation("remove", thing.id))
            continue
        new = parsed[min(at, len(parsed) - 1)]
        operations.append(operation("replace", thing.id, new.name))
        if new.colour:
            operations.append(operation("colour", thing.id, new.colour))
    if not found and parsed and mask is not None:  # an empty place: something comes into it
        own = free_id(parsed[0].id, {thing.id for thing in scene.things})
        operations.append(operation("add", own, parsed[0].name))
        operations.append(operation("place", own, *_box_place(mask, scene)))
    return operations


def _listed(scene: Scene) -> str:
    return ", ".join(thing.said or thing.name for thing in scene.things) or "none"


def _dark(mask: Image.Image, scene: Scene) -> np.ndarray:
    """Where a mask is black: (height, width) of bool."""
    return np.asarray(mask.convert("L").resize((scene.width, scene.height))) < 128


def _masked(
    scene: Scene, mask: Image.Image, layers: torch.Tensor | None, placements: Sequence[Placement]
) -> list[Thing]:
    """The things that a mask covers."""
    if layers is None:
        raise ValueError("`mask` needs the scene's `layers` and `placements`.")
    dark, share = torch.from_numpy(_dark(mask, scene)), {}
    for placement, (alpha, _) in zip(placements, masks(layers, placements, scene.width, scene.height), strict=True):
        covered = float((alpha * dark).sum() / alpha.sum().clamp(min=1))
        share[placement.layer] = max(share.get(placement.layer, 0.0), covered)
    return [thing for at, thing in enumerate(scene.things) if share.get(at, 0.0) >= _COVERED]


def _box_place(mask: Image.Image, scene: Scene) -> tuple[float, float, float]:
    dark = _dark(mask, scene)
    rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
    if not len(rows):
        raise ValueError("`mask` is white all over. Make black what shall change.")
    high, wide = rows[-1] + 1 - rows[0], columns[-1] + 1 - columns[0]
    x, y = (columns[0] + wide / 2) / scene.width, (rows[0] + high / 2) / scene.height
    return float(x), float(y), float(min(high, wide) / min(scene.width, scene.height))


def outpainting(
    scene: Scene, reader: SceneReader, *, width: int, height: int, text: str = "", seed: int = 0
) -> list[str]:
    """OUTPAINTING: a larger canvas, and the ground that the words say; what is there stays where it is.

    Raises:
        ValueError: the size is none of a scene's.
    """
    operations = [operation("canvas", width, height)]
    ground = reader.parse(text, seed=seed).scene.ground if text.strip() else None
    if ground is not None:
        words = (ground.name,) if ground.kind == "scene" else ground.colours
        operations.append(operation("ground", ground.kind, *words))
    edit(scene, operations)
    return operations


def colour_guided(scene: Scene, colours: Sequence[str]) -> list[str]:
    """COLOR_GUIDED_GENERATION: the lightest of the colours is the ground's, the others go to the things in their turn.

    Args:
        scene: as it is.
        colours: 1 to 10, "#rrggbb".

    Raises:
        ValueError: there are none or too many.
    """
    if not 1 <= len(colours) <= MAX_COLOURS:
        raise ValueError(f"`colours` takes 1 to {MAX_COLOURS}, got {len(colours)}.")
    light = sorted(colours, key=lambda colour: -sum(int(colour[at : at + 2], 16) for at in (1, 3, 5)))
    operations = []
    rest = list(colours)
    if len(colours) > 1:
        operations.append(operation("ground", "colour", light[0]))
        rest.remove(light[0])
    for at, thing in enumerate(scene.things):
        operations.append(operation("colour", thing.id, rest[at % len(rest)]))
    edit(scene, operations)
    return operations


def scene_of_picture(picture: Image.Image) -> tuple[Scene, CutOut]:
    """An uploaded picture as a scene: the thing that was cut out of it, on its ground."""
    cut = cut_out(picture)
    width, height = canvas_size(*picture.size, 256 * 256)
    rows, columns = (np.flatnonzero((np.asarray(cut.picture)[..., 3] > 7).any(axis)) for axis in (1, 0))
    high, wide = cut.picture.height, cut.picture.width
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    side = max((bottom - top) / high * height, (right - left) / wide * width) / min(width, height)
    place = ((left + right) / 2 / wide, (top + bottom) / 2 / high, min(max(float(side), 0.02), 2.0))
    thing = Thing("picture", "picture", place=place, upload=upload_hash(cut.picture))
    ground = Ground("colour", (cut.ground,)) if cut.ground else Ground("transparent")
    return Scene(things=(thing,), width=width, height=height, ground=ground), cut
