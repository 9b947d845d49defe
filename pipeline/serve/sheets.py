"""Many pictures at once: a table of prompts, what was drawn of it, and the files that it leaves as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image

from pipeline.pictures.decode import decode_picture
from pipeline.recipe import Recipe
from pipeline.serve.drawn import Drawn
from pipeline.stickers.matrix import Cell, expand, recipes_csv, recipes_json
from pipeline.stickers.pack import MAX_STICKERS, MIN_STICKERS, Pack, Sticker, pack_files, wastickers, zip_files
from pipeline.stickers.targets import find_target

__all__ = ["PICTURES", "Sheet", "sheet_file"]

_MOST_PIXELS = 1024 * 1024  # of a picture drawn here
PICTURES = "pictures"  # the target of whoever wants the drawn files themselves


@dataclass(frozen=True)
class Sheet:
    """Prompts in the order of their table, and what is drawn of them.

    Attributes:
        cells: rows, columns and prompts.
        recipes: one a cell.
        drawn: by the cell's number.
    """

    title: str
    cells: tuple[Cell, ...]
    recipes: tuple[Recipe, ...]
    drawn: Mapping[int, Drawn] = field(default_factory=dict)

    @classmethod
    def from_lines(cls, lines: str, *, title: str, style: str, seed: int) -> "Sheet":
        """Of prompts, one a line, with choices in braces; all take one seed, so that a set keeps one hand.

        Raises:
            ValueError: see `expand`; or a seed or a prompt that no recipe takes.
        """
        cells = tuple(expand(lines))
        prompts = [f"{cell.prompt}, {style}" if style and style not in cell.prompt else cell.prompt for cell in cells]
        recipes = tuple(Recipe(prompt=prompt, seed=seed, transparent=1) for prompt in prompts)
        return cls(title.strip() or "Easel", cells, recipes)

    @classmethod
    def from_pack(cls, text: str) -> "Sheet":
        """Of the `pack.json` that a pack left with, or of the JSON of a `Pack`.

        Raises:
            ValueError: it is no pack.
        """
        pack = Pack.from_json(text)
        cells = tuple(Cell(sticker.prompt, "", sticker.prompt) for sticker in pack.stickers)
        recipes = tuple(
            sticker.recipe or Recipe(prompt=pack.prompt(number), seed=sticker.seed, transparent=1)
            for number, sticker in enumerate(pack.stickers)
        )
        return cls(pack.title, cells, recipes)

    def with_recipe(self, number: int, recipe: Recipe) -> "Sheet":
        """With another recipe for one cell, which is not drawn yet."""
        recipes = (*self.recipes[:number], recipe, *self.recipes[number + 1 :])
        return replace(self, recipes=recipes, drawn={n: each for n, each in self.drawn.items() if n != number})

    def with_drawn(self, number: int, drawn: Drawn) -> "Sheet":
        """With one more cell drawn."""
        return replace(self, drawn={**self.drawn, number: drawn})

    @property
    def columns(self) -> list[str]:
        """The labels of its columns, where it is a table of more than one."""
        columns = list(dict.fromkeys(cell.column for cell in self.cells))
        rows = list(dict.fromkeys(cell.row for cell in self.cells))
        return columns if len(columns) > 1 and len(columns) * len(rows) == len(self.cells) else []

    def pack(self, emoji: Sequence[str] = (), alt: Sequence[str] = ()) -> Pack:
        """What is drawn of it as a pack; empty texts are filled in from the prompts.

        Raises:
            ValueError: too few or too many of it are drawn.
        """
        numbers = sorted(self.drawn)
        if not MIN_STICKERS <= len(numbers) <= MAX_STICKERS:
            raise ValueError(f"A pack takes {MIN_STICKERS} to {MAX_STICKERS} stickers, got {len(numbers)}.")
        stickers = [
            Sticker(
                self.cells[number].prompt,
                self.recipes[number].seed,
                tuple(emoji[number].split()) if number < len(emoji) else (),
                alt[number] if number < len(alt) else "",
                self.recipes[number],
            )
            for number in numbers
        ]
        return Pack(self.title, tuple(stickers))


def sheet_file(sheet: Sheet, target: str, *, emoji: Sequence[str] = (), alt: Sequence[str] = ()) -> tuple[str, bytes]:
    """(name, content) of the file that a sheet leaves as.

    Args:
        sheet: drawn, or a part of it.
        target: `PICTURES`, or the name of a target that takes packs.
        emoji, alt: of each cell, separated by spaces; empty ones are filled in.

    Raises:
        ValueError: nothing is drawn, the pictures are gone, or the target takes no such pack.
    """
    if not sheet.drawn:
        raise ValueError("Nothing of this is drawn yet. Press Draw all.")
    if target == PICTURES:
        files = {f"{n + 1:03d}-{Path(each.path).name}": _bytes(each) for n, each in sorted(sheet.drawn.items())}
        recipes = [recipe if n in sheet.drawn else None for n, recipe in enumerate(sheet.recipes)]
        files["recipes.csv"] = recipes_csv(sheet.cells, recipes).encode()
        files["recipes.json"] = recipes_json(sheet.cells, recipes).encode()
        return "easel-pictures.zip", zip_files(files)
    pictures: dict[int, Image.Image] = {}
    for number, drawn in enumerate(each for _, each in sorted(sheet.drawn.items())):
        if not Path(drawn.path).is_file():
            raise ValueError("These pictures are no longer kept here. Press Draw all.")
        pictures[number] = decode_picture(drawn.path, max_pixels=_MOST_PIXELS).image
    files = pack_files(sheet.pack(emoji, alt), pictures, find_target(target))
    if target == "whatsapp":
        return "easel.wastickers", wastickers(files)
    return f"easel-{target}.zip", zip_files(files)


def _bytes(drawn: Drawn) -> bytes:
    try:
        return Path(drawn.path).read_bytes()
    except OSError as error:
        raise ValueError("These pictures are no longer kept here. Press Draw all.") from error
