"""Many pictures at once: a table of prompts, what was drawn of it, and the files that it leaves as."""

import io
import re
import shlex
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image

from pipeline.pictures.decode import decode_picture
from pipeline.recipe import Recipe
from pipeline.recipe.schema import FIELDS
from pipeline.scene.edit import operation
from pipeline.serve.cutouts import SIDE
from pipeline.serve.drawn import Drawn
from pipeline.stickers.matrix import Cell, expand, recipes_csv, recipes_json
from pipeline.stickers.pack import MAX_STICKERS, MIN_STICKERS, Pack, Sticker, pack_files, wastickers, zip_files
from pipeline.stickers.tags import alternative_text, emoji_of, split_emoji
from pipeline.stickers.targets import find_target

__all__ = ["PICTURES", "Sheet", "pack_text", "sheet_file", "sticker"]

_MOST_PIXELS = 1024 * 1024  # of a picture drawn here
_MOST_JSON = 2_000_000  # bytes
_EDITS = "pack_edits_"  # of a link, with the cell's number behind it: what was changed of it
_LOOKS = ("outline", "shadow")
EDGE = 8  # pixels: what WhatsApp advises
PICTURES = "pictures"  # the target of whoever wants the drawn files themselves


@dataclass(frozen=True)
class Sheet:
    """Prompts in the order of their table, and what is drawn of them.

    Attributes:
        cells: rows, columns and prompts.
        recipes: one a cell.
        drawn: by the cell's number.
        failed: likewise why one could not be drawn.
        tray: the cell that is the set's own small picture.
        style: words that every prompt ends in.
        lines: as they were typed.
        edge: whether each is given a white die-cut edge.
        shadow: likewise a soft shadow.
    """

    title: str
    cells: tuple[Cell, ...]
    recipes: tuple[Recipe, ...]
    drawn: Mapping[int, Drawn] = field(default_factory=dict)
    failed: Mapping[int, str] = field(default_factory=dict)
    tray: int = 0
    style: str = ""
    lines: str = ""
    edge: bool = False
    shadow: bool = False

    @classmethod
    def from_lines(
        cls, lines: str, *, title: str, style: str, seed: int, edge: bool = False, shadow: bool = False
    ) -> "Sheet":
        """Of prompts, one a line, with choices in braces; all take one seed, so that a set keeps one hand.

        Raises:
            ValueError: see `expand`; or a seed or a prompt that no recipe takes.
        """
        cells = tuple(expand(lines))
        recipes = tuple(sticker(_styled(cell.prompt, style), seed) for cell in cells)
        return cls(title.strip() or "Easel", cells, recipes, style=style, lines=lines).with_look(edge, shadow)

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Sheet":
        """Of the link that `query` made.

        Raises:
            ValueError: see `from_lines`; or its seeds are no numbers, or not one for each picture.
        """
        title, style, listed = (query.get(f"pack_{name}", "") for name in ("title", "style", "seeds"))
        if not re.fullmatch(r"\d{1,10}(,\d{1,10})*", listed or "7", re.ASCII):
            raise ValueError("This link's seeds are damaged. Copy the link again.")
        seeds = [int(seed) for seed in (listed or "7").split(",")]
        look = {name: query.get(f"pack_{name}") == "1" for name in ("edge", "shadow")}
        sheet = cls.from_lines(query.get("pack", ""), title=title[:128], style=style[:80], seed=seeds[0], **look)
        if len(seeds) not in (1, len(sheet.cells)):
            raise ValueError("This link's seeds are damaged. Copy the link again.")
        if len(seeds) > 1:
            recipes = [replace(recipe, seed=seed) for recipe, seed in zip(sheet.recipes, seeds, strict=True)]
            sheet = replace(sheet, recipes=tuple(recipes))
        for key, text in query.items():
            if key.startswith(_EDITS):
                sheet = sheet._edited(key.removeprefix(_EDITS), text)
        return sheet._with_tray(query.get("pack_tray", ""))

    def _edited(self, number: str, text: str) -> "Sheet":
        """With what a link says was changed of one cell."""
        field = FIELDS["edits"]
        try:
            edits, at = field.check(field.read(text)), int(number)
            if at < 1:
                raise IndexError(at)
            return self.with_recipe(at - 1, replace(self.recipes[at - 1], edits=edits))
        except (ValueError, IndexError) as error:
            raise ValueError("This link's changes are damaged. Copy the link again.") from error

    def _with_tray(self, number: str) -> "Sheet":
        """With the cell that a link says is the set's own small picture."""
        known = number.isascii() and number.isdigit() and 0 < int(number) <= len(self.cells)
        return replace(self, tray=int(number) - 1) if known else self

    @property
    def query(self) -> str:
        """The query of a link that draws it again: words, style, seeds, changes and icon; emoji and descriptions that
        were typed are in the JSON.
        """
        prompts = [cell.prompt for cell in self.cells]
        try:
            whole = [cell.prompt for cell in expand(self.lines)] == prompts
        except ValueError:
            whole = False
        seeds = [str(recipe.seed) for recipe in self.recipes]
        fields = {
            "pack": self.lines if whole else "\n".join(prompts),
            "pack_title": self.title,
            "pack_style": self.style,
            "pack_seeds": ",".join(seeds if len(set(seeds)) > 1 else seeds[:1]),
            "pack_tray": str(self.tray + 1) if self.tray else "",
            "pack_edge": "1" if self.edge else "",
            "pack_shadow": "1" if self.shadow else "",
        }
        write, usual = FIELDS["edits"].write, _look(self.edge, self.shadow)
        changed = {n: each.edits for n, each in enumerate(self.recipes, 1) if each.edits != usual}
        fields |= {f"{_EDITS}{n}": write(edits) for n, edits in changed.items()}
        return "?" + urlencode({name: value for name, value in fields.items() if value})

    @classmethod
    def from_pack(cls, text: str) -> "tuple[Sheet, list[list[str]]]":
        """Of the `pack.json` that a pack left with, or of a `Pack`'s JSON; with (prompt, emoji, description) of each.

        Raises:
            ValueError: it is no pack.
        """
        pack = Pack.from_json(text)
        cells = tuple(Cell(each.prompt, "", each.prompt) for each in pack.stickers)
        recipes = tuple(
            each.recipe or sticker(pack.prompt(number), each.seed) for number, each in enumerate(pack.stickers)
        )
        texts = [[each.prompt, " ".join(each.emoji), each.alt] for each in pack.stickers]
        looks = {shlex.split(text)[0] for text in recipes[0].edits}
        edge, shadow = "outline" in looks, "shadow on" in recipes[0].edits
        return cls(pack.title, cells, recipes, tray=pack.tray, style=pack.style, edge=edge, shadow=shadow), texts

    def with_prompt(self, number: int, prompt: str) -> "Sheet":
        """With other words for one cell, which is not drawn yet.

        Raises:
            ValueError: no prompt, or one that is too long.
        """
        cell = expand(prompt.replace("{", "").replace("}", ""))[0]
        cells = (*self.cells[:number], replace(self.cells[number], prompt=cell.prompt), *self.cells[number + 1 :])
        recipe = replace(
            self.recipes[number], prompt=_styled(cell.prompt, self.style), edits=_look(self.edge, self.shadow)
        )
        return replace(self, cells=cells).with_recipe(number, recipe)

    def with_recipe(self, number: int, recipe: Recipe) -> "Sheet":
        """With another recipe for one cell, which is not drawn yet."""
        recipes = (*self.recipes[:number], recipe, *self.recipes[number + 1 :])
        return replace(self, recipes=recipes, drawn={n: each for n, each in self.drawn.items() if n != number})

    def with_look(self, edge: bool, shadow: bool) -> "Sheet":
        """With or without an edge and a shadow, nothing of it drawn; what else was changed stays."""
        rest = [tuple(text for text in each.edits if shlex.split(text)[0] not in _LOOKS) for each in self.recipes]
        recipes = [
            replace(recipe, edits=_look(edge, shadow) + edits)
            for recipe, edits in zip(self.recipes, rest, strict=True)
        ]
        return replace(self, recipes=tuple(recipes), drawn={}, failed={}, edge=edge, shadow=shadow)

    def with_drawn(self, number: int, drawn: Drawn) -> "Sheet":
        """With one more cell drawn."""
        failed = {n: each for n, each in self.failed.items() if n != number}
        return replace(self, drawn={**self.drawn, number: drawn}, failed=failed)

    def with_failed(self, number: int, reason: str) -> "Sheet":
        """With one cell that could not be drawn, and why."""
        return replace(self, failed={**self.failed, number: reason})

    @property
    def columns(self) -> list[str]:
        """The labels of its columns, where it is a table of more than one."""
        columns = list(dict.fromkeys(cell.column for cell in self.cells))
        rows = list(dict.fromkeys(cell.row for cell in self.cells))
        return columns if len(columns) > 1 and len(columns) * len(rows) == len(self.cells) else []

    def texts(self, before: Sequence[Sequence]) -> list[list[str]]:
        """(prompt, emoji, description) of each cell; what was typed for a prompt stays, as `before` has it. Of several
        that are the same, the first keeps the first's.
        """
        typed: dict[str, list[list[str]]] = {}
        for row in before or []:
            typed.setdefault(str(row[0]), []).append([str(row[1] or ""), str(row[2] or "")])
        rows = []
        for cell in self.cells:
            own = typed.get(cell.prompt)
            texts = own.pop(0) if own else [" ".join(emoji_of(cell.prompt)), alternative_text(cell.prompt)]
            rows.append([cell.prompt, *texts])
        return rows

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
                split_emoji(emoji[number]) if number < len(emoji) else (),
                alt[number] if number < len(alt) else "",
                self.recipes[number],
            )
            for number in numbers
        ]
        tray = numbers.index(self.tray) if self.tray in numbers else 0
        return Pack(self.title, tuple(stickers), style=self.style, tray=tray)


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
        if MIN_STICKERS <= len(sheet.drawn) <= MAX_STICKERS:
            files["pack.json"] = sheet.pack(emoji, alt).to_json().encode()
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


