"""A renderer in a process of its own on this machine, so that drawing does not share an interpreter with the page.

    fleet = Fleet(ProcessRenderer("weights"))

Python runs one thread of a process at a time, and a drawing gives its turn up and takes it back in every layer of a
network: beside fifty visitors it waited a fifth of its time for the server. The process is started with the model's
name, gets recipes through its standard input, and answers through its standard output, in pickles. It ends with the
process that started it, however that ends; if it dies alone, another one is started, and what was asked of it is asked
again (`Fleet`).
"""

import contextlib
import itertools
import logging
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.loading.errors import WeightsError
from pipeline.loading.hardware import is_zero_gpu
from pipeline.loading.options import AUTO, LoadOptions
from pipeline.serve.heap import Heap, share_heaps
from pipeline.serve.render import Cancelled
from pipeline.serve.renderer import QUICK, Renderer
from pipeline.serve.replicas import Fleet, RendererDied

__all__ = ["ProcessRenderer", "draw_apart", "end_early", "main", "start_early"]

_ROOT = Path(__file__).resolve().parents[2]
_COMMAND = (sys.executable, "-m", "pipeline.serve.apart")
_F_SETPIPE_SZ, _PIPE_BYTES = 1031, 2**20  # as much as everybody may ask for
_LOOK = 0.1  # seconds between looks whether a drawing is to be stopped
_early: "dict[tuple[str, ...], _Process]" = {}  # by their commands
_logger = logging.getLogger(__name__)


def start_early(command: tuple[str, ...] = _COMMAND) -> None:
    """Start a process that imports what drawing needs, while this one imports what a page needs: the next
    `ProcessRenderer` takes it. On ZeroGPU, where drawing stays in this process, nothing.
    """
    if not is_zero_gpu():
        _early[command] = _Process(command)


def end_early() -> None:
    """End it where nobody has taken it."""
    while _early:
        _early.popitem()[1].end()


def draw_apart(model: str, options: LoadOptions = AUTO) -> Fleet:
    """A process that draws, ready: what `Studio` loads instead of a model.

    Raises:
        WeightsError: it could not load the model.
    """
    return Fleet(ProcessRenderer(model, options))


class ProcessRenderer:
    """One renderer in a process of its own; see `pipeline.serve.replicas.Renderers`.

    Args:
        model: what ``--model`` names.
        options: how a model that is not ours is loaded.
        command: starts the process; tests have their own.

    Raises:
        WeightsError: it could not load the model.
    """

    most = 1

    def __init__(self, model: str, options: LoadOptions = AUTO, command: tuple[str, ...] = _COMMAND):
        self._given, self._command = (model, options), command
        self._lock = threading.Lock()
        self._closed = False
        self._process: Any = None  # a `_Process`, once there is one
        self._process = self._start()

    def call(
        self,
        method: str,
        arguments: tuple,
        cancel: threading.Event | None,
        on_stage: Callable[[Any], None] | None = None,
    ) -> Any:
        """See `Renderers.call`. Where its process is gone, another one is started first, which takes seconds."""
        with self._lock:
            if self._process.is_gone and not self._closed:
                self._process = self._start()
            process = self._process
        with process.asked(method, arguments, on_stage is not None) as answers:
            while True:
                if cancel is not None and cancel.is_set():
                    raise Cancelled
                try:
                    kind, value = answers.get(timeout=_LOOK)
                except queue.Empty:
                    continue
                if kind == "died":
                    raise RendererDied(f"exit status {value}")
                if kind == "stage":
                    if on_stage is not None:
                        on_stage(value)
                elif kind == "raised":
                    raise value
                else:
                    return value

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._closed = True
            self._process.end()

    def _start(self) -> "_Process":
        process = _early.pop(self._command, None) or _Process(self._command)
        process.begin(self._given, self._mourn)
        try:
            kind, value = process.answers[_LOADING].get()
        finally:
            process.answers.pop(_LOADING, None)
        if kind == "done":
            return process
        if kind == "raised":
            raise value
        raise WeightsError(f"The process that draws ended while it loaded the model (exit status {value}).")

    def _mourn(self, process: "_Process") -> None:
        """A process that was drawing is gone: have another one ready before it is asked for."""
        with self._lock:
            if self._closed or process is not self._process:
                return
            _logger.warning("The process that draws ended (exit status %s); another one starts.", process.status)
            with contextlib.suppress(WeightsError):  # who asks next tries again, and is told
                self._process = self._start()


_LOADING = 0  # number of the call that every process begins with


