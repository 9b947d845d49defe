"""Gradio's queue, with our order of turns: bounded for every client, and nothing is drawn that nobody reads.

Every event that uses the pipeline takes a place of `Jobs` when it joins, whichever way it came (the page, an endpoint,
`fn_index`), and keeps it until it ends. It starts once somebody reads its stream, is dropped where nobody does, and is
cancelled where whoever read has hung up. Turns are the place's, so gradio itself may start as many as there are.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import fastapi
from gradio import queueing
from gradio.data_classes import PredictBodyInternal
from gradio.utils import run_coro_in_background, set_task_name
from starlette.responses import JSONResponse

from pipeline.serve.entry import NO_KEY
from pipeline.serve.jobs import CURRENT, Client, Jobs, Place, QueueFull
from pipeline.serve.keys import Keys
from pipeline.ui.events import DRAWING
from pipeline.ui.sessions import LONG_NAME, MAX_NAME

__all__ = ["Presence", "Queue"]

UNREAD_SECONDS = 30.0  # how long an event waits for somebody who reads its stream
UNREAD_AT_THE_END = 1.0  # once the server stops, which waits for nothing that nobody reads
ABSENT_SECONDS = 60.0  # after which the state of a session without a page is dropped
_NO_STREAM = "Nothing is under way for this session. Ask for a picture first."
_LOOK = 0.5  # seconds between looks at events that nobody reads, and whether the server stops
_logger = logging.getLogger(__name__)


class Presence:
    """Who is there: how many read the stream of each session (or event), and which pages are open.

    As ASGI middleware it counts the requests that gradio answers with a stream for as long as that is read.
    """

    def __init__(self):
        self.readers: Counter[str] = Counter()
        self.pages: Counter[str] = Counter()
        self.on_reading: list[Callable[[], None]] = []  # told that somebody reads who did not before
        self.on_gone: list[Callable[[str], None]] = []  # told who has left
        self.has_stream: Callable[[str], bool] = lambda name: True  # whether there is anything to be read

    def middleware(self, app):
        """The application, counted."""

        async def counted(scope, receive, send) -> None:
            counter, name = self._counts(scope) if scope["type"] == "http" else (None, "")
            if counter is None:
                return await app(scope, receive, send)
            if counter is self.readers and not self.has_stream(name):  # gradio says so with half an answer
                return await JSONResponse({"detail": _NO_STREAM, "error": _NO_STREAM}, 404)(scope, receive, send)
            counter[name] += 1
            for wake in self.on_reading:
                wake()
            try:
                await app(scope, receive, send)
            finally:
                counter[name] -= 1
                if counter[name] <= 0:
                    del counter[name]
                    for tell in self.on_gone:
                        tell(name)

        return counted

    def _counts(self, scope) -> tuple[Counter[str] | None, str]:
        parts = scope["path"].rstrip("/").split("/gradio_api/", 1)[-1].split("/")
        if scope["method"] != "GET":
            return None, ""
        if parts == ["queue", "data"]:
            query = fastapi.Request(scope).query_params
            return self.readers, query.get("session_hash", "")
        if parts[0] == "call" and len(parts) >= 3:
            return self.readers, parts[-1]
        if parts[0] == "heartbeat" and len(parts) == 2:
            return self.pages, parts[1]
        return None, ""


class Queue(queueing.Queue):
    """See the module's text.

    Args:
        jobs: who has a place.
        presence: who reads.
        blocks: the page.
        max_size: events that have not started, those that use no pipeline included.
        forget: told of a session of which nothing is to be kept any more.
        busy: told "page" or "api" where there was no place for somebody who came that way.
    """

    def __init__(
        self, jobs: Jobs, presence: Presence, *, blocks: Any, max_size: int, forget: Callable[[str], None],
        busy: Callable[[str], None],
    ):  # fmt: skip
        super().__init__(
            live_updates=True,
            concurrency_count=blocks.max_threads,
            update_intervals=1,
            max_size=max_size,
            blocks=blocks,
            default_concurrency_limit=1,
        )
        self._jobs, self._presence, self._forget_session, self._busy = jobs, presence, forget, busy
        self.keys = Keys()  # one of which the endpoints for programs need
        self._places: dict[str, Place] = {}
        self._woken = asyncio.Event()
        presence.on_reading.append(self._wake)
        presence.on_gone.append(self._later)
        presence.has_stream = self.pending_messages_per_session.__contains__
        self.ANALYTICS_MAX_EVENTS = 100

    async def start_processing(self) -> None:
        """Start events as they come: gradio's own looks for them a thousand times a second, this one is woken."""
        self._woken = asyncio.Event()
        try:
            while not self.stopped:
                self._woken.clear()
                async with self.delete_lock:
                    while None in self.active_jobs and (found := self.get_events()):
                        self._begin(*found)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK):
                        await self._woken.wait()
        finally:
            self.stopped = True
            self._cancel_asyncio_tasks()

    def _wake(self) -> None:
        """Something has changed: an event may start. Called in the server's loop."""
        self._woken.set()

    def _begin(self, events: list[queueing.Event], batch: bool, line: str) -> None:
        self.active_jobs[self.active_jobs.index(None)] = events
        queue, event, began = self.event_queue_per_concurrency_id[line], events[0], time.time()
        queue.current_concurrency += 1
        queue.start_times_per_fn[event.fn].add(began)
        task = run_coro_in_background(self.process_events, events, batch, began, event.fn)
        set_task_name(task, event.session_hash, event.fn._id, event._id, batch)  # by which gradio cancels it
        self._asyncio_tasks.add(task)
        task.add_done_callback(self._asyncio_tasks.discard)
        if self.live_updates:
            self.broadcast_estimations(line)

    def compute_analytics_summary(self, records: list) -> dict:
        """Gradio's own makes a table of the last 10,000 events after every event."""
        return {"functions": {}}

    async def start_progress_updates(self) -> None:
        """Nothing: gradio looks twenty times a second for what its `Progress` has to say, and nothing here has one."""

    def create_event_queue_for_fn(self, block_fn) -> None:
        """Of the drawing line any number may start: each waits for the turn of its place."""
        super().create_event_queue_for_fn(block_fn)
        if block_fn.concurrency_id == DRAWING:
            self.event_queue_per_concurrency_id[DRAWING].concurrency_limit = None

    async def push(self, body: PredictBodyInternal, request: fastapi.Request, username: str | None):
        """Let an event in, if its client has a place left.

        Raises:
            HTTPException: 404, there is no such function; 422, its values or the session's name are wrong; 401, it is
                for programs, and those need a key; 429 or 503 with Retry-After, there is no place.
        """
        fn = None if body.fn_index is None else self.blocks.fns.get(body.fn_index)
        if fn is None:
            raise fastapi.HTTPException(404, "There is no endpoint of this number. See /gradio_api/info.")
        if len(body.data) != len(fn.inputs):
            words = f"This endpoint takes {len(fn.inputs)} values, got {len(body.data)}. See /gradio_api/info."
            raise fastapi.HTTPException(422, words)
        if len(body.session_hash or "") > MAX_NAME:
            raise fastapi.HTTPException(422, LONG_NAME)
        address = request.client.host if request.client else ""
        is_private = fn.api_visibility == "private"
        holder = "" if is_private else self.keys.holder(request.headers)
        if holder is None:
            raise fastapi.HTTPException(401, NO_KEY, {"WWW-Authenticate": "Bearer"})
        place = None
        if fn.concurrency_limit is not None:  # those without a limit only wait for the model
            try:
                place = self._jobs.admit(Client(address, body.session_hash or "", holder))
            except QueueFull as full:
                self._busy("page" if is_private else "api")
                headers = {"Retry-After": str(full.retry_after)}
                raise fastapi.HTTPException(429 if full.own else 503, str(full), headers) from full
        try:
            success, event_id, state = await super().push(body, request, username)
        except BaseException:
            self._leave(place)
            raise
        if success and isinstance(event_id, str):
            if place is not None:
                self._places[event_id] = place
            self._wake()
        else:
            self._leave(place)
        return success, event_id, state

    def get_events(self):
        """The next event that may start: the first of a line that somebody reads."""
        now = time.monotonic()
        patience = UNREAD_AT_THE_END if self._jobs.is_closed else UNREAD_SECONDS
        for name, line in self.event_queue_per_concurrency_id.items():
            if line.concurrency_limit is not None and line.current_concurrency >= line.concurrency_limit:
                continue
            for event in list(line.queue):
                if self._is_read(event):
                    line.queue.remove(event)
                    return [event], False, name
                if now - event.enqueue_time > patience:
                    line.queue.remove(event)
                    self._forget(event)
        return None

    async def process_events(self, events, batch, begin_time, fn) -> None:
        """Run an event with its place at hand, and leave nothing behind."""
        event = events[0]
        place = self._places.get(event._id)
        CURRENT.set(place)  # this task is the event's own
        try:
            await super().process_events(events, batch, begin_time, fn)
        except asyncio.CancelledError:  # a client took back what runs; gradio closes it only after one more step
            if place is not None:
                place.cancelled.set()
            raise
        finally:
            self._leave(self._places.pop(event._id, None))
            self._wake()  # those of its line may start
            if event.session_hash not in self._presence.readers:
                self._later(event.session_hash)

    async def clean_events(self, *, session_hash: str | None = None, event_id: str | None = None) -> None:
        """Whoever read has hung up: what waits is dropped, what runs is cancelled."""
        for id_, place in self._places.items():
            event = self.event_ids_to_events.get(id_)
            if id_ == event_id or event is not None and event.session_hash == session_hash:
                place.cancelled.set()
        await super().clean_events(session_hash=session_hash, event_id=event_id)
        self._drop_gone()

    async def remove_from_queue(self, event_id: str) -> None:
        """A client took its event back."""
        if (place := self._places.get(event_id)) is not None:
            place.cancelled.set()
        await super().remove_from_queue(event_id)
        self._drop_gone()

    def _is_read(self, event: queueing.Event) -> bool:
        readers = self._presence.readers
        return event.session_hash in readers or event._id in readers

    def _forget(self, event: queueing.Event) -> None:
        _logger.info("An event that nobody read for %.0f s was dropped.", time.monotonic() - event.enqueue_time)
        self.event_ids_to_events.pop(event._id, None)
        self.pending_event_ids_session.get(event.session_hash, set()).discard(event._id)
        self._leave(self._places.pop(event._id, None))
        self._tidy(event.session_hash)

    def _drop_gone(self) -> None:
        """Places whose events are no longer known."""
        for id_ in [id_ for id_ in self._places if id_ not in self.event_ids_to_events]:
            self._leave(self._places.pop(id_))

    def _leave(self, place: Place | None) -> None:
        if place is not None:
            place.leave()

    def _later(self, name: str) -> None:
        """Who read has left: look whether anything is to be kept, once a page had the time to come back."""
        if self.server_app is not None:
            asyncio.get_running_loop().call_later(ABSENT_SECONDS, self._tidy, name)

    def _tidy(self, session: str) -> None:
        """Drop what gradio keeps of a session for ever, where no page is open and nothing is under way."""
        if session in self._presence.pages or session in self._presence.readers:
            return
        if any(event.session_hash == session for event in self.event_ids_to_events.values()):
            return
        self.pending_event_ids_session.pop(session, None)
        self.pending_messages_per_session.pop(session, None)
        self._forget_session(session)
        holder = getattr(self.server_app, "state_holder", None)
        if holder is not None and holder.session_data.pop(session, None) is not None:
            holder.time_last_used.pop(session, None)
