"""The right half of the Create tab: the canvas, its status line and keys, the shelf, and what a visit remembers."""

from dataclasses import dataclass

import gradio as gr

from pipeline.loading.capabilities import Capabilities
from pipeline.recipe.files import FORMATS
from pipeline.serve.drawn import Drawn
from pipeline.serve.examples import EXAMPLES
from pipeline.serve.render import Verdict
from pipeline.serve.studio import Studio
from pipeline.ui.canvas import canvas_finished, shelf, status
from pipeline.ui.picture_keys import PictureKeys, build_picture_keys
from pipeline.ui.templates import block
from pipeline.ui.words import Words

__all__ = ["KEEP_SEED", "ONE_PICTURE", "Board", "build_board", "refuse"]

# gr.HTML reports clicks on buttons that its markup holds; each carries what it stands for in data attributes: a
# picture of the visit is clicked, an example selected, what opens something else is expanded.
ON_BUTTON = """element.addEventListener('click', event => {
    const {index, example, open} = event.target.closest('button')?.dataset ?? {};
    if (index !== undefined) trigger('click', {index: Number(index)});
    if (example !== undefined) trigger('select', {index: Number(example)});
    if (open !== undefined) trigger('expand', {index: Number(open)});
});
element.addEventListener('easel-edit', ({detail}) => {
    if (['undo', 'redo'].includes(detail.do)) trigger('undo', {redo: detail.do === 'redo'});
    else trigger('edit', {operation: JSON.stringify(detail)});
});"""
KEEP_SEED, ONE_PICTURE = "seed", "picture"


@dataclass(frozen=True)
class Board:
    """The widgets, and the states of one visit.

    notes: what is odd about the link that was opened.
    pictures: list of `Drawn`, oldest first; selected: index into it, or None.
    beside: whether the next one picked from the shelf is put beside the selected one.
    expected: `Expected`, for the next drawing only.
    keep_once: of the next drawing: `KEEP_SEED` takes the seed as shown, though it is not locked; `ONE_PICTURE` draws
        a single picture besides; "" neither.
    """

    notes: gr.HTML
    canvas: gr.HTML
    line: gr.HTML
    keys: PictureKeys
    row: gr.HTML
    pictures: gr.State
    selected: gr.State
    beside: gr.State
    expected: gr.State
    keep_once: gr.State

    def show(
        self,
        studio: Studio,
        kept: list[Drawn],
        number: int,
        words: Words,
        verdict: Verdict | None = None,
        file_format: str = "png",
        ways: tuple[bool, bool] = (False, False),
    ) -> dict:
        """Updates that show one of the pictures, with its file on the download button; `ways`: undo, redo."""
        return {
            self.canvas: canvas_finished(kept[number], words, verdict, ways=ways),
            self.row: shelf(kept, number, words, examples=studio.capabilities.scenes),
            **self.offer(studio, kept[number], words, file_format),
            self.pictures: kept,
            self.selected: number,
            self.beside: False,
        }

    def offer(self, studio: Studio, drawn: Drawn, words: Words, file_format: str) -> dict:
        """Updates that hang a picture's file on the download button; a place's file is made by `Takeaway`, when it is
        asked for, so another picture comes as PNG."""
        file_format, changed = (file_format, {}) if file_format in FORMATS else ("png", {self.keys.file_format: "png"})
        try:
            file = studio.files.download(drawn.path, drawn.recipe, file_format)
        except ValueError as error:
            return {self.keys.download: gr.update(value=None, interactive=False), self.line: refuse(error, words)}
        return {self.keys.download: gr.update(value=str(file), interactive=True), **changed}


def build_board(capabilities: Capabilities) -> Board:
    """Lay the board out inside the current gradio context."""
    notes = gr.HTML("", elem_id="notes")
    empty = block("canvas_empty", examples=EXAMPLES) if capabilities.scenes else block("canvas_plain")
    canvas = gr.HTML(str(empty), elem_id="canvas", js_on_load=ON_BUTTON)
    line = gr.HTML(status(""), elem_id="status")
    keys = build_picture_keys(capabilities)
    row = gr.HTML(str(block("shelf_empty")), elem_id="shelf", js_on_load=ON_BUTTON)
    return Board(
        notes,
        canvas, line, keys, row,
        pictures=gr.State([]), selected=gr.State(None), beside=gr.State(False), expected=gr.State(None),
        keep_once=gr.State(""),
    )  # fmt: skip


def refuse(error: Exception | str, words: Words) -> str:
    """Say what went wrong in a corner of the page; the status line that says it too."""
    text = words.message(str(error))
    gr.Warning(text, title="")
    return status(text, "bad")
