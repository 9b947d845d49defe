"""Things in lines, as wide as they are drawn. Example run: python -m pytest tests/scene/test_packing.py"""

import pytest
import torch

from pipeline.scene.packing import Copy, pack, pack_boxes, shares
from pipeline.scene.shape import Shape


def outline(width: float, height: float, share: float = 1.0) -> Copy:
    """A box of these sides of its layer, in its middle."""
    alpha = torch.zeros(64, 64)
    across, down = round(64 * width), round(64 * height)
    left, top = (64 - across) // 2, (64 - down) // 2
    alpha[top : top + down, left : left + across] = 1.0
    return Copy(Shape(alpha), share)


def boxes(copies: list[Copy], aspect: float = 1.0, lines: int | None = None) -> list[tuple[float, ...]]:
    """left, top, right, bottom of each outline, of the shorter side."""
    width, height = max(aspect, 1.0), max(1 / aspect, 1.0)
    return [
        (
            x * width + (copy.shape.box[0] - 0.5) * side,
            y * height + (copy.shape.box[1] - 0.5) * side,
            x * width + (copy.shape.box[2] - 0.5) * side,
            y * height + (copy.shape.box[3] - 0.5) * side,
        )
        for copy, (x, y, side) in zip(copies, pack(copies, aspect, lines), strict=True)
    ]


def lines_of(found: list[tuple[float, ...]]) -> list[int]:
    feet = [round(box[3], 3) for box in found]
    return [feet.count(foot) for foot in dict.fromkeys(feet)]


SHAPES = {"square": (1.0, 1.0), "tall": (0.4, 1.0), "wide": (1.0, 0.4)}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [2, 3, 5, 8, 24])
@pytest.mark.parametrize("aspect", [1.0, 2.0, 0.5])
def test_nothing_touches_or_leaves_the_picture(shape, count, aspect):
    found = boxes([outline(*SHAPES[shape])] * count, aspect)
    width, height = max(aspect, 1.0), max(1 / aspect, 1.0)
    for at, (left, top, right, bottom) in enumerate(found):
        assert min(left, top) > 0.05 and right < width - 0.05 and bottom < height - 0.05
        for other in found[:at]:
            assert left >= other[2] or other[0] >= right or top >= other[3] or other[1] >= bottom


@pytest.mark.parametrize(
    ("shape", "count", "lines"),
    [("square", 2, [2]), ("wide", 2, [2]), ("tall", 3, [3]), ("wide", 3, [1, 1, 1]), ("square", 4, [2, 2]),
     ("tall", 4, [4]), ("wide", 6, [2, 2, 2]), ("square", 5, [3, 2])],
)  # fmt: skip
def test_as_many_stand_in_a_line_as_leaves_them_large(shape, count, lines):
    assert lines_of(boxes([outline(*SHAPES[shape])] * count)) == lines


def test_two_stand_above_each_other_only_in_a_high_picture():
    pair = [outline(1.0, 1.0)] * 2
    assert lines_of(boxes(pair, 2.0)) == [2] and lines_of(boxes(pair, 0.5)) == [1, 1]


def test_two_wide_groups_stand_above_each_other_where_they_would_be_tiny_in_a_row():
    corners, side = pack_boxes([(3.0, 1.0), (3.0, 1.0)], 1.0)
    assert corners[0][0] == corners[1][0] and side == pytest.approx(0.88 / 3)


def test_real_sizes_are_told_from_the_largest_and_from_what_is_said():
    assert shares(["elephant", "mouse"], [1.0, 1.0]) == [1.0, 0.5]
    assert shares(["cat", "cat"], [0.5, 1.0]) == [0.5, 1.0]
    assert shares(["thingamajig", "cat"], [1.0, 1.0]) == [1.0, 1.0]


def test_lines_that_are_asked_for_are_kept():
    copies = [outline(1.0, 1.0)] * 6
    assert lines_of(boxes(copies, lines=1)) == [6] and lines_of(boxes(copies, lines=6)) == [1] * 6


def test_the_feet_of_a_small_one_are_on_the_line_of_the_large_one():
    large, small = boxes([outline(1.0, 1.0), outline(1.0, 1.0, 0.5)])
    assert large[3] == pytest.approx(small[3])
    assert small[2] - small[0] == pytest.approx((large[2] - large[0]) / 2)


def test_two_narrow_things_are_larger_than_two_squares_and_never_as_large_as_one_alone():
    sides = [pack([outline(*SHAPES[shape])] * 2, 1.0)[0][2] for shape in ("square", "tall")]
    assert sides[0] < sides[1] < 0.75
