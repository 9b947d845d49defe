"""Example run: python -m pytest tests/evaluation/test_contact_sheet.py"""

import pytest
import torch
from PIL import Image

from pipeline.evaluation.contact_sheet import GAP, LABEL_HEIGHT, contact_sheet, main
from pipeline.loading.weights import write_checksums
from pipeline.watermark import verify
from tests.evaluation.cutout_zip import write_cutouts
from tests.tiny import tiny_pipeline


def test_tiles_stand_in_rows_and_are_the_very_pixels():
    tiles = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    sheet = contact_sheet(tiles, columns=2, side=32, labels=["a", "b", "c"])
    step = 32 + GAP
    assert sheet.size == (GAP + 2 * step, GAP + 2 * (step + LABEL_HEIGHT))
    corner = (GAP, GAP + step + LABEL_HEIGHT)
    assert sheet.crop((*corner, corner[0] + 32, corner[1] + 32)).tobytes() == tiles[2].tobytes()


def test_labels_are_written():
    tile = Image.new("RGB", (64, 64), "white")
    assert (
        contact_sheet([tile], side=64, labels=["fox"]).tobytes()
        != contact_sheet([tile], side=64, labels=[" "]).tobytes()
    )


def test_no_pictures_are_an_error():
    with pytest.raises(ValueError, match="at least one picture"):
        contact_sheet([])


def test_a_tile_of_the_sheet_still_carries_the_watermark():
    image = tiny_pipeline()("a cat", generator=torch.Generator().manual_seed(0)).images[0]
    sheet = contact_sheet([image, image], columns=2)
    tile = sheet.crop((GAP, GAP, GAP + 256, GAP + 256))
    assert verify(tile).result == "GENERATED"


@pytest.mark.slow
def test_the_command_draws_one_style_beside_real_pictures(tmp_path):
    tiny_pipeline().save_pretrained(tmp_path / "weights")
    write_checksums(tmp_path / "weights")
    pictures = write_cutouts(tmp_path / "pictures")
    shared = ["--weights", tmp_path / "weights", "--cache", tmp_path / "cache", "--output", tmp_path / "sheet.png"]
    more = ["--input", pictures, "--style", "flat shape", "--limit", 2, "--columns", 2, "--real", "--side", 64]
    main([str(argument) for argument in [*shared, *more]])
    assert Image.open(tmp_path / "sheet.png").size == (GAP + 2 * (64 + GAP), GAP + 2 * (64 + GAP))
