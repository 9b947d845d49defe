"""A raw folder as records: folders, zip and tar shards (webdataset too), parquet, and captions wherever they are.

    records = read_records(Path("raw"))

Captions come from `metadata.jsonl` (the imagefolder convention: `file_name`, `text`, anything else), from a
`metadata.parquet` with a `file_name` column, or from a `.txt`, `.caption` or `.json` file beside the picture with the
same stem. Nothing is extracted and nothing is written; what cannot be read comes out as a dropped record with the
reason, so that every file of the input is accounted for. Order is by name: the same input gives the same records.
"""

import json
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.data.record import ImageRecord, ImageSource
from pipeline.pictures.decode import looks_like_picture

__all__ = ["read_records"]

STEP = "read"
PICTURE_SUFFIXES = frozenset(
    ".png .jpg .jpeg .jpe .jfif .webp .gif .bmp .dib .tif .tiff .ppm .pgm .ico .avif .apng".split()
)
CAPTION_SUFFIXES = frozenset((".txt", ".caption", ".json"))
CAPTION_COLUMNS = ("text", "caption", "TEXT", "alt", "prompt", "description", "phrase")  # in order of preference
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz")
MAX_CAPTION_BYTES = 64 * 2**20  # of one caption or metadata file
_Captions = dict[str, dict[str, Any]]


def read_records(root: Path) -> Iterator[ImageRecord]:
    """Every picture below `root` (a folder, or one zip, tar or parquet file), in order of name.

    Raises FileNotFoundError if `root` is absent; anything wrong below it becomes a dropped record.
    """
    root = Path(root)
    if not root.exists():
        raise FileNotFoundError(f"`--input` is to be a folder or an archive of pictures, got {root}, which is absent.")
    if root.is_file():
        yield from _read_container(root, root.name)
        return
    for folder, subfolders, names in os.walk(root, onerror=None, followlinks=False):
        subfolders.sort()
        yield from _read_folder(Path(folder), sorted(names), root)


def _read_folder(folder: Path, names: list[str], root: Path) -> Iterator[ImageRecord]:
    prefix = folder.relative_to(root).as_posix()
    prefix = "" if prefix == "." else prefix + "/"
    files = {}
    for name in names:
        path = folder / name
        try:
            regular = stat.S_ISREG(path.stat().st_mode)
        except OSError as error:
            yield _unreadable(prefix + name, path, "cannot be opened", error.strerror or "")
            continue
        if not regular:  # opening a pipe or a device could wait for ever
            yield _unreadable(prefix + name, path, "not a regular file")
        elif name == "metadata.parquet" or not _is_container(path):
            files[name] = path
        else:
            yield from _read_container(path, prefix + name)

    def read_text(name: str) -> bytes:
        with files[name].open("rb") as file:
            return file.read(MAX_CAPTION_BYTES)

    def read_head(name: str) -> bytes:
        with files[name].open("rb") as file:
            return file.read(16)

    captions: _Captions = {}
    if "metadata.parquet" in files:
        try:
            captions = _captions_of_parquet(files["metadata.parquet"])
        except Exception as error:  # pyarrow raises its own kinds, and imports late
            yield _unreadable(prefix + "metadata.parquet", folder, "damaged captions file", str(error))
    sources = {name: ImageSource(path) for name, path in files.items() if name != "metadata.parquet"}
    yield from _pair(sources, captions, prefix, read_text, read_head, folder)


def _read_container(path: Path, key: str) -> Iterator[ImageRecord]:
    """The records of one archive; a broken one gives a single dropped record (after what could be read)."""
    name = path.name.lower()
    try:
        if name.endswith(".zip"):
            yield from _read_zip(path, key)
        elif name.endswith(TAR_SUFFIXES):
            yield from _read_tar(path, key)
        elif name.endswith(".parquet"):
            yield from _read_parquet(path, key)
        else:
            yield from _pair({path.name: ImageSource(path)}, {}, "", None, lambda _: _head_of(path), path.parent)
    except Exception as error:  # zipfile, tarfile and pyarrow raise many kinds on damaged archives; the run goes on
        yield _unreadable(key, path, f"damaged archive ({path.suffix})", f"{type(error).__name__}: {error}"[:200])


def _read_zip(path: Path, key: str) -> Iterator[ImageRecord]:
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: info for info in archive.infolist() if not info.is_dir()}
        sources = {
            name: ImageSource(path, "zip", member=name, size=info.file_size) for name, info in sorted(members.items())
        }

        def read(name: str, size: int = MAX_CAPTION_BYTES) -> bytes:
            with archive.open(name) as file:
                return file.read(size)

        yield from _pair(sources, {}, key + "/", read, lambda name: read(name, 16), path)


def _read_tar(path: Path, key: str) -> Iterator[ImageRecord]:
    sources, broken = {}, None
    with tarfile.open(path) as archive:
        try:
            for member in archive:
                if member.isreg():
                    sources[member.name.removeprefix("./")] = ImageSource(
                        path, "tar", member=member.name, offset=member.offset_data, size=member.size
                    )
        except (tarfile.TarError, OSError, EOFError) as error:  # cut short: the members before it are good
            broken = error
    yield from _pair(
        sources,
        {},
        key + "/",
        lambda name: sources[name].read_bytes()[:MAX_CAPTION_BYTES],
        lambda name: sources[name].read_bytes()[:16],
        path,
    )
    if broken is not None:
        yield _unreadable(key, path, "archive cut short", str(broken))


