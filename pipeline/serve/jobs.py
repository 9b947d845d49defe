"""Whose turn it is: every way in (page, API, links, other doors) takes a place here before anything is drawn.

    jobs = Jobs()
    with jobs.admit(Client(address, session)) as place:  # QueueFull: answer 503 with its retry_after
        while not place.wait(0.1):
            ...  # say that others are before, or leave
        ...      # the pipeline is this place's alone, until place.release() or the end of the block

Turns go round: first to the address that was served longest ago, then to the session of it that was served longest
ago, then to who came first. So whoever asks a hundred times waits behind everybody who asks once. Places are bounded
for a session, for an address and in all; one address can never have all of them.
"""

import bisect
import contextvars
import itertools
import math
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["CURRENT", "HOUSE", "Client", "Jobs", "Place", "QueueFull", "stopping"]

_REMEMBERED = 4096  # addresses and sessions whose last turn is known
_LONGEST = 60  # seconds that anybody is told to wait before asking again


@dataclass(frozen=True)
class Client:
    """Who asks: the address that the request came from, and the session and the key that it names ("" for none)."""

    address: str = ""
    session: str = ""
    holder: str = ""


HOUSE = Client("", "house")  # what the server draws for itself; it takes a turn when nobody else waits
CURRENT: contextvars.ContextVar["Place | None"] = contextvars.ContextVar("place", default=None)


class QueueFull(ValueError):
    """There is no place; the message is one sentence for whoever asked.

    Attributes:
        retry_after: seconds after which asking again makes sense.
        own: whether it is this client's own bound that is reached (HTTP 429), not everybody's (503).
    """

    def __init__(self, sentence: str, retry_after: int, own: bool = False):
        super().__init__(sentence)
        self.retry_after, self.own = retry_after, own


def stopping() -> QueueFull:
    """What everybody is told whom a server that stops does not serve any more: another one, or it anew, will."""
    return QueueFull("The server is stopping. Try again in a moment.", 10)


