"""Verify: what a file says about itself, in words, and the way from there back into the form.

Example run: python -m pytest tests/ui/tabs/test_verify.py
"""

import io
import threading
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qsl

import gradio as gr
import numpy as np
import pytest
from PIL import Image, ImageOps

from app import LIMITS
from pipeline.provenance import credentials
from pipeline.provenance.credentials import FileCredentials, available, sign_credentials
from pipeline.recipe import DEFAULTS, SCHEMA, Recipe, png_info
from pipeline.recipe.files import FORMATS, SUFFIXES, convert
from pipeline.serve.evidence import Evidence, look
from pipeline.serve.render import render
from pipeline.serve.store import PictureStore
from pipeline.serve.studio import Restored, Studio
from pipeline.ui.form import read_form
from pipeline.ui.links import Links
from pipeline.ui.tabs.create import CreateTab
from pipeline.ui.tabs.verify import VerifyTab, finding
from pipeline.ui.words import Words
from pipeline.watermark import Detection, default_key, embed
from tests.recipe.test_files import draw
from tests.tiny import tiny_pipeline

WEIGHTS_HASH = "0123456789ab"
RECIPE = Recipe(
    prompt="a cat, 3d render, on a teal background",
    negative_prompt="a dog",
    seed=71,
    weights_hash=WEIGHTS_HASH,
    num_inference_steps=3,
    guidance_scale=1.5,
    super_res_num_inference_steps=2,
).varied(5, 0.25, "decoder")
MARKED = Detection("GENERATED", "HIGH", -20.0, 1e15, payload=RECIPE.id32, key_id="k")
NOTHING = Detection("NOT_DETECTED", "LOW", 0.0, 1.0)
needs_c2pa = pytest.mark.skipif(not available(), reason="the optional package c2pa-python is not installed")


@pytest.fixture(scope="module")
def png():
    return draw(RECIPE)  # smooth areas, as a trained model draws them


@pytest.fixture(scope="module")
def store(tmp_path_factory, png):
    store = PictureStore(tmp_path_factory.mktemp("store"))
    store.put(RECIPE, png)
    yield store
    store.close()


@pytest.fixture(scope="module")
def page(store):
    """The two tabs, wired, with every handler by its name."""
    studio = Studio(tiny_pipeline(), weights_hash=WEIGHTS_HASH, store=store)
    store.put(RECIPE, store.get(RECIPE).png, key_id=default_key().key_id)
    with gr.Blocks() as demo:
        with gr.Tabs() as tabs:
            with gr.Tab("Create", id="create"):
                create = CreateTab(studio, LIMITS)
            with gr.Tab("Verify", id="verify"):
                check = VerifyTab(studio, LIMITS)
        Links(create, check, tabs).wire(demo)
    handlers = {}  # by module and name: both tabs have a `use_settings`
    for function in demo.fns.values():
        if function.fn is not None:
            handlers[f"{function.fn.__module__.rsplit('.', 1)[1]}.{function.fn.__name__}"] = function.fn
    return SimpleNamespace(studio=studio, form=create.form, create=create, handlers=handlers)


def shown_by(updates: dict) -> dict:
    """What each widget shows after updates: of gradio's own, their values."""
    return {
        widget: value["value"] if isinstance(value, dict) and value.get("__type__") == "update" else value
        for widget, value in updates.items()
        if not isinstance(value, dict) or "value" in value
    }


def evidence_of(data: bytes, tmp_path, store, name="picture.png", **options) -> Evidence:
    (tmp_path / name).write_bytes(data)
    *_, evidence = look(str(tmp_path / name), LIMITS, store, deep=False, **options)
    return evidence


