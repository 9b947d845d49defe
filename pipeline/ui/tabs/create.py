"""The Create tab: the form on the left, the canvas on the right, and what happens between them."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import gradio as gr
from gradio.context import Context
from PIL import Image

from pipeline.language.styles import read_choices, write_choices
from pipeline.loading.errors import WeightsError
from pipeline.recipe import SCHEMA, STAGES, Recipe
from pipeline.serve.drawn import Drawn
from pipeline.serve.examples import EXAMPLES, draw_examples, examples_html
from pipeline.serve.limits import Limits
from pipeline.serve.pace import QUALITIES, STEPS, Pace
from pipeline.serve.render import Cancelled, Rendered, Stage, Verdict, compare, series, varied
from pipeline.serve.studio import Busy, Restored, Studio
from pipeline.serve.uploads import open_picture
from pipeline.ui.canvas import (
    canvas_compared,
    canvas_drawing,
    canvas_empty,
    canvas_finished,
    shares,
    shelf,
    status,
    step_words,
)
from pipeline.ui.form import Form, build_form, read_form, reference_paths, roll, write_form
from pipeline.ui.picture_keys import build_picture_keys
from pipeline.ui.words import say
from pipeline.watermark import WatermarkError

__all__ = ["DRAWING", "CreateTab", "Expected", "build_create_tab", "done_words", "progress_updates", "verdict_on"]

DRAWING = "drawing"  # the queue that everything which uses the pipeline shares
_HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Expected:
    """What the next picture is compared with: an earlier one's pixel hash, or its file, if its recipe is this one."""

    recipe: Recipe
    pixels_hash: str | None = None
    path: str | None = None
    fresh: bool = False  # draw it anew, though the store may have it


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
    pictures: gr.State
    selected: gr.State
    canvas: gr.HTML
    file_format: gr.Dropdown
    again: gr.Button
    show: Callable[..., dict]
    begin: Callable[[gr.Request], dict]
    end: Callable[[], dict]


