"""Connections of which only one half is closed, at a real server.

Example run: python -m pytest tests/serve/test_half_closed.py
"""

import socket
import threading

import pytest

from pipeline.serve.half_closed import answering
from tests.serve.test_doorkeeper import served

pytest.importorskip("httptools")

POST = b"POST /slow HTTP/1.%d\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"


class Listening:
    """Answers once it is told to, and says when whoever asked has gone."""

    def __init__(self):
        self.inside, self.gone, self.go = threading.Event(), threading.Event(), threading.Event()

    async def __call__(self, scope, receive, send):
        while (await receive()).get("more_body"):
            pass
        self.inside.set()
        if self.go.is_set():
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"ok"})
        else:
            assert (await receive())["type"] == "http.disconnect"
            self.gone.set()


@pytest.fixture
def app():
    return Listening()


@pytest.fixture
def connection(app):
    with served(app) as (_, port, _), socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        yield connection


def rest(connection: socket.socket) -> bytes:
    """All that comes until the connection is closed."""
    data = b""
    while got := connection.recv(4096):
        data += got
    return data


def test_who_has_only_stopped_sending_is_answered(app, connection):
    app.go.set()
    connection.sendall(POST % 1)
    connection.shutdown(socket.SHUT_WR)
    data = rest(connection)
    assert b" 200 OK" in data and data.endswith(b"ok")


@pytest.mark.parametrize("version", [0, 1])
def test_who_has_hung_up_is_gone(app, connection, version):
    connection.sendall(POST % version)
    assert app.inside.wait(30)
    connection.close()
    assert app.gone.wait(30)


def test_who_stops_in_the_middle_of_a_body_is_gone(app, connection):
    connection.sendall(POST[:-3] % 1)
    connection.shutdown(socket.SHUT_WR)
    assert rest(connection) == b""


def test_another_packages_protocol_stays_as_it_is():
    assert answering(dict) is dict
