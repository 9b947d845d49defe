"""A temporary folder of one process: bounded in size, and swept by whoever starts next if the process dies."""

import contextlib
import errno
import logging
import shutil
import tempfile
import threading
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows has no such locks: there nothing is swept
    fcntl = None

__all__ = ["NO_ROOM", "Workplace", "is_out_of_room", "trim"]

NO_ROOM = "The server has no room for files at the moment. Try again in a few minutes."
_ROOMLESS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE}

_PREFIX, _LOCK = "easel-", ".lock"
_TRIM_SECONDS = 10.0
_logger = logging.getLogger(__name__)


class Workplace:
    """A folder that a lock marks as somebody's; those whose owners are gone are deleted first.

    Args:
        parent: of the folder; default the system's for temporary files.

    Attributes:
        folder: the folder.
    """

    def __init__(self, parent: Path | None = None):
        parent = Path(parent or tempfile.gettempdir())
        parent.mkdir(parents=True, exist_ok=True)
        _sweep_dead(parent)
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent)).resolve()
        self._lock = _locked(_lock_of(self.folder))  # held as long as the process lives

    def restore(self) -> None:
        """Make the folder anew where somebody has deleted it."""
        if not self.folder.is_dir():
            _logger.warning("The folder %s was deleted and is made anew.", self.folder)
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def files(self) -> list[Path]:
        """What is in the folder; nothing where the folder is gone."""
        with contextlib.suppress(FileNotFoundError):
            return list(self.folder.iterdir())
        return []

    def keep_trimmed(self, max_bytes: int) -> None:
        """From now on, delete the oldest files whenever there are more bytes than this."""

        def watch() -> None:
            while not stopped.wait(_TRIM_SECONDS):
                trim(self.folder, max_bytes)

        stopped = threading.Event()
        threading.Thread(target=watch, name="easel-trim", daemon=True).start()

    def close(self) -> None:
        """Delete the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        _lock_of(self.folder).unlink(missing_ok=True)
        self._lock.close()


def trim(folder: Path, max_bytes: int) -> int:
    """Delete the oldest files below a folder until at most so many bytes are left; returns how many were deleted."""
    found = []
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                found.append((path.stat().st_mtime, path.stat().st_size, path))
    total, deleted = sum(size for _, size, _ in found), 0
    for _, size, path in sorted(found):
        if total <= max_bytes:
            break
        path.unlink(missing_ok=True)
        total, deleted = total - size, deleted + 1
    return deleted


def is_out_of_room(error: BaseException | None) -> bool:
    """Whether an error comes from a disk that is full or read-only, or from too many open files."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _ROOMLESS:
            return True
        error = error.__cause__ or error.__context__
    return False


def _lock_of(folder: Path) -> Path:
    return folder.with_name(folder.name + _LOCK)


def _locked(path: Path, mode: str = "w") -> IO[str]:
    """The file, open and locked. Raises OSError where another process has the lock."""
    file = path.open(mode)
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file


def _sweep_dead(parent: Path) -> None:
    if fcntl is None:
        return
    for lock in parent.glob(f"{_PREFIX}*{_LOCK}"):
        try:
            with _locked(lock, "r+"):  # OSError where its owner lives
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                lock.unlink(missing_ok=True)
        except OSError:
            continue
