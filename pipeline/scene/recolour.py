"""Another colour for a layer, its light and shade kept. Arithmetic, no network."""

import math

import torch
import torch.nn.functional as F

from pipeline.scene.drawing import Palette

__all__ = ["body_share", "main_colour", "recolour", "shift_palette"]

_LUMA = 0.299, 0.587, 0.114  # BT.601
_VIVID = 0.08  # chroma from which a pixel has a hue
_VIVID_SHARE = 0.35  # of a thing, from which it has one
_GLASS_HUE = -1.3, -0.55  # radians of Cb and Cr, about light blue: windows and screens ...
_GLASS_LUMA = 0.4  # ... from this luma; they are the main colour only of what has no other
_FRAMED = 0.25  # of the edge of windows and screens that may be the thing's own outline
_STRONG, _SHEEN = 0.15, 0.7  # chroma, and radians from the hue of glass, of what is blue itself
_APART = 0.25  # luma between a body and its glass
_BODY = 0.35  # of a thing, which its main colour covers at least, or else another one that covers more is taken
_LEAST_BODY, _WIDE_PANE = 0.25, 0.4  # of a thing: a body of less, with glass of more, is what the glass is
_SAME_COLOUR = 0.3  # distance of two colours, each of [0, 1], up to which they may have one name ...
_SAME_HUE = 0.15  # ... and what of it may be other than lighter or darker ...
_SAME_TURN = 0.1  # ... and radians by which two strong colours may be turned: red is not orange ...
_SAME_SPREAD = 0.25  # ... and by which the thing's own are turned on average: half red and half yellow is not orange
_PALE, _PALE_SHADE = 0.85, 0.5  # luma from which a colour is white to the eye, and how much of its shade it keeps ...
_PALE_SAME = 0.07  # ... and how much darker it may be: light grey is not white


def recolour(layer: torch.Tensor, colour: torch.Tensor, *, exact: bool = False) -> torch.Tensor:
    """A layer (4, side, side) with ``colour`` (3,), of [0, 1], in place of its main colour, light and shade kept; what
    has another colour (eyes, wheels, windows) keeps it. What is of about that colour already stays as it is, unless
    the colour is meant ``exact``ly.
    """
    layer = (layer + 1) / 2
    alpha = layer[3:]
    if not (alpha > 0.5).any():
        return 2 * layer - 1
    colours, luma, (across, along), share = _main_colour(layer, glass=False)
    weight = share * alpha[0]
    mean = (colours * weight).sum((1, 2)) / weight.sum().clamp(min=1e-3)
    colour = colour.to(colours)
    strong = weight * (torch.hypot(across, along) > _STRONG)
    turned = _turned(torch.atan2(along, across), _split(colour)[2]).abs()
    spread = float((turned * strong).sum() / strong.sum()) if strong.any() else 0.0
    if not exact and _goes_by_one_name(mean, colour) and spread < _SAME_SPREAD:
        return 2 * layer - 1
    light = luma / (luma * weight).sum() * weight.sum()  # 1 is as light as the main colour's mean
    if _split(colour)[0] > _PALE:  # the shade of something dark would make it grey
        light = torch.where(light < 1, 1 - _PALE_SHADE * (1 - light), light)
    shaded = colour[:, None, None] * light.clamp(max=1)
    shaded = torch.lerp(shaded, torch.ones_like(shaded), (0.6 * (light - 1)).clamp(0, 0.8))
    colours = torch.lerp(colours, shaded, share)
    return 2 * torch.cat([colours * alpha, alpha]) - 1


def _split(colour: torch.Tensor) -> tuple[float, float, float]:
    """Luma, chroma and hue (radians) of a colour (3,) in [0, 1]."""
    red, _, blue = colour.tolist()
    luma = sum(share * value for share, value in zip(_LUMA, colour.tolist(), strict=True))
    across, along = 0.564 * (blue - luma), 0.713 * (red - luma)
    return luma, math.hypot(across, along), math.atan2(along, across)


