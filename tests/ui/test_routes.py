"""Over HTTP, as a browser or a messenger asks. Example run: python -m pytest tests/ui/test_routes.py"""

import errno
import io
import queue
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx
import pytest
from PIL import Image

from app import LIMITS, build_demo, launch_options
from pipeline import __version__
from pipeline.loading.errors import WeightsError
from pipeline.recipe import DEFAULTS, SCHEMA, Recipe, pixels_hash, read_png
from pipeline.serve.jobs import HOUSE
from pipeline.serve.render import render
from pipeline.serve.store import PictureStore
from pipeline.watermark import verify
from tests.tiny import tiny_pipeline

WEIGHTS_HASH = "0123456789ab"


@pytest.fixture(scope="module", autouse=True)
def patience():
    """`launch` gives its own first page 3 seconds; on a machine that is busy testing it may need longer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gradio.networking.url_ok", lambda url: True)
        yield


@pytest.fixture(scope="module")
def pipe():
    return tiny_pipeline()


def serve(pipe, **options):
    demo = build_demo(pipe, weights_hash=WEIGHTS_HASH, **options)
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo))
    return demo, httpx.Client(base_url=url, timeout=120)


@pytest.fixture(scope="module")
def client(pipe, tmp_path_factory):
    demo, client = serve(pipe, store=PictureStore(tmp_path_factory.mktemp("store")))
    yield client
    demo.close()


class Tags(HTMLParser):
    """The page's `meta` tags by name, and how often each is there."""

    def __init__(self, page: str):
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        name = attributes.get("property") or attributes.get("name")
        if tag == "meta" and name:
            self.found.setdefault(name, []).append(attributes.get("content"))

    def __getitem__(self, name: str) -> str:
        (value,) = self.found[name]  # exactly once
        return value


def test_health_says_what_runs(client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready", "version": __version__, "model": "easel", "weights_hash": WEIGHTS_HASH,
    }  # fmt: skip


def test_health_is_503_while_the_model_loads_and_where_it_cannot(pipe):
    release = threading.Event()

    def load():
        release.wait(60)
        raise WeightsError("There is no weights folder at weights.")

    demo, client = serve(load)
    try:
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["status"]) == (503, "loading")
        assert client.get("/").status_code == 200  # the page is there before the model
        waiting = client.get("/picture?prompt=a+cat")
        assert waiting.status_code == 503 and int(waiting.headers["Retry-After"]) > 0
        release.set()
        assert demo.studio.ended(30)
        assert client.get("/healthz").json()["status"] == "failed"
    finally:
        release.set()
        demo.close()


@pytest.mark.parametrize("version", ["", f"&v={SCHEMA}"])  # a link typed by hand is of the first schema
def test_a_link_is_drawn_as_render_draws_it_and_then_answered_from_the_store(client, pipe, version):
    schema = SCHEMA if version else 1
    answer = client.get(f"/picture?prompt=a+red+cat&seed=7{version}")
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    said = {"prompt": "a red cat", "seed": 7, "weights_hash": WEIGHTS_HASH}
    recipe = Recipe(schema=schema, **{**DEFAULTS[schema], **said})
    with Image.open(io.BytesIO(answer.content)) as image:
        assert read_png(image) == recipe
        assert verify(image).payload == recipe.id32
        assert pixels_hash(image) == render(pipe, recipe).pixels_hash
    again = client.get(f"/picture?prompt=a+red+cat&seed=7{version}&utm_source=mail")
    assert again.content == answer.content and again.headers["ETag"] == answer.headers["ETag"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "nothing to draw"),
        ("seed=3", "nothing to draw"),
        ("prompt=a+cat&seed=minus", "seed was replaced by its default"),
        ("prompt=a+cat&wings=2", "'wings' is not known here"),
        ("prompt=a+cat&steps=900", "num_inference_steps is a whole number from 1 to 16, not 900"),
        ("prompt=a+cat&model=other", "made with the model other"),
        ("prompt=" + "x" * 600, "has 600 characters"),
    ],
)
def test_only_valid_recipes_are_drawn(client, query, sentence):
    answer = client.get(f"/picture?{query}")
    assert answer.status_code == 400
    assert sentence in answer.text and answer.text.count("\n") == 1


def test_references_that_only_their_owner_has_are_not_found(client):
    answer = client.get("/picture?" + urlencode({"prompt": "a cat", "images": "0" * 64}))
    assert answer.status_code == 404 and "reference pictures" in answer.text


def test_a_full_disk_costs_the_copy_and_not_the_answer(client, monkeypatch):
    def full(path, data):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr("pipeline.serve.files.write_file", full)
    answer = client.get("/picture?prompt=a+green+cat&seed=12&v=4")
    assert answer.status_code == 200
    with Image.open(io.BytesIO(answer.content)) as image:
        assert read_png(image).seed == 12 and verify(image).result == "GENERATED"


