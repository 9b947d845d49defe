"""The colour of a part: "a house with a blue roof". Arithmetic on a layer: its colours are told apart, and the one
that lies where such a part lies, is changed.
"""

import torch
import torch.nn.functional as F

__all__ = ["recolour_part"]

# Where parts lie: height of their middle (0 top, 1 bottom), how dark (None: any), and how large of the whole, about.
_PARTS = {
    "top": (0.15, None, 0.25), "bottom": (0.85, None, 0.25), "middle": (0.5, None, 0.3), "dark": (0.6, 0.15, 0.15),
    "light": (0.6, 0.9, 0.2), "spots": (0.5, None, 0.12),
}  # fmt: skip
_WORDS = {
    "roof": "top", "hat": "top", "hair": "top", "cap": "top", "ears": "top", "ear": "top", "horn": "top",
    "horns": "top", "lid": "top", "crown": "top", "flame": "top", "leaf": "top", "leaves": "top", "petals": "top",
    "frosting": "top", "icing": "top", "sail": "top", "sails": "top", "beak": "middle", "face": "middle",
    "door": "bottom", "wheels": "dark", "wheel": "dark", "tyres": "dark", "tires": "dark", "paws": "bottom",
    "feet": "bottom", "shoes": "bottom", "legs": "bottom", "boots": "bottom", "base": "bottom", "stem": "bottom",
    "trunk": "bottom", "handle": "bottom", "skirt": "bottom", "trousers": "bottom", "pants": "bottom",
    "hull": "bottom",
    "belly": "light", "tummy": "light", "teeth": "light", "tips": "light", "windows": "light", "window": "light",
    "eyes": "dark", "eye": "dark", "nose": "dark", "spots": "spots", "stripes": "spots", "dots": "spots",
    "buttons": "spots", "seeds": "spots", "shirt": "middle", "jacket": "middle", "wings": "middle", "strap": "middle",
    "tail": "bottom", "mane": "top",
}  # fmt: skip
_COLOURS = 7


def recolour_part(layer: torch.Tensor, part: str, colour: torch.Tensor) -> torch.Tensor:
    """A layer (4, side, side) with ``colour`` (3,), of [0, 1], on the part that a word names.

    The colours of the drawing are told apart; the one that fits best to where such parts lie gets the colour, its
    light and shade kept. A word that is not known takes the second largest.
    """
    kind = _PARTS[_WORDS.get(part.lower().split()[-1], "middle")]
    values = (layer.float() + 1) / 2
    alpha = values[3]
    solid = alpha > 0.5
    if not solid.any():
        return layer
    colours = (values[:3] / alpha.clamp(min=0.05)).clamp(0, 1)
    centres, nearest = _clusters(colours, solid)
    sizes = torch.bincount(nearest[solid], minlength=len(centres)).float() / solid.sum()
    rows = torch.linspace(0, 1, alpha.shape[0])[:, None].expand_as(alpha)
    extent = rows[solid].min(), rows[solid].max()
    height = ((rows - extent[0]) / (extent[1] - extent[0]).clamp(min=1e-3)).clamp(0, 1)
    costs = []
    for at, centre in enumerate(centres):
        where = solid & (nearest == at)
        middle = height[where].mean() if where.any() else torch.tensor(2.0)
        cost = (middle - kind[0]).abs() + 0.8 * (sizes[at] - kind[2]).abs()
        if kind[1] is not None:
            cost = cost + (centre.mean() - kind[1]).abs()
        largest = 0.6 if sizes[at] == sizes.max() and len(centres) > 1 else 0.0  # the largest is the whole
        tiny = 0.8 if sizes[at] < 0.02 else 0.0
        costs.append(cost + largest + tiny)
    chosen = int(torch.stack(costs).argmin())
    share = F.avg_pool2d(((nearest == chosen) & solid).float()[None, None], 3, stride=1, padding=1)[0, 0]
    luma = colours.mean(0)
    main = luma[solid & (nearest == chosen)].mean()
    light = (luma / main.clamp(min=0.12)).clamp(0.6, 1.35)
    painted = (colour.to(colours)[:, None, None] * light.clamp(max=1)).clamp(0, 1)
    painted = torch.lerp(painted, torch.ones_like(painted), (0.5 * (light - 1)).clamp(0, 0.5))
    mixed = torch.lerp(colours, painted, share)
    return (2 * torch.cat([mixed * alpha, alpha[None]]) - 1).to(layer)


def _clusters(colours: torch.Tensor, solid: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Main colours (k, 3) of colours (3, side, side), and which of them each pixel is nearest to."""
    points = colours[:, solid].T
    some = points[:: max(1, len(points) // 2000)]
    centres = [some.median(0).values]
    for _ in range(_COLOURS - 1):
        distance = torch.cdist(some, torch.stack(centres)).amin(1)
        if distance.max() < 0.12:
            break
        centres.append(some[distance.argmax()])
    found = torch.stack(centres)
    for _ in range(5):
        nearest = torch.cdist(some, found).argmin(1)
        found = torch.stack([some[nearest == k].mean(0) if (nearest == k).any() else c for k, c in enumerate(found)])
    nearest = torch.cdist(colours.flatten(1).T, found).argmin(1)
    return found, nearest.reshape(solid.shape)
