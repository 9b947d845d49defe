"""Stickers, packs, tables and icons from the command line.

Example run: python -m pytest tests/commands/test_sticker.py
"""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from pipeline.__main__ import main
from pipeline.recipe import Recipe
from pipeline.recipe.files import read_recipe
from pipeline.stickers.check import read_facts, read_pack
from pipeline.stickers.pack import Pack, PackPicture
from pipeline.watermark import embed_checked, verify
from tests.loading.test_weights import saved  # noqa: F401 - the fixture
from tests.watermark.test_cutouts import draw_cutout


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    draw_cutout().save("fox.png")

    def run(*words):
        status = main(list(words))
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def drawer(monkeypatch):
    """Draws the same fruit for every prompt, but nothing for "a bomb", as the screen would not."""

    def draw(prompt, seed):
        if "bomb" in prompt:
            raise ValueError("This is not drawn here.")
        recipe = Recipe(prompt=prompt, seed=seed)
        note = "“sad” is not shown." if "sad" in prompt else ""
        return PackPicture(embed_checked(draw_cutout(), payload=recipe.id32), recipe, note)

    for module in ("pack", "many", "picture_options"):
        monkeypatch.setattr(f"pipeline.commands.{module}.cutout_drawer", lambda model: draw)


def test_a_picture_becomes_a_file_that_the_place_takes_and_the_check_agrees(run):
    status, out, _ = run("sticker", "--image", "fox.png", "--for", "whatsapp", "-o", "fox.webp", "--shadow")
    assert status == 0 and "WhatsApp sticker: WEBP of 512x512" in out and "read back" in out
    status, out, _ = run("check-sticker", "fox.webp", "--for", "whatsapp")
    assert (status, out) == (0, "fox.webp: fits whatsapp\n")
    status, out, _ = run("check-sticker", "fox.webp", "--for", "kakao")
    assert status == 1 and "kakao: format: takes PNG, got WEBP" in out
    status, out, _ = run("check-sticker", "fox.webp")
    assert status == 0 and "fits whatsapp, telegram" in out and "line: format" in out


def test_a_drawn_sticker_carries_its_recipes_mark(run, drawer):
    status, out, _ = run("sticker", "a happy fox", "--style", "cartoon", "--seed", "7", "--for", "signal")
    recipe = Recipe(prompt="a happy fox, cartoon", seed=7)
    assert status == 0 and recipe.id in out
    assert verify(Image.open("sticker.webp")).payload == recipe.id32


def test_a_model_draws_on_nothing(run, saved):  # noqa: F811
    status, out, error = run("sticker", "a cat, 3d render", "--for", "webp", "-o", "cat.webp", "--model", str(saved))
    assert status == 0, error
    assert "transparent=1" in out
    assert read_facts(Path("cat.webp").read_bytes()).transparent
    assert verify(Image.open("cat.webp")).result == "GENERATED"


def test_a_pack_is_drawn_and_written_without_what_could_not_be(run, drawer):
    words = ["pack", "a fox", "--vary", "happy,sad,in love,with a bomb", "--title", "Foxes", "--seed", "4"]
    status, out, _ = run(*words, "-o", "foxes.zip")
    assert status == 1 and "a fox with a bomb: This is not drawn here." in out and "3 of 4 stickers" in out
    assert run("check-sticker", "foxes.zip", "--for", "whatsapp")[:2] == (0, "foxes.zip: fits whatsapp\n")
    with zipfile.ZipFile("foxes.zip") as archive:
        pack = Pack.from_json(json.dumps(json.loads(archive.read("pack.json"))["easel"]))
    assert [sticker.recipe is None for sticker in pack.stickers] == [False, False, False, True]
    Path("pack.json").write_text(pack.to_json(), encoding="utf-8")
    status, out, _ = run("pack", "--from", "pack.json", "--for", "telegram", "-o", "folder")
    assert status == 1 and "3 of 4" in out
    assert read_facts(Path("folder/01-a-happy-fox.webp").read_bytes()).height == 512


