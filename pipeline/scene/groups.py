"""Things in relations: each group is laid out about its first thing, then brought into its part of the picture."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from pipeline.scene.compose import Placement
from pipeline.scene.drawing import is_mirrored
from pipeline.scene.faces import find_face
from pipeline.scene.joints import Joint, joint
from pipeline.scene.kinds import is_alive, is_flying
from pipeline.scene.packing import pack_boxes, shares
from pipeline.scene.record import Scene, Thing
from pipeline.scene.shape import Shape
from pipeline.scene.siblings import against, beside_siblings

__all__ = ["grid", "group", "place_groups"]

_LEAST = 0.3  # side of what is said to be small, of what it stands by: it is still seen
_FILL = 0.86  # of its cell, by a thing of a grid
_LARGEST = 0.8  # side of the square of the largest of several groups, of the shorter side
_MARGIN = 0.06  # of the shorter side, around a group
_FOOT = 0.93  # of the picture's height: where a group stands in a scenery
_FLOATING = ("space", "underwater")  # where nothing stands on a line
_NEAR = 0.8  # of the largest, what is there is at least
_EACH = ("worn by", "held by", "riding", "sitting on", "on")  # of several, each has its own
_ONE = ("on", "sitting on", "riding")  # a single one of these is with one of several
_STANDING = ("left of", "right of", "next to", "in front of", "behind", "with", "facing", "around", "under")


@dataclass(frozen=True)
class _Node:
    """One copy of a thing, in units of the shorter side of the picture, or of its group's first thing."""

    at: int  # which thing
    left: float
    top: float
    side: float
    key: tuple[float, ...]  # sorted by it: from the back to the front
    cut: float = 0.0
    stands: bool = False


def place_groups(
    scene: Scene, layers: torch.Tensor, anchors: Sequence[Mapping[str, tuple[float, float]]] | None = None
) -> list[Placement]:
    """The placements of a scene with relations, from the back to the front; see ``pipeline.scene.layout``."""
    wearing = {
        thing.relation.target
        for thing in scene.things
        if thing.relation is not None and thing.relation.kind == "worn by"
    }
    names = [thing.said or thing.name for thing in scene.things]
    drawn = [Shape((layer[3] + 1) / 2, name) for layer, name in zip(layers, names, strict=True)]
    # Turned to each other, where they face; who mirrors one by hand still turns it round.
    mirrored = [thing.mirror != turned for thing, turned in zip(scene.things, _turned(scene, drawn), strict=True)]
    shapes = [
        Shape((layer[3] + 1) / 2, name, mirror, find_face(layer, name, own) if thing.id in wearing else None, own)
        for layer, name, mirror, thing, own in zip(
            layers, names, mirrored, scene.things, anchors or [{}] * len(layers), strict=True
        )
    ]
    index = {thing.id: at for at, thing in enumerate(scene.things)}
    children: dict[int, list[int]] = {}
    firsts = []
    for at, thing in enumerate(scene.things):
        if thing.relation is None or thing.place is not None:
            firsts.append(at)
        else:
            children.setdefault(index[thing.relation.target], []).append(at)
    width, height = (side / min(scene.width, scene.height) for side in (scene.width, scene.height))
    groups: dict[int, list[_Node]] = {}
    nodes: list[_Node] = []
    for at in firsts:
        thing = scene.things[at]
        if thing.place is not None:
            own = [
                _Node(at, x * width - size / 2, y * height - size / 2, size, (float(at), float(copy)), stands=True)
                for copy, (x, y, size) in enumerate(group(thing))
            ]
            nodes += _with_children(own, scene, shapes, children, (width, height))
            continue
        groups[at] = _with_children(_copies(at, thing, shapes[at]), scene, shapes, children)
    if len(groups) == 1:
        ((at, made),) = groups.items()
        own_scale = scene.things[at].scale if len({node.at for node in made}) == 1 else 1.0
        nodes += _fitted(made, shapes, (width, height), scene, own_scale)
    elif groups:
        nodes += _packed(groups, shapes, (width, height), scene)
    ordered = sorted(nodes, key=lambda node: node.key)
    return [
        Placement(
            node.at,
            (node.left + node.side / 2) / width,
            (node.top + node.side / 2) / height,
            node.side,
            scene.things[node.at].turn,
            mirrored[node.at],
            node.cut,
            node.stands,
        )
        for node in ordered
    ]


