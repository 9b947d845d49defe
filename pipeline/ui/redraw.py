"""Drawing a picture again to verify it: past the store, and compared pixel by pixel with the one that is shown."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from pipeline.loading.errors import HeldBack
from pipeline.serve.drawn import Drawn
from pipeline.serve.render import Cancelled, Rendered, compare
from pipeline.serve.uploads import open_picture
from pipeline.ui.canvas import status
from pipeline.ui.drawing import REFUSALS, DrawingHandlers
from pipeline.ui.events import visitor_of
from pipeline.ui.form import reference_paths
from pipeline.ui.words import Words

__all__ = ["Redraw"]

_logger = logging.getLogger(__name__)


class Redraw:
    """The button beside the picture that draws it again."""

    def __init__(self, drawing: DrawingHandlers):
        self._drawing = drawing

    def wire(self) -> None:
        """Connect the button."""
        self._drawing.on(self._drawing.board.keys.verify.click, self.again)

    def again(self, values: dict, request: gr.Request) -> Iterator[dict]:
        """Draw the selected picture afresh, and say how the two compare."""
        drawing, board, words = self._drawing, self._drawing.board, Words.of(request)
        kept, number = list(values[board.pictures]), values[board.selected]
        if number is None:
            yield {board.line: status(words("redraw.none"))}
            return
        shown, verdict, line = kept[number], None, status("")
        try:
            images, expected = self._files(shown, values)
            given = {"uploads": drawing.open_uploads(shown.uploads), "visitor": visitor_of(request)}
            for event in drawing.studio.draw(shown.recipe, images, **given, fresh=True):
                if isinstance(event, Rendered):
                    verdict = compare(event.image, expected)
                    sentence = words("redraw.verdict", verdict=words.message(verdict.sentence))
                    verdict = replace(verdict, sentence=sentence)
                    line = status(words("redraw.done", seconds=f"{event.seconds:.1f}"))
                    if verdict.result != "identical":  # both on the shelf, to look at
                        saved = str(drawing.studio.save(event))
                        kept.append(Drawn.from_rendered(event, saved, shown.references, shown.uploads))
                elif isinstance(event, HeldBack):
                    raise event
                else:
                    yield drawing.progress(event, shown.recipe, words)
        except Cancelled:
            line = status(words("redraw.cancelled"))
        except REFUSALS as error:
            line = status(words.message(str(error)), "bad")
        except Exception as error:
            _logger.exception("drawing again failed")
            line = status(words("error.redraw", kind=type(error).__name__), "bad")
        yield {**drawing.show(kept, number, words, verdict, values[board.keys.file_format]), board.line: line}

    def _files(self, shown: Drawn, values: dict) -> tuple[list, Any]:
        """(reference pictures, the picture as it was drawn); one that came by a link brings no files, so the form's
        are taken."""
        drawing, images = self._drawing, []
        if shown.recipe.image_hashes:
            paths = shown.references or reference_paths(values[drawing.form.references])
            images = [open_picture(path, drawing.limits) for path in paths]
        file = drawing.studio.files.download(shown.path, shown.recipe, "png")
        return images, open_picture(file, drawing.limits)
