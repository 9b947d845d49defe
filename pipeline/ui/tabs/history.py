"""The History tab. Its contents live in the browser: history.js fills and searches the list, the server sees none."""

import gradio as gr

__all__ = ["build_history_tab"]

_SCAFFOLD = """
<div class="history">
  <div class="history-keys">
    <input type="search" id="history-search" aria-label="Search the history" placeholder="Search prompts">
    <button type="button" id="history-export">Export</button>
    <label class="file-key" for="history-import">Import</label>
    <input type="file" id="history-import" class="visually-hidden" accept="application/json">
    <button type="button" id="history-clear">Clear</button>
  </div>
  <p id="history-note" role="status">What you draw is listed here.</p>
  <ul id="history-list"></ul>
  <p class="facts">Kept in this browser only. An entry is a link: it draws the picture again and compares the two.</p>
</div>
"""


def build_history_tab() -> None:
    """Lay out the tab inside the current gradio context."""
    gr.HTML(_SCAFFOLD, elem_id="history")
