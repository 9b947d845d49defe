"""More renderers than one: the page's process holds no model and sends recipes to stateless renderers.

    fleet = Fleet(RayRenderers("weights", at_least=4, address=None))
    rendered = fleet.render_recipe(recipe)

A recipe is all that a picture is a function of, so any renderer gives the same bytes, and one that dies is replaced by
another: whoever asked gets one answer. `RayRenderers` are deployments of Ray Serve (extra ".[ray]").
"""

import logging
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol

from PIL import Image

from pipeline.loading.errors import HeldBack, WeightsError
from pipeline.loading.options import AUTO, LoadOptions
from pipeline.recipe import Recipe
from pipeline.serve.jobs import QueueFull
from pipeline.serve.render import Cancelled, Rendered, Stage
from pipeline.serve.renderer import Renderer

if TYPE_CHECKING:
    import torch

    from pipeline.scene.parse import Parsed
    from pipeline.scene.record import Scene
    from pipeline.scene.wish import Wish

__all__ = ["AHEAD", "Fleet", "RayRenderers", "RendererDied", "Renderers", "fleet", "replica_range"]

TRIES = 4  # renderers that one recipe is given to, each after the one before has died
AHEAD = 2  # pictures for each renderer that are under way: the next one is there when one is finished
_RAY_SETTINGS = {
    "RAY_DISABLE_FAILURE_SIGNAL_HANDLER": "1",  # else SIGTERM aborts the process three seconds later
    "RAY_worker_niceness": "0",  # else other programs of this machine go before them
    "RAY_SERVE_QUEUE_LENGTH_RESPONSE_DEADLINE_S": "1.0",  # a renderer that draws answers late
}
_LOOK = 0.2  # seconds between looks whether a drawing is to be stopped
_logger = logging.getLogger(__name__)


class RendererDied(RuntimeError):
    """The renderer went away before it answered; another one can be asked."""


class Renderers(Protocol):
    """Who draws: on this machine, on others, or in a test."""

    most: int  # renderers

    def call(
        self,
        method: str,
        arguments: tuple,
        cancel: "threading.Event | None",
        on_stage: Callable[[Stage], None] | None = None,
    ) -> Any:
        """Run "draw", "together", "embed_texts", "embed_images", "read", "wish", "tokens", "layout" or "process" on
        one of them. Those that can tell their steps call ``on_stage`` with each.

        Raises:
            RendererDied: it went away.
            Cancelled: ``cancel`` was set.
            QueueFull: as many wait for them as may.
            Exception: whatever the renderer raised.
        """


class Fleet:
    """Renderers in a pipeline's place: `Studio` draws and embeds with them as with a pipeline of its own.

    Args:
        renderers: who draws.
    """

    def __init__(self, renderers: Renderers):
        self._renderers = renderers
        self.components: dict[str, Any] = {}  # none is here
        embed_dim, semantic_dim, self.weights_hash = self._call("layout")
        config = {"embed_dim": embed_dim, "semantic_dim": semantic_dim}
        self.image_encoder = SimpleNamespace(config=config) if embed_dim else None

    def render_recipe(
        self,
        recipe: Recipe,
        images: Sequence[Image.Image] = (),
        uploads: Mapping[str, Image.Image] | None = None,
        *,
        on_stage: Callable[[Stage], None] | None = None,
        cancel: "threading.Event | None" = None,
    ) -> Rendered:
        """As `render.render`. Ray's renderers do not tell their steps, so ``on_stage`` is not called."""
        given = list(images), dict(uploads or {})
        return self._call("draw", recipe, *given, cancel=cancel, on_stage=on_stage)

    def render_together(
        self,
        recipes: Sequence[Recipe],
        images: Sequence[Image.Image] = (),
        uploads: Mapping[str, Image.Image] | None = None,
        *,
        on_stage: Callable[[Stage], None] | None = None,
        cancel: "threading.Event | None" = None,
    ) -> list[Rendered | HeldBack]:
        """As `render.render_together`."""
        given = list(images), dict(uploads or {})
        return self._call("together", list(recipes), *given, cancel=cancel, on_stage=on_stage)

    def get_text_embeds(self, texts: list[str]) -> "torch.Tensor":
        """As the pipeline's."""
        return self._call("embed_texts", texts)

    def get_image_embeds(self, images: list[Image.Image]) -> "torch.Tensor":
        """As the pipeline's."""
        return self._call("embed_images", images)

    @property
    def reader(self) -> "_Reader":
        """Reads scenes and wishes where the model is."""
        return _Reader(self._call)

    def read_prompt(self, prompt: str, **more: Any) -> "Parsed | None":
        """As the pipeline's; None of models that read no prompts."""
        return self._call("read", prompt, more)

    def count_tokens(self, text: str) -> int:
        """How many tokens the text encoder reads a text as."""
        return self._call("tokens", text)

    def _call(
        self,
        method: str,
        *arguments: Any,
        cancel: "threading.Event | None" = None,
        on_stage: Callable[[Stage], None] | None = None,
    ) -> Any:
        last = None
        for attempt in range(1, TRIES + 1):
            try:
                return self._renderers.call(method, arguments, cancel, on_stage)
            except RendererDied as error:
                _logger.warning("A renderer died (attempt %d of %d); another one is asked.", attempt, TRIES)
                last = error
        raise WeightsError(f"{TRIES} renderers died over one request. See the log of the renderers.") from last


