"""What escapes a route becomes an answer in words. Example run: python -m pytest tests/ui/test_guard.py"""

import asyncio
import errno
import json
from types import SimpleNamespace

import gradio as gr
import httpx
import pytest
from gradio import networking

from pipeline.serve.workplace import NO_ROOM, is_out_of_room
from pipeline.ui.guard import Faults, guard, trust_localhost


def ask(app) -> httpx.Response:
    async def run():
        transport = httpx.ASGITransport(Faults(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://inside") as client:
            return await client.post("/gradio_api/upload")

    return asyncio.run(run())


def raising(error: BaseException):
    async def app(scope, receive, send):
        raise error

    return app


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EMFILE])
def test_a_disk_without_room_is_said_and_asked_again_later(number, capfd):
    answer = ask(raising(OSError(number, "no room")))
    assert answer.status_code == 503 and answer.headers["Retry-After"] and answer.json()["detail"] == NO_ROOM
    assert "Traceback" not in "".join(capfd.readouterr())


def test_what_cannot_be_read_is_a_mistake_of_who_asks():
    answer = ask(raising(ValueError("no boundary")))
    assert answer.status_code == 400 and "cannot be read" in answer.json()["detail"]


def test_a_stream_that_is_open_when_the_server_ends_is_let_go_without_a_traceback():
    """The server cancels it, as uvicorn does once its time to end is over."""
    said = []

    async def send(message):
        said.append(message["type"])

    async def stream(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.Event().wait()

    async def run():
        scope = {"type": "http", "path": "/gradio_api/heartbeat/x"}
        serving = asyncio.ensure_future(Faults(stream)(scope, None, send))
        while not said:
            await asyncio.sleep(0)
        serving.cancel("Task cancelled, timeout graceful shutdown exceeded")
        await serving

    asyncio.run(run())
    assert said == ["http.response.start"]


@pytest.mark.parametrize(("kind", "ends"), [(b"text/event-stream; charset=utf-8", True), (b"image/png", False)])
def test_a_stream_of_messages_that_fails_ends_and_no_file_is_taken_for_whole(kind, ends):
    """Gradio's stream says that its session is gone, and raises."""
    said = []

    async def send(message):
        said.append(message)

    async def stream(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Type", kind)]})
        await send({"type": "http.response.body", "body": b"data: {}", "more_body": True})
        raise KeyError("fuzz-8")

    asyncio.run(Faults(stream)({"type": "http", "path": "/gradio_api/queue/data"}, None, send))
    assert (said[-1] == {"type": "http.response.body", "body": b""}) == ends


def test_the_cause_of_a_failure_counts_too():
    error = RuntimeError("the picture was not kept")
    error.__cause__ = OSError(errno.ENOSPC, "full")
    assert is_out_of_room(error) and not is_out_of_room(OSError(errno.ENOENT, "gone")) and not is_out_of_room(None)


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (OSError(errno.ENOSPC, "full"), 503, NO_ROOM),
        (TypeError("7 is no text"), 422, "not what /draw takes"),
    ],
)
def test_a_function_of_the_page_fails_with_a_sentence_and_a_status(error, status, sentence):
    """Gradio answers 500 for whatever its functions raise."""

    async def process(block_fn):
        raise error

    demo = SimpleNamespace(process_api=process, fns={0: SimpleNamespace(api_name="draw")})
    guard(demo)

    async def app(scope, receive, send):
        try:
            await demo.process_api(0)
        except gr.Error as told:
            body = json.dumps({"error": str(told.message)}).encode()
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": body})

    answer = ask(app)
    assert answer.status_code == status and sentence in answer.json()["error"]


def test_a_page_that_answers_late_starts_all_the_same(monkeypatch):
    def late(*_, **__):
        raise httpx.ReadTimeout("the machine is busy")

    monkeypatch.setattr(httpx, "head", late)
    monkeypatch.setattr(networking, "url_ok", networking.url_ok)  # put back afterwards
    with gr.Blocks() as demo:
        gr.Textbox()
    trust_localhost()
    try:
        demo.launch(prevent_thread_lock=True, quiet=True)
        assert httpx.get(demo.local_url).status_code == 200
    finally:
        demo.close()
