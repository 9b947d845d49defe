"""Example run: pytest tests/data/test_prepare.py"""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.data import dedup as dedup_module
from pipeline.data import prepare as prepare_module
from pipeline.data.prepare import PrepareConfig, main, prepare
from pipeline.data.read import read_records
from pipeline.data.record import ImageRecord, ImageSource, kept
from pipeline.data.report import summarise
from pipeline.evaluation.data import measure_stress
from pipeline.evaluation.stress import make_stress_set
from pipeline.safety import CATEGORIES_FILE
from tests.data.pictures import drawing, encoded, record_of
from tests.tiny import tiny_pipeline

STEPS = ("decode", "deduplicate", "safety", "finetune")


@pytest.fixture(scope="module")
def messy(tmp_path_factory):
    pytest.importorskip("pyarrow", reason="pyarrow comes with the extra `train`")
    folder = tmp_path_factory.mktemp("messy")
    (folder / "clean").mkdir()
    records = [
        record_of(
            folder / "clean" / f"{n}.png", drawing(n, side=128, mode="RGBA"), text=f"drawing number {n} on white"
        )
        for n in range(60)
    ]
    truth = make_stress_set(records, folder)
    return folder, truth


def _config(folder, output, **options) -> PrepareConfig:
    return PrepareConfig(
        input=str(folder / "raw"), output=str(output), steps=STEPS, shard_size=25, finetune_size=10, **options
    )


