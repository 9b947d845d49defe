"""Orders that change a picture from outside: the recipe and the uploads that draw the change."""

from dataclasses import replace

import numpy as np
from PIL import Image

from pipeline.pictures.masks import dilated
from pipeline.recipe import Recipe
from pipeline.scene.record import Scene
from pipeline.scene.retouch import Retouch, canvas_of, cut_free, parts_of, repaint_around, repaint_inside
from pipeline.scene.tasks import text_image
from pipeline.serve.jobs import Place
from pipeline.serve.order import NotOffered, Order
from pipeline.serve.regions import Region, find_region
from pipeline.serve.studio import Studio

__all__ = ["RETOUCHES", "read_scene", "retouched"]

RETOUCHES = ("inpaint", "outpaint", "cut out")
_EDGE = 3  # pixels around a named part that change with it
_ROOM = 0.05  # around the box of a named part, of its side: where something new is drawn


def retouched(studio: Studio, order: Order, recipe: Recipe, place: Place) -> tuple[Recipe, dict[str, Image.Image]]:
    """The recipe of a changed picture, and the uploads that it names.

    Args:
        studio: whose model reads words and pictures.
        order: of `RETOUCHES`.
        recipe: with the words, the seed and the settings.
        place: of the request in the queue.

    Raises:
        NotOffered: the words name nothing that could be drawn.
        ValueError: in a sentence: nothing is meant by the mask, or there is nothing to cut out.
    """
    picture = order.images[0]
    if order.task == "cut out":
        with studio.turn(place):
            return _with(recipe, cut_free(picture)[0])
    size = order.size or canvas_of(picture.size)
    said = read_scene(studio, recipe, place) if recipe.prompt.strip() else Scene()
    region = None
    if order.mask is None:
        region = find_region(studio, order.mask_prompt, picture, place, picture.info.get("recipe"))
    if order.task == "outpaint":
        mask = _changes(order) if region is None else _picture(~region.part)
        more = {"kept_name": order.mask_prompt, "exact": order.keep_exactly}
        with studio.turn(place):
            return _with(recipe, repaint_around(picture, mask, said, size, **more))
    if recipe.prompt.strip() and not said.things and said.ground is None:
        raise NotOffered(f"The words {recipe.prompt[:60]!r} name nothing that this model draws", "prompt")
    mask = _changes(order) if region is None else _picture(_changing(region, said))
    with studio.turn(place):
        things = _things(picture) if region is None else region.things
        return _with(recipe, repaint_inside(picture, mask, said, size, things=things))


def _changes(order: Order) -> Image.Image:
    assert order.mask is not None  # else words name a region
    return order.mask


def _changing(region: Region, said: Scene) -> np.ndarray:
    """What changes where words name a part: its box for something new, else itself and its edge."""
    if said.things and not region.is_ground:
        return region.box(around=_ROOM)
    return region.part if region.is_ground else dilated(region.part, iterations=_EDGE)


def _things(picture: Image.Image) -> np.ndarray | None:
    try:
        return np.any(parts_of(picture), axis=0)
    except ValueError:  # nothing but ground, or no way to tell
        return None


def _picture(part: np.ndarray) -> Image.Image:
    return Image.fromarray((255 * part).astype(np.uint8))


def read_scene(
    studio: Studio, recipe: Recipe, place: Place, *, condition: Image.Image | None = None, control: str = ""
) -> Scene:
    """The scene that a recipe's prompt says, in this place's turn; see `pipeline.scene.tasks.text_image`."""
    with studio.reader(place) as reader:
        return text_image(
            reader, recipe.prompt, negative=recipe.negative_prompt, seed=recipe.seed, width=recipe.width,
            height=recipe.height, condition=condition, control=control or "SEGMENTATION",
        ).scene  # fmt: skip


def _with(recipe: Recipe, retouch: Retouch) -> tuple[Recipe, dict[str, Image.Image]]:
    width, height = retouch.size
    return replace(recipe, width=width, height=height, edits=retouch.operations), retouch.uploads
