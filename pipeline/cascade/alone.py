"""One thing drawn by itself: its finished layer, as a picture would lay it, without a ground."""

from typing import Any

import torch

from pipeline.cascade.plan import make_plan
from pipeline.scene.drawing import DEFAULT_VARIETY
from pipeline.scene.record import Scene, Thing

__all__ = ["draw_alone"]


@torch.no_grad()
def draw_alone(pipe: Any, name: str, style: str | None, seed: int) -> torch.Tensor:
    """The layer of a thing, (4, side, side) in [-1, 1], colours multiplied by alpha.

    Args:
        pipe: a `TextToImagePipeline`, that draws it.
        name: a phrase of its vocabulary.
        style: None leaves it to the seed.
        seed: chooses drawing, form and palette.

    Raises:
        ValueError: the model was taught no such thing.
    """
    if name not in pipe.prior.index_of:
        raise ValueError(f"`name` must be a phrase of the model's vocabulary, got {name!r}. Name another thing.")
    noise = pipe.prepare_latents(torch.Generator().manual_seed(seed), large=False)
    scene = Scene(things=(Thing("thing", name),), style=style)
    plan = make_plan(scene, None, noise, pipe.prior, variety=DEFAULT_VARIETY)
    steps = {"num_inference_steps": 1, "super_res_num_inference_steps": 1}
    encoded = pipe._encode_checked(plan, None, None)
    layers, _ = pipe.draw_layers(plan, pipe.run_prior(plan, None), encoded, None, steps, 1.0, None, lambda *_: None)
    return layers[0]
