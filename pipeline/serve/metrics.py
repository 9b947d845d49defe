"""What /metrics tells Prometheus: requests by door and outcome, seconds by stage, the queue, what the store answered.

Nothing here names a prompt, a key or an address.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from pipeline.serve.jobs import QueueFull
from pipeline.serve.render import Cancelled, Rendered

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


_OUTCOMES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((QueueFull,), "busy"),
    ((ValueError,), "refused"),
    ((Cancelled, GeneratorExit, asyncio.CancelledError), "cancelled"),  # a generator is closed where nobody reads it
)


class Metrics:
    """The counters of one server, in a registry of their own."""

    def __init__(self):
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "easel_requests", "Requests answered, by door and outcome.", ["door", "outcome"], registry=self.registry
        )
        self.pictures = Counter(
            "easel_pictures", "Pictures answered: drawn, or found in the store.", ["source"], registry=self.registry
        )
        self.seconds = Histogram(
            "easel_picture_seconds", "Seconds of a drawn picture.", buckets=_SECONDS, registry=self.registry
        )
        self.stages = Histogram(
            "easel_step_seconds", "Seconds of one step of a stage.", ["stage"], buckets=_SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self._queue = Gauge("easel_queue_length", "Requests that wait or draw.", registry=self.registry)
        self._ready = Gauge("easel_ready", "1 where pictures can be drawn.", registry=self.registry)

    def watch(self, queue_length: Callable[[], float], ready: Callable[[], bool]) -> None:
        """What is asked for whenever Prometheus asks."""
        self._queue.set_function(queue_length)
        self._ready.set_function(lambda: float(ready()))

    def observe(self, rendered: Rendered, *, from_store: bool) -> None:
        """Count a picture."""
        self.pictures.labels("store" if from_store else "drawn").inc()
        if not from_store:
            self.seconds.observe(rendered.seconds)
            for stage, seconds in rendered.step_seconds.items():
                self.stages.labels(stage).observe(seconds)

    @contextmanager
    def answering(self, door: str) -> Iterator[Callable[[str], None]]:
        """Count a request: "ok", or what was said, or else as the exception that ends it has it: "refused" (with a
        sentence), "busy", "cancelled" or "failed".
        """
        outcome = ""

        def say(word: str) -> None:
            nonlocal outcome
            outcome = word

        try:
            yield say
        except BaseException as error:
            outcome = outcome or next((word for kinds, word in _OUTCOMES if isinstance(error, kinds)), "failed")
            raise
        finally:
            self.count(door, outcome or "ok")

    def count(self, door: str, outcome: str) -> None:
        """Count a request that has ended."""
        self.requests.labels(door, outcome).inc()

    def text(self) -> bytes:
        """All of it, in Prometheus' text form."""
        return generate_latest(self.registry)
