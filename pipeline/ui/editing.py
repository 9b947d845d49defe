"""The finished picture as a canvas: what the browser asks for is drawn, and every state can be gone back to."""

import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import gradio as gr
from gradio.blocks import Block

from pipeline.atomic import write_file
from pipeline.scene.record import Scene
from pipeline.scene.uploads import upload_hash
from pipeline.scene.wish import Wish, Wishes
from pipeline.serve.drawn import Drawn
from pipeline.serve.edits import change, edited
from pipeline.serve.render import Cancelled, Rendered
from pipeline.serve.studio import Busy, Studio
from pipeline.serve.uploads import open_cutout
from pipeline.ui.board import refuse
from pipeline.ui.canvas import status
from pipeline.ui.drawing import REFUSALS, DrawingHandlers
from pipeline.ui.events import QUEUED, QUICK, visitor_of
from pipeline.ui.form import roll
from pipeline.ui.words import Words

__all__ = ["Editing", "Versions", "read_wish"]

_MOST_VERSIONS = 100
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Versions:
    """The states of one picture that is edited, oldest first, and which of them is shown."""

    states: tuple[Drawn, ...]
    at: int = 0

    def then(self, drawn: Drawn) -> "Versions":
        """After one more change; what was undone is forgotten."""
        states = (*self.states[: self.at + 1], drawn)[-_MOST_VERSIONS:]
        return Versions(states, len(states) - 1)

    def gone(self, by: int) -> "Versions":
        """So many states on (1: redo) or back (-1: undo)."""
        return Versions(self.states, min(max(self.at + by, 0), len(self.states) - 1))

    @property
    def shown(self) -> Drawn:
        return self.states[self.at]

    @property
    def ways(self) -> tuple[bool, bool]:
        """(whether there is something to undo, whether to redo)."""
        return self.at > 0, self.at < len(self.states) - 1


