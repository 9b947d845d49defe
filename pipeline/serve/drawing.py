"""Orders drawn: an order becomes recipes, the recipes become pictures, all in one place of the queue.

What the model at hand cannot do is refused here (`NotOffered`), in one place for every door.
"""

from dataclasses import replace

import numpy as np
from PIL import Image

from pipeline.loading.capabilities import CONTROLS, Capabilities
from pipeline.loading.errors import HeldBack
from pipeline.pictures.decode import flatten
from pipeline.recipe import MAX_PROMPT_LENGTH, Recipe, pixels_sha256
from pipeline.scene.edit import operation
from pipeline.scene.tasks import colour_guided
from pipeline.search.embeddings import unit_prefix
from pipeline.serve.jobs import Place
from pipeline.serve.limits import Limits
from pipeline.serve.order import EmbeddingOrder, NotOffered, Order
from pipeline.serve.render import Rendered, series
from pipeline.serve.retouching import RETOUCHES, changed_by_words, read_scene, retouched
from pipeline.serve.sketches import outlined
from pipeline.serve.studio import Studio
from pipeline.serve.together import draw_series

__all__ = ["draw_order", "embed_order", "recipes_of", "with_length"]

PREMIUM = {"prior_num_inference_steps": 4, "num_inference_steps": 4}  # times the model's own steps
MAX_SIDE = 1024  # pixels of the longer side
_OF_SCENES = {
    "inpaint": "Changing a part of a picture", "outpaint": "Drawing around a thing",
    "cut out": "Removing a background",
    "colours": "Drawing in given colours", "condition": "Following the edges or segments of a picture",
}  # fmt: skip


def draw_order(studio: Studio, limits: Limits, order: Order, place: Place) -> list[Rendered | HeldBack]:
    """Draw all pictures of an order, one after the other, each in a turn of its own, or several in one call.

    In the place of one that the model's own safety check held back stands its sentence; there is at least one picture.

    Raises:
        HeldBack: all of them were held back.
        NotOffered: this model cannot.
        ValueError: one sentence that says what to change; `Refused` where the prompt is not drawn for anybody.
        Cancelled, WeightsError, WatermarkError: see `Studio.draw`.
    """
    drawn, recipes = [], recipes_of(order, studio, limits)
    if studio.capabilities.batch > 1:  # of models that draw no scenes: nothing of it is changed below
        events = draw_series(studio, [recipe for recipe, _ in recipes], recipes[0][1], place=place)
        return [event for _, event in events if isinstance(event, Rendered | HeldBack)]
    for recipe, images in recipes:
        uploads = None
        if order.task in RETOUCHES:
            recipe, uploads = retouched(studio, order, recipe, place)
        elif order.task == "change" and studio.capabilities.scenes:
            if (changed := changed_by_words(studio, order, recipe, place)) is not None:
                (recipe, uploads), images = changed, []
        elif order.control == "edges" and order.control_strength:
            recipe, uploads = outlined(studio, order, recipe, place)
        elif order.colours or order.control_strength and order.control:
            recipe = replace(recipe, edits=_edits(order, recipe, studio, place))
        try:
            for event in studio.draw(recipe, images, uploads=uploads, place=place, steps=False):
                if isinstance(event, Rendered):
                    drawn.append(event)
        except HeldBack as held:
            drawn.append(held)
    if all(isinstance(each, HeldBack) for each in drawn):
        raise drawn[0]
    return drawn


def recipes_of(order: Order, studio: Studio, limits: Limits) -> list[tuple[Recipe, list[Image.Image]]]:
    """The recipes of an order's pictures, each with its reference pictures.

    Raises:
        NotOffered: this model cannot.
        ValueError: see `Recipe`.
    """
    capabilities = studio.capabilities
    _check_offered(order, capabilities)
    images = [flatten(image) for image in order.images] if order.task in ("vary", "change", "colours") else []
    more: dict = {}
    if images:
        more["image_hashes"] = tuple(pixels_sha256(image) for image in images)
        if order.similarity_strength is not None:
            more["similarity_strength"] = order.similarity_strength
    if order.size is not None:
        more["width"], more["height"] = order.size
    if order.transparent:
        more["transparent"] = 1
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
        too_many = len(images) > capabilities.max_references
        words = "size" if "pixels" in str(error) else "negative_prompt"
        raise NotOffered(str(error), "images" if too_many else words) from error
    return [(each, images) for each in series(studio.recipe(recipe), order.count)]


def _check_offered(order: Order, capabilities: Capabilities) -> None:
    """Refuse what this model has no way to do; sides and counts are the recipe's to check."""
    if order.task in _OF_SCENES and not capabilities.scenes:
        raise NotOffered(f"{_OF_SCENES[order.task]} is not offered by this model", "task")
    if order.transparent and not capabilities.scenes:
        raise NotOffered("A transparent background is not offered by this model. Leave it out", "transparent")
    own = (capabilities.width, capabilities.height)
    if order.size not in (None, own) and not (capabilities.sizes and max(order.size) <= MAX_SIDE):
        most = f"up to {MAX_SIDE} pixels a side" if capabilities.sizes else f"{own[0]}x{own[1]} pixels"
        raise NotOffered(f"This model draws {most}, got {order.size[0]}x{order.size[1]}", "size")
    for name, text in (("prompt", order.prompt), ("negative_prompt", order.negative_prompt)):
        if len(text) > MAX_PROMPT_LENGTH:
            raise ValueError(f"{name} takes up to {MAX_PROMPT_LENGTH} characters, got {len(text)}.")


def _edits(order: Order, recipe: Recipe, studio: Studio, place: Place) -> tuple[str, ...]:
    """What changes the scene of a prompt into the one that is ordered: the palette, or the places of segments."""
    if order.colours:
        return tuple(colour_guided(read_scene(studio, recipe, place), order.colours))
    scene = read_scene(studio, recipe, place, condition=order.images[0], control="SEGMENTATION")
    placed = [(thing.id, thing.place) for thing in scene.things if thing.place is not None]
    return tuple(operation("place", id, *map(float, place)) for id, place in placed)


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
