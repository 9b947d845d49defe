"""Example run: python -m pytest tests/evaluation/test_load.py"""

import contextlib
import threading

import httpx
import pytest

from pipeline.evaluation import load


class Stub:
    """A server that answers as it is told: `answers` gives a session's next answer, or an error."""

    url, cpu_seconds = "http://127.0.0.1:9", 0.0

    def __init__(self, answers):
        self.answers, self.asked, self.lock = answers, [], threading.Lock()

    def endpoint(self, name):
        return 1, [None] * 5

    def ask(self, client, number, data, session):
        with self.lock:
            self.asked.append((session, data[2] if len(data) > 2 else None))
        answer = self.answers(session)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def no_page(monkeypatch):
    monkeypatch.setattr(load, "_LOOK", 60)


def test_clients_draw_every_seed_once_between_them():
    server = Stub(lambda session: {"success": True})
    level = load.run_level(server, 3, 10, 1000)
    assert sorted(seed for _, seed in server.asked) == list(range(1000, 1010))
    assert len(level.seconds) == 10 and level.refused == level.failed == 0 and not level.kinds


def test_who_is_refused_asks_again_when_told_to_and_waits_from_the_first_asking(monkeypatch):
    slept, answers = [], iter([{"status": 503, "retry_after": "7"}, {"success": True}])
    monkeypatch.setattr(load.time, "sleep", slept.append)
    level = load.run_level(Stub(lambda session: next(answers)), 1, 1, 0)
    assert slept == [7.0] and level.refused == 1 and level.failed == 0 and len(level.seconds) == 1


def test_what_fails_is_not_asked_again_and_is_counted_by_its_name():
    answers = iter([{"status": 500}, httpx.ReadTimeout("late"), {"output": {"error": "No."}}])
    level = load.run_level(Stub(lambda session: next(answers)), 1, 3, 0)
    assert level.kinds == {500: 1, "ReadTimeout": 1, "No.": 1} and level.failed == 3 and not level.seconds


def test_the_polite_one_is_measured_beside_the_greedy_one():
    def answer(session):
        return {"status": 429} if session == "greedy" else {"success": True}

    greedy, polite = load.run_greedy(Stub(answer), 2, 4)
    assert len(polite.seconds) == 4 and polite.failed == 0
    assert greedy.failed == 0 and not greedy.seconds and greedy.wall == polite.wall


def test_a_soak_counts_what_came_and_what_did_not():
    server = Stub(lambda session: {"success": session != "soak-2"})
    level = load.run_soak(server, 4)
    assert len(level.seconds) == 3 and level.failed == 1
    assert [session for session, _ in server.asked] == ["soak-0", "soak-1", "soak-2", "soak-3"], "each its own"


def test_the_bare_pipeline_draws_so_many_seeds():
    drawn = []
    rate, cpu = load.run_bare(drawn.append, 5, 100)
    assert drawn == [100, 101, 102, 103, 104] and rate > 0 and cpu >= 0


@pytest.mark.parametrize(
    ("promised", "harm"),
    [("", {}), ("soak: 1 failed", {"soak": False}), ("1 tracebacks", {"tracebacks": 1}),
     ("exit None", {"status": None}), ("60 MB stay", {"after": 160.0})],
)  # fmt: skip
def test_the_command_tells_what_is_not_as_promised(monkeypatch, capsys, promised, harm):
    server = Stub(lambda session: {"success": not session.startswith("soak") or harm.get("soak", True)})
    held = iter([100.0, harm.get("after", 100.0)])
    server.rest, server.megabytes = lambda *_: next(held), 100.0
    server.tracebacks, server.stop = harm.get("tracebacks", 0), lambda: (harm.get("status", 0), 1.0)
    monkeypatch.setattr(load, "Server", lambda arguments: contextlib.nullcontext(server))
    asked = ["--clients", "2", "--pictures", "4", "--bare", "0", "--greedy", "0", "--soak", "1"]
    assert load.main(asked) == bool(promised)
    said = capsys.readouterr().out
    assert f"NOT AS PROMISED: {promised}" in said if promised else "\nAs promised." in said


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