def _goes_by_one_name(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two colours (3,) in [0, 1] are near enough to be called by one name."""
    difference = one - other
    if difference.norm() >= _SAME_COLOUR or (difference - difference.mean()).norm() >= _SAME_HUE:
        return False
    (luma, strong, hue), (other_luma, other_strong, other_hue) = _split(one), _split(other)
    if other_luma > _PALE and luma < other_luma - _PALE_SAME:
        return False
    return min(strong, other_strong) < _STRONG or abs(math.remainder(hue - other_hue, 2 * math.pi)) < _SAME_TURN


def shift_palette(layer: torch.Tensor, palette: Palette) -> torch.Tensor:
    """A layer (4, side, side) with its main colour turned, lighter and more colourful as ``palette`` says; what has
    another colour keeps it.
    """
    if palette == Palette() or not (layer[3] > 0).any():
        return layer
    layer = (layer + 1) / 2
    colours, luma, (across, along), share = _main_colour(layer)
    cos, sin, vivid = math.cos(palette.hue), math.sin(palette.hue), 2**palette.vivid
    turned = vivid * (cos * across - sin * along), vivid * (sin * across + cos * along)
    room = 4 * luma * (1 - luma)  # black and white stay
    light = (luma + palette.light * room).clamp(0, 1)
    blue, red = light + turned[0] / 0.564, light + turned[1] / 0.713
    green = (light - _LUMA[0] * red - _LUMA[2] * blue) / _LUMA[1]
    shifted = torch.stack([red, green, blue]).clamp(0, 1)
    colours = torch.lerp(colours, shifted, share)
    return 2 * torch.cat([colours * layer[3:], layer[3:]]) - 1


def body_share(layer: torch.Tensor) -> torch.Tensor:
    """How much of its main colour is in each pixel (side, side) of a layer (4, side, side) in [-1, 1]."""
    layer = (layer.float() + 1) / 2
    if not (layer[3] > 0.5).any():
        return torch.zeros_like(layer[3])
    return _main_colour(layer, glass=False)[3] * (layer[3] > 0.5)


def main_colour(layer: torch.Tensor) -> str:
    """The mean of the main colour of a layer (4, side, side), as "#rrggbb"."""
    layer = (layer + 1) / 2
    if not (layer[3] > 0.5).any():
        return "#888888"
    colours, _, _, share = _main_colour(layer)
    weight = share * layer[3]
    mean = (colours * weight).sum((1, 2)) / weight.sum().clamp(min=1e-3)
    return "#" + "".join(f"{round(255 * float(value)):02x}" for value in mean.clamp(0, 1))


def _main_colour(
    layer: torch.Tensor,
    *,
    glass: bool = True,
) -> tuple[torch.Tensor, torch.Tensor, tuple[torch.Tensor, torch.Tensor], torch.Tensor]:
    """Of a layer (4, side, side) in [0, 1]: its colours, their luma, their Cb and Cr of BT.601, and the share of the
    main colour in each pixel. Without `glass`, windows and screens are the main colour only of what has no other.
    """
    alpha = layer[3:]
    colours = (layer[:3] / alpha.clamp(min=0.05)).clamp(0, 1)
    luma = (colours * colours.new_tensor(_LUMA)[:, None, None]).sum(0)
    across, along = 0.564 * (colours[2] - luma), 0.713 * (colours[0] - luma)
    chroma, hue = torch.hypot(across, along), torch.atan2(along, across)
    solid = alpha[0] > 0.5
    vivid = solid & (chroma > _VIVID)
    grey = solid & ~vivid
    if not glass:
        return colours, luma, (across, along), _body_share(luma, chroma, hue, vivid, alpha)
    if vivid.sum() > _VIVID_SHARE * solid.sum():
        share = _hue_share(hue, chroma, vivid)
    else:
        share = _grey_share(luma, chroma, grey)
    return colours, luma, (across, along), share


def _body_share(
    luma: torch.Tensor, chroma: torch.Tensor, hue: torch.Tensor, vivid: torch.Tensor, alpha: torch.Tensor
) -> torch.Tensor:
    """How much of the colour of a body is in each pixel (side, side): not of its windows or screen, if it has another;
    of the hue or the grey that covers most of it.
    """
    solid = alpha[0] > 0.5
    pane = vivid & (hue > _GLASS_HUE[0]) & (hue < _GLASS_HUE[1]) & (luma > _GLASS_LUMA)
    if pane.sum() > (1 - _BODY / 2) * solid.sum() or _is_at_outline(pane, solid):
        pane = torch.zeros_like(pane)
    coloured, grey = vivid & ~pane, solid & ~vivid
    if coloured.any() and chroma[coloured].mean() > _STRONG:
        turned = _main_hue(hue[coloured], chroma[coloured]) - (_GLASS_HUE[0] + _GLASS_HUE[1]) / 2
        if abs(math.remainder(float(turned), 2 * math.pi)) < _SHEEN:  # light on what is blue itself
            pane, coloured = torch.zeros_like(pane), vivid
    shares = [_grey_share(luma, chroma, grey)]
    if coloured.any():
        share = _hue_share(hue, chroma, coloured)
        apart = (luma - luma[coloured].mean()).abs() > _APART
        shares.insert(0, share * ~(pane & apart))
    covered = [float((share * alpha[0]).sum() / alpha.sum()) for share in shares]
    if max(covered) < _LEAST_BODY and pane.sum() > _WIDE_PANE * solid.sum():  # a blue bird behind its outline
        return _hue_share(hue, chroma, pane)
    if len(shares) > 1 and coloured.sum() > _VIVID_SHARE * solid.sum() and covered[0] >= _BODY:
        return shares[0]
    return shares[max(range(len(covered)), key=covered.__getitem__)]


def _is_at_outline(mask: torch.Tensor, solid: torch.Tensor) -> bool:
    """Whether much of the edge of what is marked (side, side) is the thing's own outline: a window is framed."""
    edge = mask & _grown(~mask)
    return bool((edge & _grown(~solid)).sum() > _FRAMED * edge.sum())


def _grown(mask: torch.Tensor) -> torch.Tensor:
    return F.max_pool2d(mask[None, None].float(), 3, stride=1, padding=1)[0, 0] > 0.5


def _turned(hue: torch.Tensor, middle: torch.Tensor | float) -> torch.Tensor:
    """How far hues are from another, in radians, -pi to pi."""
    return torch.remainder(hue - middle + torch.pi, 2 * torch.pi) - torch.pi


def _hue_share(hue: torch.Tensor, chroma: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    """How much of the main hue of the pixels that count is in each (side, side)."""
    middle = _main_hue(hue[counted], chroma[counted])
    return _fall(_turned(hue, middle).abs(), 1.0, 1.5) * (1 - _fall(chroma, 0.03, _VIVID))


def _grey_share(luma: torch.Tensor, chroma: torch.Tensor, grey: torch.Tensor) -> torch.Tensor:
    """How much of the main grey is in each pixel (side, side)."""
    middle = luma[grey].median() if grey.any() else luma.median()
    return _fall((luma - middle).abs(), 0.25, 0.4) * _fall(chroma, _VIVID, 0.14)


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
