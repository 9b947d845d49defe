"""What the gate lets through. Example run: python -m pytest tests/serve/test_gate.py"""

import asyncio
import json

import pytest

from pipeline.serve.gate import Gate, GateLimits, is_loopback

SMALL = GateLimits(max_json=100, max_upload=200, max_waiting_bytes=300, max_open=2, stall_seconds=5, body_seconds=5)


async def echo(scope, receive, send):
    """Says how many bytes came; a client that is gone gets nothing."""
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


def scope_of(method="POST", address="10.0.0.1", **headers):
    pairs = [(name.replace("_", "-").encode(), str(value).encode()) for name, value in headers.items()]
    return {"type": "http", "method": method, "path": "/", "headers": pairs, "client": (address, 1)}


async def ask(gate, scope, parts=(b"",), pause=None):
    """(status, headers, body) of one request whose body comes in parts; `pause` is awaited before the last."""
    sent, left = [], list(parts)

    async def receive():
        if len(left) == 1 and pause is not None:
            await pause()
        if not left:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message):
        sent.append(message)

    await gate(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], dict(sent[0]["headers"]), body


def test_a_body_within_the_limits_passes():
    assert asyncio.run(ask(Gate(echo, SMALL), scope_of(), [b"x" * 50, b"y" * 50])) == (200, {}, b"100")


@pytest.mark.parametrize(
    ("headers", "parts"),
    [
        ({"content_length": 101}, [b""]),
        ({}, [b"x" * 60, b"x" * 60, b""]),
        ({"content_type": "multipart/form-data; boundary=x", "content_length": 201}, [b""]),
        ({"content_length": 7}, [b"x" * 101]),
        ({"content_length": "many"}, [b"x" * 101]),
    ],
)
def test_a_body_that_is_too_large_is_refused_before_it_is_read(headers, parts):
    status, said, body = asyncio.run(ask(Gate(echo, SMALL), scope_of(**headers), parts))
    assert status == 413 and "Send less at a time" in json.loads(body)["detail"]
    assert said[b"connection"] == b"close"


def test_an_upload_may_be_larger_than_words():
    scope = scope_of(content_type="multipart/form-data; boundary=x", content_length=150)
    assert asyncio.run(ask(Gate(echo, SMALL), scope, [b"x" * 150]))[0] == 200


@pytest.mark.parametrize("limits", [GateLimits(stall_seconds=0.01), GateLimits(body_seconds=0.01)])
def test_a_body_that_does_not_come_ends_with_a_time_out(limits):
    async def never():
        await asyncio.Event().wait()

    status, _, body = asyncio.run(ask(Gate(echo, limits), scope_of(content_length=9), [b"x", b"y"], never))
    assert status == 408 and "did not come in time" in json.loads(body)["detail"]


def test_one_address_has_so_many_requests_open_and_others_are_let_in():
    async def run():
        gate, go = Gate(echo, SMALL), asyncio.Event()
        open_ones = [asyncio.ensure_future(ask(gate, scope_of(), pause=go.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        refused, other = await ask(gate, scope_of()), await ask(gate, scope_of(address="10.0.0.2"))
        go.set()
        served = [status for status, _, _ in await asyncio.gather(*open_ones)]
        return refused, other, served, await ask(gate, scope_of())

    refused, other, served, after = asyncio.run(run())
    assert refused[0] == 429 and refused[1][b"retry-after"] == b"1"
    assert (other[0], served, after[0]) == (200, [200, 200], 200)


def test_all_bodies_together_are_bounded():
    async def run():
        gate, go = Gate(echo, SMALL), asyncio.Event()
        large = {"content_type": "multipart/form-data; boundary=x", "content_length": 200}
        first = asyncio.ensure_future(ask(gate, scope_of(**large), [b"x" * 200], go.wait))
        await asyncio.sleep(0)
        refused = await ask(gate, scope_of(address="10.0.0.2", **large), [b"x" * 200])
        go.set()
        await first
        return refused, await ask(gate, scope_of(**large), [b"x" * 200])

    refused, after = asyncio.run(run())
    assert refused[0] == 503 and int(refused[1][b"retry-after"]) >= 1 and after[0] == 200


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:7860", "127.0.0.1:80", "[::1]:7860", "easel.example."])
def test_a_server_is_asked_for_under_its_names(host):
    gate = Gate(echo, SMALL, hosts=["localhost", "127.0.0.1", "::1", "easel.example"])
    assert asyncio.run(ask(gate, scope_of("GET", host=host)))[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.nip.io:7860", "a b"])
def test_and_under_no_other_name(host):
    gate = Gate(echo, SMALL, hosts=["localhost", "127.0.0.1", "::1"])
    status, _, body = asyncio.run(ask(gate, scope_of("POST", host=host)))
    assert status == 421 and "--allow-host" in json.loads(body)["detail"]


def test_a_request_that_names_two_hosts_is_refused():
    twice = {**scope_of("GET"), "headers": [(b"host", b"evil.example"), (b"Host", b"localhost")]}
    assert asyncio.run(ask(Gate(echo), twice))[0] == 400


def test_without_names_every_name_does():
    assert asyncio.run(ask(Gate(echo, SMALL), scope_of("GET", host="evil.example")))[0] == 200


@pytest.mark.parametrize(("host", "inside"), [(None, True), ("127.0.0.1", True), ("::1", True), ("0.0.0.0", False)])
def test_what_only_this_machine_reaches(host, inside):
    assert is_loopback(host) == inside


OWN = ["localhost", "127.0.0.1", "::1", "easel.example"]


@pytest.mark.parametrize(
    "origin", ["http://localhost:7860", "http://127.0.0.1:3000", "https://easel.example", "http://[::1]:7860"]
)
def test_pages_of_this_server_may_send(origin):
    assert asyncio.run(ask(Gate(echo, SMALL, hosts=OWN), scope_of(host="localhost", origin=origin)))[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://[", ""])
def test_pages_of_other_sites_may_not(origin):
    gate = Gate(echo, SMALL, hosts=OWN)
    status, _, body = asyncio.run(ask(gate, scope_of(host="localhost", origin=origin)))
    assert status == 403 and "another site" in json.loads(body)["detail"]
    assert asyncio.run(ask(gate, scope_of("GET", host="localhost", origin=origin)))[0] == 200  # reads change nothing


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"sec_fetch_site": "same-origin"}, 200),  # behind a proxy that gives its own name as host
        ({"x_forwarded_for": "9.9.9.9"}, 200),
        ({"sec_fetch_site": "cross-site"}, 403),
    ],
)
def test_behind_a_proxy_browser_or_proxy_says_whose_page_it_is(said, status):
    scope = scope_of(host="127.0.0.1:7860", origin="https://public.example", **said)
    assert asyncio.run(ask(Gate(echo, SMALL, hosts=OWN), scope))[0] == status


def test_a_public_server_is_asked_from_any_page():
    assert (
        asyncio.run(ask(Gate(echo, SMALL), scope_of(host="easel.example", origin="https://other.example")))[0] == 200
    )