class Jobs:
    """The places of everybody who waits or draws, and the order of their turns.

    Args:
        max_waiting: places in all.
        max_per_address: places of one address; fewer than in all, so that others find one.
        max_per_session: places of one session.
        at_once: turns at a time, which is the number of pipelines.
    """

    def __init__(
        self, *, max_waiting: int = 64, max_per_address: int = 56, max_per_session: int = 16, at_once: int = 1
    ):
        self.max_waiting, self.max_per_address, self.max_per_session = max_waiting, max_per_address, max_per_session
        self._free = at_once
        self._lock = threading.RLock()
        self._empty = threading.Condition(self._lock)
        self._places: set[Place] = set()
        self._asking: list[Place] = []  # for their turn, in the order of asking
        self._before: dict[Place, int] | None = None  # of each of them, until something changes
        self._lent: set[tuple[float, object]] = set()  # turns that go on in threads, by when they began
        self._served: OrderedDict[Client, int] = OrderedDict()  # when each had its last turn, or was first seen
        self._clock = itertools.count(1)
        self._seconds = 1.0  # of one turn, a running mean
        self._closed = self._stopped = False

    def __len__(self) -> int:
        """Places taken now, those of the house not counted."""
        with self._lock:
            return sum(place.client != HOUSE for place in self._places)

    @property
    def is_closed(self) -> bool:
        """Whether no place is given any more."""
        return self._closed

    @property
    def is_stopped(self) -> bool:
        """Whether everybody was told to stop."""
        return self._stopped

    def admit(self, client: Client) -> "Place":
        """A place for one request.

        Raises:
            QueueFull: this client, or everybody together, has as many as there are, or the server is stopping.
        """
        with self._lock:
            self._refuse(client)
            place = Place(self, client)
            for each in (place._address, client):
                self._served.setdefault(each, next(self._clock))
            self._places.add(place)
            return place

    def close(self, seconds: float = 0.0) -> bool:
        """Give no more places, and wait so long for those who have one. Returns whether all of them left."""
        with self._empty:
            self._closed = True
            return self._empty.wait_for(lambda: not self._places and not self._lent, timeout=seconds)

    def cancel_all(self) -> None:
        """Tell everybody who has a place to stop."""
        with self._lock:
            self._stopped = True
            for place in self._places:
                place.cancelled.set()

    def _refuse(self, client: Client) -> None:
        if self._closed:
            raise stopping()
        if client == HOUSE:
            return
        others = [place.client for place in self._places if place.client != HOUSE]
        counted = Counter(others)
        if len(others) >= self.max_waiting:
            raise QueueFull("Many pictures wait to be drawn. Try again in a moment.", self._retry(len(others)))
        if counted[client] >= self.max_per_session:
            words = f"{counted[client]} requests of this session wait already, which is the most. Wait for one."
            raise QueueFull(words, self._retry(counted[client]), own=True)
        own = sum(number for other, number in counted.items() if other.address == client.address)
        if own >= self.max_per_address:
            words = f"{own} requests from this address wait already, which is the most. Try again in a moment."
            raise QueueFull(words, self._retry(own), own=True)

    def _retry(self, places: int) -> int:
        """Seconds until about half of so many places are free again."""
        return max(1, min(_LONGEST, math.ceil(self._seconds * places / 2)))

    def _ask(self, place: "Place") -> None:
        with self._lock:
            has_turn = place._turn.is_set()  # since it last looked
            if place in self._places and place not in self._asking and not has_turn:
                self._asking.append(place)
                self._before = None
                self._serve()

    def _serve(self) -> None:
        """Hand out the turns that are free."""
        while self._free and self._asking:
            place = min(self._asking, key=self._rank)  # of equal ranks the one that came first
            self._asking.remove(place)
            self._before = None
            self._free -= 1
            now = next(self._clock)
            for each in (place._address, place.client):
                self._served[each] = now
                self._served.move_to_end(each)
            while len(self._served) > _REMEMBERED:
                self._served.popitem(last=False)
            place._began = time.monotonic()
            place._turn.set()

    def _rank(self, place: "Place") -> tuple[bool, int, int]:
        client, served = place.client, self._served
        return client == HOUSE, served.get(place._address, 0), served.get(client, 0)

    def _before_each(self) -> dict["Place", int]:
        """How many ask for a turn and are served before each of those who ask; fifty of them ask for it often."""
        if self._before is None:
            ranks = {place: self._rank(place) for place in self._asking}
            ordered = sorted(ranks.values())
            self._before = {place: bisect.bisect_left(ordered, rank) for place, rank in ranks.items()}
        return self._before

    def _give_back(self, place: "Place", leaves: bool) -> None:
        with self._empty:
            if place._turn.is_set():
                place._turn.clear()
                self._end_turn(place._began)
            if place in self._asking:
                self._asking.remove(place)
                self._before = None
            if leaves:
                self._places.discard(place)
            self._serve()
            self._empty.notify_all()

    def _lend(self, place: "Place") -> Callable[[], None]:
        with self._lock:
            place._turn.clear()
            self._lent.add(began := (place._began, object()))

        def ended() -> None:
            with self._empty:
                if began in self._lent:
                    self._lent.remove(began)
                    self._end_turn(began[0])
                    self._serve()
                    self._empty.notify_all()

        return ended

    def _end_turn(self, began: float) -> None:
        self._free += 1
        self._seconds += 0.2 * (time.monotonic() - began - self._seconds)


class Place:
    """One request's place, a context manager. It may take several turns, one after the other.

    Attributes:
        client: whose it is.
        cancelled: set by whoever finds that the client has hung up.
    """

    def __init__(self, jobs: Jobs, client: Client):
        self.client = client
        self.cancelled = threading.Event()
        self._jobs, self._turn, self._began = jobs, threading.Event(), 0.0
        self._address = Client(client.address)

    def __enter__(self) -> "Place":
        return self

    def __exit__(self, *_) -> None:
        self.leave()

    def wait(self, seconds: float) -> bool:
        """Ask for a turn: whether it is this place's, after at most so long."""
        self._jobs._ask(self)
        return self._turn.wait(seconds)

    def release(self) -> None:
        """Give the turn back, or stop asking for one, and keep the place."""
        self._jobs._give_back(self, leaves=False)

    def lend(self) -> Callable[[], None]:
        """Lend the turn to a thread: it ends when what is returned is called, though the place be left before."""
        return self._jobs._lend(self)

    def leave(self) -> None:
        """Give turn and place back. Doing so twice is harmless."""
        self._jobs._give_back(self, leaves=True)

    @property
    def before(self) -> int:
        """How many ask for a turn and are served earlier, the one that has it now not counted."""
        with self._jobs._lock:
            return self._jobs._before_each().get(self, 0)
