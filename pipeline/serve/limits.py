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
        search_store: whether every visitor may search what all visitors drew; said at start, never guessed.
        max_search_pictures: uploaded pictures that one visitor, or one request, searches.
        max_queue: requests that wait or are drawn; the next one is told to come back later.
        max_queue_of_address, max_queue_of_session: those of one address and of one session.
        max_pictures_per_minute: that programs may ask for with one key or from one address; 0 is without bound.
        max_preview_drawings: pictures of link previews that are drawn or wait at a time.
        max_previews_per_minute: pictures of link previews that are drawn for one address.
        kept_seconds: how long a drawn file stays on the server for its download.
    """

    max_count: int = 5
    max_references: int = 5
    max_steps: int = 16
    max_prior_steps: int = 64
    max_guidance: float = 10.0
    max_upload_mb: int = 20
    max_upload_pixels: int = 40_000_000
    search_store: bool = False
    max_search_pictures: int = 200
    max_queue: int = 64
    max_queue_of_address: int = 56
    max_queue_of_session: int = 16
    max_pictures_per_minute: int = 0
    max_preview_drawings: int = 2
    max_previews_per_minute: int = 6
    kept_seconds: int = 3600
