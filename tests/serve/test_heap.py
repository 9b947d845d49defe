"""Example run: python -m pytest tests/serve/test_heap.py"""

import subprocess
import sys
import threading

import pytest

from pipeline.serve import heap
from pipeline.serve.heap import Heap, give_back

MB = 2**20


def test_it_is_trimmed_where_it_has_grown_and_only_there(monkeypatch):
    monkeypatch.setattr(heap, "_MORE", 0)
    sizes, released = iter([500 * MB, 400 * MB, 410 * MB, 460 * MB, 405 * MB, 406 * MB]), []
    own = Heap(lambda: next(sizes), lambda: released.append(1))
    assert [own.look() for _ in range(4)] == [True, False, True, False]  # 500 -> 400; 410; 460 -> 405; 406
    assert len(released) == 2


def test_what_is_freed_after_a_peak_was_trimmed_goes_back_too():
    """The first look comes in the middle of what takes the memory, the others after its end."""
    held, released = [900 * MB], []
    own = Heap(lambda: held[0], lambda: released.append(held[0]))
    assert own.look()
    held[0] = 880 * MB
    assert [own.look() for _ in range(heap._MORE + 2)] == [True] * heap._MORE + [False] * 2
    held[0] = 890 * MB
    assert not own.look() and len(released) == heap._MORE + 1


def test_where_nobody_can_say_how_much_it_is_nothing_is_done():
    assert not Heap(lambda: None, lambda: pytest.fail("released")).look()


def test_it_looks_until_it_is_stopped(monkeypatch):
    monkeypatch.setattr(heap, "_LOOK_SECONDS", 0.001)
    looked, stopped = threading.Semaphore(0), threading.Event()
    Heap(lambda: looked.release()).keep_trimmed(stopped)
    assert looked.acquire(timeout=10) and looked.acquire(timeout=10)
    stopped.set()


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
def test_what_was_freed_goes_back_to_the_system():
    give_back()
    before = heap._resident()
    kept, freed = [], []
    for number in range(60_000):  # 1 kB each, between others that stay, so that the heap cannot shrink by itself
        (freed if number % 40 else kept).append(bytes(1000 + number % 7))
    grown = heap._resident() - before
    freed.clear()
    assert give_back() and heap._resident() - before < grown / 2
    assert len(kept) == 1500


_ARENAS = """
import ctypes, sys, threading
from pipeline.serve.heap import share_heaps
shared = share_heaps() if sys.argv[1] == "shared" else True
together, held = threading.Barrier(12), []
def work():
    together.wait()
    held.append([bytes(2000) for _ in range(2000)])
    together.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc = ctypes.CDLL(None)
libc.fopen.restype, libc.fopen.argtypes = ctypes.c_void_p, [ctypes.c_char_p] * 2
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.malloc_info(0, libc.fopen(b"/dev/stdout", b"w"))
libc.fflush(None)
print(shared)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
def test_threads_share_two_heaps(monkeypatch):
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    said = {}
    for how in ("shared", "each"):
        run = subprocess.run([sys.executable, "-c", _ARENAS, how], capture_output=True, text=True, check=True)
        said[how] = run.stdout.count("<heap nr=")
        assert run.stdout.endswith("True\n")
    assert said["shared"] <= 2 < said["each"]