def sticker(prompt: str, seed: int) -> Recipe:
    """The recipe of one: as large as most places take it, cut free."""
    return Recipe(prompt=prompt, seed=seed, width=SIDE, height=SIDE, transparent=1)


def pack_text(data: bytes) -> str:
    """The JSON of a pack, from its file or from the zip that it left in.

    Raises:
        ValueError: there is none in it.
    """
    if data[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if archive.getinfo("pack.json").file_size > _MOST_JSON:
                    raise ValueError("This file is too large for a pack.")
                data = archive.read("pack.json")
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise ValueError(
                "There is no pack.json in this file. Open the zip that a pack was taken away in."
            ) from error
    if len(data) > _MOST_JSON:
        raise ValueError("This file is too large for a pack.")
    return data.decode("utf-8", "replace")


def _look(edge: bool, shadow: bool) -> tuple[str, ...]:
    """The operations of an edge and a shadow."""
    return (*([operation("outline", EDGE, "#ffffff")] if edge else []), *(["shadow on"] if shadow else []))


def _styled(prompt: str, style: str) -> str:
    return f"{prompt}, {style}" if style and style not in prompt else prompt


def _bytes(drawn: Drawn) -> bytes:
    try:
        return Path(drawn.path).read_bytes()
    except OSError as error:
        raise ValueError("These pictures are no longer kept here. Press Draw all.") from error
