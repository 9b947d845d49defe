"""The room behind the page: loads the model while the page is already there, lets one drawing in at a time, answers
from the store what was drawn before, and knows how to stop the drawing of one visitor.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from pipeline.loading.capabilities import EASEL, Capabilities
from pipeline.loading.errors import HeldBack, WeightsError
from pipeline.loading.hardware import is_zero_gpu, on_gpu
from pipeline.recipe import Recipe, pixels_hash
from pipeline.safety import SafetyScreen
from pipeline.search import ImageIndex, index_for
from pipeline.serve.files import Files
from pipeline.serve.jobs import CURRENT, Client, Jobs, Place, stopping
from pipeline.serve.metrics import Metrics
from pipeline.serve.render import AnyOf, Cancelled, Rendered, Stage, opened, render, render_together
from pipeline.serve.store import PictureStore, StoredPicture
from pipeline.serve.watched import watched
from pipeline.watermark import default_key

if TYPE_CHECKING:
    from pipeline.scene.parse import Parsed, SceneReader
    from pipeline.text_to_image import TextToImagePipeline

__all__ = ["Busy", "Restored", "Studio"]

_logger = logging.getLogger(__name__)
_POLL = 0.1  # seconds between looks at a waiting drawing
_POLL_LATER = 0.5  # once it has waited for a second: each look of fifty that wait takes time from the one that draws
_SAY = 1.0  # seconds between two sentences to somebody who waits
_NEXT = "Another picture is being drawn. Yours is next."
_SWEEP = 600  # seconds between looks for what is too old


@dataclass(frozen=True)
class Busy:
    """Nothing is drawn yet: the model is loading, or another visitor's picture is being drawn."""

    reason: str


@dataclass(frozen=True)
class Restored(Rendered):
    """A picture that was drawn earlier and kept: `image_embeds` is None, and `seconds` is how long finding it took."""


