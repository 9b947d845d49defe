"""Example run: pytest tests/data/test_read.py"""

import gzip
import io
import json
import os
import tarfile
import zipfile

import pytest

from pipeline.data.decode import check_pictures
from pipeline.data.read import read_records
from pipeline.data.record import kept
from tests.data.pictures import drawing, encoded


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _texts(root) -> dict[str, str]:
    return {record.key: record.text for record in kept(check_pictures(read_records(root)))}


def test_captions_come_from_metadata_sidecars_and_webdataset_members(tmp_path):
    (tmp_path / "a").mkdir()
    for name in ("one.png", "two.png"):
        (tmp_path / "a" / name).write_bytes(encoded(drawing(1)))
    (tmp_path / "a" / "metadata.jsonl").write_text('{"file_name": "one.png", "text": "first"}\n', encoding="utf-8")
    (tmp_path / "a" / "two.txt").write_text("  second\n line ", encoding="utf-8")
    (tmp_path / "web.tar").write_bytes(
        _tar(
            {
                "x.1.png": encoded(drawing(2)),
                "x.txt": b"third",
                "y.png": encoded(drawing(3)),
                "y.json": b'{"caption": "4th"}',
            }
        )
    )
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("in/five.png", encoded(drawing(4)))
        archive.writestr("in/metadata.jsonl", json.dumps({"file_name": "five.png", "text": "fifth"}))
    assert _texts(tmp_path) == {
        "a/one.png": "first",
        "a/two.png": "second line",
        "web.tar/x.1.png": "third",
        "web.tar/y.png": "4th",
        "z.zip/in/five.png": "fifth",
    }


def test_compressed_tars_and_parquet_rows_are_read(tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow comes with the extra `train`")
    parquet = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "w.tar.gz").write_bytes(gzip.compress(_tar({"p.png": encoded(drawing(1)), "p.txt": b"packed"})))
    rows = pyarrow.table({"image": [{"bytes": encoded(drawing(2)), "path": "q.png"}], "text": ["row"]})
    parquet.write_table(rows, tmp_path / "rows.parquet")
    assert _texts(tmp_path) == {"rows.parquet/00000000": "row", "w.tar.gz/p.png": "packed"}


def test_every_file_is_accounted_for_and_nothing_stops_the_run(tmp_path):
    good = encoded(drawing(1))
    (tmp_path / "good.png").write_bytes(good)
    (tmp_path / "disguised.dat").write_bytes(good)
    (tmp_path / "notes.md").write_text("hello", encoding="utf-8")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "short.tar").write_bytes(_tar({"a.png": good, "b.png": good})[: 1024 + len(good)])
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nothing PAR1")
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    os.mkfifo(tmp_path / "pipe.png")
    listing = '{"file_name": "good.png", "text": "fine"}\n{"file_name": "absent.png"}\nnot json\n[]\n'
    (tmp_path / "metadata.jsonl").write_text(listing, encoding="utf-8")
    outcomes = {}
    for record in check_pictures(read_records(tmp_path)):
        outcomes[record.key] = record.dropped and record.dropped.reason
    assert outcomes.pop("good.png") is None and outcomes.pop("disguised.dat") is None
    assert outcomes.pop("short.tar/a.png") is None
    assert set(outcomes) >= {
        "notes.md",
        "broken.zip",
        "bad.parquet",
        "empty.jpg",
        "gone.png",
        "pipe.png",
        "absent.png",
    }
    assert {"metadata.jsonl:3", "metadata.jsonl:4"} <= set(outcomes)
    assert all(outcomes.values())


def test_reading_changes_nothing(tmp_path):
    (tmp_path / "a.png").write_bytes(encoded(drawing(1)))
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("b.png", encoded(drawing(2)))
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    list(check_pictures(read_records(tmp_path)))
    assert before == {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}


def test_a_missing_input_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing_here"):
        list(read_records(tmp_path / "nothing_here"))


def test_small_and_narrow_pictures_are_dropped_with_their_size(tmp_path):
    (tmp_path / "small.png").write_bytes(encoded(drawing(1).resize((10, 10))))
    (tmp_path / "narrow.png").write_bytes(encoded(drawing(1).resize((400, 40))))
    reasons = {record.key: record.dropped for record in check_pictures(read_records(tmp_path))}
    assert reasons["small.png"].reason == "too small" and "10x10" in reasons["small.png"].detail
    assert reasons["narrow.png"].reason == "too narrow"
