"""Packs: what they hold travels, what is drawn stays, and the files keep to the place's limits.

Example run: pytest tests/stickers/test_pack.py
"""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageChops

from pipeline.recipe import Recipe
from pipeline.stickers.check import check_pack, read_pack
from pipeline.stickers.decorate import Decoration
from pipeline.stickers.exif import read_sticker_exif
from pipeline.stickers.pack import Pack, PackPicture, Sticker, draw_pack, make_pack, pack_files, wastickers, zip_files
from pipeline.stickers.sheet import contact_sheet
from pipeline.stickers.tags import alternative_text, emoji_of
from pipeline.stickers.targets import TARGETS
from pipeline.watermark import WatermarkError, WatermarkKey, verify
from tests.watermark.test_cutouts import draw_cutout

KEY = WatermarkKey.from_secret(b"a key for these tests only")
PROMPTS = ["a happy fox", "a fox in love", "a sleeping fox"]


def draw(prompt: str, seed: int) -> PackPicture:
    return PackPicture(draw_cutout(), Recipe(prompt=prompt, seed=seed))


def test_a_pack_is_filled_in_and_travels_as_json():
    pack = make_pack("Foxes", PROMPTS, seed=7, style="flat sticker", decoration=Decoration(outline=6, shadow=True))
    assert pack.stickers[0].emoji == ("😀", "🦊") and pack.stickers[0].alt == "A happy fox"
    assert pack.prompt(1) == "a fox in love, flat sticker"
    pack = pack.changed(2, recipe=Recipe(prompt="a sleeping fox", seed=7))
    assert Pack.from_json(pack.to_json()) == pack


def test_one_sticker_is_changed_and_the_others_are_not():
    pack = make_pack("Foxes", PROMPTS).changed(0, recipe=Recipe(prompt="a happy fox"), alt="Mine", emoji=("🎉",))
    rolled = pack.changed(0, seed=9)
    assert (rolled.stickers[0].seed, rolled.stickers[0].recipe, rolled.stickers[0].alt) == (9, None, "Mine")
    assert rolled.stickers[1:] == pack.stickers[1:]
    other = pack.changed(0, prompt="an angry bear")
    assert other.stickers[0].emoji == ("😠", "🐻") and other.stickers[0].alt == "An angry bear"
    assert pack.changed(0, prompt="a bear", alt="Kept").stickers[0].alt == "Kept"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no pack"),
        ("[]", "no pack"),
        ('{"easel_pack": 2}', "later version"),
        ('{"easel_pack": 1, "title": "x", "stickers": [{"prompt": "a"}]}', "3 to 30 stickers, got 1"),
        ('{"easel_pack": 1, "title": "", "stickers": ' + json.dumps([{"prompt": "a"}] * 3) + "}", "`title` takes"),
        ('{"easel_pack": 1, "title": "x", "stickers": ' + json.dumps([{"prompt": ""}] * 3) + "}", "`prompt` takes"),
        ('{"easel_pack": 1, "title": "x", "stickers": ' + json.dumps([{"prompt": "a", "x": 1}] * 3) + "}", "no pack"),
        (
            '{"easel_pack": 1, "title": "x", "tray": 3, "stickers": ' + json.dumps([{"prompt": "a"}] * 3) + "}",
            "`tray`",
        ),
        ("[" * 100_000, "no pack"),
    ],
)
def test_what_is_no_pack_is_said(text, words):
    with pytest.raises(ValueError, match=words):
        Pack.from_json(text)


@pytest.mark.parametrize("values", [{"seed": -1}, {"seed": True}, {"prompt": 3}, {"emoji": ("",)}, {"emoji": (1,)}])
def test_a_sticker_out_of_range_is_refused(values):
    with pytest.raises(ValueError, match=f"`{next(iter(values))}` takes"):
        Sticker(**{"prompt": "a fox", **values})


def test_cancel_keeps_what_is_drawn_and_drawing_goes_on_from_there():
    pack, seen = make_pack("Foxes", PROMPTS), {}
    for number, drawn in draw_pack(pack, draw, cancel=lambda: len(seen) == 2):
        seen[number] = drawn
    assert list(seen) == [0, 1]
    rest = dict(draw_pack(pack, draw, done=seen))
    assert list(rest) == [2] and rest[2].recipe.prompt == "a sleeping fox"


