"""One queue for every way in: bounded, fair, and nothing is drawn that nobody reads.

Example run: python -m pytest tests/ui/test_queueing.py
"""

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path

import httpx
import pytest
from gradio_client import Client

from app import LIMITS, build_demo, launch_options
from pipeline.serve.jobs import HOUSE
from pipeline.serve.keys import Keys
from pipeline.serve.stopping import drain
from pipeline.ui import queueing
from tests.tiny import tiny_pipeline


@pytest.fixture(scope="module", autouse=True)
def patience():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gradio.networking.url_ok", lambda url: True)
        yield


@pytest.fixture(scope="module")
def pipe():
    return tiny_pipeline()


@contextmanager
def served(pipe, **limits):
    demo = build_demo(pipe, limits=replace(LIMITS, **limits))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo))
    try:
        client = httpx.Client(base_url=url, timeout=60)
        client.demo = demo
        yield demo, client
    finally:
        demo.close()


@pytest.fixture(scope="module")
def server(pipe):
    with served(pipe) as running:
        yield running


@contextmanager
def busy(demo):
    """Somebody draws: everybody else waits."""
    with demo.studio.jobs.admit(HOUSE) as place:
        assert place.wait(30)
        yield place


def join(client, session, seed=0, headers=None, **arguments):
    """Ask for a picture as a page does; the answer of the queue."""
    index = next(fn["id"] for fn in config(client)["dependencies"] if fn["api_name"] == "generate")
    tool = client.demo.programs.tools["generate"].arguments
    values = {name: argument.get("default") for name, argument in tool.items()}
    values |= {"prompt": "a cat", "seed": seed} | arguments
    body = {"data": list(values.values()), "fn_index": index, "session_hash": session}
    return client.post("/gradio_api/queue/join", json=body, headers=headers)


def config(client):
    """What the page is told of its parts, asked once."""
    if not hasattr(client, "told"):
        client.told = client.get("/config").json()
    return client.told


def read(client, session):
    """The messages of a session, up to the end of its stream."""
    with client.stream("GET", f"/gradio_api/queue/data?session_hash={session}") as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                yield json.loads(line[5:])


def counted(demo, door, outcome):
    """What /metrics says of a door."""
    labels = {"door": door, "outcome": outcome}
    return demo.studio.metrics.registry.get_sample_value("easel_requests_total", labels) or 0


def eventually(condition, seconds=30):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never came true"
        threading.Event().wait(0.01)


def test_a_picture_is_drawn_through_the_queue(server):
    demo, client = server
    before = counted(demo, "api", "ok")
    assert join(client, "one").status_code == 200
    last = [message for message in read(client, "one") if message["msg"] == "process_completed"][-1]
    assert last["success"] and last["output"]["data"][1][0]["seed"] == 0
    eventually(lambda: counted(demo, "api", "ok") == before + 1)


def test_what_it_answers_is_the_file_itself_and_no_copy(server):
    demo, client = server
    assert join(client, "file").status_code == 200
    (file,) = list(read(client, "file"))[-2]["output"]["data"][0]
    path = Path(file["path"])
    assert path.parent == demo.studio.folder and path.is_file()
    assert client.get(file["url"]).content == path.read_bytes()


def test_an_event_starts_when_it_comes_and_when_somebody_reads_not_at_the_next_look(pipe, monkeypatch):
    monkeypatch.setattr(queueing, "_LOOK", 600)
    with served(pipe) as (_, client), ThreadPoolExecutor(1) as pool:
        for seed in range(2):  # read after it has come, and before
            asked = [join(client, "woken", seed=seed).status_code]
            reading = pool.submit(list, read(client, "woken"))
            asked.append(join(client, "woken", seed=seed + 10).status_code)
            kinds = [message["msg"] for message in reading.result(60)]
            assert asked == [200, 200] and kinds.count("process_completed") == 2
            client.demo._queue._wake()


def test_with_keys_programs_need_one_and_the_page_none(pipe):
    key = "a-key-of-sixteen-letters"
    demo = build_demo(pipe, limits=replace(LIMITS, max_pictures_per_minute=1))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo, keys=Keys((key,))))
    try:
        with httpx.Client(base_url=url, timeout=60) as client:
            client.demo = demo
            refused = [join(client, "none"), join(client, "wrong", headers={"Authorization": "Bearer wrong"})]
            assert [each.status_code for each in refused] == [401, 401]
            assert "Authorization: Bearer KEY" in refused[0].json()["detail"]
            index = next(fn["id"] for fn in config(client)["dependencies"] if fn["api_visibility"] == "private")
            page = {"data": [None] * len(demo.fns[index].inputs), "fn_index": index, "session_hash": "page"}
            assert client.post("/gradio_api/queue/join", json=page).status_code == 200
            asks = Client(url, headers={"Authorization": f"Bearer {key}"}, verbose=False)
            _, said = asks.predict(prompt="a cat", seed=3, api_name="/generate")
            assert said[0]["seed"] == 3
            assert not demo.allowance.take("key 1") and demo.allowance.take("127.0.0.1")
    finally:
        demo.close()