class Studio:
    """One pipeline and everybody who draws with it.

    Args:
        pipe: a pipeline, or a function that loads one; it runs in the background once ``open`` is called.
        weights_hash: names the weights in recipes.
        kept_seconds: age at which a drawn file is deleted.
        store: where pictures are kept for longer; without one, nowhere.
        capabilities: what the model can be asked for.
        jobs: whose turn it is.
        files_in: where the folder of the files to hand out is made; default the system's for temporary files.
    """

    def __init__(
        self,
        pipe: "TextToImagePipeline | Callable[[], Any]",
        *,
        weights_hash: str = "",
        kept_seconds: int = 3600,
        store: PictureStore | None = None,
        capabilities: Capabilities = EASEL,
        jobs: Jobs | None = None,
        files_in: Path | None = None,
    ):
        self.weights_hash, self.capabilities = weights_hash, capabilities
        self.error: WeightsError | None = None
        self.store = PictureStore(None) if store is None else store
        self.files = Files(self.store, kept_seconds, files_in)
        self._screen = SafetyScreen()
        loads = callable(pipe) and not hasattr(pipe, "components")
        self._pipe: Any = None if loads else pipe
        self._load: Any = pipe if loads else None
        self._ready = threading.Event()
        self.jobs = Jobs() if jobs is None else jobs
        self.metrics = Metrics()
        self._cancels: dict[str, threading.Event] = {}
        self._lent_events = on_gpu(self._events) if is_zero_gpu() else None
        self._mean_embeds = on_gpu(self._mean_embeds)
        if self._load is None:
            self._ready.set()

    @property
    def is_ready(self) -> bool:
        return self._ready.is_set() and self.error is None

    def open(self) -> None:
        """Start loading; returns at once."""
        if self._load is not None:
            threading.Thread(target=self._run_load, name="easel-load", daemon=True).start()
        threading.Thread(target=self._keep_house, name="easel-house", daemon=True).start()

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
        return self.capabilities.recipe(recipe, self.weights_hash)

    def _named(self, recipe: Recipe) -> Recipe:
        """The recipe with the name of the weights, where it was made before that was known."""
        unknown = not recipe.weights_hash and recipe.model == self.capabilities.model
        return replace(recipe, weights_hash=self.weights_hash) if unknown else recipe

    def restore(self, recipe: Recipe, *, read: bool = True) -> Restored | None:
        """The picture of this recipe, if it was drawn here with these weights and today's key and is still kept; with
        how its prompt is understood, unless nobody asks."""
        started = time.perf_counter()
        stored = self.store.get(recipe) if recipe.weights_hash else None  # of weights without a name, none is sure
        if stored is None or stored.key_id != default_key().key_id:
            return None
        if not self.allows(recipe.prompt):  # the lists have grown since: the pipeline refuses it
            return None
        image = opened(stored.png)
        hashed, seconds = pixels_hash(image), time.perf_counter() - started
        return Restored(
            image, stored.png, stored.recipe, hashed, None, stored.image_weights, seconds,
            reading=self._read(stored) if read else None,
        )  # fmt: skip

    def allows(self, prompt: str) -> bool:
        """Whether the lists let these words be drawn, and so be repeated."""
        return self._screen.screen(prompt).allowed

    def _read(self, stored: StoredPicture) -> "Parsed | None":
        """What the model understands by a kept picture's prompt, where it reads prompts."""
        if self._lent_events is not None:  # reading may run the text encoder, and no GPU is lent for a stored picture
            return None
        read, recipe = getattr(self._pipe, "read_prompt", None), stored.recipe
        reading = read(recipe.prompt, seed=recipe.seed) if read and recipe.prompt.strip() else None
        return reading and replace(reading, notes=(*reading.notes, *stored.notes))

    def draw(
        self,
        recipe: Recipe,
        images: Sequence[Image.Image] = (),
        *,
        uploads: Mapping[str, Image.Image] | None = None,
        visitor: str = "",
        fresh: bool = False,
        place: Place | None = None,
        also: Sequence[Recipe] = (),
        steps: bool = True,
    ) -> Generator[Busy | Stage | Rendered | HeldBack, None, None]:
        """Draw one picture: yields what happens, last the finished picture. Closing the iterator stops the drawing.

        What was drawn before comes from the store at once, as `Restored`, though the model be busy or not yet loaded;
        ``fresh`` draws it anew all the same.

        Args:
            uploads: as `render` takes them.
            place: of the request; without one that of the context (`jobs.CURRENT`), or a new one.
            also: recipes of other seeds, drawn in the same call; their pictures follow the first. Of these several
                one that the model's own safety check held back is told by its `HeldBack`, in its place.
            steps: whether somebody wants to know of every step.

        Raises:
            Cancelled: ``cancel(visitor)`` was called, or the place was cancelled.
            QueueFull: a new place was asked for, and there is none; the server stops before the picture is there.
            WeightsError: the model could not be loaded.
            ValueError: see `render`.
        """
        if not fresh and not also and (restored := self.restore(recipe)) is not None:
            self.metrics.observe(restored, from_store=True)
            yield restored
            return
        cancel = self._cancels.setdefault(visitor, threading.Event()) if visitor else threading.Event()
        with self._place(place, visitor) as place:
            yield from self._until_turn(place, cancel)
            recipes = [self._named(each) for each in (recipe, *also)]
            if not self.capabilities.stages:  # another model's first step can take a minute
                yield Stage(*self.capabilities.beginning(recipe))
            yield from self._in_turn(recipes, (list(images), uploads), place, cancel, steps)

    @contextmanager
    def _place(self, place: Place | None, visitor: str = "") -> Iterator[Place]:
        """The request's own place, which is kept afterwards, or a new one."""
        given = place or CURRENT.get()
        place = given or self.jobs.admit(Client("", visitor))
        try:
            yield place
        except Cancelled as error:
            if self.jobs.is_stopped:  # whoever asked is told why, and when to ask again
                raise stopping() from error
            raise
        finally:
            place.release() if given else place.leave()

    def _until_turn(self, place: Place, cancel: threading.Event) -> Iterator[Busy]:
        """Wait for the model, then for the turn; says so at first and when something has changed, once a second."""

        def check() -> None:
            if cancel.is_set() or place.cancelled.is_set():
                raise Cancelled

        started = time.monotonic()
        while not self.wait(_POLL):
            check()
            yield Busy(f"Loading the model, {time.monotonic() - started:.0f} s so far. Your picture is next.")
        latest, last = "", -math.inf
        while not place.wait(_POLL if time.monotonic() - started < _SAY else _POLL_LATER):
            check()
            if time.monotonic() - last < _SAY:
                continue
            before = place.before
            words = f"{before} others are before you." if before > 1 else _NEXT
            last = time.monotonic()
            if words != latest:
                latest = words
                yield Busy(words)
        check()

    def _in_turn(
        self, recipes: list[Recipe], given: tuple, place: Place, cancel: threading.Event, steps: bool
    ) -> Iterator[Stage | Rendered | HeldBack]:
        if (lent := self._lent_events) is not None:  # drawing is then in another process, which hears no cancel
            events = lent(recipes, given)
        else:
            events = self._events(recipes, given, AnyOf(cancel, place.cancelled), place.lend(), steps)
        try:
            for event in events:
                if place.cancelled.is_set() or lent and cancel.is_set():
                    raise Cancelled
                if isinstance(event, Rendered):
                    self.metrics.observe(event, from_store=False)
                    self._keep(event)
                yield event
            self.store.settle()  # what is acknowledged is kept
        finally:
            events.close()

    def _events(
        self,
        recipes: list[Recipe],
        given: tuple,
        cancel: "AnyOf | None" = None,
        ended: Callable[[], None] | None = None,
        steps: bool = True,
    ) -> Generator[Stage | Rendered | HeldBack, None, None]:
        """Draw of ``given``, (images, uploads): every step, then the pictures."""

        def draw(**watching: Any) -> list[Rendered | HeldBack]:
            pipe: Any = self._pipe  # a `Fleet` draws in its own way
            if len(recipes) > 1:
                return getattr(pipe, "render_together", partial(render_together, pipe))(recipes, *given, **watching)
            return [getattr(pipe, "render_recipe", partial(render, pipe))(recipes[0], *given, **watching)]

        return watched(draw, cancel or AnyOf(), ended, apart=steps or not hasattr(self._pipe, "render_recipe"))

    @contextmanager
    def reader(self, place: Place | None = None) -> Iterator["SceneReader"]:
        """What reads scenes, in this request's turn; ValueError where the model reads none."""
        self.wait()
        reader = getattr(self._pipe, "reader", None)
        if reader is None:
            raise ValueError("This model reads no scenes. Leave colours, conditions and changes out.")
        with self.turn(place):
            yield reader

    @contextmanager
    def turn(self, place: Place | None) -> Iterator[None]:
        """What takes the processor for long is done in this request's turn. Raises Cancelled."""
        with self._place(place) as place:
            while not place.wait(_POLL):
                if place.cancelled.is_set():
                    raise Cancelled
            yield

    def embed(self, text: str, image: Image.Image | None, *, place: Place | None = None) -> list[float]:
        """A sentence, a picture, or the average of both, as a vector of length 1; `place` is as `draw` takes it.

        Raises:
            ValueError: neither is given.
            Cancelled: the place was cancelled.
            WeightsError: the model could not be loaded.
        """
        if not text.strip() and image is None:
            raise ValueError("There is nothing to embed. Pass `text`, `image`, or both.")
        self.wait()
        with self.turn(place):
            return self._mean_embeds(text, image)

    def _mean_embeds(self, text: str, image: Image.Image | None) -> list[float]:
        rows = [self._pipe.get_text_embeds([text])] if text.strip() else []
        rows += [] if image is None else [self._pipe.get_image_embeds([image])]
        mean: Any = sum(rows) / len(rows)
        return (mean / mean.norm()).float().flatten().tolist()

    @property
    def semantic_dim(self) -> int:
        """How many numbers of an embedding, the first ones, say what is shown; 0 where the model does not tell."""
        encoder = getattr(self._pipe, "image_encoder", None)
        return 0 if encoder is None else encoder.config["semantic_dim"]

    def count_tokens(self, text: str) -> int:
        """How many tokens the text encoder reads a text as.

        Raises:
            WeightsError: the model could not be loaded.
        """
        self.wait()
        if hasattr(self._pipe, "count_tokens"):
            return self._pipe.count_tokens(text)
        return len(self._pipe.tokenizer(text)["input_ids"])

    def new_index(self) -> ImageIndex:
        """An empty index for this model's embeddings; WeightsError where the model could not be loaded."""
        self.wait()
        return index_for(self._pipe)

    def start(self, visitor: str) -> threading.Event:
        """Forget an earlier cancel of this visitor: a new request begins. What is returned is set by `cancel`."""
        self._cancels[visitor] = cancel = threading.Event()
        return cancel

    def cancel(self, visitor: str) -> None:
        """Stop this visitor's drawing within one step, or keep a waiting one from starting."""
        if visitor in self._cancels:
            self._cancels[visitor].set()

    def is_current(self, visitor: str, started: threading.Event) -> bool:
        """Whether nothing has begun under this name since `start` gave ``started`` back."""
        return self._cancels.get(visitor) is started

    def leave(self, visitor: str) -> None:
        """The visitor is gone: stop and forget, the searches named `visitor/...` too."""
        for name in [name for name in list(self._cancels) if name == visitor or name.startswith(f"{visitor}/")]:
            self.cancel(name)
            self._cancels.pop(name, None)

    @property
    def folder(self) -> Path:
        """Where the files to hand out are."""
        return self.files.folder

    def save(self, rendered: Rendered) -> Path:
        """See `Files.save`."""
        return self.files.save(rendered)

    def close(self) -> None:
        """Finish what is handed over to the store, and delete the files to hand out."""
        self.store.close()
        self.files.close()

    def _keep(self, rendered: Rendered) -> None:
        if rendered.recipe.weights_hash:
            told = {"image_weights": rendered.image_weights, "notes": rendered.notes}
            self.store.put(rendered.recipe, rendered.png, key_id=default_key().key_id, **told)

    def _keep_house(self) -> None:
        """Once: what signing needs. Then for ever: delete what is too old."""
        self.files.warm_up()
        while True:
            self.store.sweep()
            self.files.sweep()
            time.sleep(_SWEEP)

    def _run_load(self) -> None:
        started = time.monotonic()
        try:
            self._pipe = self._load()
            self.weights_hash = self.weights_hash or getattr(self._pipe, "weights_hash", "")
        except WeightsError as error:
            self.error = error
            _logger.error("%s", error)
        except Exception as error:  # whatever a foreign model folder can raise: visitors get one sentence
            self.error = WeightsError(f"The model could not be loaded: {error}. See the server's log.")
            _logger.exception("loading failed")
        else:
            _logger.info("model loaded in %.1f s", time.monotonic() - started)
        self._ready.set()
