"""Memory that is free again, given back to the system.

The C library (glibc) keeps what was freed, in a heap for each of the threads that asked for it: after some thousand
requests that is hundreds of megabytes, though nothing is held. Elsewhere nothing is done, nor needed.
"""

import contextlib
import ctypes
import os
import threading
from collections.abc import Callable
from pathlib import Path

__all__ = ["Heap", "give_back", "share_heaps"]

_LOOK_SECONDS = 10.0
_GROWTH = 24 * 2**20  # bytes more than after the last time: less is not worth the work
_MORE = 6  # looks after it has grown
_STATM = Path("/proc/self/statm")
_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h


def give_back() -> bool:
    """Give back what is free; whether anything was."""
    with contextlib.suppress(OSError, AttributeError):  # no such library, or one without this function
        return bool(ctypes.CDLL(None).malloc_trim(0))
    return False


def share_heaps(count: int = 2) -> bool:
    """Let all threads to come share so many heaps (glibc's own number is eight for each core); whether they will.

    To be called before there are other threads. What MALLOC_ARENA_MAX says goes first.
    """
    if "MALLOC_ARENA_MAX" in os.environ:
        return False
    with contextlib.suppress(OSError, AttributeError):
        return bool(ctypes.CDLL(None).mallopt(_ARENA_MAX, count))
    return False


class Heap:
    """This process's memory, trimmed where it has grown, and a few times afterwards: what made it grow may still have
    been at work, and frees the rest when it ends.

    Args:
        resident: bytes that the process holds now; None where nobody can say.
        release: gives back what is free.
    """

    def __init__(self, resident: Callable[[], int | None] | None = None, release: Callable[[], object] = give_back):
        self._resident, self._release = resident or _resident, release
        self._after = self._more = 0

    def look(self) -> bool:
        """Trim it if it has grown since the last time, or did at one of the last looks; whether it was trimmed."""
        held = self._resident()
        if held is None:
            return False
        if held >= self._after + _GROWTH:
            self._more = _MORE
        elif self._more:
            self._more -= 1
        else:
            return False
        self._release()
        self._after = self._resident() or held
        return True

    def keep_trimmed(self, stopped: threading.Event) -> None:
        """From now on look every ten seconds, in a thread of its own, until the event is set."""

        def watch() -> None:
            while not stopped.wait(_LOOK_SECONDS):
                self.look()

        threading.Thread(target=watch, name="easel-heap", daemon=True).start()


def _resident() -> int | None:
    try:
        return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # not Linux, or no file handle is left
        return None
