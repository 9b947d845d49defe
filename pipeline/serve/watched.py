"""A drawing in a thread of its own, seen from outside as a stream of its steps and then its pictures."""

import queue
import threading
from collections.abc import Callable, Generator

from pipeline.loading.errors import HeldBack
from pipeline.serve.render import AnyOf, Cancelled, Rendered, Stage

__all__ = ["watched"]

_LOOK = 0.1  # seconds between looks whether the drawing is to be stopped


def watched(
    draw: Callable[..., list[Rendered | HeldBack]],
    stop: AnyOf,
    ended: Callable[[], None] | None = None,
    *,
    apart: bool = True,
) -> Generator[Stage | Rendered | HeldBack, None, None]:
    """Every step, then the pictures, or why one of them was held back. Closing the iterator stops the drawing.

    Args:
        draw: takes ``on_stage`` and ``cancel`` as `render` does.
        stop: set, from here too, to end the drawing.
        ended: called when it has, well or badly.
        apart: in a thread of its own; otherwise in this one, and no step is told.

    Raises:
        Cancelled: ``stop`` is set. Whoever asked need not wait for the end of the step, which may take long.
        BaseException: whatever ``draw`` raised.
    """
    if not apart:
        try:
            drawn = draw(cancel=stop)
        finally:
            if ended is not None:
                ended()
        yield from drawn
        return
    events: queue.SimpleQueue = queue.SimpleQueue()

    def work() -> None:
        try:
            for rendered in draw(on_stage=events.put, cancel=stop):
                events.put(rendered)
            events.put(None)
        except BaseException as error:  # handed to the visitor's own thread
            events.put((error,))  # apart from `HeldBack`, which is what became of a picture
        finally:
            if ended is not None:
                ended()

    threading.Thread(target=work, name="easel-draw", daemon=True).start()
    try:
        while True:
            try:
                event = events.get(timeout=_LOOK)
            except queue.Empty:
                if stop.is_set():
                    raise Cancelled from None
                continue
            if event is None:
                return
            if isinstance(event, tuple):
                raise event[0]
            yield event
    except GeneratorExit:
        stop.set()
        raise
