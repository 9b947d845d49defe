"""Everything that a picture says about where it comes from: its mark, its recipe and its Content Credentials."""

import io
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from pipeline.pictures.likeness import shows
from pipeline.provenance.credentials import FileCredentials, available, read_credentials
from pipeline.recipe import Recipe
from pipeline.serve.limits import Limits
from pipeline.serve.store import PictureStore, StoredPicture
from pipeline.serve.uploads import open_whole
from pipeline.watermark import Detection, verify

__all__ = ["Evidence", "look"]


@dataclass(frozen=True)
class Evidence:
    """What was found in one file.

    Attributes:
        found: of the watermark.
        recipe: what to draw again; None where neither the file nor the store knows one.
        source: where the recipe comes from: "file" (its text, which anyone can write), "store" (the picture kept here
            that the mark names, if this one shows it) or "".
        misplaced: the file's text holds another recipe than the one that the mark names.
        credentials: what the Content Credentials say; None where the file has none or they were not checked.
        checked: whether Content Credentials were looked for, which takes the package c2pa-python.
        stopped: the search for the mark was stopped early.
        copied: the mark lies where it was written, yet the picture kept here that it names is another one: mark and
            pixels do not belong together.
        notes: what of another program's text was left out of the recipe, in words.
    """

    found: Detection
    recipe: Recipe | None
    source: str
    misplaced: bool
    credentials: FileCredentials | None
    checked: bool
    stopped: bool = False
    copied: bool = False
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """GENERATED, COPIED, INCONCLUSIVE or NOT_DETECTED."""
        return "COPIED" if self.copied else self.found.result


def look(
    path: str, limits: Limits, store: PictureStore, *, deep: bool, stop: threading.Event | None = None
) -> Iterator[float | Evidence]:
    """Search a file: yields the finished share, last the evidence. Closing the iterator ends the search.

    Args:
        path: as it was uploaded, byte for byte.
        store: asked for the recipe that a mark names.
        deep: see `verify`.
        stop: set it, from any thread, and what was found so far is the answer.

    Raises:
        ValueError: one sentence for the person who uploaded it.
    """
    file = open_whole(path, limits)
    claimed, credentials = file.recipe, read_credentials(file.data)
    stop = stop or threading.Event()
    gone = threading.Event()
    events: queue.SimpleQueue = queue.SimpleQueue()

    def ends() -> bool:
        return gone.is_set() or stop.is_set()

    def work() -> None:
        try:
            found = verify(file.image, deep=deep, reduced=file.reduced, progress=events.put, cancel=ends)
            events.put(found)
        except Exception as error:  # raised again in the caller's thread
            events.put(error)

    threading.Thread(target=work, name="easel-verify", daemon=True).start()
    try:
        while not isinstance(event := events.get(), Detection):
            if isinstance(event, Exception):
                raise event
            yield event
    finally:
        gone.set()
    misplaced = claimed is not None and event.payload is not None and event.payload != claimed.id32
    recipe, source = claimed, "file" if claimed else ""
    stored = store.find_payload(event.payload) if event.payload is not None else None
    belongs = stored is not None and _holds(file.image, stored)
    if stored is not None and belongs and (claimed is None or misplaced):
        recipe, source = stored.recipe, "store"
    # What was cropped or scaled since may not be known again; what was not moved must be.
    copied = stored is not None and not belongs and not event.undone
    notes = file.notes if source == "file" else ()
    yield Evidence(event, recipe, source, misplaced, credentials, available(), stop.is_set(), copied, notes)


def _holds(image: Image.Image, stored: StoredPicture) -> bool:
    """Whether who brought this picture holds the stored one: a mark alone, which can be copied, names no recipe."""
    with Image.open(io.BytesIO(stored.png)) as original:
        return shows(image, original)
