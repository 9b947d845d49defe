"""Example run: python -m pytest tests/test_main.py"""

import pytest
from PIL import Image

from pipeline.__main__ import main
from pipeline.recipe import read_png
from tests.loading.test_weights import saved  # noqa: F401 - the fixture


@pytest.fixture
def run(saved, tmp_path, monkeypatch, capsys):  # noqa: F811
    monkeypatch.chdir(tmp_path)

    def run(*words):
        model = ["--model", str(saved)] if words[0] == "generate" else []
        status = main([*words, *model])
        return status, *capsys.readouterr()

    return run


def test_generate_writes_what_verify_confirms(run, tmp_path):
    status, out, _ = run("generate", "a cat, 3d render", "-o", "cat.png", "--seed", "7")
    assert status == 0 and "cat.png  seed 7" in out
    recipe = read_png(tmp_path / "cat.png")
    assert (recipe.prompt, recipe.seed, len(recipe.weights_hash)) == ("a cat, 3d render", 7, 12)

    status, out, _ = run("verify", "cat.png")
    assert status == 0
    assert "Easel made this picture" in out and f"{recipe.id32:08x}" in out and "Seed: 7" in out


def test_several_pictures_are_numbered_and_count_their_seeds(run, tmp_path):
    assert run("generate", "a cat", "-o", "cat.png", "--seed", "3", "--count", "2")[0] == 0
    assert [read_png(tmp_path / f"cat-{number}.png").seed for number in (1, 2)] == [3, 4]


def test_reference_pictures_are_part_of_the_recipe(run, tmp_path):
    Image.new("RGB", (40, 40), "red").save("red.png")
    assert run("generate", "--image", "red.png", "-o", "new.png")[0] == 0
    assert len(read_png(tmp_path / "new.png").image_hashes) == 1


def test_verify_says_that_nothing_found_proves_nothing(run):
    Image.new("RGB", (256, 256), "gray").save("plain.png")
    status, out, _ = run("verify", "plain.png")
    assert status == 1
    assert "That does not say how the picture was made." in out and "no recipe" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["generate", "  "], "nothing to draw"),
        (["generate", "x" * 600], "up to 512 characters, got 600"),
        (["generate", "a cat", "-o", "cat.jpg"], "takes a .png file"),
        (["generate", "a cat", "--seed", "-1"], "whole number from 0"),
        (["generate", "--image", "nowhere.png"], "nowhere.png"),
        (["verify", "nowhere.png"], "nowhere.png"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run, words, message):
    status, out, error = run(*words)
    assert status == 2 and out == ""
    assert message in error and error.count("\n") == 1


def test_what_is_refused_says_what_kind_of_thing_it_is_and_leaves_no_file(run, tmp_path):
    status, out, error = run("generate", "a nude woman", "-o", "out.png")
    assert status == 2 and out == "" and not (tmp_path / "out.png").exists()
    assert error.splitlines()[-1].endswith("This was not drawn because it asks for nudity or sexual content.")


def test_missing_weights_name_the_command_that_makes_them(tmp_path, capsys):
    assert main(["generate", "a cat", "--model", str(tmp_path / "none")]) == 2
    assert "python -m pipeline.training.export" in capsys.readouterr().err
