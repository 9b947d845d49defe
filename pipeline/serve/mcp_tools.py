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

import anyio

from pipeline.serve.programs import Drawn, Programs
from pipeline.serve.tools import PICTURE

__all__ = ["McpTools", "McpUnusable", "check_mcp"]

SUPPORTED = ((1, 30), (2, 0))  # from, below
_INSTALL = 'Install it with: pip install "mcp==1.30.0"'
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
_DATA_URL = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,", re.ASCII)
_logger = logging.getLogger(__name__)


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


class McpTools:
    """An ASGI application that answers MCP clients.

    Args:
        programs: the tools.
        version: of Easel.
        max_bytes: of one request's body.
        max_calls: tool calls at a time; further ones are told to come back.
    """

    def __init__(self, programs: Programs, *, version: str, max_bytes: int, max_calls: int):
        from mcp.server.lowlevel import Server
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        check_mcp()
        self._programs, self._limiter = programs, anyio.CapacityLimiter(max_calls)
        self.server = Server("easel", version=version)
        self.server.list_tools()(self._list_tools)
        self.server.call_tool(validate_input=False)(self._call)
        self._sessions = StreamableHTTPSessionManager(
            app=self.server, stateless=True, json_response=True, max_request_body_size=max_bytes
        )

    @contextlib.asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """While this is entered, clients are answered."""
        async with self._sessions.run():
            yield

    async def __call__(self, scope, receive, send) -> None:
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
        if self._limiter.available_tokens < 1:
            raise ValueError("Many tools are being called. Try again in a few seconds.")
        try:
            with tempfile.TemporaryDirectory(prefix="easel-mcp-") as folder:
                result = await self._run(name, _with_files(self._programs.tools[name].arguments, arguments, folder))
        except ValueError as error:
            raise ValueError(str(error).replace("`", "")) from error
        return _content(result)

    async def _run(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Run a tool in a thread, step by step: a client that hangs up or cancels stops it within one step."""
        steps, result = self._programs.call(name, arguments), None
        request = self.server.request_context.request
        try:
            while True:
                more, event = await anyio.to_thread.run_sync(_next, steps, limiter=self._limiter)
                if not more:
                    return result
                result = event
                if event is None and request is not None and await request.is_disconnected():
                    raise ValueError("The client is gone.")
        finally:
            steps.close()


def _next(steps) -> tuple[bool, Any]:
    try:
        return True, next(steps)
    except StopIteration:
        return False, None


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

    if isinstance(result, list) and result and isinstance(result[0], Drawn):
        images = [
            types.ImageContent(
                type="image",
                data=base64.b64encode(each.path.read_bytes()).decode("ascii"),
                mimeType=_TYPES[each.path.suffix],
            )
            for each in result
        ]
        said = {"pictures": [each.said for each in result]}
        return [*images, types.TextContent(type="text", text=json.dumps(said))], said
    said = result if isinstance(result, dict) else {"result": result}
    return [types.TextContent(type="text", text=json.dumps(said))], said
