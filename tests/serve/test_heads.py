"""Requests whose headers do not end, at a real server. Example run: python -m pytest tests/serve/test_heads.py"""

import contextlib
import socket

import pytest

from pipeline.serve.heads import MAX_HEAD
from tests.serve.test_doorkeeper import Slow, served

pytest.importorskip("httptools")

LINE = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = LINE + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"


class Counting(Slow):
    """Reads a body to its end and says how long it was."""

    async def __call__(self, scope, receive, send):
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        said = b"ok" if size < 10 else str(size).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(said))]})
        await send({"type": "http.response.body", "body": said})


@pytest.fixture(scope="module")
def port():
    with served(Counting()) as (_, port, _):
        yield port


def asked(port: int, *parts: bytes) -> bytes:
    """What comes back until the connection is closed, or a whole answer is there."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        data = b""
        with contextlib.suppress(ConnectionError):  # closed before all was sent
            for part in parts:
                connection.sendall(part)
        with contextlib.suppress(ConnectionError):
            while not data.endswith(b"ok") and (got := connection.recv(4096)):
                data += got
    return data


@pytest.mark.parametrize(
    "parts",
    [
        (LINE, *[b"X: " + b"a" * 8000 + b"\r\n"] * 60),
        (LINE, *[b"X: a\r\n" * 2000] * 60),
        (LINE, b"X: ", *[b"a" * 8000] * 60),
        (CHUNKED, b"0\r\n", *[b"X: " + b"a" * 8000 + b"\r\n"] * 60),
        (CHUNKED, b"5;", *[b"a" * 8000] * 60),
    ],
    ids=["long headers", "many headers", "one header", "trailers", "a chunk's extension"],
)
def test_a_head_without_end_is_refused_and_its_connection_closed(port, parts):
    assert b"431" in asked(port, *parts)[:16]


def test_what_is_no_larger_is_answered(port):
    assert asked(port, LINE, b"X: " + b"a" * (MAX_HEAD - 1000), b"\r\n\r\n").endswith(b"ok")
    assert asked(port, CHUNKED, b"0\r\n\r\n").endswith(b"ok")


def test_a_body_in_pieces_of_one_byte_is_no_head(port):
    whole = LINE + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert asked(port, whole, b"1\r\na\r\n" * MAX_HEAD, b"0\r\n\r\n").endswith(str(MAX_HEAD).encode())
