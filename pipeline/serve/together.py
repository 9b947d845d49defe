"""Several pictures of one request: one after the other, or so many in one call as the model was started with."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from PIL import Image

from pipeline.recipe import Recipe
from pipeline.serve.render import Rendered, Stage

if TYPE_CHECKING:
    from pipeline.serve.studio import Busy, Studio

__all__ = ["draw_series"]


def draw_series(
    studio: "Studio", recipes: Sequence[Recipe], images: Sequence[Image.Image] = (), **given: Any
) -> Iterator[tuple[int, "Busy | Stage | Rendered"]]:
    """Draw recipes that differ by their seeds, in order: yields (number of the recipe from 0, what happens).

    Those that are drawn in one call are so many as ``studio.capabilities.batch``; where one of them is kept in the
    store, each is asked for by itself, since its neighbours may be there too.

    Args:
        studio: who draws.
        recipes: of `render.series`.
        images, given: as `Studio.draw` takes them.

    Raises:
        Exception: see `Studio.draw`.
    """
    size = studio.capabilities.batch
    for start in range(0, len(recipes), size):
        group = list(recipes[start : start + size])
        fresh = given.get("fresh", False)
        if len(group) > 1 and (fresh or not any(studio.restore(each, read=False) for each in group)):
            number = start
            with closing(studio.draw(group[0], images, also=group[1:], **given)) as events:
                for event in events:
                    yield number, event
                    number += isinstance(event, Rendered)
            continue
        for number, each in enumerate(group, start):
            with closing(studio.draw(each, images, **given)) as events:
                for event in events:
                    yield number, event