class _Reader:
    """What of a `SceneReader` is asked for from here, answered by a renderer."""

    def __init__(self, call: Callable[..., Any]):
        self._call = call

    def parse(self, prompt: str, **more: Any) -> "Parsed":
        """As `SceneReader.parse`."""
        return self._call("read", prompt, more)

    def read_wish(self, text: str, scene: "Scene", *, seed: int, it: str = "") -> "Wish":
        """As `Wishes.read`."""
        return self._call("wish", text, scene, seed, it)


def fleet(model: str, at_least: int, at_most: int, address: str | None = None, options: LoadOptions = AUTO) -> Fleet:
    """Renderers on Ray Serve, ready to draw: what `Studio` loads instead of a model.

    Raises:
        WeightsError: see `RayRenderers`; several pictures a call were asked for.
    """
    if options.batch > 1:
        raise WeightsError("`--batch` and `--replicas` do not go together: renderers get one recipe each.")
    return Fleet(RayRenderers(model, at_least=at_least, at_most=at_most, address=address, options=options))


def replica_range(text: str) -> tuple[int, int]:
    """ "4" -> (4, 4); "1-8" -> (1, 8): at least, at most.

    Raises:
        ValueError: it is neither.
    """
    match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", text.strip(), re.ASCII)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= low <= high:
        raise ValueError(f"--replicas takes a number from 1, or a range as 1-8, got {text!r}.")
    return low, high