def _turned(scene: Scene, shapes: list[Shape]) -> list[bool]:
    """Which things look away from what they face: it stands to their left, and they to the right of it."""
    index = {thing.id: at for at, thing in enumerate(scene.things)}
    turned = [False] * len(scene.things)
    for at, thing in enumerate(scene.things):
        if thing.relation is None or thing.relation.kind != "facing" or thing.place is not None or thing.looks:
            continue
        for one, side in ((at, 1), (index[thing.relation.target], -1)):
            looks = shapes[one].looks if is_alive(shapes[one].name) else 0
            turned[one] = looks == side and is_mirrored(scene.things[one].name)
    return turned


def _copies(at: int, thing: Thing, shape: Shape) -> list[_Node]:
    """The first thing of a group: one at the origin, several in a row."""
    step = max(0.5, shape.width * 1.08)
    stands = not is_flying(thing.name)
    return [_Node(at, copy * step, 0.0, 1.0, (float(at), float(copy)), stands=stands) for copy in range(thing.count)]


def _with_children(
    own: list[_Node],
    scene: Scene,
    shapes: list[Shape],
    children: dict[int, list[int]],
    room: tuple[float, float] | None = None,
) -> list[_Node]:
    """Copies of a thing and all that stands in a relation to it; kept within `room` where that is given."""
    found = [replace(node, key=(*node.key, 0.0)) for node in own]
    for order, child in enumerate(children.get(own[0].at, ())):
        thing, placed = scene.things[child], []
        assert thing.relation is not None  # it is what makes a child of it
        kind = thing.relation.kind
        alone = thing.count == 1 and kind in _ONE  # "three books with an apple on top"
        parents = own if kind in _EACH and len(own) > 1 and not alone else [_whole(own)]
        for turn, parent in enumerate(parents):
            count = thing.count if len(parents) == 1 else 1
            found_joints = joint(kind, shapes[child], _shape(parent, own, shapes), count)
            found_joints = beside_siblings(found_joints, child, children[own[0].at], scene, shapes)
            for copy, where in enumerate(found_joints):
                where = _scaled(where, shapes[child], thing.scale * against(kind, scene.things[parent.at].scale))
                side = where.side * parent.side
                key = (*parent.key, float(where.depth), float(order), float(turn), float(copy))
                left = parent.left + (where.x - where.side / 2) * parent.side
                top = parent.top + (where.y - where.side / 2) * parent.side
                if room is not None:
                    left, top = _within(shapes[child], side, (left, top), room)
                placed.append(_Node(child, left, top, side, key, stands=kind in _STANDING))
                if where.front_from is not None:
                    found.append(replace(parent, key=(*key, 99.0), cut=where.front_from, stands=False))
        found += _with_children(placed, scene, shapes, children, room)
    return found


def _within(shape: Shape, side: float, corner: tuple[float, float], room: tuple[float, float]) -> tuple[float, float]:
    """The upper left corner of a square so that its outline is in the picture, where it is no larger than that."""
    moved = []
    for axis, (place, length) in enumerate(zip(corner, room, strict=True)):
        first, last = place + shape.box[axis] * side, place + shape.box[axis + 2] * side
        moved.append(place + (max(-first, 0.0) or min(length - last, 0.0) if last - first <= length else 0.0))
    return moved[0], moved[1]


