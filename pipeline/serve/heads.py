"""What of a request is no body: request line, headers, the marks of chunks, trailers. Bounded here, where it comes in.

Uvicorn's faster protocol (httptools) keeps headers for as long as a client sends them, before the application, and so
the gate, hears of the request: 400 MB came in 2.7 s through one connection. The other one, h11, has bounds of its own.
"""

import json
from typing import Any

__all__ = ["MAX_HEAD", "bounded"]

MAX_HEAD = 64 * 2**10  # bytes, as h11 has it
_OF_A_CHUNK = 16  # bytes around a piece of a body: its length in hexadecimal, and two ends of lines
_WORDS = f"The headers of the request are larger than {MAX_HEAD // 2**10} kB. Send less."


def bounded(kind: Any) -> Any:
    """The protocol of a `uvicorn.Config`, with 431 and a closed connection for heads that are too large."""
    return _bounded(kind) if hasattr(kind, "on_header") else kind


def _bounded(kind: Any) -> Any:
    class Bounded(kind):
        _around = 0  # bytes of this request that are no body

        def on_message_begin(self) -> None:
            self._around = 0  # those that came in one piece with the end of the last request are not counted
            super().on_message_begin()

        def on_body(self, body: bytes) -> None:
            self._around -= len(body) + _OF_A_CHUNK
            super().on_body(body)

        def data_received(self, data: bytes) -> None:
            self._around += len(data)
            super().data_received(data)
            self._around = max(0, self._around)
            if self._around > MAX_HEAD and not self.transport.is_closing():
                self.transport.write(_refusal())
                self.transport.close()

    return Bounded


def _refusal() -> bytes:
    body = json.dumps({"detail": _WORDS, "error": _WORDS}).encode()
    head = "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body
