"""Example run: python -m pytest tests/evaluation/test_load.py"""

from pipeline.evaluation import load


def test_a_row_says_what_was_served_and_how_long_it_took():
    level = load.Level("2 clients", [1.0, 3.0, 2.0, 9.0], wall=2.0, page=[0.1, 0.2], cpu=0.8, bare=2.5)
    level.clients_cpu, level.bare_cpu = 0.04, 0.16
    for answer in ({"status": 429}, {"status": 503}, {"status": 500}, {"output": {"error": "No."}}):
        level.count(answer)
    assert (level.refused, level.failed, level.kinds["No."]) == (2, 2, 1)
    row = ["2 clients", "4", "2", "2", "2.00", "0.80", "0.200", "1.25", "0.010"]
    row += ["3.00", "9.00", "9.00", "0.20", "812"]
    assert level.row(812.4) == row and len(row) == len(load._HEADER)
    assert load.Level("none").row(1)[1:7] == ["0", "0", "0", "0.00", "", ""]
