"""Example run: python -m pytest tests/commands/test_draw.py"""

import pytest
from PIL import Image

from pipeline.__main__ import main
from pipeline.recipe import read_png
from pipeline.recipe.files import read_recipe
from pipeline.watermark import verify
from tests.loading.test_weights import saved  # noqa: F401 - the fixture


@pytest.fixture
def run(saved, tmp_path, monkeypatch, capsys):  # noqa: F811
    monkeypatch.chdir(tmp_path)

    def run(*words):
        model = ["--model", str(saved)] if words[0] == "draw" else []
        status = main([*words, *model])
        return status, *capsys.readouterr()

    return run


def test_draw_writes_what_verify_confirms(run, tmp_path):
    status, out, _ = run("draw", "a cat, 3d render", "-o", "cat.png", "--seed", "7")
    assert status == 0 and "cat.png  seed 7" in out
    recipe = read_png(tmp_path / "cat.png")
    assert (recipe.prompt, recipe.seed, len(recipe.weights_hash)) == ("a cat, 3d render", 7, 12)

    status, out, _ = run("verify", "cat.png")
    assert status == 0
    assert "Easel made this picture" in out and f"{recipe.id32:08x}" in out and "Seed: 7" in out


def test_several_pictures_are_numbered_and_count_their_seeds(run, tmp_path):
    assert run("draw", "a cat", "-o", "cat.png", "--seed", "3", "--count", "2")[0] == 0
    assert [read_png(tmp_path / f"cat-{number}.png").seed for number in (1, 2)] == [3, 4]


def test_reference_pictures_are_part_of_the_recipe(run, tmp_path):
    Image.new("RGB", (40, 40), "red").save("red.png")
    assert run("draw", "--image", "red.png", "-o", "new.png")[0] == 0
    assert len(read_png(tmp_path / "new.png").image_hashes) == 1


@pytest.mark.parametrize("suffix", ["webp", "avif", "jpg"])
def test_other_formats_keep_recipe_and_mark(run, tmp_path, suffix):
    assert run("draw", "a cat", "-o", f"cat.{suffix}", "--seed", "3")[0] == 0
    with Image.open(tmp_path / f"cat.{suffix}") as image:
        assert image.format == {"jpg": "JPEG"}.get(suffix, suffix.upper())
        assert verify(image).result == "GENERATED"
    assert read_recipe(tmp_path / f"cat.{suffix}").seed == 3
    assert run("draw", "a cat", "-o", f"cats.{suffix}", "--count", "2")[0] == 0
    assert (tmp_path / f"cats-2.{suffix}").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["draw", "  "], "nothing to draw"),
        (["draw", "x" * 600], "up to 512 characters, got 600"),
        (["draw", "a cat", "-o", "cat.gif"], "ends in .png, .jpg, .webp, .avif, .jpeg, got cat.gif"),
        (["draw", "a cat", "--seed", "-1"], "whole number from 0"),
        (["draw", "--image", "nowhere.png"], "nowhere.png"),
        (["verify", "nowhere.png"], "nowhere.png"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run, words, message):
    status, out, error = run(*words)
    assert status == 2 and out == ""
    assert message in error and error.count("\n") == 1


def test_what_is_refused_says_what_kind_of_thing_it_is_and_leaves_no_file(run, tmp_path):
    status, out, error = run("draw", "a nude woman", "-o", "out.png")
    assert status == 2 and out == "" and not (tmp_path / "out.png").exists()
    assert error.splitlines()[-1].endswith("This was not drawn because it asks for nudity or sexual content.")


def test_missing_weights_name_the_command_that_makes_them(tmp_path, capsys):
    assert main(["draw", "a cat", "--model", str(tmp_path / "none")]) == 2
    assert "python -m pipeline.training.export" in capsys.readouterr().err
