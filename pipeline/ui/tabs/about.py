"""The About tab: locales/about.*.md, in the browser's language; of another model without what ours draws."""

import gradio as gr

from pipeline.loading.capabilities import Capabilities
from pipeline.ui.words import say

__all__ = ["build_about_tab"]


def build_about_tab(capabilities: Capabilities) -> None:
    """Lay out the tab inside the current gradio context."""
    gr.Markdown(say("about" if capabilities.scenes else "about_other"), elem_id="about")
