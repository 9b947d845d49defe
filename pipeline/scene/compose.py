"""Layers laid on a ground: from cut-free things to the picture. Arithmetic, no network.

A layer is (4, side, side): red, green and blue multiplied by alpha, and alpha, all brought from [0, 1] to [-1, 1]; the
thing fills it. Where it comes in the picture is its placement.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from PIL import Image

from pipeline.scene.colours import rgb
from pipeline.scene.contrast import VANISHES, edge_layer, vanishing
from pipeline.scene.effects import contact_shadow, outline_alpha, over, soft_shadow
from pipeline.scene.grounds import paint_ground, paint_weather
from pipeline.scene.record import Scene
from pipeline.scene.uploads import fitted

__all__ = ["Placement", "compose_scene", "firm", "masks", "to_picture", "without_frayed_border"]

# Alpha up to the first is nothing, from the second it is solid: no veil around a thing, no ground shining through, and
# an edge as sharp as a drawn one.
_FIRM = 0.3, 0.7

_FRAYED = 0.55, 0.9  # alpha along a layer's border: up to the first it is nothing, from the second it is solid
_BORDER = 1 / 42  # of the layer's side: where super-resolution, which sees nothing beyond the border, frays
_SOLID = 0.9  # alpha from which a pixel's own colour is trusted
_REACH = 1 / 50  # of the layer's side: how far an edge pixel looks for solid ones
_SOME = 0.1  # share of solid pixels there that is enough to take their colour


class Placement(NamedTuple):
    """One thing in the picture.

    Args:
        layer: which layer.
        x, y: centre of its square, of the picture's width and height.
        side: of its square, of the picture's shorter side.
        turn: degrees, clockwise.
        mirror: left and right changed.
        top: what lies above this, of the square's height, is not drawn: the front of a box over what is in it.
        stands: whether it stands on the ground, and leaves a shadow there where there is a scenery.
    """

    layer: int
    x: float
    y: float
    side: float
    turn: float = 0.0
    mirror: bool = False
    top: float = 0.0
    stands: bool = False


def compose_scene(
    scene: Scene,
    layers: torch.Tensor | Sequence[torch.Tensor],
    placements: Sequence[Placement],
    *,
    palette: Mapping[str, str] | None = None,
    ground: torch.Tensor | None = None,
    front: torch.Tensor | None = None,
    uploads: Mapping[str, Image.Image] | None = None,
) -> torch.Tensor:
    """The picture of a scene, before the watermark.

    Args:
        scene: its size, ground, outline and shadow count; what stands in it is told by the placements.
        layers: (things, 4, side, side) in [-1, 1]; or a list of what ``firm`` makes of them, each of its own side.
        placements: from the back to the front (``pipeline.scene.layout``).
        palette: names of colours and their values.
        ground: (3,) in [-1, 1], the ground's colour where the scene says none; white without it.
        front: (4, height, width) in [0, 1], colours multiplied by alpha: lettering, over the things.
        uploads: the pictures of ground and front, by hash (``pipeline.scene.uploads``).

    Returns:
        (1, 4, height, width) in [-1, 1], colours multiplied by alpha.
    """
    width, height = scene.width, scene.height
    if scene.ground is None:
        canvas = torch.ones(4, height, width)
        if ground is not None:
            canvas[:3] = ((ground.float().cpu() + 1) / 2)[:, None, None]
    else:
        canvas = paint_ground(scene.ground, width, height, palette, uploads)
    if scene.weather is not None:
        paint_weather(canvas, scene.weather)
    layers = firm(layers) if isinstance(layers, torch.Tensor) else layers
    if scene.outline is None and not scene.shadow:
        target = canvas
    else:
        target = torch.zeros(4, height, width)
    shadows = scene.ground is not None and scene.ground.kind == "scene" and scene.outline is None
    plain = canvas[:3, 0, 0].clone() if scene.ground is None or scene.ground.kind == "colour" else None
    faint = [plain is not None and target is canvas and vanishing(layer, plain) > VANISHES for layer in layers]
    for placement in placements:
        if shadows and placement.stands:
            _stand(canvas, layers, placement)
        if plain is not None and faint[placement.layer] and not placement.top:
            over(target, edge_layer(_alone(target, layers, placement)[3], plain))
        _lay(target, layers, placement)
    if front is not None and scene.front is None:
        over(target, front)
    if target is not canvas:
        _surround(canvas, target, scene, palette)
    if scene.front is not None:  # last, so that what it covers stays to the bit, but for lettering
        over(canvas, fitted((uploads or {})[scene.front], width, height))
        if front is not None:
            over(canvas, front)
    return (2 * canvas - 1).clamp(-1, 1)[None]


def _surround(canvas: torch.Tensor, things: torch.Tensor, scene: Scene, palette: Mapping[str, str] | None) -> None:
    """Lay shadow, outline and things on the canvas, in place."""
    alpha = things[3]
    edge = None
    if scene.outline is not None:
        alpha = torch.maximum(outline_alpha(alpha, scene.outline.width), alpha)
        edge = torch.cat([(rgb(scene.outline.colour, palette)[:, None, None] + 1) / 2 * alpha, alpha[None]])
    if scene.shadow:
        over(canvas, soft_shadow(alpha))
    if edge is not None:
        over(canvas, edge)
    over(canvas, things)


def _stand(canvas: torch.Tensor, layers: torch.Tensor | Sequence[torch.Tensor], placement: Placement) -> None:
    shadow = contact_shadow(_alone(canvas, layers, placement)[3], *canvas.shape[1:])
    if shadow is not None:
        over(canvas, shadow)


def _alone(canvas: torch.Tensor, layers: torch.Tensor | Sequence[torch.Tensor], placement: Placement) -> torch.Tensor:
    """One thing on a transparent canvas of that size."""
    alone = torch.zeros_like(canvas)
    _lay(alone, layers, placement)
    return alone


def masks(
    layers: torch.Tensor, placements: Sequence[Placement], width: int, height: int
) -> list[tuple[torch.Tensor, tuple[int, int, int, int]]]:
    """Where each placement is seen, for a page that lets people point at things.

    Returns:
        For each: alpha (height, width) in [0, 1] of it alone, and its box (left, top, right, bottom) in pixels, all 0
        where nothing of it is in the picture.
    """
    layers, seen = firm(layers), []
    for placement in placements:
        alone = _alone(torch.zeros(4, height, width), layers, placement)
        solid = alone[3] > 0.5
        rows, columns = solid.any(1).nonzero()[:, 0], solid.any(0).nonzero()[:, 0]
        box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1) if len(rows) else (0, 0, 0, 0)
        seen.append((alone[3], box))
    return seen


def to_picture(composed: torch.Tensor) -> Image.Image:
    """(1, 4, height, width) of ``compose_scene`` -> RGB where nothing is transparent, else RGBA, not premultiplied."""
    values = (composed[0] / 2 + 0.5).clamp(0, 1)
    alpha = values[3:]
    if (alpha == 1).all():
        values = values[:3]
    else:
        values = torch.cat([(values[:3] / alpha.clamp(min=1 / 512)).clamp(0, 1) * (alpha > 0), alpha])
    return Image.fromarray((values.permute(1, 2, 0).numpy() * 255).round().astype("uint8"))


def firm(layers: torch.Tensor) -> torch.Tensor:
    """Layers (things, 4, side, side) in [-1, 1] as they are laid: [0, 1], with firm edges, colours multiplied by
    alpha.
    """
    layers = (layers.float().cpu().clamp(-1, 1) + 1) / 2
    firm = ((layers[:, 3:] - _FIRM[0]) / (_FIRM[1] - _FIRM[0])).clamp(0, 1)
    return torch.cat([_edge_colours(layers) * firm, firm], dim=1)


def without_frayed_border(layer: torch.Tensor) -> torch.Tensor:
    """A layer (4, side, side) in [-1, 1] that fills its square, without loose or half-clear lines along the border:
    from a little within it outwards, alpha only ever falls, and at once.
    """
    values, side = (layer + 1) / 2, layer.shape[-1]
    before, reach = values[3].clamp(min=1e-3), max(2, round(_BORDER * side))
    alpha = values[3].clone()
    for edge in (alpha, alpha.T):  # top and bottom, left and right
        edge[:reach] = edge[:reach].flip(0).cummin(dim=0).values.flip(0)
        edge[-reach:] = edge[-reach:].cummin(dim=0).values
    frayed = torch.ones_like(alpha, dtype=torch.bool)
    frayed[reach:-reach, reach:-reach] = False
    alpha = torch.where(frayed, ((alpha - _FRAYED[0]) / (_FRAYED[1] - _FRAYED[0])).clamp(0, 1).minimum(alpha), alpha)
    return 2 * torch.cat([values[:3] * (alpha / before).clamp(max=1), alpha[None]]) - 1


def _lay(canvas: torch.Tensor, layers: torch.Tensor | Sequence[torch.Tensor], placement: Placement) -> None:
    """Lay one thing over the canvas (4, height, width), in place; what reaches beyond it is cut off."""
    height, width = canvas.shape[1:]
    pixels = max(1, round(placement.side * min(height, width)))
    layer = F.interpolate(
        layers[placement.layer][None], size=(pixels, pixels), mode="bicubic", antialias=True, align_corners=False
    )[0].clamp(0, 1)
    if placement.mirror:
        layer = layer.flip(-1)
    if placement.top > 0:
        layer[:, : round(placement.top * pixels)] = 0
    layer = _turned(layer, placement.turn)
    pixels = layer.shape[-1]
    left, top = _corner(placement.x, width, pixels), _corner(placement.y, height, pixels)
    rows = slice(max(0, top), min(height, top + pixels))
    columns = slice(max(0, left), min(width, left + pixels))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    layer = layer[:, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    under = canvas[:, rows, columns]
    under.copy_(layer.minimum(layer[3:]) + under * (1 - layer[3:]))


def _corner(centre: float, extent: int, pixels: int) -> int:
    """First pixel of a square; one that is in the picture but for its rounding is moved into it."""
    start = round(centre * extent - pixels / 2)
    if pixels > extent:
        return start
    if start == -1:
        return 0
    return extent - pixels if start == extent - pixels + 1 else start


def _turned(layer: torch.Tensor, turn: float) -> torch.Tensor:
    """(4, side, side) turned clockwise by so many degrees, in a square that holds all of it."""
    quarters, rest = divmod(turn, 90)
    if quarters % 4:
        layer = torch.rot90(layer, -int(quarters), (1, 2))
    if rest == 0:
        return layer
    side = layer.shape[-1]
    angle = torch.deg2rad(torch.tensor(float(rest)))
    cos, sin = float(angle.cos()), float(angle.sin())
    around = (int(side * (cos + sin)) + 1 - side + 1) // 2
    layer = F.pad(layer, (around, around, around, around))
    matrix = torch.tensor([[cos, sin, 0.0], [-sin, cos, 0.0]])[None]
    grid = F.affine_grid(matrix, [1, *layer.shape], align_corners=False)
    return F.grid_sample(layer[None], grid, mode="bilinear", padding_mode="zeros", align_corners=False)[0].clamp(0, 1)


def _edge_colours(layers: torch.Tensor) -> torch.Tensor:
    """The colours (things, 3, side, side), not multiplied by alpha: where a thing ends, and little of its colour is
    left to tell, those of the solid parts beside.
    """
    alpha = layers[:, 3:]
    own = (layers[:, :3] / alpha.clamp(min=1e-3)).clamp(0, 1)
    solid = (alpha > _SOLID).to(layers)
    near = _box_mean(torch.cat([own * solid, solid], dim=1), round(_REACH * layers.shape[-1]))
    beside = near[:, :3] / near[:, 3:].clamp(min=1e-3)
    return torch.where((solid == 0) & (near[:, 3:] > _SOME), beside, own)


def _box_mean(layers: torch.Tensor, radius: int) -> torch.Tensor:
    """The mean over squares of 2 * radius + 1 pixels, zeros outside; running sums take a tenth of the pooling time."""
    side = 2 * radius + 1
    sums = F.pad(layers, (radius + 1, radius, radius + 1, radius)).cumsum(-1).cumsum(-2)
    rows = sums[..., side:, :] - sums[..., :-side, :]
    return (rows[..., side:] - rows[..., :-side]) / side**2
