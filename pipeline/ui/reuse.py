"""Finished pictures put back to use: their prompt, seed or settings in the form, or the picture as a reference."""

from pathlib import Path

import gradio as gr

from pipeline.language.styles import read_choices
from pipeline.recipe import Recipe
from pipeline.serve.drawn import Drawn
from pipeline.serve.examples import EXAMPLES
from pipeline.serve.limits import Limits
from pipeline.ui.board import ONE_PICTURE, Board, refuse
from pipeline.ui.canvas import status
from pipeline.ui.events import QUICK
from pipeline.ui.form import Form, reference_paths, write_form
from pipeline.ui.words import Words

__all__ = ["Reuse"]


class Reuse:
    """Fills the form; each handler gives updates of its widgets."""

    def __init__(self, limits: Limits, form: Form, board: Board):
        self._limits, self._form, self._board = limits, form, board

    def wire(self) -> None:
        """Connect the keys below the picture."""
        form, board, keys = self._form, self._board, self._board.keys
        chosen, pickers = [board.pictures, board.selected], [form.prompt, form.style, form.background]
        keys.reuse_prompt.click(self.use_prompt, chosen, pickers, **QUICK)
        keys.reuse_seed.click(self.use_seed, chosen, [form.seed, form.variations, form.keep_seed], **QUICK)
        everything = [*write_form(form, Recipe()), form.keep_seed, form.references, form.reference_panel]
        keys.reuse_all.click(self.use_settings, chosen, [*everything, *form.weights, board.line], **QUICK)
        keys.as_reference.click(
            self.use_as_reference,
            [*chosen, form.references],
            [form.references, form.reference_panel, form.similarity_strength, board.line],
            **QUICK,
        )

    def fill_example(self, event: gr.EventData) -> dict:
        """The clicked example's prompt and seed in the form, to be drawn once as they are."""
        form, example = self._form, EXAMPLES[int(event.index)]
        style, background = read_choices(example.prompt)
        if example.edits:  # they travel with the recipe that the form was filled with
            return {**write_form(form, example.recipe), self._board.keep_once: ONE_PICTURE}
        return {
            form.prompt: example.prompt,
            form.style: style,
            form.background: background,
            form.seed: example.seed,
            form.variations: "",
            self._board.keep_once: ONE_PICTURE,
        }

    def use_prompt(self, kept: list[Drawn], number: int) -> dict:
        """The selected picture's prompt."""
        form, prompt = self._form, kept[number].recipe.prompt
        style, background = read_choices(prompt)
        return {form.prompt: prompt, form.style: style, form.background: background}

    def use_seed(self, kept: list[Drawn], number: int) -> dict:
        """The selected picture's seed, kept."""
        form, recipe = self._form, kept[number].recipe
        return {form.seed: recipe.seed, form.variations: ", ".join(recipe.variations), form.keep_seed: True}

    def use_settings(self, kept: list[Drawn], number: int, request: gr.Request) -> dict:
        """Everything of the selected picture's recipe, its reference pictures as long as they are kept."""
        form, drawn, words = self._form, kept[number], Words.of(request)
        updates = {
            **write_form(form, drawn.recipe),
            form.keep_seed: True,
            self._board.line: status(words("status.settings_used")),
        }
        is_there = all(Path(path).is_file() for path in drawn.references)
        if not is_there or len(drawn.references) != len(drawn.recipe.image_hashes):
            return updates | {self._board.line: status(words("status.settings_without_references"))}
        weights = drawn.recipe.image_weights or [1] * len(form.weights)
        return {
            **updates,
            form.references: list(drawn.references) or None,
            form.reference_panel: gr.update(open=bool(drawn.references)),
            **dict(zip(form.weights, weights, strict=False)),
        }

    def use_as_reference(self, kept: list[Drawn], number: int, references: list | None, request: gr.Request) -> dict:
        """The selected picture among the reference pictures."""
        form, words, paths = self._form, Words.of(request), reference_paths(references)
        if len(paths) >= self._limits.max_references:
            return {self._board.line: refuse(words("error.references_full", count=len(paths)), words)}
        return {
            form.references: [*paths, kept[number].path],
            form.reference_panel: gr.update(open=True),
            form.similarity_strength: 0.6,
            self._board.line: status(words("status.reference_added")),
        }
