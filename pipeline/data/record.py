"""ImageRecord: one picture and its caption on the way from a raw folder to a training set.

Every step of data preparation is a function `Iterable[ImageRecord] -> Iterable[ImageRecord]`. A step never removes a
record: it marks it as dropped, with its own name and a reason, and later steps pass dropped records on untouched. So
the same functions serve a loop, a process pool and a cluster, and the report is one pass over what comes out.

A record holds no pixels. `picture()` decodes when asked and remembers the last few pictures, so that steps chained as
generators decode each picture once.
"""

import functools
import gzip
import itertools
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from pipeline.pictures.decode import MAX_SIDE, Picture, decode_picture

__all__ = ["MAX_BYTES", "Drop", "ImageRecord", "ImageSource", "batches", "kept"]

Item = TypeVar("Item")
MAX_BYTES = 256 * 2**20  # no picture of at most 50 megapixels needs more; larger ones are refused before they are read


@dataclass(frozen=True)
class ImageSource:
    """Where a picture's bytes lie, without changing anything there.

    `kind` is "file", "zip", "tar" or "parquet"; `path` is the file itself or the container. `member` is the name
    inside a zip or tar, or "<column>" of a parquet file; `offset` and `size` are bytes into a tar (uncompressed
    positions), or the row number of a parquet file in `offset`.
    """

    path: Path
    kind: str = "file"
    member: str = ""
    offset: int = 0
    size: int = 0

    def read_bytes(self) -> bytes:
        """The picture file's bytes. Raises OSError where they cannot be read, whatever the archive's reader raises."""
        if self.size > MAX_BYTES:
            raise OSError(f"{self.size:,} bytes are over the limit of {MAX_BYTES:,}")
        try:
            data = self._stored()
        except (RuntimeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:  # of zip and gzip
            raise OSError(f"{type(error).__name__}: {error}") from error
        if data is None:
            raise OSError("no bytes are stored for this picture")
        if len(data) > MAX_BYTES:
            raise OSError(f"more than {MAX_BYTES:,} bytes")
        return data

    def _stored(self) -> bytes | None:
        """At most one byte more than `MAX_BYTES`; None where a parquet file holds none."""
        if self.kind == "file":
            with self.path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        if self.kind == "zip":
            with _open_zip(self.path, os.getpid()).open(self.member) as file:
                return file.read(MAX_BYTES + 1)  # the size that a zip announces can be a lie
        if self.kind == "tar":
            file = _open_tar(self.path, os.getpid())
            file.seek(self.offset)
            return file.read(self.size)
        value = _open_parquet_column(self.path, self.member)[self.offset].as_py()
        return value.get("bytes") if isinstance(value, dict) else value


@dataclass(frozen=True)
class Drop:
    """Why a record left the set: the step's name, a `reason` shared by many records (it is counted), and `detail`."""

    step: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class ImageRecord:
    """A picture with its caption.

    `key`: unique and stable, the path below the input with "/" (members of a container follow its name).
    `text`: the caption. `metadata`: everything else known, JSON values only; steps add their measurements here.
    `image_embeds`: (dim,) float32, L2-normalised, set by the embedding step. `dropped`: None while it is in the set.
    """

    key: str
    source: ImageSource
    text: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    image_embeds: np.ndarray | None = field(default=None, compare=False, repr=False)
    dropped: Drop | None = None

    def picture(self) -> Picture:
        """The decoded picture, at most `MAX_SIDE` pixels a side. Raises UnreadablePicture or OSError."""
        return _decode(self.source)

    def drop(self, step: str, reason: str, detail: str = "") -> "ImageRecord":
        """This record, marked as dropped."""
        return replace(self, dropped=Drop(step, reason, detail))

    def with_metadata(self, **values: Any) -> "ImageRecord":
        """This record with `values` added to its metadata."""
        return replace(self, metadata={**self.metadata, **values})


def kept(records: Iterable[ImageRecord]) -> list[ImageRecord]:
    """The records that are still in the set, in order."""
    return [record for record in records if record.dropped is None]


def batches(records: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The records, or other items, in lists of `size`, the last one shorter; reads no further ahead than one list."""
    iterator = iter(records)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


@functools.lru_cache(maxsize=32)  # at most 32 x 4 MB; chained steps look at one record, or one batch, at a time
def _decode(source: ImageSource) -> Picture:
    return decode_picture(source.read_bytes(), max_side=MAX_SIDE)


@functools.lru_cache(maxsize=16)  # by process: a file position shared after a fork would mix reads
def _open_zip(path: Path, process: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


@functools.lru_cache(maxsize=16)
def _open_tar(path: Path, process: int):
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if compressed else path.open("rb")


@functools.lru_cache(maxsize=4)
def _open_parquet_column(path: Path, column: str):
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path, columns=[column], memory_map=True).column(column)
