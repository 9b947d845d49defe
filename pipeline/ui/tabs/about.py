"""The About tab: locales/about.*.md, in the browser's language."""

import gradio as gr

from pipeline.ui.words import say

__all__ = ["build_about_tab"]


def build_about_tab() -> None:
    """Lay out the tab inside the current gradio context."""
    gr.Markdown(say("about"), elem_id="about")
