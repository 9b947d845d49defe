"""The download key. Example run: python -m pytest tests/ui/test_takeaway.py"""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from pipeline.stickers.targets import find_target
from pipeline.ui.picture_keys import FOR, ICON_SET
from pipeline.ui.takeaway import _colour, _toned
from pipeline.ui.words import Words


@pytest.fixture(scope="module")
def cat(tab):
    return tab.drawn()


@pytest.fixture
def takeaway(tab):
    return tab.create._takeaway


@pytest.fixture
def at_hand(tab, cat, monkeypatch):
    """The picture that a set is made of is there: to draw one of 1,024 pixels takes two seconds."""
    *_, rendered = tab.studio.draw(cat.recipe)
    cut = Image.new("RGBA", (256, 256))
    cut.paste((250, 240, 230, 255), (40, 40, 216, 216))
    monkeypatch.setattr(tab.studio, "draw", lambda *_, **__: iter([replace(rendered, image=cut)]))


def made(tab, takeaway, cat, chosen: str, colour: str = "#000000") -> list[dict]:
    return list(takeaway.make([cat], 0, chosen, colour, tab.visitor()))


def test_a_format_is_there_at_once_and_a_place_says_that_it_is_being_made(tab, takeaway, cat):
    key = tab.board.keys.download
    assert takeaway.offer([cat], 0, "webp", tab.visitor())[key]["value"].endswith(".webp")
    making = takeaway.offer([cat], 0, f"{FOR}whatsapp", tab.visitor("de"))
    assert making[key]["interactive"] is False and Words("de")("keys.making") in making[tab.board.line]
    assert key not in takeaway.offer([], None, "png", tab.visitor())


@pytest.mark.parametrize(("number", "chosen"), [(None, f"{FOR}whatsapp"), (0, "png")])
def test_what_is_no_place_or_no_picture_makes_nothing(tab, takeaway, cat, number, chosen):
    (update,) = takeaway.make([cat], number, chosen, "#000000", tab.visitor())
    assert list(update) == [tab.board.line]


def test_a_places_file_is_on_the_key_and_its_line_says_what_it_is(tab, takeaway, cat):
    *_, last = made(tab, takeaway, cat, f"{FOR}slack")
    path = Path(last[tab.board.keys.download]["value"])
    target = find_target("slack")
    with Image.open(path) as file:
        assert file.size == target.size and file.format in target.formats
    assert path.name == f"easel_{path.name.split('_')[1]}_slack{path.suffix}"
    line = last[tab.board.line]
    assert "status good" in line and f"{target.size[0]}" in line and f"{path.stat().st_size / 1000:.0f}" in line


def test_icons_are_a_zip_of_them(tab, takeaway, cat, at_hand):
    *_, last = made(tab, takeaway, cat, f"{ICON_SET}favicon")
    files = zipfile.ZipFile(io.BytesIO(Path(last[tab.board.keys.download]["value"]).read_bytes()))
    assert {"favicon.ico", "apple-touch-icon.png", "head.html"} <= set(files.namelist())


def test_a_glyph_is_one_picture_in_the_colour_that_was_picked(tab, takeaway, cat, at_hand):
    *_, last = made(tab, takeaway, cat, f"{ICON_SET}glyph", "#c02040")
    with Image.open(last[tab.board.keys.download]["value"]) as file:
        colours = {colour[:3] for _, colour in file.convert("RGBA").getcolors(1 << 20) if colour[3] == 255}
    near = [max(abs(one - other) for one, other in zip(colour, (0xC0, 0x20, 0x40), strict=True)) for colour in colours]
    assert near and max(near) < 40, "that colour, and the mark in it"


@pytest.mark.parametrize("chosen", [f"{FOR}nowhere", f"{ICON_SET}glyph"])
def test_what_cannot_be_made_is_said(tab, takeaway, cat, at_hand, warned, chosen):
    *_, last = made(tab, takeaway, cat, chosen, "no colour")
    assert "status bad" in last[tab.board.line] and len(warned) == 1 and tab.board.keys.download not in last


def test_a_colour_is_asked_for_by_sets_of_one_colour_alone():
    assert [_toned(name) for name in ("icons:glyph", "icons:duotone", "icons:favicon", "for:whatsapp", "png")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert _colour(SimpleNamespace(colour="#abcdef")) == "#abcdef"
