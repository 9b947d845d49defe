"""The table of cut-outs: the command marks what has alpha, lays it on grounds and prints what it found.

Example run: pytest tests/evaluation/test_watermark_cutouts.py
"""

import pytest
from PIL import Image

from pipeline.evaluation import watermark_cutouts
from tests.watermark.test_cutouts import draw_cutout


def test_the_command_prints_the_table_of_what_has_alpha(tmp_path, capsys):
    draw_cutout().save(tmp_path / "a.png")
    draw_cutout(share=0.7).save(tmp_path / "b.webp", lossless=True)
    draw_cutout(share=0.2).save(tmp_path / "c too small.png")
    Image.new("RGB", (256, 256), "red").save(tmp_path / "d opaque.png")
    watermark_cutouts.main(["--input", str(tmp_path), "--limit", "4"])
    text = capsys.readouterr().out
    assert "2 cut-outs of 256 px" in text and "2 took the mark" in text
    rows = {row.split("|")[1].strip(): row.split("|")[2].strip() for row in text.splitlines() if row.startswith("| ")}
    assert rows.keys() == {"cut-out", *watermark_cutouts.DEEDS}
    assert rows["on white"] == rows["on black"] == rows["WebP of 100 kB"] == "100.0%"


def test_nothing_to_mark_is_said(tmp_path):
    Image.new("RGB", (256, 256), "red").save(tmp_path / "opaque.png")
    with pytest.raises(ValueError, match="no picture with alpha"):
        watermark_cutouts.main(["--input", str(tmp_path)])


def test_psnr_weighs_what_is_seen():
    before = Image.new("RGBA", (4, 4), (0, 0, 0, 255))
    before.paste((0, 0, 0, 0), (0, 0, 4, 2))
    after = before.copy()
    after.paste((1, 1, 1, 255), (0, 2, 4, 4))
    assert watermark_cutouts.visible_psnr(before, after) == pytest.approx(48.13, abs=0.01)
    after.paste((9, 9, 9, 0), (0, 0, 4, 2))  # nobody sees that
    assert watermark_cutouts.visible_psnr(before, after) == pytest.approx(48.13, abs=0.01)
