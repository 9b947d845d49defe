"""The page: its head, its tabs, and what goes on between them."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from pipeline.serve.gate import Doorkeeper
from pipeline.serve.keys import Allowance
from pipeline.serve.limits import Limits
from pipeline.serve.programs import Programs
from pipeline.serve.studio import Studio
from pipeline.ui.canvas import status
from pipeline.ui.events import BACKGROUND, HIDDEN, visitor_of
from pipeline.ui.links import Links
from pipeline.ui.queueing import Presence
from pipeline.ui.tabs.about import build_about_tab
from pipeline.ui.tabs.create import CreateTab
from pipeline.ui.tabs.history import build_history_tab
from pipeline.ui.tabs.packs import PacksTab
from pipeline.ui.tabs.search import SearchTab
from pipeline.ui.tabs.verify import VerifyTab
from pipeline.ui.templates import block
from pipeline.ui.words import Words, say

__all__ = ["Page", "build_page"]


class Page(gr.Blocks):
    """Gradio's page, and what belongs to it once `app.build_demo` has built it."""

    studio: Studio
    limits: Limits
    programs: Programs
    presence: Presence
    allowance: Allowance
    doorkeeper: Doorkeeper  # once it is served

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """As gradio's, but for what endpoints answer: that is whole, and gradio would look through it for files."""
        if block_fn.postprocess:
            return await super().postprocess_data(block_fn, predictions, state)
        return list(predictions) if len(block_fn.outputs) > 1 else [predictions]


def build_page(demo: gr.Blocks, studio: Studio, limits: Limits) -> None:
    """Lay everything out inside `demo` and wire it."""
    with gr.Row(elem_id="top"):
        gr.HTML(str(block("header" if studio.capabilities.scenes else "header_other")), elem_id="title", scale=1)
        state = gr.HTML(status(""), elem_id="model-state", scale=0, min_width=150)
        theme = gr.Button(say("head.theme"), size="sm", elem_id="theme-toggle", scale=0, min_width=90)
    with gr.Tabs() as tabs:
        with gr.Tab(say("tab.create"), id="create"):
            create = CreateTab(studio, limits)
        with gr.Tab(say("tab.packs"), id="packs", visible=bool(studio.capabilities.stages)):
            packs = PacksTab(studio)
        with gr.Tab(say("tab.search"), id="search-tab", visible=studio.capabilities.embeddings):
            SearchTab(studio, limits, create.board.pictures)
        with gr.Tab(say("tab.verify"), id="verify"):
            check = VerifyTab(studio, limits)
        with gr.Tab(say("tab.history"), id="history"):
            build_history_tab()
        with gr.Tab(say("tab.about"), id="about"):
            build_about_tab(studio.capabilities)
    theme.click(None, js="() => { window.easel.toggleTheme(); }", **HIDDEN)

    def loading(request: gr.Request) -> Iterator[str]:
        words = Words.of(request)
        while not studio.ended(0.5):
            yield model_state(studio, words)
        yield model_state(studio, words)

    def leave(request: gr.Request) -> None:
        studio.leave(visitor_of(request))

    demo.load(loading, None, state, **BACKGROUND)
    Links(create, check, tabs).wire(demo)
    packs.open_examples(create.board.canvas.expand, tabs)
    packs.open_links(demo, tabs)
    demo.unload(leave)


def model_state(studio: Studio, words: Words) -> str:
    """One line on the model for the page's corner."""
    if studio.error is not None:
        return status(words.message(str(studio.error)), "bad")
    if not studio.is_ready:
        return status(words("head.loading"))
    if studio.capabilities.scenes:
        return status(words("head.ready"), "good")
    return status(words("head.ready_other", model=studio.capabilities.model.rpartition("/")[2]), "good")