def test_a_wastickers_file_is_for_whatsapp(run, drawer):
    assert run("pack", "a", "b", "c", "-o", "abc.wastickers")[0] == 0
    assert len(read_pack(Path("abc.wastickers").read_bytes()).stickers) == 3
    status, _, error = run("pack", "a", "b", "c", "-o", "abc.wastickers", "--for", "telegram")
    assert status == 2 and "is for whatsapp" in error


def test_many_come_with_their_recipes(run, drawer):
    status, out, _ = run("many", "{red|green} {car|bomb}", "-o", "cars.zip", "--seed", "3")
    assert status == 1 and "2 of 4 pictures" in out
    with zipfile.ZipFile("cars.zip") as archive:
        assert archive.namelist() == ["001.png", "003.png", "contact-sheet.png", "recipes.csv", "recipes.json"]
        rows = list(csv.DictReader(io.StringIO(archive.read("recipes.csv").decode())))
        picture = Image.open(io.BytesIO(archive.read("003.png")))
        sheet = Image.open(io.BytesIO(archive.read("contact-sheet.png")))
        assert read_recipe(picture) == Recipe(prompt="green car", seed=3)
    assert [(row["row"], row["column"], row["seed"]) for row in rows[1:3]] == [
        ("red", "bomb", ""),
        ("green", "car", "3"),
    ]
    assert sheet.size == (12 + 2 * 172, 12 + 2 * 194)  # rows and columns, with a place for what was not drawn


def test_what_is_not_shown_is_said(run, drawer):
    assert "  a sad key  😢🔑  “sad” is not shown.\n" in run("pack", "a key", "a sad key", "a fox")[1]
    assert run("many", "{red|sad} key")[1].splitlines()[:2] == [
        "  1/2  red key",
        "  2/2  sad key  “sad” is not shown.",
    ]
    assert run("sticker", "a sad key")[1].startswith("“sad” is not shown.\n")
    assert "not shown" not in run("sticker", "a key")[1]


def test_the_same_prompt_twice_is_two_pictures(run, drawer):
    status, out, _ = run("many", "a car", "a car", "-o", "cars.zip")
    assert status == 0 and "2 of 2 pictures" in out


def test_a_picture_that_takes_no_mark_is_one_sentence(run):
    picture = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    picture.paste((200, 30, 30, 255), (255, 0, 257, 512))
    picture.save("thin.png")
    status, _, error = run("sticker", "--image", "thin.png", "--outline", "0", "-o", "thin.webp")
    assert status == 2 and "watermark could not be read back" in error and error.count("\n") == 1


def test_icon_sets_are_folders(run):
    status, out, _ = run("icons", "--image", "fox.png", "--set", "android", "--set", "glyph", "-o", "made")
    assert status == 0 and "ic_launcher_foreground.png" in out
    assert Image.open("made/android/ic_launcher_foreground.png").size == (432, 432)
    assert verify(Image.open("made/glyph/glyph.png")).result == "GENERATED"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sticker"], "either a prompt, or a picture"),
        (["sticker", "a fox", "--image", "fox.png"], "either a prompt, or a picture"),
        (["sticker", "--image", "absent.png"], "cannot be opened"),
        (["sticker", "--image", "fox.png", "--for", "myspace"], "no target 'myspace'"),
        (["sticker", "--image", "fox.png", "-o", "fox.png"], "takes a .webp file for whatsapp"),
        (["sticker", "--image", "fox.png", "--outline", "70"], "outline takes 0 to 64"),
        (["check-sticker", "absent.webp"], "absent.webp"),
        (["pack", "a", "b"], "3 to 30 stickers, got 2"),
        (["pack", "a", "b", "--vary", "poses"], "takes one subject, got 2"),
        (["pack", "a", "b", "c", "--for", "kakao"], "takes single pictures"),
        (["many", "{red car"], "without the other"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, drawer, words, message):
    status, out, error = run(*words)
    assert status == 2 and out == "" and message in error and error.count("\n") == 1


def test_what_is_no_sticker_is_said(run, tmp_path):
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")
    status, _, error = run("check-sticker", "notes.txt")
    assert status == 2 and "notes.txt: This is no PNG" in error
