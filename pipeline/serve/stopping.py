"""How a server ends: who is in is served, nobody else is let in, and the process exits with 0.

New requests get 503 with Retry-After from the moment of the signal, and so does, at the end, whoever could not be
served in time: the page says it in a sentence, each door in its own form.

With a handler of its own SIGTERM is heard by process 1 of a container too, which ignores it otherwise.
"""

import logging
import math
import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

from pipeline.serve.jobs import Jobs

__all__ = ["DRAIN_SECONDS", "Stop", "drain", "drain_seconds", "leave"]

DRAIN_SECONDS = 7.0  # for the drawings under way; 10 s is what hosts give a process to end where nobody asks for more
_LAST_SECONDS = 1.0  # for those that were told to stop
_LONGEST = 3600.0  # seconds that may be asked for
_logger = logging.getLogger(__name__)


class Stop:
    """Set by SIGTERM or SIGINT from the moment it is made. To be made in the main thread.

    Attributes:
        asked: set once the process was asked to stop.
    """

    def __init__(self):
        self.asked = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)

    def wait(self, seconds: float | None = None) -> bool:
        """Whether the process was asked to stop, after at most so long."""
        return self.asked.wait(seconds)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if self.asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt  # the second time is meant
        self.asked.set()


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
