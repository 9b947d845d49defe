"""What the page and the API accept from anyone who can reach them. `app.py` sets the values."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Bounds of one request and of the queue.

    Attributes:
        max_count: pictures of one request.
        max_references: reference pictures of one request.
        max_steps: decoder and super-resolution steps.
        max_prior_steps: prior steps.
        max_guidance: both guidance scales.
        max_upload_mb: size of one uploaded file.
        max_upload_pixels: pixels of one uploaded picture.
        max_queue: requests that wait; the next one is told to come back later.
        kept_seconds: how long a drawn file stays on the server for its download.
    """

    max_count: int = 5
    max_references: int = 5
    max_steps: int = 16
    max_prior_steps: int = 64
    max_guidance: float = 10.0
    max_upload_mb: int = 20
    max_upload_pixels: int = 40_000_000
    max_queue: int = 24
    kept_seconds: int = 3600