def build_create_tab(studio: Studio, limits: Limits) -> CreateTab:
    """Lay out the tab inside the current gradio context and wire it."""
    pace, prepared = Pace(limits), threading.Event()  # set once the examples are being drawn
    pictures = gr.State([])  # of this visit, oldest first
    selected = gr.State(None)  # index into pictures
    beside = gr.State(False)  # whether the next one picked from the shelf is put beside the selected one
    expected = gr.State(None)  # Expected, for the next drawing only
    keep_once = gr.State(False)  # draw once with the seed as shown, though it is not locked
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=320, elem_id="form"):
            form = build_form(limits, examples_html(), pace.choices(pace.steps("Fast"), say=say), studio.capabilities)
        with gr.Column(scale=6, min_width=320, elem_id="stage"):
            canvas = gr.HTML(canvas_empty(), elem_id="canvas")
            line = gr.HTML(status(""), elem_id="status")
            keys = build_picture_keys(studio.capabilities)
            row = gr.HTML(
                shelf([], None),
                elem_id="shelf",
                js_on_load="""element.addEventListener('click', event => {
                    const picture = event.target.closest('button[data-index]');
                    if (picture) trigger('click', {index: Number(picture.dataset.index)});
                });""",
            )
    sliders = {name: getattr(form, name) for name in STEPS.values()}

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

    def guarded(work: Iterator[dict], kept: list[Drawn], values: dict) -> Iterator[dict]:
        """Do the work; whatever ends it early is said in one sentence, and the last picture is shown again."""

        def back() -> dict:
            if not kept:
                return {canvas: canvas_empty()}
            number = values[selected] if len(kept) == len(values[pictures]) else len(kept) - 1
            return show(kept, number, None, values[keys.file_format])

        try:
            yield from work
        except Cancelled:
            yield {**back(), line: status("Cancelled. Nothing of it was kept.")}
        except (ValueError, WeightsError, WatermarkError) as error:
            yield {**back(), **refuse(error), keep_once: False, expected: None}
        except Exception as error:
            _logger.exception("drawing failed")
            words = f"Something went wrong ({type(error).__name__}). Try again; the server's log has the details."
            yield {**back(), **refuse(RuntimeError(words))}

    def paint(
        recipes: list[Recipe], images: Sequence[Image.Image], paths: Sequence[str], kept: list[Drawn], values: dict,
        request: gr.Request,
    ) -> Iterator[dict]:  # fmt: skip
        """Draw the recipes one after the other and add them to `kept`."""
        against = values[expected]
        for number, each in enumerate(recipes, start=1):
            of = f" ({number}/{len(recipes)})" if len(recipes) > 1 else ""
            fresh = against is not None and against.fresh
            for event in studio.draw(each, images, visitor=request.session_hash, fresh=fresh):
                if isinstance(event, Rendered):
                    pace.observe(event)
                    kept.append(Drawn.from_rendered(event, str(studio.save(event)), paths))
                    verdict, against = verdict_on(event, against, limits), None
                    shown = show(kept, len(kept) - 1, verdict, values[keys.file_format])
                    yield {**shown, line: done_words(event, of)}
                else:
                    yield progress_updates(event, each, of, canvas, line, studio.capabilities.stages, pace.cost)
        own = {name: values[slider] for name, slider in sliders.items()}
        yield {form.quality: gr.update(choices=pace.choices(own, values[form.guidance_scale], say=say))}

    def draw(values: dict, request: gr.Request) -> Iterator[dict]:
        """Draw what the form says, picture after picture; yields updates of the page."""
        kept = list(values[pictures])

        def work() -> Iterator[dict]:
            recipe, images, count = read_form(form, values, limits)
            if not (values[form.keep_seed] or values[keep_once]):  # a new seed has nothing to vary yet
                recipe = replace(recipe, seed=roll(), schema=SCHEMA, variations=())
            recipe = studio.recipe(recipe)
            turned = ", ".join(recipe.variations)
            yield {form.seed: recipe.seed, form.variations: turned, keep_once: False, expected: None, beside: False}
            paths = reference_paths(values[form.references])
            yield from paint(series(recipe, count), images, paths, kept, values, request)

        yield from guarded(work(), kept, values)

    def vary(strength: float, stage: str) -> Callable:
        """A handler that draws the selected picture once more with one more variation."""

        def draw_varied(values: dict, request: gr.Request) -> Iterator[dict]:
            kept = list(values[pictures])

            def work() -> Iterator[dict]:
                drawn = kept[values[selected]]
                recipe = studio.recipe(varied(drawn.recipe, roll(), strength, stage))
                yield {expected: None, beside: False}
                yield from paint([recipe], open_references(drawn), drawn.references, kept, values, request)

            yield from guarded(work(), kept, values)

        return draw_varied

    def leave_out(values: dict, request: gr.Request) -> Iterator[dict]:
        """Draw the selected picture without each of its reference pictures; the shelf does not keep these drawings."""
        kept = list(values[pictures])

        def work() -> Iterator[dict]:
            drawn = kept[values[selected]]
            images, files = open_references(drawn), []
            for left in range(len(images)):
                yield {line: status(f"Drawing without picture {left + 1} of {len(images)}")}
                recipe = _without(drawn.recipe, left)
                if recipe is None:
                    files.append(None)
                else:
                    others = images[:left] + images[left + 1 :]
                    *_, rendered = studio.draw(studio.recipe(recipe), others, visitor=request.session_hash)
                    files.append(str(studio.save(rendered)))
                yield {form.shares: shares(drawn, files)}
            yield {line: status("Each small picture was drawn without one of the reference pictures.")}

        yield from guarded(work(), kept, values)

    def open_references(drawn: Drawn) -> list[Image.Image]:
        if len(drawn.references) < len(drawn.recipe.image_hashes) or not all(map(_is_file, drawn.references)):
            raise ValueError("The reference pictures are no longer kept here. Add them again and press Generate.")
        return [open_picture(path, limits) for path in drawn.references]

    def show(kept: list[Drawn], number: int, verdict: Verdict | None = None, file_format: str = "png") -> dict:
        return {
            canvas: canvas_finished(kept[number], verdict),
            row: shelf(kept, number),
            **pick_format(kept, number, file_format),
            pictures: kept,
            selected: number,
            beside: False,
            form.shares: shares(kept[number]),
            form.leave_out: gr.update(visible=len(kept[number].image_weights) > 1),
        }

    def pick_format(kept: list[Drawn], number: int, file_format: str) -> dict:
        try:
            file = studio.files.download(kept[number].path, kept[number].recipe, file_format)
        except ValueError as error:
            return {keys.download: gr.update(value=None, interactive=False), **refuse(error)}
        return {keys.download: gr.update(value=str(file), interactive=True)}

    def select(kept: list[Drawn], number: int | None, pick: bool, file_format: str, event: gr.EventData) -> dict:
        chosen = int(event.index)
        if not 0 <= chosen < len(kept):
            return {line: status("")}
        if pick and chosen != number:
            return {canvas: canvas_compared(kept[number], kept[chosen]), beside: False, line: status("")}
        return {line: status(""), **show(kept, chosen, None, file_format)}

    def pick_second(kept: list[Drawn]) -> dict:
        if len(kept) < 2:
            return refuse(ValueError("There is only one picture so far. Draw another one to compare it with."))
        return {beside: True, line: status("Now pick the other picture from the row below.")}

    def fill_example(event: gr.EventData) -> dict:
        _, prompt, seed = EXAMPLES[int(event.index)]
        style, background = read_choices(prompt)
        return {
            form.prompt: prompt,
            form.style: style,
            form.background: background,
            form.seed: seed,
            form.variations: "",
            keep_once: True,
        }

    def use_prompt(kept: list[Drawn], number: int) -> dict:
        style, background = read_choices(kept[number].recipe.prompt)
        return {form.prompt: kept[number].recipe.prompt, form.style: style, form.background: background}

    def use_seed(kept: list[Drawn], number: int) -> dict:
        recipe = kept[number].recipe
        return {form.seed: recipe.seed, form.variations: ", ".join(recipe.variations), form.keep_seed: True}

    def use_settings(kept: list[Drawn], number: int) -> dict:
        drawn = kept[number]
        updates = {
            **write_form(form, drawn.recipe),
            form.keep_seed: True,
            line: status("Its settings are in the form."),
        }
        if all(map(_is_file, drawn.references)) and len(drawn.references) == len(drawn.recipe.image_hashes):
            updates[form.references] = list(drawn.references) or None
            updates[form.reference_panel] = gr.update(open=bool(drawn.references))
            for weight, value in zip(
                form.weights, drawn.recipe.image_weights or [1] * len(form.weights), strict=False
            ):
                updates[weight] = value
        else:
            words = "Its settings are in the form. Its reference pictures are no longer kept: add them again."
            updates[line] = status(words)
        return updates

    def use_as_reference(kept: list[Drawn], number: int, references: list | None) -> dict:
        paths = reference_paths(references)
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

    def set_quality(quality: str) -> dict:
        return {sliders[name]: n for name, n in pace.steps(quality).items()} if quality in QUALITIES else gr.skip()

    def name_quality(guidance_scale: float, *steps: int) -> dict:
        own = dict(zip(sliders, steps, strict=True))
        return gr.update(choices=pace.choices(own, guidance_scale, say=say), value=pace.quality(own))

    def calibrate(guidance_scale: float, *steps: int) -> dict:
        studio.ended(3600)
        if studio.is_ready and studio.capabilities.stages:
            pace.calibrate(studio)
            if not prepared.is_set():
                prepared.set()
                threading.Thread(target=draw_examples, args=(studio,), name="easel-examples", daemon=True).start()
        return name_quality(guidance_scale, *steps)

    inputs = form.inputs | {pictures, selected, expected, keep_once, keys.file_format}
    outputs = [
        canvas, line, row, keys.download, pictures, selected, beside, expected, keep_once,
        form.seed, form.variations, form.quality, form.shares, form.leave_out, form.generate, form.cancel,
    ]  # fmt: skip
    buttons = [form.generate, form.cancel, line]
    drawing = {"concurrency_limit": 1, "concurrency_id": DRAWING, **_HIDDEN}
    quick = {"queue": False, **_HIDDEN}

    def on_click(widget: gr.components.Component, work: Callable, first: tuple | None = None) -> None:
        """Draw when it is clicked; on a phone the canvas is below the form, so it is brought into view."""
        started = widget.click(*first, **quick).then(begin, None, buttons, **quick) if first else None
        started = started or widget.click(begin, None, buttons, **quick)
        started.then(work, inputs, outputs, **drawing).then(end, None, buttons, **quick)
        widget.click(None, js="() => { window.easel.showCanvas(); }", **_HIDDEN)

    on_click(form.generate, draw)
    filled = [form.prompt, form.style, form.background, form.seed, form.variations, keep_once]
    on_click(form.examples, draw, (fill_example, None, filled))
    for button, (strength, stage) in keys.again.items():
        on_click(button, vary(strength, stage))
    form.leave_out.click(begin, None, buttons, **quick).then(leave_out, inputs, outputs, **drawing).then(
        end, None, buttons, **quick
    )
    form.cancel.click(_cancel(studio), None, line, **quick)
    form.dice.click(lambda: (roll(), "", True), None, [form.seed, form.variations, keep_once], **quick)
    form.seed.input(lambda: ("", True), None, [form.variations, form.keep_seed], **quick)
    pickers = [form.prompt, form.style, form.background]
    form.style.input(write_choices, pickers, form.prompt, **quick)
    form.background.input(write_choices, pickers, form.prompt, **quick)
    form.prompt.blur(read_choices, form.prompt, [form.style, form.background], **quick)
    form.references.change(show_weights, form.references, list(form.weights), **quick)
    steps = [form.guidance_scale, *sliders.values()]
    form.quality.input(set_quality, form.quality, list(sliders.values()), **quick)
    gr.on([slider.change for slider in steps], name_quality, steps, form.quality, **quick)
    gr.on([Context.root_block.load], calibrate, steps, form.quality, concurrency_limit=None, **_HIDDEN)

    row.click(select, [pictures, selected, beside, keys.file_format], outputs, **quick)
    keys.file_format.input(pick_format, [pictures, selected, keys.file_format], [keys.download, line], **quick)
    for button, form_of_link in keys.copies.items():
        button.click(None, js=f"() => {{ window.easel.copyLink('{form_of_link}'); }}", **_HIDDEN)
    keys.download_all.click(None, js="() => { window.easel.downloadAll(); }", **_HIDDEN)
    keys.compare.click(pick_second, pictures, [beside, line], **quick)
    chosen = [pictures, selected]
    keys.reuse_prompt.click(use_prompt, chosen, pickers, **quick)
    keys.reuse_seed.click(use_seed, chosen, [form.seed, form.variations, form.keep_seed], **quick)
    everything = [*write_form(form, Recipe()), form.keep_seed, form.references, form.reference_panel, *form.weights]
    keys.reuse_all.click(use_settings, chosen, [*everything, line], **quick)
    keys.as_reference.click(
        use_as_reference,
        [*chosen, form.references],
        [form.references, form.reference_panel, form.similarity_strength, line],
        **quick,
    )
    return CreateTab(
        form, line, expected, keep_once, outputs, inputs, draw, pictures, selected, canvas, keys.file_format,
        keys.verify, show, begin, end,
    )  # fmt: skip


