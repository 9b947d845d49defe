"""The store: pictures made here and their recipes, on disk, so that a repeated recipe answers at once.

    store = open_store()
    store.put(recipe, png)
    stored = store.get(recipe)

An embedded database (diskcache: SQLite and files) that any number of processes may share. It is a cache and nothing
more: a full disk, a database that is locked, damaged or not readable costs the entry and one line in the log, never
the picture, and never more than `WAIT_SECONDS` of anybody's time: all of its work is done in one thread of its own.
Nothing is kept for ever: the oldest pictures go when the folder is full, and every picture goes when it is
`MAX_DAYS` old, whether anybody asked for it or not. EASEL_STORE names the folder, or says "off"; EASEL_STORE_MB and
EASEL_STORE_DAYS set the limits.
"""

import hashlib
import json
import logging
import math
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diskcache

from pipeline.recipe import Recipe
from pipeline.scene.notes import Note

__all__ = ["MAX_BYTES", "MAX_DAYS", "PictureStore", "StoredPicture", "default_directory", "open_store"]

MAX_BYTES = 512 * 2**20  # about 5,000 pictures of 256x256; the oldest go first
MAX_DAYS = 7.0  # a link that was shared this week opens at once; an older one draws its picture again
MAX_PICTURE_BYTES = 32 * 2**20  # one picture; more would push out everything else
WAIT_SECONDS = 0.5  # for an answer; whoever asked goes on without it
LOCK_SECONDS = 2  # how long the store's own thread waits for another process
REOPEN_SECONDS = 30.0  # between attempts to open a database that could not be opened
ORPHAN_SECONDS = 60.0  # after which a file that no row names is one that an interrupted process has left
MAX_WAITING = 32  # pictures on their way to a slow disk; further ones are not kept
_FOLDER = "pictures-2"  # below the given one: all in it is ours, and may be deleted
_PNG_START, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_LOOKS = 5  # at an entry that another process replaces meanwhile
_DAMAGED = (11, 26)  # SQLITE_CORRUPT, SQLITE_NOTADB
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredPicture:
    """A picture as it was drawn.

    Attributes:
        recipe: what it is a function of.
        png: the file, byte for byte, before any credentials were added.
        key_id: of the key that it is marked with; "" where that was not said.
        image_weights: share of each reference picture; None without references.
        notes: what only drawing told: expressions for which there was no face.
    """

    recipe: Recipe
    png: bytes
    key_id: str = ""
    image_weights: list[float] | None = None
    notes: tuple[Note, ...] = ()


