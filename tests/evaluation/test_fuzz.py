"""Example run: python -m pytest tests/evaluation/test_fuzz.py"""

import random
from collections import Counter, defaultdict
from types import SimpleNamespace

import httpx
import pytest

from pipeline.evaluation import fuzz


def fuzzer(**server):
    return SimpleNamespace(random=random.Random(1), server=SimpleNamespace(tracebacks=0, megabytes=1.0, **server))


def test_every_door_says_what_it_is():
    assert all(door.__doc__ for door in fuzz.DOORS.values())


def test_an_answer_that_failed_is_counted_by_door_and_told_with_its_number(monkeypatch):
    answers = iter([200, 404, 503, 500])
    monkeypatch.setattr(fuzz, "DOORS", {"only": lambda _: next(answers)})
    seen = defaultdict(Counter)
    assert fuzz.send(fuzzer(), 4, seen) == ["request 4 (only): 500"], "503 says when to come back"
    assert seen == {"only": {200: 1, 404: 1, 503: 1, 500: 1}}
    assert fuzz._counts(seen["only"]) == ["1", "1", "1", "1", "0"]


def test_a_request_without_an_answer_is_told_and_the_numbers_go_on(monkeypatch):
    def hung_up(_):
        raise httpx.RemoteProtocolError("gone")

    monkeypatch.setattr(fuzz, "DOORS", {"only": hung_up})
    seen = defaultdict(Counter, only=Counter({200: 7}))
    assert fuzz.send(fuzzer(), 1, seen) == ["request 8 (only): RemoteProtocolError"]
    assert fuzz._counts(seen["only"]) == ["7", "0", "0", "0", "1"]


@pytest.mark.parametrize(
    ("status", "body", "wordless"),
    [(400, {"message": "No."}, 0), (400, {"message": ""}, 1), (422, {"error": "elsewhere"}, 1), (200, {}, 0)],
)
def test_a_refusal_has_words_where_its_door_s_clients_look(status, body, wordless):
    counted = SimpleNamespace(wordless=0)
    assert fuzz.Fuzzer.told(counted, httpx.Response(status, json=body), "message") == status
    assert counted.wordless == wordless


def test_equal_tracebacks_are_told_once_with_the_innermost_line_of_ours():
    one = "Traceback (most recent call last):\n  File /x/pipeline/a.py, line 1\n  File /x/torch/b.py\nKeyError: 3\n"
    other = "Traceback (most recent call last):\n  File /x/torch/c.py\nOSError: full\n"
    assert fuzz._ends("started\n" + one + other + one).splitlines() == [
        "2 x KeyError: 3  File /x/pipeline/a.py, line 1", "1 x OSError: full  ",
    ]  # fmt: skip