class _Process:
    """The process as it is seen from here: what was asked of it, and who waits for which answer."""

    def __init__(self, command: tuple[str, ...]):
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
        self._popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        _widen(self._popen.stdin)
        _widen(self._popen.stdout)
        self._outgoing: Any = self._popen.stdin
        self._incoming: Any = self._popen.stdout
        self.status: int | None = None
        self.is_gone = False
        self.answers: dict[int, queue.SimpleQueue] = {_LOADING: queue.SimpleQueue()}
        self._numbers = itertools.count(_LOADING + 1)
        self._writing = threading.Lock()

    def begin(self, given: tuple, gone: "Callable[[_Process], None]") -> None:
        """Let it load a model: the first answer says whether it could; ``gone`` is told when it has ended."""
        self._send(given)
        threading.Thread(target=self._read, args=[gone], name="easel-answers", daemon=True).start()

    @contextlib.contextmanager
    def asked(self, method: str, arguments: tuple, steps: bool) -> Iterator[queue.SimpleQueue]:
        """Ask: a queue of what it says, its steps too where they are wanted. Leaving before the answer is there stops
        the work on it."""
        number, answers = next(self._numbers), queue.SimpleQueue()
        self.answers[number] = answers
        if self.is_gone:  # and nobody would say so
            answers.put(("died", self.status))
        self._send(("call", number, method, arguments, steps))
        try:
            yield answers
        finally:
            if self.answers.pop(number, None) is not None:
                self._send(("cancel", number))

    def end(self) -> None:
        """It ends where nothing more can come."""
        with contextlib.suppress(OSError):
            self._outgoing.close()

    def _send(self, message: Any) -> None:
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        with self._writing, contextlib.suppress(OSError, ValueError):  # gone: `_read` finds it, too, and says so
            self._outgoing.write(data)
            self._outgoing.flush()

    def _read(self, gone: "Callable[[_Process], None]") -> None:
        with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                number, kind, value = pickle.load(self._incoming)
                answers = self.answers.get(number) if kind == "stage" else self.answers.pop(number, None)
                if answers is not None:
                    answers.put((kind, value))
        self.end()
        self.status, self.is_gone = self._popen.wait(), True
        for number in list(self.answers):
            if (answers := self.answers.pop(number, None)) is not None:
                answers.put(("died", self.status))
        gone(self)


def _widen(pipe: Any) -> None:
    """Let a pipe take a whole picture, so that who draws goes on while it waits to be read; Linux only."""
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        fcntl.fcntl(pipe, getattr(fcntl, "F_SETPIPE_SZ", _F_SETPIPE_SZ), _PIPE_BYTES)


class _Desk:
    """The other side: what comes in is answered in two lines, drawings and what does not wait for them."""

    def __init__(self, load: Callable[[str, LoadOptions], Any], incoming: BinaryIO, outgoing: BinaryIO):
        self._load, self._incoming, self._outgoing = load, incoming, outgoing
        self._writing = threading.Lock()
        self._cancels: dict[int, threading.Event] = {}
        self._lines: tuple[queue.SimpleQueue, queue.SimpleQueue] = (queue.SimpleQueue(), queue.SimpleQueue())

    def serve(self) -> None:
        """Until nothing more can come."""
        given: queue.SimpleQueue = queue.SimpleQueue()
        threading.Thread(target=self._begin, args=[given], name="easel-draw", daemon=True).start()
        with contextlib.suppress(EOFError, OSError):
            given.put(pickle.load(self._incoming))
            while True:
                kind, number, *asked = pickle.load(self._incoming)
                if kind == "cancel":
                    if (cancel := self._cancels.get(number)) is not None:
                        cancel.set()
                    continue
                self._cancels[number] = threading.Event()
                self._lines[asked[0] in QUICK].put((number, *asked))

    def _begin(self, given: queue.SimpleQueue) -> None:
        try:
            import pipeline.text_to_image  # noqa: F401  takes seconds, and the model's name may come later

            renderer = Renderer(self._load(*given.get()))
        except WeightsError as error:
            return self._say(_LOADING, "raised", error)
        except Exception as error:  # whatever a foreign model folder can raise
            logging.exception("loading failed")
            words = f"The model could not be loaded: {error}. See the server's log."
            return self._say(_LOADING, "raised", WeightsError(words))
        self._say(_LOADING, "done", None)
        quick, line = self._lines[True], self._lines[False]
        threading.Thread(target=self._work, args=(renderer, quick), name="easel-quick", daemon=True).start()
        self._work(renderer, line)

    def _work(self, renderer: Renderer, line: queue.SimpleQueue) -> None:
        while True:
            number, method, arguments, steps = line.get()
            try:
                on_stage = partial(self._say, number, "stage") if steps else None
                self._say(number, "done", renderer.answer(method, arguments, self._cancels[number], on_stage))
            except Exception as error:  # whoever asked raises it
                self._say(number, "raised", _portable(error))
            finally:
                del self._cancels[number]

    def _say(self, number: int, kind: str, value: Any) -> None:
        data = pickle.dumps((number, kind, value), pickle.HIGHEST_PROTOCOL)
        with self._writing:
            self._outgoing.write(data)
            self._outgoing.flush()


def _portable(error: Exception) -> Exception:
    """An exception that can be raised again in the other process, or what it said."""
    try:
        pickle.loads(pickle.dumps(error))
        return error
    except Exception:  # whatever a class of somebody else's makes of it
        return RuntimeError(f"{type(error).__name__}: {error}"[:500])


def _load(model: str, options: LoadOptions) -> Any:
    from pipeline.loading.find import find_model

    return find_model(model, options).load()


def main(load: Callable[[str, LoadOptions], Any] = _load) -> None:
    """The process: answer until whoever started it is gone. It hears no signal of its own: its starter does."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    share_heaps()
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    Heap().keep_trimmed(threading.Event())
    _Desk(load, sys.stdin.buffer, outgoing).serve()
    os._exit(0)  # a drawing may be under way, for nobody


if __name__ == "__main__":
    main()
