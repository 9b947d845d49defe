"""Several pictures of one request: one after the other, or so many in one call as the model was started with."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from PIL import Image

from pipeline.loading.errors import HeldBack
from pipeline.recipe import Recipe
from pipeline.serve.render import Rendered, Stage

if TYPE_CHECKING:
    from pipeline.serve.studio import Busy, Studio

__all__ = ["draw_series"]


def draw_series(
    studio: "Studio", recipes: Sequence[Recipe], images: Sequence[Image.Image] = (), **given: Any
) -> Iterator[tuple[int, "Busy | Stage | Rendered | HeldBack"]]:
    """Draw recipes that differ by their seeds, in order: yields (number of the recipe from 0, what happens).

    One that the model's own safety check holds back does not end the others: `HeldBack` is then what happens.

    Those that are drawn in one call are so many as ``studio.capabilities.batch``; where one of them is kept in the
    store, each is asked for by itself, since its neighbours may be there too.

    Args:
        studio: who draws.
        recipes: of `render.series`.
        images, given: as `Studio.draw` takes them.

    Raises:
        HeldBack: all of them were held back.
        Exception: see `Studio.draw`.
    """
    size, held, drawn = studio.capabilities.batch, None, 0
    for start in range(0, len(recipes), size):
        group = list(recipes[start : start + size])
        fresh = given.get("fresh", False)
        if len(group) > 1 and (fresh or not any(studio.restore(each, read=False) for each in group)):
            number = start
            with closing(studio.draw(group[0], images, also=group[1:], **given)) as events:
                for event in events:
                    if isinstance(event, HeldBack):
                        held = event
                    drawn += isinstance(event, Rendered)
                    yield number, event
                    number += isinstance(event, Rendered | HeldBack)
            continue
        for number, each in enumerate(group, start):
            try:
                with closing(studio.draw(each, images, **given)) as events:
                    for event in events:
                        drawn += isinstance(event, Rendered)
                        yield number, event
            except HeldBack as error:
                held = error
                yield number, error
    if held is not None and not drawn:
        raise held
