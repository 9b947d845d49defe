"""The Packs tab: many prompts drawn as one set or table, and the files that they leave as."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import gradio as gr

from pipeline.atomic import write_file
from pipeline.language.styles import ANY, STYLES
from pipeline.recipe import Recipe
from pipeline.serve.drawn import Drawn
from pipeline.serve.edits import change
from pipeline.serve.examples import EXAMPLES
from pipeline.serve.render import Cancelled, Rendered
from pipeline.serve.sheets import PICTURES, Sheet, pack_text, sheet_file
from pipeline.serve.studio import Busy, Studio
from pipeline.stickers.matrix import VARIANTS, vary
from pipeline.stickers.targets import TARGETS
from pipeline.ui.board import ON_BUTTON, refuse
from pipeline.ui.canvas import status
from pipeline.ui.drawing import REFUSALS
from pipeline.ui.editing import read_wish
from pipeline.ui.events import HIDDEN, QUEUED, QUICK
from pipeline.ui.form import roll
from pipeline.ui.templates import block, render
from pipeline.ui.words import Words, say

__all__ = ["PacksTab"]

COLUMNS = "prompt", "emoji", "alt"
_logger = logging.getLogger(__name__)


class PacksTab:
    """Lays the tab out inside the current gradio context and wires it."""

    def __init__(self, studio: Studio):
        self._studio = studio
        self._drawing: set[str] = set()  # visitors whose packs are being drawn
        self._sheet, self._picked, self._number = gr.State(None), gr.State(None), gr.State(None)
        self._typed = gr.State([])  # the table's rows: gradio sends none while its panel has not been opened
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=300):
                self._lay_out_form()
            with gr.Column(scale=7, min_width=300):
                self._line = gr.HTML(status(""), elem_id="packs-status")
                self._grid = gr.HTML(str(block("packs_help")), elem_id="packs-grid", js_on_load=ON_BUTTON)
                self._lay_out_edit()
                self._lay_out_files()
        self._wire()

    def _lay_out_form(self) -> None:
        with gr.Row(elem_classes="row"):
            self._subject = gr.Textbox(
                label=say("packs.subject"), placeholder=say("packs.subject_example"), lines=1, min_width=110,
                elem_id="packs-subject",
            )  # fmt: skip
            self._variants = gr.Dropdown(
                [(say(f"packs.{name}"), name) for name in VARIANTS], value="expressions", label=say("packs.vary_by"),
                min_width=150, elem_id="packs-variants",
            )  # fmt: skip
            self._fill = gr.Button(say("packs.fill"), size="sm", elem_id="packs-fill", min_width=80)
        self._lines = gr.Textbox(
            label=say("packs.lines"), placeholder=say("packs.lines_example"), lines=6, max_lines=12,
            elem_id="packs-lines",
        )  # fmt: skip
        with gr.Row(elem_classes="row"):
            self._title = gr.Textbox(label=say("packs.title"), value="Easel", lines=1, min_width=110, max_length=128)
            self._style = gr.Dropdown(
                [(say("form.any"), ANY), *STYLES], value=STYLES[0], label=say("form.style"), min_width=110
            )
            self._seed = gr.Number(label=say("form.seed"), value=7, precision=0, min_width=90)
        with gr.Row(elem_classes="row", elem_id="packs-look"):
            self._edge = gr.Checkbox(label=say("packs.edge"), value=True, elem_id="packs-edge", min_width=110)
            self._shadow = gr.Checkbox(label=say("edit.shadow"), value=False, elem_id="packs-shadow", min_width=110)
        with gr.Row(elem_classes="row"):
            self._draw = gr.Button(say("packs.draw"), variant="primary", elem_id="packs-draw", scale=3)
            self._cancel = gr.Button(
                say("form.cancel"), interactive=False, elem_id="packs-cancel", scale=1, min_width=90
            )
        with gr.Row(elem_classes="row"):
            self._open = gr.UploadButton(
                say("packs.open"), file_types=[".json", ".zip"], size="sm", elem_id="packs-open", min_width=110
            )
            self._link = gr.Button(say("keys.copy_link"), size="sm", elem_id="packs-link", min_width=110)
        self._resume = gr.Button("", elem_id="packs-resume")  # out of sight: a link presses it

    def _lay_out_edit(self) -> None:
        """What changes one sticker, once it is picked."""
        with gr.Row(elem_classes="row", elem_id="packs-edit", visible=False) as self._edit:
            self._prompt = gr.Textbox(
                label=say("packs.prompt"), lines=1, min_width=160, scale=3, elem_id="packs-prompt"
            )
            self._change = gr.Textbox(
                label=say("edit.change_label"), placeholder=say("edit.change"), lines=1, min_width=160, scale=3,
                max_length=200, elem_id="packs-change",
            )  # fmt: skip
            with gr.Column(scale=2, min_width=110):
                self._apply = gr.Button(say("packs.apply"), size="sm", variant="primary", elem_id="packs-apply")
                self._tray = gr.Button(say("packs.tray"), size="sm", elem_id="packs-tray")

    def _lay_out_files(self) -> None:
        with gr.Row(elem_classes="row", elem_id="packs-files"):
            places = [(say(f"target.{name}"), name) for name, target in TARGETS.items() if target.pack]
            self._target = gr.Dropdown(
                [(say("packs.pictures"), PICTURES), *places], value=PICTURES, label=say("packs.for"), min_width=220,
                elem_id="packs-target",
            )  # fmt: skip
            self._make = gr.Button(say("packs.make"), size="sm", elem_id="packs-make", min_width=110)
            self._download = gr.DownloadButton(
                say("keys.download"), interactive=False, size="sm", variant="primary", elem_id="packs-download",
                min_width=110,
            )  # fmt: skip
        with gr.Accordion(say("packs.texts"), open=False, elem_id="packs-texts") as self._panel:
            self._texts = gr.Dataframe(
                headers=list(COLUMNS), datatype="str", type="array", interactive=True, row_count=0,
                column_count=3, wrap=True, show_label=False,
            )  # fmt: skip

    def _wire(self) -> None:
        self._fill.click(self.fill, [self._subject, self._variants], [self._lines, self._line], **QUICK)
        look = [self._edge, self._shadow]
        self._asked = [self._lines, self._title, self._style, self._seed, *look]
        self._then_draw(self._draw.click, self.draw, self._asked)
        for begin in (self._draw.click, self._open.upload):  # who was picked is in the pack no more
            begin(lambda: (None, gr.update(visible=False)), None, [self._picked, self._edit], **QUICK)
        opened = self._open.upload(
            self.read, self._open, [self._sheet, self._typed, self._line, *self._asked], **QUEUED
        )
        self._then_draw(opened.then, self.resume, [self._sheet])
        anew = self._grid.click(_index, None, self._number, **QUICK)  # what follows a click is not told of it
        self._then_draw(anew.then, self.again, [self._sheet, self._number])
        one = [self._sheet, self._picked, self._prompt, self._change]
        for listen in (self._apply.click, self._prompt.submit, self._change.submit):
            self._then_draw(listen, self.edit, one)
        self._then_draw(self._resume.click, self.resume, [self._sheet])
        for switch in look:
            self._then_draw(switch.input, self.look, [self._sheet, *look])
        picked = [self._picked, self._edit, self._prompt, self._change]
        self._grid.expand(self.pick, self._sheet, picked, **QUICK)
        # What a closed panel was sent is not in it when it opens.
        self._panel.expand(_table, self._typed, self._texts, **QUICK)
        self._texts.input(lambda rows: rows, self._texts, self._typed, **QUICK)
        self._tray.click(self.set_tray, [self._sheet, self._picked], [self._sheet, self._grid], **QUICK)
        self._link.click(None, js="() => { window.easel.copyPack(); }", **HIDDEN)
        self._cancel.click(self.stopping, None, self._line, **QUICK).then(self.cancel, None, None, **QUICK)
        shown = [self._download, self._line]
        making = self._make.click(self.making, None, shown, **QUICK)
        making.then(self.make, [self._sheet, self._target, self._typed], shown, **QUEUED)

    def _then_draw(self, listen: Callable, work: Callable, inputs: list) -> None:
        outputs = [self._sheet, self._grid, self._line, self._texts, self._typed, self._download]
        buttons = [self._draw, self._cancel]
        begun = listen(self._begin, None, buttons, **QUICK)
        begun.then(work, [*inputs, self._typed], outputs, **QUEUED).then(self._end, None, buttons, **QUICK)

    def open_examples(self, listen: Callable, tabs: gr.Tabs) -> None:
        """Show and draw the pack of an example that the wall of the first tab reports."""

        def fill(event: gr.EventData) -> tuple:
            example = EXAMPLES[int(event.index)]
            return gr.Tabs(selected="packs"), example.pack, example.style or ANY, example.seed

        filled = listen(fill, None, [tabs, self._lines, self._style, self._seed], **QUICK)
        self._then_draw(filled.then, self.draw, self._asked)

    def open_links(self, demo: gr.Blocks, tabs: gr.Tabs) -> None:
        """Show and draw the pack that the page's address names."""

        def fill(request: gr.Request) -> dict:
            query = dict(request.query_params)
            if "pack" not in query:
                return {self._line: gr.skip()}
            try:
                sheet = Sheet.from_query(query)
            except ValueError as error:
                return {self._line: refuse(error, Words.of(request)), tabs: gr.Tabs(selected="packs")}
            return {**self._filled(sheet), self._sheet: sheet, tabs: gr.Tabs(selected="packs")}

        filled = [tabs, self._sheet, self._line, *self._asked]
        # The parts of a tab are in the page only some time after it was chosen. A link that was refused draws nothing.
        press = (
            "() => { const press = () => { const key = document.querySelector('#packs-resume');"
            " key ? key.click() : requestAnimationFrame(press); };"
            " if (new URLSearchParams(location.search).has('pack')) press(); }"
        )
        demo.load(fill, None, filled, **QUICK).then(None, js=press, **HIDDEN)

    def _begin(self, request: gr.Request) -> tuple:
        self._studio.start(_visitor(request))
        self._drawing.add(_visitor(request))
        return gr.update(interactive=False), gr.update(interactive=True)

    def _end(self, request: gr.Request) -> tuple:
        self._drawing.discard(_visitor(request))
        return gr.update(interactive=True), gr.update(interactive=False)

    def stopping(self, request: gr.Request) -> str | dict:
        """What is shown before the drawing is stopped; nothing where it has ended meanwhile."""
        return status(Words.of(request)("status.stopping")) if _visitor(request) in self._drawing else gr.skip()

    def cancel(self, request: gr.Request) -> None:
        """Stop drawing; what is drawn stays."""
        self._studio.cancel(_visitor(request))

    def fill(self, subject: str, variants: str, request: gr.Request) -> tuple:
        """The subject in all its variants, one a line."""
        try:
            return "\n".join(vary(subject or "", VARIANTS[variants])), status("")
        except ValueError as error:
            return gr.skip(), refuse(error, Words.of(request))

    def draw(
        self, lines: str, title: str, style: str, seed: int, edge: bool, shadow: bool, texts: list,
        request: gr.Request,
    ) -> Iterator[dict]:  # fmt: skip
        """Draw every prompt of the lines."""
        try:
            chosen = "" if style == ANY else style
            told = {"title": title or "", "style": chosen, "seed": int(seed or 0)}
            sheet = Sheet.from_lines(lines or "", **told, edge=bool(edge), shadow=bool(shadow))
        except ValueError as error:
            yield {self._line: refuse(error, Words.of(request))}
            return
        yield from self._paint(sheet, texts, request)

    def read(self, path: str | None, request: gr.Request) -> dict:
        """A pack that was taken away, from its JSON or the zip that holds it: form and sheet, drawn by `resume`."""
        try:
            sheet, texts = Sheet.from_pack(pack_text(Path(path or "").read_bytes()))
        except (ValueError, OSError, TypeError) as error:
            return {self._line: refuse(error, Words.of(request)), self._sheet: None}
        return {self._sheet: sheet, self._typed: texts, self._line: status(""), **self._filled(sheet)}

    def _filled(self, sheet: Sheet) -> dict:
        """The form as a sheet was asked for."""
        lines = sheet.lines or "\n".join(cell.prompt for cell in sheet.cells)
        filled = {self._lines: lines, self._title: sheet.title, self._seed: sheet.recipes[0].seed}
        filled |= {self._style: sheet.style if sheet.style in STYLES else ANY}
        return filled | {self._edge: sheet.edge, self._shadow: sheet.shadow}

    def resume(self, sheet: Sheet | None, texts: list, request: gr.Request) -> Iterator[dict]:
        """Draw what of a sheet is not drawn."""
        if sheet is None:
            yield {self._line: gr.skip()}  # why there is none stands there
            return
        yield from self._paint(sheet, texts, request)

    def look(
        self, sheet: Sheet | None, edge: bool, shadow: bool, texts: list, request: gr.Request
    ) -> Iterator[dict]:  # fmt: skip
        """All of them with or without edge and shadow: what they show is not drawn again."""
        if sheet is None:
            yield {self._line: gr.skip()}
            return
        yield from self._paint(sheet.with_look(bool(edge), bool(shadow)), texts, request)

    def again(self, sheet: Sheet | None, number: int, texts: list, request: gr.Request) -> Iterator[dict]:
        """Draw one of them by another seed."""
        if sheet is None or not 0 <= number < len(sheet.cells):
            yield {self._line: status("")}
            return
        recipe = replace(sheet.recipes[number], seed=roll())
        yield from self._paint(sheet.with_recipe(number, recipe), texts, request)

    def pick(self, sheet: Sheet | None, event: gr.EventData) -> tuple:
        """One of them, to be changed."""
        number = int(event.index)
        if sheet is None or not 0 <= number < len(sheet.cells):
            return None, gr.update(visible=False), "", ""
        return number, gr.update(visible=True), sheet.cells[number].prompt, ""

    def set_tray(self, sheet: Sheet | None, number: int | None, request: gr.Request) -> tuple:
        """The picked one is the set's own small picture."""
        if sheet is None or number is None:
            return gr.skip(), gr.skip()
        sheet = replace(sheet, tray=number)
        return sheet, render("sheet", Words.of(request), sheet=sheet)

    def edit(
        self, sheet: Sheet | None, number: int | None, prompt: str, asked: str, texts: list, request: gr.Request
    ) -> Iterator[dict]:  # fmt: skip
        """Draw the picked one by other words, or after a change in words."""
        if sheet is None or number is None or not 0 <= number < len(sheet.cells):
            yield {self._line: status("")}
            return
        try:
            if (prompt or "").strip() != sheet.cells[number].prompt:
                sheet = sheet.with_prompt(number, prompt or "")
            if (asked or "").strip():
                sheet = sheet.with_recipe(number, self._changed(sheet, number, asked.strip(), request))
        except REFUSALS as error:
            yield {self._line: refuse(error, Words.of(request))}
            return
        yield from self._paint(sheet, texts, request)

    def _changed(self, sheet: Sheet, number: int, asked: str, request: gr.Request) -> Recipe:
        """A cell's recipe after a change in words; its scene is drawn first where only its file is known."""
        drawn = sheet.drawn.get(number)
        if drawn is None or drawn.standing is None:
            recipe = self._studio.recipe(sheet.recipes[number])
            *_, rendered = self._studio.draw(recipe, visitor=_visitor(request), fresh=True)
            assert isinstance(rendered, Rendered)  # a drawing ends with its picture, or raises
            drawn = Drawn.from_rendered(rendered, "")
        seed = roll()
        edits = change(
            drawn,
            {"do": "words", "text": asked},
            seed=seed,
            wish=lambda text, scene, it: read_wish(self._studio, text, scene, it, seed),
        )
        return replace(sheet.recipes[number], edits=edits)

    def _paint(self, sheet: Sheet, texts: list, request: gr.Request) -> Iterator[dict]:
        """Draw what is not drawn yet; one that fails does not stop the others, and Cancel keeps what is there."""
        words, count = Words.of(request), len(sheet.cells)
        rows = sheet.texts(texts)
        told = {self._texts: _table(rows, request), self._typed: rows, self._download: gr.update(interactive=False)}
        yield {self._sheet: sheet, self._grid: render("sheet", words, sheet=sheet), **told}
        for number, recipe in enumerate(sheet.recipes):
            if number in sheet.drawn:
                continue
            try:
                for event in self._studio.draw(self._studio.recipe(recipe), visitor=_visitor(request)):
                    if isinstance(event, Rendered):
                        sheet = sheet.with_drawn(number, Drawn.from_rendered(event, str(self._studio.save(event))))
                    elif isinstance(event, Busy):
                        yield {self._line: status(words.message(event.reason))}
            except Cancelled:
                yield {self._line: status(words("packs.stopped", done=len(sheet.drawn), count=count))}
                break
            except REFUSALS as error:
                sheet = sheet.with_failed(number, str(error))
            yield {
                self._sheet: sheet,
                self._grid: render("sheet", words, sheet=sheet),
                self._line: _progress(sheet, words),
            }

    def making(self, request: gr.Request) -> tuple:
        """What is shown until the file is there: the one before it cannot be taken for it."""
        return gr.update(interactive=False), status(Words.of(request)("keys.making"))

    def make(self, sheet: Sheet | None, target: str, texts: list, request: gr.Request) -> dict:
        """The file for one place, on the download button."""
        words = Words.of(request)
        emoji, alt = [str(row[1] or "") for row in texts or []], [str(row[2] or "") for row in texts or []]
        try:
            if sheet is None:
                raise ValueError("Nothing of this is drawn yet. Press Draw all.")
            name, data = sheet_file(sheet, target, emoji=emoji, alt=alt)
        except REFUSALS as error:
            return {self._line: refuse(error, words)}
        except Exception as error:
            _logger.exception("making a pack failed")
            return {self._line: refuse(words("error.drawing", kind=type(error).__name__), words)}
        stem, dot, suffix = name.rpartition(".")
        path = self._studio.folder / f"{stem}-{roll()}{dot}{suffix}"
        write_file(path, data)
        made = words("packs.made", name=name, size=f"{len(data) / 1000:.0f}")
        return {self._download: gr.update(value=str(path), interactive=True), self._line: status(made, "good")}


def _table(rows: list, request: gr.Request) -> dict:
    """Rows as the table takes them: without headers it would number its columns."""
    words = Words.of(request)
    return {"headers": [words(f"packs.column_{name}") for name in COLUMNS], "data": rows}


def _progress(sheet: Sheet, words: Words) -> str:
    """How far it is, and the first that could not be drawn."""
    done, count = len(sheet.drawn), len(sheet.cells)
    if not sheet.failed:
        return status(words("packs.progress", done=done, count=count))
    number, reason = min(sheet.failed.items())
    prompt = sheet.cells[number].prompt
    sentence = words("packs.failed", done=done, count=count, prompt=prompt, reason=words.message(reason))
    return status(sentence, "bad")


def _index(event: gr.EventData) -> int:
    """The number that a button in the grid stands for."""
    return int(event.index)


def _visitor(request: gr.Request) -> str:
    """The name of this visitor's pack, for `Studio.cancel`."""
    return f"{request.session_hash}/packs"
