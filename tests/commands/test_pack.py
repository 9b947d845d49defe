"""What a set is made of; test_sticker.py draws some. Example run: python -m pytest tests/commands/test_pack.py"""

import signal
import zipfile
from pathlib import Path

import pytest

from pipeline.commands import pack as command
from pipeline.commands.pack import _pack, _parser, _write, main
from pipeline.recipe import Recipe
from pipeline.stickers.matrix import VARIANTS
from pipeline.stickers.pack import PackPicture
from tests.watermark.test_cutouts import draw_cutout


def prompts_of(*words: str) -> list[str]:
    return [sticker.prompt for sticker in _pack(_parser().parse_args(words), 8).stickers]


def test_one_subject_is_drawn_in_each_of_its_variants():
    varied = prompts_of("a fox", "--vary", "happy, in a hat,,  , old")
    assert varied == ["a happy fox", "a fox in a hat", "an old fox"]


@pytest.mark.parametrize("name", VARIANTS)
def test_a_list_by_its_name_is_cut_to_the_count(name):
    found = prompts_of("a fox", "--vary", name, "--count", "4")
    assert len(found) == len(set(found)) == 4 and all("fox" in prompt for prompt in found)


def test_several_subjects_are_not_varied():
    with pytest.raises(ValueError, match="`--vary` takes one subject, got 2 prompts"):
        prompts_of("a fox", "a cat", "--vary", "happy")


def test_an_earlier_pack_is_read_as_it_was_written(tmp_path):
    made = _pack(_parser().parse_args(["a", "b", "c", "--title", "T", "--seed", "5", "--outline", "3"]), 8)
    (tmp_path / "pack.json").write_text(made.to_json(), encoding="utf-8")
    again = _pack(_parser().parse_args(["--from", str(tmp_path / "pack.json"), "--title", "other"]), 8)
    assert again == made and made.decoration.outline == 3


def test_the_files_go_into_a_folder_a_zip_or_a_pack_for_one_place(tmp_path):
    files = {"pack.json": b"{}", "contents.json": b"[]"}
    _write(tmp_path / "a" / "folder", files)
    assert {path.name: path.read_bytes() for path in (tmp_path / "a" / "folder").iterdir()} == files
    _write(tmp_path / "all.zip", files)
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_ctrl_c_ends_the_drawing_and_what_is_drawn_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    drawn = []

    def draw(prompt, seed):
        drawn.append(prompt)
        if len(drawn) == 1:
            signal.raise_signal(signal.SIGINT)
        return PackPicture(draw_cutout(), Recipe(prompt=prompt, seed=seed), "")

    monkeypatch.setattr(command, "cutout_drawer", lambda model: draw)
    before = signal.getsignal(signal.SIGINT)
    status = main(["a cat", "a dog", "a fox", "--for", "telegram", "-o", "pack"])
    assert status == 1 and "1 of 3 stickers" in capsys.readouterr().out and drawn == ["a cat"]
    assert len(list(Path("pack").glob("0*.webp"))) == 1 and signal.getsignal(signal.SIGINT) == before