class PictureStore:
    """Pictures by the id of their recipe. No method raises for what the disk does."""

    def __init__(self, directory: Path | None, *, max_bytes: int = MAX_BYTES, max_days: float = MAX_DAYS) -> None:
        """`directory` None: a store that keeps nothing. It is opened when it is first asked, not here."""
        self.directory = None if directory is None else Path(directory) / _FOLDER
        self._max_bytes, self._max_seconds = max_bytes, max_days * 86400
        self._cache: Any = None  # a `diskcache.Cache`, once it is open
        self._opened_at = -math.inf
        self._complaints: set[str] = set()  # said already, and not yet mended
        self._room = threading.BoundedSemaphore(MAX_WAITING)
        self._late: Future | None = None  # the first answer that took too long
        self._thread = None if directory is None else ThreadPoolExecutor(1, "easel-store")

    @property
    def _where(self) -> Path:
        assert self.directory is not None  # a store without one is asked nothing
        return self.directory

    @property
    def enabled(self) -> bool:
        """Whether pictures are meant to be kept."""
        return self._thread is not None

    def put(self, recipe: Recipe, png: bytes, *, key_id: str = "", image_weights=None, notes=()) -> None:
        """Keep a `StoredPicture`, its PNG as drawn. Returns at once; whoever asks afterwards finds it.

        Raises:
            ValueError: it is no whole PNG file.
        """
        if not _is_png(png):
            raise ValueError(f"`png` takes a whole PNG file, got {len(png)} bytes that start with {png[:8]!r}.")
        if len(png) > MAX_PICTURE_BYTES:
            return
        header = {
            "recipe": recipe.to_json(),
            "sha256": hashlib.sha256(png).hexdigest(),
            "key_id": key_id,
            "image_weights": image_weights,
            "notes": [(note.kind, note.said, note.used) for note in notes],
        }
        value = json.dumps(header).encode() + b"\n" + png

        def write(cache: diskcache.Cache) -> None:
            # Each by itself: in one transaction diskcache deletes the file that is replaced before its row is changed
            # for other processes, which then find none.
            cache.set(f"picture/{recipe.id}", value, expire=self._max_seconds)
            cache.set(f"id32/{recipe.id32:08x}", recipe.id, expire=self._max_seconds)

        self._hand_over("keep a picture", write)

    def get(self, recipe: Recipe) -> StoredPicture | None:
        """The picture that this recipe gave, if it is still here."""
        return self.find(recipe.id)

    def find(self, recipe_id: str) -> StoredPicture | None:
        """The picture of a recipe's id (16 hex digits)."""
        return self._ask("find a picture", lambda cache: _read(cache, recipe_id))

    def find_payload(self, payload: int) -> StoredPicture | None:
        """The picture whose `Recipe.id32` a watermark carries."""

        def read(cache: diskcache.Cache) -> StoredPicture | None:
            recipe_id = cache.get(f"id32/{payload:08x}")
            stored = _read(cache, recipe_id) if isinstance(recipe_id, str) else None
            return stored if stored and stored.recipe.id32 == payload else None

        return self._ask("find a picture", read)

    def settle(self) -> None:
        """Wait until what was handed over is kept, but no longer than for an answer."""
        self._ask("settle", lambda _: None)

    def ids(self) -> list[str]:
        """The recipe ids of all pictures kept, the newest first."""

        def read(cache: diskcache.Cache) -> list[str]:
            keys = [key for key in reversed(cache) if isinstance(key, str)]
            return [key.removeprefix("picture/") for key in keys if key.startswith("picture/")]

        return self._ask("list its pictures", read) or []

    def drop(self, recipe_id: str) -> None:
        """Forget a picture."""
        self._hand_over("forget a picture", lambda cache: cache.delete(f"picture/{recipe_id}"))

    def sweep(self) -> None:
        """Delete what is too old, entries and whatever files an interrupted process has left. Returns at once."""

        def clean(cache: diskcache.Cache) -> None:
            cache.expire()
            known = {row[0] for row in cache._sql("SELECT filename FROM Cache WHERE filename IS NOT NULL").fetchall()}
            oldest = time.time() - ORPHAN_SECONDS
            for path in self._where.glob("??/??/*.val"):
                try:
                    if str(path.relative_to(self._where)) not in known and path.stat().st_mtime < oldest:
                        path.unlink(missing_ok=True)
                except OSError:  # another process was faster
                    continue

        self._hand_over("delete what is old", clean)

    def __len__(self) -> int:
        """Pictures kept now."""
        return len(self.ids())

    def close(self) -> None:
        """Finish what was handed over; afterwards nothing is kept or found."""
        if self._thread is not None:
            self._hand_over("close", lambda cache: cache.close())
            self._thread.shutdown()
            self._thread = None

    def _ask(self, what: str, work: Callable[[diskcache.Cache], Any]) -> Any:
        """The result of work in the store's thread; None where it fails or takes too long."""
        is_late = self._late is not None and not self._late.done()
        # Who waits for an answer takes no room: at most all threads do.
        if is_late or (future := self._submit(what, work)) is None:
            return None
        try:
            return future.result(timeout=WAIT_SECONDS)
        except TimeoutError:
            self._late = future
            self._complain("answer in time", f"it takes longer than {WAIT_SECONDS:g} s")
            return None

    def _hand_over(self, what: str, work: Callable[[diskcache.Cache], Any]) -> None:
        """Have work done that nobody waits for."""
        if self._thread is None:
            return
        if not self._room.acquire(blocking=False):
            self._complain("keep up", f"{MAX_WAITING} tasks wait for the disk")
            return
        future = self._submit(what, work)
        if future is None:
            self._room.release()
        else:
            future.add_done_callback(lambda _: self._room.release())

    def _submit(self, what: str, work: Callable[[diskcache.Cache], Any]) -> Future | None:
        if self._thread is None:
            return None
        try:
            return self._thread.submit(self._run, what, work)
        except RuntimeError:  # the program is ending
            return None

    def _run(self, what: str, work: Callable[[diskcache.Cache], Any]) -> Any:
        """In the store's thread: do it, opening the database before and mending it afterwards where need be."""
        try:
            if self._cache is None and not self._open():
                return None
            cache: Any = self._cache
            result = work(cache)
        except (
            Exception
        ) as error:  # SQLite, the disk or a damaged row: whatever it is costs the cache, never the picture
            self._complain(what, error)
            if isinstance(error, sqlite3.Error):
                self._begin_again(at_once=_is_damage(error))
            return None
        self._complaints -= {what, "answer in time", "keep up"}
        return result

    def _open(self) -> bool:
        if time.monotonic() - self._opened_at < REOPEN_SECONDS:
            return False
        self._opened_at = time.monotonic()
        try:
            self._cache = self._connect()
        except Exception as error:  # see `_run`
            if not _is_damage(error):
                self._complain("be opened", error)
                if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:  # the next task waits, too
                    self._opened_at = -math.inf
                return False
            _logger.warning("The store in %s is damaged and begins anew: %s", self.directory, error)
            shutil.rmtree(self._where, ignore_errors=True)
            try:
                self._cache = self._connect()
            except Exception as again:  # see `_run`
                self._complain("be opened", again)
                return False
        self._complaints.discard("be opened")
        return True

    def _connect(self) -> diskcache.Cache:
        self._where.mkdir(parents=True, exist_ok=True, mode=0o700)  # prompts are nobody else's business
        # diskcache waits a minute for a lock while it opens, and does not look for damage: ask before.
        database = sqlite3.connect(self._where / diskcache.core.DBNAME, timeout=LOCK_SECONDS, isolation_level=None)
        try:
            database.execute("BEGIN IMMEDIATE")
            found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
            database.execute("ROLLBACK")
        finally:
            database.close()
        if found != "ok":
            raise _Damaged(found)
        # Values are raw bytes and text in plain columns and files: nothing is unpickled. Reading does not write, as it
        # would to evict what was used longest ago, so that no reader waits for a writer.
        return diskcache.Cache(
            str(self._where),
            timeout=LOCK_SECONDS,
            disk=_PlainDisk,
            size_limit=self._max_bytes,
            eviction_policy="least-recently-stored",
            disk_min_file_size=4096,
        )

    def _begin_again(self, at_once: bool) -> None:
        """Leave a database that fails (damaged, or begun anew by another process); a later task opens it again."""
        try:
            if self._cache is not None:
                self._cache.close()
        except sqlite3.Error as error:
            _logger.debug("closing the store: %s", error)
        self._cache = None
        if at_once:
            self._opened_at = -math.inf

    def _complain(self, what: str, error: object) -> None:
        level = logging.DEBUG if what in self._complaints else logging.WARNING
        self._complaints.add(what)
        _logger.log(level, "The store in %s cannot %s (pictures are drawn anew): %s", self.directory, what, error)