def _whole(own: list[_Node]) -> _Node:
    """Several copies as one, for what stands by all of them: the middle one."""
    return own[len(own) // 2] if len(own) > 1 else own[0]


def _shape(parent: _Node, own: list[_Node], shapes: list[Shape]) -> Shape:
    return shapes[parent.at]


def _scaled(where: Joint, shape: Shape, scale: float) -> Joint:
    """Larger or smaller, its foot where it was."""
    if scale == 1:
        return where
    side = max(where.side * scale, min(where.side, _LEAST))
    return replace(where, side=side, y=where.y + (where.side - side) * (shape.box[3] - 0.5))


def _extent(nodes: list[_Node], shapes: list[Shape]) -> tuple[float, float, float, float]:
    """left, top, right, bottom of a group's outlines."""
    boxes = [(node, shapes[node.at].box) for node in nodes]
    return (
        min(node.left + box[0] * node.side for node, box in boxes),
        min(node.top + box[1] * node.side for node, box in boxes),
        max(node.left + box[2] * node.side for node, box in boxes),
        max(node.top + box[3] * node.side for node, box in boxes),
    )


def _moved(nodes: list[_Node], start: tuple[float, float], end: tuple[float, float], grow: float) -> list[_Node]:
    """A group larger by `grow`, and what was at ``start`` at ``end``."""
    return [
        replace(
            node,
            left=end[0] + (node.left - start[0]) * grow,
            top=end[1] + (node.top - start[1]) * grow,
            side=node.side * grow,
        )
        for node in nodes
    ]


def _in_scenery(scene: Scene) -> bool:
    return scene.ground is not None and scene.ground.kind == "scene" and scene.ground.name not in _FLOATING


def _flies(nodes: list[_Node], shapes: list[Shape]) -> bool:
    return len(nodes) == 1 and is_flying(shapes[nodes[0].at].name)


def _fitted(
    nodes: list[_Node], shapes: list[Shape], room: tuple[float, float], scene: Scene, scale: float
) -> list[_Node]:
    """The only group, brought into the picture."""
    left, top, right, bottom = _extent(nodes, shapes)
    across, down = (max(0.1, side - 2 * _MARGIN) for side in room)
    down *= 0.9 if _in_scenery(scene) else 1.0
    most = min(across / (right - left), down / (bottom - top))
    grow = min(most, max(0.1, min(most, 0.95) * scale))
    y = room[1] / 2
    if _in_scenery(scene) and not _flies(nodes, shapes):
        y = _FOOT * room[1] - grow * (bottom - top) / 2
    return _moved(nodes, ((left + right) / 2, (top + bottom) / 2), (room[0] / 2, y), grow)


def _packed(
    groups: Mapping[int, list[_Node]], shapes: list[Shape], room: tuple[float, float], scene: Scene
) -> list[_Node]:
    """Several groups beside each other; in a scenery on one line, but for what flies."""
    names = [scene.things[at].said or scene.things[at].name for at in groups]
    beside = shares(names, [scene.things[at].scale for at in groups])
    if scene.ground is not None and scene.ground.name in _FLOATING:  # a planet is far off
        beside = [max(share, _NEAR) for share in beside]
    extents = [_extent(nodes, shapes) for nodes in groups.values()]
    sizes = [
        (share * (right - left), share * (bottom - top))
        for share, (left, top, right, bottom) in zip(beside, extents, strict=True)
    ]
    scenery = _in_scenery(scene)
    corners, side = pack_boxes(sizes, room[0] / room[1], 1 if scenery and len(sizes) <= 4 else None, most=_LARGEST)
    lowest = max(top + high * side for (_, top), (_, high) in zip(corners, sizes, strict=True))
    down = _FOOT * room[1] - lowest if scenery else 0.0
    packed: list[_Node] = []
    for nodes, share, extent, (left, top) in zip(groups.values(), beside, extents, corners, strict=True):
        own = top if _flies(nodes, shapes) else top + down
        packed += _moved(nodes, extent[:2], (left, own), share * side)
    return packed


def grid(total: int, aspect: float, lines: int | None = None) -> tuple[list[tuple[float, float]], float]:
    """Centres in reading order, the last line in the middle, and the side of so many squares.

    Args:
        total: how many.
        aspect: width of the picture over its height.
        lines: how many of them; None takes those that leave the squares largest.

    Returns:
        centres of the picture's width and height, and the side of its shorter side.
    """
    width, height = max(aspect, 1.0), max(1 / aspect, 1.0)  # in units of the shorter side

    def side_of(rows: int) -> float:
        return min(width / math.ceil(total / rows), height / rows)

    rows = lines or max(range(1, total + 1), key=lambda number: (side_of(number), number))
    columns = math.ceil(total / rows)
    rows = math.ceil(total / columns)
    cell = side_of(rows)
    centres = []
    for at in range(total):
        row, column = divmod(at, columns)
        own = min(columns, total - row * columns)
        x = width / 2 + (column - (own - 1) / 2) * min(cell * 1.1, width / columns)
        y = height / 2 + (row - (rows - 1) / 2) * min(cell * 1.1, height / rows)
        centres.append((x / width, y / height))
    return centres, cell * _FILL


def group(thing: Thing) -> Sequence[tuple[float, float, float]]:
    """The places of a thing that has one: of several, a grid in its square."""
    assert thing.place is not None
    x, y, side = thing.place
    if thing.count == 1:
        return [thing.place]
    centres, own = grid(thing.count, 1.0)
    return [(x + (cx - 0.5) * side, y + (cy - 0.5) * side, own * side) for cx, cy in centres]
