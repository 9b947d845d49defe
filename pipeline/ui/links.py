"""Opening a link: the page is filled from it, its picture comes from the store or is drawn, and both are compared."""

from collections.abc import Iterator, Mapping

import gradio as gr

from pipeline.recipe import Recipe
from pipeline.serve.drawn import Drawn
from pipeline.serve.limits import Limits
from pipeline.serve.studio import Studio
from pipeline.ui.canvas import status
from pipeline.ui.form import write_form
from pipeline.ui.tabs.create import DRAWING, CreateTab, Expected, done_words, verdict_on
from pipeline.ui.tabs.verify import VerifyTab

__all__ = ["wire_links"]

_ASKS = {"prompt", "seed", "images"}  # a link with one of these is about a picture
_ADD_ONE = (
    "This picture was made with a reference picture, which a link cannot carry. Add the same file under Reference "
    "pictures, then press Generate."
)
_ADD_MANY = (
    "This picture was made with {} reference pictures, which a link cannot carry. Add the same files, in their order, "
    "under Reference pictures, then press Generate."
)
_HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}


def wire_links(
    demo: gr.Blocks, studio: Studio, limits: Limits, create: CreateTab, check: VerifyTab, tabs: gr.Tabs
) -> None:
    """Connect links, and the Verify tab's recipes, with the Create tab."""
    form = create.form
    go = gr.State(False)  # whether the form was filled with something to draw

    def open_link(request: gr.Request) -> dict:
        studio.start(request.session_hash)
        query: Mapping[str, str] = dict(request.query_params)
        if not _ASKS & query.keys():
            return {go: False}
        link = Recipe.from_query(query)
        recipe, adopted = studio.capabilities.adopt(link.recipe)
        expected = Expected(recipe, pixels_hash=link.pixels_hash)
        restored = studio.restore(studio.recipe(recipe))
        if restored is None:
            return fill(recipe, expected, [*link.notes, *adopted])
        announce([*link.notes, *adopted])
        drawn = Drawn.from_rendered(restored, str(studio.save(restored)))
        return {
            **restored_form(recipe),
            **create.show([drawn], 0, verdict_on(restored, expected, limits)),
            create.status: done_words(restored),
            go: False,
        }

    def open_recipe(recipe: Recipe, path: str) -> dict:
        recipe, adopted = studio.capabilities.adopt(recipe)
        filled = fill(recipe, Expected(recipe, path=path, fresh=True), list(adopted))
        return {tabs: gr.Tabs(selected="create"), **filled}

    def use_settings(recipe: Recipe) -> dict:
        recipe, adopted = studio.capabilities.adopt(recipe)
        words = " ".join(["Its settings are in the form.", *adopted])
        if recipe.image_hashes:
            words += " Its reference pictures are not: add the same files under Reference pictures."
        return {
            tabs: gr.Tabs(selected="create"),
            **restored_form(recipe),
            form.keep_seed: True,
            create.status: status(words),
        }

    def fill(recipe: Recipe, expected: Expected, notes: list[str]) -> dict:
        drawable = not recipe.image_hashes and bool(recipe.prompt.strip())
        if recipe.image_hashes:
            count = len(recipe.image_hashes)
            notes.append(_ADD_ONE if count == 1 else _ADD_MANY.format(count))
        elif not drawable:
            notes.append("The link says nothing to draw. Type what you would like to see.")
        announce(notes)
        return {
            **restored_form(recipe),
            create.keep_once: True,
            create.expected: expected,
            go: drawable,
            create.status: status(notes[-1].replace("`", "") if notes and not drawable else ""),
        }

    def restored_form(recipe: Recipe) -> dict:
        weights = (*recipe.image_weights, *[1] * len(form.weights))
        return {**write_form(form, recipe), **dict(zip(form.weights, weights, strict=False))}

    def announce(notes: list[str] | tuple[str, ...]) -> None:
        for note in notes:
            gr.Info(note.replace("`", ""), duration=12, title="About this link")

    def draw(values: dict, request: gr.Request) -> Iterator[dict]:
        if not values[go]:
            yield {create.status: gr.skip()}  # a generator without a yield would empty every output
            return
        yield {form.generate: gr.update(interactive=False), form.cancel: gr.update(interactive=True)}
        yield from create.draw(values, request)
        yield {form.generate: gr.update(interactive=True), form.cancel: gr.update(interactive=False)}

    settings = list(restored_form(Recipe()))
    filled = [*settings, create.keep_once, create.expected, go, create.status]
    opened = list(dict.fromkeys([*filled, *create.outputs]))
    drawing = {"concurrency_limit": 1, "concurrency_id": DRAWING, **_HIDDEN}
    quick = {"queue": False, **_HIDDEN}
    demo.load(open_link, None, opened, **quick).then(draw, create.inputs | {go}, create.outputs, **drawing)
    check.redraw.click(open_recipe, [check.recipe, check.picture], [tabs, *filled], **quick).then(
        draw, create.inputs | {go}, create.outputs, **drawing
    )
    check.settings.click(use_settings, check.recipe, [tabs, *settings, form.keep_seed, create.status], **quick)
