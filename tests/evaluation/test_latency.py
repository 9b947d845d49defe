"""Example run: python -m pytest tests/evaluation/test_latency.py -m ''"""

import time

import pytest
import torch

from pipeline.evaluation.latency import (
    EDITS,
    STAGES,
    STOCK,
    cold_start,
    folder_bytes,
    report,
    time_edits,
    time_picture,
)
from pipeline.loading.weights import write_checksums
from tests.tiny import tiny_pipeline


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    folder = tmp_path_factory.mktemp("latency") / "weights"
    tiny_pipeline().save_pretrained(folder)
    write_checksums(folder)
    return folder


def test_the_stages_add_up_to_the_whole():
    pipe = tiny_pipeline()
    start = time.perf_counter()
    split = time_picture(pipe, "a cat")
    whole = time.perf_counter() - start
    assert tuple(split) == STAGES and all(seconds > 0 for seconds in split.values())
    assert 0.5 * whole < sum(split.values()) <= whole  # a busy machine takes its time between them


def test_the_stock_way_spends_its_time_in_the_decoder():
    pipe = tiny_pipeline()
    time_picture(pipe, "a cat")
    few, many = time_picture(pipe, "a cat"), time_picture(pipe, "a cat", **STOCK)
    assert many["decoder"] > 3 * few["decoder"]  # 25 guided steps against 2


def test_an_edit_is_timed_by_itself_and_draws_nothing_of_the_rest(monkeypatch):
    pipe = tiny_pipeline()
    drawn, forward = [], pipe.decoder.forward
    monkeypatch.setattr(pipe.decoder, "forward", lambda *args: drawn.append(1) or forward(*args))
    seconds = time_edits(pipe, side=256)
    assert len(seconds) == len(EDITS) and all(second > 0 for second in seconds)
    assert 0 < len(drawn) <= 3  # what the prompt names, once


def test_a_folder_is_as_large_as_its_files(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"x" * 10)
    (tmp_path / "a" / "b" / "two").write_bytes(b"x" * 5)
    assert folder_bytes(tmp_path) == 15


@pytest.mark.slow  # a cold start is a process of its own
def test_the_report_prints_every_row_of_the_target_table(weights, capsys):
    numbers = report(weights, pictures=2, stock_pictures=1, threads=torch.get_num_threads())
    printed = capsys.readouterr().out
    pictures = (
        "of 256 pixels, warm, median",
        "of 512 pixels",
        "of 1024 pixels",
        "an edit of two things",
        "times faster",
    )
    for what in (*pictures, "peak memory", "weights on disk", "parameters", "first picture"):
        assert what in printed
    assert numbers["weights_bytes"] == folder_bytes(weights) and numbers["ratio"] > 1
    assert numbers["first_picture_seconds"] > 0.5 and 100e6 < numbers["peak_bytes"] < 3e9


def test_a_failed_cold_start_says_why(tmp_path, monkeypatch):
    program = tmp_path / "python"
    program.write_text('#!/bin/sh\necho "$3 $4: no weights folder" >&2\nexit 1\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(program))
    with pytest.raises(RuntimeError, match="cold start failed: --weights /nowhere: no weights folder"):
        cold_start("/nowhere")
