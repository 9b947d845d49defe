"""Example run: python -m pytest tests/serve/test_sheets.py"""

import csv
import io
import json
import zipfile
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from PIL import Image, ImageDraw

from pipeline.recipe import Recipe
from pipeline.serve.drawn import Drawn
from pipeline.serve.sheets import PICTURES, Sheet, pack_text, sheet_file

SHEET = Sheet.from_lines("a {red|blue} {car|boat}", title=" Cars ", style="3d render", seed=7)


@pytest.fixture
def drawn(tmp_path):
    sheet = SHEET
    for number in range(3):  # the last one is not drawn
        image = Image.new("RGBA", (256, 256))
        ImageDraw.Draw(image).ellipse((40, 40, 200, 210), fill=(200, 60 * number, 90, 255))
        image.save(tmp_path / f"{number}.png")
        sheet = sheet.with_drawn(number, Drawn(str(tmp_path / f"{number}.png"), sheet.recipes[number], "0" * 16, 0.1))
    return sheet


def test_braces_make_a_table_whose_cells_are_recipes_of_one_style_and_seed():
    assert [recipe.prompt for recipe in SHEET.recipes] == [
        "a red car, 3d render", "a red boat, 3d render", "a blue car, 3d render", "a blue boat, 3d render",
    ]  # fmt: skip
    assert SHEET.columns == ["car", "boat"] and {recipe.seed for recipe in SHEET.recipes} == {7}
    assert Sheet.from_lines("a fox\na cat", title="", style="", seed=1).columns == []


def test_another_seed_for_one_cell_takes_its_picture_away_and_no_other(drawn):
    sheet = drawn.with_recipe(1, Recipe(prompt="a red boat", seed=8))
    assert sorted(sheet.drawn) == [0, 2] and sheet.recipes[0] == drawn.recipes[0]


def test_the_pictures_leave_with_their_recipes(drawn):
    name, data = sheet_file(drawn, PICTURES)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("recipes.csv").decode())))
        objects = json.loads(archive.read("recipes.json"))
        assert archive.read("001-0.png") == open(drawn.drawn[0].path, "rb").read()
    assert [row["link"] != "" for row in rows] == [True, True, True, False]
    assert Recipe.from_json(json.dumps(objects[2]["recipe"])) == drawn.recipes[2] and objects[3]["recipe"] is None


def test_a_pack_comes_back_from_the_json_it_left_with(drawn):
    name, data = sheet_file(replace(drawn, tray=2), "telegram", emoji=["🚗", "", ""], alt=["My car", "", ""])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        said = json.loads(archive.read("pack.json"))
    assert said["stickers"][0]["emoji"] == ["🚗"] and said["stickers"][0]["alt"] == "My car"
    for text in (json.dumps(said["easel"]), json.dumps(said), pack_text(data)):
        again, texts = Sheet.from_pack(text)
        assert again.recipes == drawn.recipes[:3] and again.title == "Cars" and again.tray == 2
        assert texts[0] == ["a red car", "🚗", "My car"]
        assert again.with_prompt(1, "a bus").recipes[1].prompt == "a bus, 3d render", "the set keeps its style"
    with pytest.raises(ValueError, match="no pack.json"):
        pack_text(sheet_file(drawn, "whatsapp")[1])


@pytest.mark.parametrize("place", [45, 60])  # within the deflated bytes, the first of which say how they are coded
def test_a_damaged_zip_is_refused_in_words(place):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pack.json", json.dumps({"easel": list(range(500))}))
    data = bytearray(buffer.getvalue())
    data[39] ^= 0xFF if place == 45 else 0
    data[place] ^= 0xFF
    with pytest.raises(ValueError, match="no pack.json in this file"):
        pack_text(bytes(data))


def test_a_link_brings_words_style_and_seeds_back():
    back = Sheet.from_query(dict(parse_qsl(SHEET.query[1:])))
    assert (back.cells, back.recipes, back.title, back.columns) == (SHEET.cells, SHEET.recipes, "Cars", SHEET.columns)
    other = SHEET.with_recipe(2, replace(SHEET.recipes[2], seed=99)).with_prompt(0, "a pink car")
    back = Sheet.from_query(dict(parse_qsl(other.query[1:])))
    assert back.recipes == other.recipes and [recipe.seed for recipe in back.recipes] == [7, 7, 99, 7]
    for damaged in ("1,2", "x", "1,,2", "9" * 11):
        with pytest.raises(ValueError, match="seeds are damaged"):
            Sheet.from_query({"pack": "a cat\na dog\na fox", "pack_seeds": damaged})


