"""Example run: python -m pytest tests/commands/test_verify.py"""

import io

import pytest
from PIL import Image

from pipeline.__main__ import main
from pipeline.recipe import Recipe
from pipeline.serve.render import render
from pipeline.serve.store import open_store
from pipeline.watermark import default_key, embed_checked
from tests.tiny import tiny_pipeline


@pytest.fixture(scope="module")
def png():
    return render(tiny_pipeline(), Recipe(prompt="a cat", seed=1)).png


def test_a_picture_of_ours_is_known_with_its_recipe(png, tmp_path, capsys):
    (tmp_path / "cat.png").write_bytes(png)
    assert main(["verify", str(tmp_path / "cat.png")]) == 0
    out = capsys.readouterr().out
    assert "Easel made this picture" in out and "Seed: 1" in out and "differ" not in out


def test_a_picture_under_another_s_recipe_is_said_to_be_one(png, tmp_path, capsys):
    from pipeline.recipe import png_info

    with Image.open(io.BytesIO(png)) as image:
        image.save(tmp_path / "moved.png", pnginfo=png_info(Recipe(prompt="a dog")))
    assert main(["verify", str(tmp_path / "moved.png")]) == 0
    assert "The two ids differ" in capsys.readouterr().out


def test_verify_says_that_nothing_found_proves_nothing(tmp_path, capsys):
    Image.new("RGB", (256, 256), "gray").save(tmp_path / "plain.png")
    assert main(["verify", str(tmp_path / "plain.png")]) == 1
    out = capsys.readouterr().out
    assert "That does not say how the picture was made." in out and "no recipe" in out


def test_a_copy_without_its_recipe_finds_it_in_the_store_and_a_copied_mark_is_called_one(png, tmp_path, capsys):
    store, recipe = open_store(str(tmp_path / "store")), Recipe(prompt="a cat", seed=1)
    with Image.open(io.BytesIO(png)) as image:
        bare = image.convert("RGB")
        store.put(render(tiny_pipeline(), recipe).recipe, png)
    bare.save(tmp_path / "bare.png")
    told = ["--store", str(tmp_path / "store")]
    assert main(["verify", str(tmp_path / "bare.png"), *told]) == 0
    assert "Recipe in the store" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "bare.png")]) == 0
    assert "no recipe" in capsys.readouterr().out

    other = Image.effect_mandelbrot(bare.size, (-2, -1.5, 1, 1.5), 60).convert("RGB")
    payload = render(tiny_pipeline(), recipe).recipe.id32
    embed_checked(other, default_key(), payload).save(tmp_path / "copied.png")
    assert main(["verify", str(tmp_path / "copied.png"), *told]) == 1
    out = capsys.readouterr().out
    assert "COPIED" in out and "no recipe" in out


def test_a_store_that_is_not_there_is_said_to_be_none(png, tmp_path, capsys):
    (tmp_path / "cat.png").write_bytes(png)
    assert main(["verify", str(tmp_path / "cat.png"), "--store", str(tmp_path / "nowhere")]) != 0
    assert "there is none" in capsys.readouterr().err
