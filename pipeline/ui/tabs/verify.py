"""The Verify tab: was this picture made by Easel, and what was it made from?"""

from collections.abc import Iterator

import gradio as gr

from pipeline.serve.evidence import Evidence, look
from pipeline.serve.limits import Limits
from pipeline.serve.studio import Studio
from pipeline.ui.board import refuse
from pipeline.ui.canvas import status
from pipeline.ui.events import HIDDEN, QUICK
from pipeline.ui.templates import block, render
from pipeline.ui.uploads import picture_upload
from pipeline.ui.words import Words, say

__all__ = ["VerifyTab", "finding"]

_LOOKING_AT_ONCE = 2
_FIELDS = {  # of a recipe -> key of its name
    "prompt": "form.prompt",
    "negative_prompt": "verify.left_out",
    "seed": "form.seed",
    "weights_hash": "compare.weights",
}


class VerifyTab:
    """Lays the tab out inside the current gradio context and wires it, all but the buttons that lead to Create.

    Attributes:
        picture: the file that is checked.
        recipe: state of the recipe that was found for it.
        redraw, settings: the buttons that lead to Create.
    """

    def __init__(self, studio: Studio, limits: Limits):
        self._studio, self._limits = studio, limits
        self.recipe = gr.State(None)
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=300):
                self.picture = picture_upload(
                    label=say("verify.picture"), sources=["upload", "clipboard"], height=360, elem_id="verify-picture"
                )
                self._deep = gr.Checkbox(label=say("verify.deep"), info=say("verify.deep_info"), elem_id="verify-deep")
                self._halt = gr.Button(say("form.cancel"), interactive=False, size="sm", elem_id="verify-cancel")
            with gr.Column(scale=5, min_width=300):
                self._result = gr.HTML(str(block("verify_help")), elem_id="finding")
                self._line = gr.HTML(status(""), elem_id="verify-status")
                with gr.Row(visible=False, elem_id="verify-actions") as self._actions:
                    self.redraw = gr.Button(say("verify.redraw"), elem_id="redraw")
                    self.settings = gr.Button(say("keys.use_settings"), elem_id="verify-settings")
        self._wire()

    def _wire(self) -> None:
        outputs = [self._result, self.recipe, self._actions, self._line, self._halt]
        for event in (self.picture.change, self._deep.input):
            event(self.stop, None, self._halt, **QUICK).then(
                self.check, [self.picture, self._deep], outputs, concurrency_limit=_LOOKING_AT_ONCE, **HIDDEN
            )
        self._halt.click(self.stop, None, self._halt, **QUICK)

    def stop(self, request: gr.Request) -> dict:
        """Stop this visitor's search."""
        self._studio.cancel(_search(request))
        return {self._halt: gr.update(interactive=False)}

    def check(self, path: str | None, deep: bool, request: gr.Request) -> Iterator[dict]:
        """Look for mark, recipe and credentials in the file."""
        words, stopped = Words.of(request), self._studio.start(_search(request))
        hidden, idle = gr.update(visible=False), gr.update(interactive=False)
        if path is None:
            help_ = render("verify_help", words)
            yield {self._result: help_, self._actions: hidden, self._line: status(""), self.recipe: None}
            return
        yield {
            self._line: status(words("verify.looking")),
            self._actions: hidden,
            self._halt: gr.update(interactive=True),
        }
        evidence = None
        try:
            for event in look(path, self._limits, self._studio.store, deep=deep, stop=stopped):
                if not self._studio.is_current(_search(request), stopped):
                    return  # another picture was dropped meanwhile
                if isinstance(event, Evidence):
                    evidence = event
                else:
                    yield {self._line: status(words("verify.searching", percent=f"{event:.0%}"))}
        except ValueError as error:
            refused = render("verify_refused", words, text=words.message(str(error)))
            yield {self._line: refuse(error, words), self._result: refused, self.recipe: None, self._halt: idle}
            return
        assert evidence is not None  # looking ends with it, or raises
        yield {
            self._result: finding(evidence, words),
            self.recipe: evidence.recipe,
            self._actions: gr.update(visible=evidence.recipe is not None),
            self._line: status(words("verify.stopped" if evidence.stopped else "verify.done")),
            self._halt: idle,
        }


def finding(evidence: Evidence, words: Words) -> str:
    """The answer in plain words, as HTML. Nothing found proves nothing, and the text says so."""
    credentials = evidence.credentials
    kinds = {"GENERATED": "good", "COPIED": "unclear", "INCONCLUSIVE": "unclear", "NOT_DETECTED": "none"}
    return render(
        "verify_finding",
        words,
        kind=kinds[evidence.verdict],
        title=words(f"verify.{evidence.verdict.lower()}"),
        result=evidence.verdict,
        seal=credentials.state if credentials else "",
        source=evidence.source,
        notes=_notes(evidence, words),
        facts=_facts(evidence, words),
    )


def _notes(evidence: Evidence, words: Words) -> list[str]:
    found, notes = evidence.found, [words.message(evidence.found.sentence)]
    if evidence.copied:
        notes.append(words("verify.copied_note"))
    if evidence.misplaced:
        notes.append(words("verify.misplaced"))
    elif evidence.source == "file" and found.payload is not None:
        notes.append(words("verify.together"))
    if evidence.source == "store":
        notes.append(words("verify.from_store"))
    elif evidence.recipe is None:
        notes.append(words("verify.no_recipe"))
    elif found.result == "NOT_DETECTED":
        notes.append(words("verify.anyone"))
    notes += [words.message(note) for note in evidence.notes]
    if evidence.credentials is not None:
        notes.append(words.message(evidence.credentials.sentence))
    return notes


def _facts(evidence: Evidence, words: Words) -> list[tuple[str, str]]:
    found, recipe, facts = evidence.found, evidence.recipe, []
    if found.result == "GENERATED":
        confidence = words(f"verify.confidence_{found.confidence.lower()}")
        facts += [(words("verify.confidence"), confidence), (words("verify.key"), found.key_id or "")]
    if found.undone:
        facts.append((words("verify.undone"), ", ".join(found.undone)))
    if found.payload is not None:
        facts.append((words("verify.payload"), f"{found.payload:08x}"))
    if evidence.credentials is not None:
        seal = evidence.credentials.state
    else:
        seal = words("verify.credentials_none" if evidence.checked else "verify.credentials_unchecked")
    facts.append(("Content Credentials", seal))
    if recipe is not None:
        fields = {key: str(getattr(recipe, name)) for name, key in _FIELDS.items()}
        facts += [(words(key), text) for key, text in fields.items() if text]
        if recipe.image_hashes:
            facts.append((words("form.references"), str(len(recipe.image_hashes))))
    return facts


def _search(request: gr.Request) -> str:
    """The name of this visitor's search, for `Studio.cancel`."""
    return f"{request.session_hash}/verify"
