"""Many prompts from one line: `{red|green|blue} car` is three, and two braces are a table of rows and columns."""

import csv
import io
import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.language.english import article
from pipeline.recipe import MAX_PROMPT_LENGTH, Recipe

__all__ = ["MAX_CELLS", "VARIANTS", "Cell", "columns_of", "expand", "recipes_csv", "recipes_json", "vary"]

MAX_CELLS = 100
_CHOICE = re.compile(r"\{([^{}]*)\}")
# What a subject is varied by. A word goes before the subject's noun, several go behind it.
VARIANTS: dict[str, tuple[str, ...]] = {
    "expressions": (
        *("happy", "sad", "in love", "sleeping", "angry", "surprised", "laughing", "crying", "thinking"),
        *("winking", "kissing", "with a cool face"),
    ),
    "poses": (  # what is done with something else: a drawing has one posture
        *("reading a book", "holding a heart", "riding a bicycle", "playing a guitar", "holding a balloon"),
        *("sitting on a chair", "in a car", "eating pizza", "under an umbrella"),
    ),
    "outfits": (
        *("wearing a red hat", "wearing a crown", "wearing a scarf", "wearing glasses", "wearing sunglasses"),
        *("wearing a party hat", "wearing headphones", "wearing a bow tie"),
    ),
    "colours": ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown"),
}


@dataclass(frozen=True)
class Cell:
    """One prompt of a table."""

    row: str
    column: str
    prompt: str


def expand(text: str) -> list[Cell]:
    """The prompts of one or more lines, each with choices in braces or without.

    The first brace of a line makes its rows, the others its columns; a line without a brace is a row of its own.

    Raises:
        ValueError: no prompt, a brace that is not closed or offers nothing, a prompt that is too long, or more than
            `MAX_CELLS` of them.
    """
    cells: list[Cell] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        choices = [[choice.strip() for choice in group.split("|")] for group in _CHOICE.findall(line)]
        rest = _CHOICE.sub("", line)
        if "{" in rest or "}" in rest:
            raise ValueError(
                f"A brace is opened or closed without the other in {line[:60]!r}. Write {{red|blue}} car."
            )
        if any(not choice for group in choices for choice in group):
            raise ValueError(f"A choice is empty in {line[:60]!r}. Write {{red|blue}} car.")
        count = 1
        for group in choices:
            count *= len(group)
        if len(cells) + count > MAX_CELLS:
            raise ValueError(
                f"Up to {MAX_CELLS} prompts are drawn at once, got {len(cells) + count} or more. Take fewer."
            )
        for chosen in itertools.product(*choices):
            words = iter(chosen)
            prompt = " ".join(_CHOICE.sub(lambda _, words=words: next(words), line).split())
            if len(prompt) > MAX_PROMPT_LENGTH:
                raise ValueError(f"A prompt takes up to {MAX_PROMPT_LENGTH} characters, got {len(prompt)}.")
            cells.append(Cell(chosen[0] if chosen else line, ", ".join(chosen[1:]), prompt))
    if not cells:
        raise ValueError("There is nothing to draw. Write one prompt a line, such as {red|green|blue} car.")
    return cells


def columns_of(cells: Sequence[Cell]) -> int | None:
    """How many columns a table has; None for what is no table: lists, and choices of one kind."""
    rows, columns = (len(dict.fromkeys(getattr(cell, side) for cell in cells)) for side in ("row", "column"))
    return columns if min(rows, columns) > 1 and rows * columns == len(cells) else None


def vary(subject: str, variants: Sequence[str]) -> list[str]:
    """A subject in each of some variants: "a fox" and happy, in love: "a happy fox", "a fox in love"."""
    subject = " ".join(subject.split())
    if not subject:
        raise ValueError("`subject` takes what to draw, such as a fox, got nothing.")
    prompts = []
    for variant in variants:
        if " " in variant.strip():
            prompts.append(f"{subject} {variant.strip()}")
            continue
        first, _, noun = subject.partition(" ")
        if first.lower() in ("a", "an") and noun:
            phrase = f"{variant.strip()} {noun}"
            prompts.append(f"{article(phrase)} {phrase}")
        elif first.lower() in ("the", "my", "two", "three", "some") and noun:
            prompts.append(f"{first} {variant.strip()} {noun}")
        else:
            prompts.append(f"{variant.strip()} {subject}")
    return prompts


def recipes_csv(cells: Sequence[Cell], recipes: Sequence[Recipe | None]) -> str:
    """One line a cell: row, column, prompt, seed, id and link of its recipe; empty where none was drawn."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["row", "column", "prompt", "seed", "id", "link"])
    for cell, recipe in zip(cells, recipes, strict=True):
        drawn = [recipe.seed, recipe.id, recipe.to_query()] if recipe else ["", "", ""]
        writer.writerow([_harmless(value) for value in (cell.row, cell.column, cell.prompt)] + drawn)
    return text.getvalue()


def recipes_json(cells: Sequence[Cell], recipes: Sequence[Recipe | None]) -> str:
    """The same as a list of objects, each with the whole recipe, or null."""
    rows = [
        {**vars(cell), "recipe": json.loads(recipe.to_json()) if recipe else None}
        for cell, recipe in zip(cells, recipes, strict=True)
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def _harmless(value: str) -> str:
    """A spreadsheet would take what begins so for a formula."""
    return f"'{value}" if value[:1] in "=+-@\t\r" else value
