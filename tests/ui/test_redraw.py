"""Draw again to verify: past the store, and honest about what differs.

Example run: python -m pytest tests/ui/test_redraw.py
"""

from types import SimpleNamespace

import gradio as gr
import pytest
from PIL import Image

from app import LIMITS
from pipeline.recipe import Recipe, pixels_sha256
from pipeline.serve.drawn import Drawn
from pipeline.serve.render import Rendered
from pipeline.serve.store import PictureStore
from pipeline.serve.studio import Restored, Studio
from pipeline.ui.tabs.create import CreateTab
from tests.tiny import tiny_pipeline

RECIPE = Recipe(prompt="a cat", seed=7, weights_hash="0123456789ab")
VISITOR = SimpleNamespace(session_hash="me", headers={})


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    store = PictureStore(tmp_path_factory.mktemp("store"))
    studio = Studio(tiny_pipeline(), weights_hash="0123456789ab", store=store)
    with gr.Blocks() as demo:
        create = CreateTab(studio, LIMITS)
    handlers = {function.fn.__name__: function.fn for function in demo.fns.values() if function.fn is not None}
    yield SimpleNamespace(studio=studio, create=create, board=create.board, again=handlers["again"])
    store.close()


def drawn(page, recipe=RECIPE, images=(), references=()):
    *_, picture = page.studio.draw(recipe, images)
    return Drawn.from_rendered(picture, str(page.studio.save(picture)), references)


def pressed(page, kept, references=None) -> dict:
    """The page's last update after the button was pressed with the first of these pictures shown."""
    board = page.board
    values = {widget: None for widget in page.create.drawing.inputs} | {
        board.pictures: kept,
        board.selected: 0,
        board.keys.file_format: "png",
        page.create.form.references: references,
    }
    return [update for update in page.again(values, VISITOR)][-1]


def test_it_draws_though_the_store_has_it_and_finds_it_identical(page, monkeypatch):
    shown, seen = drawn(page), []
    assert isinstance(page.studio.restore(RECIPE), Restored)
    draw = page.studio.draw
    monkeypatch.setattr(page.studio, "draw", lambda *a, **o: (seen.append(event) or event for event in draw(*a, **o)))
    update = pressed(page, [shown])
    assert isinstance(seen[-1], Rendered) and not isinstance(seen[-1], Restored)
    assert 'data-verdict="identical"' in update[page.board.canvas]
    assert "Drawn again. Identical, pixel for pixel." in update[page.board.canvas]
    assert len(update[page.board.pictures]) == 1


def test_a_picture_that_comes_out_otherwise_is_said_to_differ_and_put_on_the_shelf(page):
    other = drawn(page, Recipe(prompt="a dog", seed=8, weights_hash="0123456789ab"))
    forged = Drawn(other.path, RECIPE, other.pixels_hash, 0.0)
    update = pressed(page, [forged])
    assert 'data-verdict="differs"' in update[page.board.canvas]
    first, second = update[page.board.pictures]
    assert first == forged and second.recipe == RECIPE and second.path != other.path


def test_reference_pictures_are_the_picture_s_own_or_the_form_s_or_asked_for(page, tmp_path):
    Image.new("RGB", (48, 48), "red").save(tmp_path / "red.png")
    path, image = str(tmp_path / "red.png"), Image.open(tmp_path / "red.png").convert("RGB")
    recipe = Recipe(prompt="a cat", weights_hash="0123456789ab", image_hashes=(pixels_sha256(image),))
    own = drawn(page, recipe, [image], [path])
    by_link = Drawn(own.path, own.recipe, own.pixels_hash, own.seconds)
    for kept, references in ((own, None), (by_link, [(path, None)])):
        assert 'data-verdict="identical"' in pressed(page, [kept], references)[page.board.canvas]
    update = pressed(page, [by_link])
    assert "Add the same pictures" in update[page.board.line] and "data-verdict" not in update[page.board.canvas]
