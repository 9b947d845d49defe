"""The endpoints that provenance rests on, over HTTP: what is kept, what is signed, what a file says.

Example run: python -m pytest tests/ui/test_api.py
"""

import io
import queue
import threading
import urllib.request
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from app import build_demo, launch_options
from pipeline.provenance.credentials import available, read_credentials, without_credentials
from pipeline.recipe import pixels_hash
from pipeline.recipe.files import read_recipe
from pipeline.serve.store import PictureStore
from pipeline.watermark import verify
from tests.tiny import tiny_pipeline

WISH = {"prompt": "a cat, 3d render", "seed": 7, "api_name": "/generate"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    store = PictureStore(tmp_path_factory.mktemp("store"))
    demo = build_demo(tiny_pipeline(), weights_hash="0123456789ab", store=store)
    demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo))
    yield demo
    demo.close()
    store.close()


@pytest.fixture(scope="module")
def client(demo, tmp_path_factory):
    return Client(demo.local_url, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


def content(files) -> bytes:
    return Path(files[0]["path"] if isinstance(files[0], dict) else files[0]).read_bytes()


def test_a_repeated_wish_comes_from_the_store_with_the_same_bytes(client):
    first, said = client.predict(**WISH)
    again, said_again = client.predict(**WISH)
    anew, said_anew = client.predict(**WISH, fresh=True)
    assert [said[0]["from_store"], said_again[0]["from_store"], said_anew[0]["from_store"]] == [False, True, False]
    assert content(first) == content(again) == content(anew)
    for name in ("id", "pixels_hash", "query", "recipe", "image_weights"):
        assert said[0][name] == said_again[0][name] == said_anew[0][name]
    assert said_again[0]["seconds"] < 0.5


@pytest.mark.parametrize("file_format", ["png", "webp", "jpeg"])
def test_every_format_arrives_as_it_was_signed(client, demo, file_format):
    files, said = client.predict(**WISH, file_format=file_format)
    data = content(files)
    (on_disk,) = [path for path in demo.studio.folder.iterdir() if path.name == Path(_name(files)).name]
    assert on_disk.read_bytes() == data, "nothing on the way re-encodes it"
    with Image.open(io.BytesIO(data)) as image:
        assert image.format.lower() == file_format
        assert read_recipe(image).id == said[0]["id"] and verify(image).payload == int(said[0]["id"][:8], 16)
        assert (pixels_hash(image) == said[0]["pixels_hash"]) == (file_format != "jpeg")
    assert said[0]["signed"] == available()
    if available():
        assert read_credentials(data).state == "Trusted"
    shown = urllib.request.urlopen(f"{demo.local_url}gradio_api/file={on_disk}").read()
    assert shown == data, "what the page shows and hands out is that very file"


def test_verify_says_what_the_file_the_mark_and_the_store_say(client, tmp_path):
    files, said = client.predict(**WISH)
    (tmp_path / "picture.png").write_bytes(content(files))
    found = client.predict(image=handle_file(str(tmp_path / "picture.png")), api_name="/verify")
    assert (found["result"], found["recipe_source"], found["undone"]) == ("GENERATED", "file", [])
    assert found["recipe"] == said[0]["recipe"] and found["one_in"] > 1e6
    assert found["credentials_checked"] == available()
    if available():
        assert found["credentials"]["state"] == "Trusted" and "unchanged since" in found["credentials"]["sentence"]
    with Image.open(io.BytesIO(content(files))) as image:
        image.convert("RGB").save(tmp_path / "copy.bmp")
    found = client.predict(image=handle_file(str(tmp_path / "copy.bmp")), api_name="/verify")
    assert (found["recipe_source"], found["credentials"]) == ("store", None)
    assert found["recipe"] == said[0]["recipe"]


def test_a_signed_file_holds_the_very_bytes_that_were_drawn(client, demo):
    files, said = client.predict(**WISH)
    assert without_credentials(content(files)) == demo.studio.store.find(said[0]["id"]).png


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"file_format": "gif"}, "file_format takes one of png, jpeg, webp, avif, got 'gif'."),
        ({"seed": "7"}, "seed takes a whole number from 0 to 2147483646, got '7'."),
        ({"seed": 1.5}, "seed takes a whole number from 0 to 2147483646, got 1.5."),
        ({"seed": True}, "seed takes a whole number from 0 to 2147483646, got True."),
        ({"num_images_per_prompt": "2"}, "num_images_per_prompt takes a whole number from 1 to 5, got '2'."),
        ({"num_inference_steps": None}, "num_inference_steps takes a whole number from 1 to 16, got None."),
        ({"num_inference_steps": 1.5}, "num_inference_steps takes a whole number from 1 to 16, got 1.5."),
        ({"guidance_scale": "high"}, "guidance_scale takes a number from 0 to 10, got 'high'."),
        ({"image_weights": "1"}, "image_weights takes a list of numbers from 0, got '1'."),
        ({"prompt": 7}, "prompt takes text of up to 512 characters, got 7."),
        ({"prompt": "x" * 600}, "prompt takes text of up to 512 characters, got 600 characters."),
        ({"fresh": "yes"}, "fresh takes true or false, got 'yes'."),
    ],
)
def test_a_wrong_argument_is_refused_by_its_name(client, arguments, sentence):
    with pytest.raises(AppError) as refused:
        client.predict(**WISH | arguments)
    assert str(refused.value) == sentence


def test_a_closed_connection_stops_the_drawing(demo):
    began, go = queue.SimpleQueue(), threading.Semaphore(0)

    def hold(*_):
        began.put(True)
        assert go.acquire(timeout=60)

    def events():
        return [event for jobs in demo._queue.active_jobs if jobs for event in jobs]

    handle = demo.studio._pipe.decoder.register_forward_pre_hook(hold)
    try:
        wish = {"prompt": "a cat, held back", "num_inference_steps": 16}
        call = httpx.post(f"{demo.local_url}gradio_api/call/v2/generate", json=wish)
        with httpx.stream("GET", f"{demo.local_url}gradio_api/call/generate/{call.json()['event_id']}", timeout=60):
            began.get(timeout=60)
        (drawing,) = [thread for thread in threading.enumerate() if thread.name == "easel-draw"]
        while any(event.alive for event in events()):  # until gradio has seen that nobody listens
            drawing.join(0.01)
        go.release()  # the step that was running ends, and with its end the request
        while events():
            drawing.join(0.01)
        go.release()  # the step that had begun by then is the last one
        drawing.join(60)
        assert not drawing.is_alive() and began.qsize() <= 1
    finally:
        handle.remove()
        go.release(16)


def _name(files) -> str:
    return files[0]["path"] if isinstance(files[0], dict) else files[0]
