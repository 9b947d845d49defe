"""The other things that a text-to-image model can do with the same weights: draw over a picture, fill in a part of it.

diffusers has a pipeline class for each; which belong together is in the maps of its AutoPipeline.
"""

import inspect
from typing import TYPE_CHECKING, Any, Literal

from PIL import Image, ImageOps

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline

__all__ = ["Task", "build_sibling", "sibling_class", "sibling_arguments"]

Task = Literal["image", "mask"]


def sibling_class(own_class: type, task: Task) -> type | None:
    """The pipeline of the same family that draws over a picture, or over the masked part of one; None without one."""
    from diffusers.pipelines import auto_pipeline

    maps = {
        "image": auto_pipeline.AUTO_IMAGE2IMAGE_PIPELINES_MAPPING,
        "mask": auto_pipeline.AUTO_INPAINT_PIPELINES_MAPPING,
    }
    found = auto_pipeline._get_task_class(maps[task], own_class.__name__, throw_error_if_not_exist=False)
    needed = {"prompt", "image", "strength"} | ({"mask_image"} if task == "mask" else set())
    if found is None or not needed <= inspect.signature(found.__call__).parameters.keys():
        return None
    missing = _required(found) - inspect.signature(own_class.__init__).parameters.keys()
    return None if missing else found


def _required(own_class: type) -> set[str]:
    parameters = inspect.signature(own_class.__init__).parameters
    optional = set(getattr(own_class, "_optional_components", ()))
    return {
        name
        for name, parameter in parameters.items()
        if name != "self" and parameter.default is parameter.empty and parameter.kind < 2 and name not in optional
    }


def build_sibling(pipe: "DiffusionPipeline", task: Task) -> "DiffusionPipeline":
    """It, with the very components of a pipeline."""
    own_class: Any = sibling_class(type(pipe), task)
    takes = inspect.signature(own_class.__init__).parameters.keys() - {"self"}
    parts: dict[str, Any] = {name: value for name, value in pipe.config.items() if name in takes}
    parts |= {name: value for name, value in pipe.components.items() if name in takes}
    if "add_watermarker" in takes:
        parts["add_watermarker"] = False
    return own_class(**parts)


def sibling_arguments(
    image: Image.Image, mask: Image.Image | None, size: tuple[int, int], similarity: float, steps: int
) -> dict[str, Any]:
    """What its call takes beside the others.

    Args:
        image: drawn over; cut to ``size``.
        mask: white where something new is drawn.
        size: (width, height) in pixels.
        similarity: how much of the picture stays, below 1.
        steps: of which a share of 1 - similarity is taken.

    Raises:
        ValueError: so few steps are left that nothing would be drawn.
    """
    strength = round(1 - similarity, 6)
    if int(steps * strength) < 1:
        raise ValueError(
            f"`similarity_strength` {similarity:g} leaves nothing of {steps} steps to draw with. "
            f"Take at most {1 - 1 / steps:.2f}, or more steps."
        )
    arguments: dict[str, Any] = {"image": ImageOps.fit(image.convert("RGB"), size), "strength": strength}
    if mask is not None:
        arguments["mask_image"] = ImageOps.fit(mask.convert("L"), size)
    return arguments
