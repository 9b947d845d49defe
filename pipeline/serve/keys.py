"""Who may ask, and how often: bearer keys, and so many pictures a minute for one key or address."""

import hashlib
import hmac
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

__all__ = ["Allowance", "Keys", "keys_from_environment", "rate_from"]

_SENT = re.compile(  # as a bearer, or as the id of an AWS access key: AWS' clients send bearers over https alone
    r"Bearer +(\S+)|AWS4-HMAC-SHA256 +Credential=([^/,\s]+)/.*", re.IGNORECASE
)
MIN_LENGTH = 16  # characters of a key: shorter ones can be guessed over the network


class Keys:
    """The keys that a server takes; with none, everybody may ask.

    Args:
        keys: as their holders send them. Only their hashes are kept.

    Raises:
        ValueError: a key is too short, or holds what no header can.
    """

    def __init__(self, keys: tuple[str, ...] = ()):
        for key in keys:
            if len(key) < MIN_LENGTH or not re.fullmatch(r"[\w.~+=-]+", key, re.ASCII):
                raise ValueError(
                    f"A key takes {MIN_LENGTH} or more letters, digits and .~+=_-, got one of {len(key)} characters. "
                    "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(24))'"
                )
        self._digests = [_digest(key) for key in keys]

    def __bool__(self) -> bool:
        """Whether a key is needed."""
        return bool(self._digests)

    def holder(self, headers: Mapping[str, str]) -> str | None:
        """A name for the key that a request carries ("" where none is needed); None where it carries none of ours."""
        if not self._digests:
            return ""
        found = _SENT.fullmatch(headers.get("authorization", "").strip())
        if found is None:
            return None
        digest, holder = _digest(found[1] or found[2]), None
        for number, known in enumerate(self._digests):  # all of them, so that time tells nothing
            if hmac.compare_digest(digest, known):
                holder = f"key {number + 1}"
        return holder


class Allowance:
    """So many pictures a minute for one client; the unused ones of a minute can be used at once.

    Args:
        per_minute: of one client; 0 is without bound.
        addresses: how many clients are remembered; those seen longest ago are forgotten first.
        clock: seconds.
    """

    def __init__(self, per_minute: int, *, addresses: int = 1024, clock: Callable[[], float] = time.monotonic):
        self._most, self._addresses, self._clock = per_minute, addresses, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # client -> (pictures left, when)
        self._lock = threading.Lock()

    def take(self, client: str, count: int = 1) -> bool:
        """Use some up; False where not so many are left. What is more than a minute's is taken as a whole minute's."""
        if not self._most:
            return True
        now = self._clock()
        with self._lock:
            left, since = self._left.pop(client, (float(self._most), now))
            left = min(float(self._most), left + (now - since) * self._most / 60)
            count = min(count, self._most)
            taken = left >= count
            self._left[client] = (left - count * taken, now)
            while len(self._left) > self._addresses:
                self._left.popitem(last=False)
        return taken


def keys_from_environment() -> Keys:
    """The keys of EASEL_API_KEYS, separated by commas or white space.

    Raises:
        ValueError: one of them cannot be a key.
    """
    try:
        return Keys(tuple(key for key in re.split(r"[,\s]+", os.environ.get("EASEL_API_KEYS", "")) if key))
    except ValueError as error:
        raise ValueError(f"EASEL_API_KEYS: {error}") from error


def rate_from(given: int | None) -> int:
    """Pictures a minute: what is given, else EASEL_RATE, else 0, which is without bound.

    Raises:
        ValueError: that is no such number.
    """
    text = str(given) if given is not None else os.environ.get("EASEL_RATE", "").strip() or "0"
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise ValueError(f"EASEL_RATE takes a whole number of pictures a minute, 0 for no bound, got {text!r}.")
    return int(text)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
