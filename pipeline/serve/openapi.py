"""All doors for programs as one OpenAPI document, made from the tables that check what arrives, and as a page."""

import html
import json
from collections.abc import Iterable
from typing import Any

from pipeline import __version__
from pipeline.serve.openai import EDIT, GENERATION, VARIATION
from pipeline.serve.titan import VERSIONS, schema_of
from pipeline.serve.tools import PICTURE, Tool

__all__ = ["openapi", "openapi_page"]

_FILE = {"type": "string", "format": "binary"}
_UPLOADED = {  # what gradio wants of a file
    "type": "object",
    "properties": {
        "path": {"type": "string", "description": "As /gradio_api/upload answers it."},
        "meta": {"type": "object", "properties": {"_type": {"const": "gradio.FileData"}}},
    },
    "required": ["path", "meta"],
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Easel for programs</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}
pre{{overflow-x:auto;padding:.8rem;border:1px solid;border-radius:.4rem}}h2{{font-size:1.1rem;margin-top:2rem}}
:root{{color-scheme:light dark}}</style></head>
<body><h1>Easel for programs</h1><p>{about} <a href="openapi.json">openapi.json</a></p>{doors}</body></html>"""
_ABOUT = "What each address takes and answers."


def openapi(url: str, tools: Iterable[Tool] = (), *, needs_key: bool = False) -> dict[str, Any]:
    """The document.

    Args:
        url: of this server, as its client knows it.
        tools: the page's own endpoints.
        needs_key: whether programs must send a key.
    """
    paths = _simple() | _endpoints(tools)
    for model, version in VERSIONS.items():
        answers = ["embedding", "inputTextTokenCount", "message"] if version == "embed" else ["images", "error"]
        paths[f"/model/{model}/invoke"] = {
            "post": {
                "summary": f"invoke_model of AWS' client; answers {', '.join(answers)}.",
                "requestBody": {"required": True, "content": _json(schema_of(version))},
                "responses": _responses(_json()),
            }
        }
    for name, schema, files in (
        ("generations", GENERATION, ()),
        ("edits", EDIT, ("image", "mask")),
        ("variations", VARIATION, ("image",)),
    ):
        body = {**schema, "properties": {**schema["properties"], **dict.fromkeys(files, _FILE)}}
        kind = "multipart/form-data" if files else "application/json"
        paths[f"/v1/images/{name}"] = {
            "post": {
                "summary": f"images/{name} of OpenAI's client.",
                "requestBody": {"required": True, "content": {kind: {"schema": body}}},
                "responses": _responses(_json()),
            }
        }
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Easel", "version": __version__, "description": _ABOUT},
        "servers": [{"url": url}],
        "paths": paths,
    }
    if needs_key:
        document["components"] = {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}
        document["security"] = [{"key": []}]
    return document


def openapi_page(document: dict[str, Any]) -> str:
    """The document for people."""
    doors = []
    for path, methods in document["paths"].items():
        for method, door in methods.items():
            shown = {name: door[name] for name in ("parameters", "requestBody") if name in door}
            body = f"<pre>{html.escape(json.dumps(shown, indent=1))}</pre>" if shown else ""
            doors.append(f"<h2>{method.upper()} {html.escape(path)}</h2><p>{html.escape(door['summary'])}</p>{body}")
    return _PAGE.format(about=html.escape(_ABOUT), doors="".join(doors))


def _simple() -> dict[str, Any]:
    """The doors that no table of rules describes."""
    return {
        "/picture": {
            "get": {
                "summary": "The picture of a link, from the store or drawn.",
                "parameters": [_query("prompt", "string", True), _query("seed", "integer"), _query("v", "integer")],
                "responses": _responses({"image/png": {"schema": _FILE}}),
            }
        },
        "/healthz": {"get": {"summary": "200 once pictures can be drawn.", "responses": _responses(_json())}},
        "/metrics": {"get": {"summary": "Prometheus' text form.", "responses": _responses({"text/plain": {}})}},
        "/v1/models": {"get": {"summary": "The model, as OpenAI lists it.", "responses": _responses(_json())}},
        "/v1/models/{model}": {
            "get": {
                "summary": "The model, by any of the names that it is known by.",
                "parameters": [_in_path("model")],
                "responses": _responses(_json()),
            }
        },
        "/v1/files/{name}": {
            "get": {
                "summary": "A picture that was answered as a link; for an hour.",
                "parameters": [_in_path("name")],
                "responses": _responses({"image/*": {"schema": _FILE}}),
            }
        },
        "/mcp": {
            "post": {
                "summary": "The five endpoints as MCP tools (streamable HTTP), on a server started with --mcp.",
                "requestBody": {"required": True, "content": _json()},
                "responses": _responses(_json()),
            }
        },
    }


def _endpoints(tools: Iterable[Tool]) -> dict[str, Any]:
    """The page's own: asked in one request, read in another; what they take as a file was uploaded before."""
    paths: dict[str, Any] = {}
    for tool in tools:
        asks = {
            "summary": f"{tool.description.splitlines()[0]} Answers the event_id to read the result with.",
            "requestBody": {"required": True, "content": _json(_with_uploads(tool.schema))},
            "responses": _responses(_json()),
        }
        reads = {
            "summary": f"What came of an event of {tool.name}, as server-sent events; the last one has the result.",
            "parameters": [_in_path("event_id")],
            "responses": _responses({"text/event-stream": {}}),
        }
        paths[f"/gradio_api/call/v2/{tool.name}"] = {"post": asks}
        paths[f"/gradio_api/call/{tool.name}/{{event_id}}"] = {"get": reads}
    if paths:
        files = {"type": "object", "properties": {"files": {"type": "array", "items": _FILE}}}
        asks = {
            "summary": "Files for the page's endpoints; answers their paths.",
            "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": files}}},
            "responses": _responses(_json({"type": "array", "items": {"type": "string"}})),
        }
        paths["/gradio_api/upload"] = {"post": asks}
    return paths


def _with_uploads(schema: Any) -> Any:
    """A tool's schema with uploaded files where it has pictures as base64."""
    if isinstance(schema, list):
        return [_with_uploads(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("contentEncoding") == PICTURE["contentEncoding"]:
        kept = {name: value for name, value in schema.items() if name in ("description", "default")}
        return {**_UPLOADED, **kept}
    return {name: _with_uploads(value) for name, value in schema.items()}


def _json(schema: dict | None = None) -> dict[str, Any]:
    return {"application/json": {"schema": schema or {"type": "object"}}}


def _responses(content: dict[str, Any]) -> dict[str, Any]:
    refused = {"description": "Refused, in the form of the client that the door is for."}
    return {"200": {"description": "Answered.", "content": content}, "4XX": refused, "503": refused}


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query(name: str, kind: str, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": {"type": kind}}
