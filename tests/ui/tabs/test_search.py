"""Example run: python -m pytest tests/ui/tabs/test_search.py"""

import re
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image, ImageDraw

from app import LIMITS, build_demo, launch_options
from pipeline.loading.capabilities import EASEL
from pipeline.recipe import Recipe
from pipeline.search import SearchResult
from pipeline.serve.archive import Archive
from pipeline.serve.collection import Collection
from pipeline.serve.drawn import Drawn
from pipeline.serve.limits import Limits
from pipeline.serve.render import Rendered
from pipeline.serve.store import PictureStore
from pipeline.serve.studio import Studio
from pipeline.ui.tabs.search import results_html
from pipeline.ui.words import Words
from tests.tiny import tiny_pipeline


@pytest.fixture(scope="module")
def pipe():
    return tiny_pipeline()


@pytest.fixture
def collection(pipe):
    return Collection(Studio(pipe), LIMITS)


@pytest.fixture
def files(tmp_path):
    """Four pictures that no encoder takes for the same, and a JPEG of the first."""
    paths = [tmp_path / f"{name}.png" for name in ("red", "blue", "half", "cross")]
    for path, colour in zip(paths, ("red", "blue", "white", "black"), strict=True):
        image = Image.new("RGB", (320, 300), colour)
        draw = ImageDraw.Draw(image)
        if path.stem == "half":
            draw.rectangle((0, 0, 160, 300), fill="green")
        if path.stem == "cross":
            draw.line((0, 0, 320, 300), fill="yellow", width=60)
        image.save(path)
    Image.open(paths[0]).save(tmp_path / "copy.jpg", quality=90)
    return [*paths, tmp_path / "copy.jpg"]


def titles(collection, results):
    return [collection.get(result.id).title for result in results]


def test_a_picture_finds_itself_and_its_copy_is_flagged(collection, files):
    assert [collection.upload(path) for path in files] == [True] * 5
    results = collection.search("", Image.open(files[0]), 0.5)
    assert len(results) == 5 and set(titles(collection, results[:2])) == {"red.png", "copy.jpg"}
    assert results[0].score == pytest.approx(1, abs=1e-3)
    assert results[1].duplicate_of == results[0].id
    assert titles(collection, collection.more_like(results[0].id))[0] == collection.get(results[1].id).title


@pytest.mark.parametrize("quality", [20, 40, 60])
def test_a_strongly_compressed_copy_is_flagged_and_another_drawing_is_not(collection, tmp_path, quality):
    for name, eyes in (("one", 130), ("other", 170)):
        image = Image.new("RGB", (256, 256), "white")
        draw = ImageDraw.Draw(image)
        draw.ellipse((30, 30, 226, 226), fill="gold")
        draw.ellipse((80, eyes - 40, 110, eyes), fill="black")
        draw.ellipse((146, eyes - 40, 176, eyes), fill="black")
        image.save(tmp_path / f"{name}.png")
    Image.open(tmp_path / "one.png").resize((200, 200)).save(tmp_path / "copy.jpg", quality=quality)
    for name in ("one.png", "other.png", "copy.jpg"):
        collection.upload(tmp_path / name)
    results = collection.search("", Image.open(tmp_path / "one.png"), 0.5)
    flagged = {collection.get(result.id).title for result in results if result.duplicate_of}
    assert len(results) == 3 and flagged in ({"copy.jpg"}, {"one.png"})


def test_the_weight_decides_between_words_and_picture(collection, files):
    for path in files[:4]:
        collection.upload(path)
    picture = Image.open(files[3])
    by_words, by_picture = collection.search("a cat", None, 0.5), collection.search("", picture, 0.5)
    only_words = collection.search("a cat", picture, 0.0)
    assert [r.id for r in only_words] == [r.id for r in by_words]
    assert [r.score for r in only_words] == pytest.approx([r.score for r in by_words], abs=1e-4)
    assert [r.id for r in collection.search("a cat", picture, 1.0)] == [r.id for r in by_picture]
    scores = {r.id: r.score for r in by_words}
    for result in by_picture:
        scores[result.id] += result.score
    assert collection.search("a cat", picture, 0.5)[0].id == max(scores, key=scores.get)


def test_the_same_file_counts_once_and_clearing_deletes_the_copies(collection, files):
    assert collection.upload(files[0]) and not collection.upload(files[0])
    assert collection.upload(files[1]) and collection.uploads == 2
    [result, _] = collection.search("red", None, 0.5)
    copy = Path(collection.get(result.id).path)
    assert max(Image.open(copy).size) == 256 and copy.parent == collection._studio.folder
    collection.clear()
    assert len(collection) == 0 and not copy.exists() and collection.search("red", None, 0.5) == []
    with pytest.raises(KeyError):
        collection.more_like(result.id)


def test_drawn_pictures_are_searched_until_the_studio_deletes_them(pipe, files):
    studio = Studio(pipe)
    collection = Collection(studio, LIMITS)
    rendered = [event for event in studio.draw(Recipe(prompt="a cat")) if isinstance(event, Rendered)][0]
    drawn = Drawn.from_rendered(rendered, str(studio.save(rendered)))
    collection.upload(files[0])
    for _ in range(2):
        assert list(collection.take([drawn])) == []
    assert len(collection) == 2 and collection.uploads == 1
    assert titles(collection, collection.search("", rendered.image, 0.5))[0] == "a cat"
    collection.clear()
    assert titles(collection, collection.search("a cat", None, 0.5)) == ["a cat"]
    Path(drawn.path).unlink()
    assert list(collection.take([drawn])) == []
    assert len(collection) == 0 and collection.search("a cat", None, 0.5) == []


