"""Example run: pytest tests/data/test_write.py"""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

from PIL import Image

from pipeline.data.read import read_records
from pipeline.data.record import ImageRecord, ImageSource, kept
from pipeline.data.write import public_metadata, write_shards
from tests.data.pictures import drawing, encoded, record_of


def rows_of(path: Path) -> list[dict]:
    with zipfile.ZipFile(path) as archive:
        return [json.loads(line) for line in archive.read("metadata.jsonl").decode().splitlines()]


def records_in(folder: Path, count: int) -> list[ImageRecord]:
    folder.mkdir(exist_ok=True)
    return [record_of(folder / f"{n}.png", drawing(n), text=f"drawing {n}") for n in range(count)]


def test_shards_hold_as_many_as_asked_and_dropped_records_pass_in_their_place(tmp_path):
    records = records_in(tmp_path / "raw", 6)
    records[1] = records[1].drop("safety", "caption: hate")
    found = list(write_shards(records, tmp_path / "out", shard_size=2))
    assert [record.key for record in found] == [record.key for record in records] and found[1] is records[1]
    assert [record.metadata.get("shard") for record in found] == [
        "shard-00000.zip", None, "shard-00000.zip", "shard-00001.zip", "shard-00001.zip", "shard-00002.zip"
    ]  # fmt: skip
    assert [row["text"] for row in rows_of(tmp_path / "out" / "shard-00001.zip")] == ["drawing 3", "drawing 4"]


def test_what_was_written_is_read_again(tmp_path):
    records = [record.with_metadata(style="flat", _secret=1) for record in records_in(tmp_path / "raw", 3)]
    list(write_shards(records, tmp_path / "out"))
    again = kept(read_records(tmp_path / "out"))
    assert {record.text: record.metadata["style"] for record in again} == {f"drawing {n}": "flat" for n in range(3)}
    assert all("_secret" not in record.metadata for record in again)
    assert {record.source.read_bytes() for record in again} == {encoded(drawing(n)) for n in range(3)}


def test_the_same_records_give_the_same_bytes_and_a_finished_shard_is_left_alone(tmp_path):
    records = records_in(tmp_path / "raw", 3)
    first = list(write_shards(records, tmp_path / "out"))
    path = tmp_path / "out" / "shard-00000.zip"
    data, written = path.read_bytes(), path.stat().st_mtime_ns
    list(write_shards(records, tmp_path / "other"))
    assert (tmp_path / "other" / path.name).read_bytes() == data
    for picture in (tmp_path / "raw").iterdir():
        picture.unlink()  # it is not even read
    assert list(write_shards(records, tmp_path / "out")) == first and path.stat().st_mtime_ns == written


def test_another_caption_writes_the_shard_anew_and_a_shorter_run_removes_what_is_left(tmp_path):
    records = records_in(tmp_path / "raw", 4)
    list(write_shards(records, tmp_path / "out", shard_size=2))
    (tmp_path / "out" / "shard-notes.zip").write_bytes(b"mine")
    list(write_shards([replace(records[0], text="anew"), records[1]], tmp_path / "out", shard_size=2))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"shard-00000.zip", "shard-notes.zip"}
    assert [row["text"] for row in rows_of(tmp_path / "out" / "shard-00000.zip")] == ["anew", "drawing 1"]


def test_a_picture_that_is_gone_is_dropped_on_the_first_run_and_on_the_next(tmp_path):
    records = records_in(tmp_path / "raw", 3)
    (tmp_path / "raw" / "1.png").unlink()
    for _ in range(2):
        found = list(write_shards(records, tmp_path / "out"))
        assert [record.dropped and record.dropped.reason for record in found] == [None, "cannot be read", None]
    assert len(rows_of(tmp_path / "out" / "shard-00000.zip")) == 2


def test_a_records_own_fields_are_not_those_of_its_source(tmp_path):
    """Captions of img2dataset have a `key`, and those of a set that was prepared before have `file_name` too."""
    (record,) = records_in(tmp_path / "raw", 1)
    record = record.with_metadata(key="000012", text="theirs", file_name="theirs.jpg", url="x")
    assert public_metadata(record) == {
        "key": "0.png", "text": "drawing 0", "url": "x", "file_name": "theirs.jpg"
    }  # fmt: skip
    for _ in range(2):  # the second run finds the shard finished
        (found,) = write_shards([record], tmp_path / "out")
        (row,) = rows_of(tmp_path / "out" / "shard-00000.zip")
        assert found.dropped is None and found.metadata["file_name"] == row["file_name"] != "theirs.jpg"
        assert row["key"] == "0.png" and row["text"] == "drawing 0" and row["url"] == "x"


def test_what_no_trainer_opens_becomes_png(tmp_path):
    image = drawing(1)
    (tmp_path / "a.bmp").write_bytes(encoded(image, "BMP"))
    (tmp_path / "b.png").write_bytes(encoded(image, "JPEG"))  # a JPEG by content
    records = [ImageRecord(name, ImageSource(tmp_path / name)) for name in ("a.bmp", "b.png")]
    first, second = write_shards(records, tmp_path / "out")
    assert first.metadata["file_name"].endswith(".png") and second.metadata["file_name"].endswith(".jpg")
    with zipfile.ZipFile(tmp_path / "out" / "shard-00000.zip") as archive:
        assert archive.read(second.metadata["file_name"]) == encoded(image, "JPEG")
        with archive.open(first.metadata["file_name"]) as file:
            assert Image.open(file).convert("RGB").tobytes() == image.tobytes()
