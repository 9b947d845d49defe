"""Orders that change a picture from outside: which part is meant, and the recipe and uploads that draw the change."""

from dataclasses import replace

import numpy as np
from PIL import Image
from scipy import ndimage

from pipeline.recipe import Recipe
from pipeline.scene.record import Scene
from pipeline.scene.retouch import Retouch, canvas_of, cut_free, parts_of, repaint_around, repaint_inside
from pipeline.scene.tasks import text_image
from pipeline.serve.jobs import Place
from pipeline.serve.order import NotOffered, Order
from pipeline.serve.studio import Studio

__all__ = ["RETOUCHES", "named_part", "read_scene", "retouched"]

RETOUCHES = ("inpaint", "outpaint", "cut out")
_EDGE = 3  # pixels around a named part that change with it
_GROUNDS = frozenset("background backdrop ground surroundings surrounding".split())
_ALL = frozenset("everything all things objects".split())
_ARTICLES = frozenset("the a an this that its my".split())


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
        return _with(recipe, cut_free(picture)[0])
    size = order.size or canvas_of(picture.size)
    said = read_scene(studio, recipe, place) if recipe.prompt.strip() else Scene()
    if order.mask is None:
        part = named_part(studio, order.mask_prompt, picture, place)
        if order.task == "inpaint":
            part = ndimage.binary_dilation(part, iterations=_EDGE)
        mask = Image.fromarray((255 * (part ^ (order.task == "outpaint"))).astype(np.uint8))
    else:
        mask = order.mask
    if order.task == "inpaint":
        if recipe.prompt.strip() and not said.things and said.ground is None:
            raise NotOffered(f"The words {recipe.prompt[:60]!r} name nothing that this model draws", "prompt")
        return _with(recipe, repaint_inside(picture, mask, said, size))
    return _with(
        recipe, repaint_around(picture, mask, said, size, kept_name=order.mask_prompt, exact=order.keep_exactly)
    )


def named_part(studio: Studio, words: str, picture: Image.Image, place: Place) -> np.ndarray:
    """Where the thing is that words name: (height, width) of bool. Of several, the one whose embedding is nearest to
    that of the words; "everything" is all of them, "the background" all else.

    Raises:
        ValueError: there is nothing but ground.
    """
    said = [word for word in words.lower().split() if word not in _ARTICLES]
    parts = parts_of(picture)
    if said and said[-1] in _GROUNDS:
        return ~np.any(parts, axis=0)
    if len(parts) == 1 or _ALL & set(said):
        return np.any(parts, axis=0)
    wanted = np.array(studio.embed(words, None, place=place))
    seen = [studio.embed("", _alone(picture, part), place=place) for part in parts]
    return parts[int(np.argmax(np.array(seen) @ wanted))]


def read_scene(
    studio: Studio, recipe: Recipe, place: Place, *, condition: Image.Image | None = None, control: str = ""
) -> Scene:
    """The scene that a recipe's prompt says, in this place's turn; see `pipeline.scene.tasks.text_image`."""
    with studio.reader(place) as reader:
        return text_image(
            reader, recipe.prompt, negative=recipe.negative_prompt, seed=recipe.seed, width=recipe.width,
            height=recipe.height, condition=condition, control=control or "SEGMENTATION",
        ).scene  # fmt: skip


def _alone(picture: Image.Image, part: np.ndarray) -> Image.Image:
    """A part on white, with some room around it."""
    values = np.where(part[..., None], np.asarray(picture.convert("RGB")), 255).astype(np.uint8)
    rows, columns = np.flatnonzero(part.any(1)), np.flatnonzero(part.any(0))
    box = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    side = round(1.2 * max(box[2] - box[0], box[3] - box[1]))
    alone = Image.new("RGB", (side, side), "white")
    cut = Image.fromarray(values).crop(box)
    alone.paste(cut, ((side - cut.width) // 2, (side - cut.height) // 2))
    return alone


def _with(recipe: Recipe, retouch: Retouch) -> tuple[Recipe, dict[str, Image.Image]]:
    width, height = retouch.size
    return replace(recipe, width=width, height=height, edits=retouch.operations), retouch.uploads
