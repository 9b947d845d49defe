"""A server ends well. Example run: python -m pytest tests/serve/test_stopping.py"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from app import build_demo, launch_options
from pipeline.serve.jobs import Client, Jobs, QueueFull
from pipeline.serve.stopping import DRAIN_SECONDS, drain, drain_seconds
from tests.tiny import tiny_pipeline

TITAN = {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a cat"}}


def test_who_is_in_is_served_and_nobody_else_let_in():
    jobs = Jobs()
    place = jobs.admit(Client("a"))
    threading.Timer(0.02, place.leave).start()
    assert drain(jobs, 30)
    with pytest.raises(QueueFull, match="stopping"):
        jobs.admit(Client("b"))


def test_who_takes_too_long_is_told_to_stop():
    jobs = Jobs()
    place = jobs.admit(Client("a"))
    threading.Thread(target=lambda: place.cancelled.wait(30) and place.leave()).start()
    assert not drain(jobs, 0.01)
    assert place.cancelled.is_set() and len(jobs) == 0


def test_how_long_drawings_may_take_is_a_setting(monkeypatch):
    monkeypatch.delenv("EASEL_DRAIN_SECONDS", raising=False)
    assert drain_seconds() == DRAIN_SECONDS and drain_seconds(25) == 25
    monkeypatch.setenv("EASEL_DRAIN_SECONDS", "30")
    assert drain_seconds() == 30
    for wrong in ("-1", "nan", "soon", "1e9"):
        monkeypatch.setenv("EASEL_DRAIN_SECONDS", wrong)
        with pytest.raises(ValueError, match=f"from 0 to 3600, got '{wrong}'"):
            drain_seconds()


@pytest.fixture
def demo(monkeypatch):
    monkeypatch.setattr("gradio.networking.url_ok", lambda url: True)
    demo = build_demo(tiny_pipeline())
    demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo))
    yield demo
    demo.close()


def ask_all_doors(demo) -> list[tuple[int, str | None, str]]:
    """(status, Retry-After, text) of a request to each."""

    def openai() -> httpx.Response:
        return httpx.post(f"{demo.local_url}v1/images/generations", json={"prompt": "a cat", "n": 2}, timeout=60)

    def bedrock() -> httpx.Response:
        model = "amazon.titan-image-generator-v2:0"
        return httpx.post(f"{demo.local_url}model/{model}/invoke", json=TITAN, timeout=60)

    def link() -> httpx.Response:
        return httpx.get(f"{demo.local_url}picture?prompt=a+cat&seed=8&v=4", timeout=60)

    with ThreadPoolExecutor(3) as pool:
        answers = [each.result() for each in [pool.submit(ask) for ask in (openai, bedrock, link)]]
    return [(answer.status_code, answer.headers.get("Retry-After"), answer.text) for answer in answers]


def assert_all_are_told(answers):
    words = "The server is stopping. Try again in a moment."
    assert [answer[:2] for answer in answers] == [(503, "10")] * 3
    openai, bedrock, link = (text for *_, text in answers)
    assert json.loads(openai)["error"] == {"message": words, "type": "server_error", "param": None, "code": None}
    assert json.loads(bedrock) == {"message": words} and link.strip() == words


def test_what_cannot_be_finished_is_told_when_to_ask_again_in_each_door_s_form(demo):
    go = threading.Event()
    handle = demo.studio._pipe.decoder.register_forward_pre_hook(lambda *_: go.wait(60) and None)
    try:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(ask_all_doors, demo)
            while len(demo.studio.jobs) < 3:  # one of them draws, in a step without end
                time.sleep(0.01)
            assert not drain(demo.studio.jobs, 0.2)
            assert_all_are_told(asked.result(30))
        assert_all_are_told(ask_all_doors(demo))  # those who come later
        health = httpx.get(f"{demo.local_url}healthz")
        assert health.status_code == 503 and health.json()["status"] == "draining"
    finally:
        handle.remove()
        go.set()


def test_a_visitor_of_the_page_is_told_that_the_server_stops(demo):
    studio = demo.studio
    with studio.jobs.admit(Client("other")) as other:
        assert other.wait(30)
        events = demo.programs.call("generate", {"prompt": "a cat", "seed": 7})
        assert next(events) is None
        studio.jobs.close()
        studio.jobs.cancel_all()
        with pytest.raises(QueueFull, match="The server is stopping"):
            list(events)


SIGNALS = """
import os, signal
from pipeline.serve.stopping import Stop
stop = Stop()
assert not stop.wait(0)
with stop.asked._cond:  # as if the signal found the main thread on its way into the event's own wait
    os.kill(os.getpid(), signal.SIGTERM)
    for _ in range(1000): pass
