"""All stages by one command; test_stages.py runs it. Example run: python -m pytest tests/training/test_main.py"""

import importlib

import pytest

from pipeline.training.__main__ import STEPS, main


def test_the_plan_names_every_stage_in_order_and_shares_the_minutes(tmp_path, capsys):
    words = ["--input", "PICTURES", "--output", "out", "--run", str(tmp_path), "--minutes", "100", "--dry-run"]
    main(words)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        *(step.name for step in STEPS),
        "scene_parser",
        "export",
        "fusion",
    ]
    minutes = [float(line.split("--minutes ")[1]) for line in lines if "--minutes" in line]
    assert sum(minutes) == pytest.approx(100)


def test_what_has_finished_is_passed_over(tmp_path, capsys):
    for step in STEPS[:3]:
        if step.result:
            path = tmp_path / step.name / step.result
            path.parent.mkdir(parents=True)
            path.write_text("{}", encoding="utf-8")
    main(["--input", "PICTURES", "--output", "out", "--run", str(tmp_path), "--without-fusion", "--dry-run"])
    said = capsys.readouterr().out
    assert "embedder: finished before" in said and "prior: finished before" in said and "decoder: python" in said
    assert "fusion:" not in said


@pytest.mark.parametrize("name", [*(step.name for step in STEPS), "scene_parser", "export", "fusion"])
def test_every_stage_has_a_command_line_of_its_own(name, capsys):
    with pytest.raises(SystemExit) as stop:
        importlib.import_module(f"pipeline.training.{name}").main(["--help"])
    assert stop.value.code == 0 and "--run" in capsys.readouterr().out
