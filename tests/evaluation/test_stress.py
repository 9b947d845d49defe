"""Example run: python -m pytest tests/evaluation/test_stress.py"""

import json
from collections import Counter

import pytest
from PIL import Image

from pipeline.data.decode import check_pictures
from pipeline.data.read import read_records
from pipeline.data.record import ImageRecord, ImageSource, kept
from pipeline.evaluation.stress import COPIES, DAMAGES, UNSAFE_CAPTIONS, main, make_stress_set
from pipeline.pictures.decode import decode_picture
from pipeline.safety import SafetyScreen
from tests.data.pictures import drawing, encoded, record_of


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_file_can_be_decoded_where_the_table_says_so(tmp_path, kind):
    make, suffix, decodable = DAMAGES[kind]
    path = tmp_path / ("a" + suffix)
    path.write_bytes(make(drawing(1, side=128, mode="RGBA")))
    (record,) = check_pictures([ImageRecord("a", ImageSource(path))])
    assert (record.dropped is None) is decodable, record.dropped


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_is_a_picture_of_about_the_same_thing(kind):
    image = drawing(2, side=128)
    copy = decode_picture(COPIES[kind](image), max_side=512).image
    factor = {"half_size": 0.5, "larger": 1.5, "crop_2": 0.96875, "crop_4": 0.921875}.get(kind, 1)
    assert copy.size == (round(128 * factor),) * 2
    assert (kind == "same_bytes_again") == (copy.tobytes() == image.tobytes())


def test_unsafe_captions_are_unsafe_by_words_and_of_the_category_they_are_called():
    screen = SafetyScreen()
    for category, texts in UNSAFE_CAPTIONS.items():
        for text in texts:
            verdict = screen.screen_texts([text])[0]
            assert not verdict.allowed and verdict.category == category, text


@pytest.fixture(scope="module")
def messy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stress")
    (folder / "clean").mkdir()
    records = [
        record_of(folder / "clean" / f"{n}.png", drawing(n, side=64), text=f"drawing number {n}") for n in range(60)
    ]
    return folder, records, make_stress_set(records, folder / "messy", seed=1)


def test_what_was_made_is_found_under_its_key_in_every_kind_of_container(messy):
    folder, records, rows = messy
    lines = (folder / "messy" / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == rows
    found = {record.key: record for record in read_records(folder / "messy" / "raw")}
    assert {row["key"] for row in rows} <= set(found)
    kinds = Counter(row["key"].split("/")[0] for row in rows)
    assert set(kinds) == {"loose", "listed.zip", "web-000000.tar", "rows.parquet"}
    assert max(kinds.values()) - min(kinds.values()) <= 3
    texts = {row["key"]: row["text"] for row in rows}
    assert all(found[key].text == text for key, text in texts.items())
    origins = {record.key for record in records}
    assert {row["origin"] for row in rows} == origins


def test_the_truth_says_what_was_done_to_each(messy):
    _, records, rows = messy
    text_of = {record.key: record.text for record in records}
    made = Counter(row["made"].split(":")[0] for row in rows)
    assert sum(made[kind] for kind in ("clean", "wrong_caption", "unsafe")) == len(records)
    assert made["copy"] and made["clean"] > 40
    for row in rows:
        kind = row["made"].partition(":")[0]
        if kind in ("clean", "copy", "damage", "ugly"):
            assert row["text"] == text_of[row["origin"]]
        if kind == "unsafe":
            assert row["text"] in UNSAFE_CAPTIONS[row["made"].partition(":")[2]]


def test_the_same_seed_makes_the_same_mess(messy, tmp_path):
    folder, records, rows = messy
    assert make_stress_set(records, tmp_path, seed=1) == rows
    assert make_stress_set(records[:20], tmp_path / "other", seed=2) != rows[:20]
    for name in ("listed.zip", "broken.zip"):
        own = folder / "messy" / "raw" / name
        assert (tmp_path / "raw" / name).stat().st_size == own.stat().st_size


def test_the_command_starts_from_pictures_that_can_be_read_drawn_evenly(tmp_path, capsys):
    raw = tmp_path / "raw"
    raw.mkdir()
    for n in range(8):
        Image.new("RGB", (40, 40), (20 * n, 0, 0)).save(raw / f"{n}.png")
        (raw / f"{n}.txt").write_text(f"number {n}", encoding="utf-8")
    (raw / "4.png").write_bytes(encoded(drawing(1))[:100])
    main(["--input", str(raw), "--output", str(tmp_path / "out"), "--pictures", "4"])
    rows = [json.loads(line) for line in (tmp_path / "out" / "truth.jsonl").read_text().splitlines()]
    assert {row["origin"] for row in rows} == {"0.png", "2.png", "6.png"}
    assert capsys.readouterr().out.startswith(f"{len(rows)} files in {tmp_path / 'out' / 'raw'}")
    assert len(kept(check_pictures(read_records(tmp_path / "out" / "raw")))) >= 3