def test_nobody_passes_the_queue(server):
    demo, client = server
    with busy(demo):
        for path in ("/gradio_api/run/generate", "/gradio_api/api/generate"):
            answer = client.post(path, json={"data": ["a cat"]})
            assert answer.status_code == 404 and "queue" in answer.json()["detail"]
        index = next(fn["id"] for fn in config(client)["dependencies"] if fn["api_name"] == "draw")
        answer = client.post("/gradio_api/run/draw", json={"data": [], "fn_index": index, "session_hash": "x"})
        assert answer.status_code == 404


def test_what_nobody_reads_is_not_drawn_and_dropped(server, monkeypatch):
    demo, client = server
    assert join(client, "unread").status_code == 200
    eventually(lambda: len(demo.studio.jobs) == 1)
    assert not demo._queue.get_active_worker_count()
    monkeypatch.setattr(queueing, "UNREAD_SECONDS", 0.0)
    eventually(lambda: len(demo.studio.jobs) == 0)
    assert not demo._queue.event_ids_to_events


def test_a_server_that_stops_waits_for_nothing_that_nobody_reads(server, monkeypatch):
    demo, client = server
    assert join(client, "unread").status_code == 200
    eventually(lambda: len(demo.studio.jobs) == 1)
    monkeypatch.setattr(demo.studio.jobs, "_closed", False)  # put back afterwards: other tests share the server
    monkeypatch.setattr(queueing, "UNREAD_SECONDS", 3600.0)
    monkeypatch.setattr(queueing, "UNREAD_AT_THE_END", 0.0)
    assert drain(demo.studio.jobs, 60) and not demo.studio.jobs.is_stopped


def test_drawing_stops_when_who_reads_has_hung_up(server, pipe, monkeypatch):
    demo, client = server
    forward, goes_on, steps = pipe.super_res.forward, threading.Event(), []

    def held(*inputs):
        steps.append(inputs)
        assert goes_on.wait(60)
        return forward(*inputs)

    monkeypatch.setattr(pipe.super_res, "forward", held)
    for session in ("gone-1", "gone-2"):
        assert join(client, session, super_res_num_inference_steps=16).status_code == 200
    streams = [client.stream("GET", f"/gradio_api/queue/data?session_hash=gone-{n}") for n in (1, 2)]
    lines = [stream.__enter__().iter_lines() for stream in streams]  # kept: a reader that is dropped hangs up
    for line in lines:
        next(line)
    eventually(lambda: steps)  # one of them is being drawn, the other waits for its turn
    places = list(demo.studio.jobs._places)
    assert len(places) == 2
    for stream in streams:
        stream.__exit__(None, None, None)
    eventually(lambda: all(place.cancelled.is_set() or place not in demo.studio.jobs._places for place in places))
    goes_on.set()
    eventually(lambda: len(demo.studio.jobs) == 0)
    assert len(steps) == 1, "the step under way was the last one"
    with busy(demo):  # the turn is free again
        pass


def test_a_full_queue_says_when_to_come_back(pipe):
    with served(pipe, max_queue=3, max_queue_of_session=2) as (demo, client), busy(demo):
        assert [join(client, "a").status_code for _ in range(2)] == [200, 200]
        own = join(client, "a")
        assert own.status_code == 429 and "2 requests of this session" in own.json()["detail"]
        assert join(client, "b").status_code == 200
        full = join(client, "c")
        assert full.status_code == 503 and "Many pictures wait" in full.json()["detail"]
        assert counted(demo, "api", "busy") == 2
        assert int(own.headers["Retry-After"]) >= 1 and int(full.headers["Retry-After"]) >= 1


