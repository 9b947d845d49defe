"""Example run: python -m pytest tests/evaluation/test_main.py -m slow"""

import functools
import json

import pytest

from pipeline.evaluation import latency
from pipeline.evaluation.__main__ import main
from pipeline.loading.weights import write_checksums
from tests.evaluation.cutout_zip import write_cutouts
from tests.tiny import tiny_pipeline


@pytest.mark.slow
def test_one_command_prints_every_table(tmp_path, capsys, monkeypatch):
    cold = {"first_picture": 2.5, "peak_bytes": 5e8}  # of a process of its own: test_latency.py
    monkeypatch.setattr(latency, "cold_start", lambda *_: cold)
    monkeypatch.setattr(latency, "report", functools.partial(latency.report, pictures=1, stock_pictures=1))
    tiny_pipeline().save_pretrained(tmp_path / "weights")
    write_checksums(tmp_path / "weights")
    folders = ["--weights", tmp_path / "weights", "--input", write_cutouts(tmp_path / "pictures")]
    more = ["--cache", tmp_path / "cache", "--limit", 3, "--prior-steps", 1, "--json", tmp_path / "kept.json"]
    same_prior = ["--priors", tmp_path / "weights" / "prior"]
    ablations = ["--ablations", "--ablation-limit", 2, "--groups", "variety,prior trained otherwise", *same_prior]
    main([str(argument) for argument in [*folders, *more, *ablations]])
    printed = capsys.readouterr().out
    for heading in ("Alignment and quality", "Time and memory", "Ablations", "named thing by source"):
        assert heading in printed
    kept = json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))
    assert kept["latency"]["first_picture_seconds"] == 2.5
    changed = {row["variant"]: row for row in kept["ablations"]}
    assert {"as shipped", "0", "1"} <= set(changed)
    same = ("top1", "top5", "style", "likeness", "edge sharpness")
    assert all(changed["weights"][name] == changed["as shipped"][name] for name in same)  # the very same weights
