"""The Create tab: the form on the left, the canvas on the right, and what happens between them."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import gradio as gr

from pipeline.recipe import Recipe
from pipeline.render import Cancelled, Rendered, Stage, Verdict, compare, series
from pipeline.ui.canvas import Drawn, canvas_drawing, canvas_empty, canvas_finished, shelf, status, step_words
from pipeline.ui.examples import EXAMPLES, examples_html
from pipeline.ui.form import Form, build_form, read_form, roll, write_form
from pipeline.ui.limits import Limits
from pipeline.ui.studio import Busy, Studio
from pipeline.ui.styles import read_choices, write_choices
from pipeline.ui.uploads import open_picture
from pipeline.ui.words import say
from pipeline.watermark import WatermarkError
from pipeline.weights import WeightsError

__all__ = ["DRAWING", "CreateTab", "Expected", "build_create_tab"]

DRAWING = "drawing"  # the queue that everything which uses the pipeline shares
_HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Expected:
    """What the next picture is compared with: an earlier one's pixel hash, or its file, if its recipe is this one."""

    recipe: Recipe
    pixels_hash: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class CreateTab:
    """What other parts of the page use of this tab."""

    form: Form
    status: gr.HTML
    expected: gr.State
    keep_once: gr.State
    outputs: list
    inputs: set
    draw: Callable[[dict, gr.Request], Iterator[dict]]


def build_create_tab(studio: Studio, limits: Limits) -> CreateTab:
    """Lay out the tab inside the current gradio context and wire it."""
    pictures = gr.State([])  # of this visit, oldest first
    selected = gr.State(None)  # index into pictures
    expected = gr.State(None)  # Expected, for the next drawing only
    keep_once = gr.State(False)  # draw once with the seed as shown, though it is not locked
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=320, elem_id="form"):
            form = build_form(limits, examples_html())
        with gr.Column(scale=6, min_width=320, elem_id="stage"):
            canvas = gr.HTML(canvas_empty(), elem_id="canvas")
            line = gr.HTML(status(""), elem_id="status")
            with gr.Row(elem_id="picture-actions", visible=False) as actions:
                download = gr.DownloadButton(say("Download PNG"), size="sm", variant="primary", elem_id="download")
                copy_link = gr.Button(say("Copy link"), size="sm", elem_id="copy-link")
                reuse_seed = gr.Button(say("Keep this seed"), size="sm", elem_id="reuse-seed")
                reuse_all = gr.Button(say("Use its settings"), size="sm", elem_id="reuse-all")
                vary = gr.Button(say("Use as reference"), size="sm", elem_id="use-as-reference")
            row = gr.HTML(
                shelf([], None),
                elem_id="shelf",
                js_on_load="""element.addEventListener('click', event => {
                    const picture = event.target.closest('button[data-index]');
                    if (picture) trigger('click', {index: Number(picture.dataset.index)});
                });""",
            )

    def begin(request: gr.Request) -> dict:
        studio.start(request.session_hash)
        return {
            form.generate: gr.update(interactive=False),
            form.cancel: gr.update(interactive=True),
            line: status("Waiting for your turn"),
        }

    def end() -> dict:
        return {form.generate: gr.update(interactive=True), form.cancel: gr.update(interactive=False)}

    def refuse(error: Exception) -> dict:
        words = str(error).replace("`", "")
        gr.Warning(words, title="")
        return {line: status(words, "bad")}

    def draw(values: dict, request: gr.Request) -> Iterator[dict]:
        """Draw what the form says, picture after picture; yields updates of the page."""
        visitor = request.session_hash
        kept, number, against = list(values[pictures]), values[selected], values[expected]
        try:
            recipe, images, count = read_form(form, values, limits)
            if not (values[form.keep_seed] or values[keep_once]):
                recipe = replace(recipe, seed=roll())
            recipe = studio.recipe(recipe)
            yield {form.seed: recipe.seed, keep_once: False, expected: None, actions: gr.update(visible=False)}
            for each in series(recipe, count):
                of = f" ({each.seed - recipe.seed + 1} of {count})" if count > 1 else ""
                for event in studio.draw(each, images, visitor=visitor):
                    if isinstance(event, Rendered):
                        kept.append(Drawn.from_rendered(event, str(studio.save(event))))
                        number = len(kept) - 1
                        verdict = _verdict(event, against, limits)
                        against = None
                        yield {**show(kept, number, verdict), line: status(f"Done in {event.seconds:.1f} s{of}")}
                    else:
                        yield _progress(event, each, of, canvas, line)
        except Cancelled:
            shown = show(kept, number) if kept else {canvas: canvas_empty()}
            yield {**shown, line: status("Cancelled. Nothing of it was kept.")}
        except (ValueError, WeightsError, WatermarkError) as error:
            shown = show(kept, number) if kept else {canvas: canvas_empty()}
            yield {**shown, **refuse(error), keep_once: False, expected: None}
        except Exception as error:
            _logger.exception("drawing failed")
            words = f"Something went wrong ({type(error).__name__}). Try again; the server's log has the details."
            yield refuse(RuntimeError(words))

    def show(kept: list[Drawn], number: int, verdict: Verdict | None = None) -> dict:
        return {
            canvas: canvas_finished(kept[number], verdict),
            row: shelf(kept, number),
            download: kept[number].path,
            pictures: kept,
            selected: number,
            actions: gr.update(visible=True),
        }

    def select(kept: list[Drawn], event: gr.EventData) -> dict:
        number = int(event.index)
        if not 0 <= number < len(kept):
            return {line: status("")}
        return {**show(kept, number), line: status("")}

    def fill_example(event: gr.EventData) -> dict:
        _, prompt, seed = EXAMPLES[int(event.index)]
        style, background = read_choices(prompt)
        return {
            form.prompt: prompt,
            form.style: style,
            form.background: background,
            form.seed: seed,
            keep_once: True,
        }

    def use_settings(kept: list[Drawn], number: int) -> dict:
        recipe = kept[number].recipe
        words = "Its settings are in the form."
        if recipe.image_hashes:
            words += " Its reference pictures are not: add them again if they are no longer there."
        return {**write_form(form, recipe), form.keep_seed: True, line: status(words)}

    def use_as_reference(kept: list[Drawn], number: int, references: list | None) -> dict:
        paths = [item[0] for item in references or []]
        if len(paths) >= limits.max_references:
            return refuse(ValueError(f"There are {len(paths)} reference pictures already. Remove one first."))
        return {
            form.references: [*paths, kept[number].path],
            form.reference_panel: gr.update(open=True),
            form.similarity_strength: 0.6,
            line: status("Added to the reference pictures. Change the prompt or the seed and generate."),
        }

    def show_weights(references: list | None) -> list:
        count = len(references or [])
        return [gr.update(visible=count > 1 and number < count) for number in range(limits.max_references)]

    inputs = form.inputs | {pictures, selected, expected, keep_once}
    outputs = [
        canvas, line, row, actions, download, pictures, selected, expected, keep_once, form.seed, form.generate,
        form.cancel,
    ]  # fmt: skip
    buttons = [form.generate, form.cancel, line]
    drawing = {"concurrency_limit": 1, "concurrency_id": DRAWING, **_HIDDEN}
    quick = {"queue": False, **_HIDDEN}

    form.generate.click(begin, None, buttons, **quick).then(draw, inputs, outputs, **drawing).then(
        end, None, buttons, **quick
    )
    filled = [form.prompt, form.style, form.background, form.seed, keep_once]
    form.examples.click(fill_example, None, filled, **quick).then(begin, None, buttons, **quick).then(
        draw, inputs, outputs, **drawing
    ).then(end, None, buttons, **quick)
    for event in (form.generate.click, form.examples.click):  # on a phone the canvas is below the form
        event(None, js="() => { window.easel.showCanvas(); }", **_HIDDEN)
    form.cancel.click(_cancel(studio), None, line, **quick)
    form.dice.click(lambda: (roll(), True), None, [form.seed, keep_once], **quick)
    form.seed.input(lambda: True, None, form.keep_seed, **quick)
    pickers = [form.prompt, form.style, form.background]
    form.style.input(write_choices, pickers, form.prompt, **quick)
    form.background.input(write_choices, pickers, form.prompt, **quick)
    form.prompt.blur(read_choices, form.prompt, [form.style, form.background], **quick)
    form.references.change(show_weights, form.references, list(form.weights), **quick)

    row.click(select, pictures, outputs, **quick)
    copy_link.click(None, js="() => { window.easel.copyLink(); }", **_HIDDEN)
    reuse_seed.click(
        lambda kept, number: (kept[number].recipe.seed, True),
        [pictures, selected],
        [form.seed, form.keep_seed],
        **quick,
    )
    reuse_all.click(use_settings, [pictures, selected], _settings(form) + [form.keep_seed, line], **quick)
    vary.click(
        use_as_reference,
        [pictures, selected, form.references],
        [form.references, form.reference_panel, form.similarity_strength, line],
        **quick,
    )
    return CreateTab(form, line, expected, keep_once, outputs, inputs, draw)


