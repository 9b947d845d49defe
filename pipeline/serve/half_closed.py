"""Who has sent all and says so gets an answer: a connection of which only one half is closed.

`printf ... | nc -N` and many a small client end their side (`shutdown(SHUT_WR)`) once the request is out. Uvicorn
takes that for hanging up. To tell the two apart something has to be sent: who has closed the whole connection answers
with a reset, and who still reads skips an interim response (RFC 9110, 15.2), which is sent for as long as the answer
is not there. HTTP 1.0 has no such responses, so there the end of the one half stays the end of all.
"""

from typing import Any

__all__ = ["answering"]

_INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
_PROBES = (0.0, 0.05, 0.2)  # seconds until the next one: the first brings the reset about, the second finds it
_LATER = 1.0


def answering(kind: Any) -> Any:
    """The protocol of a `uvicorn.Config`, with answers for those who only have stopped sending."""
    if not hasattr(kind, "eof_received") or not hasattr(kind, "on_message_complete"):  # another package's
        return kind

    class Answering(kind):
        def eof_received(self) -> bool | None:
            """Whether the connection stays open for the answer."""
            cycle = self.cycle
            if not _waits(cycle) or cycle.more_body or cycle.scope["http_version"] == "1.0":
                return super().eof_received()
            cycle.keep_alive = False
            self._probe(cycle, 0)
            return True

        def _probe(self, cycle: Any, number: int) -> None:
            if self.transport.is_closing() or self.cycle is not cycle or not _waits(cycle):
                return
            if number:
                self.transport.write(_INTERIM)
            self.loop.call_later(_PROBES[number] if number < len(_PROBES) else _LATER, self._probe, cycle, number + 1)

    return Answering


def _waits(cycle: Any) -> bool:
    """Whether a request's answer has not begun."""
    return cycle is not None and not cycle.response_started and not cycle.response_complete
