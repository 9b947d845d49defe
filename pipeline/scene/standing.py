"""What stands where in a finished picture, for a page that lets people point at things."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image

from pipeline.scene.compose import Placement, masks

__all__ = ["Standing", "stand"]

_MAP_SIDE = 128  # pixels of the map's longer side: a finger is no finer


@dataclass(frozen=True)
class Standing:
    """Everything that is seen, from the back to the front.

    Attributes:
        keys: one for each: the thing's id, and "id#2" and so on for the others of a group.
        placements: where it stands.
        hits: which of them is seen at a point: a gray picture of their numbers from 1, 0 where there is only ground.
        areas: share of the picture that each would cover if nothing lay over it.
    """

    keys: tuple[str, ...]
    placements: tuple[Placement, ...]
    hits: Image.Image
    areas: tuple[float, ...] = ()


def stand(
    layers: torch.Tensor, placements: Sequence[Placement], ids: Sequence[str], width: int, height: int
) -> Standing:
    """What is seen of a picture.

    Args:
        layers: (things, 4, side, side) in [-1, 1], as they were laid.
        placements, ids: of ``layout``. What covers a part of another thing again (the front of a box) is no thing of
            its own.
        width, height: of the picture.
    """
    scale = _MAP_SIDE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    keys: list[str] = []
    own: list[Placement] = []
    areas: list[float] = []
    counted: Counter[str] = Counter()
    hits = torch.zeros(size[1], size[0], dtype=torch.uint8)
    seen = masks(layers, placements, *size) if len(layers) else []
    for placement, id, (alpha, _) in zip(placements, ids, seen, strict=True):
        if placement.top > 0 and id in keys:
            hits[alpha > 0.5] = keys.index(id) + 1
            continue
        counted[id] += 1
        keys.append(id if counted[id] == 1 else f"{id}#{counted[id]}")
        own.append(placement)
        areas.append(float((alpha > 0.5).float().mean()))
        hits[alpha > 0.5] = len(keys)
    return Standing(tuple(keys), tuple(own), Image.fromarray(hits.numpy()), tuple(areas))
