"""Pictures side by side. Example run: python -m pytest tests/stickers/test_sheet.py"""

import numpy as np
import pytest
from PIL import Image, ImageFont

from pipeline.stickers.sheet import CELL, GAP, LABEL, _cut, contact_sheet

RED, WIDE = Image.new("RGB", (90, 90), "red"), Image.new("RGB", (200, 50), "blue")


@pytest.fixture(autouse=True)
def unmarked(monkeypatch):
    """The mark has tests of its own, and would change the pixels that are looked at here."""
    monkeypatch.setattr("pipeline.stickers.sheet.embed_checked", lambda sheet, *_, **__: sheet)


@pytest.mark.parametrize(
    ("count", "columns", "size"),
    [
        (1, 5, (GAP + CELL + GAP, 357)),  # as high as a mark needs: 65,536 pixels in all
        (4, 5, (GAP + 4 * (CELL + GAP), GAP + CELL + LABEL + GAP)),
        (7, 3, (GAP + 3 * (CELL + GAP), GAP + 3 * (CELL + LABEL + GAP))),
    ],
)
def test_a_sheet_is_as_large_as_its_cells(count, columns, size):
    sheet = contact_sheet([RED] * count, ["red"] * count, columns)
    assert sheet.size == size and sheet.mode == "RGB"


def test_each_picture_is_in_its_cell_in_reading_order_and_none_is_left_empty():
    sheet = np.asarray(contact_sheet([RED, None, WIDE], ["a", "b", "c"], columns=2))
    cells = [
        sheet[top : top + CELL, left : left + CELL]
        for top in (GAP, GAP + CELL + LABEL + GAP)
        for left in (GAP, GAP + CELL + GAP)
    ]
    assert (cells[0] == (255, 0, 0)).all() and (cells[1] == 255).all() and (cells[3] == 255).all()
    rows = (cells[2] == (0, 0, 255)).all(-1).any(1).nonzero()[0]
    assert (rows[0], rows[-1]) == (60, 99), "a quarter as high as wide, in the middle"


def test_what_is_seen_through_is_white_without_a_dark_edge():
    cut = Image.new("RGBA", (160, 160), (0, 0, 0, 0))
    cut.paste((255, 0, 0, 255), (40, 40, 120, 120))
    cell = np.asarray(contact_sheet([cut], [""]))[GAP : GAP + CELL, GAP : GAP + CELL]
    assert (cell[:38] == 255).all() and cell[80, 80].tolist() == [255, 0, 0] and cell[..., 0].min() >= 250


def test_a_label_is_cut_to_its_cell():
    font = ImageFont.load_default(13)
    assert _cut("a fox", font) == "a fox"
    cut = _cut("a fox that is told of in very many words", font)
    assert cut.endswith("…") and cut[:-1] in "a fox that is told of in very many words" and font.getlength(cut) <= CELL
    assert font.getlength("a fox that is told of in very many words"[: len(cut) + 1]) > CELL - font.getlength("…")


@pytest.mark.parametrize(("pictures", "labels"), [([], []), ([RED], []), ([RED], ["a", "b"])])
def test_every_picture_has_its_label(pictures, labels):
    with pytest.raises(ValueError, match=f"a label for each picture, got {len(labels)} for {len(pictures)}."):
        contact_sheet(pictures, labels)
