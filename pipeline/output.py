"""What a call of the pipeline returns."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from diffusers.utils import BaseOutput
from PIL import Image

from pipeline.cascade.plan import Plan
from pipeline.scene.standing import Standing

__all__ = ["TextToImagePipelineOutput", "make_output"]


@dataclass
class TextToImagePipelineOutput(BaseOutput):
    """Pictures and what led to them.

    Args:
        images: watermarked pictures: a list of PIL pictures, or an array or tensor by ``output_type``.
        image_embeds: (num_images, embed_dim), unit length: what the decoder was given; pass it back as
            ``image_embeds`` to draw the same thing again or to vary it.
            Of several things that were drawn one by one, the embedding of the finished picture. None of models that
            have no embeddings.
        image_weights: one list per call with the share of each reference picture; None without references.
        plans: what each picture was planned to be: its scene, how its prompt was understood, and the drawings chosen.
            None of pipelines that plan nothing.
        standings: what stands where in each; None of those pipelines.
    """

    images: list[Image.Image]
    image_embeds: torch.Tensor | None
    image_weights: list[float] | None = None
    plans: list[Plan] | None = None
    standings: list[Standing] | None = None


def make_output(
    drawn: list[Image.Image],
    embeds: list[torch.Tensor],
    shares: list[float] | None,
    plans: list[Plan],
    standings: list[Standing],
    *,
    output_type: str,
) -> TextToImagePipelineOutput:
    """What was drawn in the form that was asked for: "pil", "np" or "pt"."""
    images: Any = drawn
    if output_type != "pil":
        images = np.stack([np.asarray(picture, dtype=np.float32) / 255 for picture in drawn])
        images = torch.from_numpy(images).permute(0, 3, 1, 2) if output_type == "pt" else images
    return TextToImagePipelineOutput(images, torch.cat(embeds), shares, plans, standings)
