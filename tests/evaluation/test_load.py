"""Example run: python -m pytest tests/evaluation/test_load.py"""

from pathlib import Path

import pytest

from pipeline.evaluation import load
from pipeline.evaluation.server import Server, free_port

needs_weights = pytest.mark.skipif(
    not (Path(__file__).resolve().parents[2] / "weights" / "model_index.json").is_file(), reason="no weights folder"
)


def test_a_row_says_what_was_served_and_how_long_it_took():
    level = load.Level("2 clients", seconds=[1.0, 3.0, 2.0, 9.0], wall=2.0, refused=1, failed=2)
    assert level.row(812.4) == ["2 clients", "4", "1", "2", "2.00", "3.00", "9.00", "812"]
    assert load.Level("none").row(1)[1:5] == ["0", "0", "0", "0.00"]


def test_a_server_that_does_not_start_says_why():
    server = Server(["--model", "/there/is/no/such/folder"])
    with pytest.raises(RuntimeError, match="did not start:(.|\n)*no such folder|/there/is/no/such/folder"), server:
        pass
    assert free_port() != server.port


@needs_weights
@pytest.mark.slow
def test_a_short_load_is_borne(capsys):
    arguments = ["--clients", "2", "--pictures", "6", "--greedy", "3", "--soak", "10"]
    assert load.main(arguments) == 0, capsys.readouterr().out