def test_a_stored_picture_is_answered_to_whoever_asks_at_once(client):
    link = "/picture?prompt=a+shared+cat&seed=13&v=4"
    first = client.get(link)
    with httpx.Client(base_url=client.base_url, timeout=120, limits=httpx.Limits(max_connections=None)) as many:
        with ThreadPoolExecutor(150) as visitors:
            answers = list(visitors.map(lambda _: many.get(link), range(150)))
    assert first.status_code == 200 and {answer.status_code for answer in answers} == {200}
    assert {answer.content for answer in answers} == {first.content}
    hits = re.search(r'easel_pictures_total\{source="store"\} (\S+)', client.get("/metrics").text)
    assert hits and float(hits[1]) >= 150


def test_one_address_gets_so_many_drawings_a_minute(pipe, tmp_path):
    demo, client = serve(
        pipe, limits=replace(LIMITS, max_previews_per_minute=1), store=PictureStore(tmp_path / "store")
    )
    try:
        assert client.get("/picture?prompt=a+cat&seed=1").status_code == 200
        refused = client.get("/picture?prompt=a+cat&seed=2")
        assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
        assert client.get("/picture?prompt=a+cat&seed=1").status_code == 200  # the store is free
    finally:
        demo.close()


def test_no_more_previews_wait_than_the_queue_holds(pipe):
    demo, client = serve(pipe, limits=replace(LIMITS, max_preview_drawings=1))
    try:
        answers = queue.Queue()
        with demo.studio.jobs.admit(HOUSE) as place:  # somebody draws on the page: of two previews, one waits
            assert place.wait(30)
            for seed in (1, 2):
                ask = partial(client.get, f"/picture?prompt=a+cat&seed={seed}")
                threading.Thread(target=lambda ask=ask: answers.put(ask().status_code)).start()
            assert answers.get(timeout=30) == 503
        assert answers.get(timeout=120) == 200
    finally:
        demo.close()


def test_a_shared_link_has_a_preview(client):
    recipe = Recipe(prompt='a "red" cat & <friends>', seed=7)
    page = client.get("/" + recipe.to_query("0123456789abcdef"), headers={"Host": "easel.example"})
    tags = Tags(page.text)
    assert page.status_code == 200
    assert tags["og:title"] == 'a "red" cat & <friends>'
    assert "seed 7" in tags["og:description"]
    assert tags["og:url"].startswith("http://easel.example/?prompt=")
    assert tags["og:image"].startswith("http://easel.example/picture?prompt=")
    assert (tags["og:image:width"], tags["og:image:height"]) == ("256", "256")
    path = tags["og:image"].removeprefix("http://easel.example")
    picture = client.get(path)
    assert picture.status_code == 200 and read_png(Image.open(io.BytesIO(picture.content))).prompt == recipe.prompt


def test_what_is_refused_is_not_repeated_in_a_preview(client):
    page = client.get("/?prompt=a+nude+woman&seed=7&v=4")
    tags = Tags(page.text)
    assert page.status_code == 200 and tags["og:title"] == "Easel"
    assert not any("nude" in (value or "") for values in tags.found.values() for value in values)


def test_behind_a_proxy_the_preview_has_the_public_address(client):
    forwarded = {"X-Forwarded-Host": "easel.example", "X-Forwarded-Proto": "https"}
    assert Tags(client.get("/?prompt=a+cat", headers=forwarded).text)["og:image"].startswith("https://easel.example/")


def test_the_page_names_nothing_outside_the_path_that_it_is_served_under(client):
    page = client.get("/").text
    named = re.findall(r'(?:src|href|action)="([^"]*)"', page)
    assert "./manifest.json" in named and client.get("/manifest.json").json()["start_url"] == "./"
    assert [name for name in named if name.startswith("/")] == []


def test_the_page_is_made_once_for_each_address_of_the_server(client, monkeypatch):
    def page(address: str, query: str = "") -> str:
        answer = client.get(f"/{query}", headers={"host": address})
        assert answer.status_code == 200 and int(answer.headers["content-length"]) == len(answer.content)
        return answer.text

    first = page("one.example")
    monkeypatch.setattr("gradio.route_utils.update_root_in_config", lambda *_: 1 / 0)  # gradio makes it no more
    assert page("one.example") == first and '"root":"http://one.example' in first
    assert Tags(page("one.example", "?prompt=a+cat&seed=7"))["og:title"] == "a cat"
    monkeypatch.undo()
    assert '"root":"http://two.example' in page("two.example") and "one.example" not in page("two.example")


@pytest.mark.parametrize("query", ["", "?__theme=dark", "?prompt=a+cat&steps=900", "?prompt="])
def test_a_page_without_a_valid_link_is_about_easel(client, query):
    page = client.get(f"/{query}")
    tags = Tags(page.text)
    assert page.status_code == 200 and tags["og:title"] == "Easel" and "og:image" not in tags.found
    assert "window.gradio_config" in page.text
