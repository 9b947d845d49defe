"""What the server answers beside the page: /healthz, /picture?prompt=...&seed=..., and a preview for shared links.

Messengers and search engines read a link's page without running it. For a link about a picture they find its prompt
as `og:title`, and `og:image` leads to /picture, which answers from the store or draws. Drawing is for anyone who knows
the address, so it is bounded: a valid recipe within the page's limits, so many a minute for one address, and no more
than `Limits.max_preview_drawings` that wait at a time.
"""

import asyncio
import contextlib
import html
import re
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Collection
from typing import Any

import anyio
from gradio.route_utils import get_root_url
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pipeline import __version__
from pipeline.loading.capabilities import CONTROLS
from pipeline.loading.errors import WeightsError
from pipeline.recipe import ParsedLink, Recipe
from pipeline.serve.doors import door_routes
from pipeline.serve.entry import Entry, Turned, hung_up
from pipeline.serve.gate import Gate
from pipeline.serve.jobs import Client, Place, QueueFull
from pipeline.serve.keys import Allowance, Keys
from pipeline.serve.limits import Limits
from pipeline.serve.mcp_tools import McpTools
from pipeline.serve.proxies import LOCAL, TrustedProxies
from pipeline.serve.render import Cancelled, Rendered
from pipeline.serve.request import read_request
from pipeline.serve.studio import Busy, Studio
from pipeline.ui.guard import Faults
from pipeline.ui.sessions import Sessions
from pipeline.watermark import WatermarkError

__all__ = ["app_options"]

_ASKS = {"prompt", "seed", "images"}  # a link with one of these is about a picture
_ABOUT = "Type a sentence, get a watermarked picture, and a link that draws it again."
_PATIENCE = 60.0  # seconds that a preview may wait for its turn
_DAY = 86400
_PAGES = 8  # addresses of this server for which the page is kept
_OF_GRADIO = {"page", "deep_link"}  # what gradio's page itself may depend on
_MCP_PATHS = ("/mcp", "/mcp/", "/gradio_api/mcp", "/gradio_api/mcp/")  # the last two: where gradio's own would be
_KEY = {"og": "property", "twitter": "name"}  # what the two kinds of tags call their name
_OLD_TAGS = re.compile(r'<meta\s+(?:property|name)="(?:og|twitter):[^"]*"\s+content="[^"]*"\s*/?>\s*')


def app_options(
    demo: Any,
    *,
    hosts: Collection[str] | None = None,
    keys: Keys | None = None,
    mcp: bool = False,
    root_path: str = "",
    proxies: str = LOCAL,
) -> dict[str, Any]:
    """For `launch(app_kwargs=...)`: the gate, the routes, which go before the page's own, and the link preview.

    Args:
        demo: of `build_demo`.
        hosts: names under which the server may be asked for; None for any.
        keys: one of which programs need; None is none.
        mcp: whether MCP clients are answered too.
        root_path: below which a proxy serves this.
        proxies: whose X-Forwarded headers are believed.
    """
    studio, limits = demo.studio, demo.limits
    demo._queue.keys = keys or Keys()
    entry = Entry(studio.jobs, demo._queue.keys, demo.allowance, studio.metrics)
    answers = _Answers(studio, limits, entry)
    routes = [Route("/healthz", answers.health), Route("/picture", answers.picture)]
    routes += door_routes(studio, limits, entry, root_path)
    tools = None
    if mcp:
        tools = McpTools(demo.programs, entry, version=__version__)
        routes += [Route(path, tools) for path in _MCP_PATHS]

    @contextlib.asynccontextmanager
    async def lifespan(app) -> AsyncIterator[None]:
        app.state_holder.__class__ = Sessions  # gradio makes it itself, and takes no other
        async with tools.lifespan() if tools is not None else contextlib.nullcontext():
            yield

    middleware = [
        Middleware(TrustedProxies, trusted=proxies),
        Middleware(Gate, hosts=hosts),
        Middleware(Faults),
        Middleware(demo.presence.middleware),
        Middleware(_LinkPreview, studio=studio, limits=limits),
    ]
    return {"routes": routes, "middleware": middleware, "lifespan": lifespan}