@pytest.mark.slow  # fifty pictures
def test_fifty_wait_and_all_of_them_are_served(pipe):
    with served(pipe) as (demo, client):
        finished = []

        def ask(number):
            assert join(client, f"session-{number}", seed=number).status_code == 200
            messages = list(read(client, f"session-{number}"))
            assert "process_generating" not in {message["msg"] for message in messages}  # each takes the drawer's time
            last = messages[-2]
            finished.append(last["success"] and last["output"]["data"][1][0]["seed"] == number)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
        with busy(demo):
            for thread in threads:
                thread.start()
            eventually(lambda: len(demo.studio.jobs) == 50)
        for thread in threads:
            thread.join(120)
        assert finished == [True] * 50


def test_a_greedy_session_does_not_hold_up_a_polite_one(server):
    demo, client = server
    order = []

    def ask(session, seed):
        event = join(client, session, seed=seed).json()["event_id"]
        for message in read(client, session):
            if message["msg"] == "process_completed" and message["event_id"] == event:
                order.append(session)
                return

    with busy(demo):
        greedy = [threading.Thread(target=ask, args=("greedy", number)) for number in range(1)]
        for number in range(1, 12):
            assert join(client, "greedy", seed=number).status_code == 200
        polite = threading.Thread(target=ask, args=("polite", 99))
        greedy[0].start()
        eventually(lambda: len(demo.studio.jobs) == 12)
        polite.start()
        eventually(lambda: len(demo.studio.jobs) == 13)
        eventually(lambda: len(demo.studio.jobs._asking) == 13)
    polite.join(60)
    assert order[0] == "polite" and len(demo.studio.jobs) >= 3  # its message may come some drawings late
    greedy[0].join(60)


WRONG = [{"seed": "7"}, {"seed": 1.5}, {"prompt": ["a"]}, {"image": 7}, {"image": "x"}, {"prompt": 7}]
WRONG += [{"image_weights": {"a": 1}}, {"image": [{"path": "/etc/passwd"}]}, {"image": [{"path": None}]}]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_values_of_the_wrong_kind_get_a_sentence_and_no_traceback(server, wrong, capfd, caplog):
    _, client = server
    with caplog.at_level(logging.INFO):
        assert join(client, "wrong", **wrong).status_code == 200
        last = [message for message in read(client, "wrong") if message["msg"] == "process_completed"][-1]
    said = last["output"]["error"]
    assert not last["success"] and said and said.endswith(".") and "Traceback" not in said
    out = "".join(capfd.readouterr()) + caplog.text
    said_here = [record for record in caplog.records if record.name.startswith("pipeline")]
    assert "Traceback" not in out and len(said_here) <= 1


@pytest.mark.parametrize(
    "path", ["file=https://example.org/x.png", "file/HTTP://example.org", "proxy=https://hf.space"]
)
def test_the_server_passes_on_nothing_of_other_servers(server, path):
    answer = server[1].get(f"/gradio_api/{path}")
    assert answer.status_code == 403 and answer.json()["error"].startswith("Nothing is fetched from other addresses.")


@pytest.mark.parametrize("address", ["https://example.org/x.png", "http://127.0.0.1:9/x.png"])
def test_a_picture_by_its_address_is_not_fetched(server, address):
    _, client = server
    file = {"path": address, "url": address, "meta": {"_type": "gradio.FileData"}}
    assert join(client, "fetched", image=[file]).status_code == 200
    last = [message for message in read(client, "fetched") if message["msg"] == "process_completed"][-1]
    assert last["output"]["error"].startswith("Nothing is fetched from other addresses. Upload the file")


@pytest.mark.parametrize(
    ("pictures", "words"),
    [
        ("x", "image takes uploaded files, each {"),
        ([1], "image takes uploaded files, each {"),
        ([], "image takes a list of 1 to 5 pictures, got []."),
        (None, "image is missing. It takes a list of 1 to 5 pictures."),
    ],
)
def test_variations_says_what_image_takes(server, pictures, words):
    _, client = server
    index = next(fn["id"] for fn in config(client)["dependencies"] if fn["api_name"] == "variations")
    arguments = client.demo.programs.tools["variations"].arguments
    values = {name: argument.get("default") for name, argument in arguments.items()} | {"image": pictures}
    body = {"data": list(values.values()), "fn_index": index, "session_hash": "vary"}
    assert client.post("/gradio_api/queue/join", json=body).status_code == 200
    last = [message for message in read(client, "vary") if message["msg"] == "process_completed"][-1]
    assert not last["success"] and last["output"]["error"].startswith(words)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/gradio_api/run/nothing", {"data": []}, 404),
        ("/gradio_api/call/nothing", {"data": []}, 404),
        ("/gradio_api/call/v2/nothing", {}, 404),
        ("/gradio_api/run/generate", {"data": [], "fn_index": 9999}, 400),
        ("/gradio_api/queue/join", {"data": [], "fn_index": 9999, "session_hash": "x"}, 404),
        ("/gradio_api/queue/join", {"data": [], "fn_index": 0, "session_hash": "x"}, 200),
        ("/gradio_api/queue/join", {"data": ["a"] * 99, "fn_index": 1, "session_hash": "x"}, 422),
        ("/gradio_api/component_server", {"data": 1, "component_id": 1, "fn_name": "x", "session_hash": "y"}, 404),
    ],
)
def test_requests_that_make_no_sense_are_no_fault_of_the_servers(server, path, body, status, capfd, caplog):
    _, client = server
    answer = client.post(path, json=body)
    assert answer.status_code == status or answer.status_code in {200: (200, 422), 404: (400,)}.get(status, ())
    assert "Traceback" not in "".join(capfd.readouterr()) + caplog.text


