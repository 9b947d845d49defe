"""Example run: python -m pytest tests/evaluation/test_faults.py"""

from pipeline.evaluation import faults


def test_every_fault_says_what_it_does():
    assert all(fault.__doc__ for fault in faults.FAULTS.values())
