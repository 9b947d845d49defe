"""The attack table: the command prints what it measured.

Example run: pytest tests/evaluation/test_watermark.py
"""

import zipfile

import pytest
from PIL import Image

from pipeline.evaluation import watermark
from tests.watermark.test_detect import draw


@pytest.fixture
def folder(tmp_path):
    draw().save(tmp_path / "a.png")
    draw(256, 288).convert("RGBA").save(tmp_path / "b.webp", lossless=True)
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")
    return tmp_path


def test_pictures_come_from_folders_and_zips_thinned_out_evenly(folder):
    with zipfile.ZipFile(folder / "pictures.zip", "w") as archive:
        for number in range(10):
            archive.write(folder / "a.png", f"{number}.png")
    assert [picture.size for picture in watermark.read_pictures(folder)] == [(256, 256), (256, 288)]
    assert len(list(watermark.read_pictures(folder / "pictures.zip", limit=4))) == 4
    with pytest.raises(FileNotFoundError, match="--input"):
        list(watermark.read_pictures(folder / "absent"))


def test_psnr_of_a_known_difference():
    black, grey = Image.new("RGB", (4, 4)), Image.new("RGB", (4, 4), (1, 1, 1))
    assert watermark.psnr(black, grey) == pytest.approx(48.13, abs=0.01)


@pytest.mark.slow
def test_the_command_prints_the_table(folder, capsys):
    watermark.main(["--input", str(folder), "--attacks", "JPEG 80", "--fast"])
    text = capsys.readouterr().out
    (row,) = [line for line in text.splitlines() if line.startswith("| JPEG 80 ")]
    assert row.split("|")[2].strip() == "100.0%"
    assert "2 pictures without a mark in all: 0 found" in text
    assert "PSNR Easel, 2 pictures: mean 4" in text
