"""Example run: python -m pytest tests/evaluation/test_fuzz.py"""

import json
import random

import pytest

from pipeline.evaluation import fuzz
from tests.evaluation.test_load import needs_weights


def test_the_same_seed_makes_the_same_requests_up():
    first, again = ([fuzz.odd(random.Random(3)) for _ in range(1)] for _ in range(2))
    assert first == again
    generator = random.Random(1)
    values = [fuzz.odd(generator) for _ in range(300)]
    assert len({type(value) for value in values}) >= 6 and all(json.dumps(value) for value in values)


@needs_weights
@pytest.mark.slow
def test_requests_that_make_no_sense_are_answered_in_words(capsys):
    assert fuzz.main(["--requests", "60"]) == 0, capsys.readouterr().out
