"""Orders that change a picture from outside: the recipe and the uploads that draw the change."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PIL import Image

from pipeline.pictures.masks import dilated
from pipeline.recipe import Recipe
from pipeline.scene.edit import operation
from pipeline.scene.record import Ground, Scene, Thing
from pipeline.scene.retouch import Retouch, canvas_of, cut_free, ground_of, parts_of, repaint_around, repaint_inside
from pipeline.scene.tasks import scene_of_picture, text_image
from pipeline.scene.uploads import canonical, upload_hash
from pipeline.scene.wish import Wish, Wishes
from pipeline.serve.drawn import Drawn
from pipeline.serve.edits import change, edited
from pipeline.serve.jobs import Place
from pipeline.serve.order import NotOffered, Order
from pipeline.serve.regions import Region, find_region, own_drawing
from pipeline.serve.studio import Studio

__all__ = ["RETOUCHES", "changed_by_words", "read_scene", "retouched"]

RETOUCHES = ("inpaint", "outpaint", "cut out")
# "a dog" says what is to be drawn; in the editor it adds one.
_DESCRIBED = re.compile(r"\s*(?:an?|one|some|two|three|four|five|six|[1-9])\s", re.IGNORECASE)
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
    wanted = read_scene(studio, recipe, place) if recipe.prompt.strip() else Scene()
    region = None
    if order.mask is None:
        region = find_region(studio, order.mask_prompt, picture, place)
    if order.task == "outpaint":
        mask = _changes(order) if region is None else _picture(~region.part)
        more = {"kept_name": order.mask_prompt, "exact": order.keep_exactly}
        with studio.turn(place):
            return _with(recipe, repaint_around(picture, mask, wanted, size, **more))
    if recipe.prompt.strip() and not wanted.things and wanted.ground is None:
        raise NotOffered(f"The words {recipe.prompt[:60]!r} name nothing that this model draws", "prompt")
    mask = _changes(order) if region is None else _picture(_changing(region, wanted))
    with studio.turn(place):
        things = _things(picture) if region is None else region.things
        return _with(recipe, repaint_inside(picture, mask, wanted, size, things=things))


def _changes(order: Order) -> Image.Image:
    assert order.mask is not None  # else words name a region
    return order.mask


def changed_by_words(
    studio: Studio, order: Order, recipe: Recipe, place: Place
) -> tuple[Recipe, dict[str, Image.Image]] | None:
    """A picture after a wish in words: "make it blue", "add a leaf to the left of the apple"; None where the words are
    no wish: then they say what is to be drawn.

    A picture of Easel's own, unchanged, keeps its scene. In another one the thing is cut free, and called what the
    words call it.

    Raises:
        ValueError: there is nothing to cut out.
    """
    picture, words = order.images[0], recipe.prompt
    if len(order.images) != 1 or not words.strip() or _DESCRIBED.match(words):
        return None
    with studio.reader(place) as reader:
        read = getattr(reader, "read_wish", None) or Wishes(reader).read
        named = [thing.name for thing in reader.parse(words, seed=recipe.seed).scene.things]
        probe = Scene(things=(Thing("picture", "picture"),), ground=Ground("colour", ("#ffffff",)))
        if not any(_wish(read, probe, name, recipe.seed, words) for name in ("picture", *named)):
            return None
    own = own_drawing(studio, picture, place)
    with studio.reader(place) as reader:
        read = getattr(reader, "read_wish", None) or Wishes(reader).read
        if own is not None:
            asked = {"do": "words", "text": words}
            edits = change(
                Drawn.from_rendered(own, ""), asked, seed=recipe.seed,
                wish=lambda text, scene, it: read(text, scene, seed=recipe.seed, it=it),
            )  # fmt: skip
            return _sized(edited(own.recipe, edits), order), {}
        scene, cut = scene_of_picture(picture)
        width, height = order.size or canvas_of(picture.size)
        scene = replace(scene, width=width, height=height)
        (thing,) = scene.things
        wishes = [_wish(read, scene, name, recipe.seed, words) for name in (*named, thing.name)]
    operations = min((wish for wish in wishes if wish), key=len)
    ground = scene.ground or Ground("transparent")
    uploads = {str(thing.upload): canonical(cut.picture)}
    words_of = ground.colours
    if cut.method == "grabcut":  # its ground is a picture, too
        under = ground_of(picture, (scene.width, scene.height))
        uploads[upload_hash(under)] = under
        ground, words_of = Ground("picture", name=upload_hash(under)), (upload_hash(under),)
    assert thing.place is not None
    before = (
        operation("canvas", scene.width, scene.height),
        operation("ground", ground.kind, *words_of),
        operation("upload", thing.id, thing.upload, thing.name),
        operation("place", thing.id, *thing.place),
    )
    changed = replace(
        recipe, prompt="", image_hashes=(), width=scene.width, height=scene.height, edits=(*before, *operations)
    )
    return _sized(changed, order), uploads


def _wish(read: Callable[..., Wish], scene: Scene, name: str, seed: int, words: str) -> tuple[str, ...]:
    """The operations of a wish, where the first thing is called so."""
    first = replace(scene.things[0], name=name)
    return tuple(read(words, replace(scene, things=(first, *scene.things[1:])), seed=seed).operations)


def _sized(recipe: Recipe, order: Order) -> Recipe:
    """What an order says of the whole picture."""
    more = [operation("ground", "transparent")] if order.transparent else []
    if order.size is None:
        return replace(recipe, edits=(*recipe.edits, *more))
    width, height = order.size
    more.append(operation("canvas", width, height))
    return replace(recipe, width=width, height=height, edits=(*recipe.edits, *more))


def _changing(region: Region, wanted: Scene) -> np.ndarray:
    """What changes where words name a part: its box for something new, else itself and its edge."""
    if wanted.things and not region.is_ground:
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