class _Answers:
    """The routes' endpoints."""

    def __init__(self, studio: Studio, limits: Limits, entry: Entry):
        self.studio, self.limits, self._entry = studio, limits, entry
        self._allowance = Allowance(limits.max_previews_per_minute)
        self._turns = threading.BoundedSemaphore(limits.max_preview_drawings)

    async def health(self, request: Request) -> Response:
        """200 once pictures can be drawn, 503 before, where they cannot, and while the server stops."""
        studio = self.studio
        status = "ready" if studio.is_ready else "loading" if studio.error is None else "failed"
        status = "draining" if studio.jobs.is_closed else status
        state = {
            "status": status,
            "version": __version__,
            "model": studio.capabilities.model,
            "weights_hash": studio.weights_hash,
        }
        return JSONResponse(state, 200 if status == "ready" else 503, headers={"Cache-Control": "no-store"})

    async def picture(self, request: Request) -> Response:
        """The picture of a link's query, as PNG; it is drawn for as long as somebody listens."""
        loop = asyncio.get_running_loop()
        with self.studio.metrics.answering("picture") as say:
            answer = await anyio.to_thread.run_sync(self._picture, request, loop)
            say("ok" if answer.status_code == 200 else "busy" if answer.status_code in (429, 503) else "refused")
            return answer

    def _picture(self, request: Request, loop: asyncio.AbstractEventLoop) -> Response:
        studio = self.studio
        try:
            client = self._entry.client_of(request)
            link = _drawable(request.url.query, studio, self.limits)
        except Turned as turned:
            return _no(turned.status, str(turned))
        except ValueError as error:
            return _no(400, str(error))
        recipe = studio.recipe(link.recipe)
        if (restored := studio.restore(recipe, read=False)) is not None:
            studio.metrics.observe(restored, from_store=True)
            return _file(studio, restored)
        if recipe.image_hashes:
            return _no(404, "This picture was made with reference pictures, and it is not kept here.")
        if not studio.is_ready:
            return _no(503, "The model is not loaded. Try again in a few seconds.", retry_after=10)
        if not self._allowance.take(client.session or client.address):
            return _no(429, "Too many pictures were asked for from this address. Try again in a minute.", 60)
        try:
            self._entry.allow(client)
        except Turned as turned:
            return _no(turned.status, str(turned), turned.retry_after)
        if not self._turns.acquire(blocking=False):
            return _no(503, "Other pictures are being drawn. Try again in a few seconds.", retry_after=5)
        try:
            with studio.jobs.admit(Client(client.address, "picture")) as place:
                watch = asyncio.run_coroutine_threadsafe(hung_up(request, place), loop)
                try:
                    return self._draw(recipe, place)
                finally:
                    watch.cancel()
        except QueueFull as full:
            return _no(429 if full.own else 503, str(full), full.retry_after)
        finally:
            self._turns.release()

    def _draw(self, recipe: Recipe, place: Place) -> Response:
        until = time.monotonic() + _PATIENCE
        events = self.studio.draw(recipe, place=place, steps=False)
        try:
            for event in events:
                if isinstance(event, Rendered):
                    return _file(self.studio, event)
                if isinstance(event, Busy) and time.monotonic() > until:
                    break
        except QueueFull:  # a server that stops; a ValueError, too
            raise
        except ValueError as error:
            return _no(400, str(error))
        except (WeightsError, WatermarkError, Cancelled) as error:
            return _no(503, str(error) or "The drawing was stopped.", retry_after=10)
        finally:
            events.close()
        return _no(503, "Other pictures are being drawn. Try again in a few seconds.", retry_after=5)


