"""Opening a link: the page is filled from it, the picture is drawn, and the two are compared."""

from collections.abc import Iterator, Mapping

import gradio as gr

from pipeline.recipe import Recipe
from pipeline.ui.canvas import status
from pipeline.ui.create_tab import DRAWING, CreateTab, Expected
from pipeline.ui.form import write_form
from pipeline.ui.studio import Studio
from pipeline.ui.verify_tab import VerifyTab

__all__ = ["wire_links"]

_ASKS = {"prompt", "seed", "images"}  # a link with one of these is about a picture
_HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}


def wire_links(demo: gr.Blocks, studio: Studio, create: CreateTab, check: VerifyTab, tabs: gr.Tabs) -> None:
    """Connect links, and the Verify tab's recipes, with the Create tab."""
    form = create.form
    go = gr.State(False)  # whether the form was filled with something to draw

    def open_link(request: gr.Request) -> dict:
        studio.start(request.session_hash)
        query: Mapping[str, str] = dict(request.query_params)
        if not _ASKS & query.keys():
            return {go: False}
        link = Recipe.from_query(query)
        expected = Expected(link.recipe, pixels_hash=link.pixels_hash)
        return fill(link.recipe, expected, list(link.notes))

    def open_recipe(recipe: Recipe, path: str) -> dict:
        return {tabs: gr.Tabs(selected="create"), **fill(recipe, Expected(recipe, path=path), [])}

    def fill(recipe: Recipe, expected: Expected, notes: list[str]) -> dict:
        drawable = not recipe.image_hashes and bool(recipe.prompt.strip())
        if recipe.image_hashes:
            count = len(recipe.image_hashes)
            notes.append(
                f"This picture was made with {count} reference picture{'s' if count > 1 else ''}, which a link cannot "
                "carry. Add the same file under Reference pictures, then press Generate."
            )
        elif not drawable:
            notes.append("The link says nothing to draw. Type what you would like to see.")
        for note in notes:
            gr.Info(note.replace("`", ""), duration=12, title="About this link")
        return {
            **write_form(form, recipe),
            create.keep_once: True,
            create.expected: expected,
            go: drawable,
            create.status: status(notes[-1].replace("`", "") if notes and not drawable else ""),
        }

    def draw(values: dict, request: gr.Request) -> Iterator[dict]:
        if not values[go]:
            yield {create.status: gr.skip()}  # a generator without a yield would empty every output
            return
        yield {form.generate: gr.update(interactive=False), form.cancel: gr.update(interactive=True)}
        yield from create.draw(values, request)
        yield {form.generate: gr.update(interactive=True), form.cancel: gr.update(interactive=False)}

    filled = [*write_form(form, Recipe()), create.keep_once, create.expected, go, create.status]
    drawing = {"concurrency_limit": 1, "concurrency_id": DRAWING, **_HIDDEN}
    demo.load(open_link, None, filled, queue=False, **_HIDDEN).then(
        draw, create.inputs | {go}, create.outputs, **drawing
    )
    check.redraw.click(open_recipe, [check.recipe, check.picture], [tabs, *filled], queue=False, **_HIDDEN).then(
        draw, create.inputs | {go}, create.outputs, **drawing
    )
