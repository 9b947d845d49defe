"""Opening a link. Example run: python -m pytest tests/ui/test_links.py"""

from types import SimpleNamespace

import gradio as gr
import pytest

from app import LIMITS
from pipeline.recipe import Recipe
from pipeline.ui.board import ONE_PICTURE
from pipeline.ui.links import Links
from pipeline.ui.words import Words
from tests.ui.conftest import WEIGHTS_HASH


@pytest.fixture(scope="module")
def links(tab):
    with gr.Blocks():
        tabs = gr.Tabs()
    return Links(tab.create, SimpleNamespace(), tabs)


def opened(tab, links, language: str = "en", **query: str) -> dict:
    return links.open_link(tab.visitor(language, **query))


@pytest.mark.parametrize("query", [{}, {"__theme": "dark"}, {"utm_source": "x", "steps": "4"}])
def test_an_address_that_is_about_no_picture_leaves_the_form(tab, links, query):
    assert opened(tab, links, **query) == {links._go: False}


def test_a_link_fills_the_form_and_is_drawn_once_as_it_says(tab, links):
    updates = opened(tab, links, prompt="a dog, 3d render", seed="4711", pixels="0" * 16)
    assert (updates[tab.form.prompt], updates[tab.form.seed], updates[tab.form.style]) == (
        "a dog, 3d render", 4711, "3d render",
    )  # fmt: skip
    assert updates[links._go] is True and updates[tab.board.keep_once] == ONE_PICTURE
    assert updates[tab.board.expected].recipe.seed == 4711 and updates[tab.board.notes] == ""


def test_what_a_link_says_wrongly_is_noted_and_the_rest_is_drawn(tab, links):
    updates = opened(tab, links, prompt="a dog", steps="many")
    assert "many" in updates[tab.board.notes] and updates[links._go] is True
    assert "<script>" not in opened(tab, links, prompt="a dog", steps="<script>")[tab.board.notes]


def test_steps_beyond_what_is_served_here_are_lowered_and_told(tab, links):
    updates = opened(tab, links, prompt="a dog", v="6", steps=str(LIMITS.max_steps + 10))
    assert (
        updates[tab.form.num_inference_steps] == LIMITS.max_steps and str(LIMITS.max_steps) in updates[tab.board.notes]
    )


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ({"prompt": "", "seed": "3"}, "link.nothing"),
        ({"prompt": "a dog", "images": "a" * 64}, "link.add_one"),
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_cannot_be_drawn_yet_says_what_to_do(tab, links, query, key, language):
    updates = opened(tab, links, language, **query)
    assert updates[links._go] is False and Words(language)(key) in " ".join(updates[tab.board.notes].split())
    assert Words(language)(key) in updates[tab.board.line]


def test_a_recipe_of_verify_is_drawn_afresh_and_compared_with_its_file(tab, links):
    recipe = Recipe(prompt="a dog", seed=3, weights_hash=WEIGHTS_HASH)
    updates = links.open_recipe(recipe, "/tmp/dog.png", tab.visitor())
    expected = updates[tab.board.expected]
    assert (expected.recipe, expected.path, expected.fresh) == (recipe, "/tmp/dog.png", True)
    assert updates[links._tabs].selected == "create" and updates[links._go] is True


def test_settings_are_used_without_drawing_and_missing_references_told(tab, links):
    updates = links.use_settings(Recipe(prompt="a dog", image_hashes=("a" * 64,)), tab.visitor())
    assert links._go not in updates and updates[tab.form.keep_seed] is True
    assert Words()("link.references_missing") in updates[tab.board.line]
    assert (
        Words()("link.references_missing") not in links.use_settings(Recipe(prompt="a"), tab.visitor())[tab.board.line]
    )


def test_where_there_is_nothing_to_draw_nothing_on_the_page_changes(tab, links):
    (update,) = links.draw({links._go: False}, tab.visitor())
    assert list(update) == [tab.board.line]