class RayRenderers:
    """Renderers on Ray Serve: one process each, on this machine or on a cluster.

    Args:
        model: what ``--model`` names; every machine of a cluster must have it under that name.
        at_least, at_most: how many; between them Ray follows the load.
        address: of a cluster; None starts Ray on this machine.
        threads: of one renderer; None divides this machine's cores.
        max_waiting: requests for which no renderer is free; further ones are refused in a sentence.
        renderer: the class that loads and draws; tests have their own.
        options: how a model that is not ours is loaded.

    Raises:
        WeightsError: Ray is not installed, cannot be reached, or no renderer could load the model.
    """

    def __init__(
        self,
        model: str,
        *,
        at_least: int = 1,
        at_most: int | None = None,
        address: str | None = None,
        threads: int | None = None,
        max_waiting: int = 64,
        renderer: type | None = None,
        options: LoadOptions = AUTO,
    ):
        for name, value in _RAY_SETTINGS.items():  # before Ray is imported
            os.environ.setdefault(name, value)
        try:
            import ray
            from ray import serve
        except ImportError as error:
            raise WeightsError('--replicas needs Ray Serve. Install it with: pip install -e ".[ray]"') from error
        self.most = at_most or at_least
        threads = threads or max(1, (os.cpu_count() or 1) // self.most)
        root = str(Path(__file__).resolve().parents[2])
        variables = {name: value for name, value in os.environ.items() if name.startswith(("EASEL_", "HF_"))}
        variables |= {"PYTHONPATH": root, "OMP_NUM_THREADS": str(threads)}
        start: dict[str, Any] = {"runtime_env": {"env_vars": variables}, "log_to_driver": False}
        if address is None:  # as many cores as the renderers are said to have, whatever this machine has
            start |= {"num_cpus": max(1, threads * self.most) + 2, "include_dashboard": False}

        def run() -> Any:
            ray.init(address=address, ignore_reinit_error=True, namespace="easel", **start)
            serve.start(proxy_location="Disabled")
            scale: dict[str, Any] = {"num_replicas": at_least}
            if self.most > at_least:
                bounds = {"min_replicas": at_least, "max_replicas": self.most, "target_ongoing_requests": AHEAD}
                scale = {"autoscaling_config": bounds}
            deployment = serve.deployment(
                renderer or _RayRenderer,
                name="renderer",
                max_ongoing_requests=2 * AHEAD,  # some only ask how words are read
                max_queued_requests=max_waiting,
                ray_actor_options={"num_cpus": threads},
                health_check_period_s=2,
                health_check_timeout_s=10,
                **scale,
            )
            return serve.run(deployment.bind(model, threads, options), name="easel", route_prefix=None)

        try:
            self._handle = _lasting(run)
        except Exception as error:  # whatever Ray raises, with its own advice
            raise WeightsError(f"Ray Serve could not start the renderers: {str(error)[:300]}") from error

    def call(
        self,
        method: str,
        arguments: tuple,
        cancel: threading.Event | None,
        on_stage: Callable[[Stage], None] | None = None,
    ) -> Any:
        """See `Renderers.call`; ``on_stage`` is not called."""
        from ray.exceptions import RayActorError, RayTaskError, WorkerCrashedError
        from ray.serve.exceptions import BackPressureError, RequestCancelledError

        response = self._handle.call.remote(method, arguments)
        while True:
            if cancel is not None and cancel.is_set():
                response.cancel()
                raise Cancelled
            try:
                ok, value = response.result(timeout_s=_LOOK)
            except TimeoutError:
                continue
            except (RayActorError, WorkerCrashedError) as error:
                raise RendererDied(str(error)[:200]) from error
            except RequestCancelledError as error:
                raise Cancelled from error
            except BackPressureError as error:
                raise QueueFull("Many pictures wait to be drawn. Try again in a moment.", 2) from error
            except RayTaskError as error:  # ours come back as values: this is a fault of the renderer's process
                raise RuntimeError(f"A renderer failed: {str(error)[:300]}") from error
            if not ok:
                raise value
            return value

    def close(self) -> None:
        """Stop the renderers, and Ray where it was started here."""
        import ray
        from ray import serve

        serve.shutdown()
        ray.shutdown()


def _lasting(work: Callable[[], Any]) -> Any:
    """What a function returns or raises, run in a thread that never ends: on Linux, Ray's own processes are killed
    when the thread that started them is gone, and the one that loads a model is gone once it is loaded.
    """
    done: Future = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # handed over
            done.set_exception(error)
        threading.Event().wait()

    threading.Thread(target=run, name="easel-ray", daemon=True).start()
    return done.result()


class _RayRenderer:
    """One renderer: a model, and what is asked of it. What it raises is sent back as it is."""

    def __init__(self, model: str, threads: int, options: LoadOptions = AUTO):
        import torch

        from pipeline.loading.find import find_model

        torch.set_num_threads(threads)
        self._renderer = Renderer(find_model(model, options).load())

    async def call(self, method: str, arguments: tuple) -> tuple[bool, Any]:
        """(True, result) or (False, exception). Where the caller is gone, the drawing stops within one step."""
        import anyio

        cancel, answer = threading.Event(), self._renderer.answer
        try:
            return True, await anyio.to_thread.run_sync(answer, method, arguments, cancel, abandon_on_cancel=True)
        except Exception as error:  # sent back as it is
            return False, error
        finally:
            cancel.set()
