"""Connections on which nothing comes, and one address that wants them all, at a real server.

Example run: python -m pytest tests/serve/test_doorkeeper.py
"""

import asyncio
import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import uvicorn

from pipeline.serve.gate import Doorkeeper, Gate, GateLimits

SECONDS = 1000.0  # that a connection may be idle: nothing is closed here but by a `look` that says so


class Slow:
    """An application that answers at once, or below /slow when it is told to."""

    def __init__(self):
        self.go, self.inside = asyncio.Event(), threading.Semaphore(0)

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        if scope["path"] == "/slow":
            self.inside.release()
            await self.go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


@contextlib.contextmanager
def served(app, **limits) -> Iterator[tuple[Doorkeeper, int, asyncio.AbstractEventLoop]]:
    """(doorkeeper, port, the server's loop) of an application."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off", timeout_keep_alive=60))
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve():
        loops.append(asyncio.get_running_loop())
        await server.serve()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield Doorkeeper(server, seconds=SECONDS, **limits), server.servers[0].sockets[0].getsockname()[1], loops[0]
    server.should_exit = server.force_exit = True
    thread.join(10)


@pytest.fixture
def slow():
    return Slow()


@pytest.fixture
def door(slow):
    """(doorkeeper, port)."""
    with served(slow) as (keeper, port, loop):
        yield keeper, port
        loop.call_soon_threadsafe(slow.go.set)


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side closes it; one that does not is a failure after its time-out."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def until(holds) -> None:
    """Wait for something that the server does in its own thread."""
    end = time.monotonic() + 10
    while not holds() and time.monotonic() < end:
        time.sleep(0.002)
    assert holds()


def connections(keeper: Doorkeeper) -> list:
    return list(keeper._server.server_state.connections)


def answered(keeper: Doorkeeper, connection: socket.socket) -> None:
    """One request and its answer, and the server knows that it is over."""
    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    data = b""
    while not data.endswith(b"ok"):
        data += connection.recv(4096)
    until(lambda: all(each.cycle.response_complete for each in connections(keeper)))


def test_a_connection_that_says_nothing_is_closed(door):
    keeper, port = door
    with connected(port) as silent:
        until(lambda: connections(keeper))
        now = time.monotonic()
        assert [keeper.look(now), keeper.look(now + SECONDS - 1), keeper.look(now + SECONDS + 1)] == [0, 0, 1]
        assert is_closed(silent)


def test_so_is_one_that_had_an_answer_and_never_ends_its_next_line(door):
    keeper, port = door
    with connected(port) as halting:
        answered(keeper, halting)
        halting.sendall(b"GET /again")  # from here on uvicorn's own clock is stopped
        now = time.monotonic()
        assert keeper.look(now) == 0 and keeper.look(now + SECONDS + 1) == 1
        assert is_closed(halting)


def test_a_connection_that_waits_for_its_answer_is_left_alone(door, slow):
    keeper, port = door
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    asking.request("GET", "/slow")
    assert slow.inside.acquire(timeout=10)
    now = time.monotonic()
    assert keeper.look(now) == keeper.look(now + 10 * SECONDS) == 0
    asking.close()


def test_a_connection_that_is_used_now_and_then_is_not_idle(door):
    keeper, port = door
    with connected(port) as busy:
        now = time.monotonic()
        for turn in range(4):  # each look finds the last request answered, and it is another one
            answered(keeper, busy)
            assert keeper.look(now + turn * SECONDS * 0.9) == 0
        assert keeper.look(now + 5 * SECONDS) == 1


def test_a_new_connection_does_not_inherit_the_time_of_an_old_one(door):
    keeper, port = door
    now = time.monotonic()
    for turn in range(20):  # the number of an object that is gone is soon given to another
        with connected(port):
            until(lambda: connections(keeper))
            assert keeper.look(now + turn * SECONDS / 2) == 0
        until(lambda: not connections(keeper))


def test_those_above_the_most_are_refused_in_words_of_http():
    slow = Slow()
    with served(slow, most=3) as (keeper, port, loop):
        waiting = [http.client.HTTPConnection("127.0.0.1", port, timeout=10) for _ in range(3)]
        for each in waiting:
            each.request("GET", "/slow")
            assert slow.inside.acquire(timeout=10)
        refused = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        refused.request("GET", "/")
        assert refused.getresponse().status == 503
        loop.call_soon_threadsafe(slow.go.set)
        assert [each.getresponse().status for each in waiting] == [200] * 3
        for each in (*waiting, refused):
            each.close()


def test_one_address_cannot_take_all_connections():
    slow = Slow()
    with served(Gate(slow, GateLimits(max_streams=2))) as (keeper, port, loop):
        waiting = [http.client.HTTPConnection("127.0.0.1", port, timeout=10) for _ in range(2)]
        for each in waiting:
            each.request("GET", "/slow")
            assert slow.inside.acquire(timeout=10)
        other = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        other.request("GET", "/")
        refused = other.getresponse()
        assert refused.status == 429 and refused.headers["Retry-After"] and b"from this address" in refused.read()
        loop.call_soon_threadsafe(slow.go.set)
        assert [each.getresponse().status for each in waiting] == [200] * 2
        for each in (*waiting, other):
            each.close()


def test_a_request_that_comes_before_an_idle_connection_is_closed_is_answered():
    closed, asked = [], []
    loop = SimpleNamespace(call_soon_threadsafe=lambda *call: asked.append(call))
    answered = SimpleNamespace(response_complete=True)
    transport = SimpleNamespace(abort=lambda: closed.append(True))
    connection = _Connection(cycle=answered, loop=loop, transport=transport)
    server = SimpleNamespace(
        config=SimpleNamespace(http_protocol_class=None),
        should_exit=True,
        server_state=SimpleNamespace(connections={connection}),
    )
    keeper = Doorkeeper(server, seconds=SECONDS)
    assert (keeper.look(0), keeper.look(SECONDS)) == (0, 1)
    connection.cycle = SimpleNamespace(response_complete=False)  # a request, before the loop comes to closing
    ((close, *arguments),) = asked
    close(*arguments)
    assert closed == []
    connection.cycle = answered
    close(*arguments)
    assert closed == [True]


class _Connection:
    """What of uvicorn's connection is looked at."""

    def __init__(self, **known):
        self.__dict__.update(known)
