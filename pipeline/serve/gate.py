"""The gate before every request: which host was asked for, how large the body is, how slowly it comes.

ASGI middleware, outermost: nothing behind it reads a body that is too large, waits for one that never comes, or is
asked by an address that already has many requests open, or by another site's page in a visitor's browser.
"""

import asyncio
import json
import re
import threading
import time
import weakref
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pipeline.serve.half_closed import answering
from pipeline.serve.heads import bounded

__all__ = ["LOOPBACK", "Doorkeeper", "Gate", "GateLimits", "is_loopback"]

_UNLIMITED = ("GET", "HEAD", "OPTIONS")
_OWN_SITE = (b"same-origin", b"same-site", b"none")  # what browsers say of their own accord
_PROXIED = (b"x-forwarded-for", b"x-forwarded-host")  # here they are a trusted proxy's: from others they were taken
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]]*)(?::\d+)?", re.IGNORECASE)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class GateLimits:
    """Bounds of one request, of one address and of all together.

    Attributes:
        max_json: bytes of a body that is no upload: a picture of 20 MB as base64, and words.
        max_upload: bytes of an upload, all its files together.
        max_waiting_bytes: of all bodies that are being read.
        max_open: requests with a body that one address has open.
        max_streams: other requests that it has open: a page reads one or two streams as long as it is there.
        stall_seconds: without a byte of a body that was announced.
        body_seconds: for the whole body.
    """

    max_json: int = 32 * 2**20
    max_upload: int = 128 * 2**20
    max_waiting_bytes: int = 512 * 2**20
    max_open: int = 96
    max_streams: int = 384
    stall_seconds: float = 20.0
    body_seconds: float = 180.0


class Gate:
    """The middleware.

    Args:
        app: what is behind the gate.
        limits: see there.
        hosts: names under which this server may be asked for; None for any.
    """

    def __init__(self, app, limits: GateLimits | None = None, hosts: Collection[str] | None = None):
        self.app, self.limits = app, limits or GateLimits()
        self.hosts = None if hosts is None else {name.lower() for name in hosts}
        self._open: Counter[tuple[str, bool]] = Counter()  # (address, whether with a body) -> requests
        self._bytes = 0

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = {name.lower(): value for name, value in scope["headers"]}
        if sum(name.lower() == b"host" for name, _ in scope["headers"]) > 1:  # what is behind might heed the other one
            return await _refuse(scope, send, 400, "A request names its host once.")
        if self.hosts is not None and _host(headers.get(b"host", b"")) not in self.hosts:
            words = "This server is not asked for under this name. Name it at start with --allow-host."
            return await _refuse(scope, send, 421, words)
        with_body = scope["type"] == "http" and scope["method"] not in _UNLIMITED
        if with_body and self.hosts is not None and not self._is_own(headers):
            words = "A page of another site asks, which may not. Name it at start with --allow-host."
            return await _refuse(scope, send, 403, words)
        limits, key = self.limits, ((scope.get("client") or ("",))[0], with_body)
        if self._open[key] >= (limits.max_open if with_body else limits.max_streams):
            words = "Many requests from this address are open. Try again in a moment."
            return await _refuse(scope, send, 429, words, retry_after=1)
        self._open[key] += 1
        try:
            await (self._with_body(scope, headers, receive, send) if with_body else self.app(scope, receive, send))
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]

    async def _with_body(self, scope, headers: dict[bytes, bytes], receive, send) -> None:
        limits = self.limits
        is_upload = headers.get(b"content-type", b"").lower().startswith(b"multipart/")
        most = limits.max_upload if is_upload else limits.max_json
        announced = headers.get(b"content-length", b"0")
        length = int(announced) if announced.isdigit() else 0
        if length > most:
            return await _refuse(scope, send, 413, _too_large(most))
        if self._bytes + length > limits.max_waiting_bytes:
            words = "Many files are being sent. Try again in a moment."
            return await _refuse(scope, send, 503, words, retry_after=5)
        self._bytes += length
        try:
            await _Bounded(self.app, most, limits).run(scope, receive, send)
        finally:
            self._bytes -= length

    def _is_own(self, headers: dict[bytes, bytes]) -> bool:
        """Whether a request comes from a page of this server, through a trusted proxy, or from no page at all."""
        origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site", b"")
        if origin is None or site in _OWN_SITE or any(name in headers for name in _PROXIED):
            return True
        try:
            return (urlsplit(origin.decode("latin-1")).hostname or "").rstrip(".") in (self.hosts or ())
        except ValueError:  # no address at all
            return False