def test_a_session_s_name_is_short_since_it_is_kept(server):
    demo, client = server
    name = "x" * 129
    assert "up to 128 characters" in join(client, name).text
    assert client.post("/gradio_api/call/embed", json={"data": ["", None], "session_hash": name}).status_code in (
        200,
        422,
    )
    client.get(f"/gradio_api/deep_link?session_hash={name}")
    kept = [*demo.app.state_holder.session_data, *(each.session for each in demo.studio.jobs._served)]
    assert kept and name not in kept


def test_a_call_leaves_nothing_behind(server, monkeypatch):
    demo, client = server
    monkeypatch.setattr(queueing, "ABSENT_SECONDS", 0.0)
    queue, holder = demo._queue, demo.app.state_holder
    before = set(queue.event_ids_to_events) | set(queue._places)  # what other tests left waits for its readers
    for number in range(5):
        if number % 2:
            event = client.post("/gradio_api/call/embed", json={"data": ["a cat", None]}).json()["event_id"]
            assert "complete" in client.get(f"/gradio_api/call/embed/{event}").text
        else:
            join(client, f"left-{number}")
            demo.studio.start(f"left-{number}")  # as the page's own events do
            list(read(client, f"left-{number}"))
    kept = (queue.pending_event_ids_session, queue.pending_messages_per_session, holder.session_data)
    eventually(lambda: not any(name.startswith("left") for each in (*kept, demo.studio._cancels) for name in each))
    eventually(lambda: not (set(queue.event_ids_to_events) | set(queue._places)) - before)


@pytest.mark.parametrize("path", ["queue/data?session_hash=nobody", "call/generate/nothing", "call/v2/generate/no"])
def test_who_reads_where_nothing_is_under_way_is_told_so(server, path):
    answer = server[1].get(f"/gradio_api/{path}")
    assert answer.status_code == 404 and answer.json()["error"]


def test_a_session_holds_no_table_of_the_page(server):
    """Gradio describes each of its components, schema included, with every message otherwise: a third of a picture."""
    demo, client = server
    join(client, "light")
    list(read(client, "light"))
    state = demo.app.state_holder.session_data["light"]
    assert state.config_values == {} and list(state.components) == []


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("prompt=a+cat&seed=-1&v=4", "seed was replaced by its default"),
        ("prompt=a+cat&wings=2&v=4", "'wings' is not known here"),
        ("prompt=a+cat&steps=20&guidance=15&v=4", "num inference steps 20 was lowered to 16"),
    ],
)
def test_notes_on_a_link_are_shown_on_the_page(server, query, note, capfd):
    _, client = server
    index = next(fn["id"] for fn in config(client)["dependencies"] if fn["api_name"] == "open_link")
    body = {"data": [], "fn_index": index, "session_hash": "link"}
    assert client.post(f"/gradio_api/queue/join?{query}", json=body).status_code == 200
    messages = list(read(client, "link"))
    shown = [
        value for message in messages if message["msg"] == "process_completed" for value in message["output"]["data"]
    ]
    assert any(note in unescape(str(value)) for value in shown)
    assert [message["success"] for message in messages if message["msg"] == "process_completed"] == [True]
    assert note not in "".join(capfd.readouterr())


def test_gradios_own_refusal_of_a_choice_prints_no_traceback(server, capfd):
    _, client = server
    assert join(client, "choice", file_format={"path": "x"}).status_code == 200
    last = [message for message in read(client, "choice") if message["msg"] == "process_completed"][-1]
    assert not last["success"] and last["output"]["error"]
    assert "Traceback" not in "".join(capfd.readouterr())
