"""The Verify tab: was this picture made by Easel, and what was it made from?"""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import gradio as gr

from pipeline.recipe import Recipe, read_png
from pipeline.ui.canvas import status
from pipeline.ui.limits import Limits
from pipeline.ui.uploads import check_picture, open_picture, picture_upload
from pipeline.ui.words import say
from pipeline.watermark import Detection, verify

__all__ = ["VerifyTab", "build_verify_tab", "finding", "look"]

_HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}
_HELP = (
    "Every picture that leaves Easel carries an invisible watermark, and its PNG file the recipe it was made from. "
    "Drop a picture here to look for both. The mark survives JPEG, resizing, cropping and screenshots; the recipe "
    "only an untouched file."
)
_LABELS = {
    "prompt": "Prompt",
    "negative_prompt": "Left out",
    "seed": "Seed",
    "weights_hash": "Weights",
}


@dataclass(frozen=True)
class VerifyTab:
    """What other parts of the page use of this tab."""

    picture: gr.Image
    redraw: gr.Button
    recipe: gr.State


def build_verify_tab(limits: Limits) -> VerifyTab:
    """Lay out the tab inside the current gradio context and wire it, all but the button that draws again."""
    recipe = gr.State(None)
    with gr.Row(equal_height=False):
        with gr.Column(scale=4, min_width=300):
            picture = picture_upload(
                label=say("Picture to check"), sources=["upload", "clipboard"], height=360, elem_id="verify-picture"
            )
            deep = gr.Checkbox(
                label=say("Search thoroughly"),
                info=say("Also unusual sizes and small rotations; takes up to a minute"),
                elem_id="verify-deep",
            )
        with gr.Column(scale=5, min_width=300):
            result = gr.HTML(f"<div class='finding'><p>{_HELP}</p></div>", elem_id="finding")
            line = gr.HTML(status(""), elem_id="verify-status")
            redraw = gr.Button(say("Draw it again and compare"), visible=False, elem_id="redraw")

    def check(path: str | None, deep: bool) -> Iterator[dict]:
        if path is None:
            yield {
                result: f"<div class='finding'><p>{_HELP}</p></div>",
                redraw: gr.update(visible=False),
                line: status(""),
            }
            return
        yield {line: status("Looking for the watermark"), redraw: gr.update(visible=False)}
        try:
            found, said = None, None
            for event in look(path, limits, deep=deep):
                if isinstance(event, float):
                    yield {line: status(f"Searching, {event:.0%}")}
                else:
                    found, said = event
        except ValueError as error:
            words = str(error).replace("`", "")
            gr.Warning(words, title="")
            yield {line: status(words, "bad"), result: f"<div class='finding'><p>{escape(words)}</p></div>"}
            return
        yield {
            result: finding(found, said),
            recipe: said,
            redraw: gr.update(visible=said is not None),
            line: status("Done"),
        }

    outputs = [result, recipe, redraw, line]
    working = {"concurrency_limit": 2, "trigger_mode": "always_last", **_HIDDEN}
    picture.change(check, [picture, deep], outputs, **working)
    deep.input(check, [picture, deep], outputs, **working)
    return VerifyTab(picture, redraw, recipe)


def look(path: str, limits: Limits, *, deep: bool) -> Iterator[float | tuple[Detection, Recipe | None]]:
    """Search a file: yields the finished share, last what was found and the recipe in the file's text.

    Raises:
        ValueError: one sentence for the person who uploaded it.
    """
    check_picture(path, limits)
    said = read_png(path)
    image = open_picture(path, limits)
    events: queue.SimpleQueue = queue.SimpleQueue()
    gone = threading.Event()

    def work() -> None:
        try:
            events.put((verify(image, deep=deep, progress=events.put, cancel=gone.is_set), said))
        except Exception as error:  # raised again in the caller's thread
            events.put(error)

    threading.Thread(target=work, name="easel-verify", daemon=True).start()
    try:
        while True:
            event = events.get()
            if isinstance(event, Exception):
                raise event
            yield event
            if isinstance(event, tuple):
                return
    finally:
        gone.set()


def finding(found: Detection, said: Recipe | None) -> str:
    """The answer in plain words, as HTML. Nothing found proves nothing, and the text says so."""
    kind, title = {
        "GENERATED": ("good", "Made with Easel"),
        "INCONCLUSIVE": ("unclear", "Not certain"),
        "NOT_DETECTED": ("none", "No watermark found"),
    }[found.result]
    facts = {}
    if found.result == "GENERATED":
        facts["Confidence"] = found.confidence.capitalize()
        facts["Key"] = found.key_id or ""
    notes = [found.sentence]
    if found.payload is not None:
        facts["Recipe id in the mark"] = f"{found.payload:08x}"
        if said is not None and said.id32 == found.payload:
            notes.append("The mark and the recipe in the file belong together.")
        elif said is not None:
            notes.append("The recipe in the file is not the one that the mark names: the text was changed or moved.")
    if said is None:
        notes.append("The file holds no recipe; only an untouched PNG from Easel does.")
    else:
        if found.result == "NOT_DETECTED":
            notes.append("The file does hold a recipe, but anyone can write such text.")
        facts |= {label: str(getattr(said, name)) for name, label in _LABELS.items() if getattr(said, name) != ""}
        if said.image_hashes:
            facts["Reference pictures"] = str(len(said.image_hashes))
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    words = "".join(f"<p>{escape(note)}</p>" for note in notes)
    table = f"<dl>{rows}</dl>" if rows else ""
    return f'<div class="finding {kind}" data-result="{found.result}"><h3>{title}</h3>{words}{table}</div>'
