"""Counting has its tests in test_judge.py. Example run: python -m pytest tests/evaluation/test_foreground.py"""

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.data.scenes import BACKGROUNDS
from pipeline.evaluation.foreground import _apart, _cells, background_rgb, find_things, resample, segment


def drawn(*boxes, ground: str = "#ffffff", size: tuple[int, int] = (128, 128)) -> Image.Image:
    image = Image.new("RGB", size, ground)
    for box in boxes:
        image.paste("#b03020", box)
    return image


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_every_ground_goes_by_its_own_name_whatever_stands_on_it(name):
    foreground = segment(drawn((30, 40, 80, 90), ground=BACKGROUNDS[name]))
    assert foreground.background == name
    assert torch.allclose(foreground.ground, background_rgb(name), atol=1e-6)


def test_what_is_left_of_the_ground_is_nothing_and_of_a_thing_its_difference():
    foreground = segment(drawn((30, 40, 80, 90)))
    assert (foreground.deviation[:, :40] == 0).all()
    expected = torch.tensor([0xB0, 0x30, 0x20]) / 255 - 1
    assert torch.allclose(foreground.deviation[:, 60, 60], expected, atol=1e-6)
    assert foreground.mask().sum() == 50 * 50 and foreground.mask()[60, 60]


def test_a_thing_at_the_border_is_still_no_ground():
    foreground = segment(drawn((0, 0, 60, 20)))
    assert foreground.ground.tolist() == [1, 1, 1] and foreground.boxes() == [(0, 0, 60, 20)]


def test_a_box_is_looked_for_in_its_region_alone():
    foreground = segment(drawn((10, 10, 40, 50), (70, 60, 110, 120)))
    assert foreground.boxes() == [(10, 10, 110, 120)]
    assert foreground.boxes((64, 0, 128, 128)) == [(70, 60, 110, 120)]
    assert foreground.boxes((0, 0, 30, 30)) == [(10, 10, 30, 30)]
    assert foreground.boxes((0, 60, 60, 128)) == []


def test_a_pale_part_is_in_one_reading_and_out_of_the_other():
    image = drawn((40, 40, 80, 80))
    image.paste("#dedede", (40, 80, 80, 100))  # an eighth of the range from white
    assert segment(image).boxes() == [(40, 40, 80, 100), (40, 40, 80, 80)]


@pytest.mark.parametrize(
    ("box", "square"),
    [((8, 8, 16, 16), (8, 8)), ((8, 6, 16, 18), (6, 6)), ((0, 0, 8, 8), (0, 0)), ((-2, 0, 6, 8), (-2, 0))],
)
def test_a_square_around_a_box_is_cut_out_with_nothing_beyond_the_picture(box, square):
    picture = torch.arange(24.0 * 24).reshape(1, 24, 24) + 1
    side = max(box[2] - box[0], box[3] - box[1])
    left, top = square
    cut = resample(picture, box, side)
    assert cut.shape == (1, side, side)
    for row in range(side):
        for column in range(side):
            x, y = left + column, top + row
            inside = 0 <= x < 24 and 0 <= y < 24
            assert cut[0, row, column] == (picture[0, y, x] if inside else 0)


def test_a_square_is_shrunk_to_the_mean_of_its_pixels():
    picture = torch.zeros(1, 16, 16)
    picture[:, :8] = 4.0
    assert resample(picture, (0, 0, 16, 16), 2).tolist() == [
        [[pytest.approx(4, abs=0.6)] * 2, [pytest.approx(0, abs=0.6)] * 2]
    ]


@pytest.mark.parametrize("ground", ["#ffffff", "#000000"])
def test_in_an_empty_picture_there_is_nothing(ground):
    foreground = segment(drawn(ground=ground))
    assert find_things(foreground) == [] and foreground.boxes() == [] and not foreground.mask().any()
    speck = drawn((60, 60, 62, 62), ground=ground)  # less than half a thousandth of it
    assert find_things(segment(speck)) == []


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_cells_are_of_one_size_and_in_lines_that_fill_the_box(count):
    box = (10, 20, 250, 220)
    for cells in _cells(box, count):
        assert len(cells) == count
        widths = {right - left for left, _, right, _ in cells}
        heights = {bottom - top for _, top, _, bottom in cells}
        assert max(widths) - min(widths) <= 1 and max(heights) - min(heights) <= 1  # rounded to pixels
        assert min(top for _, top, _, _ in cells) == 20 and abs(max(cell[3] for cell in cells) - 220) <= 1
        assert all(10 <= left and right <= 251 for left, _, right, _ in cells)


def test_room_between_cells_has_to_be_there_and_empty():
    energies = np.zeros((20, 50))
    energies[:, :20] = energies[:, 30:] = 1.0
    apart = [(0, 0, 20, 20), (30, 0, 50, 20)]
    assert _apart(energies, apart)
    energies[:, 20:30] = 0.5
    assert not _apart(energies, apart)
    assert not _apart(energies, [(0, 0, 25, 20), (25, 0, 50, 20)])  # no room at all
