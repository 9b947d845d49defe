"""How a file is written: aside first, under its own name once it is whole. A reader never sees half of one.

with new_file(path) as aside:
    save_file(tensors, aside)
write_file(path, "text, or bytes")
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["ASIDE", "new_file", "write_file"]

ASIDE = ".partial"  # how the name ends of what is not whole yet


@contextmanager
def new_file(path: str | Path) -> Iterator[Path]:
    """A name beside ``path`` to write a file, or to make a folder, at; it becomes ``path`` where the block ends well.

    Each process and thread has a name of its own. What is there already is replaced if it is a file; of a folder that
    is there already, replacing is refused by the system (OSError). Where the block raises, nothing is left behind.
    """
    path = Path(path)
    aside = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}{ASIDE}")
    try:
        yield aside
        aside.replace(path)
    except BaseException:
        if aside.is_dir():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.unlink(missing_ok=True)
        raise


def write_file(path: str | Path, data: bytes | str) -> None:
    """Write bytes, or text as UTF-8, aside and rename."""
    with new_file(path) as aside:
        aside.write_bytes(data.encode() if isinstance(data, str) else data)
