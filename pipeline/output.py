"""What a call of the pipeline returns."""

from dataclasses import dataclass

import torch
from diffusers.utils import BaseOutput
from PIL import Image

from pipeline.cascade.plan import Plan

__all__ = ["TextToImagePipelineOutput"]


@dataclass
class TextToImagePipelineOutput(BaseOutput):
    """Pictures and what led to them.

    Args:
        images: watermarked pictures: a list of PIL pictures, or an array or tensor by ``output_type``.
        image_embeds: (num_images, embed_dim), unit length: what the decoder was given; pass it back as
            ``image_embeds`` to draw the same thing again or to vary it.
            Of several things that were drawn one by one, the embedding of the finished picture.
        image_weights: one list per call with the share of each reference picture; None without references.
        plans: what each picture was planned to be: its scene, how its prompt was understood, and the drawings chosen.
            None of pipelines that plan nothing.
    """

    images: list[Image.Image]
    image_embeds: torch.Tensor
    image_weights: list[float] | None = None
    plans: list[Plan] | None = None
