"""What surrounds things on their ground: a die-cut edge, a soft shadow, the shadow of where they stand."""

import torch
import torch.nn.functional as F
from scipy import ndimage

__all__ = ["contact_shadow", "outline_alpha", "over", "soft_shadow"]

_SHADOW = 0.3  # darkest alpha of a soft shadow ...
_SHADOW_DOWN, _SHADOW_BLUR = 0.018, 0.016  # ... and how far down it lies and how soft it is, of the shorter side
_CONTACT = 0.28  # darkest alpha under a standing thing ...
_CONTACT_FLAT = 0.16  # ... height of it, of its width


def over(canvas: torch.Tensor, layer: torch.Tensor) -> None:
    """Lay ``layer`` over ``canvas``, in place; both (4, height, width) in [0, 1], colours multiplied by alpha."""
    canvas.mul_(1 - layer[3:]).add_(layer)


def outline_alpha(alpha: torch.Tensor, width: float) -> torch.Tensor:
    """(height, width) of alpha -> that of everything within ``width`` pixels of what is solid, with a soft edge."""
    solid = (alpha >= 0.5).numpy()
    if not solid.any():
        return torch.zeros_like(alpha)
    distance = torch.from_numpy(ndimage.distance_transform_edt(~solid)).to(alpha)
    return (width + 1 - distance).clamp(0, 1)


def soft_shadow(alpha: torch.Tensor) -> torch.Tensor:
    """(height, width) of alpha -> a dark layer (4, height, width): what it leaves under itself, a little lower."""
    side = min(alpha.shape)
    lower = round(_SHADOW_DOWN * side)
    moved = F.pad(alpha, (0, 0, lower, 0))[: alpha.shape[0]]
    blurred = torch.from_numpy(ndimage.gaussian_filter(moved.numpy(), _SHADOW_BLUR * side)).to(alpha)
    return torch.cat([torch.zeros(3, *alpha.shape), _SHADOW * blurred[None]])


def contact_shadow(alpha: torch.Tensor, height: int, width: int) -> torch.Tensor | None:
    """The shadow on the ground under a thing.

    Args:
        alpha: (height, width) of the thing where it stands.
        height, width: of the picture, in pixels.

    Returns:
        A dark layer (4, height, width), an ellipse about the lowest part of the thing; None where it has none.
    """
    rows = (alpha > 0.5).any(1).nonzero()
    if not len(rows):
        return None
    bottom = int(rows[-1])
    foot = alpha[max(0, bottom - max(1, (bottom - int(rows[0])) // 8)) : bottom + 1] > 0.5
    columns = foot.any(0).nonzero()
    left, right = int(columns[0]), int(columns[-1]) + 1
    half = max(2.0, 0.56 * (right - left))
    y = (torch.arange(height)[:, None] - bottom + 0.25 * _CONTACT_FLAT * half) / (_CONTACT_FLAT * half)
    x = (torch.arange(width)[None] + 0.5 - (left + right) / 2) / half
    fall = (1 - (x**2 + y**2)).clamp(0, 1)
    return torch.cat([torch.zeros(3, height, width), (_CONTACT * fall * (2 - fall))[None]])
