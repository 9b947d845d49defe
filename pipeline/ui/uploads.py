"""Uploaded pictures, hostile until checked: readable, not huge, upright, RGB."""

import warnings
from pathlib import Path

import gradio as gr
from PIL import Image, ImageOps

from pipeline.serve.limits import Limits

__all__ = ["check_picture", "open_picture", "picture_upload"]


def picture_upload(**options) -> gr.Image:
    """A `gr.Image` whose value is the uploaded file itself, metadata included.

    The stock one decodes the upload before any check of ours could run. (A subclass would do, but gradio writes
    a stub file beside the source of every subclass.)
    """
    upload = gr.Image(type="filepath", format="png", **options)
    upload.preprocess = lambda payload: None if payload is None or payload.path is None else str(payload.path)
    return upload


def check_picture(path: str | Path, limits: Limits) -> None:
    """Refuse a file that is not a picture or has too many pixels, before its pixels are decoded.

    Raises:
        ValueError: one sentence for the person who uploaded it.
    """
    name = Path(path).name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is lower
            with Image.open(path) as image:
                width, height = image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{name} cannot be read as a picture. Use a PNG, JPEG or WebP file.") from error
    if width * height > limits.max_upload_pixels:
        raise ValueError(
            f"{name} has {width}x{height} pixels; up to {limits.max_upload_pixels / 1e6:.0f} million are taken. "
            "Make it smaller and try again."
        )


def open_picture(path: str | Path, limits: Limits) -> Image.Image:
    """The picture upright and in RGB, transparency laid on white.

    Raises:
        ValueError: one sentence for the person who uploaded it.
    """
    check_picture(path, limits)
    try:
        with Image.open(path) as image:
            image = ImageOps.exif_transpose(image)
            if not image.has_transparency_data:
                return image.convert("RGB")
            image = image.convert("RGBA")
            return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise ValueError(f"{Path(path).name} is damaged. Save it again as PNG or JPEG and try once more.") from error
