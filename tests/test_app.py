"""Example run: python -m pytest tests/test_app.py"""

import io
import os
import threading
import time

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from app import LIMITS, build_demo, launch_options
from pipeline.loading.capabilities import CONTROLS
from pipeline.loading.errors import WeightsError
from pipeline.provenance.credentials import without_credentials
from pipeline.recipe import DEFAULTS, MAX_PROMPT_LENGTH, SCHEMA, Recipe, pixels_hash, pixels_sha256, read_png
from pipeline.serve.drawn import Drawn
from pipeline.serve.render import Cancelled, Rendered, Stage, Verdict, render
from pipeline.serve.request import read_request
from pipeline.serve.studio import Busy, Studio
from pipeline.serve.uploads import open_picture
from pipeline.ui.canvas import canvas_finished, shelf, step_words
from pipeline.ui.words import Words
from pipeline.watermark import verify
from tests.tiny import tiny_pipeline

WEIGHTS_HASH = "0123456789ab"
STEPS = {name: DEFAULTS[SCHEMA][name] for name in CONTROLS}
REQUEST = {
    "prompt": "a cat", "negative_prompt": "", "seed": 7, "count": 1, "paths": [], "image_weights": [],
    "fusion_type": "mean", "similarity_strength": 0.7, **STEPS,
}  # fmt: skip


@pytest.fixture(scope="module")
def pipe():
    return tiny_pipeline()


@pytest.fixture(scope="module")
def client(pipe, tmp_path_factory):
    demo = build_demo(pipe, weights_hash=WEIGHTS_HASH)
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo))
    yield Client(url, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))
    demo.close()


def paths_of(files):
    return [file["path"] if isinstance(file, dict) else file for file in files]


# The endpoints


def test_the_endpoints_are_named_and_documented(client):
    named = client.view_api(return_format="dict")["named_endpoints"]
    assert set(named) == {"/generate", "/variations", "/verify", "/embed", "/search"}
    arguments = [parameter["parameter_name"] for parameter in named["/generate"]["parameters"]]
    assert arguments[:4] == ["prompt", "negative_prompt", "seed", "num_images_per_prompt"]
    for endpoint in named.values():
        assert endpoint["description"]


def test_generate_hands_out_the_file_that_render_makes(client, pipe):
    files, said = client.predict(prompt="a cat, 3d render", seed=7, api_name="/generate")
    recipe = Recipe(prompt="a cat, 3d render", seed=7, weights_hash=WEIGHTS_HASH)
    content = open(paths_of(files)[0], "rb").read()
    assert without_credentials(content) == render(pipe, recipe).png
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "PNG"
        assert read_png(image) == recipe
        assert verify(image).payload == recipe.id32
        assert said[0]["pixels_hash"] == pixels_hash(image)
    link = Recipe.from_query(said[0]["query"])
    assert (link.recipe, link.pixels_hash) == (recipe, said[0]["pixels_hash"])


def test_several_pictures_equal_their_singles(client):
    files, said = client.predict(prompt="a cat", seed=3, num_images_per_prompt=2, api_name="/generate")
    single, _ = client.predict(prompt="a cat", seed=4, api_name="/generate")
    assert [each["seed"] for each in said] == [3, 4]
    assert open(paths_of(files)[1], "rb").read() == open(paths_of(single)[0], "rb").read()


def test_reference_pictures_come_back_with_their_shares(client, tmp_path):
    names = [str(tmp_path / f"{colour}.png") for colour in ("red", "blue")]
    for name in names:
        Image.new("RGB", (50, 40), name[:-4].rsplit("/", 1)[1]).save(name)
    _, said = client.predict(
        prompt="", image=[handle_file(name) for name in names], image_weights=[1, 3], api_name="/generate"
    )
    assert said[0]["image_weights"] == pytest.approx([0.25, 0.75])
    assert len(said[0]["recipe"]["image_hashes"]) == 2


