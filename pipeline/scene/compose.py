"""Layers laid on a ground: from cut-free things to the picture. Arithmetic, no network.

A layer is (4, side, side): red, green and blue multiplied by alpha, and alpha, all brought from [0, 1] to [-1, 1]; the
thing fills it. Where it comes in the picture, and on what, is its pose (``pipeline.models.image_encoder``).
"""

import torch
import torch.nn.functional as F

__all__ = ["LAYOUTS", "Placement", "arrange", "compose", "recolour"]

Placement = tuple[int, float, float, float]  # which layer; centre (x, y) and side of its square, of the picture's side

# Alpha up to the first is nothing, from the second it is solid: no veil around a thing, no ground shining through, and
# an edge as sharp as a drawn one.
_FIRM = 0.3, 0.7

_SOLID = 0.9  # alpha from which a pixel's own colour is trusted
_REACH = 1 / 50  # of the layer's side: how far an edge pixel looks for solid ones
_SOME = 0.1  # share of solid pixels there that is enough to take their colour

_LUMA = 0.299, 0.587, 0.114  # BT.601
_VIVID = 0.08  # chroma from which a pixel has a hue
_VIVID_SHARE = 0.35  # of a thing, from which it has one
_SAME_COLOUR = 0.3  # distance of two colours, each of [0, 1], up to which they may have one name ...
_SAME_HUE = 0.15  # ... and what of it may be other than lighter or darker

# How many -> centres and the side of the square that each thing fills, in units of the picture's side.
_COLUMN = {2: ([(0.5, 0.27), (0.5, 0.73)], 0.43), 3: ([(0.5, 0.19), (0.5, 0.5), (0.5, 0.81)], 0.28)}
_ROW = {count: ([(y, x) for x, y in centres], side) for count, (centres, side) in _COLUMN.items()}
_GRID = {
    4: ([(0.28, 0.28), (0.72, 0.28), (0.28, 0.72), (0.72, 0.72)], 0.4),
    5: ([(0.22, 0.25), (0.78, 0.25), (0.5, 0.5), (0.22, 0.75), (0.78, 0.75)], 0.26),
    6: ([(x, y) for y in (0.31, 0.69) for x in (0.19, 0.5, 0.81)], 0.28),
}
LAYOUTS = {"row": _ROW | _GRID, "column": _COLUMN | _GRID, "grid": _ROW | _GRID}


def arrange(poses: torch.Tensor, counts: list[int], layout: str) -> tuple[torch.Tensor, list[Placement]]:
    """The ground and the places of a picture's things.

    Args:
        poses: (things, 6): ground, centre and side, as the image embeddings say.
        counts: how often each thing is placed, in order.
        layout: "single" takes the one thing's own pose, kept inside the picture; "row", "column" and "grid" have
            places for 2 to 6 things, and the mean of their grounds.

    Returns:
        ground (3,) in [-1, 1] and a placement for everything that is seen.

    Raises:
        ValueError: there is no such layout for so many things.
    """
    ground = poses[:, :3].mean(0).clamp(-1, 1)
    if layout == "single" and counts == [1]:
        x, y, side = poses[0, 3:].tolist()
        side = min(max(side, 0.1), 1.0)
        return ground, [(0, *(min(max(c, side / 2), 1 - side / 2) for c in (x, y)), side)]
    places = LAYOUTS.get(layout, {}).get(sum(counts))
    if places is None:
        raise ValueError(
            f"`layout` must be one of {sorted(LAYOUTS)} for 2 to 6 things, got {layout!r}, {sum(counts)}."
        )
    centres, side = places
    which = [thing for thing, count in enumerate(counts) for _ in range(count)]
    return ground, [(thing, *centre, side) for thing, centre in zip(which, centres, strict=True)]


