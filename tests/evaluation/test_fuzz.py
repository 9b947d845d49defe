"""Example run: python -m pytest -m slow tests/evaluation/test_fuzz.py"""

import pytest

from pipeline.evaluation import fuzz
from tests.evaluation.test_load import needs_weights


def test_every_door_says_what_it_is():
    assert all(door.__doc__ for door in fuzz.DOORS.values())


@needs_weights
@pytest.mark.slow
def test_requests_that_make_no_sense_are_answered_in_words(capsys):
    assert fuzz.main(["--requests", "60"]) == 0, capsys.readouterr().out
