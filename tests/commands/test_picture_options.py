"""What commands for stickers and icons share. Example run: python -m pytest tests/commands/test_picture_options.py"""

import argparse

import pytest
from PIL import Image

from pipeline.commands import picture_options
from pipeline.commands.picture_options import add_decoration, add_picture, decoration, picture
from pipeline.stickers.decorate import Decoration
from pipeline.stickers.pack import PackPicture


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What was drawn, as (words, seed, model); in an empty folder."""
    monkeypatch.chdir(tmp_path)
    drawn = []

    def drawer(model):
        def draw(words, seed):
            drawn.append((words, seed, model))
            return PackPicture(Image.new("RGBA", (8, 8)), None, "“sad” is not shown." if "sad" in words else "")

        return draw

    monkeypatch.setattr(picture_options, "cutout_drawer", drawer)
    return drawn


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_picture(parser)
    add_decoration(parser)
    return parser.parse_args(words)


def test_words_of_the_style_end_every_prompt(asked, capsys):
    picture(parsed("a sad fox", "--style", "flat sticker", "--seed", "9", "--model", "elsewhere"))
    picture(parsed("a fox", "--model", "elsewhere"))
    assert asked == [("a sad fox, flat sticker", 9, "elsewhere"), ("a fox", 0, "elsewhere")]
    assert capsys.readouterr().out == "“sad” is not shown.\n"


@pytest.mark.parametrize("words", [[], ["  "], ["a fox", "--image", "fox.png"]])
def test_it_is_either_a_prompt_or_a_picture(asked, words):
    with pytest.raises(ValueError, match="either a prompt, or a picture with `--image`"):
        picture(parsed(*words))


def test_a_file_that_lies_here_is_not_drawn_as_words(asked, tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "fox.png")
    with pytest.raises(
        ValueError, match="fox.png is a file here, and would be drawn as words. Pass it with `--image`"
    ):
        picture(parsed("fox.png"))
    picture(parsed("cat.png"))  # there is no such file: these are words
    (tmp_path / "a fox").write_bytes(b"")
    picture(parsed("a fox"))  # without a suffix it is words, whatever lies here
    assert [words for words, *_ in asked] == ["cat.png", "a fox"]


def test_a_picture_is_opened_with_what_is_transparent_in_it(asked, tmp_path):
    Image.new("RGBA", (70, 70), (200, 0, 0, 128)).save(tmp_path / "fox.png")
    opened = picture(parsed("--image", "fox.png"))
    assert not asked and opened.image.mode == "RGBA" and opened.image.getpixel((35, 35))[3] == 128


def test_an_outline_of_none_is_not_an_outline_that_was_not_said():
    assert decoration(parsed("a"), 8) == Decoration(8, "#ffffff", False, None)
    assert decoration(parsed("a", "--outline", "0", "--margin", "0"), 8) == Decoration(0, "#ffffff", False, 0)
    said = parsed("a", "--outline", "3", "--outline-colour", "red", "--shadow", "--margin", "5")
    assert decoration(said, 8) == Decoration(3, "red", True, 5)