class _Bounded:
    """One request whose body is counted and timed."""

    def __init__(self, app, most: int, limits: GateLimits):
        self._app, self._most, self._limits = app, most, limits
        self._seen, self._until = 0, 0.0
        self._whole = self._started = False
        self._refused: tuple[int, str] | None = None

    async def run(self, scope, receive, send) -> None:
        self._until = asyncio.get_running_loop().time() + self._limits.body_seconds

        async def bounded():
            if self._refused is not None:
                return {"type": "http.disconnect"}
            if self._whole:
                return await receive()
            left = self._until - asyncio.get_running_loop().time()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, min(self._limits.stall_seconds, left)))
            except TimeoutError:
                return await self._end(scope, send, 408, "The body of the request did not come in time.")
            if message["type"] == "http.request":
                self._seen += len(message.get("body", b""))
                self._whole = not message.get("more_body")
                if self._seen > self._most:
                    return await self._end(scope, send, 413, _too_large(self._most))
            return message

        async def watched(message) -> None:
            if self._refused is None:
                self._started = True
                await send(message)

        try:
            await self._app(scope, bounded, watched)
        except Exception:
            if self._refused is None:  # else: what was behind the gate found the connection gone, and was told already
                raise

    async def _end(self, scope, send, status: int, words: str) -> dict:
        self._refused = (status, words)
        if not self._started:
            await _refuse(scope, send, status, words)
        return {"type": "http.disconnect"}


class Doorkeeper:
    """Closes connections on which no request comes: uvicorn itself waits for ever for the rest of a first line, and of
    a later one, too. Of new connections it bounds the headers.

    Args:
        server: a running `uvicorn.Server`.
        seconds: that a connection may stay without a request.
        most: connections in all; those above are refused.
    """

    def __init__(self, server: Any, *, seconds: float = 20.0, most: int = 768):
        server.config.limit_concurrency = most + 1  # read with every request: 503 from that many connections on
        kind = server.config.http_protocol_class
        server.config.http_protocol_class = answering(bounded(kind))  # read with every connection
        self._server, self._seconds = server, seconds
        # connection -> (its last request, when it was first seen with that one answered, and no other under way)
        self._idle: weakref.WeakKeyDictionary[Any, tuple[Any, float]] = weakref.WeakKeyDictionary()
        self._thread = threading.Thread(target=self._watch, name="easel-door", daemon=True)
        self._thread.start()

    def look(self, now: float) -> int:
        """Close what has been idle for too long; returns how many."""
        closed = 0
        for connection in list(self._server.server_state.connections):
            last = getattr(connection, "cycle", None)
            if last is not None and not last.response_complete:
                self._idle.pop(connection, None)
                continue
            known, since = self._idle.get(connection, (last, now))
            if known is not last:
                since = now
            if now - since >= self._seconds:
                connection.loop.call_soon_threadsafe(_close_idle, connection, last)
                closed += 1
            self._idle[connection] = (last, since)
        return closed

    def _watch(self) -> None:
        while not self._server.should_exit:
            time.sleep(min(5.0, self._seconds / 2))
            self.look(time.monotonic())


def _close_idle(connection: Any, last: Any) -> None:
    """In the server's loop: close a connection, unless a request has come since it was found idle."""
    if getattr(connection, "cycle", None) is last:
        connection.transport.abort()


def is_loopback(host: str | None) -> bool:
    """Whether only this machine can reach a server that listens there."""
    return (host or "127.0.0.1").strip("[]").lower() in LOOPBACK


def _host(header: bytes) -> str:
    found = _HOST.fullmatch(header.decode("latin-1").strip())
    return found[1].strip("[]").lower().rstrip(".") if found else ""


def _too_large(most: int) -> str:
    return f"The request is larger than {most / 2**20:.0f} MB. Send less at a time."


async def _refuse(scope, send, status: int, words: str, retry_after: int | None = None) -> None:
    if scope["type"] == "websocket":
        return await send({"type": "websocket.close", "code": 1008})
    body = json.dumps({"detail": words, "error": words}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [(b"cache-control", b"no-store"), (b"connection", b"close")]
    headers += [] if retry_after is None else [(b"retry-after", str(retry_after).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