def test_one_that_cannot_be_drawn_does_not_stop_the_others():
    def refusing(prompt, seed):
        if "love" in prompt:
            raise WatermarkError("no mark")
        return draw(prompt, seed)

    found = dict(draw_pack(make_pack("Foxes", PROMPTS), refusing))
    assert isinstance(found[1], WatermarkError) and isinstance(found[2], PackPicture)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    pack = make_pack("Foxes", PROMPTS, seed=3)
    for number in range(3):
        pack = pack.changed(number, recipe=Recipe(prompt=PROMPTS[number], seed=3))
    return pack_files(pack, {number: draw_cutout() for number in range(3)}, TARGETS["whatsapp"], KEY)


def test_the_files_keep_to_the_places_limits_and_carry_their_recipes_mark(files):
    assert check_pack(zip_files(files), TARGETS["whatsapp"]) == []
    names = ["01-a-happy-fox.webp", "02-a-fox-in-love.webp", "03-a-sleeping-fox.webp"]
    assert [name for name in files if name.endswith(".webp")] == names
    read = verify(Image.open(io.BytesIO(files[names[1]])), KEY)
    assert (read.result, read.payload) == ("GENERATED", Recipe(prompt=PROMPTS[1], seed=3).id32)
    said = read_pack(zip_files(files))
    assert said.title == "Foxes" and said.emoji[names[0]] == ["😀", "🦊"] and said.alt[names[2]] == "A sleeping fox"
    assert verify(Image.open(io.BytesIO(files["contact-sheet.png"])), KEY).result == "GENERATED"
    again = Pack.from_json(json.dumps(json.loads(files["pack.json"])["easel"]))
    assert [sticker.prompt for sticker in again.stickers] == PROMPTS


@pytest.mark.parametrize("place", ["discord-sticker", "discord-emoji"])
def test_names_are_such_as_discord_takes(place):
    long = "a fox that is very happy and waves with both of its hands"
    pack = make_pack("Foxes", [long, *PROMPTS[1:]])
    files = pack_files(pack, {number: draw_cutout() for number in range(3)}, TARGETS[place], KEY)
    assert check_pack(zip_files(files), TARGETS[place]) == []


def test_a_wastickers_file_holds_what_its_readers_expect(files):
    data = wastickers(files)
    assert check_pack(data, TARGETS["whatsapp"]) == [] and data == wastickers(files)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        others = {name for name in archive.namelist() if not name.endswith(".webp")}
        assert others == {"tray.png", "title.txt", "author.txt"}
        tray = Image.open(io.BytesIO(archive.read("tray.png")))
        assert tray.size == (96, 96) and tray.mode == "RGBA"
        told = read_sticker_exif(archive.read("01-a-happy-fox.webp"))
    assert told["emojis"] == ["😀", "🦊"] and told["accessibility-text"] == "A happy fox"
    said = read_pack(data)
    assert (
        said.emoji["02-a-fox-in-love.webp"] == ["😍", "🦊"] and said.alt["03-a-sleeping-fox.webp"] == "A sleeping fox"
    )
    with pytest.raises(ValueError, match="for whatsapp"):
        wastickers({"a.png": b""})


def test_what_was_typed_is_kept_and_cut_where_a_place_takes_less(files):
    long = "mine. " + "word " * 30
    pack = make_pack("Foxes", PROMPTS).changed(0, alt=long, emoji=("🎉", "🦊", "🌲", "🌳"))
    made = pack_files(pack, {number: draw_cutout() for number in range(3)}, TARGETS["discord-sticker"], KEY)
    entry = json.loads(made["pack.json"])["stickers"][0]
    assert (
        entry["alt"].startswith("mine. word")
        and len(entry["alt"]) <= 100
        and entry["emoji"] == ["🎉", "🦊", "🌲", "🌳"]
    )
    assert json.loads(made["emoji.txt"])["01-a-happy-fox"] == "🎉🦊🌲🌳", "as sticker-convert reads it"
    with pytest.raises(ValueError, match="`emoji` takes emoji"):
        pack.changed(0, emoji=("party",))


