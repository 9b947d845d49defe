"""The page with a model that is not ours. Example run: python -m pytest tests/ui/test_own_model.py"""

import http.client
import io
import json
import queue
import threading
from dataclasses import replace
from urllib.parse import urlsplit

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image

from app import LIMITS, build_demo, launch_options, limits_for, main
from pipeline.__main__ import main as command
from pipeline.loading.capabilities import EASEL
from pipeline.loading.find import find_model
from pipeline.recipe import Recipe, read_png
from pipeline.serve.jobs import HOUSE
from pipeline.serve.pace import Pace
from pipeline.serve.render import Cancelled, Stage
from pipeline.serve.store import PictureStore
from pipeline.ui.canvas import canvas_empty
from pipeline.ui.form import build_form, write_form
from pipeline.ui.words import Words
from pipeline.watermark import verify
from tests.tiny_diffusers import tiny_stable_diffusion


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "my model"
    tiny_stable_diffusion().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def model(folder):
    return find_model(folder)


@pytest.fixture(scope="module")
def demo(model, tmp_path_factory):
    demo = build_demo(
        model.load,
        weights_hash=model.weights_hash,
        capabilities=model.capabilities,
        store=PictureStore(tmp_path_factory.mktemp("store")),
    )
    demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo))
    yield demo
    demo.close()


