"""Finished pictures put back to use. Example run: python -m pytest tests/ui/test_reuse.py"""

from types import SimpleNamespace

import pytest

from pipeline.recipe import Recipe
from pipeline.serve.drawn import Drawn
from pipeline.serve.examples import EXAMPLES
from pipeline.ui.board import ONE_PICTURE

RECIPE = Recipe(prompt="a cat, flat sticker, on a teal background", seed=7, variations=("5:0.25",), guidance_scale=2.0)
KEPT = [Drawn("/tmp/dog.png", Recipe(prompt="a dog"), "1" * 16, 1.0), Drawn("/tmp/cat.png", RECIPE, "0" * 16, 1.0)]


@pytest.fixture
def reuse(tab):
    return tab.create._reuse


def test_the_prompt_of_the_selected_picture_comes_with_what_it_says_of_style_and_ground(tab, reuse):
    assert reuse.use_prompt(KEPT, 1) == {
        tab.form.prompt: RECIPE.prompt, tab.form.style: "flat sticker", tab.form.background: "teal",
    }  # fmt: skip
    assert reuse.use_prompt(KEPT, 0)[tab.form.style] == "Any"


def test_a_seed_is_kept_with_its_variations(tab, reuse):
    assert reuse.use_seed(KEPT, 1) == {tab.form.seed: 7, tab.form.variations: "5:0.25", tab.form.keep_seed: True}


def test_settings_come_with_their_references_as_long_as_these_are_there(tab, reuse, tmp_path):
    files = [tmp_path / "a.png", tmp_path / "b.png"]
    for file in files:
        file.write_bytes(b"x")
    recipe = Recipe(prompt="a cat", image_hashes=("a" * 64, "b" * 64), image_weights=(1.0, 3.0), fusion_type="max")
    drawn = Drawn("/tmp/x.png", recipe, "0" * 16, 1.0, references=tuple(map(str, files)))
    updates = reuse.use_settings([drawn], 0, tab.visitor())
    assert updates[tab.form.references] == [str(file) for file in files]
    assert [updates[weight] for weight in tab.form.weights[:2]] == [1.0, 3.0] and updates[
        tab.form.fusion_type
    ] == "max"
    assert updates[tab.form.keep_seed] is True and updates[tab.form.reference_panel]["open"] is True
    files[1].unlink()
    updates = reuse.use_settings([drawn], 0, tab.visitor())
    assert tab.form.references not in updates and updates[tab.form.prompt] == "a cat"
    assert "reference" in updates[tab.board.line]


def test_without_references_the_gallery_is_emptied_and_closed(tab, reuse):
    updates = reuse.use_settings(KEPT, 1, tab.visitor("es"))
    assert updates[tab.form.references] is None and updates[tab.form.reference_panel]["open"] is False
    assert updates[tab.form.guidance_scale] == 2.0 and updates[tab.form.origin] == RECIPE


def test_a_picture_becomes_a_reference_until_there_are_as_many_as_may_be(tab, reuse, warned):
    updates = reuse.use_as_reference(KEPT, 1, [("/tmp/a.png", None)], tab.visitor())
    assert updates[tab.form.references] == ["/tmp/a.png", "/tmp/cat.png"]
    assert updates[tab.form.similarity_strength] == 0.6 and not warned
    full = reuse.use_as_reference(KEPT, 1, [f"/tmp/{at}.png" for at in range(5)], tab.visitor())
    assert list(full) == [tab.board.line] and "5" in full[tab.board.line] and len(warned) == 1
    assert reuse.use_as_reference(KEPT, 0, None, tab.visitor())[tab.form.references] == ["/tmp/dog.png"]


@pytest.mark.parametrize("index", range(len(EXAMPLES)))
def test_a_clicked_example_is_drawn_once_as_it_is_shown(tab, reuse, index):
    example = EXAMPLES[index]
    updates = reuse.fill_example(SimpleNamespace(index=str(index)))
    assert (updates[tab.form.prompt], updates[tab.form.seed]) == (example.prompt, example.seed)
    assert updates[tab.board.keep_once] == ONE_PICTURE
    assert (tab.form.origin in updates) is bool(example.edits)
    if example.edits:
        assert updates[tab.form.origin].edits == example.edits
