"""What is seen behind everything: rain, clouds and a rainbow in the sky, mountains and a skyline on the horizon.

It stands in the picture, not by the side of a thing; the others are laid out by themselves, and keep off the sky.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch

from pipeline.scene.compose import Placement
from pipeline.scene.kinds import is_disc, is_flying, is_landscape, is_sky
from pipeline.scene.record import Scene, Thing
from pipeline.scene.shape import Shape

__all__ = ["before", "lies_behind", "place_behind", "step_back"]

# Relations of a thing to a sky or a landscape, and of these to a thing, that put them behind everything.
_UNDER_SKY = ("under", "in", "inside", "in front of")
_SKY_IS = ("above", "behind", "with", "part of")
_BEFORE_LAND = ("above", "in front of", "in", "inside", "next to", "with", "left of", "right of")
_LAND_IS = ("behind", "with", "part of", "next to", "above")

_FOOT = 0.94  # of the height: where what stands before it stands
_HORIZON = 0.66  # of the height: where a landscape ends where the ground has no horizon of its own
_SUNK = 0.03  # of the height: how far it goes on below the horizon
_SKY_END, _LAND_END = 0.36, 0.26  # of the height: how far up what stands before a sky, or a landscape, may reach
_ALOFT = 0.42  # of the height: where the middle of what flies is
_BOW = 0.94, 0.44  # side and height of the middle of a rainbow
_LARGE, _SMALL = 0.6, 0.3  # side of a cloud, and of the sun or a star


def lies_behind(scene: Scene) -> dict[int, str]:
    """Indices of the things that lie behind the others, and which way: "above", "behind" or "".

    Args:
        scene: what is laid out.
    """
    index = {thing.id: at for at, thing in enumerate(scene.things)}
    found: dict[int, str] = {}
    kept: set[int] = set()
    for at, thing in enumerate(scene.things):
        if thing.relation is None or thing.place is not None:
            continue
        kind, other = thing.relation.kind, index[thing.relation.target]
        own = _is_behind(thing, kind, _SKY_IS, _LAND_IS)
        if own:
            found[at] = kind
        if scene.things[other].place is None and _is_behind(scene.things[other], kind, _UNDER_SKY, _BEFORE_LAND):
            found[other] = ""
        elif not own:
            kept |= {other}
    if scene.ground is not None and scene.ground.kind == "scene":  # "a house, the sun and two trees" in a meadow
        for at, thing in enumerate(scene.things):
            if thing.relation is None and thing.place is None and is_sky(_name(thing)):
                found.setdefault(at, "")
    found = {at: kind for at, kind in found.items() if at not in kept}
    led = {index[thing.relation.target] for at, thing in enumerate(scene.things) if thing.relation and at not in found}
    found = {at: kind for at, kind in found.items() if at not in led or not _leads_on(scene, at)}
    kinds = {is_landscape(_name(scene.things[at])) for at in found}
    return found if len(found) < len(scene.things) or len(kinds) > 1 else {}


def _name(thing: Thing) -> str:
    return thing.said or thing.name


def _is_behind(thing: Thing, kind: str, sky: Sequence[str], land: Sequence[str]) -> bool:
    for name in (thing.name, _name(thing)):
        if is_sky(name):
            return kind in sky and not (is_disc(name) and kind in ("behind", "in front of", "in", "inside"))
        if is_landscape(name):
            return kind in land
    return False


def _leads_on(scene: Scene, at: int) -> bool:
    """Whether a thing stands on it, or in it, and needs it where it is."""
    own = scene.things[at].id
    for thing in scene.things:
        if thing.relation is not None and thing.relation.target == own:
            if not _is_behind(scene.things[at], thing.relation.kind, _UNDER_SKY, _BEFORE_LAND):
                return True
    return False


def before(scene: Scene, behind: Mapping[int, str]) -> tuple[Scene, list[int]]:
    """The scene of the other things alone, and their indices."""
    gone = {scene.things[at].id for at in behind}
    left = [at for at in range(len(scene.things)) if at not in behind]
    things = (scene.things[at] for at in left)
    own = tuple(
        replace(thing, relation=None) if thing.relation is not None and thing.relation.target in gone else thing
        for thing in things
    )
    arrangement = scene.arrangement
    if arrangement == "single" and sum(thing.count for thing in own) > 1:
        arrangement = "grid"
    return replace(scene, things=own, arrangement=arrangement), left


def place_behind(scene: Scene, behind: Mapping[int, str], layers: torch.Tensor) -> list[Placement]:
    """Where what lies behind comes: sun, moon and rainbow first, then the landscapes, then what else is in the sky.

    Args:
        scene: all of it.
        behind: of ``lies_behind``.
        layers: (things, 4, side, side) in [-1, 1].
    """
    skies = [at for at in behind if not is_landscape(_name(scene.things[at]))]
    placed: list[Placement] = []
    across, down = scene.width / min(scene.width, scene.height), scene.height / min(scene.width, scene.height)
    ends = scene.ground.horizon if scene.ground is not None and scene.ground.kind == "scene" else _HORIZON
    first = [at for at in skies if is_disc(_name(scene.things[at])) or _name(scene.things[at]).endswith("rainbow")]
    room = ends + _SUNK - (_SKY_END if skies else 0.0)
    for at in sorted(behind, key=lambda one: (one not in first, one in skies)):
        thing = scene.things[at]
        shape = Shape((layers[at][3] + 1) / 2, _name(thing), thing.mirror)
        turned = thing.turn, thing.mirror
        if at not in skies:
            step = across / thing.count
            side = min(
                1.35 * step if thing.count > 1 else 0.92 * across,
                0.8,
                0.62 * down / shape.height,
                room * down / shape.height,
            )
            side /= max(shape.width, 0.4) if thing.count > 1 else 1.0
            side = min(side, 0.95) * thing.scale
            y = (ends + _SUNK) * down + (0.5 - shape.box[3]) * side
            for copy in range(thing.count):
                x = (copy + 0.5) / thing.count
                placed.append(Placement(at, x, y / down, side, *turned))
            continue
        for x, y, side in _in_sky(thing, skies.index(at), skies, scene, behind[at]):
            side *= thing.scale
            placed.append(Placement(at, x, max(y, 0.5 * side * shape.height / down + 0.01), side, *turned))
    return placed


def _in_sky(
    thing: Thing, turn: int, skies: Sequence[int], scene: Scene, kind: str
) -> list[tuple[float, float, float]]:
    """Centres of the picture's width and height, and side of the shorter side."""
    last = _name(thing).split()[-1]
    if last == "rainbow":
        return [(0.5, _BOW[1], _BOW[0])]
    total = sum(scene.things[at].count for at in skies)
    first = sum(scene.things[at].count for at in skies[:turn])
    if total == 1:
        if is_disc(_name(thing)):
            return [(0.5 if kind == "above" else 0.78, 0.19, _SMALL)]
        return [(0.5, 0.2, _LARGE)]
    side = min(_LARGE if total < 3 else _SMALL, 1.05 / total + 0.1) * (0.7 if is_disc(_name(thing)) else 1.0)
    return [
        ((at + 0.5) / total, 0.19 + (0.08 if at % 2 and total > 2 else 0.0), side)
        for at in range(first, first + thing.count)
    ]


