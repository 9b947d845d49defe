"""What a marked picture meets on its way: the attacks of the watermark's table, as functions of pictures."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

__all__ = ["ATTACKS", "BEYOND", "Attack"]

Attack = Callable[[Image.Image], Image.Image]


def _codec(kind: str, quality: int) -> Attack:
    def attack(image: Image.Image) -> Image.Image:
        buffer = io.BytesIO()
        image.save(buffer, kind, quality=quality)
        return Image.open(buffer).convert("RGB")

    return attack


def _resize(factor: float) -> Attack:
    return lambda image: image.resize(
        (round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC
    )


def _crop(share: float) -> Attack:
    def attack(image: Image.Image) -> Image.Image:
        width, height = round(image.width * share), round(image.height * share)
        left, top = (image.width - width) // 2, (image.height - height) // 2
        return image.crop((left, top, left + width, top + height))

    return attack


def _and_back(attack: Attack) -> Attack:
    return lambda image: attack(image).resize(image.size, Image.Resampling.BICUBIC)


def _noise(deviation: float) -> Attack:
    def attack(image: Image.Image) -> Image.Image:
        pixels = np.asarray(image)
        noise = np.random.default_rng(int(pixels.sum())).normal(0, deviation, pixels.shape)
        return Image.fromarray(np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8))

    return attack


def _rotate(angle: float) -> Attack:
    return lambda image: image.rotate(angle, Image.Resampling.BICUBIC)


def _palette(colours: int) -> Attack:
    return lambda image: image.quantize(colours).convert("RGB")


def _screenshot(factor: float, border: bool) -> Attack:
    """Scaled on screen, cut out with some of the page around it or a little inside its edges, saved as JPEG 85."""

    def attack(image: Image.Image) -> Image.Image:
        image = _resize(factor)(image)
        width, height = image.size
        if border:
            screen = Image.new("RGB", (width + 90, height + 120), (245, 245, 248))
            screen.paste((60, 64, 70), (0, 0, width + 90, 38))
            screen.paste(image, (37, 71))
        else:
            screen = image.crop((round(width * 0.05), round(height * 0.06), round(width * 0.97), round(height * 0.96)))
        return _codec("JPEG", 85)(screen)

    return attack


def _chain(*attacks: Attack) -> Attack:
    def attack(image: Image.Image) -> Image.Image:
        for step in attacks:
            image = step(image)
        return image

    return attack


ATTACKS: dict[str, Attack] = {
    "none": lambda image: image,
    **{f"JPEG {quality}": _codec("JPEG", quality) for quality in (95, 80, 60, 40)},
    **{f"{kind} {quality}": _codec(kind, quality) for kind, quality in (("WebP", 80), ("WebP", 50), ("AVIF", 60))},
    **{f"resize {factor:.0%}": _resize(factor) for factor in (0.5, 0.75, 1.5, 2.0)},
    **{f"resize {factor:.0%} and back": _and_back(_resize(factor)) for factor in (0.5, 2.0)},
    **{f"crop {share:.0%}": _crop(share) for share in (0.9, 0.7, 0.5)},
    **{f"crop {share:.0%} and back": _and_back(_crop(share)) for share in (0.9, 0.7)},
    **{
        f"blur {radius}": lambda image, radius=radius: image.filter(ImageFilter.GaussianBlur(radius))
        for radius in (1, 2)
    },
    "median 3": lambda image: image.filter(ImageFilter.MedianFilter(3)),
    "noise 10": _noise(10),
    "noise 20": _noise(20),
    "brightness +20": lambda image: image.point(lambda level: min(255, level + 20)),
    "brightness x1.2": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "contrast x1.2": lambda image: ImageEnhance.Contrast(image).enhance(1.2),
    "contrast x0.8": lambda image: ImageEnhance.Contrast(image).enhance(0.8),
    "saturation x1.3": lambda image: ImageEnhance.Color(image).enhance(1.3),
    "greyscale": lambda image: image.convert("L").convert("RGB"),
    "mirror": ImageOps.mirror,
    "rotate 2 degrees": _rotate(2),
    "palette 256": _palette(256),
    "palette 64": _palette(64),
    "screenshot x1.0": _screenshot(1.0, border=True),
    "screenshot x1.25": _screenshot(1.25, border=True),
    "screenshot x1.37, inside": _screenshot(1.37, border=False),
    "screenshot x0.8, inside": _screenshot(0.8, border=False),
    "resize 75% + JPEG 80": _chain(_resize(0.75), _codec("JPEG", 80)),
    "resize 200% + JPEG 75": _chain(_resize(2.0), _codec("JPEG", 75)),
    "crop 90% + JPEG 80": _chain(_crop(0.9), _codec("JPEG", 80)),
    "crop 70% x1.5 + JPEG 75": _chain(_crop(0.7), _resize(1.5), _codec("JPEG", 75)),
}
BEYOND: dict[str, Attack] = {
    "JPEG 20": _codec("JPEG", 20),
    **{f"rotate {angle} degrees": _rotate(angle) for angle in (5, 10, 15)},
    "turn 90 degrees": lambda image: image.transpose(Image.Transpose.ROTATE_90),
}
