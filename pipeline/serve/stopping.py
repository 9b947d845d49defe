"""How a server ends: who is in is served, nobody else is let in, and the process exits with 0.

New requests get 503 with Retry-After from the moment of the signal, and so does, at the end, whoever could not be
served in time: the page says it in a sentence, each door in its own form.

With a handler of its own SIGTERM is heard by process 1 of a container too, which ignores it otherwise.
"""

import logging
import math
import os
import queue
import signal
import sys
import threading
import time
from types import FrameType
from typing import NoReturn

from pipeline.serve.jobs import Jobs

__all__ = ["DRAIN_SECONDS", "Stop", "drain", "drain_seconds", "leave"]

DRAIN_SECONDS = 7.0  # for the drawings under way; 10 s is what hosts give a process to end where nobody asks for more
_LAST_SECONDS = 1.0  # for those that were told to stop
_LONGEST = 3600.0  # seconds that may be asked for
_logger = logging.getLogger(__name__)


class Stop:
    """Hears SIGTERM and SIGINT from the moment it is made. To be made, and waited for, in the main thread.

    The handler only puts into a `queue.SimpleQueue`, which may be interrupted by it at any point. Setting a
    `threading.Event` there waits for ever where the signal finds the main thread on its way into the event's `wait`.

    Attributes:
        asked: set once `wait` has heard that the process was asked to stop.
    """

    def __init__(self):
        self.asked = threading.Event()
        self._heard: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)

    def wait(self, seconds: float | None = None) -> bool:
        """Whether the process was asked to stop, after at most so long."""
        deadline = math.inf if seconds is None else time.monotonic() + seconds
        while not self.asked.is_set():
            left = deadline - time.monotonic()
            try:  # a signal that another thread of the process took is seen at the next turn
                self._heard.get(timeout=min(1.0, max(0.0, left)))
                self.asked.set()
            except queue.Empty:
                if left <= 1:
                    break
        return self.asked.is_set()

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and self.asked.is_set():
            raise KeyboardInterrupt  # the second time is meant
        self._heard.put(number)


def leave() -> NoReturn:
    """End the process with 0, without the interpreter's own clean-up: with torch loaded that takes seconds."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def drain_seconds(given: float | None = None) -> float:
    """How long drawings under way may take; None is what EASEL_DRAIN_SECONDS says, or the default.

    Raises:
        ValueError: it is no number of seconds.
    """
    text = os.environ.get("EASEL_DRAIN_SECONDS", "").strip() if given is None else str(given)
    try:
        seconds = float(text) if text else DRAIN_SECONDS
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST:
        words = f"EASEL_DRAIN_SECONDS (--drain-seconds) is a number of seconds from 0 to {_LONGEST:.0f}, got {text!r}."
        raise ValueError(f"{words} Give less than your host waits before it kills.")
    return seconds


def drain(jobs: Jobs, seconds: float = DRAIN_SECONDS) -> bool:
    """Let nobody else in and wait for those that are; whoever takes longer is told to stop. Whether all had ended."""
    waiting = len(jobs)
    if waiting:
        _logger.info("Stopping: %d under way.", waiting)
    if jobs.close(seconds):
        return True
    jobs.cancel_all()
    jobs.close(_LAST_SECONDS)
    return False