def test_the_words_that_a_sticker_is_found_by_keep_to_the_places_limits():
    long = " ".join(f"{letter * 9}ing" for letter in "abcdefghijklmnopqrstuvwxyz")
    pack = make_pack("A title " * 16, [long, *PROMPTS[1:]])
    pictures = {number: draw_cutout() for number in range(3)}
    told = {}
    for place in ("telegram", "discord-sticker"):
        files = pack_files(pack, pictures, TARGETS[place], KEY)
        assert check_pack(zip_files(files), TARGETS[place]) == []
        told[place] = json.loads(files["pack.json"])
    assert len(told["telegram"]["title"]) <= 64
    assert told["telegram"]["stickers"][1]["keywords"] == ["fox", "love"]
    assert len("".join(told["telegram"]["stickers"][0]["keywords"])) <= 64
    assert told["discord-sticker"]["stickers"][1]["tags"] == "fox, love"
    assert len(told["discord-sticker"]["stickers"][0]["tags"]) <= 200


def test_too_few_drawn_or_a_place_without_packs_is_said():
    pack = make_pack("Foxes", PROMPTS)
    with pytest.raises(ValueError, match="3 to 30 stickers, got 1 drawn"):
        pack_files(pack, {0: draw_cutout()}, TARGETS["whatsapp"], KEY)
    with pytest.raises(ValueError, match="no packs"):
        pack_files(pack, {0: draw_cutout()}, TARGETS["kakao"], KEY)


@pytest.mark.parametrize(
    ("prompt", "emoji"),
    [
        ("a red apple", "🍎"),
        ("two rockets", "🚀"),
        ("a hedgehog, 3d render", "🦔"),
        ("hot dog", "🌭"),
        ("an umbrella", "☂️"),
        ("a car", "🚗"),
        ("a party of penguins", "🐧"),
        ("qwertz", "🙂"),
    ],
)
def test_emoji_come_from_the_words(prompt, emoji):
    found = emoji_of(prompt)
    assert emoji in found and 1 <= len(found) <= 3


def test_a_vocabularys_own_emoji_come_first():
    assert emoji_of("a red fox by a fox", known={"fox": "🐺", "red fox": "🐕"}) == ("🐕", "🐺")


def test_alternative_text_is_cut_at_a_word():
    assert alternative_text("  a red\n fox. ") == "A red fox"
    cut = alternative_text("word " * 40, 125)
    assert len(cut) <= 125 and cut.endswith("word…")


def test_the_contact_sheet_shows_every_picture_and_is_marked():
    sheet = contact_sheet(
        [draw_cutout()] * 7, [f"a fox number {number} with a long label" for number in range(7)], key=KEY
    )
    assert verify(sheet, KEY).result == "GENERATED"
    cells = [sheet.crop((12 + 172 * i, 12, 172 + 172 * i, 172)) for i in range(5)]
    assert all(ImageChops.difference(cell, Image.new("RGB", cell.size, "white")).getbbox() for cell in cells)
    assert contact_sheet([draw_cutout()] * 4, ["a fox"] * 4, key=KEY).size == (700, 206)
    assert verify(contact_sheet([draw_cutout()], ["a fox"], key=KEY), KEY).result == "GENERATED"
    with pytest.raises(ValueError, match="label for each"):
        contact_sheet([draw_cutout()], [])


def test_a_contact_sheet_of_a_hundred_is_marked_too_and_leaves_empty_what_was_not_drawn():
    sheet = contact_sheet([draw_cutout()] * 99 + [None], ["a fox"] * 100, key=KEY)
    assert sheet.size == (12 + 10 * 172, 12 + 10 * 194) and verify(sheet, KEY).result == "GENERATED"
    last = np.asarray(sheet.crop((12 + 9 * 172, 12 + 9 * 194, 172 + 9 * 172, 172 + 9 * 194)), int)
    assert abs(last - 255).max() <= 24  # the mark alone
    wide = contact_sheet([draw_cutout()] * 40, ["a fox"] * 40, columns=20, key=KEY)
    assert wide.width == 12 + 7 * 172  # twenty columns would be wider than a mark is looked for at


def test_a_sticker_whose_file_takes_no_mark_is_named():
    thin = Image.new("RGBA", (512, 512))
    thin.paste((200, 30, 30, 255), (255, 0, 257, 512))
    pack = make_pack("Lines", ["a fox", "a cat", "a line"])
    with pytest.raises(WatermarkError, match="^Sticker 3, a line: The watermark could not be read back"):
        pack_files(pack, {0: draw_cutout(), 1: draw_cutout(), 2: thin}, TARGETS["telegram"], KEY)
