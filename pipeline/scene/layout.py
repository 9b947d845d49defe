"""Where the things of a scene stand.

Things without a relation stand alone, in a row, in a column or in a grid; ``pipeline.scene.groups`` puts the others
on, under, in or beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch

from pipeline.scene.backdrop import before, lies_behind, place_behind, step_back
from pipeline.scene.compose import Placement
from pipeline.scene.drawing import is_mirrored
from pipeline.scene.groups import group, place_groups
from pipeline.scene.kinds import is_flying
from pipeline.scene.packing import Copy, pack, shares
from pipeline.scene.record import Scene, Thing
from pipeline.scene.shape import Shape

__all__ = ["layout"]

_NO_GROUND = ("space", "underwater", "night sky")  # where several things are anywhere
_FOOT = 0.95  # of the picture's height: where the first row stands in a scenery
_NEAR = 0.55  # side of the largest of a few in a scenery, of the shorter side
_ALONE = 0.5, 0.5, 0.75  # where one thing stands if nothing says it


def layout(
    scene: Scene,
    layers: torch.Tensor,
    poses: torch.Tensor | None = None,
    anchors: Sequence[Mapping[str, tuple[float, float]]] | None = None,
) -> tuple[list[Placement], list[str]]:
    """Where everything in a scene stands, from the back to the front.

    Args:
        scene: what is asked for.
        layers: (things, 4, side, side) in [-1, 1], one for each thing, in the scene's order.
        poses: (things, 6) of the image embeddings, where a thing alone takes its own.
        anchors: of each layer, where its parts are (``pipeline.models.anchors``); without them its outline tells.

    Returns:
        The placements, and for each the id of its thing.

    Raises:
        ValueError: there are not as many layers as things.
    """
    if len(layers) != len(scene.things):
        raise ValueError(f"`layers` must have one for each thing: {len(scene.things)}, got {len(layers)}.")
    scene = _looking(scene, layers)
    placements = _staged(scene, layers, poses, anchors or [{}] * len(layers))
    return placements, [scene.things[placement.layer].id for placement in placements]


def _looking(scene: Scene, layers: torch.Tensor) -> Scene:
    """The scene with those mirrored that are drawn looking to the other side than they shall."""
    things = []
    for thing, layer in zip(scene.things, layers, strict=True):
        if thing.looks is not None and is_mirrored(thing.name):
            drawn = Shape((layer[3] + 1) / 2, thing.said or thing.name).looks
            thing = replace(thing, mirror=thing.mirror != (drawn == {"left": 1, "right": -1}[thing.looks]))
        things.append(thing)
    return replace(scene, things=tuple(things))


def _staged(scene: Scene, layers: torch.Tensor, poses: torch.Tensor | None, anchors: Sequence) -> list[Placement]:
    """What lies behind everything, and before it the others as if they were alone."""
    behind = lies_behind(scene)
    if not behind:
        return _grouped(scene, layers, poses, anchors)
    others, left = before(scene, behind)
    own = _grouped(others, layers[left], None if poses is None else poses[left], [anchors[at] for at in left])
    moved = [placement._replace(layer=left[placement.layer]) for placement in own]
    return [*place_behind(scene, behind, layers), *step_back(moved, layers, scene, behind)]


def _grouped(scene: Scene, layers: torch.Tensor, poses: torch.Tensor | None, anchors: Sequence) -> list[Placement]:
    if any(thing.relation is not None for thing in scene.things):
        return place_groups(scene, layers, anchors)
    return _plain(scene, layers, poses)


def _plain(scene: Scene, layers: torch.Tensor, poses: torch.Tensor | None) -> list[Placement]:
    """Things that stand in no relation."""
    free = [(at, thing) for at, thing in enumerate(scene.things) if thing.place is None]
    floats = scene.ground is not None and scene.ground.name in ("space", "underwater")
    if not free:
        placed = {}
    elif len(free) == 1 and free[0][1].count == 1:
        at, thing = free[0]
        own = _inside(*poses[at, 3:].tolist()) if poses is not None and len(scene.things) == 1 else _ALONE
        if thing.scale != 1:
            own = (*_ALONE[:2], min(max(_ALONE[2] * thing.scale, 0.1), 1.0))
        if scene.ground is not None and scene.ground.kind == "scene":
            own = _on_ground(scene, thing, own)
        placed = {at: [own]}
    elif _stands_on_ground(scene, free):
        placed = _in_rows_on_ground(scene, free, layers)
    else:
        placed = _arranged(scene, free, layers)
    return [
        Placement(at, x, y, side, thing.turn, thing.mirror, stands=not (floats or is_flying(thing.name)))
        for at, thing in enumerate(scene.things)
        for x, y, side in (placed[at] if at in placed else group(thing))
    ]


def _on_ground(scene: Scene, thing: Thing, own: tuple[float, float, float]) -> tuple[float, float, float]:
    """A thing alone in a scenery: on the ground, or in the sky."""
    side = min(own[2], 0.68)
    tall = side * min(scene.width, scene.height) / scene.height
    return (0.5, 0.36 if is_flying(thing.name) else 0.93 - tall / 2, side)


def _stands_on_ground(scene: Scene, free: list[tuple[int, Thing]]) -> bool:
    """Whether several things have a ground to stand on, and none of them flies."""
    ground = scene.ground
    if ground is None or ground.kind != "scene" or ground.name in _NO_GROUND:
        return False
    return not any(is_flying(thing.name) for _, thing in free)


def _in_rows_on_ground(
    scene: Scene, free: list[tuple[int, Thing]], layers: torch.Tensor
) -> dict[int, list[tuple[float, float, float]]]:
    """Side by side on the ground of a scenery, in few rows; those before cover those behind."""
    total, shorter = sum(thing.count for _, thing in free), min(scene.width, scene.height)
    rows = -(-total // (4 if total <= 8 else 6 if total <= 12 else 8))
    if rows == 1:
        copies = _copies(free, layers)
        places = pack(copies, scene.width / scene.height, 1, most=_NEAR)
        foot = places[0][1] + (copies[0].shape.box[3] - 0.5) * places[0][2] * shorter / scene.height
        return _by_thing(free, [(x, y + _FOOT - foot, side) for x, y, side in places])
    columns = -(-total // rows)
    side = min(0.9 * scene.width / shorter / columns, 0.42 if rows < 3 else 0.3)
    assert scene.ground is not None  # it is a scenery
    step = min(0.18, (_FOOT - scene.ground.horizon) / rows)
    places = []
    for at in range(total):
        row, column = divmod(at, columns)
        own = min(columns, total - row * columns)
        foot = _FOOT - step * (rows - 1 - row)
        x = 0.5 + (column - (own - 1) / 2) * 0.94 / columns
        places.append((x, foot - side * shorter / scene.height / 2, side))
    return _sized(free, places, shorter / scene.height)


def _inside(x: float, y: float, side: float) -> tuple[float, float, float]:
    """A pose that is kept inside the picture."""
    side = min(max(side, 0.1), 1.0)
    x, y = (min(max(c, side / 2), 1 - side / 2) for c in (x, y))
    return x, y, side


def _arranged(
    scene: Scene, free: list[tuple[int, Thing]], layers: torch.Tensor
) -> dict[int, list[tuple[float, float, float]]]:
    """Places of the things that have none of their own."""
    total = sum(thing.count for _, thing in free)
    lines = {"row": 1, "column": total}.get(scene.arrangement)
    return _by_thing(free, pack(_copies(free, layers), scene.width / scene.height, lines))


def _copies(free: list[tuple[int, Thing]], layers: torch.Tensor) -> list[Copy]:
    """The outlines of things, as large beside each other as they are."""
    names = [thing.said or thing.name for _, thing in free]
    beside = shares(names, [thing.scale for _, thing in free])
    return [
        Copy(Shape((layers[at, 3] + 1) / 2, name, thing.mirror), share)
        for (at, thing), name, share in zip(free, names, beside, strict=True)
        for _ in range(thing.count)
    ]


def _by_thing(
    free: list[tuple[int, Thing]], places: Sequence[tuple[float, float, float]]
) -> dict[int, list[tuple[float, float, float]]]:
    taken = iter(places)
    return {at: [next(taken) for _ in range(thing.count)] for at, thing in free}


def _sized(
    free: list[tuple[int, Thing]], places: list[tuple[float, float, float]], down: float
) -> dict[int, list[tuple[float, float, float]]]:
    """The places of things in their order, the large ones larger than the small ones, their feet where they were.

    Args:
        free: the things.
        places: x, y and side for each copy of each.
        down: the picture's shorter side, of its height.
    """
    largest, placed = max(thing.scale for _, thing in free), _by_thing(free, places)
    for at, thing in free:
        share = thing.scale / largest
        placed[at] = [(x, y + (1 - share) * side * down / 2, share * side) for x, y, side in placed[at]]
    return placed