def test_a_link_brings_changes_look_and_icon_back():
    sheet = Sheet.from_lines("a cat\na dog\na fox", title="", style="", seed=7, edge=True, shadow=True)
    assert {recipe.edits for recipe in sheet.recipes} == {("outline 8 '#ffffff'", "shadow on")}
    wished = replace(sheet.recipes[1], edits=(*sheet.recipes[1].edits, "colour dog '#ff66aa'", "mirror dog"))
    sheet = replace(sheet.with_recipe(1, wished), tray=2)
    back = Sheet.from_query(dict(parse_qsl(sheet.query[1:])))
    assert (back.recipes, back.tray, back.edge, back.shadow) == (sheet.recipes, 2, True, True)
    assert "pack_edits_1" not in sheet.query
    for damaged in ("0", "4", "x", "-1"):
        with pytest.raises(ValueError, match="changes are damaged"):
            Sheet.from_query({"pack": "a cat\na dog\na fox", f"pack_edits_{damaged}": "mirror dog"})
    assert Sheet.from_query({"pack": "a cat\na dog\na fox", "pack_tray": "9"}).tray == 0


def test_an_edge_is_laid_and_taken_off_again_and_other_changes_stay(drawn):
    changed = drawn.with_recipe(0, replace(drawn.recipes[0], edits=("mirror car",))).with_look(True, False)
    assert changed.recipes[0].edits == ("outline 8 '#ffffff'", "mirror car") and not changed.drawn
    assert changed.with_look(False, False).recipes[0].edits == ("mirror car",)
    assert changed.with_prompt(1, "a pink boat").recipes[1].edits == ("outline 8 '#ffffff'",)


def test_a_pack_with_an_edge_opens_with_its_switch_on(drawn):
    sheet = drawn.with_look(True, False)
    for number, each in drawn.drawn.items():
        sheet = sheet.with_drawn(number, each)
    again, _ = Sheet.from_pack(sheet.pack().to_json())
    assert (again.edge, again.shadow, again.recipes) == (True, False, sheet.recipes[:3])


def test_other_words_for_one_take_its_picture_and_its_changes_and_keep_the_rest(drawn):
    edited = drawn.with_recipe(0, replace(drawn.recipes[0], edits=("mirror car",))).with_prompt(0, " a  pink {car} ")
    assert edited.cells[0].prompt == "a pink car" and edited.recipes[0].prompt == "a pink car, 3d render"
    assert edited.recipes[0].edits == () and edited.recipes[1:] == drawn.recipes[1:] and sorted(edited.drawn) == [1, 2]
    failed = edited.with_failed(0, "Not this.")
    assert failed.failed == {0: "Not this."} and failed.with_drawn(0, drawn.drawn[1]).failed == {}


def test_the_packs_icon_is_the_one_that_was_chosen_though_others_are_missing(drawn):
    assert replace(drawn, tray=2).pack().tray == 2
    gaps = replace(drawn, drawn={0: drawn.drawn[0], 2: drawn.drawn[2], 3: drawn.drawn[1]}, tray=2)
    assert gaps.pack().tray == 1 and replace(gaps, tray=1).pack().tray == 0


def test_whatsapp_gets_its_own_kind_of_file(drawn):
    name, data = sheet_file(drawn, "whatsapp")
    assert name == "easel.wastickers" and "tray.png" in zipfile.ZipFile(io.BytesIO(data)).namelist()


def test_what_is_not_drawn_or_gone_is_said(drawn, tmp_path):
    with pytest.raises(ValueError, match="Nothing of this is drawn yet"):
        sheet_file(SHEET, PICTURES)
    with pytest.raises(ValueError, match="single pictures, no packs"):
        sheet_file(drawn, "slack")
    for each in drawn.drawn.values():
        open(each.path, "w").close()
    (tmp_path / "1.png").unlink()
    with pytest.raises(ValueError, match="no longer kept here"):
        sheet_file(drawn, PICTURES)


def test_what_was_typed_stays_also_where_prompts_are_the_same():
    foxes = Sheet.from_lines("a fox\na fox\na cat", title="", style="", seed=7)
    rows = foxes.texts([])
    assert rows == [["a fox", "🦊", "A fox"], ["a fox", "🦊", "A fox"], ["a cat", "🐈", "A cat"]]
    rows[0][1], rows[1][1], rows[1][2] = "🥇", "🥈", "the second"
    assert foxes.texts(rows) == rows
    assert foxes.with_prompt(2, "a dog").texts(rows) == [*rows[:2], ["a dog", "🐕", "A dog"]]
