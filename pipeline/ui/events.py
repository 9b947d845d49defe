"""How the page's events run: what draws waits in one line, the rest answers at once, and neither is an endpoint."""

__all__ = ["BACKGROUND", "DRAWING", "HIDDEN", "QUEUED", "QUICK"]

DRAWING = "drawing"  # the queue that everything which uses the pipeline shares
HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}
QUEUED = {"concurrency_limit": 1, "concurrency_id": DRAWING, **HIDDEN}
BACKGROUND = {"concurrency_limit": None, **HIDDEN}  # it only waits, beside everybody else's waiting
QUICK = {"queue": False, **HIDDEN}
