"""One real server, `python app.py`, for the short forms of what measures servers: it starts once and ends once.

Example run: python -m pytest -m "" tests/evaluation/test_server.py
"""

import contextlib
import io
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from PIL import Image

from pipeline.evaluation import faults, fuzz, load
from pipeline.evaluation import server as server_module
from pipeline.evaluation.server import Server, _megabytes, client, family, free_port
from pipeline.recipe import pixels_hash
from pipeline.serve.store import PictureStore
from tests.serve.test_shared_store import rows_and_files

needs_weights = pytest.mark.skipif(
    not (Path(__file__).resolve().parents[2] / "weights" / "model_index.json").is_file(), reason="no weights folder"
)


class Kept(Server):
    """A server that the commands neither start anew nor end."""

    def stop(self, *_) -> tuple[int | None, float]:
        return (0 if self.runs else None), 0.0


@pytest.fixture(scope="module")
def server():
    with Kept(["--mcp"]) as server:
        yield server


@pytest.fixture
def in_place(server, monkeypatch):
    for module in (faults, fuzz, load):
        monkeypatch.setattr(module, "Server", lambda arguments: contextlib.nullcontext(server))


def test_a_server_that_does_not_start_says_why():
    server = Server(before=["sh", "-c", "echo there is no such folder >&2; exit 2"])
    with pytest.raises(RuntimeError, match="did not start:\nthere is no such folder"), server:
        pass
    assert not server.runs and free_port() != server.port


CONFIG = {
    "components": [{"id": 1, "props": {"value": "a cat"}}, {"id": 2, "props": {"value": 7}}, {"id": 3, "props": {}}],
    "dependencies": [{"id": 4, "api_name": "other", "inputs": []}, {"id": 5, "api_name": "draw", "inputs": [1, 2, 3]}],
}


def answering(monkeypatch, answers: dict[str, httpx.Response]) -> tuple[Server, httpx.Client]:
    """A server whose paths answer so, and a client of it."""
    transport = httpx.MockTransport(lambda request: answers[request.url.path])
    monkeypatch.setattr(server_module, "client", lambda timeout=0: httpx.Client(transport=transport))
    return Server(), httpx.Client(transport=transport)


def test_an_endpoint_is_found_by_its_name_with_what_its_fields_hold(monkeypatch):
    server, _ = answering(monkeypatch, {"/config": httpx.Response(200, json=CONFIG)})
    assert server.endpoint("draw") == (5, ["a cat", 7, None])
    assert server.endpoint_call("draw", prompt="a dog") == (5, ["a dog", 7, None])
    with pytest.raises(StopIteration):
        server.endpoint("nothing")


def test_the_last_message_of_the_own_event_is_the_answer(monkeypatch):
    told = [
        {"msg": "estimation", "event_id": "own"},
        {"msg": "process_completed", "event_id": "another", "success": False},
        {"msg": "process_completed", "event_id": "own", "success": True},
    ]
    stream = "".join(f"data: {json.dumps(message)}\n\n" for message in told)
    join, data = "/gradio_api/queue/join", "/gradio_api/queue/data"
    answers = {
        join: httpx.Response(200, json={"event_id": "own"}),
        data: httpx.Response(200, text=": hello\n" + stream),
    }
    server, asking = answering(monkeypatch, answers)
    assert server.ask(asking, 5, [], "me") == told[2]
    answers[data] = httpx.Response(200, text="")
    assert server.ask(asking, 5, [], "me") == {"status": 0}, "the stream ended without an answer"
    answers[join] = httpx.Response(503, headers={"Retry-After": "4"})
    assert server.ask(asking, 5, [], "me") == {"status": 503, "retry_after": "4"}


def test_memory_is_waited_for_until_it_is_enough(monkeypatch):
    held, slept = iter([90.0, 80.0, 120.0, 70.0, 60.0]), []
    monkeypatch.setattr(Server, "own_megabytes", property(lambda self: next(held)))
    monkeypatch.setattr(time, "sleep", slept.append)
    with contextlib.closing(Server()._log):
        assert Server().rest(0.0, enough=75) == 70.0 and len(slept) == 3


def test_a_family_is_a_process_and_all_that_it_started():
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout.readline() == b"1\n"
        found = family(first.pid)
        assert len(found) == 2 and found[0] == first.pid and set(found) < set(family(os.getpid()))
        assert all(_megabytes(pid) > 1 for pid in found)
        first.communicate(b"\n")
    assert _megabytes(first.pid) == 0


@needs_weights
@pytest.mark.slow
def test_two_servers_on_one_store_answer_right(server):
    answers: list[dict] = []
    store = PictureStore(server.folder / "store")
    before = len(store)
    with Server([], {"EASEL_STORE": str(server.folder / "store")}) as other:
        servers = (server, other)

        def ask(at: int, seeds: range) -> None:
            number, values = servers[at].endpoint("generate")
            with client(600) as asking:
                for seed in seeds:
                    said = servers[at].ask(asking, number, ["a red apple", "", seed, *values[3:]], f"{seeds}")
                    answers.append(said["output"]["data"][1][0])

        shared = [range(each, 16, 4) for each in range(4)]
        for seeds in ((*shared, range(100, 104)), (*shared, range(200, 204))), ((range(16),), (range(16),)):
            answers.clear()
            asked = [threading.Thread(target=ask, args=(at, each)) for at in (0, 1) for each in seeds[at]]
            for thread in asked:
                thread.start()
            for thread in asked:
                thread.join()
            assert len(answers) == sum(len(each) for at in (0, 1) for each in seeds[at])
            assert len({(said["seed"], said["pixels_hash"]) for said in answers}) == len({a["seed"] for a in answers})
        assert all(said["from_store"] for said in answers), "what one has drawn, both have"
        assert other.stop()[0] == 0
        for each in servers:
            assert each.tracebacks == 0 and "store" not in each.log(), each.log()
    assert len(store) - before == 24
    for said in answers:
        with Image.open(io.BytesIO(store.find(said["id"]).png)) as image:
            assert pixels_hash(image) == said["pixels_hash"]
    named, there = rows_and_files(store)
    assert named == there
    store.close()


@needs_weights
@pytest.mark.slow
def test_requests_that_make_no_sense_are_answered_in_words(in_place, capsys):
    assert fuzz.main(["--requests", "60", "--rest", "1"]) == 0, capsys.readouterr().out


@needs_weights
@pytest.mark.slow
def test_deleted_folders_cost_nothing(in_place, capsys):
    assert faults.main(["--only", "downloads and uploads deleted"]) == 0, capsys.readouterr().out


@needs_weights
@pytest.mark.slow
def test_a_short_load_is_borne(in_place, capsys):
    arguments = ["--clients", "2", "--pictures", "6", "--bare", "2", "--greedy", "3", "--soak", "10", "--rest", "1"]
    assert load.main(arguments) == 0, capsys.readouterr().out


@needs_weights
@pytest.mark.slow
def test_a_real_server_ends_with_0_when_it_is_asked_to(server):
    status, seconds = Server.stop(server)
    assert status == 0 and seconds < faults.MOST_SECONDS and server.tracebacks == 0, server.log()
