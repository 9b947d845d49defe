"""Marking a picture that is about to be handed out: the mark is read back, and no unmarked picture leaves."""

import numpy as np
from PIL import Image

from pipeline.watermark.detect import Detection, read_back
from pipeline.watermark.embed import LUMA_AMPLITUDE, Marked, embed
from pipeline.watermark.key import WatermarkKey, default_key
from pipeline.watermark.visible import split_alpha

__all__ = ["WatermarkError", "embed_checked"]

STRONGER = (1.0, 2.0, 4.0)  # times the usual luma amplitude: only hard-edged patterns need a second try
CUTOUT_STRONGER = (1.0, 1.5, 2.0, 3.0)
CUTOUT_MARGIN = -20.0  # log10 p on a plain ground: so much is left to lose to a photograph below, or to JPEG


class WatermarkError(RuntimeError):
    """A picture took no readable mark, so it must not be handed out."""


def embed_checked(
    image: Marked,
    key: WatermarkKey | None = None,
    payload: int | None = None,
    *,
    version: int = 1,
) -> Marked:
    """`embed`, then read back: the marked picture, made stronger until mark and payload can be read.

    A picture with alpha is read back as it is, on white and on black. Where too little of it is seen to hold a
    payload, the mark alone is enough; another payload than the one written is not.

    Raises:
        ValueError: as `embed`.
        WatermarkError: the mark cannot be read back at any strength.
    """
    key = key or default_key()
    cutout = split_alpha(image)[1] is not None
    best, best_found = None, None
    for factor in CUTOUT_STRONGER if cutout else STRONGER:
        marked = embed(image, key, payload, luma_amplitude=LUMA_AMPLITUDE * factor, version=version)
        found = _read_cutout(marked, key) if cutout else read_back(marked, key)
        right = found.payload == payload or cutout and found.payload is None
        if found.result == "GENERATED" and right:
            if not cutout or found.log10_p <= CUTOUT_MARGIN:
                return marked
            best = marked
        best_found = found
    if best is not None:
        return best
    assert best_found is not None  # there is at least one strength
    raise WatermarkError(
        f"The watermark could not be read back from this picture (best: {best_found.result}, payload "
        f"{best_found.payload} for {payload}). Draw it again with another seed"
        + (", or larger: too little of it is seen." if cutout else ".")
    )


def _read_cutout(marked: Image.Image | np.ndarray, key: WatermarkKey) -> Detection:
    """The least that is read of a cut-out as it is, on white and on black."""
    cutout = marked if isinstance(marked, Image.Image) else Image.fromarray(marked)
    laid = [Image.alpha_composite(Image.new("RGBA", cutout.size, ground), cutout) for ground in ("white", "black")]
    found = [read_back(image, key) for image in (cutout, *(image.convert("RGB") for image in laid))]
    return max(found, key=lambda detection: detection.log10_p)
