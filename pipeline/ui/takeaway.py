"""The download key: the picture in a format, or made into the file that a messenger, a shop or a phone takes."""

import logging
from collections.abc import Iterator

import gradio as gr

from pipeline.atomic import write_file
from pipeline.serve.drawn import Drawn
from pipeline.serve.edits import look_of
from pipeline.serve.render import Cancelled, Rendered
from pipeline.serve.stickers import ICONS, icons_file, sticker_file, sticker_recipe
from pipeline.serve.studio import Busy
from pipeline.stickers.export import Exported
from pipeline.stickers.icons import TONED
from pipeline.stickers.targets import find_target
from pipeline.ui.board import refuse
from pipeline.ui.canvas import status
from pipeline.ui.drawing import REFUSALS, DrawingHandlers
from pipeline.ui.events import QUEUED, QUICK, visitor_of
from pipeline.ui.picture_keys import FOR, ICON_SET
from pipeline.ui.words import Words

__all__ = ["Takeaway"]

_logger = logging.getLogger(__name__)


class Takeaway:
    """Connects the list beside the download key: a format is at hand at once, a place's file is drawn for it."""

    def __init__(self, drawing: DrawingHandlers):
        self._drawing, self._board = drawing, drawing.board

    def wire(self) -> None:
        """Connect the list."""
        board, keys = self._board, self._board.keys
        asked, shown = [board.pictures, board.selected, keys.file_format], [keys.download, board.line]
        keys.file_format.change(
            lambda chosen: gr.update(visible=_toned(chosen)), keys.file_format, keys.colour, **QUICK
        )
        picked = keys.colour.select(_colour, None, keys.ink, **QUICK)
        for listen in (keys.file_format.input, picked.then):
            listen(self.offer, asked, shown, **QUICK).then(self.make, [*asked, keys.ink], shown, **QUEUED)

    def offer(self, kept: list[Drawn], number: int | None, chosen: str, request: gr.Request) -> dict:
        """The picture in another format; of a place, that its file is being made."""
        words = Words.of(request)
        if number is None:
            return {self._board.line: gr.skip()}
        if chosen.startswith((FOR, ICON_SET)):
            self._drawing.studio.start(visitor_of(request))
            return {
                self._board.keys.download: gr.update(interactive=False),
                self._board.line: status(words("keys.making")),
            }
        return self._board.offer(self._drawing.studio, kept[number], words, chosen)

    def make(
        self, kept: list[Drawn], number: int | None, chosen: str, colour: str, request: gr.Request
    ) -> Iterator[dict]:
        """The file of a place on the download key, checked against all of its limits."""
        board, words = self._board, Words.of(request)
        if number is None or not chosen.startswith((FOR, ICON_SET)):
            yield {board.line: gr.skip()}
            return
        try:
            for step in self._made(kept[number], chosen, colour, words, request):
                if isinstance(step, Busy):
                    yield {board.line: status(words.message(step.reason))}
                else:
                    name, data, sentence = step
                    path = self._drawing.studio.folder / name
                    write_file(path, data)
                    download = gr.update(value=str(path), interactive=True)
                    yield {board.keys.download: download, board.line: status(sentence, "good")}
        except Cancelled:
            yield {board.line: status(words("status.cancelled"))}
        except REFUSALS as error:
            yield {board.line: refuse(error, words)}
        except Exception as error:
            _logger.exception("making a file failed")
            yield {board.line: refuse(words("error.drawing", kind=type(error).__name__), words)}

    def _made(
        self, drawn: Drawn, chosen: str, colour: str, words: Words, request: gr.Request
    ) -> Iterator[Busy | tuple[str, bytes, str]]:
        """(name, content, what is to be said of it) of the file."""
        studio, kind = self._drawing.studio, chosen.partition(":")[2]
        target = find_target(kind) if chosen.startswith(FOR) else ICONS
        recipe = sticker_recipe(drawn.recipe, target, studio.capabilities)
        images, uploads = self._drawing.open_references(drawn), self._drawing.open_uploads(drawn.uploads)
        for event in studio.draw(recipe, images, uploads=uploads, visitor=visitor_of(request)):
            if isinstance(event, Busy):
                yield event
            elif isinstance(event, Rendered) and target is ICONS:
                ground = (look_of(drawn) or {}).get("ground_colour", "#ffffff")
                name, data = icons_file(event.image, recipe, kind, ground, colour)
                size = f"{len(data) / 1000:.0f}"
                yield name, data, words("keys.made_icons", name=words(f"icons.{kind}"), size=size)
            elif isinstance(event, Rendered):
                name, made = sticker_file(event.image, recipe, target)
                yield name, made.data, _said(made, words)


def _colour(event: gr.EventData) -> str:
    return str(event.colour)


def _toned(chosen: str) -> bool:
    """Whether a colour is asked for beside it."""
    return chosen.removeprefix(ICON_SET) in TONED


def _said(made: Exported, words: Words) -> str:
    """What the file is, and whether its mark is still in it."""
    about = words(
        "keys.made", name=words(f"target.{made.target.name}"), format=made.format, width=made.width,
        height=made.height, size=f"{len(made.data) / 1000:.0f}",
    )  # fmt: skip
    return f"{about} {words('keys.made_marked' if made.marked else 'keys.made_unmarked')}"