def _read_parquet(path: Path, key: str) -> Iterator[ImageRecord]:
    """Rows with an image column (bytes, or the struct {bytes, path} that `datasets` writes)."""
    import pyarrow
    import pyarrow.parquet

    schema = pyarrow.parquet.read_schema(path)
    column = next(
        (name for name in ("image", "jpg", "png", "bytes", *schema.names) if _holds_bytes(schema, name)), None
    )
    if column is None:
        yield _unreadable(key, path, "no picture column", f"columns: {', '.join(schema.names)}")
        return
    others = [name for name in schema.names if name != column]
    row = 0
    with pyarrow.parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=1024, columns=others):
            for values in batch.to_pylist() if others else [{}] * batch.num_rows:
                source = ImageSource(path, "parquet", member=column, offset=row)
                yield _record(f"{key}/{row:08d}", source, json.loads(json.dumps(values, default=str)))
                row += 1


def _pair(
    sources: dict[str, ImageSource],
    captions: _Captions,
    prefix: str,
    read_text: Callable[[str], bytes] | None,
    read_head: Callable[[str], bytes],
    container: Path,
) -> Iterator[ImageRecord]:
    """Joins the pictures of one folder or archive with their captions."""
    captions = dict(captions)
    listings = [name for name in sources if PurePosixPath(name).name == "metadata.jsonl"]
    for name in listings:
        yield from _read_listing(name, captions, prefix, read_text, container)
    stems: dict[str, list[str]] = {}
    for name in sources:
        if PurePosixPath(name).suffix.lower() in CAPTION_SUFFIXES:
            stems.setdefault(_stem(name), []).append(name)
    used, pictures, rest = set(listings), set(), []
    for name, source in sources.items():
        suffix = PurePosixPath(name).suffix.lower()
        if name in used:
            continue
        try:
            is_picture = suffix in PICTURE_SUFFIXES or name in captions or looks_like_picture(read_head(name))
        except Exception as error:  # a member that cannot be opened at all
            yield _unreadable(prefix + name, container, "cannot be opened", str(error))
            continue
        if not is_picture:
            rest.append(name)
            continue
        values = dict(captions.get(name, {}))
        for sidecar in sorted(stems.get(_stem(name), [])):
            if sidecar != name:
                used.add(sidecar)
                values = {**_sidecar(sidecar, read_text), **values}
        pictures.add(name)
        yield _record(prefix + name, source, values)
    for name in rest:
        if name not in used:
            yield _unreadable(prefix + name, container, "not a picture", f"suffix {PurePosixPath(name).suffix!r}")
    for name in captions:
        if name not in pictures and name not in sources:
            yield _unreadable(prefix + name, container, "named in the captions, but absent")


def _read_listing(
    name: str, captions: _Captions, prefix: str, read_text: Callable[[str], bytes], container: Path
) -> Iterator[ImageRecord]:
    """Fills `captions` from one metadata.jsonl; yields a dropped record for every line that says nothing."""
    folder = name[: -len("metadata.jsonl")]
    try:
        lines = read_text(name).decode("utf-8", errors="replace").splitlines()
    except Exception as error:  # damaged archive member
        yield _unreadable(prefix + name, container, "damaged captions file", str(error))
        return
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
            captions[folder + str(values.pop("file_name"))] = values
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
            detail = f"line {number} is not an object with file_name"
            yield _unreadable(f"{prefix}{name}:{number}", container, "damaged line of captions", detail)


def _sidecar(name: str, read_text: Callable[[str], bytes]) -> dict[str, Any]:
    try:
        text = read_text(name).decode("utf-8-sig", errors="replace").replace("\x00", "").strip()
        if not name.lower().endswith(".json"):
            return {"text": text}
        values = json.loads(text)
        return values if isinstance(values, dict) else {}
    except Exception:  # a caption that cannot be read is no caption; the picture itself is still good
        return {}


def _record(key: str, source: ImageSource, values: dict[str, Any]) -> ImageRecord:
    text = next((values[name] for name in CAPTION_COLUMNS if isinstance(values.get(name), str) and values[name]), "")
    metadata = {name: value for name, value in values.items() if name != "text"}
    return ImageRecord(key=key, source=source, text=" ".join(text.split()), metadata=metadata)


def _unreadable(key: str, path: Path, reason: str, detail: str = "") -> ImageRecord:
    return ImageRecord(key=key, source=ImageSource(path)).drop(STEP, reason, " ".join(detail.split())[:200])


def _captions_of_parquet(path: Path) -> _Captions:
    import pyarrow.parquet

    rows: Iterable[dict] = pyarrow.parquet.read_table(path).to_pylist()
    return {str(row.pop("file_name")): json.loads(json.dumps(row, default=str)) for row in rows}


def _holds_bytes(schema, name: str) -> bool:
    import pyarrow

    if name not in schema.names:
        return False
    kind = schema.field(name).type
    if pyarrow.types.is_struct(kind):
        return kind.get_field_index("bytes") >= 0
    return pyarrow.types.is_binary(kind) or pyarrow.types.is_large_binary(kind)


def _is_container(path: Path) -> bool:
    return path.name.lower().endswith((".zip", ".parquet", *TAR_SUFFIXES))


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


def _stem(name: str) -> str:
    """The name up to the first dot after the last slash: webdataset's grouping, and a plain stem for plain names."""
    folder, _, base = name.rpartition("/")
    return f"{folder}/{base.split('.', 1)[0]}"
