"""Everything a picture is a function of, and the forms it travels in.

`schema` is the table of its fields, `record` the record itself, `link`, `infotext` and `files` its forms.
"""

from pipeline.pictures.pixels import pixels_hash, pixels_sha256
from pipeline.recipe.files import png_info, read_png
from pipeline.recipe.record import ParsedLink, Recipe
from pipeline.recipe.schema import (
    DEFAULTS,
    FIELDS,
    MAX_NUM_IMAGES,
    MAX_PROMPT_LENGTH,
    MAX_SEED,
    MAX_VARIATIONS,
    SCHEMA,
)
from pipeline.recipe.variation import Variation
from pipeline.stages import STAGES

__all__ = ["DEFAULTS", "FIELDS", "MAX_NUM_IMAGES", "MAX_PROMPT_LENGTH", "MAX_SEED", "MAX_VARIATIONS", "SCHEMA"]
__all__ += ["STAGES", "ParsedLink", "Recipe", "Variation", "pixels_hash", "pixels_sha256", "png_info", "read_png"]
