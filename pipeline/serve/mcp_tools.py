"""The tools for MCP clients (the Model Context Protocol), served by the package mcp over streamable HTTP.

Pictures go in as base64 or data URLs and come out as image content, byte for byte the files that the page hands out.
Gradio has an MCP server of its own; its schemas of file lists and JSON are not valid, so strict clients refuse them.
"""

import base64
import binascii
import contextlib
import json
import logging
import re
import tempfile
from collections.abc import AsyncIterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from pipeline.loading.errors import WeightsError
from pipeline.serve.entry import Entry, Turned
from pipeline.serve.jobs import CURRENT, Place
from pipeline.serve.programs import ProgramPicture, Programs
from pipeline.serve.render import Cancelled
from pipeline.serve.tools import PICTURE, pictures_of
from pipeline.watermark import WatermarkError

__all__ = ["McpTools", "McpUnusable", "check_mcp", "keep_quiet"]

SUPPORTED = ((1, 30), (2, 0))  # from, below
_PACKAGE = "mcp"
_INSTALL = 'Install it with: pip install "mcp==1.30.0"'
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".avif": "image/avif"}
_DATA_URL = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,", re.ASCII)
_DEEP = 500  # brackets: fewer can be read however they stand
_TOO_DEEP = {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "The body is nested too deeply."}}
MAX_BODY = 32 * 2**20  # bytes of a request


class McpUnusable(RuntimeError):
    """The package mcp is missing, or of a version whose interface is another; the message says what to install."""


def check_mcp() -> None:
    """Refuse to start without a version of mcp that this server is written for.

    Raises:
        McpUnusable: what is there, and what to install.
    """
    try:
        found = version("mcp")
    except PackageNotFoundError:
        raise McpUnusable(f"MCP tools need the package mcp. {_INSTALL}") from None
    numbers = tuple(int(number) for number in re.findall(r"\d+", found)[:2])
    if not SUPPORTED[0] <= numbers < SUPPORTED[1]:
        low, high = (".".join(map(str, numbers)) for numbers in SUPPORTED)
        raise McpUnusable(
            f"MCP tools need mcp from {low} up to, but not including, {high}; here is {found}. {_INSTALL}"
        )


def keep_quiet() -> None:
    """Keep the package from logging every request, and what clients sent where a request makes no sense."""

    def without_values(record: logging.LogRecord) -> bool:
        if record.levelno >= logging.WARNING and _PACKAGE in Path(record.pathname).parts:
            record.msg, record.args, record.exc_info = "A request of an MCP client cannot be read.", (), None
        return True

    logging.getLogger(_PACKAGE).setLevel(logging.WARNING)
    logging.getLogger().addFilter(without_values)  # of what is logged without a name, as the package does


class McpTools:
    """An ASGI application that answers MCP clients.

    Args:
        programs: the tools.
        entry: who may ask.
        version: of Easel.
    """

    def __init__(self, programs: Programs, entry: Entry, *, version: str):
        from mcp.server.lowlevel import Server
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        check_mcp()
        self._programs, self._entry = programs, entry
        self.server = Server("easel", version=version)
        self.server.list_tools()(self._list_tools)
        self.server.call_tool(validate_input=False)(self._call)
        self._sessions = StreamableHTTPSessionManager(
            app=self.server, stateless=True, json_response=True, max_request_body_size=MAX_BODY
        )

    @contextlib.asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """While this is entered, clients are answered."""
        async with self._sessions.run():
            yield

    async def __call__(self, scope, receive, send) -> None:
        try:
            self._entry.client_of(Request(scope))
        except Turned as turned:
            refused = JSONResponse({"error": str(turned)}, turned.status, {"WWW-Authenticate": "Bearer"})
            return await refused(scope, receive, send)
        if scope["method"] == "POST":
            if (receive := await _read(receive)) is None:
                return await JSONResponse(_TOO_DEEP, 400)(scope, _nothing, send)
        await self._sessions.handle_request(scope, receive, send)

    async def _list_tools(self) -> list:
        from mcp import types

        return [
            types.Tool(name=tool.name, description=tool.description, inputSchema=tool.schema)
            for tool in self._programs.tools.values()
        ]

    async def _call(self, name: str, arguments: dict[str, Any]) -> Any:
        """One tool call; what it raises becomes the text of an error result."""
        if name not in self._programs.tools:
            raise ValueError(f"There is no tool {name!r}. There are {', '.join(self._programs.tools)}.")
        schemas = self._programs.tools[name].arguments

        def work(place: Place) -> Any:
            token = CURRENT.set(place)
            try:
                self._entry.allow(place.client, pictures_of(name, arguments))
                with tempfile.TemporaryDirectory(prefix="easel-mcp-") as folder:
                    steps, result = self._programs.call(name, _with_files(schemas, arguments, folder)), None
                    with contextlib.closing(steps):
                        for event in steps:
                            result = event
                    return _content(result)
            finally:
                CURRENT.reset(token)

        try:
            request: Any = self.server.request_context.request
            return await self._entry.work(request, "mcp", work)
        except (Turned, ValueError, Cancelled, WeightsError, WatermarkError) as error:
            raise ValueError(str(error).replace("`", "") or "The drawing was stopped.") from error


async def _read(receive) -> Any:
    """The same channel with the whole body in one message; None where it is nested too deeply for the package."""
    body, message = bytearray(), await receive()
    while message["type"] == "http.request":
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
        message = await receive()
    try:
        if body.count(b"[") + body.count(b"{") > _DEEP:
            json.loads(body)
    except RecursionError:
        return None
    except ValueError:
        pass  # the package says what is wrong
    first = iter([{**message, "body": bytes(body)} if message["type"] == "http.request" else message])

    async def again() -> Any:
        return next(first, None) or await receive()

    return again


async def _nothing() -> Any:
    return {"type": "http.disconnect"}


def _with_files(arguments: Mapping[str, dict], given: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """The arguments with every picture written into the folder, as its path.

    Raises:
        ValueError: one sentence that names the argument.
    """
    found = dict(given)
    for name, schema in arguments.items():
        value = given.get(name)
        if value is None:
            continue
        if schema.get("contentEncoding") == PICTURE["contentEncoding"]:
            found[name] = _file(name, value, Path(folder, f"{name}"))
        elif schema.get("items") == PICTURE and isinstance(value, list):
            found[name] = [_file(name, each, Path(folder, f"{name}-{index}")) for index, each in enumerate(value)]
    return found


def _file(name: str, value: Any, path: Path) -> str:
    try:
        if not isinstance(value, str):
            raise binascii.Error
        path.write_bytes(base64.b64decode(_DATA_URL.sub("", value, count=1), validate=True))
    except (binascii.Error, ValueError) as error:
        raise ValueError(
            f"{name} takes a picture as base64 or as a data URL (data:image/png;base64,...), got "
            f"{str(value)[:40]!r}. Send the file's content; nothing is fetched from an address."
        ) from error
    return str(path)


def _content(result: Any) -> Any:
    """(content, structured content) of a result: every picture as an image, and JSON text for all that is said."""
    from mcp import types

    if isinstance(result, list) and result and isinstance(result[0], ProgramPicture):
        images = [
            types.ImageContent(
                type="image",
                data=base64.b64encode(each.path.read_bytes()).decode("ascii"),
                mimeType=_TYPES[each.path.suffix],
            )
            for each in result
        ]
        facts = {"pictures": [each.facts for each in result]}
        return [*images, types.TextContent(type="text", text=json.dumps(facts))], facts
    facts = result if isinstance(result, dict) else {"result": result}
    return [types.TextContent(type="text", text=json.dumps(facts))], facts
