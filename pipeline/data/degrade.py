"""Pictures made worse on purpose, in three grades: what the aesthetic classifier learns to tell from good ones.

Also the damage of the stress set in evaluation. Sizes are relative to the picture, so that a grade looks the same on a
small icon and on a photograph.
"""

import io

import numpy as np
from PIL import Image, ImageFilter

from pipeline.pictures.decode import flatten

__all__ = ["DEGRADATIONS", "GRADES", "degrade"]

DEGRADATIONS = ("jpeg", "blur", "low_resolution", "noise", "bad_crop", "clutter")
GRADES = (1, 2, 3)  # visible, annoying, ruined
_JPEG_QUALITY = {1: 25, 2: 12, 3: 5}
_BLUR_RADIUS = {1: 1 / 150, 2: 1 / 80, 3: 1 / 40}  # of the shorter side
_LOW_RESOLUTION = {1: 3, 2: 5, 3: 9}  # times smaller
_NOISE_SIGMA = {1: 12, 2: 25, 3: 45}  # of 255
_CROP_SHARE = {1: 0.62, 2: 0.45, 3: 0.3}  # of the side that stays, pushed into a corner
_CLUTTER_PIECES = {1: 2, 2: 5, 3: 9}


def degrade(
    image: Image.Image,
    kind: str,
    grade: int,
    generator: np.random.Generator,
    *,
    others: list[Image.Image] | None = None,
) -> Image.Image:
    """The picture, flattened on white, made worse by `kind` (one of DEGRADATIONS) and `grade` (1, 2 or 3).

    `others`: pictures to clutter it with; the picture itself serves where there are none. Same size as `image`, except
    for `bad_crop`, which is smaller. Raises ValueError for an unknown kind or grade.
    """
    if kind not in DEGRADATIONS or grade not in GRADES:
        raise ValueError(f"`kind` is one of {DEGRADATIONS} and `grade` of {GRADES}, got {kind!r} and {grade!r}.")
    image = flatten(image)
    width, height = image.size
    if kind == "jpeg":
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=_JPEG_QUALITY[grade])
        return Image.open(buffer).convert("RGB")
    if kind == "blur":
        return image.filter(ImageFilter.GaussianBlur(min(width, height) * _BLUR_RADIUS[grade]))
    if kind == "low_resolution":
        small = (max(4, width // _LOW_RESOLUTION[grade]), max(4, height // _LOW_RESOLUTION[grade]))
        way_back = [Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.NEAREST]
        return image.resize(small, Image.Resampling.BOX).resize((width, height), way_back[generator.integers(3)])
    if kind == "noise":
        noisy = np.asarray(image, dtype=np.float32) + generator.normal(0, _NOISE_SIGMA[grade], (height, width, 3))
        return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    if kind == "bad_crop":
        return _bad_crop(image, _CROP_SHARE[grade], generator)
    return _clutter(image, _CLUTTER_PIECES[grade], generator, others or [image])


def _bad_crop(image: Image.Image, share: float, generator: np.random.Generator) -> Image.Image:
    width, height = image.size
    kept_width, kept_height = max(8, int(width * share)), max(8, int(height * share))
    left = int(generator.choice([0.0, 1.0]) * (width - kept_width))
    top = int(generator.uniform(0, 1) * (height - kept_height))
    return image.crop((left, top, left + kept_width, top + kept_height))


def _clutter(
    image: Image.Image, pieces: int, generator: np.random.Generator, others: list[Image.Image]
) -> Image.Image:
    width, height = image.size
    canvas = image.copy()
    for _ in range(pieces):
        piece = others[generator.integers(len(others))].convert("RGBA")
        side = max(8, int(min(width, height) * generator.uniform(0.25, 0.55)))
        piece = piece.resize((side, side)).rotate(float(generator.uniform(0, 360)))
        place = (
            int(generator.integers(-side // 3, width - side // 2)),
            int(generator.integers(-side // 3, height - side // 2)),
        )
        canvas.paste(piece, place, piece)
    return canvas
