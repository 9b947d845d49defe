"""Cut-outs for stickers and icons: drawn from a prompt, or taken from a file."""

from collections.abc import Callable
from pathlib import Path

from pipeline.loading.find import find_model
from pipeline.loading.hardware import prepare
from pipeline.pictures.decode import UnreadablePicture, decode_picture
from pipeline.recipe import Recipe
from pipeline.serve.limits import Limits
from pipeline.serve.render import render
from pipeline.stickers.pack import PackPicture

__all__ = ["SIDE", "cutout_drawer", "open_cutout"]

SIDE = 512  # pixels: what most places take


def cutout_drawer(model: str, side: int = SIDE) -> Callable[[str, int], PackPicture]:
    """A function of a prompt and a seed that draws it on a transparent ground, marked.

    Args:
        model: folder of weights, as `easel draw --model` takes it.
        side: of the square canvas, in pixels.

    Raises:
        WeightsError: there is no such model.
    """
    prepare()
    found = find_model(model)
    pipe = found.load()

    def draw(prompt: str, seed: int) -> PackPicture:
        recipe = Recipe(prompt=prompt, seed=seed, width=side, height=side, transparent=1)
        found.capabilities.check(recipe)
        rendered = render(pipe, found.capabilities.recipe(recipe, found.weights_hash))  # type: ignore[arg-type]
        return PackPicture(rendered.image, rendered.recipe, rendered.reading.sentence if rendered.reading else "")

    return draw


def open_cutout(path: Path) -> PackPicture:
    """A picture from a file, with its alpha where it has any; all of an opaque one is taken.

    Raises:
        ValueError: one sentence about the file.
    """
    limits = Limits()
    try:
        return PackPicture(decode_picture(path, max_pixels=limits.max_upload_pixels).image)
    except UnreadablePicture as error:
        raise ValueError(error.sentence(path.name, limits.max_upload_pixels)) from error
    except OSError as error:
        raise ValueError(f"{path.name} cannot be opened: {error.strerror}.") from error