class _Damaged(sqlite3.DatabaseError):
    """What `PRAGMA quick_check` found."""

    sqlite_errorcode = _DAMAGED[0]


class _PlainDisk(diskcache.Disk):
    """Text and bytes only. A pickle, which only somebody else can have put into the database, is refused unread."""

    def store(self, value: bytes | str, read: bool, key: Any = diskcache.UNKNOWN) -> tuple:
        if not isinstance(value, (bytes, str)):
            raise TypeError(f"the store takes bytes or text, got {type(value).__name__}")
        return super().store(value, read, key=key)

    def fetch(self, mode: int, filename: str | None, value: object, read: bool) -> Any:
        if mode == diskcache.core.MODE_PICKLE:
            raise ValueError("a pickled value")
        return super().fetch(mode, filename, value, read)

    def get(self, key: object, raw: bool) -> object:
        return super().get(key, raw) if raw else None  # every key of ours is plain text


def default_directory() -> Path | None:
    """The folder that EASEL_STORE names, None where it says "off", the user's cache folder where it is not set."""
    return _directory(os.environ.get("EASEL_STORE", "").strip())


def open_store(
    where: str | None = None, *, max_megabytes: float | None = None, max_days: float | None = None
) -> PictureStore:
    """The store in a folder (or "off"); whatever is None comes from the environment, or is the default.

    Raises:
        ValueError: a limit is not a number above 0.
    """
    megabytes = _limit("EASEL_STORE_MB", max_megabytes, MAX_BYTES / 2**20)
    days = _limit("EASEL_STORE_DAYS", max_days, MAX_DAYS)
    directory = default_directory() if where is None else _directory(where.strip())
    return PictureStore(directory, max_bytes=int(megabytes * 2**20), max_days=days)


def _directory(named: str) -> Path | None:
    if named.lower() == "off":
        return None
    if named:
        return Path(named).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME", "").strip()
    try:
        return Path(cache or Path.home() / ".cache").expanduser() / "easel" / "store"
    except RuntimeError:  # a user without a home
        return None


def _limit(variable: str, given: float | None, default: float) -> float:
    text = os.environ.get(variable, "").strip() if given is None else str(given)
    try:
        number = float(text) if text else default
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise ValueError(f"{variable} is a number above 0, got {text!r}. To keep nothing, set EASEL_STORE=off.")
    return number


def _read(cache: diskcache.Cache, recipe_id: str) -> StoredPicture | None:
    """An entry, if it is whole: its PNG is compared with its checksum, its recipe with its id."""
    value: Any
    try:
        value = _value(cache, f"picture/{recipe_id}")
    except (OSError, ValueError) as error:  # a file that is gone is None; this is one that cannot be read
        value = error
    if value is None:
        return None
    try:
        header, png = value.split(b"\n", 1)
        header = json.loads(header)
        recipe = Recipe.from_json(header["recipe"])
        if recipe.id != recipe_id or hashlib.sha256(png).hexdigest() != header["sha256"]:
            raise ValueError("damaged")
        notes = tuple(Note(kind, said, used) for kind, said, used in header.get("notes", ()))
        return StoredPicture(recipe, png, str(header["key_id"]), header["image_weights"], notes)
    except (AttributeError, KeyError, TypeError, ValueError):
        _logger.warning("The stored picture %s is damaged and was dropped.", recipe_id)
        cache.delete(f"picture/{recipe_id}")
        return None


def _value(cache: diskcache.Cache, key: str) -> Any:
    """What is kept under a key. Another process may replace it between our look at the row and at its file: its row
    is there and the file is not, so we look again."""
    for _ in range(_LOOKS):
        value = cache.get(key)
        if value is not None or key not in cache:
            return value
    return None


def _is_png(data: bytes) -> bool:
    return data.startswith(_PNG_START) and data.endswith(_PNG_END)


def _is_damage(error: Exception) -> bool:
    return isinstance(error, sqlite3.DatabaseError) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
