"""Files from outside as everything here uses them: a picture no larger than needed, or one sentence about the file."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from pipeline.pictures.decode import MAX_SIDE, UnreadablePicture, decode_picture, flatten, open_header
from pipeline.recipe import Recipe
from pipeline.recipe.files import read_file_recipe
from pipeline.scene.cutout import CutOut, cut_out
from pipeline.serve.limits import Limits
from pipeline.watermark.detect import MAX_SIDE as VERIFY_SIDE

__all__ = ["WholeFile", "open_cutout", "open_picture", "open_whole"]


@dataclass(frozen=True)
class WholeFile:
    """A file with all that verification looks at.

    Attributes:
        data: its bytes.
        image: upright, RGB, at the size at which a mark is looked for.
        reduced: how many times larger the file's own picture is.
        recipe: what the file's text says; None where it says nothing.
        notes: what of another program's text was left out, in words.
    """

    data: bytes
    image: Image.Image
    reduced: float
    recipe: Recipe | None
    notes: tuple[str, ...] = ()


def open_picture(path: str | Path, limits: Limits, *, max_side: int = MAX_SIDE) -> Image.Image:
    """The picture upright, in sRGB, transparency laid on white, at most `max_side` pixels on its longer side.

    Raises:
        ValueError: one sentence for the person whose file it is.
    """
    name = Path(path).name
    try:
        return flatten(decode_picture(path, max_pixels=limits.max_upload_pixels, max_side=max_side).image)
    except UnreadablePicture as error:
        raise ValueError(error.sentence(name, limits.max_upload_pixels)) from error
    except OSError as error:
        raise ValueError(f"{name} cannot be opened. Add it again.") from error


def open_cutout(path: str | Path, limits: Limits) -> CutOut:
    """The thing of a picture, cut free of its ground.

    Raises:
        ValueError: one sentence for the person whose file it is.
    """
    try:
        return cut_out(decode_picture(path, max_pixels=limits.max_upload_pixels).image)
    except UnreadablePicture as error:
        raise ValueError(error.sentence(Path(path).name, limits.max_upload_pixels)) from error
    except OSError as error:
        raise ValueError(f"{Path(path).name} cannot be opened. Add it again.") from error


def open_whole(path: str | Path, limits: Limits) -> WholeFile:
    """A file for verification.

    Raises:
        ValueError: one sentence for the person whose file it is.
    """
    name, most = Path(path).name, limits.max_upload_pixels
    try:
        data = Path(path).read_bytes()
        with open_header(data, max_pixels=most) as header:
            found = read_file_recipe(header)
        picture = decode_picture(data, max_pixels=most, max_side=VERIFY_SIDE)
    except UnreadablePicture as error:
        raise ValueError(error.sentence(name, most)) from error
    except OSError as error:
        raise ValueError(f"{name} cannot be opened. Add it again.") from error
    image = flatten(picture.image)
    recipe, notes = (None, ()) if found is None else (found.recipe, found.notes)
    return WholeFile(data, image, max(picture.width, picture.height) / max(image.size), recipe, notes)
