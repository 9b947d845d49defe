"""The Create tab: the form on the left, the board on the right, and what connects them."""

from collections.abc import Iterator

import gradio as gr
from gradio.context import Context

from pipeline.language.styles import read_choices, write_choices
from pipeline.recipe import Recipe
from pipeline.serve.drawn import Drawn
from pipeline.serve.examples import Wall
from pipeline.serve.limits import Limits
from pipeline.serve.pace import QUALITIES, STEPS, Pace
from pipeline.serve.studio import Studio
from pipeline.ui.board import KEEP_SEED, build_board
from pipeline.ui.canvas import canvas_compared, canvas_empty, status, thumbnails
from pipeline.ui.drawing import DrawingHandlers
from pipeline.ui.editing import Editing
from pipeline.ui.events import BACKGROUND, HIDDEN, QUICK
from pipeline.ui.form import build_form, quality_choices, roll, write_form
from pipeline.ui.redraw import Redraw
from pipeline.ui.reuse import Reuse
from pipeline.ui.takeaway import Takeaway
from pipeline.ui.words import Words

__all__ = ["CreateTab"]

SEVERAL, SEVERAL_WITHIN = 4, 0.15  # pictures at once are the default where one takes less than so many seconds


class CreateTab:
    """Lays the tab out inside the current gradio context and wires it.

    Attributes:
        form, board: its widgets.
        drawing: what draws for it.
    """

    def __init__(self, studio: Studio, limits: Limits):
        self._studio, self._pace = studio, Pace(limits)
        self._limits = limits
        self._wall = Wall(studio)
        with gr.Row(equal_height=False):
            with gr.Column(scale=5, min_width=320, elem_id="form"):
                self.form = build_form(limits, self._pace, studio.capabilities)
            with gr.Column(scale=6, min_width=320, elem_id="stage"):
                self.board = build_board(studio.capabilities)
                self._thumbnails = gr.HTML("", elem_id="thumbnails")
        self.drawing = DrawingHandlers(studio, limits, self._pace, self.form, self.board)
        self._reuse = Reuse(limits, self.form, self.board)
        self._redraw = Redraw(self.drawing)
        self._editing = Editing(self.drawing)
        self._takeaway = Takeaway(self.drawing)
        self._sliders = {name: getattr(self.form, name) for name in STEPS.values()}
        self._wire_drawing()
        self._wire_form()
        self._wire_board()

    def _wire_drawing(self) -> None:
        form, board, drawing = self.form, self.board, self.drawing
        drawing.on(form.generate.click, drawing.draw)
        filled = [*write_form(form, Recipe()), board.keep_once]
        drawing.on(board.canvas.select, drawing.draw, (self._reuse.fill_example, None, filled))
        for button, (strength, stage) in board.keys.again.items():
            drawing.on(button.click, drawing.vary(strength, stage))
        drawing.on(form.leave_out.click, drawing.leave_out)
        form.cancel.click(drawing.stopping, None, board.line, **QUICK).then(drawing.cancel, None, None, **QUICK)
        self._redraw.wire()
        self._editing.wire()

    def _wire_form(self) -> None:
        form, board = self.form, self.board
        form.dice.click(lambda: (roll(), "", KEEP_SEED), None, [form.seed, form.variations, board.keep_once], **QUICK)
        form.seed.input(lambda: ("", True), None, [form.variations, form.keep_seed], **QUICK)
        for picker, pick in ((form.style, _pick_style), (form.background, _pick_background)):
            picker.input(pick, [form.prompt, picker], form.prompt, **QUICK).then(
                read_choices, form.prompt, [form.style, form.background], **QUICK
            )
        form.prompt.blur(read_choices, form.prompt, [form.style, form.background], **QUICK)
        form.references.change(self._show_weights, form.references, list(form.weights), **QUICK)
        steps = [form.guidance_scale, *self._sliders.values()]
        form.quality.input(self._set_quality, form.quality, list(self._sliders.values()), **QUICK)
        gr.on([slider.change for slider in steps], self._name_quality, steps, form.quality, **QUICK)
        page = Context.root_block
        assert page is not None  # tabs are laid out inside a page
        ready = gr.on([page.load], self._calibrate, steps, [form.quality, form.count], **BACKGROUND)
        ready.then(self._hang, None, self._thumbnails, **BACKGROUND)

    def _wire_board(self) -> None:
        board, keys = self.board, self.board.keys
        chosen = [board.pictures, board.selected]
        for widget in (board.row, board.canvas):
            widget.click(self._select, [*chosen, board.beside, keys.file_format], self.drawing.outputs, **QUICK)
        for button, form_of_link in keys.copies.items():
            button.click(None, js=f"() => {{ window.easel.copyLink('{form_of_link}'); }}", **HIDDEN)
        keys.download_all.click(None, js="() => { window.easel.downloadAll(); }", **HIDDEN)
        keys.compare.click(self._pick_second, board.pictures, [board.beside, board.line], **QUICK)
        self._reuse.wire()
        self._takeaway.wire()

    def _select(
        self, kept: list[Drawn], number: int | None, beside: bool, file_format: str, event: gr.EventData,
        request: gr.Request,
    ) -> dict:  # fmt: skip
        chosen, board, words = int(event.index), self.board, Words.of(request)
        if not 0 <= chosen < len(kept):
            return {board.line: status(""), board.canvas: canvas_empty(words, self._studio.capabilities)}
        if beside and number is not None and chosen != number:
            compared = canvas_compared(kept[number], kept[chosen], words)
            return {board.canvas: compared, board.beside: False, board.line: status("")}
        return {board.line: status(""), **self.drawing.show(kept, chosen, words, None, file_format)}

    def _pick_second(self, kept: list[Drawn], request: gr.Request) -> dict:
        words = Words.of(request)
        if len(kept) < 2:
            return {self.board.line: status(words("status.only_one"), "bad")}
        return {self.board.beside: True, self.board.line: status(words("status.pick_other"))}

    def _show_weights(self, references: list | None) -> list:
        count = len(references or [])
        return [gr.update(visible=count > 1 and number < count) for number in range(self._limits.max_references)]

    def _set_quality(self, quality: str) -> dict:
        if quality not in QUALITIES:
            return gr.skip()
        return {self._sliders[name]: steps for name, steps in self._pace.steps(quality).items()}

    def _name_quality(self, guidance_scale: float, *steps: int) -> dict:
        own = dict(zip(self._sliders, steps, strict=True))
        return gr.update(choices=quality_choices(self._pace, own, guidance_scale), value=self._pace.quality(own))

    def _calibrate(self, guidance_scale: float, *steps: int) -> tuple:
        """Once the model is there: what each quality takes, and several pictures at once where they come fast."""
        self._studio.ended(3600)
        count = gr.skip()
        if self._studio.is_ready and self._studio.capabilities.stages:
            self._wall.start()  # what is seen first is drawn first
            self._pace.calibrate(self._studio)
            seconds = self._pace.seconds(self._pace.steps("Fast"))
            if seconds is not None and seconds < SEVERAL_WITHIN:
                count = min(SEVERAL, self._limits.max_count)
        return self._name_quality(guidance_scale, *steps), count

    def _hang(self) -> Iterator[str]:
        """The examples' pictures, as they come."""
        paths = {}
        while self._wall.wait(len(paths), 60):
            paths = self._wall.paths()
            yield thumbnails(paths)
            if self._wall.is_done:
                return


# What the prompt says counts, and of the pickers only the one that was used: the other may lag behind the prompt.


def _pick_style(prompt: str, style: str) -> str:
    return write_choices(prompt, style, read_choices(prompt)[1])


def _pick_background(prompt: str, background: str) -> str:
    return write_choices(prompt, read_choices(prompt)[0], background)
