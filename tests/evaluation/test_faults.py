"""Example run: python -m pytest -m slow tests/evaluation/test_faults.py"""

import pytest

from pipeline.evaluation import faults
from tests.evaluation.test_load import needs_weights


def test_every_fault_says_what_it_does():
    assert all(fault.__doc__ for fault in faults.FAULTS.values())


@needs_weights
@pytest.mark.slow
def test_deleted_folders_cost_nothing(capsys):
    assert faults.main(["--only", "downloads and uploads deleted"]) == 0, capsys.readouterr().out