assert stop.wait() and stop.wait(0) and stop.asked.is_set()
print("heard")
"""


def test_a_signal_is_heard_wherever_it_finds_the_main_thread():
    run = subprocess.run([sys.executable, "-c", SIGNALS], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.strip() == "heard"


SERVER = """
import sys, threading, time
from pipeline.serve.stopping import Stop, leave
stop = Stop()
from app import build_demo, launch_options, serve
from tests.tiny import tiny_pipeline
demo = build_demo(tiny_pipeline())
demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo))
print(demo.local_url, demo.studio.folder, flush=True)
def tell():
    while not len(demo.studio.jobs):
        time.sleep(0.01)
    print("busy", flush=True)
threading.Thread(target=tell, daemon=True).start()
serve(demo, stop)
print("ended well")
leave()
"""


# Imports once what every server needs. Each is a child of this process, or process 1 of a namespace of its own, and
# writes to the descriptor that is named, first its process id; how it ended is told here.
FORKS = """
import ctypes, os, sys, app, tests.tiny
server, names = sys.stdin.read(), {}
ends = {name: int(name.removesuffix("/1")) for name in sys.argv[1:]}
for name in ends:
    if child := os.fork():
        names[child] = name
        continue
    os.dup2(ends[name], 1)
    for end in ends.values():
        os.close(end)
    if not name.endswith("/1"):
        print(os.getpid(), flush=True)
    elif ctypes.CDLL(None).unshare(0x20000000):  # CLONE_NEWPID: children are in it
        print("not allowed", flush=True)
        os._exit(0)
    elif first := os.fork():
        print(first, flush=True)
        os.close(1)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]))
    exec(server)
for end in ends.values():
    os.close(end)
for _ in names:
    child, status = os.wait()
    print(names[child], os.waitstatus_to_exitcode(status), flush=True)
"""


@pytest.fixture(scope="module")
def servers():
    """The process whose children they are, and {(what it is, signal): (its name, what it says)}."""
    ways = [(first, number) for first in ("", "/1") for number in (signal.SIGTERM, signal.SIGINT)]
    pipes = [os.pipe() for _ in ways]
    ends = [write for _, write in pipes]
    names = [f"{end}{first}" for end, (first, _) in zip(ends, ways, strict=True)]
    command = [sys.executable, "-c", FORKS, *names]
    pipe = subprocess.PIPE
    with (
        contextlib.ExitStack() as files,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, pass_fds=ends, start_new_session=True) as parent,
    ):
        says = [files.enter_context(os.fdopen(read)) for read, _ in pipes]
        for end in ends:
            os.close(end)
        parent.stdin.write(SERVER)
        parent.stdin.close()
        try:
            yield parent, dict(zip(ways, zip(names, says, strict=True), strict=True))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("first", ["", "/1"], ids=["process", "process 1"])
def test_a_signal_ends_the_server_with_0_after_the_drawing_under_way(servers, number, first):
    parent, children = servers
    name, said = children[first, number]
    if not (pid := said.readline().strip()).isdecimal():
        parent.stdout.readline()
        pytest.skip("this user may not make a process namespace")
    url = said.readline().split()[0]
    answers = []
    ask = f"{url}picture?prompt=a+cat&seed=7&steps=4&v=4"
    thread = threading.Thread(target=lambda: answers.append(httpx.get(ask, timeout=60).status_code))
    thread.start()
    assert said.readline().strip() == "busy"
    started = time.monotonic()
    os.kill(int(pid), number)
    assert parent.stdout.readline().split() == [name, "0"] and time.monotonic() - started < 10
    assert said.read().strip() == "ended well"
    thread.join(30)
    assert answers == [200]


RENDERERS = """
from tests.serve.test_replicas import _Renderer
from pipeline.serve.replicas import Fleet, RayRenderers
demo = build_demo(lambda: Fleet(RayRenderers("weights", threads=1, renderer=_Renderer)))
"""


@pytest.mark.slow
def test_a_server_with_renderers_ends_with_0_after_the_drawing_under_way():
    """Ray has a handler of its own, which aborts; and what it starts dies with the thread that started it."""
    pytest.importorskip("ray.serve", reason='pip install -e ".[ray]"')
    code = SERVER.replace("demo = build_demo(tiny_pipeline())\n", RENDERERS)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        url, _ = process.stdout.readline().split()
        while httpx.get(f"{url}healthz").json()["status"] == "loading":
            time.sleep(0.1)
        answers = []
        ask = f"{url}picture?prompt=a+cat&seed=7&steps=16&v=4"
        thread = threading.Thread(target=lambda: answers.append(httpx.get(ask, timeout=60).status_code))
        thread.start()
        assert process.stdout.readline().strip() == "busy"
        process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        assert process.wait(30) == 0 and time.monotonic() - started < 10
        assert process.stdout.read().strip().endswith("ended well")
        thread.join(30)
        assert answers == [200]
