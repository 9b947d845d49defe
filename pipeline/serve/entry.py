"""The way in for programs: a key, a rate, a place in the queue, and a drawing that stops where nobody listens.

    answer = await entry.let_in(request, "bedrock", work)

`work` runs in a thread and gets the body and the place. What keeps a request out is raised as a `Turned`, which every
door words in its own form. How large a body may be and how slowly it may come is bounded before (`serve.gate`).
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import anyio
from starlette.requests import ClientDisconnect, Request

from pipeline.serve.jobs import Client, Jobs, Place, QueueFull
from pipeline.serve.keys import Allowance, Keys
from pipeline.serve.metrics import Metrics

__all__ = ["NO_KEY", "TOO_MANY", "Entry", "Turned", "address_of", "hung_up"]

TOO_MANY = "Too many pictures were asked for within a minute. Try again in a minute."
_LOOK = 0.1  # seconds between looks whether a client has hung up
NO_KEY = "This server needs a key. Send it as 'Authorization: Bearer KEY'."
T = TypeVar("T")


class Turned(Exception):
    """A request is turned away; the message is one sentence.

    Attributes:
        status: of HTTP.
        retry_after: seconds; None where asking again does not help.
    """

    def __init__(self, status: int, sentence: str, retry_after: int | None = None):
        super().__init__(sentence)
        self.status, self.retry_after = status, retry_after

    @property
    def headers(self) -> dict[str, str]:
        """Of the answer."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


class Entry:
    """What every door asks before it does anything.

    Args:
        jobs: the queue.
        keys: that are taken.
        allowance: pictures a minute of one key or address.
        metrics: where requests are counted.
    """

    def __init__(self, jobs: Jobs, keys: Keys, allowance: Allowance, metrics: Metrics):
        self.keys, self.metrics = keys, metrics
        self._jobs, self._allowance = jobs, allowance
        self._limiter: anyio.CapacityLimiter | None = None  # made in the loop that it belongs to

    def client_of(self, request: Request) -> Client:
        """Who asks: its address, and its key as the session.

        Raises:
            Turned: 401, a key is needed.
        """
        holder = self.keys.holder(request.headers)
        if holder is None:
            raise Turned(401, NO_KEY)
        return Client(address_of(request), holder)

    def allow(self, client: Client, pictures: int = 1) -> None:
        """Count pictures against a client's rate.

        Raises:
            Turned: 429, it has had as many as there are in a minute.
        """
        if not self._allowance.take(client.session or client.address, pictures):
            raise Turned(429, TOO_MANY, 60)

    async def let_in(self, request: Request, door: str, work: Callable[[bytes, Place, Client], T]) -> T:
        """Let one request in: read its body, and work in a thread, until its client hangs up.

        Raises:
            Turned: it is kept out.
            Exception: whatever ``work`` raises.
        """
        client = self.client_of(request)
        try:
            data = await request.body()
        except ClientDisconnect as error:
            raise Turned(400, "The body ended early.") from error
        return await self.work(request, door, lambda place: work(data, place, client))

    async def work(self, request: Request, door: str, work: Callable[[Place], T]) -> T:
        """Work in a thread, in a place of the queue, until the client hangs up; the body is read already.

        Raises:
            Turned: it is kept out.
            Exception: whatever ``work`` raises.
        """
        with self.metrics.answering(door) as say:
            try:
                with self._jobs.admit(self.client_of(request)) as place:
                    return await self._run(request, place, work)
            except QueueFull as error:
                say("busy")
                raise Turned(429 if error.own else 503, str(error), error.retry_after) from error
            except Turned:
                say("turned away")
                raise
            except ValueError:
                say("refused")
                raise

    async def _run(self, request: Request, place: Place, work: Callable[[Place], T]) -> T:
        if self._limiter is None:  # every place may have its thread: those that wait do nothing
            self._limiter = anyio.CapacityLimiter(self._jobs.max_waiting)
        watch = asyncio.create_task(hung_up(request, place))
        try:
            return await anyio.to_thread.run_sync(work, place, limiter=self._limiter)
        finally:
            watch.cancel()


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


async def hung_up(request: Request, place: Place) -> None:
    """Wait until nobody listens any more, and say so to whoever draws."""
    while not await request.is_disconnected():
        await asyncio.sleep(_LOOK)
    place.cancelled.set()
