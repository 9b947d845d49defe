"""What connects form and board. Example run: python -m pytest tests/ui/tabs/test_create.py"""

from types import SimpleNamespace

import pytest

from pipeline.recipe import Recipe
from pipeline.serve.drawn import Drawn
from pipeline.serve.pace import QUALITIES
from pipeline.ui.tabs.create import _pick_background, _pick_style

KEPT = [
    Drawn("/tmp/cat.png", Recipe(prompt="a cat", seed=7), "0" * 16, 1.0),
    Drawn("/tmp/dog.png", Recipe(prompt="a dog", seed=8), "1" * 16, 1.0),
]


def selected(tab, index: int, number: int | None = 0, beside: bool = False, kept=KEPT) -> dict:
    return tab.create._select(list(kept), number, beside, "png", SimpleNamespace(index=str(index)), tab.visitor())


@pytest.fixture(autouse=True)
def files_are_there(tab, monkeypatch):
    monkeypatch.setattr(tab.studio.files, "download", lambda path, *_: path)


def test_a_picture_of_the_shelf_comes_back(tab):
    shown = selected(tab, 1)
    assert shown[tab.board.selected] == 1 and f'data-pixels="{"1" * 16}"' in shown[tab.board.canvas]


@pytest.mark.parametrize("index", [-1, 2, 99])
def test_beyond_the_shelf_is_the_wall_of_examples(tab, index):
    shown = selected(tab, index)
    assert tab.board.selected not in shown and "data-example" in shown[tab.board.canvas]


def test_the_second_that_is_picked_stands_beside_the_first_once(tab):
    shown = selected(tab, 1, beside=True)
    assert shown[tab.board.beside] is False and tab.board.selected not in shown
    assert shown[tab.board.canvas].index("cat.png") < shown[tab.board.canvas].index("dog.png")
    for number, index in ((0, 0), (None, 1)):  # beside itself, and where nothing is selected
        assert selected(tab, index, number, beside=True)[tab.board.selected] == index


def test_there_is_nothing_to_compare_one_picture_with(tab):
    picking = tab.create._pick_second(KEPT, tab.visitor())
    assert picking[tab.board.beside] is True
    alone = tab.create._pick_second(KEPT[:1], tab.visitor())
    assert tab.board.beside not in alone and "status bad" in alone[tab.board.line]


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, 0), (2, 2), (5, 5), (7, 5)])
def test_weights_are_shown_where_there_is_something_to_weigh(tab, count, shown):
    visible = [update["visible"] for update in tab.create._show_weights(["x.png"] * count)]
    assert visible == [True] * shown + [False] * (5 - shown)
    assert not any(update["visible"] for update in tab.create._show_weights(None))


@pytest.mark.parametrize("quality", QUALITIES)
def test_a_quality_sets_the_steps_by_which_it_is_named(tab, quality):
    steps = tab.create._set_quality(quality)
    assert set(steps) == set(tab.create._sliders.values()) and all(number >= 1 for number in steps.values())
    named = tab.create._name_quality(1.0, *(steps[slider] for slider in tab.create._sliders.values()))
    assert named["value"] == quality and quality in [value for _, value in named["choices"]]


def test_steps_of_ones_own_are_no_quality_and_set_nothing(tab):
    own = tab.create._name_quality(1.0, 13, 14, 15)["value"]
    assert own not in QUALITIES
    assert not isinstance(tab.create._set_quality(own), dict) or "__type__" in tab.create._set_quality(own)


@pytest.mark.parametrize(
    ("prompt", "style", "ground", "styled", "grounded"),
    [
        ("a cat", "flat sticker", "teal", "a cat, flat sticker", "a cat, on a teal background"),
        (
            "a cat, 3d render, on a red background", "flat sticker", "teal",
            "a cat, flat sticker, on a red background", "a cat, 3d render, on a teal background",
        ),
        ("a cat, 3d render, on a red background", "Any", "Any", "a cat, on a red background", "a cat, 3d render"),
        ("", "3d render", "transparent", "3d render", "on a transparent background"),
    ],
)  # fmt: skip
def test_a_picker_changes_its_own_words_and_leaves_the_others(prompt, style, ground, styled, grounded):
    assert _pick_style(prompt, style) == styled
    assert _pick_background(prompt, ground) == grounded