class Editing:
    """Wires the canvas of the Create tab: `edit` draws, `undo` only shows."""

    def __init__(self, drawing: DrawingHandlers):
        self._drawing = drawing
        self._board = drawing.board
        self._versions = gr.State({})  # number of the picture on the shelf -> Versions

    def wire(self) -> None:
        """Connect what the canvas reports."""
        board, drawing = self._board, self._drawing
        inputs: set[Block] = {*drawing.inputs, self._versions}
        outputs = [*drawing.outputs, self._versions]
        # Each in turn: by default gradio drops what is done before the last change has come back.
        board.canvas.edit(self.edit, inputs, outputs, trigger_mode="multiple", **QUEUED)
        board.canvas.undo(self.undo, inputs, outputs, trigger_mode="multiple", **QUICK)
        board.keys.upload.upload(self.add, inputs | {board.keys.upload}, outputs, **QUEUED)

    def edit(self, values: dict, event: gr.EventData, request: gr.Request) -> Iterator[dict]:
        """Draw the selected picture after one change; it takes the place of the picture before."""
        yield from self._after(lambda: (json.loads(event.operation), (), ""), values, request)

    def add(self, values: dict, request: gr.Request) -> Iterator[dict]:
        """Cut a picture of the visitor's out, and put it into the selected one."""

        def cut() -> tuple[dict, tuple[tuple[str, str], ...], str]:
            found = open_cutout(values[self._board.keys.upload], self._drawing.limits)
            hash = upload_hash(found.picture)
            path = self._drawing.studio.folder / f"upload-{hash}.png"
            file = io.BytesIO()
            found.picture.save(file, "PNG")
            write_file(path, file.getvalue())
            return {"do": "upload", "hash": hash}, ((hash, str(path)),), f"edit.cut_{found.method}"

        yield from self._after(cut, values, request)

    def _after(self, asked: Callable[[], tuple], values: dict, request: gr.Request) -> Iterator[dict]:
        """The picture after what is asked: (change, cut-outs that it brings, key of what is to be told)."""
        board, words, started = self._board, Words.of(request), time.perf_counter()
        kept, number, versions = list(values[board.pictures]), values[board.selected], dict(values[self._versions])
        if number is None or not 0 <= number < len(kept):
            yield {board.line: status("")}
            return
        states = versions.get(number, Versions((kept[number],)))
        line = ""
        try:
            change, uploads, key = asked()
            told = [words(key)] if key else []
            drawn = replace(kept[number], uploads=tuple(dict([*kept[number].uploads, *uploads]).items()))
            with self._drawing.studio.metrics.answering("page"):
                for step in self._changed(drawn, change, told, request):
                    if isinstance(step, Drawn):
                        kept[number] = step
                        states = states.then(step)
                    else:
                        yield {board.line: status(words.message(step.reason))}
            seconds = words("status.changed", seconds=f"{time.perf_counter() - started:.1f}")
            line = status(" ".join([*map(words.message, told), seconds]))
        except Cancelled:
            line = status(words("status.cancelled"))
        except REFUSALS as error:
            line = refuse(error, words)
        except Exception as error:
            _logger.exception("editing failed")
            line = refuse(words("error.drawing", kind=type(error).__name__), words)
        versions[number] = states
        yield {**self._shown(kept, number, states, values, words), self._versions: versions, board.line: line}

    def undo(self, values: dict, event: gr.EventData, request: gr.Request) -> dict:
        """Show the state before, or after; nothing is drawn."""
        board, words = self._board, Words.of(request)
        kept, number, versions = list(values[board.pictures]), values[board.selected], dict(values[self._versions])
        if number not in versions or number >= len(kept):
            return {board.line: status("")}
        states = versions[number] = versions[number].gone(1 if event.redo else -1)
        kept[number] = states.shown
        shown = self._shown(kept, number, states, values, words)
        return {**shown, self._versions: versions, board.line: status("")}

    def _shown(self, kept: list[Drawn], number: int, states: Versions, values: dict, words: Words) -> dict:
        file_format = values[self._board.keys.file_format]
        return self._drawing.show(kept, number, words, None, file_format, ways=states.ways)

    def _changed(self, drawn: Drawn, asked: dict, told: list[str], request: gr.Request) -> Iterator[Busy | Drawn]:
        """Draw the picture after a change; `told` gets what is to be said of how words were understood."""
        studio, seed = self._drawing.studio, roll()
        if asked.get("do") == "open":  # from the store: drawn again, to know what stands where
            recipe = drawn.recipe
        else:
            edits = change(
                drawn, asked, seed=seed, wish=lambda text, scene, it: self._wish(text, scene, it, seed, told)
            )
            recipe = studio.recipe(edited(drawn.recipe, edits))
        images, uploads = self._drawing.open_references(drawn), self._drawing.open_uploads(drawn.uploads)
        for event in studio.draw(recipe, images, uploads=uploads, visitor=visitor_of(request), fresh=True):
            if isinstance(event, Rendered):
                yield Drawn.from_rendered(event, str(studio.save(event)), drawn.references, drawn.uploads)
            elif isinstance(event, Busy):
                yield event

    def _wish(self, text: str, scene: Scene, it: str, seed: int, told: list[str]) -> Wish:
        wish = read_wish(self._drawing.studio, text, scene, it, seed)
        told += [wish.sentence] if wish.sentence else []
        return wish


def read_wish(studio: Studio, text: str, scene: Scene, it: str, seed: int) -> Wish:
    """What words ask to be changed in a scene, read in this request's turn.

    Args:
        studio: whose model reads.
        text: the words.
        scene: what they are about.
        it: id of the thing that is picked.
        seed: of what is drawn anew.
    """
    with studio.reader() as reader:
        read = getattr(reader, "read_wish", None) or Wishes(reader).read  # renderers read for themselves
        return read(text, scene, seed=seed, it=it)