@pytest.fixture(scope="module")
def client(demo, tmp_path_factory):
    return Client(demo.local_url, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


def test_controls_that_the_model_lacks_are_hidden(demo):
    shown = {}
    for block in demo.blocks.values():
        label = getattr(block, "label", None)
        if label is not None:
            shown.setdefault(getattr(label, "key", None) or str(label), []).append(getattr(block, "visible", True))
    hidden = {name for name, visible in shown.items() if visible == [False]}
    names = " ".join(hidden)
    for missing in ("prior_steps", "prior_guidance", "super_res_steps", "form.variations", "form.quality"):
        assert missing in names
    for there in ("form.steps", "form.guidance", "form.negative"):
        assert there not in names and any(name.endswith(there) for name in shown)
    assert "form.fusion" in names


def test_nothing_that_only_our_model_draws_is_offered(demo):
    blocks = {getattr(block, "elem_id", None): block for block in demo.blocks.values()}
    assert not blocks["style"].visible and not blocks["background"].visible
    assert "html.canvas_plain" in blocks["canvas"].value
    offered = {value for _, value in blocks["file-format"].choices}
    assert "icons:favicon" in offered and not {"icons:glyph", "icons:duotone"} & offered
    assert "data-example" not in canvas_empty(Words(), demo.studio.capabilities)


@pytest.mark.parametrize(
    ("change", "label"),
    [({}, "mask"), ({"mask": False}, "over"), ({"mask": False, "similarity": False}, "one")],
)
def test_the_reference_pictures_are_called_what_the_model_does_with_them(model, change, label):
    page = build_demo(model.load, capabilities=replace(model.capabilities, **change))
    blocks = {getattr(block, "elem_id", None): block for block in page.blocks.values()}
    assert blocks["reference-pictures"].label.key.endswith(f"form.references_{label}")


def test_a_links_size_is_shown_though_the_picker_had_another_choice():
    with gr.Blocks():
        form = build_form(LIMITS, Pace(LIMITS))
    update = write_form(form, Recipe(prompt="a cat", width=640, height=480))[form.size]
    assert update["value"] == "640x480" and [value for _, value in update["choices"]][-2:] == ["768x432", "640x480"]


def test_strength_mask_scheduler_and_sizes_are_offered_where_the_model_has_them(demo, model):
    has = model.capabilities
    assert has.similarity and has.mask and has.schedulers and has.sizes, "else this test says nothing"
    blocks = {getattr(block, "elem_id", None): block for block in demo.blocks.values()}
    assert [value for _, value in blocks["scheduler"].choices] == ["default", *has.schedulers]
    assert blocks["similarity"].visible and blocks["similarity"].parent.visible and blocks["scheduler"].visible
    assert blocks["size"].visible and (f"{has.width}x{has.height}") == blocks["size"].value
    assert blocks["reference-pictures"].label.key.endswith("form.references_mask")


def test_loras_that_are_loaded_are_named_beside_the_prompt(model):
    can = replace(model.capabilities, loras=("inks",), lora_scales=(0.8,))
    for capabilities, info in ((can, "LoRA: `<lora:inks:0.8>`"), (model.capabilities, None)):
        page = build_demo(model.load, capabilities=capabilities)
        blocks = {getattr(block, "elem_id", None): block for block in page.blocks.values()}
        assert blocks["prompt"].info == info


def test_limits_leave_room_for_what_the_model_starts_with(model):
    limits = limits_for(model.capabilities)
    assert (limits.max_steps, limits.max_guidance, limits.max_references) == (100, 15.0, 2)
    assert limits_for(EASEL).max_steps == 16


def test_a_programs_picture_is_marked_named_and_found_again(client, model):
    files, said = client.predict(prompt="a cat", seed=7, num_inference_steps=2, api_name="/generate")
    content = open(files[0], "rb").read()
    with Image.open(io.BytesIO(content)) as image:
        recipe = read_png(image)
        assert verify(image).payload == recipe.id32
    assert (recipe.model, recipe.weights_hash, recipe.width) == ("my-model", model.weights_hash, 256)
    assert (recipe.num_inference_steps, recipe.guidance_scale) == (2, 7.5)
    assert Recipe.from_query(said[0]["query"]).recipe == recipe
    again, said_again = client.predict(prompt="a cat", seed=7, num_inference_steps=2, api_name="/generate")
    assert said_again[0]["pixels_hash"] == said[0]["pixels_hash"] and said_again[0]["from_store"]


def test_a_program_chooses_size_and_scheduler(client):
    wish = {"width": 320, "height": 256, "scheduler": "EulerDiscreteScheduler", "num_inference_steps": 2}
    files, said = client.predict(prompt="a cat", api_name="/generate", **wish)
    with Image.open(files[0]) as image:
        assert image.size == (320, 256) and read_png(image).scheduler == "EulerDiscreteScheduler"
    with pytest.raises(AppError, match="in steps of 16 pixels, got 300x256. Take 288x256"):
        client.predict(prompt="a cat", width=300, api_name="/generate")
    with pytest.raises(AppError, match="scheduler takes one of default, .*, got 'Karras'"):
        client.predict(prompt="a cat", scheduler="Karras", api_name="/generate")


class Held:
    """The network's steps, each told when it begins, and none ends before it is let go."""

    def __init__(self, network):
        self.began, self.go = queue.SimpleQueue(), threading.Semaphore(0)
        self._handle = network.register_forward_pre_hook(self._hold)

    def _hold(self, *_):
        self.began.put(True)
        assert self.go.acquire(timeout=60)

    def let_go(self):
        self._handle.remove()
        self.go.release(1000)


@pytest.fixture
def held(client, demo):
    client.predict(prompt="a cat", num_inference_steps=2, api_name="/generate")  # the model is loaded
    held = Held(demo.studio._pipe.pipe.unet)
    yield held
    held.let_go()


def cancel_of_a_client(client, _demo):
    return client.submit(prompt="a slow cat", num_inference_steps=100, api_name="/generate").cancel


def a_closed_stream(client, demo):
    """Of /generate: the picture is asked for by one request and waited for by another."""
    parameters = client.view_api(return_format="dict")["named_endpoints"]["/generate"]["parameters"]
    wish = {"prompt": "a cat that nobody waits for", "num_inference_steps": 100}
    values = [wish.get(each["parameter_name"], each["parameter_default"]) for each in parameters]
    call = f"{demo.local_url}gradio_api/call/generate"
    event = httpx.post(call, json={"data": values}, timeout=60).json()["event_id"]
    return hang_up_after("GET", f"{call}/{event}")


def a_closed_link(_client, demo):
    return hang_up_after("GET", f"{demo.local_url}picture?prompt=a+cat+in+a+link&seed=7&v=5&steps=100")


def a_closed_openai_door(_client, demo):
    return hang_up_after("POST", f"{demo.local_url}v1/images/generations", {"prompt": "a cat behind a door"})


def a_closed_bedrock_door(_client, demo):
    wish = {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a cat of a titan"}}
    return hang_up_after("POST", f"{demo.local_url}model/amazon.titan-image-generator-v2:0/invoke", wish)


def hang_up_after(method, url, body=None):
    """Send a request, and return what closes its connection."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    content = None if body is None else json.dumps(body)
    connection.request(method, url[url.index(address.path) :], content, {"Content-Type": "application/json"})
    return connection.close


WAYS = [cancel_of_a_client, a_closed_stream, a_closed_link, a_closed_openai_door, a_closed_bedrock_door]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_drawing_ends_with_the_step_in_which_nobody_wants_it_any_more(client, demo, held, way):
    stop = way(client, demo)
    held.began.get(timeout=60)
    (place,) = [place for place in demo.studio.jobs._places if place.client != HOUSE]
    stop()
    assert place.cancelled.wait(60)
    held.go.release()
    with demo.studio.jobs.admit(HOUSE) as after:
        assert after.wait(60), "the turn is free again"
    assert held.began.empty(), "no step began after the one that was running"


def test_the_pages_cancel_ends_a_drawing_with_the_step(demo, held):
    demo.studio.start("a visitor")
    wish = replace(demo.studio.capabilities.adopt(Recipe(prompt="a long cat"))[0], num_inference_steps=100)
    events = demo.studio.draw(demo.studio.recipe(wish), [], visitor="a visitor")
    ended, seen = [], []

    def read():
        try:
            seen.extend(events)
        except Cancelled:
            ended.append(True)

    reader = threading.Thread(target=read)
    reader.start()
    held.began.get(timeout=60)
    assert seen == [Stage("decoder", 0, 100)]  # said before the first step, which can take long, has ended
    demo.studio.cancel("a visitor")
    held.go.release()
    reader.join(60)
    assert ended and held.began.empty()


def test_endpoints_of_what_the_model_lacks_are_not_there(client):
    named = client.view_api(return_format="dict")["named_endpoints"]
    assert "/generate" in named and "/variations" not in named
    steps = next(p for p in named["/generate"]["parameters"] if p["parameter_name"] == "num_inference_steps")
    assert steps["parameter_default"] == 50


def test_a_setting_without_effect_is_refused_by_name(client):
    with pytest.raises(AppError, match="prior_num_inference_steps has no effect on the model my-model"):
        client.predict(prompt="a cat", prior_num_inference_steps=3, api_name="/generate")


def test_the_command_line_takes_the_model_too(folder, model, tmp_path, capsys):
    words = [
        "generate",
        "a cat",
        "--model",
        str(folder),
        "-o",
        str(tmp_path / "cat.png"),
        "--num-inference-steps",
        "2",
    ]
    assert command(words) == 0
    assert read_png(tmp_path / "cat.png").weights_hash == model.weights_hash
    assert command([*words, "--prior-guidance-scale", "3"]) == 2
    assert "no effect on the model my-model" in capsys.readouterr().err


def test_a_wrong_model_is_said_before_anything_is_served(tmp_path, capsys):
    (tmp_path / "pictures").mkdir()
    with pytest.raises(SystemExit):
        main(["--model", str(tmp_path / "pictures")])
    assert "pictures has no model_index.json" in capsys.readouterr().err
    for missing in (str(tmp_path / "no" / "such"), "no-such-file.safetensors"):
        with pytest.raises(SystemExit) as stopped:
            main(["--model", missing])
        said = capsys.readouterr().err
        assert stopped.value.code == 2 and missing in said and "Traceback" not in said


class _Served(Exception):
    """What `main` was about to serve."""


@pytest.mark.parametrize("host", [[], ["--host", "0.0.0.0"], ["--share"]])
@pytest.mark.parametrize(
    ("said", "named", "shared"), [([], "", False), (["--share-history"], "", True), ([], "1", True)]
)
def test_the_history_is_shared_where_that_is_said_and_never_by_address(
    folder, monkeypatch, caplog, host, said, named, shared
):
    def build(*arguments, limits, **options):
        raise _Served(limits.search_store)

    monkeypatch.setattr("app.build_demo", build)
    monkeypatch.setattr("app.Stop", lambda: None)
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "")
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")
    monkeypatch.setenv("EASEL_SHARE_HISTORY", named)
    with caplog.at_level("INFO"), pytest.raises(_Served) as caught:
        main(["--model", str(folder), "--store", "off", *host, *said])
    assert caught.value.args == (shared,)
    assert ("every visitor can search" in caplog.text) == shared
