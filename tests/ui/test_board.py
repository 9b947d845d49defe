"""The right half of the Create tab. Example run: python -m pytest tests/ui/test_board.py"""

from pathlib import Path

import pytest
from PIL import Image

from pipeline.serve.drawn import Drawn
from pipeline.serve.render import Verdict
from pipeline.ui.board import refuse
from pipeline.ui.words import Words


@pytest.fixture(scope="module")
def cat(tab):
    return tab.drawn()


def test_a_picture_is_shown_with_its_file_its_shelf_and_what_was_found(tab, cat):
    board = tab.board
    other = Drawn("/tmp/<b>.png", cat.recipe, "1" * 16, 1.0)
    updates = board.show(tab.studio, [other, cat], 1, Words(), Verdict("identical", "Identical."), ways=(True, False))
    assert (updates[board.pictures], updates[board.selected], updates[board.beside]) == ([other, cat], 1, False)
    assert 'data-verdict="identical"' in updates[board.canvas] and cat.pixels_hash in updates[board.canvas]
    assert updates[board.row].count("<img") == 2 and "<b>" not in updates[board.row]
    assert Path(updates[board.keys.download]["value"]).suffix == ".png"


@pytest.mark.parametrize(("asked", "kind"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_the_file_on_the_key_is_of_the_format_that_was_picked(tab, cat, asked, kind):
    updates = tab.board.offer(tab.studio, cat, Words(), asked)
    assert list(updates) == [tab.board.keys.download] and updates[tab.board.keys.download]["interactive"]
    with Image.open(updates[tab.board.keys.download]["value"]) as file:
        assert (file.format, file.size) == (kind, (cat.recipe.width, cat.recipe.height))


def test_a_place_of_the_picture_before_is_no_format_of_the_next(tab, cat):
    updates = tab.board.offer(tab.studio, cat, Words(), "for:whatsapp")
    assert updates[tab.board.keys.file_format] == "png"
    assert updates[tab.board.keys.download]["value"].endswith(".png")


def test_a_file_that_cannot_be_made_is_said_and_not_offered(tab, cat, warned, monkeypatch):
    def fails(*_):
        raise ValueError("`kind` is wrong.")

    monkeypatch.setattr(tab.studio.files, "download", fails)
    updates = tab.board.offer(tab.studio, cat, Words(), "png")
    key = updates[tab.board.keys.download]
    assert (key["value"], key["interactive"]) == (None, False)
    assert "kind is wrong." in updates[tab.board.line] and warned == ["kind is wrong."]


def test_a_refusal_is_said_twice_escaped_and_in_the_visitors_language(warned):
    line = refuse(ValueError("<script>"), Words())
    assert "<script>" not in line and "&lt;script&gt;" in line and 'class="status bad"' in line
    german = refuse(Words("de")("status.cancelled"), Words("de"))
    assert Words("de")("status.cancelled") in german and len(warned) == 2
