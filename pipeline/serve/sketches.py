"""Orders that follow a picture's edges: each thing is drawn by itself and brought into the shape of an outline."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
from PIL import Image

from pipeline.recipe import MAX_SEED, Recipe
from pipeline.scene.edit import operation
from pipeline.scene.outline import outlines_of, shaped
from pipeline.scene.record import Scene
from pipeline.scene.uploads import MAX_UPLOADS, upload_hash
from pipeline.serve.jobs import Place
from pipeline.serve.order import Order
from pipeline.serve.render import Rendered
from pipeline.serve.retouching import read_scene
from pipeline.serve.studio import Studio
from pipeline.watermark import WatermarkError

__all__ = ["outlined"]

WHOLE = 0.7  # control strength from which the outline is followed wholly: AWS' default
_TRIES = 4  # drawings of a thing, of which the one of the most alike shape is taken
_LOOKED_AT, _LARGE = 256, 512  # pixels of a drawing that is looked at, and of the one that is taken


def outlined(studio: Studio, order: Order, recipe: Recipe, place: Place) -> tuple[Recipe, dict[str, Image.Image]]:
    """The recipe of a picture whose things have the shapes of outlines, the largest outline the first thing's, and the
    uploads that it names. A thing without an outline stands where it would.

    Args:
        studio: who draws.
        order: with the outlines in ``images[0]``.
        recipe: with the words, the seed and the settings.
        place: of the request in the queue.

    Raises:
        ValueError: the picture has no outlines.
        Cancelled, WeightsError, WatermarkError: see `Studio.draw`.
    """
    scene, size = read_scene(studio, recipe, place), (recipe.width, recipe.height)
    with studio.turn(place):
        masks = outlines_of(order.images[0], size)
    if not masks:
        raise ValueError("The picture to follow has no outlines: it is of one colour all over. Leave it out.")
    operations, uploads = [], {}
    for thing, mask in zip(scene.things[:MAX_UPLOADS], masks, strict=False):
        drawing = _most_alike(studio, recipe, scene, thing.id, mask, place)
        picture = shaped(drawing, mask, min(1.0, order.control_strength / WHOLE))
        hash = upload_hash(picture)
        uploads[hash] = picture
        operations.append(operation("upload", thing.id, hash))
        operations.append(operation("place", thing.id, *_place(mask)))
    return replace(recipe, edits=tuple(operations)), uploads


def _most_alike(studio: Studio, recipe: Recipe, scene: Scene, id: str, mask: np.ndarray, place: Place) -> Image.Image:
    """Of some drawings of a thing the one whose shape is nearest to the mask's, RGBA."""
    alone = [operation("remove", other.id) for other in scene.things if other.id != id]
    alone += [operation("place", id, 0.5, 0.5, 0.9), "outline none", "shadow off", "letter none"]
    fits: list[tuple[float, int, Recipe, Image.Image]] = []
    for number in range(_TRIES):
        again = [operation("again", id, (recipe.seed + number) % (MAX_SEED + 1))] if number else []
        edits = (*alone, *again)
        asked = replace(recipe, width=_LOOKED_AT, height=_LOOKED_AT, transparent=1, edits=edits, image_hashes=())
        with suppress(WatermarkError):  # of a drawing that bears no mark another one is taken
            drawing = _draw(studio, asked, place)
            fits.append((_likeness(drawing, mask), -number, asked, drawing))
    if not fits:
        raise WatermarkError(f"None of {_TRIES} drawings of {id} could be marked.")
    *_, best, drawing = max(fits, key=lambda fit: fit[:2])
    if max(mask.any(1).sum(), mask.any(0).sum()) > 0.9 * _LOOKED_AT:
        with suppress(WatermarkError):
            drawing = _draw(studio, replace(best, width=_LARGE, height=_LARGE), place)
    return drawing


def _draw(studio: Studio, recipe: Recipe, place: Place) -> Image.Image:
    *_, drawn = studio.draw(recipe, place=place)
    assert isinstance(drawn, Rendered)
    return drawn.image.convert("RGBA")


def _likeness(drawing: Image.Image, mask: np.ndarray, side: int = 64) -> float:
    """How much two shapes cover each other, each stretched to its box: intersection over union."""
    found = []
    for picture in (drawing.getchannel("A"), Image.fromarray((255 * mask).astype(np.uint8))):
        box = picture.point([0] * 128 + [255] * 128).getbbox()
        if box is None:
            return 0.0
        found.append(np.asarray(picture.crop(box).resize((side, side), Image.Resampling.BOX)) > 127)
    return float((found[0] & found[1]).sum() / max((found[0] | found[1]).sum(), 1))


def _place(mask: np.ndarray) -> tuple[float, float, float]:
    """(x, y, side) of the square around a mask, in shares of the canvas."""
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    side = max(bottom - top, right - left) / min(width, height)
    return float(left + right) / 2 / width, float(top + bottom) / 2 / height, float(min(max(side, 0.02), 2.0))
