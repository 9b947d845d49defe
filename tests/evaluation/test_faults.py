"""Example run: python -m pytest tests/evaluation/test_faults.py"""

import contextlib
from types import SimpleNamespace

import pytest

from pipeline.evaluation import faults


def test_every_fault_says_what_it_does():
    assert all(fault.__doc__ for fault in faults.FAULTS.values())


def tried(monkeypatch, fault, *, tracebacks=0, runs=True, status=0, seconds=1.0):
    """What is made of a fault, on a server that is none."""
    server = SimpleNamespace(tracebacks=tracebacks, runs=runs, stop=lambda: (status, seconds))
    monkeypatch.setattr(faults, "Server", lambda arguments: contextlib.nullcontext(server))
    monkeypatch.setitem(faults.FAULTS, "store deleted", fault)
    return faults.run("store deleted", "weights")


def fails(error):
    def fault(server):
        raise error

    return fault


def test_a_fault_that_costs_nothing_is_borne(monkeypatch):
    row, borne = tried(monkeypatch, lambda server: "")
    assert borne and row == ["store deleted", "as promised", "0", "0", "1.0"]


@pytest.mark.parametrize(
    "harm", [{"tracebacks": 1}, {"status": None}, {"status": 1}, {"seconds": faults.MOST_SECONDS + 1}]
)
def test_a_traceback_a_bad_end_and_a_late_one_are_not_borne(monkeypatch, harm):
    row, borne = tried(monkeypatch, lambda server: "", **harm)
    assert not borne and row[1] == "as promised"


def test_a_server_that_the_fault_left_killed_has_no_status(monkeypatch):
    row, borne = tried(monkeypatch, lambda server: "", runs=False)
    assert borne and row[3:] == ["killed", "0.0"]


def test_what_went_wrong_is_in_the_row(monkeypatch):
    assert tried(monkeypatch, lambda server: "no pictures afterwards")[0][1] == "no pictures afterwards"
    row, borne = tried(monkeypatch, fails(RuntimeError("The server did not start:\n" + "x" * 400)))
    assert not borne and row[1] == "RuntimeError: " + "x" * 300


def test_a_fault_that_this_machine_cannot_make_is_no_failure(monkeypatch):
    row, borne = tried(monkeypatch, fails(faults._Skipped("this user may not mount")))
    assert borne and row[1] == "not tried: this user may not mount"


@pytest.mark.parametrize(("borne", "status"), [([True, True], 0), ([True, False], 1)])
def test_the_command_fails_where_one_fault_was_not_borne(monkeypatch, capsys, borne, status):
    left = iter(borne)
    monkeypatch.setattr(faults, "run", lambda name, model: ([name, "outcome", "0", "0", "1.0"], next(left)))
    assert faults.main(["--only", "store deleted", "store damaged"]) == status
    assert "| store damaged" in capsys.readouterr().out


def test_pictures_have_to_come_from_the_store_or_not_as_it_was_asked(monkeypatch):
    monkeypatch.setattr(faults, "_ask", lambda server, seed, name: {"from_store": seed < 2})
    assert faults._draws(None, range(2), kept=True) and not faults._draws(None, range(3), kept=True)
    assert faults._draws(None, range(2, 4), kept=False) and faults._draws(None, range(4))
    monkeypatch.setattr(faults, "_ask", lambda server, seed, name: {"error": {"status": 500}})
    assert not faults._draws(None, range(1))