def test_verify_finds_the_mark_without_the_text_and_nothing_in_a_plain_picture(client, tmp_path):
    files, said = client.predict(prompt="a cat", seed=1, api_name="/generate")
    Image.open(paths_of(files)[0]).convert("RGB").save(tmp_path / "copy.bmp")
    found = client.predict(image=handle_file(str(tmp_path / "copy.bmp")), api_name="/verify")
    assert (found["result"], found["payload"]) == ("GENERATED", int(said[0]["id"][:8], 16))
    assert found["recipe"] is None
    Image.new("RGB", (256, 256), "gray").save(tmp_path / "plain.png")
    found = client.predict(image=handle_file(str(tmp_path / "plain.png")), api_name="/verify")
    assert found["result"] == "NOT_DETECTED"
    assert "does not say how the picture was made" in found["sentence"]


def test_embed_gives_unit_vectors_and_the_average_of_both(client, tmp_path):
    Image.new("RGB", (50, 40), "red").save(tmp_path / "red.png")
    picture = handle_file(str(tmp_path / "red.png"))
    text, image, both = (
        client.predict(text=words, image=given, api_name="/embed")
        for words, given in (("a cat", None), ("", picture), ("a cat", picture))
    )
    mean = [(a + b) / 2 for a, b in zip(text, image, strict=True)]
    length = sum(value**2 for value in mean) ** 0.5
    assert sum(value**2 for value in text) == pytest.approx(1, abs=1e-5)
    assert both == pytest.approx([value / length for value in mean], abs=1e-5)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"prompt": " "}, "nothing to draw yet"),
        ({"prompt": "x" * 10_000}, "up to 512 characters, got 10000 characters"),
        ({"prompt": "a cat", "num_images_per_prompt": 6}, "takes a whole number from 1 to 5, got 6"),
        ({"prompt": "a cat", "seed": -1}, "whole number from 0"),
        ({"prompt": "a cat", "num_inference_steps": 500}, "from 1 to 16, got 500"),
        ({"prompt": "a cat", "image_weights": [1]}, "1 numbers for 0 pictures"),
        ({"prompt": "a nude woman"}, "not drawn because it asks for nudity"),
    ],
)
def test_a_refusal_is_one_sentence_for_programs_too(client, request_, message):
    with pytest.raises(AppError) as caught:
        client.predict(**request_, api_name="/generate")
    assert message in str(caught.value) and "Traceback" not in str(caught.value)


def test_a_file_that_is_no_picture_is_refused(client, tmp_path):
    (tmp_path / "words.png").write_text("not a picture", encoding="utf-8")
    with pytest.raises(AppError, match="cannot be read as a picture"):
        client.predict(image=handle_file(str(tmp_path / "words.png")), api_name="/verify")


# The studio


def test_the_page_does_not_wait_for_the_model_but_the_first_picture_does(pipe):
    release = threading.Event()
    studio = Studio(lambda: release.wait(20) and pipe)
    studio.open()
    assert not studio.is_ready
    events = studio.draw(Recipe(prompt="a cat"))
    assert "Loading the model" in next(events).reason
    release.set()
    assert isinstance(list(events)[-1], Rendered)


def test_a_model_that_cannot_be_loaded_is_said_in_one_sentence():
    def load():
        raise WeightsError("There is no weights folder at weights.")

    studio = Studio(load)
    studio.open()
    with pytest.raises(WeightsError, match="no weights folder"):
        list(studio.draw(Recipe(prompt="a cat")))


def test_cancel_stops_the_drawing_of_one_visitor_within_a_step(pipe):
    studio = Studio(pipe)
    studio.start("me")
    events = studio.draw(Recipe(prompt="a cat", prior_num_inference_steps=200), visitor="me")
    assert isinstance(next(events), Stage)
    studio.cancel("someone else")
    assert isinstance(next(events), Stage)
    studio.cancel("me")
    with pytest.raises(Cancelled):
        for _ in events:
            pass
    studio.start("me")
    assert isinstance(list(studio.draw(Recipe(prompt="a cat"), visitor="me"))[-1], Rendered)


