"""Everything a picture is a function of, and the forms it travels in."""

from pipeline.recipe.record import (
    DEFAULTS,
    MAX_NUM_IMAGES,
    MAX_PROMPT_LENGTH,
    MAX_SEED,
    MAX_VARIATIONS,
    SCHEMA,
    STAGES,
    ParsedLink,
    Recipe,
    Variation,
    pixels_hash,
    pixels_sha256,
    png_info,
    read_png,
)

__all__ = ["DEFAULTS", "MAX_NUM_IMAGES", "MAX_PROMPT_LENGTH", "MAX_SEED", "MAX_VARIATIONS", "SCHEMA", "STAGES"]
__all__ += ["ParsedLink", "Recipe", "Variation", "pixels_hash", "pixels_sha256", "png_info", "read_png"]
