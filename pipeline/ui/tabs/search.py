"""The Search tab: one's own uploads and what was drawn here, found by words, by a picture, or by both."""

import logging
from collections.abc import Iterator
from pathlib import Path

import gradio as gr

from pipeline.loading.errors import WeightsError
from pipeline.search import SearchResult
from pipeline.serve.archive import Archive
from pipeline.serve.collection import Collection
from pipeline.serve.drawn import Drawn
from pipeline.serve.limits import Limits
from pipeline.serve.studio import Studio
from pipeline.serve.uploads import open_picture
from pipeline.ui.board import refuse
from pipeline.ui.canvas import status
from pipeline.ui.events import QUEUED, QUICK
from pipeline.ui.templates import block, render
from pipeline.ui.uploads import picture_upload
from pipeline.ui.words import Words, say

__all__ = ["SearchTab", "results_html"]

_ON_MORE = """element.addEventListener('click', event => {
    const button = event.target.closest('button[data-picture]');
    if (button) trigger('click', {picture: button.dataset.picture});
});"""
_logger = logging.getLogger(__name__)


class SearchTab:
    """Lays the tab out inside the current gradio context and wires it. `drawn` holds the `Drawn` of this visit."""

    def __init__(self, studio: Studio, limits: Limits, drawn: gr.State):
        self._studio, self._limits = studio, limits
        self._archive = Archive(studio) if limits.search_store and studio.store.enabled else None
        self._help = "search_help" if self._archive is None else "search_help_shared"
        self._kept = gr.State(None, delete_callback=_clear)  # Collection, made by the first search or upload
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=300):
                self._lay_out_form()
            with gr.Column(scale=7, min_width=300):
                self._line = gr.HTML(status(""), elem_id="search-status")
                self._found = gr.HTML(str(block(self._help)), elem_id="found", js_on_load=_ON_MORE)
        self._wire(drawn)

    def _lay_out_form(self) -> None:
        self._words = gr.Textbox(
            label=say("search.words"), placeholder=say("search.placeholder"), lines=1, max_lines=3,
            elem_id="search-words",
        )  # fmt: skip
        self._picture = picture_upload(
            label=say("search.picture"), sources=["upload", "clipboard"], height=220, elem_id="search-picture"
        )
        self._share = gr.Slider(
            0, 1, 0.5, step=0.05, label=say("search.share"), info=say("search.share_info"), elem_id="search-share"
        )
        has_archive = self._archive is not None
        self._everything = gr.Checkbox(
            has_archive, label=say("search.everything"), visible=has_archive, elem_id="search-everything"
        )
        self._search = gr.Button(say("search.search"), variant="primary", elem_id="search")
        with gr.Row(elem_classes="row"):
            self._add = gr.UploadButton(
                say("search.add"), file_count="multiple", file_types=["image"], size="sm", elem_id="search-add"
            )
            self._clear = gr.Button(say("search.clear"), size="sm", elem_id="search-clear")

    def _wire(self, drawn: gr.State) -> None:
        outputs = [self._kept, self._found, self._line]
        inputs = [self._kept, drawn, self._words, self._picture, self._share, self._everything]
        for asked in (self._search.click, self._words.submit):
            asked(self._begin, None, self._line, **QUICK).then(self.look, inputs, outputs, **QUEUED)
        self._add.upload(self._begin, None, self._line, **QUICK).then(
            self.take_in, [self._kept, self._add], outputs, **QUEUED
        )
        self._clear.click(self.forget, self._kept, outputs, **QUICK)
        self._found.click(self.more_like, self._kept, outputs, **QUICK)

    def _begin(self, request: gr.Request) -> str:
        return status(Words.of(request)("search.moment" if self._studio.is_ready else "search.loading"))

    def look(
        self, kept: Collection | None, pictures: list[Drawn], text: str | None, path: str | None, weight: float,
        everything: bool, request: gr.Request,
    ) -> Iterator[dict]:  # fmt: skip
        """Search by words, by a picture, or by both."""
        words = Words.of(request)
        try:
            image = open_picture(path, self._limits) if path else None
            collection = Collection(self._studio, self._limits, self._archive) if kept is None else kept
            for doing in collection.take(pictures, archive=everything):
                yield {self._line: status(words.message(doing))}
            results = collection.search(text or "", image, weight)
            if not results:
                raise ValueError(words("search.nothing"))
        except (ValueError, WeightsError) as error:
            yield {self._line: refuse(error, words)}
            return
        except Exception as error:
            _logger.exception("searching failed")
            yield {self._line: refuse(words("error.drawing", kind=type(error).__name__), words)}
            return
        yield {
            self._kept: collection,
            self._found: results_html(results, collection, words),
            self._line: status(_found_words(len(results), len(collection), words)),
        }

    def more_like(self, kept: Collection, event: gr.EventData, request: gr.Request) -> dict:
        """Search by one of the pictures found."""
        words, picture = Words.of(request), kept.get(str(event.picture))
        if picture is None:
            return {self._line: refuse(words("search.gone"), words)}
        results = kept.more_like(str(event.picture))
        if not results:
            return {self._line: status(words("search.only_one"))}
        return {
            self._found: results_html(results, kept, words),
            self._line: status(words("search.most_like", title=picture.title)),
        }

    def take_in(self, kept: Collection | None, files: list[str] | None, request: gr.Request) -> Iterator[dict]:
        """Add files to what is searched."""
        words, paths, added, refused = Words.of(request), files or [], 0, []
        try:
            collection = Collection(self._studio, self._limits, self._archive) if kept is None else kept
        except (ValueError, WeightsError) as error:
            yield {self._line: refuse(error, words)}
            return
        for number, path in enumerate(paths, start=1):
            yield {self._line: status(words("search.reading", number=number, count=len(paths)))}
            try:
                added += collection.upload(path)
            except ValueError as error:
                refused.append(words.message(str(error)))
            except Exception:  # one odd file must not lose the others
                _logger.exception("reading an upload failed")
                refused.append(words("search.unreadable", name=Path(path).name))
        sentences = [
            words("search.added_one" if added == 1 else "search.added", count=added, total=collection.uploads)
        ]
        if added + len(refused) < len(paths):
            sentences.append(words("search.there_already"))
        if refused:
            key = "search.not_added" if len(refused) == 1 else "search.not_added_more"
            sentences.append(words(key, reason=refused[0], count=len(refused) - 1))
        yield {self._kept: collection, self._line: status(" ".join(sentences), "bad" if refused else "")}

    def forget(self, kept: Collection | None, request: gr.Request) -> dict:
        """Delete what was added."""
        _clear(kept)
        words = Words.of(request)
        return {self._found: render(self._help, words), self._line: status(words("search.cleared"))}


def results_html(results: list[SearchResult], collection: Collection, words: Words) -> str:
    """The results as a gallery: place, score, title, what each is near-identical to, and a button for more like it."""
    place = {result.id: number for number, result in enumerate(results, start=1)}
    rows = []
    for result in results:
        picture, copy_of = collection.get(result.id), place.get(result.duplicate_of or "")
        if picture is None:  # deleted for its age since it was found
            continue
        rows.append(
            {"id": result.id, "score": result.score, "path": picture.path, "title": picture.title, "copy_of": copy_of}
        )
    return render("search_results", words, rows=rows)


def _found_words(found: int, total: int, words: Words) -> str:
    if found < total:
        return words("search.found_of", count=found, total=total)
    return words("search.found_one" if found == 1 else "search.found", count=found)


def _clear(collection: Collection | None) -> None:
    if collection is not None:
        collection.clear()