def _bytes(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.zip"))}


def test_a_messy_folder_becomes_a_clean_set_with_a_report(messy, tmp_path):
    folder, truth = messy
    records = prepare(_config(folder, tmp_path))
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["read"] == len(records) and report["kept"] == len(kept(records))
    assert sum(row["dropped"] for row in report["steps"]) == report["read"] - report["kept"]
    outcomes = map(json.loads, (tmp_path / "records.jsonl").read_text(encoding="utf-8").splitlines())
    table = measure_stress(truth, {row["key"]: row for row in outcomes})
    assert table["damage, not decodable"].get("kept", 0) == 0
    assert all("missing" not in row for row in table.values())
    assert table["clean"].get("decode", 0) == 0 and table["clean"].get("safety", 0) == 0
    written = [record for record in read_records(tmp_path) if record.key.startswith("shard-")]
    assert len(written) == report["kept"] and all(record.text for record in written)
    assert not any(name.startswith("_") for record in written for name in record.metadata)
    assert len([r for r in read_records(tmp_path / "finetune")]) == report["finetune"] == 10


def _labelled(folder: Path, rows: list[tuple[int, str]]) -> Path:
    """A folder of drawings (seed, source) with a metadata.jsonl."""
    folder.mkdir()
    lines = []
    for number, (seed, source) in enumerate(rows):
        (folder / f"{number}.png").write_bytes(encoded(drawing(seed, side=128, mode="RGBA")))
        lines.append(json.dumps({"file_name": f"{number}.png", "text": f"drawing number {seed}", "source": source}))
    (folder / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("within", "left"), [(None, 1), ("source", 2)])
def test_pictures_of_two_sources_are_no_copies_where_they_are_asked_to_be_none(tmp_path, within, left):
    raw = _labelled(tmp_path / "raw", [(1, "oil"), (1, "oil"), (2, "oil"), (1, "ink")])
    config = PrepareConfig(str(raw), str(tmp_path / "clean"), steps=("decode", "deduplicate"), copies_within=within)
    records = prepare(config)
    assert [record.key for record in records] == [f"{number}.png" for number in range(4)]
    copies = [record.metadata["source"] for record in kept(records) if record.text == "drawing number 1"]
    assert len(copies) == len(set(copies)) == left and len(kept(records)) == left + 1


def test_the_words_for_styles_go_along(tmp_path):
    raw = _labelled(tmp_path / "raw", [(1, "oil"), (2, "ink")])
    (raw / "styles.json").write_text('{"oil": {"style": ["oil painting"]}}', encoding="utf-8")
    prepare(PrepareConfig(str(raw), str(tmp_path / "clean"), steps=("decode", "finetune"), finetune_size=1))
    for folder in (tmp_path / "clean", tmp_path / "clean" / "finetune"):
        assert (folder / "styles.json").read_bytes() == (raw / "styles.json").read_bytes()


def test_running_again_measures_nothing_and_writes_the_same_bytes(messy, tmp_path, monkeypatch):
    folder, _ = messy
    prepare(_config(folder, tmp_path))
    before = _bytes(tmp_path)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.zip")}

    def never(*_, **__):
        raise AssertionError("measured again")

    monkeypatch.setattr(prepare_module, "measure_chunk", never)
    prepare(_config(folder, tmp_path))
    assert _bytes(tmp_path) == before
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.zip")} == times


def test_a_stopped_run_goes_on_where_it_was(messy, tmp_path, monkeypatch):
    folder, _ = messy
    monkeypatch.setattr(prepare_module, "CHUNK_SIZE", 20)
    measure, calls = prepare_module.measure_chunk, []

    def stops_at_the_third(records, **options):
        calls.append(len(records))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return measure(records, **options)

    monkeypatch.setattr(prepare_module, "measure_chunk", stops_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        prepare(_config(folder, tmp_path / "stopped"))
    prepare(_config(folder, tmp_path / "stopped"))
    again = len(calls) - 3
    prepare(_config(folder, tmp_path / "whole"))
    assert _bytes(tmp_path / "stopped") == _bytes(tmp_path / "whole")
    assert again == len(calls) - 3 - again - 2  # two chunks were not measured a second time


def test_pictures_are_screened_with_the_embedding_of_a_weights_folder(messy, tmp_path):
    tiny_pipeline().save_pretrained(tmp_path / "weights")
    concepts = [f"concept number {number}" for number in range(300)]
    entry = {"name": "anything", "explanation": "it is a test", "words": [], "concepts": concepts}
    (tmp_path / "own.json").write_text(json.dumps({"categories": [entry]}), encoding="utf-8")
    config = replace(_config(messy[0], tmp_path / "out"), steps=("decode", "deduplicate", "safety"))
    config = replace(config, categories_file=str(tmp_path / "own.json"), picture_encoder=str(tmp_path / "weights"))
    prepare(config)
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    safety = next(row for row in report["steps"] if row["step"] == "safety")
    assert set(safety["reasons"]) <= {"picture: anything"} and safety["kept"] > 0


def test_a_category_is_counted_whether_its_caption_or_its_picture_was_refused():
    records = [
        ImageRecord(name, ImageSource(Path(name))).drop("safety", reason)
        for name, reason in (("a", "caption: hate"), ("b", "picture: hate"), ("c", "caption: sexual"))
    ]
    assert summarise(records)["safety_categories"] == {"hate": 2, "sexual": 1}


def test_hostile_captions_do_not_get_into_the_page(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for n in range(3):
        (raw / f"{n}.png").write_bytes(encoded(drawing(n)))
        (raw / f"{n}.txt").write_text(f"<script>alert({n})</script>", encoding="utf-8")
    prepare(PrepareConfig(input=str(raw), output=str(tmp_path / "out"), steps=("decode", "deduplicate")))
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "http" not in page


def test_plain_files_are_copied_and_others_written_as_png(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    plain = encoded(drawing(1), "JPEG")
    (raw / "a.jpg").write_bytes(plain)
    (raw / "b.tif").write_bytes(encoded(drawing(2), "TIFF"))
    prepare(PrepareConfig(input=str(raw), output=str(tmp_path / "out"), steps=("decode",)))
    with zipfile.ZipFile(tmp_path / "out" / "shard-00000.zip") as archive:
        data = {name[-4:]: archive.read(name) for name in archive.namelist() if not name.endswith(".jsonl")}
    assert data[".jpg"] == plain and data[".png"].startswith(b"\x89PNG")


def test_the_plan_is_printed_without_running(tmp_path, capsys):
    main(["--input", "nowhere", "--output", str(tmp_path / "out"), "--dry-run"])
    assert json.loads(capsys.readouterr().out)["categories_file"] == CATEGORIES_FILE.name
    assert not (tmp_path / "out").exists()


def test_an_unknown_step_is_named(tmp_path):
    with pytest.raises(ValueError, match="polish"):
        prepare(PrepareConfig(input="x", output=str(tmp_path), steps=("polish",)))


def _run_with_every_step(folder, output, monkeypatch, **options) -> dict[str, bytes]:
    """Everything that a run leaves, but for the times in its report."""
    monkeypatch.setattr(prepare_module, "CHUNK_SIZE", 20)
    monkeypatch.setattr(dedup_module, "FEW_HASHES", 0)  # the search for near hashes is handed out, too
    steps = ("decode", "deduplicate", "safety", "aesthetic", "finetune")
    prepare(replace(_config(folder, output), steps=steps), **options)
    left = _bytes(output) | {"records.jsonl": (output / "records.jsonl").read_bytes()}
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    assert {row["step"] for row in report["steps"] if row["dropped"]} >= {"decode", "deduplicate", "safety"}
    assert report["finetune"] == 10 and b"aesthetic_score" in left["records.jsonl"]
    return left


@pytest.mark.slow
def test_two_processes_give_the_same_bytes(messy, tmp_path, monkeypatch):
    folder, _ = messy
    one = _run_with_every_step(folder, tmp_path / "one", monkeypatch)
    assert one == _run_with_every_step(folder, tmp_path / "two", monkeypatch, workers=2)


@pytest.mark.slow
def test_two_ray_workers_give_the_same_bytes(messy, tmp_path, monkeypatch, ray_cluster):
    folder, _ = messy
    one = _run_with_every_step(folder, tmp_path / "one", monkeypatch)
    assert one == _run_with_every_step(folder, tmp_path / "ray", monkeypatch, engine="ray", workers=2)


def test_without_ray_the_command_to_install_it_is_named(messy, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(ImportError, match="pip install"):
        prepare(_config(messy[0], tmp_path), engine="ray")


def test_embeddings_survive_the_save(messy, tmp_path):
    folder, _ = messy
    first = [r.image_embeds for r in prepare(_config(folder, tmp_path)) if r.image_embeds is not None]
    second = [r.image_embeds for r in prepare(_config(folder, tmp_path)) if r.image_embeds is not None]
    assert len(first) > 50 and np.array_equal(np.stack(first), np.stack(second))


def test_what_is_said_anew_of_a_measured_picture_is_what_is_written(tmp_path):
    raw = _labelled(tmp_path / "raw", [(1, "oil"), (2, "ink")])
    config = PrepareConfig(str(raw), str(tmp_path / "clean"), steps=("decode",))
    assert [record.metadata["source"] for record in prepare(config)] == ["oil", "ink"]
    listing = raw / "metadata.jsonl"
    listing.write_text(listing.read_text(encoding="utf-8").replace("oil", "chalk"), encoding="utf-8")
    assert [record.metadata["source"] for record in prepare(config)] == ["chalk", "ink"]
    assert len(list((tmp_path / "clean" / ".measured").iterdir())) == 1  # what was measured before is gone
