"""A real server to be measured: `python app.py` in a process of its own, with what it says and how much it holds."""

import contextlib
import json
import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

__all__ = ["Server", "client", "cpu_seconds", "family", "free_port"]

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300.0
REST_SECONDS = 25.0  # twice as long as its heap is looked at, and more


class Server:
    """One server; as a context manager it is started, and ended whatever happens.

    Args:
        arguments: for app.py, beside host and port.
        environment: set for the process alone.
        before: words of a command that runs it, such as ["nice"].

    Attributes:
        folder: of all that it writes: store, credentials, temporary files, log.
        url: where it answers.
        before: as above; read at the next start.
    """

    def __init__(
        self, arguments: Sequence[str] = (), environment: dict[str, str] | None = None, before: Sequence[str] = ()
    ):
        self._folder = tempfile.TemporaryDirectory(prefix="easel-bench-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        self.port, self.before, self._arguments = free_port(), list(before), list(arguments)
        own = {"EASEL_STORE": str(self.folder / "store"), "EASEL_CREDENTIALS": str(self.folder / "credentials")}
        (self.folder / "tmp").mkdir()
        self._environment = os.environ | own | {"TMPDIR": str(self.folder / "tmp")} | (environment or {})
        self._log = (self.folder / "log.txt").open("ab")
        self._process: subprocess.Popen | None = None
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        with contextlib.suppress(OSError):
            self.kill()
        self._log.close()
        self._folder.cleanup()

    def start(self) -> None:
        """Start it, and wait until pictures can be drawn.

        Raises:
            RuntimeError: it ended instead, or took too long; with the end of what it said.
        """
        command = [*self.before, sys.executable, str(ROOT / "app.py"), "--port", str(self.port), *self._arguments]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log, start_new_session=True
        )
        until = time.monotonic() + START_SECONDS
        with client(timeout=5) as probe:
            while time.monotonic() < until and self._process.poll() is None:
                with contextlib.suppress(httpx.HTTPError):
                    if probe.get(f"{self.url}/healthz").status_code == 200:
                        return
                time.sleep(0.2)
        raise RuntimeError(f"The server did not start:\n{self.log()[-2000:]}")

    def stop(self, number: int = signal.SIGTERM) -> tuple[int | None, float]:
        """(exit status, seconds that it took) after a signal; None where it did not end within 30 seconds."""
        started = time.monotonic()
        self._process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(30), time.monotonic() - started
        return None, time.monotonic() - started

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)

    def log(self) -> str:
        """All that it has said."""
        return (self.folder / "log.txt").read_text(encoding="utf-8", errors="replace")

    @property
    def runs(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def tracebacks(self) -> int:
        """How many tracebacks it has printed."""
        return self.log().count("Traceback (most recent call last)")

    @property
    def megabytes(self) -> float:
        """Memory of it and of the process that draws for it, pages that both share counted once; Linux only."""
        return sum(map(_megabytes, family(self._process.pid)))

    @property
    def own_megabytes(self) -> float:
        """Of that what is no file: a library's share grows where another program that uses it ends."""
        return sum(_megabytes(pid, "Pss_Anon") for pid in family(self._process.pid))

    @property
    def cpu_seconds(self) -> float:
        """Processor time of all their threads so far; Linux only."""
        return sum(map(_cpu_seconds_now, family(self._process.pid)))

    def rest(self, seconds: float = REST_SECONDS, enough: float = math.inf) -> float:
        """Its smallest own memory in MB without requests, for so long, and up to 25 seconds until it is enough.

        Args:
            seconds: at least.
            enough: MB that it may hold; where it holds no more, nobody waits for less.
        """
        began, least = time.monotonic(), self.own_megabytes
        while (passed := time.monotonic() - began) < seconds or passed < REST_SECONDS and least > enough:
            time.sleep(min(1.0, max(0.1, seconds - passed)))
            least = min(least, self.own_megabytes)
        return least

    def endpoint(self, name: str) -> tuple[int, list[Any]]:
        """(number of an endpoint's function, its arguments' first values)."""
        with client(timeout=60) as asking:
            config = asking.get(f"{self.url}/config").json()
        found = next(fn for fn in config["dependencies"] if fn["api_name"] == name)
        values = {each["id"]: each["props"].get("value") for each in config["components"]}
        return found["id"], [values.get(id_) for id_ in found["inputs"]]

    def endpoint_call(self, name: str, **values: Any) -> tuple[int, list[Any]]:
        """(number, arguments) of an endpoint whose first arguments are these, the others as they stand."""
        number, given = self.endpoint(name)
        return number, [*values.values(), *given[len(values) :]]

    def ask(self, client: httpx.Client, number: int, data: list[Any], session: str) -> dict[str, Any]:
        """Run an endpoint through the queue as a page does: its last message, or {"status": ...} of a refusal."""
        body = {"data": data, "fn_index": number, "session_hash": session}
        joined = client.post(f"{self.url}/gradio_api/queue/join", json=body)
        if joined.status_code != 200:
            return {"status": joined.status_code, "retry_after": joined.headers.get("Retry-After")}
        for message in self.read(client, session):
            if message.get("msg") == "process_completed" and message["event_id"] == joined.json()["event_id"]:
                return message
        return {"status": 0}

    def read(self, client: httpx.Client, session: str) -> Iterator[dict[str, Any]]:
        """The messages of a session until its stream ends."""
        with client.stream("GET", f"{self.url}/gradio_api/queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    yield json.loads(line[5:])


def cpu_seconds(pid: int | str = "self") -> float:
    """Processor time of a process so far, all threads; Linux only."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all that it started, and those that they started; Linux only."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            parents[int(folder.name)] = int(_stat(folder.name)[1])
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def _stat(pid: int | str) -> list[str]:
    """What the kernel says of a process after its name: state, parent, ..."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()


def _megabytes(pid: int, kind: str = "Pss") -> float:
    """Of a process, its share of what it has together with others, or a kind of it; 0 where it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith(f"{kind}:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _cpu_seconds_now(pid: int) -> float:
    with contextlib.suppress(OSError):
        return cpu_seconds(pid)
    return 0.0


def client(timeout: float = 300.0) -> httpx.Client:
    """A client for plain HTTP: without the certificates that every other one loads, which takes 30 ms."""
    return httpx.Client(timeout=timeout, verify=False)


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
