"""The store: pictures made here and their recipes, on disk, so that a repeated recipe answers at once.

    store = open_store()
    store.put(recipe, png)
    stored = store.get(recipe)

An embedded database (diskcache: SQLite and files) that any number of processes may share. It is a cache and nothing
more: a full disk, a damaged entry or a folder that cannot be written costs the entry and a line in the log, never the
picture. EASEL_STORE names the folder, or says "off"; without it the store is in the user's cache folder.
"""

import logging
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import diskcache

from pipeline.recipe import Recipe

__all__ = ["MAX_BYTES", "Store", "StoredPicture", "default_directory", "open_store"]

MAX_BYTES = 512 * 2**20  # about 5,000 pictures of 256x256; the ones used longest ago go first
MAX_PICTURE_BYTES = 32 * 2**20  # one picture; more would push out everything else
LOCK_SECONDS = 2.0  # how long to wait for another process before giving up on an entry
_PNG_START, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_FAILURES = (OSError, sqlite3.Error, diskcache.Timeout, KeyError, ValueError, TypeError, EOFError)
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredPicture:
    """A picture as it was handed out."""

    recipe: Recipe
    png: bytes


class Store:
    """Pictures by the id of their recipe. No method raises for what the disk does."""

    def __init__(self, directory: Path | None, max_bytes: int = MAX_BYTES) -> None:
        """`directory` None: a store that keeps nothing."""
        self._cache: diskcache.Cache | None = None
        if directory is None:
            return
        try:
            # Values are raw bytes and text in plain columns and files: nothing is unpickled.
            self._cache = diskcache.Cache(
                str(directory),
                timeout=LOCK_SECONDS,
                disk=_PlainDisk,
                size_limit=max_bytes,
                eviction_policy="least-recently-used",
                disk_min_file_size=4096,
            )
        except _FAILURES as error:
            _logger.warning("The store in %s cannot be opened, so nothing is kept: %s", directory, error)

    @property
    def enabled(self) -> bool:
        return self._cache is not None

    def put(self, recipe: Recipe, png: bytes) -> bool:
        """Keep a picture, its PNG as handed out. Returns whether it was kept."""
        if not (png.startswith(_PNG_START) and png.endswith(_PNG_END)):
            raise ValueError(f"`png` takes a whole PNG file, got {len(png)} bytes that start with {png[:8]!r}.")
        if self._cache is None or len(png) > MAX_PICTURE_BYTES:
            return False
        try:
            # Picture first: an entry is complete once its recipe is there.
            self._cache.set(f"png/{recipe.id}", png)
            self._cache.set(f"recipe/{recipe.id}", recipe.to_json())
            self._cache.set(f"id32/{recipe.id32:08x}", recipe.id)
        except _FAILURES as error:
            _logger.warning("The picture %s was not kept: %s", recipe.id, error)
            return False
        return True

    def get(self, recipe: Recipe) -> StoredPicture | None:
        """The picture that this recipe gave, if it is still here."""
        return self.find(recipe.id)

    def find(self, recipe_id: str) -> StoredPicture | None:
        """The picture of a recipe's id (16 hex digits)."""
        png, text = self._read(f"png/{recipe_id}"), self._read(f"recipe/{recipe_id}")
        if png is None or text is None:
            return None
        try:
            recipe = Recipe.from_json(text)
            whole = isinstance(png, bytes) and png.startswith(_PNG_START) and png.endswith(_PNG_END)
            if not whole or recipe.id != recipe_id:
                raise ValueError("damaged")
        except (ValueError, TypeError):
            _logger.warning("The stored picture %s is damaged and was dropped.", recipe_id)
            self.drop(recipe_id)
            return None
        return StoredPicture(recipe, png)

    def find_payload(self, payload: int) -> StoredPicture | None:
        """The picture whose `Recipe.id32` a watermark carries."""
        recipe_id = self._read(f"id32/{payload:08x}")
        stored = self.find(recipe_id) if isinstance(recipe_id, str) else None
        return stored if stored and stored.recipe.id32 == payload else None

    def drop(self, recipe_id: str) -> None:
        """Forget a picture."""
        for kind in ("recipe", "png"):
            try:
                if self._cache is not None:
                    self._cache.delete(f"{kind}/{recipe_id}")
            except _FAILURES as error:
                _logger.warning("The stored picture %s was not dropped: %s", recipe_id, error)

    def __len__(self) -> int:
        """Pictures kept now."""
        try:
            return 0 if self._cache is None else sum(key.startswith("recipe/") for key in self._cache.iterkeys())
        except _FAILURES:
            return 0

    def close(self) -> None:
        if self._cache is not None:
            self._cache.close()

    def _read(self, key: str) -> bytes | str | None:
        if self._cache is None:
            return None
        try:
            return self._cache.get(key)
        except _FAILURES as error:
            _logger.warning("The store could not read %s: %s", key, error)
            return None


class _PlainDisk(diskcache.Disk):
    """Text and bytes only. A pickle, which only somebody else can have put into the database, is refused unread."""

    def store(self, value: bytes | str, read: bool, key: object = diskcache.UNKNOWN) -> tuple:
        if not isinstance(value, (bytes, str)):
            raise TypeError(f"the store takes bytes or text, got {type(value).__name__}")
        return super().store(value, read, key=key)

    def fetch(self, mode: int, filename: str | None, value: object, read: bool) -> bytes | str:
        if mode == diskcache.core.MODE_PICKLE:
            raise ValueError("a pickled value")
        return super().fetch(mode, filename, value, read)


def default_directory() -> Path | None:
    """The folder that EASEL_STORE names, None where it says "off", the user's cache folder where it is not set."""
    named = os.environ.get("EASEL_STORE", "").strip()
    if named.lower() == "off":
        return None
    if named:
        return Path(named).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME", "").strip()
    try:
        return Path(cache or Path.home() / ".cache").expanduser() / "easel" / "store"
    except RuntimeError:  # a user without a home
        return None


def open_store(max_bytes: int = MAX_BYTES) -> Store:
    """The store in `default_directory()`."""
    return Store(default_directory(), max_bytes)