def compose(layers: torch.Tensor, ground: torch.Tensor, placements: list[Placement], size: int) -> torch.Tensor:
    """Lay layers (things, 4, side, side) on a ground (3,), in order: (1, 3, size, size) in [-1, 1]."""
    layers = (layers.float().clamp(-1, 1) + 1) / 2
    firm = ((layers[:, 3:] - _FIRM[0]) / (_FIRM[1] - _FIRM[0])).clamp(0, 1)
    layers = torch.cat([_edge_colours(layers) * firm, firm], dim=1)
    canvas = ((ground.float() + 1) / 2)[:, None, None].expand(-1, size, size).clone()
    for thing, x, y, side in placements:
        pixels = max(1, round(side * size))
        layer = F.interpolate(
            layers[thing, None], size=(pixels, pixels), mode="bicubic", antialias=True, align_corners=False
        )[0].clamp(0, 1)
        left, top = (min(max(round(c * size - pixels / 2), 0), size - pixels) for c in (x, y))
        under = canvas[:, top : top + pixels, left : left + pixels]
        under.copy_(layer[:3].minimum(layer[3:]) + under * (1 - layer[3:]))
    return (2 * canvas - 1).clamp(-1, 1)[None]


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


def recolour(layer: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
    """A layer (4, side, side) with ``colour`` (3,), of [0, 1], in place of its main colour, light and shade kept; what
    has another colour (eyes, wheels, windows) keeps it. What is of about that colour already stays as it is.
    """
    layer = (layer + 1) / 2
    alpha = layer[3:]
    colours = (layer[:3] / alpha.clamp(min=0.05)).clamp(0, 1)
    luma = (colours * colours.new_tensor(_LUMA)[:, None, None]).sum(0)
    across, along = 0.564 * (colours[2] - luma), 0.713 * (colours[0] - luma)  # Cb and Cr of BT.601
    chroma, hue = torch.hypot(across, along), torch.atan2(along, across)
    solid = alpha[0] > 0.5
    if not solid.any():
        return 2 * layer - 1
    vivid = solid & (chroma > _VIVID)
    if vivid.sum() > _VIVID_SHARE * solid.sum():
        middle = _main_hue(hue[vivid], chroma[vivid])
        turned = torch.remainder(hue - middle + torch.pi, 2 * torch.pi) - torch.pi
        share = _fall(turned.abs(), 1.0, 1.5) * (1 - _fall(chroma, 0.03, _VIVID))
    else:
        middle = luma[solid & ~vivid].median()
        share = _fall((luma - middle).abs(), 0.25, 0.4) * _fall(chroma, _VIVID, 0.14)
    weight = share * alpha[0]
    mean = (colours * weight).sum((1, 2)) / weight.sum().clamp(min=1e-3)
    colour = colour.to(colours)
    difference = mean - colour
    if difference.norm() < _SAME_COLOUR and (difference - difference.mean()).norm() < _SAME_HUE:
        return 2 * layer - 1
    light = luma / (luma * weight).sum() * weight.sum()  # 1 is as light as the main colour's mean
    shaded = colour[:, None, None] * light.clamp(max=1)
    shaded = torch.lerp(shaded, torch.ones_like(shaded), (0.6 * (light - 1)).clamp(0, 0.8))
    colours = torch.lerp(colours, shaded, share)
    return 2 * torch.cat([colours * alpha, alpha]) - 1


def _main_hue(hue: torch.Tensor, chroma: torch.Tensor) -> torch.Tensor:
    """The mean direction of the hues (n,) near the one that has most of ``chroma`` (n,), in radians."""
    sums = torch.zeros(24, device=hue.device)
    sums.index_add_(0, ((hue + torch.pi) / (2 * torch.pi) * 24).long().clamp(max=23), chroma)
    most = (sums + sums.roll(1) + sums.roll(-1)).argmax()
    centre = (most + 0.5) * 2 * torch.pi / 24 - torch.pi
    near = torch.cos(hue - centre) > 0.5
    return torch.atan2((chroma * hue.sin())[near].sum(), (chroma * hue.cos())[near].sum())


def _fall(value: torch.Tensor, start: float, end: float) -> torch.Tensor:
    """1 up to ``start``, 0 from ``end``, straight between."""
    return ((end - value) / (end - start)).clamp(0, 1)