def _settings(form: Form) -> list:
    """The widgets that `write_form` updates."""
    return list(write_form(form, Recipe()))


def _cancel(studio: Studio):
    def cancel(request: gr.Request) -> str:
        studio.cancel(request.session_hash)
        return status("Stopping")

    return cancel


def _progress(event: Busy | Stage, recipe: Recipe, of: str, canvas: gr.HTML, line: gr.HTML) -> dict:
    if isinstance(event, Busy):
        return {canvas: canvas_drawing(None, recipe), line: status(event.reason)}
    updates = {line: status(step_words(event, recipe) + of)}
    if event.name != "super_res":  # the sketch stays until the marked picture takes its place
        updates[canvas] = canvas_drawing(event, recipe, preview=event.preview)
    return updates


def _verdict(rendered: Rendered, against: Expected | None, limits: Limits) -> Verdict | None:
    """How the picture compares with the one that was shared, if one was."""
    here = {"model": rendered.recipe.model, "weights_hash": rendered.recipe.weights_hash}
    if against is None or replace(against.recipe, **here) != rendered.recipe:
        return None
    if against.path is not None:
        verdict = compare(rendered.image, open_picture(against.path, limits))
    elif against.pixels_hash:
        verdict = compare(rendered.image, against.pixels_hash)
    else:
        return None
    theirs, ours = against.recipe.weights_hash, rendered.recipe.weights_hash
    if verdict.result == "differs" and theirs and theirs != ours:
        reason = f" It was made with other weights ({theirs}; here: {ours or 'unknown'})."
        return replace(verdict, sentence=verdict.sentence + reason)
    return verdict
