"""A finished picture as the file that one place takes: drawn anew at that place's size where it has another, and free
of its ground where the place takes stickers.

    recipe = sticker_recipe(drawn.recipe, find_target("whatsapp"), capabilities)
    name, made = sticker_file(rendered.image, recipe, find_target("whatsapp"))
"""

import shlex
from dataclasses import replace

from PIL import Image

from pipeline.loading.capabilities import Capabilities
from pipeline.recipe import Recipe
from pipeline.recipe.schema import MAX_SIDE
from pipeline.scene.edit import operation
from pipeline.scene.record import SIDE_STEP
from pipeline.stickers.decorate import Decoration
from pipeline.stickers.export import Exported, export
from pipeline.stickers.icons import TONED, icon_set
from pipeline.stickers.pack import zip_files
from pipeline.stickers.targets import Target

__all__ = ["ICONS", "icons_file", "sticker_file", "sticker_recipe"]

ICONS = Target("icons", "icons", (1024, 1024), ("PNG",))  # what a set of icons is made of


def sticker_recipe(recipe: Recipe, target: Target, capabilities: Capabilities) -> Recipe:
    """The recipe of the same picture as a place takes it.

    Args:
        recipe: of the picture that is shown.
        target: the place.
        capabilities: of the model; one without scenes draws what it drew.
    """
    if not capabilities.scenes or recipe.schema < 5:
        return recipe
    changes: dict = {}
    factor = max(target.size) / max(recipe.width, recipe.height)
    if factor > 1:
        sides = [
            min(MAX_SIDE, -(-round(side * factor) // SIDE_STEP) * SIDE_STEP) for side in (recipe.width, recipe.height)
        ]
        changes = {"width": sides[0], "height": sides[1], "edits": _scaled(recipe.edits, factor)}
    if not target.full:
        edits = tuple(text for text in changes.get("edits", recipe.edits) if shlex.split(text)[0] != "ground")
        changes |= {"transparent": 1, "edits": edits}
    return replace(recipe, **changes)


def sticker_file(image: Image.Image, recipe: Recipe, target: Target) -> tuple[str, Exported]:
    """(name, file) of a picture that was drawn for a place; the name is one that the place takes.

    Raises:
        ValueError, WatermarkError: see `export`.
    """
    edged = any(shlex.split(text)[0] == "outline" for text in recipe.edits)
    decoration = Decoration(outline=0 if edged or target.full else target.outline)
    made = export(image, target, decoration=decoration, payload=recipe.id32)
    return f"easel_{recipe.id[:8]}_{target.name.replace('-', '_')}{made.suffix}", made


def icons_file(
    image: Image.Image, recipe: Recipe, kind: str, ground: str = "#ffffff", colour: str = "#000000"
) -> tuple[str, bytes]:
    """(name, file) of the icons of a picture that was drawn for `ICONS`: a zip, or the picture of a set of one.

    Args:
        image: cut free.
        recipe: what drew it.
        kind: of `ICON_SETS`.
        ground: colour where a system wants one.
        colour: of a glyph or a duotone.

    Raises:
        ValueError: see `icon_set`.
    """
    files = icon_set(image, kind, ground=ground, colour=colour, payload=recipe.id32)
    stem = f"easel_{recipe.id[:8]}_{kind}"
    return (f"{stem}.png", files[f"{kind}.png"]) if kind in TONED else (f"{stem}.zip", zip_files(files))


def _scaled(edits: tuple[str, ...], factor: float) -> tuple[str, ...]:
    """What an edit says in pixels, so many times larger: the width of an edge."""
    found = []
    for text in edits:
        verb, *words = shlex.split(text)
        if verb == "outline" and words[0] != "none":
            text = operation(verb, min(64, max(1, round(int(words[0]) * factor))), *words[1:])
        found.append(text)
    return tuple(found)
