"""What a request of the wrong shape gets: one sentence, and one line in the log, with the place if it is ours."""

import asyncio
import contextvars
import logging
import re
import traceback
from pathlib import Path

import gradio as gr
from gradio import networking, processing_utils
from gradio.exceptions import ComponentProcessingError
from gradio.route_utils import FnIndexInferError
from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from pipeline.serve.workplace import NO_ROOM, is_out_of_room

__all__ = ["Faults", "fetch_nothing", "guard", "trust_localhost"]

_OURS = str(Path(__file__).resolve().parents[1])
_ELSEWHERE = "Nothing is fetched from other addresses. Upload the file, and name the path that comes back."
_FETCHED = re.compile(r"/(?:file[=/]|proxy=)\s*https?:", re.IGNORECASE)
_MISTAKEN = (TypeError, ValueError, KeyError, IndexError, AttributeError)  # what a made-up value leads to
_status: contextvars.ContextVar[int] = contextvars.ContextVar("status", default=500)  # what a 500 of gradio's is
_logger = logging.getLogger(__name__)


def guard(demo: gr.Blocks) -> None:
    """Wrap the page's way of running a function."""
    process = demo.process_api

    async def guarded(block_fn, *arguments, **options):
        try:
            return await process(block_fn, *arguments, **options)
        except gr.Error as error:
            if error.print_exception:  # gradio's own refusal of a value; ours print nothing
                _logger.warning("%s refused: %s", _named(demo, block_fn), _short(error))
                error.print_exception = False
            _status.set(422)
            raise
        except Exception as error:
            mistaken = isinstance(error, _MISTAKEN) or not _is_ours(error)
            _status.set(503 if is_out_of_room(error) else 422 if mistaken else 500)
            words = _sentence(error, _named(demo, block_fn))
            if isinstance(error, ValidationError) and (name := _no_file(demo, block_fn, options.get("inputs"))):
                words = f'{name} takes uploaded files, each {{"path": ..., "meta": {{"_type": "gradio.FileData"}}}}.'
            raise gr.Error(words, print_exception=False) from error

    demo.process_api = guarded


def trust_localhost() -> None:
    """Let gradio start where the machine is busy: at last it asks for its own page, and gives up after 3 seconds.

    That localhost answers it knows by then: before, and without a bound, it has asked for its "startup-events".
    """
    networking.url_ok = lambda url: True


def fetch_nothing() -> None:
    """Let gradio ask no other server for a file: it would keep all that comes, without a bound."""

    async def refuse(url: str):
        raise gr.Error(_ELSEWHERE, print_exception=False)

    processing_utils.async_ssrf_protected_get = refuse


class Faults:
    """ASGI middleware: what escapes a route becomes an answer, and what was refused is no fault of the server's."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if _FETCHED.search(scope["path"]):  # gradio would pass on what any public address answers
            return await JSONResponse({"detail": _ELSEWHERE, "error": _ELSEWHERE}, 403)(scope, receive, send)
        started = streams = False
        _status.set(500)

        async def watched(message) -> None:
            nonlocal started, streams
            started = True
            if message["type"] == "http.response.start":
                streams = (b"content-type", b"text/event-stream") in [
                    (name.lower(), value.split(b";")[0]) for name, value in message["headers"]
                ]
            if message["type"] == "http.response.start" and message["status"] == 500:
                message = {**message, "status": _status.get()}
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:
            # The server ends, and this stream was open to the last; uvicorn would print a traceback.
            return
        except Exception as error:
            if started:
                _logger.warning("%s broke off: %s", scope["path"], _short(error))
                if streams:
                    # Its last message has said what is wrong: who reads gets the end of it, not a lost connection.
                    await send({"type": "http.response.body", "body": b""})
                return
            await _answer(Request(scope), error)(scope, receive, send)


def _answer(request: Request, error: Exception) -> Response:
    """400 or 404 where gradio could not make sense of a request, 503 without room on the disk, 500 where we failed."""
    if is_out_of_room(error):
        _logger.error("%s %s failed: %s", request.method, request.url.path, _short(error))
        return JSONResponse({"detail": NO_ROOM, "error": NO_ROOM}, 503, {"Retry-After": "60"})
    if isinstance(error, FnIndexInferError) or isinstance(error, KeyError) and "/call/v2/" in request.url.path:
        words = "There is no endpoint of this name. See /gradio_api/info."
        return JSONResponse({"detail": words, "error": words}, 404)
    if _is_ours(error):
        _logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
        words = f"Something went wrong ({type(error).__name__}). The server's log has the details."
        return JSONResponse({"detail": words, "error": words}, 500)
    _logger.warning("%s %s refused: %s", request.method, request.url.path, _short(error))
    words = "This request cannot be read. See /gradio_api/info for what the endpoints take."
    return JSONResponse({"detail": words, "error": words}, 400)


def _sentence(error: Exception, name: str) -> str:
    if is_out_of_room(error):
        _logger.error("%s failed: %s", name, _short(error))
        return NO_ROOM
    if isinstance(error, ComponentProcessingError) or not _is_ours(error):
        _logger.warning("%s refused: %s", name, _short(error))
        return f"A value of this request is not what {name} takes. See /gradio_api/info."
    _logger.error("%s failed: %s in %s", name, _short(error), _place(error))
    _logger.debug("%s failed", name, exc_info=error)
    return f"Something went wrong ({type(error).__name__}). Try again; the server's log has the details."


def _is_ours(error: BaseException) -> bool:
    """Whether a function of ours, other than this module, is among those that were running."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.filename.startswith(_OURS) and frame.filename not in _WRAPPERS for frame in frames)


def _place(error: BaseException) -> str:
    """The innermost line of ours that was running."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(_OURS) and frame.filename not in _WRAPPERS]
    return f"{Path(ours[-1].filename).relative_to(_OURS)}:{ours[-1].lineno}" if ours else "gradio"


def _named(demo: gr.Blocks, block_fn) -> str:
    fn = demo.fns.get(block_fn) if isinstance(block_fn, int) else block_fn
    return f"/{fn.api_name}" if fn is not None and fn.api_name else "this function"


def _no_file(demo: gr.Blocks, block_fn, values: list | None) -> str:
    """The argument of an endpoint that takes files and got something else; "" for none."""
    fn = demo.fns.get(block_fn) if isinstance(block_fn, int) else block_fn
    if fn is None or not fn.api_name:
        return ""
    for widget, value in zip(fn.inputs, values or (), strict=False):
        if isinstance(widget, gr.File) and value is not None:
            try:
                (widget.data_model or gr.FileData).model_validate(value, context={"validate_meta": True})
            except (ValidationError, ValueError):
                return str(widget.label)
    return ""


def _short(error: BaseException) -> str:
    """One line for the log, without what people typed, where that can be told apart."""
    if isinstance(error, ValidationError):
        wrong = (f"{'.'.join(map(str, each['loc']))} {each['type']}" for each in error.errors()[:3])
        return f"{type(error).__name__}: {', '.join(wrong)[:200]}"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


# Ours, but only on the way to gradio's functions.
_WRAPPERS = {str(Path(_OURS, *parts)) for parts in (("ui", "guard.py"), ("ui", "queueing.py"), ("ui", "routes.py"))}
_WRAPPERS |= {str(Path(_OURS, "serve", "gate.py"))}