@pytest.fixture
def stored(pipe, tmp_path):
    """A studio whose store keeps two pictures, and these."""
    studio = Studio(pipe, weights_hash="0123456789ab", store=PictureStore(tmp_path / "store"))
    recipes = [studio.recipe(Recipe(prompt=prompt)) for prompt in ("a cat", "an apple")]
    rendered = [[e for e in studio.draw(recipe) if isinstance(e, Rendered)][0] for recipe in recipes]
    yield studio, rendered
    studio.store.close()


def test_everything_drawn_here_is_searched_where_that_is_asked_for(stored, files):
    studio, (cat, apple) = stored
    collection = Collection(studio, LIMITS, Archive(studio))
    collection.upload(files[0])
    said = list(collection.take([Drawn.from_rendered(cat, str(studio.save(cat)))], archive=True))
    assert said == ["Reading earlier pictures, 0 of 2"]
    assert len(collection) == 3  # the drawing of this visit counts once
    results = collection.search("", apple.image, 0.5)
    assert titles(collection, results)[0] == "an apple" and len(results) == 3
    assert Image.open(collection.get(results[0].id).path).size == (256, 256)
    assert {collection.get(r.id).title for r in collection.more_like(results[0].id)} == {"a cat", "red.png"}
    assert list(collection.take([], archive=False)) == []
    assert len(collection) == 2
    with pytest.raises(KeyError):
        collection.more_like(results[0].id)


def test_the_archive_reads_every_picture_once_and_follows_the_store(stored, pipe):
    studio, (cat, apple) = stored
    assert len(list(Archive(studio).refresh())) == 1
    again = Archive(studio)
    assert list(again.refresh()) == [] and sorted(again.index.ids()) == sorted([cat.recipe.id, apple.recipe.id])
    studio.store.drop(cat.recipe.id)
    assert list(again.refresh()) == [] and again.index.ids() == [apple.recipe.id]
    assert again.picture(cat.recipe.id) is None and again.picture(apple.recipe.id)[1] == "an apple"
    [damaged] = (studio.store.directory.parent / "search-0123456789ab").glob("*.jsonl")
    damaged.write_text("{", encoding="utf-8")
    anew = Archive(studio)
    assert len(list(anew.refresh())) == 1 and len(anew.index) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("  ", None, 0.5), "nothing to search for yet"),
        (("x" * 600, None, 0.5), "600 characters; up to 512"),
        (("a cat", None, 1.5), "from 0 to 1, not 1.5"),
    ],
)
def test_a_refusal_is_one_sentence(collection, files, arguments, message):
    collection.upload(files[0])
    with pytest.raises(ValueError, match=message):
        collection.search(*arguments)


def test_uploads_are_bounded_and_checked(pipe, files, tmp_path):
    collection = Collection(Studio(pipe), Limits(max_search_pictures=2))
    collection.upload(files[0])
    (tmp_path / "words.png").write_text("not a picture", encoding="utf-8")
    with pytest.raises(ValueError, match="words.png cannot be read as a picture"):
        collection.upload(tmp_path / "words.png")
    collection.upload(files[1])
    with pytest.raises(ValueError, match="2 pictures of yours already"):
        collection.upload(files[2])


def test_the_gallery_escapes_names_and_says_what_a_copy_is_a_copy_of(collection, tmp_path):
    name = tmp_path / "<script>&'.png"
    Image.new("RGB", (20, 20), "red").save(name)
    collection.upload(name)
    [result] = collection.search("red", None, 0.5)
    html = results_html([result, SearchResult(result.id, 0.5, {}, duplicate_of=result.id)], collection, Words())
    assert "<script>" not in html and html.count("&lt;script&gt;&amp;&#39;.png") == 6
    assert re.findall(r'data-score="([\d.-]+)"', html)[1] == "0.5000" and html.count("near-identical to") == 1


# The endpoint


@pytest.fixture(scope="module")
def client(pipe, tmp_path_factory):
    demo = build_demo(pipe, weights_hash="0123456789ab")
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo))
    yield Client(url, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))
    demo.close()


def test_search_ranks_the_files_it_is_given(client, files):
    images = [handle_file(str(path)) for path in files]
    found = client.predict(images=images, image=handle_file(str(files[1])), top_k=3, api_name="/search")
    assert len(found) == 3 and (found[0]["index"], found[0]["file"]) == (1, "blue.png")
    assert found[0]["score"] == pytest.approx(1, abs=1e-4)
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
    found = client.predict(images=images, text="a cat", api_name="/search")
    flagged = {each["index"]: each["near_identical_to"] for each in found}
    assert len(found) == 5 and sorted((flagged[0], flagged[4]), key=str) in ([4, None], [0, None])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "nothing to search for. Pass text, image, or both"),
        ({"text": "x" * 600}, "600 characters"),
        ({"text": "a cat", "top_k": 0}, "takes a whole number from 1, got 0"),
        ({"text": "a cat", "image_weight": 7, "images": []}, "takes a list of 1 to 200 pictures, got"),
    ],
)
def test_the_endpoint_refuses_in_one_sentence(client, files, arguments, message):
    request = {"images": [handle_file(str(files[0]))], **arguments}
    with pytest.raises(AppError, match=message):
        client.predict(**request, api_name="/search")


def test_a_model_without_embeddings_has_neither_tab_nor_endpoint(pipe):
    demo = build_demo(pipe, capabilities=replace(EASEL, embeddings=False))
    [tab] = [block for block in demo.blocks.values() if isinstance(block, gr.Tab) and block.id == "search-tab"]
    assert not tab.visible
    named = demo.get_api_info()["named_endpoints"].keys()
    assert "/generate" in named and not {"/search", "/embed"} & named


def test_a_text_that_is_too_long_is_not_embedded(client):
    with pytest.raises(AppError, match="up to 512 characters, got 600"):
        client.predict(text="x" * 600, api_name="/embed")
