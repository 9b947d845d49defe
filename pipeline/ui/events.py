"""How the page's events run: what draws waits in one line, the rest answers at once, and neither is an endpoint."""

from typing import Any

import gradio as gr

__all__ = ["BACKGROUND", "DRAWING", "HIDDEN", "QUEUED", "QUICK", "visitor_of"]

DRAWING = "drawing"  # the queue that everything which uses the pipeline shares
HIDDEN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
QUEUED: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": DRAWING, **HIDDEN}
BACKGROUND: dict[str, Any] = {"concurrency_limit": None, **HIDDEN}  # it only waits, beside everybody else's waiting
QUICK: dict[str, Any] = {"queue": False, **HIDDEN}


def visitor_of(request: gr.Request) -> str:
    """Whose page asks, as `Studio` names visitors; "" where gradio knows no session."""
    return request.session_hash or ""