def _cancel(studio: Studio):
    def cancel(request: gr.Request) -> str:
        studio.cancel(request.session_hash)
        return status("Stopping")

    return cancel


def _is_file(path: str) -> bool:
    return Path(path).is_file()


def _without(recipe: Recipe, left: int) -> Recipe | None:
    """The recipe without one reference picture; None where no picture with a weight remains."""

    def others(values: tuple) -> tuple:
        return values[:left] + values[left + 1 :]

    weights = others(recipe.image_weights)
    if recipe.image_weights and not any(weights):
        return None
    return replace(recipe, image_hashes=others(recipe.image_hashes), image_weights=weights)


def done_words(event: Rendered, of: str = "") -> str:
    """The status line of a finished picture."""
    if isinstance(event, Restored):
        return status("From the store: it was drawn here before", of=of)
    return status(f"Done in {event.seconds:.1f} s", of=of)


def progress_updates(
    event: Busy | Stage, recipe: Recipe, of: str, canvas: gr.HTML, line: gr.HTML, stages: Sequence[str],
    cost: Mapping | None = None,
) -> dict:  # fmt: skip
    """What the page shows while a picture is drawn; `stages` and `cost` are as `canvas_drawing` takes them."""
    known = {"stages": stages} if cost is None else {"stages": stages, "cost": cost}
    if isinstance(event, Busy):
        return {canvas: canvas_drawing(None, recipe, **known), line: status(event.reason)}
    updates = {line: status(step_words(event, recipe, stages), of=of)}
    if event.name != STAGES[-1]:  # the sketch stays until the marked picture takes its place
        updates[canvas] = canvas_drawing(event, recipe, preview=event.preview, **known)
    return updates


def verdict_on(rendered: Rendered, against: Expected | None, limits: Limits) -> Verdict | None:
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
