"""Orders drawn: an order becomes recipes, the recipes become pictures, all in one place of the queue.

What the model at hand cannot do is refused here (`NotOffered`), in one place for every door.
"""

import numpy as np
from PIL import Image

from pipeline.loading.capabilities import CONTROLS, Capabilities
from pipeline.pictures.decode import flatten
from pipeline.recipe import MAX_PROMPT_LENGTH, Recipe, pixels_sha256
from pipeline.search.embeddings import unit_prefix
from pipeline.serve.jobs import Place
from pipeline.serve.limits import Limits
from pipeline.serve.order import EmbeddingOrder, NotOffered, Order
from pipeline.serve.render import Rendered, series
from pipeline.serve.studio import Studio

__all__ = ["draw_order", "embed_order", "recipes_of", "with_length"]

PREMIUM = {"prior_num_inference_steps": 4, "num_inference_steps": 4}  # times the model's own steps
_LATER = {
    "inpaint": "Changing a part of a picture",
    "outpaint": "Drawing around a thing",
    "colours": "Drawing in given colours",
    "condition": "Following the edges or segments of a picture",
    "cut out": "Removing a background",
}


def draw_order(studio: Studio, limits: Limits, order: Order, place: Place) -> list[Rendered]:
    """Draw all pictures of an order, one after the other, each in a turn of its own.

    Raises:
        NotOffered: this model cannot.
        ValueError: one sentence that says what to change; `Refused` where the prompt is not drawn for anybody.
        Cancelled, WeightsError, WatermarkError: see `Studio.draw`.
    """
    drawn = []
    for recipe, images in recipes_of(order, studio, limits):
        for event in studio.draw(recipe, images, place=place):
            if isinstance(event, Rendered):
                drawn.append(event)
    return drawn


def recipes_of(order: Order, studio: Studio, limits: Limits) -> list[tuple[Recipe, list[Image.Image]]]:
    """The recipes of an order's pictures, each with its reference pictures.

    Raises:
        NotOffered: this model cannot.
        ValueError: see `Recipe`.
    """
    capabilities = studio.capabilities
    if order.task in _LATER:
        raise NotOffered(f"{_LATER[order.task]} is not offered by this model", "task")
    if order.transparent:
        raise NotOffered("A transparent background is not offered by this model. Leave it out", "transparent")
    for name, text in (("prompt", order.prompt), ("negative_prompt", order.negative_prompt)):
        if len(text) > MAX_PROMPT_LENGTH:
            raise ValueError(f"{name} takes up to {MAX_PROMPT_LENGTH} characters, got {len(text)}.")
    images = [flatten(image) for image in order.images]
    more: dict = {}
    if images:
        more["image_hashes"] = tuple(pixels_sha256(image) for image in images)
        if order.similarity_strength is not None:
            more["similarity_strength"] = order.similarity_strength
    recipe = Recipe(
        prompt=order.prompt,
        negative_prompt=order.negative_prompt,
        seed=order.seed,
        **_controls(order, capabilities, limits),
        **more,
    )
    try:
        capabilities.check(recipe)
    except ValueError as error:
        argument = "images" if len(images) > capabilities.max_references else "negative_prompt"
        raise NotOffered(str(error), argument) from error
    recipe = studio.recipe(recipe)
    if order.size is not None and order.size != (recipe.width, recipe.height):
        width, height = order.size
        raise NotOffered(
            f"This model draws {recipe.width}x{recipe.height} pixels, got {width}x{height}. Leave the size out", "size"
        )
    return [(each, images) for each in series(recipe, order.count)]


def embed_order(studio: Studio, order: EmbeddingOrder, place: Place) -> list[float]:
    """The vector of an order.

    Raises:
        NotOffered: this model has no embeddings.
        ValueError, WeightsError, Cancelled: see `Studio.embed`.
    """
    if not studio.capabilities.embeddings:
        raise NotOffered(f"The model {studio.capabilities.model} makes no embeddings")
    return with_length(studio.embed(order.text, order.image, place=place), order.length)


def with_length(vector: list[float], length: int) -> list[float]:
    """An embedding at another length, of length 1 again: its first numbers, or all of them and zeros.

    The first numbers say the most (they are trained so), and zeros leave every cosine as it is: vectors of one length
    are comparable with each other, which is all that the lengths promise.
    """
    array = np.asarray(vector, dtype=np.float32)[None]
    kept = unit_prefix(array, array.shape[1], min(length, array.shape[1]))[0]
    return np.pad(kept, (0, length - len(kept))).tolist()


def _controls(order: Order, capabilities: Capabilities, limits: Limits) -> dict[str, int | float]:
    """Steps and guidance: the model's own, more of the one for quality and of the other for strictness."""
    values = {name: capabilities.start(name) for name in CONTROLS}
    if order.quality == "premium":
        for name, times in PREMIUM.items():
            if name in capabilities.controls:
                most = limits.max_prior_steps if name.startswith("prior") else limits.max_steps
                values[name] = min(most, int(values[name] * times))
    for name in ("prior_guidance_scale", "guidance_scale"):
        if name in capabilities.controls:
            values[name] = min(limits.max_guidance, values[name] * (1 + order.guidance))
            break
    return values
