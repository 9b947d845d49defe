"""Pictures from outside that a scene is drawn with: cut-out things, the ground, what is laid over all.

A scene, and so a recipe, names each by its hash; the pictures travel beside it:

    hash = upload_hash(cut.picture)
    scene = edit(scene, f"upload photo {hash}")
    pipe(scene=scene, uploads={hash: cut.picture})
"""

import hashlib
from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from pipeline.scene.record import Scene

__all__ = ["MAX_UPLOADS", "MAX_UPLOAD_SIDE", "canonical", "fitted", "layer_of", "upload_hash", "uploads_of"]
__all__ += ["check_uploads", "close_holes"]

MAX_UPLOADS = 8  # of one picture
MAX_UPLOAD_SIDE = 1024  # pixels; as large as a scene can be
_SEEN = 0.03  # alpha from which a pixel belongs to the thing


def canonical(picture: Image.Image) -> Image.Image:
    """RGBA, black where nothing is seen: programs that write PNG files are free to change colours there."""
    values = np.array(picture.convert("RGBA"))
    values[values[..., 3] == 0] = 0
    return Image.fromarray(values)


def upload_hash(picture: Image.Image) -> str:
    """sha256 hex of a picture's size and its pixels, alpha included."""
    own = canonical(picture)
    return hashlib.sha256(f"upload {own.width}x{own.height}:".encode() + own.tobytes()).hexdigest()


def uploads_of(scene: Scene) -> dict[str, str]:
    """The uploads that a scene is drawn with, by hash, each with what it is for in words."""
    found = {}
    if scene.ground is not None and scene.ground.kind == "picture":
        found[scene.ground.name] = "the ground"
    found |= {thing.upload: thing.said or thing.name for thing in scene.things if thing.upload}
    if scene.front is not None:
        found.setdefault(scene.front, "what lies in front")
    return found


def check_uploads(scene: Scene, uploads: Mapping[str, Image.Image] | None) -> dict[str, Image.Image]:
    """The pictures that a scene is drawn with, by hash, each looked at: it is the one that the scene names.

    Args:
        scene: as it will be drawn.
        uploads: what was given; further ones are left out.

    Raises:
        ValueError: one is missing, another picture, or too large.
    """
    needed, given, found = uploads_of(scene), dict(uploads or {}), {}
    if len(given) > MAX_UPLOADS:
        raise ValueError(f"`uploads` takes up to {MAX_UPLOADS} pictures, got {len(given)}. Pass fewer.")
    for hash, role in needed.items():
        picture = given.get(hash)
        if picture is None:
            raise ValueError(
                f"This picture is drawn with an upload ({role}, {hash[:8]}...) that was not given. "
                "Add the same file again."
            )
        if not isinstance(picture, Image.Image):
            raise ValueError(f"`uploads` must hold PIL pictures, got {type(picture).__name__}. Open the file first.")
        if max(picture.size) > MAX_UPLOAD_SIDE:
            size = f"{picture.width}x{picture.height}"
            raise ValueError(f"`uploads` takes pictures of up to {MAX_UPLOAD_SIDE} pixels a side, got {size}.")
        if upload_hash(picture) != hash:
            raise ValueError(f"`uploads` holds another picture under {hash[:8]}... ({role}). Add the original file.")
        found[hash] = canonical(picture)
    return found


def layer_of(picture: Image.Image, side: int) -> torch.Tensor:
    """A cut-out as a layer: (4, side, side) in [-1, 1], colours multiplied by alpha; the thing fills it.

    Raises:
        ValueError: nothing is seen of it.
    """
    values = _premultiplied(picture)
    rows, columns = ((values[3] > _SEEN).any(axis).nonzero()[:, 0] for axis in (1, 0))
    if not len(rows):
        raise ValueError("The upload is transparent all over. Choose one with a thing in it.")
    values = values[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = side / max(values.shape[1:])
    size = [max(1, round(extent * scale)) for extent in values.shape[1:]]
    small = F.interpolate(values[None], size=size, mode="bicubic", antialias=True)[0].clamp(0, 1)
    layer = torch.zeros(4, side, side)
    top, left = (side - size[0]) // 2, (side - size[1]) // 2
    layer[:, top : top + size[0], left : left + size[1]] = small.minimum(small[3:])
    return 2 * layer - 1


def fitted(picture: Image.Image, width: int, height: int, *, filled: bool = False) -> torch.Tensor:
    """A picture that covers a canvas: (4, height, width) in [0, 1], colours multiplied by alpha.

    One of the canvas' size stays as it is, to the bit; others are scaled, and what reaches beyond is cut off.

    Args:
        picture: RGBA.
        width, height: pixels.
        filled: what is transparent takes the colours around it.
    """
    if picture.size != (width, height):
        scale = max(width / picture.width, height / picture.height)
        half = width / scale / 2, height / scale / 2
        middle = picture.width / 2, picture.height / 2
        box = (
            max(0.0, middle[0] - half[0]),
            max(0.0, middle[1] - half[1]),
            min(float(picture.width), middle[0] + half[0]),
            min(float(picture.height), middle[1] + half[1]),
        )
        # Pillow multiplies by alpha before it scales, and divides after.
        picture = picture.resize((width, height), Image.Resampling.BICUBIC, box=box)
    values = _premultiplied(picture)
    return close_holes(values) if filled else values


def _premultiplied(picture: Image.Image) -> torch.Tensor:
    values = torch.from_numpy(np.asarray(picture.convert("RGBA"), dtype=np.float32) / 255).permute(2, 0, 1)
    return torch.cat([values[:3] * values[3:], values[3:]]).contiguous()


def close_holes(values: torch.Tensor) -> torch.Tensor:
    """Holes filled from around: means over ever larger squares, the smallest that has something in it (pull-push)."""
    alpha = values[3:]
    if bool((alpha == 1).all()) or not bool((alpha > 0).any()):
        return torch.cat([values[:3] + (1 - alpha) * (alpha > 0).any().logical_not(), torch.ones_like(alpha)])
    height, width = values.shape[1:]
    if height == 1 and width == 1:
        return torch.cat([values[:3] / alpha, torch.ones_like(alpha)])
    padded = F.pad(values[None], (0, width % 2, 0, height % 2))
    weight = F.avg_pool2d(padded, 2)[0]
    weight = weight / weight[3:].clamp(min=1e-6) * (4 * weight[3:]).clamp(max=1)
    rest = F.interpolate(close_holes(weight)[None], size=(height, width), mode="bilinear", align_corners=False)[0]
    return torch.cat([values[:3] + rest[:3] * (1 - alpha), torch.ones_like(alpha)])
