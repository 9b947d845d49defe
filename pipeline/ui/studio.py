"""The room behind the page: loads the model while the page is already there, lets one drawing in at a time, keeps the
files for their download, and knows how to stop the drawing of one visitor.
"""

import logging
import queue
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from pipeline.recipe import Recipe
from pipeline.render import Cancelled, Rendered, Stage, render
from pipeline.weights import WeightsError

if TYPE_CHECKING:
    from pipeline.text_to_image import TextToImagePipeline

__all__ = ["Busy", "Studio"]

_logger = logging.getLogger(__name__)
_POLL = 0.1  # seconds between looks at a waiting drawing


@dataclass(frozen=True)
class Busy:
    """Nothing is drawn yet: the model is loading, or another visitor's picture is being drawn."""

    reason: str


class Studio:
    """One pipeline and everybody who draws with it.

    Args:
        pipe: a pipeline, or a function that loads one; it runs in the background once ``open`` is called.
        weights_hash: names the weights in recipes.
        kept_seconds: age at which a drawn file is deleted.
    """

    def __init__(
        self,
        pipe: "TextToImagePipeline | Callable[[], TextToImagePipeline]",
        *,
        weights_hash: str = "",
        kept_seconds: int = 3600,
    ):
        self.weights_hash, self.kept_seconds = weights_hash, kept_seconds
        self.folder = Path(tempfile.mkdtemp(prefix="easel-")).resolve()
        self.error: WeightsError | None = None
        self._pipe, self._load = (None, pipe) if callable(pipe) and not hasattr(pipe, "components") else (pipe, None)
        self._ready = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._cancels: dict[str, threading.Event] = {}
        if self._load is None:
            self._ready.set()

    @property
    def is_ready(self) -> bool:
        return self._ready.is_set() and self.error is None

    def open(self) -> None:
        """Start loading; returns at once."""
        if self._load is not None:
            threading.Thread(target=self._run_load, name="easel-load", daemon=True).start()

    def wait(self, seconds: float | None = None) -> bool:
        """Whether loading has ended, after at most this long.

        Raises:
            WeightsError: it ended badly.
        """
        ended = self._ready.wait(seconds)
        if self.error is not None:
            raise self.error
        return ended

    def ended(self, seconds: float) -> bool:
        """Whether loading has ended, well or badly, after at most this long."""
        return self._ready.wait(seconds)

    def recipe(self, recipe: Recipe) -> Recipe:
        """The recipe with the model that would draw it here."""
        return replace(recipe, weights_hash=self.weights_hash)

    def draw(
        self, recipe: Recipe, images: Sequence[Image.Image] = (), *, visitor: str = ""
    ) -> Iterator[Busy | Stage | Rendered]:
        """Draw one picture: yields what happens, last the finished picture. Closing the iterator stops the drawing.

        Raises:
            Cancelled: ``cancel(visitor)`` was called.
            WeightsError: the model could not be loaded.
            ValueError: see `render`.
        """
        cancel = self._cancels.setdefault(visitor, threading.Event()) if visitor else threading.Event()
        started = time.monotonic()
        while not self.wait(_POLL):
            if cancel.is_set():
                raise Cancelled
            yield Busy(f"Loading the model, {time.monotonic() - started:.0f} s so far. Your picture is next.")
        while not self._one_at_a_time.acquire(timeout=_POLL):
            if cancel.is_set():
                raise Cancelled
            yield Busy("Another picture is being drawn. Yours is next.")
        events: queue.SimpleQueue = queue.SimpleQueue()

        def work() -> None:
            try:
                events.put(render(self._pipe, recipe, images, on_stage=events.put, cancel=cancel))
            except BaseException as error:  # handed to the visitor's own thread
                events.put(error)
            finally:
                self._one_at_a_time.release()

        threading.Thread(target=work, name="easel-draw", daemon=True).start()
        try:
            while True:
                event = events.get()
                if isinstance(event, BaseException):
                    raise event
                yield event
                if isinstance(event, Rendered):
                    return
        except GeneratorExit:
            cancel.set()
            raise

    def embed(self, text: str, image: Image.Image | None) -> list[float]:
        """A sentence, a picture, or the average of both, as a vector of length 1.

        Raises:
            ValueError: neither is given.
            WeightsError: the model could not be loaded.
        """
        if not text.strip() and image is None:
            raise ValueError("There is nothing to embed. Pass `text`, `image`, or both.")
        self.wait()
        with self._one_at_a_time:
            rows = [self._pipe.get_text_embeds([text])] if text.strip() else []
            rows += [] if image is None else [self._pipe.get_image_embeds([image])]
        mean = sum(rows) / len(rows)
        return (mean / mean.norm()).float().flatten().tolist()

    def start(self, visitor: str) -> None:
        """Forget an earlier cancel of this visitor: a new request begins."""
        self._cancels[visitor] = threading.Event()

    def cancel(self, visitor: str) -> None:
        """Stop this visitor's drawing within one step, or keep a waiting one from starting."""
        if visitor in self._cancels:
            self._cancels[visitor].set()

    def leave(self, visitor: str) -> None:
        """The visitor is gone: stop and forget."""
        self.cancel(visitor)
        self._cancels.pop(visitor, None)

    def save(self, rendered: Rendered) -> Path:
        """Write the file to hand out, named by prompt, seed and id. Older files are deleted."""
        self._sweep()
        words = re.sub(r"[^a-z0-9]+", "-", rendered.recipe.prompt.lower()).strip("-")[:40].strip("-") or "picture"
        path = self.folder / f"{words}-{rendered.recipe.seed}-{rendered.recipe.id}.png"
        partial = path.with_suffix(".part")
        partial.write_bytes(rendered.png)
        partial.replace(path)
        return path

    def _sweep(self) -> None:
        oldest = time.time() - self.kept_seconds
        for path in self.folder.glob("*.png"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def _run_load(self) -> None:
        started = time.monotonic()
        try:
            self._pipe = self._load()
        except WeightsError as error:
            self.error = error
            _logger.error("%s", error)
        except Exception as error:  # whatever a foreign model folder can raise: visitors get one sentence
            self.error = WeightsError(f"The model could not be loaded: {error}. See the server's log.")
            _logger.exception("loading failed")
        else:
            _logger.info("model loaded in %.1f s", time.monotonic() - started)
        self._ready.set()
