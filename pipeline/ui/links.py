"""Opening a link: the page is filled from it, its picture comes from the store or is drawn, and both are compared."""

from collections.abc import Iterator, Mapping

import gradio as gr

from pipeline.recipe import Recipe
from pipeline.serve.drawn import Drawn
from pipeline.serve.request import within
from pipeline.ui.board import ONE_PICTURE
from pipeline.ui.canvas import status
from pipeline.ui.drawing import done_line
from pipeline.ui.events import QUEUED, QUICK, visitor_of
from pipeline.ui.expected import Expected, verdict_on
from pipeline.ui.form import write_form
from pipeline.ui.tabs.create import CreateTab
from pipeline.ui.tabs.verify import VerifyTab
from pipeline.ui.templates import render
from pipeline.ui.words import Words

__all__ = ["Links"]

_ASKS = {"prompt", "seed", "images"}  # a link with one of these is about a picture


class Links:
    """Connects links, and the Verify tab's recipes, with the Create tab."""

    def __init__(self, create: CreateTab, check: VerifyTab, tabs: gr.Tabs):
        self._create, self._check, self._tabs = create, check, tabs
        self._form, self._board, self._drawing = create.form, create.board, create.drawing
        self._studio = create.drawing.studio
        self._go = gr.State(False)  # whether the form was filled with something to draw

    def wire(self, demo: gr.Blocks) -> None:
        """Connect the page's opening and Verify's two buttons."""
        board, check, drawing = self._board, self._check, self._drawing
        settings = list(self._filled_form(Recipe()))
        filled = [*settings, board.keep_once, board.expected, self._go, board.line, board.notes]
        opened = list(dict.fromkeys([*filled, *drawing.outputs]))
        asked = drawing.inputs | {self._go}
        demo.load(self.open_link, None, opened, **QUICK).then(self.draw, asked, drawing.outputs, **QUEUED)
        check.redraw.click(
            self.open_recipe, [check.recipe, check.picture], [self._tabs, *filled], **QUICK
        ).then(self.draw, asked, drawing.outputs, **QUEUED)  # fmt: skip
        outputs = [self._tabs, *settings, self._form.keep_seed, board.line]
        check.settings.click(self.use_settings, check.recipe, outputs, **QUICK)

    def open_link(self, request: gr.Request) -> dict:
        """Show the picture that the page's address names, or fill the form with it."""
        self._studio.start(visitor_of(request))
        query: Mapping[str, str] = dict(request.query_params)
        if not _ASKS & query.keys():
            return {self._go: False}
        link, words = Recipe.from_query(query), Words.of(request)
        recipe, adopted = self._adopt(link.recipe)
        notes = [words.message(note) for note in (*link.notes, *adopted)]
        expected = Expected(recipe, pixels_hash=link.pixels_hash)
        restored = self._studio.restore(self._studio.recipe(recipe))
        if restored is None:
            return self._fill(recipe, expected, notes, words)
        drawn = Drawn.from_rendered(restored, str(self._studio.save(restored)))
        verdict = verdict_on(restored, expected, self._drawing.limits, words)
        return {
            **self._notes(notes, words),
            **self._filled_form(recipe),
            **self._drawing.show([drawn], 0, words, verdict),
            self._board.line: done_line(restored, words),
            self._go: False,
        }

    def open_recipe(self, recipe: Recipe, path: str, request: gr.Request) -> dict:
        """Fill the form with the recipe of a picture in Verify, to be drawn afresh and compared with its file."""
        words = Words.of(request)
        recipe, adopted = self._adopt(recipe)
        notes = [words.message(note) for note in adopted]
        filled = self._fill(recipe, Expected(recipe, path=path, fresh=True), notes, words)
        return {self._tabs: gr.Tabs(selected="create"), **filled}

    def use_settings(self, recipe: Recipe, request: gr.Request) -> dict:
        """Fill the form with the recipe of a picture in Verify."""
        words = Words.of(request)
        recipe, adopted = self._adopt(recipe)
        sentences = [words("status.settings_used"), *(words.message(note) for note in adopted)]
        if recipe.image_hashes:
            sentences.append(words("link.references_missing"))
        return {
            self._tabs: gr.Tabs(selected="create"),
            **self._filled_form(recipe),
            self._form.keep_seed: True,
            self._board.line: status(" ".join(sentences)),
        }

    def draw(self, values: dict, request: gr.Request) -> Iterator[dict]:
        """Draw what the form was filled with, if it was."""
        form, board = self._form, self._board
        if not values[self._go]:
            yield {board.line: gr.skip()}  # a generator without a yield would empty every output
            return
        yield {form.generate: gr.update(interactive=False), form.cancel: gr.update(interactive=True)}
        yield from self._drawing.draw(values, request)
        yield self._drawing.end()

    def _fill(self, recipe: Recipe, expected: Expected, notes: list[str], words: Words) -> dict:
        drawable = not recipe.image_hashes and bool(recipe.prompt.strip())
        if recipe.image_hashes:
            count = len(recipe.image_hashes)
            notes.append(words("link.add_one") if count == 1 else words("link.add_many", count=count))
        elif not drawable:
            notes.append(words("link.nothing"))
        return {
            **self._notes(notes, words),
            **self._filled_form(recipe),
            self._board.keep_once: ONE_PICTURE,
            self._board.expected: expected,
            self._go: drawable,
            self._board.line: status(notes[-1] if notes and not drawable else ""),
        }

    def _adopt(self, recipe: Recipe) -> tuple[Recipe, tuple[str, ...]]:
        """The recipe as it can be drawn here, and in words what was changed."""
        recipe, adopted = self._studio.capabilities.adopt(recipe)
        recipe, lowered = within(recipe, self._drawing.limits)
        return recipe, (*adopted, *lowered)

    def _filled_form(self, recipe: Recipe) -> dict:
        weights = (*recipe.image_weights, *[1] * len(self._form.weights))
        return {**write_form(self._form, recipe), **dict(zip(self._form.weights, weights, strict=False))}

    def _notes(self, notes: list[str], words: Words) -> dict:
        return {self._board.notes: render("notes", words, notes=notes) if notes else ""}
