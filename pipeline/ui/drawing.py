"""What happens between a button and the finished picture: the form is read, pictures are drawn, the page follows."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import gradio as gr
from PIL import Image

from pipeline.loading.errors import HeldBack, WeightsError
from pipeline.pictures.decode import decode_picture
from pipeline.recipe import SCHEMA, STAGES, Recipe
from pipeline.serve.drawn import Drawn
from pipeline.serve.jobs import QueueFull
from pipeline.serve.limits import Limits
from pipeline.serve.pace import STEPS, Pace
from pipeline.serve.render import Cancelled, Rendered, Stage, Verdict, series, varied
from pipeline.serve.studio import Busy, Restored, Studio
from pipeline.serve.together import draw_series
from pipeline.serve.uploads import open_picture
from pipeline.ui.board import ONE_PICTURE, Board, refuse
from pipeline.ui.canvas import canvas_drawing, canvas_empty, canvas_series, shares, status, step_words
from pipeline.ui.events import HIDDEN, QUEUED, QUICK, visitor_of
from pipeline.ui.expected import verdict_on
from pipeline.ui.form import Form, quality_choices, read_form, reference_paths, roll
from pipeline.ui.words import Words
from pipeline.watermark import WatermarkError

__all__ = ["REFUSALS", "DrawingHandlers", "done_line"]

REFUSALS = (ValueError, WeightsError, WatermarkError, QueueFull)  # said in one sentence; anything else is our fault
_logger = logging.getLogger(__name__)


class DrawingHandlers:
    """Draws for the page: each handler is a generator of updates, and ends with a picture or a sentence."""

    def __init__(self, studio: Studio, limits: Limits, pace: Pace, form: Form, board: Board):
        self.studio, self.limits, self.pace, self.form, self.board = studio, limits, pace, form, board
        self.inputs = form.inputs | {
            board.pictures, board.selected, board.expected, board.keep_once, board.keys.file_format,
        }  # fmt: skip
        self.outputs = [
            board.canvas, board.line, board.row, board.keys.download, board.keys.file_format, board.pictures,
            board.selected, board.beside, board.expected, board.keep_once, form.seed, form.variations,
            form.quality, form.shares, form.leave_out, form.generate, form.cancel,
        ]  # fmt: skip
        self.buttons = [form.generate, form.cancel, board.line]

    def on(self, listen: Callable, work: Callable, first: tuple | None = None) -> None:
        """Draw when `listen` (a widget's event) happens, after `first` (function, inputs, outputs) if there is one.

        On a phone the canvas is below the form, so it is brought into view.
        """
        started = listen(*first, **QUICK).then(self.begin, None, self.buttons, **QUICK) if first else None
        started = started or listen(self.begin, None, self.buttons, **QUICK)
        started.then(work, self.inputs, self.outputs, **QUEUED).then(self.end, None, self.buttons, **QUICK)
        listen(None, js="() => { window.easel.showCanvas(); }", **HIDDEN)

    def begin(self, request: gr.Request) -> dict:
        """The visitor's drawing begins: Cancel takes over from Generate."""
        self.studio.start(visitor_of(request))
        return {
            self.form.generate: gr.update(interactive=False),
            self.form.cancel: gr.update(interactive=True),
            self.board.line: status(Words.of(request)("status.waiting")),
        }

    def end(self) -> dict:
        """The page is ready for the next drawing."""
        return {self.form.generate: gr.update(interactive=True), self.form.cancel: gr.update(interactive=False)}

    def stopping(self, request: gr.Request) -> str:
        """What is shown before the drawing is stopped, so that it never comes after "Cancelled"."""
        return status(Words.of(request)("status.stopping"))

    def cancel(self, request: gr.Request) -> None:
        """Stop the visitor's drawing."""
        self.studio.cancel(visitor_of(request))

    def draw(self, values: dict, request: gr.Request) -> Iterator[dict]:
        """Draw what the form says, picture after picture."""
        board, form, kept = self.board, self.form, list(values[self.board.pictures])

        def work() -> Iterator[dict]:
            recipe, images, count = read_form(form, values, self.limits)
            if not (values[form.keep_seed] or values[board.keep_once]):  # a new seed has nothing to vary yet
                recipe = replace(recipe, seed=roll(), schema=SCHEMA, variations=(), edits=())
            recipe = self.studio.recipe(recipe)
            turned = ", ".join(recipe.variations)
            if values[board.keep_once] == ONE_PICTURE:
                count = 1
            yield {
                form.seed: recipe.seed, form.variations: turned,
                board.keep_once: "", board.expected: None, board.beside: False,
            }  # fmt: skip
            paths = reference_paths(values[form.references])
            yield from self._paint(series(recipe, count), images, paths, kept, values, request)

        yield from self.guarded(work(), kept, values, request)

    def vary(self, strength: float, stage: str) -> Callable:
        """A handler that draws the selected picture once more with one more variation."""
        board = self.board

        def draw_varied(values: dict, request: gr.Request) -> Iterator[dict]:
            kept = list(values[board.pictures])

            def work() -> Iterator[dict]:
                drawn = kept[values[board.selected]]
                recipe = self.studio.recipe(varied(drawn.recipe, roll(), strength, stage))
                yield {board.expected: None, board.beside: False}
                images = self.open_references(drawn)
                yield from self._paint([recipe], images, drawn.references, kept, values, request, drawn.uploads)

            yield from self.guarded(work(), kept, values, request)

        return draw_varied

    def leave_out(self, values: dict, request: gr.Request) -> Iterator[dict]:
        """Draw the selected picture without each of its reference pictures; the shelf does not keep these drawings."""
        board, words, kept = self.board, Words.of(request), list(values[self.board.pictures])

        def work() -> Iterator[dict]:
            drawn = kept[values[board.selected]]
            images, files = self.open_references(drawn), []
            for left in range(len(images)):
                yield {board.line: status(words("status.leaving_out", number=left + 1, count=len(images)))}
                recipe = _without(drawn.recipe, left)
                if recipe is None:
                    files.append(None)
                else:
                    others = images[:left] + images[left + 1 :]
                    *_, rendered = self.studio.draw(self.studio.recipe(recipe), others, visitor=visitor_of(request))
                    assert isinstance(rendered, Rendered)  # a drawing ends with its picture, or raises
                    files.append(str(self.studio.save(rendered)))
                yield {self.form.shares: shares(drawn, words, files)}
            yield {board.line: status(words("status.left_out"))}

        yield from self.guarded(work(), kept, values, request)

    def guarded(self, work: Iterator[dict], kept: list[Drawn], values: dict, request: gr.Request) -> Iterator[dict]:
        """Do the work; whatever ends it early is said in one sentence, and the last picture is shown again."""
        board, words = self.board, Words.of(request)

        def back() -> dict:
            if not kept:
                return {board.canvas: canvas_empty(words, self.studio.capabilities)}
            number = values[board.selected] if len(kept) == len(values[board.pictures]) else len(kept) - 1
            return self.show(kept, number, words, None, values[board.keys.file_format])

        try:
            with self.studio.metrics.answering("page"):
                yield from work
        except Cancelled:
            yield {**back(), board.line: status(words("status.cancelled"))}
        except REFUSALS as error:
            yield {**back(), board.line: refuse(error, words), board.keep_once: "", board.expected: None}
        except Exception as error:
            _logger.exception("drawing failed")
            yield {**back(), board.line: refuse(words("error.drawing", kind=type(error).__name__), words)}

    def show(
        self, kept: list[Drawn], number: int, words: Words, verdict: Verdict | None = None, file_format: str = "png",
        *, ways: tuple[bool, bool] = (False, False),
    ) -> dict:  # fmt: skip
        """Updates that show one of the pictures, with the shares of its references."""
        return {
            **self.board.show(self.studio, kept, number, words, verdict, file_format, ways=ways),
            self.form.shares: shares(kept[number], words),
            self.form.leave_out: gr.update(visible=len(kept[number].image_weights) > 1),
        }

    def progress(self, event: Busy | Stage, recipe: Recipe, words: Words, of: str = "") -> dict:
        """What the page shows while a picture is drawn."""
        board, cost, stages = self.board, self.pace.cost, self.studio.capabilities.stages
        if isinstance(event, Busy):
            canvas = canvas_drawing(None, recipe, words, cost=cost, stages=stages)
            return {board.canvas: canvas, board.line: status(words.message(event.reason))}
        updates = {board.line: status(step_words(event, recipe, words, stages), of=of)}
        if event.name != STAGES[-1]:  # the sketch stays until the marked picture takes its place
            updates[board.canvas] = canvas_drawing(
                event, recipe, words, preview=event.preview, cost=cost, stages=stages
            )
        return updates

    def open_references(self, drawn: Drawn) -> list[Image.Image]:
        """The reference pictures of an earlier drawing.

        Raises:
            ValueError: their files are gone.
        """
        is_there = all(Path(path).is_file() for path in drawn.references)
        if len(drawn.references) < len(drawn.recipe.image_hashes) or not is_there:
            raise ValueError("The reference pictures are no longer kept here. Add them again and press Generate.")
        return [open_picture(path, self.limits) for path in drawn.references]

    def open_uploads(self, uploads: Sequence[tuple[str, str]]) -> dict[str, Image.Image]:
        """The cut-outs of an earlier drawing, by hash.

        Raises:
            ValueError: a file is gone.
        """
        found = {}
        for hash, path in uploads:
            if not Path(path).is_file():
                raise ValueError("A picture of yours is no longer kept here. Add it again.")
            Path(path).touch()
            found[hash] = decode_picture(path).image
        return found

    def _paint(
        self, recipes: list[Recipe], images: Sequence[Image.Image], paths: Sequence[str], kept: list[Drawn],
        values: dict, request: gr.Request, uploads: Sequence[tuple[str, str]] = (),
    ) -> Iterator[dict]:  # fmt: skip
        """Draw the recipes one after the other and add them to `kept`."""
        board, form, words, against = self.board, self.form, Words.of(request), values[self.board.expected]
        first, total, seconds, held = len(kept), len(recipes), 0.0, None
        fresh = against is not None and against.fresh
        given = {"uploads": self.open_uploads(uploads), "visitor": visitor_of(request), "fresh": fresh}
        for number, event in draw_series(self.studio, recipes, images, **given):
            of = f" ({number + 1}/{total})" if total > 1 else ""
            if isinstance(event, Rendered):
                self.pace.observe(event)
                seconds += event.seconds
                kept.append(Drawn.from_rendered(event, str(self.studio.save(event)), paths, uploads))
                verdict, against = verdict_on(event, against, self.limits, words), None
                shown = self.show(kept, len(kept) - 1, words, verdict, values[board.keys.file_format])
                if total > 1:
                    shown |= {board.canvas: canvas_series(kept, first, total, words)}
                yield {**shown, board.line: done_line(event, words, of)}
            elif isinstance(event, HeldBack):
                held = event
            else:
                updates = self.progress(event, recipes[number], words, of)
                if len(kept) > first:  # the drawings that are there already stay in view
                    updates.pop(board.canvas, None)
                yield updates
        if total > 1:
            line = words("status.done_many", count=len(kept) - first, seconds=f"{seconds:.1f}")
            yield {board.line: status(line) if held is None else refuse(f"{line}. {words.message(str(held))}", words)}
        own = {name: values[getattr(form, name)] for name in STEPS.values()}
        choices = quality_choices(self.pace, own, values[form.guidance_scale])
        yield {form.quality: gr.update(choices=choices)}


def done_line(event: Rendered, words: Words, of: str = "") -> str:
    """The status line of a finished picture."""
    if isinstance(event, Restored):
        return status(words("status.stored"), of=of)
    return status(words("status.done", seconds=f"{event.seconds:.1f}"), of=of)


def _without(recipe: Recipe, left: int) -> Recipe | None:
    """The recipe without one reference picture; None where no picture with a weight remains."""

    def others(values: tuple) -> tuple:
        return values[:left] + values[left + 1 :]

    weights = others(recipe.image_weights)
    if recipe.image_weights and not any(weights):
        return None
    return replace(recipe, image_hashes=others(recipe.image_hashes), image_weights=weights)
