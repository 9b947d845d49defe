"""Behind a proxy that serves Easel below a path, and between proxies that are believed and others that are not.

Example run: python -m pytest tests/serve/test_proxies.py
"""

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import httpx
import pytest
import uvicorn
from gradio_client import Client
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

from app import build_demo, launch_options
from pipeline.recipe import read_png
from pipeline.serve.proxies import NOBODY, TrustedProxies, public_url
from tests.tiny import tiny_pipeline

PREFIX = "/apps/easel"


@contextmanager
def served(app) -> Iterator[str]:
    """An application on a free port of this machine."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", proxy_headers=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = server.force_exit = True  # not waiting for streams that are still read
    thread.join()


def stripping_proxy(target: str) -> Starlette:
    """What nginx does with `location /apps/easel/ { proxy_pass http://target/; }`: it takes the prefix away."""
    client = httpx.AsyncClient(base_url=target, timeout=120)

    async def forward(request: Request):
        if not request.url.path.startswith(f"{PREFIX}/"):
            return PlainTextResponse("not below the prefix", 404)
        headers = [(name, value) for name, value in request.headers.raw if name != b"host"]
        headers += [(b"x-forwarded-host", request.headers["host"].encode()), (b"x-forwarded-proto", b"http")]
        url = httpx.URL(target).copy_with(
            raw_path=(request.url.path.removeprefix(PREFIX) + f"?{request.url.query}").encode()
        )
        asked = client.build_request(request.method, url, headers=headers, content=await request.body())
        answer = await client.send(asked, stream=True)
        kept = {
            name: value for name, value in answer.headers.items() if name not in ("transfer-encoding", "connection")
        }
        return StreamingResponse(answer.aiter_raw(), answer.status_code, kept)

    methods = ["GET", "HEAD", "POST"]
    return Starlette(routes=[Route("/{path:path}", forward, methods=methods)])


@pytest.fixture(scope="module")
def public():
    """Easel's address outside."""
    demo = build_demo(tiny_pipeline(), weights_hash="0123456789ab")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gradio.networking.url_ok", lambda url: True)
        demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo, root_path=PREFIX))
    with served(stripping_proxy(demo.local_url.rstrip("/"))) as url:
        yield f"{url}{PREFIX}"
    demo.close()


def test_the_page_and_what_it_loads_are_below_the_prefix(public):
    page = httpx.get(f"{public}/?prompt=a+cat&seed=7&v=4").text
    assert f'content="{public}/picture?prompt=a+cat' in page and f'content="{public}/?prompt=a+cat' in page
    config = httpx.get(f"{public}/config").json()
    assert config["root"] == public


def test_links_endpoints_and_doors_draw_below_the_prefix(public, tmp_path):
    picture = httpx.get(f"{public}/picture?prompt=a+cat&seed=7&v=4", timeout=120)
    assert read_png(Image.open(io.BytesIO(picture.content))).seed == 7
    files, said = Client(public, verbose=False, download_files=tmp_path).predict(
        prompt="a cat", seed=8, api_name="/generate"
    )
    assert said[0]["seed"] == 8 and files
    assert httpx.get(f"{public}/openapi.json").json()["servers"] == [{"url": public}]
    assert "/v1/images/edits" in httpx.get(f"{public}/api").text
    body = {"prompt": "a cat", "seed": 9, "response_format": "url"}
    (each,) = httpx.post(f"{public}/v1/images/generations", json=body, timeout=120).json()["data"]
    assert each["url"].startswith(f"{public}/v1/files/") and httpx.get(each["url"]).status_code == 200
    titan = {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a cat"}}
    answer = httpx.post(f"{public}/model/amazon.titan-image-generator-v2%3A0/invoke", json=titan, timeout=120)
    assert answer.json()["error"] is None and httpx.get(f"{public}/healthz").json()["status"] == "ready"


def asked(client: str, trusted: str, **headers: str) -> dict:
    """What an application behind the middleware is told."""

    async def run() -> dict:
        async def app(scope, receive, send):
            request = Request(scope)
            said = {"client": request.client.host, "url": public_url(request, "/below")}
            await JSONResponse(said)(scope, receive, send)

        transport = httpx.ASGITransport(TrustedProxies(app, trusted), client=(client, 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://inside:7860") as http:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            return json.loads((await http.get("/", headers=sent)).content)

    return anyio.run(run)


FORWARDED = {"x_forwarded_for": "9.9.9.9", "x_forwarded_host": "easel.example", "x_forwarded_proto": "https"}


@pytest.mark.parametrize("trusted", ["10.0.0.1", "127.0.0.1, 10.0.0.0/8", "*"])
def test_a_trusted_proxy_says_who_asks_and_for_what(trusted):
    found = asked("10.0.0.1", trusted, **FORWARDED)
    assert found == {"client": "9.9.9.9", "url": "https://easel.example/below"}


def test_nobody_else_is_believed():
    found = asked("10.0.0.2", "10.0.0.1", **FORWARDED, forwarded="host=evil", x_gradio_server="http://evil")
    assert found == {"client": "10.0.0.2", "url": "http://inside:7860/below"}
    assert asked("127.0.0.1", NOBODY, **FORWARDED)["client"] == "127.0.0.1"
