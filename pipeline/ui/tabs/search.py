"""The Search tab: one's own uploads and what was drawn here, found by words, by a picture, or by both."""

import logging
from collections.abc import Iterator
from html import escape
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
from pipeline.ui.canvas import file_url, status
from pipeline.ui.tabs.create import DRAWING
from pipeline.ui.uploads import picture_upload
from pipeline.ui.words import say

__all__ = ["build_search_tab", "results_html"]

_HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}
_HELP = (
    "<p class='found-empty'>Search looks through the pictures that you add here and those drawn in this visit. Nobody "
    "else sees them, and the server deletes them within hours.</p>"
)
_SHARED_HELP = (
    "<p class='found-empty'>This server shares its history: every visitor can search what all visitors drew, words "
    "included. Pictures that you add here are seen by nobody else, and the server deletes them within hours.</p>"
)
_logger = logging.getLogger(__name__)


def build_search_tab(studio: Studio, limits: Limits, drawn: gr.State) -> None:
    """Lay out the tab inside the current gradio context and wire it. `drawn` holds the `Drawn` of this visit."""
    archive = Archive(studio) if limits.search_store and studio.store.enabled else None
    help_ = _HELP if archive is None else _SHARED_HELP
    kept = gr.State(None, delete_callback=_clear)  # Collection, made by the first search or upload
    with gr.Row(equal_height=False):
        with gr.Column(scale=4, min_width=300):
            words = gr.Textbox(
                label=say("Words"), placeholder="a red apple", lines=1, max_lines=3, elem_id="search-words"
            )
            picture = picture_upload(
                label=say("Picture to search by"),
                sources=["upload", "clipboard"],
                height=220,
                elem_id="search-picture",
            )
            share = gr.Slider(
                0, 1, 0.5, step=0.05, label=say("Share of the picture"),
                info=say("Against the words, where both are given"), elem_id="search-share",
            )  # fmt: skip
            everything = gr.Checkbox(
                archive is not None,
                label=say("Also what all visitors drew here"),
                visible=archive is not None,
                elem_id="search-everything",
            )
            search = gr.Button(say("Search"), variant="primary", elem_id="search")
            with gr.Row(elem_classes="row"):
                add = gr.UploadButton(
                    say("Add pictures"), file_count="multiple", file_types=["image"], size="sm", elem_id="search-add"
                )
                clear = gr.Button(say("Remove added pictures"), size="sm", elem_id="search-clear")
        with gr.Column(scale=7, min_width=300):
            line = gr.HTML(status(""), elem_id="search-status")
            found = gr.HTML(
                help_,
                elem_id="found",
                js_on_load="""element.addEventListener('click', event => {
                    const button = event.target.closest('button[data-picture]');
                    if (button) trigger('click', {picture: button.dataset.picture});
                });""",
            )

    def refuse(error: Exception) -> dict:
        message = str(error).replace("`", "")
        gr.Warning(message, title="")
        return {line: status(message, "bad")}

    def begin() -> str:
        return status("One moment" if studio.is_ready else "Loading the model. This is next.")

    def look(
        kept_now: Collection | None,
        pictures: list[Drawn],
        text: str | None,
        path: str | None,
        weight: float,
        everything: bool,
    ) -> Iterator[dict]:
        try:
            image = open_picture(path, limits) if path else None
            collection = Collection(studio, limits, archive) if kept_now is None else kept_now
            for doing in collection.take(pictures, archive=everything):
                yield {line: status(doing)}
            results = collection.search(text or "", image, weight)
            if not results:
                raise ValueError("There are no pictures to search yet. Add some here, or draw one on the Create tab.")
        except (ValueError, WeightsError) as error:
            yield refuse(error)
            return
        except Exception as error:
            _logger.exception("searching failed")
            said = f"Something went wrong ({type(error).__name__}). Try again; the server's log has the details."
            yield refuse(RuntimeError(said))
            return
        of = f"{len(results)} of {len(collection)}" if len(results) < len(collection) else str(len(results))
        yield {
            kept: collection,
            found: results_html(results, collection),
            line: status(f"{of} {_pictures(len(collection))}, nearest first"),
        }

    def more_like(kept_now: Collection, event: gr.EventData) -> dict:
        picture = kept_now.get(str(event.picture))
        if picture is None:
            return refuse(ValueError("That picture is no longer here. Search again."))
        results = kept_now.more_like(str(event.picture))
        if not results:
            return {line: status("It is the only picture so far. Add others, or draw some.")}
        return {found: results_html(results, kept_now), line: status(f"Most like “{picture.title}”, nearest first")}

    def take_in(kept_now: Collection | None, files: list[str] | None) -> Iterator[dict]:
        paths, added, refused = files or [], 0, []
        try:
            collection = Collection(studio, limits, archive) if kept_now is None else kept_now
        except (ValueError, WeightsError) as error:
            yield refuse(error)
            return
        for number, path in enumerate(paths, start=1):
            yield {line: status(f"Reading picture {number} of {len(paths)}")}
            try:
                added += collection.upload(path)
            except ValueError as error:
                refused.append(str(error).replace("`", ""))
            except Exception:  # one odd file must not lose the others
                _logger.exception("reading an upload failed")
                refused.append(f"{Path(path).name} could not be read. Save it again as PNG and try once more.")
        said = f"{added} {_pictures(added)} added, {collection.uploads} of yours in all."
        if added + len(refused) < len(paths):
            said += " Files that were there already are not counted twice."
        if refused:
            more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
            said += f" Not added: {refused[0]}{more}"
        yield {kept: collection, line: status(said, "bad" if refused else "")}

    def forget(kept_now: Collection | None) -> dict:
        _clear(kept_now)
        return {found: help_, line: status("The pictures that you added are deleted.")}

    outputs = [kept, found, line]
    waiting = {"concurrency_limit": 1, "concurrency_id": DRAWING, **_HIDDEN}
    quick = {"queue": False, **_HIDDEN}
    inputs = [kept, drawn, words, picture, share, everything]
    for asked in (search.click, words.submit):
        asked(begin, None, line, **quick).then(look, inputs, outputs, **waiting)
    add.upload(begin, None, line, **quick).then(take_in, [kept, add], outputs, **waiting)
    clear.click(forget, kept, outputs, **quick)
    found.click(more_like, kept, outputs, **quick)


def results_html(results: list[SearchResult], collection: Collection) -> str:
    """The results as a gallery: place, score, title, what each is near-identical to, and a button for more like it."""
    place = {result.id: number for number, result in enumerate(results, start=1)}
    items = []
    for result in results:
        picture, flag = collection.get(result.id), ""
        title = escape(picture.title)
        if result.duplicate_of is not None:
            flag = f'<span class="copy">near-identical to {place[result.duplicate_of]}</span>'
        items.append(
            f'<li data-score="{result.score:.4f}"><img src="{file_url(picture.path)}" alt="{title}" loading="lazy">'
            f'<p><b>{place[result.id]}</b> <span class="score" title="cosine to what you searched for">'
            f"{result.score:.2f}</span> {title}</p>{flag}"
            f'<button type="button" data-picture="{escape(result.id)}" aria-label="More like this: {title}">'
            "More like this</button></li>"
        )
    return f'<ol class="found">{"".join(items)}</ol>'


def _clear(collection: Collection | None) -> None:
    if collection is not None:
        collection.clear()


def _pictures(count: int) -> str:
    return "picture" if count == 1 else "pictures"
