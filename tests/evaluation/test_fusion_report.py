"""Example run: python -m pytest tests/evaluation/test_fusion_report.py"""

import numpy as np
import pytest

from pipeline.evaluation.fusion_report import (
    COLUMNS,
    POOLINGS,
    VERDICT_FIGURES,
    _compare,
    print_shares,
    print_table,
    print_verdict,
)
from pipeline.evaluation.uninformative import INFORMATIVE

NAMES = [name for names in COLUMNS.values() for name in names]


def records(reader: str, *values: float, setting: str = "fine-tuned", **more) -> list[dict]:
    """A record a seed, all figures of which are alike."""
    return [
        {"setting": setting, "reader": reader, "seed": seed, "figures": dict.fromkeys(NAMES, value), **more}
        for seed, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        ([1.0, 1.0, 1.0], " beats (+1.00±0.00)"),
        ([-2.0, -2.0], " loses to (-2.00±0.00)"),
        # Deviation 1, three seeds: t(0.975, 2) = 4.303, over the root of 3.
        ([1.0, 2.0, 3.0], " is not told from (+2.00±2.48)"),
        ([2.0, 3.0, 4.0], " beats (+3.00±2.48)"),
    ],
)
def test_readers_are_told_apart_seed_for_seed(gap, said):
    theirs = np.array([50.0, 10.0, 90.0][: len(gap)])  # how far seeds differ from each other does not count
    assert _compare(theirs + np.array(gap), theirs) == said


def test_a_row_is_the_mean_and_spread_of_its_seeds(capsys):
    print_table([*records("mean", 50.0, 52.0), *records("max", 9.0, 9.0, setting="plugged in")])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4 and all(line.count("|") == 3 + len(COLUMNS) for line in lines)
    cells = [cell.strip() for cell in lines[2].split("|")[1:-1]]
    assert cells[:2] == ["fine-tuned", "mean"] and cells[2] == " / ".join(["51.0±1.4"] * 3)
    assert cells[-2:] == ["51.0±1.4", "51.00±1.41"]  # CIDEr has two digits
    assert lines[3].startswith("| plugged in | max | 9.0±0.0 / ")


def test_the_verdict_counts_where_attention_is_first_and_where_that_can_be_told(capsys):
    rows = [*records("mean", 50.0, 51.0), *records("max", 40.0, 41.0), *records("gated", 45.0, 46.0)]
    rows += [*records("attention", 52.0, 53.0), *records("collage", 49.0, 50.0)]
    print_verdict(rows, ("fine-tuned",))
    said = capsys.readouterr().out
    assert (
        f"first among the four poolings in {len(VERDICT_FIGURES)} of {len(VERDICT_FIGURES)} figures, told apart in 4"
        in said
    )
    assert said.count("ungated attention beats (+2.00±0.00) the best other, mean; collage loses to (-3.00±0.00)") == 4
    assert "loses to (-3.00±0.00) attention" in said  # the best of the poolings


def test_attention_that_is_second_is_not_first(capsys):
    rows = [row for at, name in enumerate(POOLINGS) for row in records(name, 50.0 - at, 51.0 - at)]
    print_verdict(rows, ("fine-tuned",))
    said = capsys.readouterr().out
    assert (
        "in 0 of 4 figures, told apart in 0" in said
        and "ungated attention loses to (-2.00±0.00) the best other, mean" in said
    )


def test_a_setting_without_all_poolings_is_compared_with_the_mean_alone(capsys):
    rows = [
        *records("mean", 50.0, 51.0, setting="class told"),
        *records("text attention", 49.0, 50.0, setting="class told"),
    ]
    print_verdict(rows, ("class told",))
    said = capsys.readouterr().out
    assert "- fine accuracy: text attention loses to (-1.00±0.00) mean" in said and "in 0 of 0 figures" in said


def test_shares_are_printed_for_readers_that_weigh(capsys):
    shares = {"largest": 1.5, INFORMATIVE: 1.2, "blurred": 0.5}
    rows = [*records("attention", 1.0, 2.0, shares=shares), *records("collage", 1.0, 2.0)]
    print_shares(rows)
    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) == 3  # the collage weighs nothing
    assert lines[2] == "| fine-tuned | attention | 1.50±0.00 | 1.20±0.00 |  | 0.50±0.00 |  |"
