"""A clean set on disk: zip shards in the imagefolder convention, the same bytes for the same records.

`shard-00000.zip` holds pictures and a `metadata.jsonl` (`file_name`, `text`, and the rest of the metadata). A picture
file that was plain already (PNG, JPEG or WebP, upright, 8 bits, no larger than the limit) is copied as it is;
anything else is written as PNG from the decoded picture. A shard is complete or absent: it is written under another
name first, and a finished shard with the same content is left alone when the run is repeated.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.atomic import new_file
from pipeline.data.record import ImageRecord
from pipeline.pictures.decode import UnreadablePicture

__all__ = ["public_metadata", "write_shards"]

STEP = "write"
SHARD_SIZE = 2000  # pictures; about 7 MB of icons, 200 MB of photographs
_PLAIN_FORMATS = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: the hour of writing is no part of the content


def write_shards(
    records: Iterable[ImageRecord], output: Path, *, shard_size: int = SHARD_SIZE
) -> Iterator[ImageRecord]:
    """Writes the records that are in the set into `output`, `shard_size` a shard, and yields every record again; the
    written ones carry `shard` and `file_name`. Shards of an earlier, longer run are removed at the end."""
    output = Path(output)
    output.mkdir(parents=True, exist_ok=True)
    names, waiting, buffered = set(), [], []
    for record in records:
        buffered.append(record)
        if record.dropped is None:
            waiting.append(record)
        if len(waiting) == shard_size:
            yield from _flush(buffered, waiting, output, names)
            waiting, buffered = [], []
    yield from _flush(buffered, waiting, output, names)
    for stale in output.glob("shard-[0-9][0-9][0-9][0-9][0-9].zip"):
        if stale.name not in names:
            stale.unlink()


def public_metadata(record: ImageRecord) -> dict:
    """What is written about a record: its caption and metadata, without the fields that begin with an underscore."""
    rest = {name: value for name, value in record.metadata.items() if not name.startswith("_")}
    return {**rest, "text": record.text, "key": record.key}  # its own: captions of other tools have a `key`, too


def _flush(
    buffered: list[ImageRecord], waiting: list[ImageRecord], output: Path, names: set[str]
) -> Iterator[ImageRecord]:
    if not waiting:
        yield from buffered
        return
    name = f"shard-{len(names):05d}.zip"
    names.add(name)
    written = _write_shard(waiting, output / name)
    for record in buffered:
        yield written.get(record.key, record)


def _write_shard(records: list[ImageRecord], path: Path) -> dict[str, ImageRecord]:
    lines = {record.key: json.dumps(public_metadata(record), ensure_ascii=False, sort_keys=True) for record in records}
    fingerprint = hashlib.sha256("\n".join(lines.values()).encode()).hexdigest()
    finished = _finished_names(path, fingerprint)
    if finished is not None:
        return {
            record.key: record.with_metadata(shard=path.name, file_name=finished[record.key])
            if record.key in finished
            else record.drop(STEP, "cannot be read")
            for record in records
        }
    written, listing = {}, []
    with new_file(path) as aside, zipfile.ZipFile(aside, "w", zipfile.ZIP_STORED) as archive:
        for record in records:
            try:
                data, suffix = _picture_file(record)
            except (UnreadablePicture, OSError) as error:
                written[record.key] = record.drop(STEP, "cannot be read", str(error)[:200])
                continue
            file_name = hashlib.sha256(record.key.encode()).hexdigest()[:20] + suffix
            archive.writestr(zipfile.ZipInfo(file_name, _DATE), data)
            row = {"file_name": "", **json.loads(lines[record.key])} | {"file_name": file_name}
            listing.append(json.dumps(row, ensure_ascii=False))
            written[record.key] = record.with_metadata(shard=path.name, file_name=file_name)
        archive.writestr(zipfile.ZipInfo("metadata.jsonl", _DATE), "\n".join(listing) + "\n")
        archive.comment = fingerprint.encode()
    return written


def _finished_names(path: Path, fingerprint: str) -> dict[str, str] | None:
    """key -> file name of a shard that already holds exactly these records; None if it has to be written."""
    if not path.exists():
        return None
    with zipfile.ZipFile(path) as archive:
        if archive.comment.decode(errors="replace") != fingerprint:
            return None
        rows = map(json.loads, archive.read("metadata.jsonl").decode("utf-8").splitlines())
        return {row["key"]: row["file_name"] for row in rows}


def _picture_file(record: ImageRecord) -> tuple[bytes, str]:
    picture = record.picture()
    notes = [note for note in picture.notes if not note.startswith("wrong extension")]
    if picture.format in _PLAIN_FORMATS and not notes:
        return record.source.read_bytes(), _PLAIN_FORMATS[picture.format]
    buffer = io.BytesIO()
    picture.image.save(buffer, "PNG")
    return buffer.getvalue(), ".png"
