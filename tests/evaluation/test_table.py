"""Example run: python -m pytest tests/evaluation/test_table.py"""

from pipeline.evaluation.table import markdown_table


def test_columns_are_as_wide_as_their_widest_cell_and_numbers_stand_right():
    assert markdown_table(["what", "n"], [["a cat", "1"], ["b", "12,000"]]).splitlines() == [
        "| what  |      n |",
        "|-------|-------:|",
        "| a cat |      1 |",
        "| b     | 12,000 |",
    ]


def test_a_table_without_rows_is_its_header():
    assert markdown_table(["a", "b"], []).splitlines() == ["| a   |   b |", "|-----|----:|"]