class _LinkPreview:
    """ASGI middleware: the page's head describes Easel, or the picture of a drawable link; gradio's own tags go.

    The rest of the page is the same for everybody who knows the server by one address, so it is kept: gradio takes
    45 ms of processor time to make it, and nothing is drawn meanwhile.
    """

    def __init__(self, app, studio: Studio, limits: Limits):
        self.app, self.studio, self.limits = app, studio, limits
        self._pages: OrderedDict[str, tuple[list, str, str]] = OrderedDict()  # headers, before our tags, after them

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if request is None or (root := self._root(request)) is None:
            return await self.app(scope, receive, send)
        tags = self._tags(request, root)
        is_plain = not _OF_GRADIO & request.query_params.keys()
        if is_plain and (page := self._pages.get(root)) is not None:
            return await _send_page(send, page, tags)
        start, body = {}, b""

        async def rewrite(message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            kind = dict(start["headers"]).get(b"content-type", b"")
            if start["status"] != 200 or not kind.startswith(b"text/html"):
                await send(start)
                return await send({"type": "http.response.body", "body": body})
            headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
            head, closing, rest = body.decode("utf-8").partition("</head>")
            head = head.replace('href="/manifest.json"', 'href="./manifest.json"')  # below a root path, too
            page = headers, _OLD_TAGS.sub("", head), closing + rest
            if is_plain:
                self._pages[root] = page
                if len(self._pages) > _PAGES:
                    self._pages.popitem(last=False)
            await _send_page(send, page, tags)

        await self.app(scope, receive, rewrite)

    def _root(self, request: Request) -> str | None:
        """The address of the page, if it is what is asked for."""
        root_path = request.scope.get("root_path", "").rstrip("/")
        if request.url.path.rstrip("/") not in ("", root_path):
            return None
        return get_root_url(request, "/", root_path or None)

    def _tags(self, request: Request, root: str) -> str:
        tags = {"og:type": "website", "og:site_name": "Easel", "og:title": "Easel", "og:url": f"{root}/"}
        tags |= {"og:description": _ABOUT, "twitter:card": "summary"}
        if _ASKS & request.query_params.keys():
            try:
                link = _drawable(request.url.query, self.studio, self.limits)
                if self.studio.allows(link.recipe.prompt):  # what is refused is not repeated either
                    tags |= self._about(link, root)
            except ValueError:
                pass  # the page itself says what is wrong with the link
        return "".join(
            f'<meta {_KEY[name.split(":")[0]]}="{name}" content="{html.escape(str(value))}">\n'
            for name, value in tags.items()
        )

    def _about(self, link: ParsedLink, root: str) -> dict[str, str | int]:
        """What the tags say of a link's picture."""
        recipe = link.recipe
        query, drawn = recipe.to_query(link.pixels_hash), self.studio.recipe(recipe)
        sentence = recipe.prompt.strip() or "A picture"
        title = sentence if len(sentence) <= 120 else sentence[:119] + "…"
        return {
            "og:title": title,
            "og:description": f"Drawn by Easel, seed {recipe.seed}. The link draws the picture again and compares.",
            "og:url": f"{root}/{query}",
            "og:image": f"{root}/picture{query}",
            "og:image:type": "image/png",
            "og:image:width": drawn.width,
            "og:image:height": drawn.height,
            "og:image:alt": sentence,
        }


async def _send_page(send, page: tuple[list, str, str], tags: str) -> None:
    headers, before, after = page
    body = (before + tags + after).encode("utf-8")
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


def _drawable(query: str, studio: Studio, limits: Limits) -> ParsedLink:
    """The link, if it is whole, about a picture of this model, and within the limits.

    Raises:
        ValueError: a sentence that says what is wrong with it.
    """
    link = Recipe.from_query(query)
    recipe, notes = studio.capabilities.adopt(link.recipe)
    if notes := (*link.notes, *notes):
        raise ValueError(notes[0])
    if not recipe.image_hashes:  # those cannot be drawn here, only be found in the store
        read_request(
            limits,
            prompt=recipe.prompt,
            negative_prompt=recipe.negative_prompt,
            seed=recipe.seed,
            count=1,
            paths=[],
            image_weights=[],
            fusion_type=recipe.fusion_type,
            similarity_strength=recipe.similarity_strength,
            **{name: getattr(recipe, name) for name in CONTROLS},
        )
    return ParsedLink(recipe, link.pixels_hash, ())


def _file(studio: Studio, rendered: Rendered) -> Response:
    """The signed file, as the page hands it out. Its tag is weak: the same picture signed anew has other bytes."""
    tag = f'W/"{rendered.recipe.id}-{rendered.pixels_hash}"'
    headers = {"Cache-Control": f"public, max-age={_DAY}", "ETag": tag}
    try:
        data = studio.save(rendered).read_bytes()
    except OSError:  # a full disk costs the copy, not the answer
        data = studio.files.encode(rendered)
    return Response(data, media_type="image/png", headers=headers)


def _no(status: int, sentence: str, retry_after: int | None = None) -> Response:
    headers = {"Cache-Control": "no-store"} | ({} if retry_after is None else {"Retry-After": str(retry_after)})
    return PlainTextResponse(sentence.replace("`", "") + "\n", status, headers=headers)
