"""Marking a picture that is about to be handed out: the mark is read back, and no unmarked picture leaves."""

import numpy as np
from PIL import Image

from pipeline.watermark.detect import read_back
from pipeline.watermark.embed import LUMA_AMPLITUDE, embed, to_rgb
from pipeline.watermark.key import WatermarkKey, default_key

__all__ = ["WatermarkError", "embed_checked"]

STRONGER = (
    1.0,
    2.0,
    4.0,
)  # times the usual luma amplitude: only hard-edged patterns at full contrast need a second try


class WatermarkError(RuntimeError):
    """A picture took no readable mark, so it must not be handed out."""


def embed_checked(
    image: Image.Image | np.ndarray, key: WatermarkKey | None = None, payload: int | None = None
) -> Image.Image | np.ndarray:
    """`embed`, then read back: the marked picture, made stronger until mark and payload can be read.

    Raises:
        ValueError: as `embed`.
        WatermarkError: the mark cannot be read back at any strength.
    """
    key = key or default_key()
    for factor in STRONGER:
        marked = embed(image, key, payload, luma_amplitude=LUMA_AMPLITUDE * factor)
        found = read_back(to_rgb(marked), key)
        if found.result == "GENERATED" and found.payload == payload:
            return marked
    raise WatermarkError(
        f"The watermark could not be read back from this picture (best: {found.result}, payload {found.payload} for "
        f"{payload}). Draw it again with another seed."
    )
