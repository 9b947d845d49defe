"""A picture leaves for a place at its size, cut free. Example run: python -m pytest tests/serve/test_stickers.py"""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.loading.capabilities import EASEL
from pipeline.recipe import Recipe
from pipeline.scene.edit import operation
from pipeline.serve.stickers import ICONS, icons_file, sticker_file, sticker_recipe
from pipeline.stickers.check import check_file, check_name
from pipeline.stickers.targets import TARGETS, find_target

EDITS = (operation("ground", "scene", "night sky"), operation("outline", 6, "#ff0000"), operation("mirror", "cat"))
RECIPE = Recipe(prompt="a cat, on a blue background", seed=7, edits=EDITS)


def cutout(side=512):
    image = Image.new("RGBA", (side, side))
    ImageDraw.Draw(image).ellipse((side // 6, side // 5, side * 5 // 6, side * 4 // 5), fill=(200, 120, 40, 255))
    return image


@pytest.mark.parametrize("name", TARGETS)
def test_every_place_gets_a_file_and_a_name_within_its_limits(name):
    target = find_target(name)
    called, made = sticker_file(cutout(), RECIPE, target)
    assert check_file(made.data, target) == []
    assert check_name(called.rpartition(".")[0], target) == []


def test_a_sticker_is_drawn_at_its_size_without_ground_and_its_edge_grows_with_it():
    recipe = sticker_recipe(RECIPE, find_target("whatsapp"), EASEL)
    assert (recipe.width, recipe.height, recipe.transparent) == (512, 512, 1)
    assert recipe.edits == (operation("outline", 12, "#ff0000"), operation("mirror", "cat"))
    assert (recipe.prompt, recipe.seed) == (RECIPE.prompt, RECIPE.seed)


def test_a_picture_that_is_large_enough_keeps_its_size_and_an_icon_its_ground():
    assert sticker_recipe(RECIPE, find_target("slack"), EASEL).width == RECIPE.width
    icon = sticker_recipe(RECIPE, find_target("ios-icon"), EASEL)
    assert icon.width == 1024 and not icon.transparent and icon.edits[0] == EDITS[0]
    wide = sticker_recipe(Recipe(prompt="a cat", width=768, height=432), find_target("line"), EASEL)
    assert (wide.width, wide.height) == (768, 432)


def test_icons_leave_as_a_zip_of_their_set():
    recipe = sticker_recipe(Recipe(prompt="a cat", seed=7), ICONS, EASEL)
    assert (recipe.width, recipe.transparent) == (1024, 1)
    name, data = icons_file(cutout(1024), recipe, "android", "#1f9e94")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {"ic_launcher_foreground.png", "ic_launcher.xml"} <= set(archive.namelist())
        ground = Image.open(archive.open("ic_launcher_background.png")).convert("RGB").resize((1, 1)).getpixel((0, 0))
    assert (
        name.endswith("_android.zip") and max(abs(a - b) for a, b in zip(ground, (0x1F, 0x9E, 0x94), strict=True)) < 4
    )


def test_a_glyph_leaves_as_one_picture_in_the_colour_that_was_picked():
    recipe = sticker_recipe(Recipe(prompt="a cat", seed=7), ICONS, EASEL)
    name, data = icons_file(cutout(1024), recipe, "glyph", colour="#c02040")
    with Image.open(io.BytesIO(data)) as image:
        pixels = np.asarray(image)
    assert name.endswith("_glyph.png")
    assert abs(np.median(pixels[pixels[..., 3] > 250][:, :3], axis=0) - (0xC0, 0x20, 0x40)).max() < 8


def test_an_edge_of_its_own_takes_the_place_of_the_advised_one():
    target = find_target("whatsapp")
    own = sticker_file(cutout(), RECIPE, target)[1]
    advised = sticker_file(cutout(), Recipe(prompt="a cat", seed=7), target)[1]
    sides = [
        Image.open(io.BytesIO(each.data)).convert("RGBA").getpixel((target.margin + 4, 256)) for each in (own, advised)
    ]
    assert sides[0][2] < 120 and min(sides[1]) > 200, "its own picture reaches the margin; else a white edge does"
