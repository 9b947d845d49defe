"""Example run: python -m pytest tests/evaluation/test_fuzz.py"""

from pipeline.evaluation import fuzz


def test_every_door_says_what_it_is():
    assert all(door.__doc__ for door in fuzz.DOORS.values())
