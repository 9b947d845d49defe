"""The History tab. Its contents live in the browser: history.js fills and searches the list, the server sees none."""

import gradio as gr

from pipeline.ui.templates import block

__all__ = ["build_history_tab"]


def build_history_tab() -> None:
    """Lay out the tab inside the current gradio context."""
    gr.HTML(str(block("history")), elem_id="history")
