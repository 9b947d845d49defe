"""Example run: python -m pytest tests/commands/test_verify.py"""

import io

import pytest
from PIL import Image

from pipeline.__main__ import main
from pipeline.recipe import Recipe
from pipeline.serve.render import render
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