def test_a_visitor_who_leaves_frees_the_pipeline(pipe):
    studio = Studio(pipe)
    events = studio.draw(Recipe(prompt="a cat", prior_num_inference_steps=1000))
    next(events)
    events.close()
    started = time.monotonic()
    assert isinstance([e for e in studio.draw(Recipe(prompt="a cat")) if not isinstance(e, Busy)][-1], Rendered)
    assert time.monotonic() - started < 20


def test_old_files_are_deleted(pipe):
    studio = Studio(pipe, kept_seconds=0)
    first = studio.save(render(pipe, Recipe(prompt="a cat / dog?", seed=1)))
    assert first.name.startswith("easel-1-") and "cat" not in first.name
    os.utime(first, (0, 0))
    studio.save(render(pipe, Recipe(prompt="a cat", seed=2)))
    assert not first.exists()


# Words and markup


def test_the_label_of_the_references_names_their_limit():
    assert f"{LIMITS.max_references} pictures" in Words()("form.references_up_to")


def test_a_request_at_the_limit_is_accepted():
    recipe, images, count = read_request(LIMITS, **{**REQUEST, "prompt": "x" * MAX_PROMPT_LENGTH, "count": 5})
    assert (len(recipe.prompt), images, count) == (512, [], 5)


@pytest.mark.parametrize("variations", ["", "12:0.25"])
def test_a_request_becomes_a_recipe_of_the_newest_schema(variations):
    recipe, _, _ = read_request(LIMITS, **REQUEST, variations=variations)
    assert recipe == Recipe(prompt="a cat", seed=7, variations=(variations,) if variations else ())
    assert recipe.schema == SCHEMA


def test_an_uploaded_picture_is_turned_upright_and_laid_on_white(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    Image.new("RGB", (30, 20), "red").save(tmp_path / "turned.jpg", exif=exif)
    assert open_picture(tmp_path / "turned.jpg", LIMITS).size == (20, 30)
    Image.new("RGBA", (30, 20), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert open_picture(tmp_path / "clear.png", LIMITS).getpixel((0, 0)) == (255, 255, 255)


def test_a_huge_picture_is_refused_before_it_is_decoded(tmp_path):
    Image.new("1", (9000, 9000)).save(tmp_path / "huge.png")
    with pytest.raises(ValueError, match="9000x9000 pixels; up to 40 million"):
        open_picture(tmp_path / "huge.png", LIMITS)


def test_prompts_cannot_write_markup():
    drawn = Drawn("/tmp/x.png", Recipe(prompt="<script>\"'&"), "0" * 16, 1.0)
    for markup in (canvas_finished(drawn, Words()), shelf([drawn], 0, Words())):
        assert "<script" not in markup and "&lt;script&gt;" in markup


def test_every_picture_has_its_prompt_as_alternative_text():
    drawn = Drawn("/tmp/x.png", Recipe(prompt="a cat", seed=7), "0" * 16, 1.0)
    assert 'alt="a cat"' in canvas_finished(drawn, Words(), Verdict("identical", "Identical."))
    assert 'alt="a cat, seed 7"' in shelf([drawn], None, Words())


def test_the_status_names_what_is_being_done_now():
    recipe = Recipe(prompt="a cat", num_inference_steps=2)
    assert step_words(None, recipe, Words()) == "Reading the prompt"
    assert step_words(Stage("prior", 2, 8), recipe, Words()) == "Imagining the picture, step 3 of 8"
    assert step_words(Stage("prior", 8, 8), recipe, Words()) == "Sketching at 64 × 64, step 1 of 2"
    assert step_words(Stage("super_res", 1, 1), recipe, Words()).startswith("Adding the watermark")


def test_reference_hashes_are_those_of_the_upright_picture(tmp_path):
    Image.new("RGB", (30, 20), "red").save(tmp_path / "red.png")
    recipe, images, _ = read_request(LIMITS, **{**REQUEST, "paths": [str(tmp_path / "red.png")], "image_weights": [1]})
    assert recipe.image_hashes == (pixels_sha256(images[0]),)
