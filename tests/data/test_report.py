"""Example run: pytest tests/data/test_report.py"""

import base64
import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from pipeline.data.record import ImageRecord, ImageSource
from pipeline.data.report import _fitted, _spread, summarise, write_report
from tests.data.pictures import drawing, record_of


def gone(key: str, step: str, reason: str, **metadata) -> ImageRecord:
    return ImageRecord(key, ImageSource(Path("absent")), metadata=metadata).drop(step, reason)


@pytest.fixture
def records(tmp_path) -> list[ImageRecord]:
    kept = [record_of(tmp_path / f"{n}.png", drawing(n), text=f"kept {n}") for n in range(3)]
    kept[0] = kept[0].with_metadata(finetune=True, decode_notes=["wrong extension: .png holds JPEG"])
    kept[1] = kept[1].with_metadata(original_text="IMG_1", decode_notes=["wrong extension: .gif holds PNG"])
    copy = record_of(tmp_path / "copy.png", drawing(0), text="a copy", duplicate_of="0.png")
    return [
        *kept,
        gone("a", "read", "not a picture"),
        gone("b", "decode", "too small"),
        gone("c", "decode", "too small"),
        gone("d", "decode", "cannot be read"),
        gone("e", "safety", "caption: hate"),
        gone("f", "safety", "picture: hate"),
        copy.drop("deduplicate", "near-copy", "0 bits from 0.png"),
        gone("g", "a step of mine", "because"),
    ]


def test_each_step_takes_what_the_one_before_left(records):
    found = summarise(records)
    steps = {row["step"]: (row["in"], row["kept"], row["dropped"]) for row in found["steps"]}
    assert steps["read"] == (11, 10, 1) and steps["decode"] == (10, 7, 3) and steps["embed"] == (7, 7, 0)
    assert steps["deduplicate"] == (7, 6, 1) and steps["safety"] == (6, 4, 2)
    assert list(steps)[-1] == "a step of mine" and steps["a step of mine"] == (4, 3, 1)
    assert found["kept"] == 3 and found["read"] == 11
    for row in found["steps"]:
        assert sum(row["reasons"].values()) == row["dropped"]
    assert next(row for row in found["steps"] if row["step"] == "decode")["reasons"] == {
        "too small": 2, "cannot be read": 1
    }  # fmt: skip


def test_what_the_steps_found_is_counted(records):
    found = summarise(records)
    assert (found["finetune"], found["recaptioned"]) == (1, 1)
    assert found["decode_notes"] == {"wrong extension": 2} and found["safety_categories"] == {"hate": 2}
    nothing = summarise([])
    assert nothing["read"] == nothing["kept"] == 0 and all(row["in"] == 0 for row in nothing["steps"])


def test_every_record_has_its_line_and_the_page_shows_what_it_may(records, tmp_path):
    output = tmp_path / "out"
    output.mkdir()
    write_report(records, output, config={"seed": 3}, seconds={"read": 0.5})
    lines = [json.loads(line) for line in (output / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["key"] for line in lines] == [record.key for record in records]
    assert lines[9] == {
        "key": "copy.png", "dropped": {"step": "deduplicate", "reason": "near-copy"}, "duplicate_of": "0.png"
    }  # fmt: skip
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    assert report["config"] == {"seed": 3} and report["seconds"] == {"read": 0.5} and report["kept"] == 3
    page = (output / "report.html").read_text(encoding="utf-8")
    shown = re.findall(r"data:image/webp;base64,([A-Za-z0-9+/=]+)", page)
    sizes = {Image.open(io.BytesIO(base64.b64decode(data))).size for data in shown}
    # Three that were kept, one of these again in the fine-tuning set, and the copy with its original.
    assert len(shown) == 6 and sizes == {(96, 96)} and "<script" not in page


def test_nobody_has_to_see_or_read_what_was_unsafe(tmp_path):
    record = record_of(tmp_path / "u.png", drawing(1), text="words that nobody should read")
    (tmp_path / "out").mkdir()
    write_report([record.drop("safety", "caption: hate")], tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "hate" in page and "data:image" not in page and "nobody should read" not in page


@pytest.mark.parametrize(("size", "fitted"), [((400, 200), (96, 48)), ((10, 2000), (1, 96)), ((48, 48), (96, 96))])
def test_thumbnails_fit_into_a_square(size, fitted):
    assert _fitted(size) == fitted


def test_samples_are_spread_over_the_whole_input():
    assert _spread(list(range(100)), 4) == [0, 25, 50, 75] and _spread([1, 2], 4) == [1, 2]
