"""The Create tab: the form on the left, the board on the right, and what connects them."""

import threading

import gradio as gr
from gradio.context import Context

from pipeline.language.styles import read_choices, write_choices
from pipeline.serve.drawn import Drawn
from pipeline.serve.examples import draw_examples
from pipeline.serve.limits import Limits
from pipeline.serve.pace import QUALITIES, STEPS, Pace
from pipeline.serve.studio import Studio
from pipeline.ui.board import build_board
from pipeline.ui.canvas import canvas_compared, status
from pipeline.ui.drawing import Drawing
from pipeline.ui.events import BACKGROUND, HIDDEN, QUICK
from pipeline.ui.form import build_form, quality_choices, roll
from pipeline.ui.redraw import Redraw
from pipeline.ui.reuse import Reuse
from pipeline.ui.words import Words

__all__ = ["CreateTab"]


class CreateTab:
    """Lays the tab out inside the current gradio context and wires it.

    Attributes:
        form, board: its widgets.
        drawing: what draws for it.
    """

    def __init__(self, studio: Studio, limits: Limits):
        self._studio, self._pace = studio, Pace(limits)
        self._limits = limits
        self._prepared = threading.Event()  # set once the examples are being drawn
        with gr.Row(equal_height=False):
            with gr.Column(scale=5, min_width=320, elem_id="form"):
                self.form = build_form(limits, self._pace, studio.capabilities)
            with gr.Column(scale=6, min_width=320, elem_id="stage"):
                self.board = build_board(studio.capabilities)
        self.drawing = Drawing(studio, limits, self._pace, self.form, self.board)
        self._reuse = Reuse(limits, self.form, self.board)
        self._redraw = Redraw(self.drawing)
        self._sliders = {name: getattr(self.form, name) for name in STEPS.values()}
        self._wire_drawing()
        self._wire_form()
        self._wire_board()

    def _wire_drawing(self) -> None:
        form, board, drawing = self.form, self.board, self.drawing
        drawing.on(form.generate.click, drawing.draw)
        filled = [form.prompt, form.style, form.background, form.seed, form.variations, board.keep_once]
        drawing.on(form.examples.click, drawing.draw, (self._reuse.fill_example, None, filled))
        for button, (strength, stage) in board.keys.again.items():
            drawing.on(button.click, drawing.vary(strength, stage))
        drawing.on(form.leave_out.click, drawing.leave_out)
        form.cancel.click(drawing.cancel, None, board.line, **QUICK)
        self._redraw.wire()

    def _wire_form(self) -> None:
        form, board = self.form, self.board
        form.dice.click(lambda: (roll(), "", True), None, [form.seed, form.variations, board.keep_once], **QUICK)
        form.seed.input(lambda: ("", True), None, [form.variations, form.keep_seed], **QUICK)
        pickers = [form.prompt, form.style, form.background]
        form.style.input(write_choices, pickers, form.prompt, **QUICK)
        form.background.input(write_choices, pickers, form.prompt, **QUICK)
        form.prompt.blur(read_choices, form.prompt, [form.style, form.background], **QUICK)
        form.references.change(self._show_weights, form.references, list(form.weights), **QUICK)
        steps = [form.guidance_scale, *self._sliders.values()]
        form.quality.input(self._set_quality, form.quality, list(self._sliders.values()), **QUICK)
        gr.on([slider.change for slider in steps], self._name_quality, steps, form.quality, **QUICK)
        gr.on([Context.root_block.load], self._calibrate, steps, form.quality, **BACKGROUND)

    def _wire_board(self) -> None:
        board, keys = self.board, self.board.keys
        chosen = [board.pictures, board.selected]
        board.row.click(self._select, [*chosen, board.beside, keys.file_format], self.drawing.outputs, **QUICK)
        keys.file_format.input(self._offer, [*chosen, keys.file_format], [keys.download, board.line], **QUICK)
        for button, form_of_link in keys.copies.items():
            button.click(None, js=f"() => {{ window.easel.copyLink('{form_of_link}'); }}", **HIDDEN)
        keys.download_all.click(None, js="() => { window.easel.downloadAll(); }", **HIDDEN)
        keys.compare.click(self._pick_second, board.pictures, [board.beside, board.line], **QUICK)
        self._reuse.wire()

    def _select(
        self, kept: list[Drawn], number: int | None, beside: bool, file_format: str, event: gr.EventData,
        request: gr.Request,
    ) -> dict:  # fmt: skip
        chosen, board, words = int(event.index), self.board, Words.of(request)
        if not 0 <= chosen < len(kept):
            return {board.line: status("")}
        if beside and chosen != number:
            compared = canvas_compared(kept[number], kept[chosen], words)
            return {board.canvas: compared, board.beside: False, board.line: status("")}
        return {board.line: status(""), **self.drawing.show(kept, chosen, words, None, file_format)}

    def _offer(self, kept: list[Drawn], number: int, file_format: str, request: gr.Request) -> dict:
        return self.board.offer(self._studio, kept[number], Words.of(request), file_format)

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

    def _calibrate(self, guidance_scale: float, *steps: int) -> dict:
        self._studio.ended(3600)
        if self._studio.is_ready and self._studio.capabilities.stages:
            self._pace.calibrate(self._studio)
            if not self._prepared.is_set():
                self._prepared.set()
                threading.Thread(
                    target=draw_examples, args=(self._studio,), name="easel-examples", daemon=True
                ).start()
        return self._name_quality(guidance_scale, *steps)
