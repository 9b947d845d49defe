"""Example run: pytest tests/data/test_record.py"""

import gzip
import io
import tarfile
import zipfile

import numpy as np
import pytest

from pipeline.data import record as module
from pipeline.data.record import ImageRecord, ImageSource, batches, kept
from tests.data.pictures import drawing, encoded


def test_bytes_are_read_wherever_they_lie(tmp_path):
    data = encoded(drawing(1))
    (tmp_path / "a.png").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("in/a.png", data)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("a.png")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    (tmp_path / "t.tar").write_bytes(buffer.getvalue())
    (tmp_path / "t.tar.gz").write_bytes(gzip.compress(buffer.getvalue()))
    sources = [
        ImageSource(tmp_path / "a.png"),
        ImageSource(tmp_path / "z.zip", "zip", member="in/a.png"),
        *(ImageSource(tmp_path / name, "tar", offset=512, size=len(data)) for name in ("t.tar", "t.tar.gz")),
    ]
    for source in sources * 2:  # an open archive is read again
        assert source.read_bytes() == data


def test_rows_of_parquet_are_bytes_or_hold_them(tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow comes with the extra `train`")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = {"plain": [b"a", b"b"], "held": [{"bytes": b"c", "path": "c.png"}, {"bytes": None, "path": "d.png"}]}
    parquet.write_table(pyarrow.table(rows), tmp_path / "r.parquet")
    path = tmp_path / "r.parquet"
    assert ImageSource(path, "parquet", member="plain", offset=1).read_bytes() == b"b"
    assert ImageSource(path, "parquet", member="held", offset=0).read_bytes() == b"c"
    with pytest.raises(OSError, match="no bytes are stored"):
        ImageSource(path, "parquet", member="held", offset=1).read_bytes()


def test_what_is_too_large_is_refused_whatever_its_archive_announced(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    (tmp_path / "a.png").write_bytes(b"x" * 11)
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("a.png", b"x" * 11)
    for source in (ImageSource(tmp_path / "a.png"), ImageSource(tmp_path / "z.zip", "zip", member="a.png", size=3)):
        with pytest.raises(OSError, match="more than 10 bytes"):
            source.read_bytes()
    with pytest.raises(OSError, match="11 bytes are over the limit of 10"):
        ImageSource(tmp_path / "absent", size=11).read_bytes()  # before it is opened


def test_a_record_is_marked_and_never_changed():
    record = ImageRecord("a", ImageSource("a"), "text", {"x": 1}, np.zeros(3))
    gone = record.drop("safety", "caption: hate", "why")
    more = gone.with_metadata(x=2, y=3)
    assert record.dropped is None and record.metadata == {"x": 1}
    assert (gone.dropped.step, gone.dropped.reason, gone.dropped.detail) == ("safety", "caption: hate", "why")
    assert more.metadata == {"x": 2, "y": 3} and more.dropped == gone.dropped and more.image_embeds is not None
    assert kept([gone, record, more]) == [record]


@pytest.mark.parametrize(
    ("size", "lists"), [(2, [[0, 1], [2, 3], [4]]), (5, [[0, 1, 2, 3, 4]]), (9, [[0, 1, 2, 3, 4]])]
)
def test_batches_are_of_one_size_but_the_last(size, lists):
    assert list(batches(range(5), size)) == lists
    assert list(batches([], size)) == []


def test_a_batch_is_read_no_further_than_it_is_long():
    read = []
    first = next(batches((read.append(n) or n for n in range(100)), 3))
    assert first == read == [0, 1, 2]
