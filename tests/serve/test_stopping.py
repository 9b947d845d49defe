"""A server ends well. Example run: python -m pytest tests/serve/test_stopping.py"""

import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest

from pipeline.serve.jobs import Client, Jobs, QueueFull
from pipeline.serve.stopping import drain


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


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("first", [[], ["unshare", "--pid", "--fork", "--kill-child"]], ids=["process", "process 1"])
def test_a_signal_ends_the_server_with_0_after_the_drawing_under_way(number, first):
    if first and subprocess.run([*first, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not make a process namespace")
    process = subprocess.Popen([*first, sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    url, folder = process.stdout.readline().split()
    answers = []
    ask = f"{url}picture?prompt=a+cat&seed=7&steps=4&v=4"
    thread = threading.Thread(target=lambda: answers.append(httpx.get(ask, timeout=60).status_code))
    thread.start()
    assert process.stdout.readline().strip() == "busy"
    started = time.monotonic()
    if first:  # the signal is for process 1 of the namespace, not for unshare
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True)
        subprocess.run(["kill", f"-{int(number)}", children.stdout.split()[0]], check=True)
    else:
        process.send_signal(number)
    assert process.wait(30) == 0 and time.monotonic() - started < 10
    assert process.stdout.read().strip() == "ended well"
    thread.join(30)
    assert answers == [200]