def step_back(
    placements: Sequence[Placement], layers: torch.Tensor, scene: Scene, behind: Mapping[int, str]
) -> list[Placement]:
    """The placements of what stands before it, made so small, from the foot of the picture up, that it is seen.

    Args:
        placements: of the other things.
        layers: (things, 4, side, side) in [-1, 1].
        scene: all of it.
        behind: of ``lies_behind``.
    """
    if not placements:
        return []
    down = scene.height / min(scene.width, scene.height)
    boxes = [Shape((layers[one.layer][3] + 1) / 2, "", one.mirror).box for one in placements]
    top = min(one.y + (box[1] - 0.5) * one.side / down for one, box in zip(placements, boxes, strict=True))
    bottom = max(one.y + (box[3] - 0.5) * one.side / down for one, box in zip(placements, boxes, strict=True))
    names = [_name(scene.things[at]) for at in behind]
    aloft = all(is_flying(_name(scene.things[one.layer])) for one in placements)
    ends = _SKY_END if any(is_sky(name) and not name.endswith("rainbow") for name in names) else _LAND_END
    if aloft and all(map(is_landscape, names)):
        share, middle = min(1.0, 0.62 / (bottom - top)), (top + bottom) / 2
        return [one._replace(y=_ALOFT + (one.y - middle) * share, side=one.side * share,
                             x=0.5 + (one.x - 0.5) * share) for one in placements]  # fmt: skip
    share = min(1.0, (_FOOT - ends) / (bottom - top))
    return [
        one._replace(x=0.5 + (one.x - 0.5) * share, y=_FOOT - (bottom - one.y) * share, side=one.side * share)
        for one in placements
    ]
