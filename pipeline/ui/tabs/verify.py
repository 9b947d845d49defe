"""The Verify tab: was this picture made by Easel, and what was it made from?"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import gradio as gr

from pipeline.serve.evidence import Evidence, look
from pipeline.serve.limits import Limits
from pipeline.serve.studio import Studio
from pipeline.ui.canvas import status
from pipeline.ui.uploads import picture_upload
from pipeline.ui.words import say

__all__ = ["VerifyTab", "build_verify_tab", "finding"]

_HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}
_HELP = (
    "Every picture that leaves Easel carries an invisible watermark, and its file the recipe it was made from. "
    "Drop a picture here to look for both, and for Content Credentials. The mark survives JPEG, resizing, cropping "
    "and screenshots; recipe and credentials only an untouched file."
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
    settings: gr.Button
    recipe: gr.State


def build_verify_tab(studio: Studio, limits: Limits) -> VerifyTab:
    """Lay out the tab inside the current gradio context and wire it, all but the buttons that lead to Create."""
    recipe = gr.State(None)
    with gr.Row(equal_height=False):
        with gr.Column(scale=4, min_width=300):
            picture = picture_upload(
                label=say("Picture to check"), sources=["upload", "clipboard"], height=360, elem_id="verify-picture"
            )
            deep = gr.Checkbox(
                label=say("Search thoroughly"),
                info=say("Also unusual sizes and small rotations; takes a few seconds"),
                elem_id="verify-deep",
            )
            halt = gr.Button(say("Cancel"), interactive=False, size="sm", elem_id="verify-cancel")
        with gr.Column(scale=5, min_width=300):
            result = gr.HTML(f"<div class='finding'><p>{_HELP}</p></div>", elem_id="finding")
            line = gr.HTML(status(""), elem_id="verify-status")
            with gr.Row(visible=False, elem_id="verify-actions") as actions:
                redraw = gr.Button(say("Draw it again and compare"), elem_id="redraw")
                settings = gr.Button(say("Use its settings"), elem_id="verify-settings")

    def stop(request: gr.Request) -> dict:
        studio.cancel(_search(request))
        return {halt: gr.update(interactive=False)}

    def check(path: str | None, deep: bool, request: gr.Request) -> Iterator[dict]:
        stopped = studio.start(_search(request))
        if path is None:
            help_ = f"<div class='finding'><p>{_HELP}</p></div>"
            yield {result: help_, actions: gr.update(visible=False), line: status(""), recipe: None}
            return
        yield {
            line: status("Looking for the watermark"),
            actions: gr.update(visible=False),
            halt: gr.update(interactive=True),
        }
        try:
            for event in look(path, limits, studio.store, deep=deep, stop=stopped):
                if not studio.is_current(_search(request), stopped):
                    return  # another picture was dropped meanwhile
                if isinstance(event, float):
                    yield {line: status(f"Searching, {event:.0%}")}
                else:
                    evidence = event
        except ValueError as error:
            words = str(error).replace("`", "")
            gr.Warning(words, title="")
            said = f"<div class='finding'><p>{escape(words)}</p></div>"
            yield {line: status(words, "bad"), result: said, recipe: None, halt: gr.update(interactive=False)}
            return
        yield {
            result: finding(evidence),
            recipe: evidence.recipe,
            actions: gr.update(visible=evidence.recipe is not None),
            line: status("Stopped. This is what was found so far." if evidence.stopped else "Done"),
            halt: gr.update(interactive=False),
        }

    outputs = [result, recipe, actions, line, halt]
    quick = {"queue": False, **_HIDDEN}
    for event in (picture.change, deep.input):
        event(stop, None, halt, **quick).then(check, [picture, deep], outputs, concurrency_limit=2, **_HIDDEN)
    halt.click(stop, None, halt, **quick)
    return VerifyTab(picture, redraw, settings, recipe)


def finding(evidence: Evidence) -> str:
    """The answer in plain words, as HTML. Nothing found proves nothing, and the text says so."""
    found, recipe, credentials = evidence.found, evidence.recipe, evidence.credentials
    kind, title = {
        "GENERATED": ("good", "Made with Easel"),
        "INCONCLUSIVE": ("unclear", "Not certain"),
        "NOT_DETECTED": ("none", "No watermark found"),
    }[found.result]
    facts, notes = {}, [found.sentence]
    if found.result == "GENERATED":
        facts["Confidence"] = found.confidence.capitalize()
        facts["Key"] = found.key_id or ""
    if found.undone:
        facts["Undone to read it"] = ", ".join(found.undone)
    if found.payload is not None:
        facts["Recipe id in the mark"] = f"{found.payload:08x}"
    if evidence.misplaced:
        notes.append("The recipe in the file is not the one that the mark names: the text was changed or moved.")
    elif evidence.source == "file" and found.payload is not None:
        notes.append("The mark and the recipe in the file belong together.")
    if evidence.source == "store":
        notes.append("The recipe below is the one that the mark names, from the pictures kept here.")
    elif recipe is None:
        notes.append("The file holds no recipe; only an untouched file from Easel does.")
    elif found.result == "NOT_DETECTED":
        notes.append("The file does hold a recipe, but anyone can write such text.")
    if credentials is not None:
        facts["Content Credentials"] = credentials.state
        notes.append(credentials.sentence)
    elif evidence.checked:
        facts["Content Credentials"] = "None in this file"
    else:
        facts["Content Credentials"] = "Not checked: the package c2pa-python is not installed here"
    if recipe is not None:
        facts |= {label: str(getattr(recipe, name)) for name, label in _LABELS.items() if getattr(recipe, name) != ""}
        if recipe.image_hashes:
            facts["Reference pictures"] = str(len(recipe.image_hashes))
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    words = "".join(f"<p>{escape(note)}</p>" for note in notes)
    seal = credentials.state if credentials else ""
    return (
        f'<div class="finding {kind}" data-result="{found.result}" data-credentials="{escape(seal)}" '
        f'data-source="{evidence.source}"><h3>{title}</h3>{words}<dl>{rows}</dl></div>'
    )


def _search(request: gr.Request) -> str:
    """The name of this visitor's search, for `Studio.cancel`."""
    return f"{request.session_hash}/verify"