def saved(image: Image.Image, kind="PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


# What a file says


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_recipe_is_read_from_every_format_and_the_credentials_too(png, tmp_path, file_format):
    data = convert(png, file_format)
    if available():
        data = sign_credentials(data)
    evidence = evidence_of(data, tmp_path, PictureStore(None), f"picture{SUFFIXES[file_format]}")
    assert (evidence.recipe, evidence.source, evidence.misplaced) == (RECIPE, "file", False)
    assert evidence.found.result == "GENERATED" and evidence.checked == available()
    assert not available() or evidence.credentials.state == "Trusted"
    assert "belong together" in finding(evidence, Words())


def test_a_copy_without_metadata_leads_back_to_its_recipe_through_the_store(png, store, tmp_path):
    copy = saved(ImageOps.mirror(Image.open(io.BytesIO(png)).convert("RGB")), "JPEG", quality=90)
    evidence = evidence_of(copy, tmp_path, store, "copy.jpg")
    assert (evidence.recipe, evidence.source, evidence.credentials) == (RECIPE, "store", None)
    assert evidence.found.undone == ("mirrored",)
    said = finding(evidence, Words())
    assert "from the pictures kept here" in said and RECIPE.prompt in said
    assert "<dt>Undone to read it</dt><dd>mirrored</dd>" in said and "at most 1 in" in said
    unknown = evidence_of(copy, tmp_path, PictureStore(None), "copy.jpg")
    assert (unknown.recipe, unknown.source) == (None, "") and "holds no recipe" in finding(unknown, Words())


def test_a_copied_mark_on_another_picture_names_no_recipe(png, store, tmp_path):
    other = np.full((256, 256, 3), (90, 160, 200), np.uint8)
    other[60:200, 40:150] = (240, 220, 40)
    forged = saved(Image.fromarray(embed(other, default_key(), RECIPE.id32)))
    evidence = evidence_of(forged, tmp_path, store)
    assert evidence.found.payload == RECIPE.id32
    assert (evidence.recipe, evidence.source) == (None, "") and RECIPE.prompt not in finding(evidence, Words())
    assert evidence.copied and evidence.verdict == "COPIED" and "Copied mark" in finding(evidence, Words())
    with_text = saved(Image.open(io.BytesIO(forged)), pnginfo=png_info(RECIPE))  # mark and text both copied
    assert evidence_of(with_text, tmp_path, store).verdict == "COPIED"
    assert evidence_of(forged, tmp_path, PictureStore(None)).verdict == "GENERATED"  # who keeps nothing cannot tell


@pytest.mark.parametrize("crop", [(0, 0, 256, 256), (20, 10, 240, 230)])
def test_who_holds_a_part_of_the_picture_gets_its_recipe(png, store, tmp_path, crop):
    image = Image.open(io.BytesIO(png)).convert("RGB").crop(crop)
    evidence = evidence_of(saved(image, "JPEG", quality=85), tmp_path, store, "part.jpg")
    assert (evidence.recipe, evidence.source) == (RECIPE, "store") and evidence.verdict == "GENERATED"


def test_a_text_that_was_exchanged_is_named_and_the_mark_wins(png, store, tmp_path):
    image = Image.open(io.BytesIO(png)).convert("RGB")
    forged = saved(image, pnginfo=png_info(replace(RECIPE, prompt="a dog")))
    evidence = evidence_of(forged, tmp_path, store)
    assert evidence.misplaced and (evidence.recipe, evidence.source) == (RECIPE, "store")
    assert "changed or moved" in finding(evidence, Words())
    evidence = evidence_of(forged, tmp_path, PictureStore(None))
    assert evidence.misplaced and (evidence.recipe.prompt, evidence.source) == ("a dog", "file")
    assert "changed or moved" in finding(evidence, Words()) and "belong together" not in finding(evidence, Words())


@needs_c2pa
def test_one_changed_byte_is_invalid_and_said_so(png, tmp_path):
    signed = bytearray(sign_credentials(png))
    signed[signed.index(b"tEXt") + 30] ^= 1
    assert credentials.read_credentials(bytes(signed)).state == "Invalid"
    evidence = Evidence(NOTHING, None, "", False, credentials.read_credentials(bytes(signed)), True)
    assert 'data-credentials="Invalid"' in finding(evidence, Words()) and "do not rely" in finding(evidence, Words())


def test_where_credentials_cannot_be_checked_that_is_said(png, tmp_path, monkeypatch):
    monkeypatch.setattr(credentials.importlib.util, "find_spec", lambda name: None)
    evidence = evidence_of(png, tmp_path, PictureStore(None))
    assert not evidence.checked and "Not checked: the package c2pa-python" in finding(evidence, Words())


def test_the_finding_never_says_that_no_machine_made_it():
    said = finding(Evidence(NOTHING, None, "", False, None, True), Words())
    assert "No watermark found" in said and "does not say how" in said and "None in this file" in said


def test_an_uploader_s_words_stay_words():
    seal = FileCredentials("Valid", "<script>", True, ())
    said = finding(Evidence(MARKED, replace(RECIPE, prompt="<img src=x>"), "file", False, seal, True), Words())
    assert "<script" not in said and "<img" not in said and "&lt;img" in said


# The search


def test_a_deep_search_says_how_far_it_is_and_stops_with_what_it_has(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    (tmp_path / "noise.png").write_bytes(saved(Image.fromarray(noise)))
    stop = threading.Event()
    shares = []
    for event in look(str(tmp_path / "noise.png"), LIMITS, PictureStore(None), deep=True, stop=stop):
        if isinstance(event, Evidence):
            break
        shares.append(event)
        if event > 0.12:
            stop.set()
    assert shares == sorted(shares) and 0.12 < shares[-1] < 0.5
    assert event.stopped and event.found.result == "NOT_DETECTED"


def test_a_visitor_s_cancel_ends_the_search_and_shows_what_was_found(page, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    (tmp_path / "noise.png").write_bytes(saved(Image.fromarray(noise)))
    visitor = SimpleNamespace(session_hash="me", headers={})
    lines = []
    for update in page.handlers["verify.check"](str(tmp_path / "noise.png"), True, visitor):
        lines += [str(value) for value in update.values() if "status" in str(value)]
        if "Searching" in lines[-1]:
            page.handlers["verify.stop"](visitor)
    assert any("Searching," in line for line in lines) and "Stopped." in lines[-1]


# The way back


@pytest.mark.parametrize("origin", [*FORMATS, "copy"])
def test_a_dropped_picture_restores_every_control(page, png, store, tmp_path, origin):
    if origin == "copy":
        data, name = saved(Image.open(io.BytesIO(png)).convert("RGB"), "BMP"), "copy.bmp"
    else:
        data, name = convert(png, origin), f"picture{SUFFIXES[origin]}"
    recipe = evidence_of(data, tmp_path, store, name).recipe
    updates = shown_by(page.handlers["links.use_settings"](recipe, None))
    values = {widget: widget.value for widget in page.form.inputs} | {
        widget: value for widget, value in updates.items() if widget in page.form.inputs
    }
    shown, images, count = read_form(page.form, values, LIMITS)
    assert (replace(shown, weights_hash=WEIGHTS_HASH), images, count) == (RECIPE, [], 1)
    assert values[page.form.style] == "3d render" and values[page.form.background] == "teal"
    assert values[page.form.keep_seed] is True


@pytest.mark.parametrize("query", ["?prompt=a+cat", "?prompt=a+cat&v=2&vary=5:0.25", "?prompt=a+cat&v=3"])
def test_a_form_that_was_filled_and_not_changed_says_the_same_recipe_whatever_its_schema(page, query):
    recipe = Recipe.from_query(query).recipe
    updates = shown_by(page.handlers["links.use_settings"](recipe, None))
    values = {widget: updates.get(widget, widget.value) for widget in page.form.inputs}
    assert read_form(page.form, values, LIMITS)[0] == recipe
    changed = read_form(page.form, {**values, page.form.prompt: "a dog"}, LIMITS)[0]
    assert (changed.schema, changed.prompt, changed.variations) == (SCHEMA, "a dog", recipe.variations)
    assert changed.prior_num_inference_steps == recipe.prior_num_inference_steps


@pytest.mark.parametrize("schema", [1, SCHEMA])
def test_a_link_of_any_schema_is_drawn_anew_as_the_same_picture(page, schema):
    recipe = Recipe(schema=schema, **{**DEFAULTS[schema], "prompt": "a cat", "seed": 11, "weights_hash": WEIGHTS_HASH})
    first = render(tiny_pipeline(), recipe)
    query = dict(parse_qsl(recipe.to_query(first.pixels_hash).lstrip("?")))
    visitor = SimpleNamespace(session_hash="me", headers={}, query_params=query)
    updates = shown_by(page.handlers["links.open_link"](visitor))
    values = {widget: updates.get(widget, getattr(widget, "value", None)) for widget in page.create.drawing.inputs}
    *_, last = (
        update for update in page.handlers["drawing.draw"](values, visitor) if page.create.board.canvas in update
    )
    assert 'data-verdict="identical"' in last[page.create.board.canvas]


def test_weights_fusion_and_similarity_of_references_are_restored_too(page):
    recipe = Recipe(
        image_hashes=("0" * 64, "1" * 64), image_weights=(1.0, 3.0), fusion_type="max", similarity_strength=0.35
    )
    updates = shown_by(page.handlers["links.use_settings"](recipe, None))
    assert [updates[weight] for weight in page.form.weights[:3]] == [1.0, 3.0, 1]
    assert (updates[page.form.fusion_type], updates[page.form.similarity_strength]) == ("max", 0.35)
    assert "add the same files" in updates[page.create.board.line]


def test_a_link_of_a_kept_picture_opens_with_it_and_draws_nothing(page):
    kept = page.studio.restore(RECIPE)
    assert isinstance(kept, Restored)
    query = dict(parse_qsl(RECIPE.to_query(kept.pixels_hash).lstrip("?")))
    request = SimpleNamespace(session_hash="me", headers={}, query_params=query)
    updates = page.handlers["links.open_link"](request)
    shown = updates[page.create.board.canvas]
    assert f'data-pixels="{kept.pixels_hash}"' in shown and 'data-verdict="identical"' in shown
    assert "From the store" in updates[page.create.board.line]
    assert updates[page.form.prompt] == RECIPE.prompt and False in updates.values()
