"""Which part of a picture from outside words mean."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from pipeline.pictures.masks import dilated, eroded
from pipeline.pictures.pixels import pixels_sha256
from pipeline.recipe import Recipe
from pipeline.scene.meant import meant
from pipeline.scene.retouch import parts_of
from pipeline.serve.jobs import Place
from pipeline.serve.render import Rendered
from pipeline.serve.studio import Studio

__all__ = ["Region", "find_region", "own_drawing"]

_GROUNDS = frozenset("background backdrop ground surroundings surrounding".split())
_ALL = frozenset("everything all things objects".split())
_RIM = 3  # pixels: what is thinner beside a part is its own edge, not another thing
_ARTICLES = frozenset("the a an this that its my".split())


@dataclass(frozen=True)
class Region:
    """A part of a picture.

    Attributes:
        part: (height, width) of bool, where it is.
        things: where anything stands.
        is_ground: whether the ground is meant, all that no thing covers.
    """

    part: np.ndarray
    things: np.ndarray
    is_ground: bool = False

    def box(self, *, around: float) -> np.ndarray:
        """The part's box, that much larger, without the other things: room for something of another shape."""
        rows, columns = np.flatnonzero(self.part.any(1)), np.flatnonzero(self.part.any(0))
        more = round(around * max(rows[-1] - rows[0], columns[-1] - columns[0]))
        box = np.zeros_like(self.part)
        top, left = max(0, rows[0] - more), max(0, columns[0] - more)
        box[top : rows[-1] + 1 + more, left : columns[-1] + 1 + more] = True
        others = self.things & ~dilated(self.part, iterations=2)
        others &= dilated(eroded(others, iterations=_RIM), iterations=2 * _RIM)  # no rim of the part itself
        return box & ~dilated(others, iterations=3)


def find_region(studio: Studio, words: str, picture: Image.Image, place: Place) -> Region:
    """The part that words name.

    A picture of Easel's own, unchanged, is drawn again, and its scene says what is where. Of another one, whose things
    stand free on their ground, it is the thing whose embedding is nearest to that of the words; "everything" is all of
    them, "the background" all else.

    Args:
        studio: whose model reads words and pictures.
        words: as a person says them.
        picture: RGB, as `Order.images` holds them.
        place: of the request in the queue.

    Raises:
        ValueError: there is nothing but ground.
    """
    tokens = [word for word in words.lower().split() if word not in _ARTICLES]
    with studio.turn(place):
        parts = parts_of(picture)
    things = np.any(parts, axis=0)
    if tokens and tokens[-1] in _GROUNDS:
        return Region(~things, things, is_ground=True)
    if _ALL & set(tokens):
        return Region(things, things)
    own = _of_own_scene(studio, words, picture, place)
    if own is not None:
        return Region(own & dilated(things, iterations=2), things)
    if len(parts) == 1:
        return Region(things, things)
    return Region(_nearest(studio, words, picture, parts, place), things)


def own_drawing(studio: Studio, picture: Image.Image, place: Place) -> Rendered | None:
    """The drawing that a picture is, with its scene: the recipe in its file, drawn again; None where the two differ,
    or the model at hand has drawn none such.
    """
    recipe = picture.info.get("recipe")
    if not isinstance(recipe, Recipe) or recipe.image_hashes or studio.recipe(recipe) != recipe:
        return None
    try:
        *_, drawn = studio.draw(recipe, fresh=True, place=place)
    except ValueError:  # an upload that is not here
        return None
    if not isinstance(drawn, Rendered) or drawn.scene is None or drawn.standing is None:
        return None
    return drawn if pixels_sha256(drawn.image) == pixels_sha256(picture) else None


def _of_own_scene(studio: Studio, words: str, picture: Image.Image, place: Place) -> np.ndarray | None:
    drawn = own_drawing(studio, picture, place)
    if drawn is None or drawn.scene is None or drawn.standing is None:
        return None
    ids = {thing.id for thing in meant(words, drawn.scene)}
    numbers = [at for at, key in enumerate(drawn.standing.keys, start=1) if key.split("#")[0] in ids]
    if not numbers:
        there = ", ".join(thing.said or thing.name for thing in drawn.scene.things)
        raise ValueError(f"{words[:60]!r} is not in the picture. There are: {there}.")
    hit = Image.fromarray((255 * np.isin(np.asarray(drawn.standing.hits), numbers)).astype(np.uint8))
    return np.asarray(hit.resize(picture.size, Image.Resampling.BICUBIC)) > 100


def _nearest(
    studio: Studio, words: str, picture: Image.Image, parts: Sequence[np.ndarray], place: Place
) -> np.ndarray:
    wanted = _shown(studio, studio.embed(words, None, place=place))
    seen = [_shown(studio, studio.embed("", _alone(picture, part), place=place)) for part in parts]
    return parts[int(np.argmax([one @ wanted for one in seen]))]


def _shown(studio: Studio, embed: list[float]) -> np.ndarray:
    """The numbers of an embedding that say what is shown, not how it looks or where it stands; length 1."""
    own = np.array(embed)[: studio.semantic_dim or None]
    return own / max(float(np.linalg.norm(own)), 1e-9)


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
