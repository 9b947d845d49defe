"""What an outline tells. Example run: python -m pytest tests/scene/test_shape.py"""

import pytest
import torch

from pipeline.scene.shape import Face, Shape


def drawn(*boxes: tuple[int, int, int, int], side: int = 64) -> torch.Tensor:
    """Blocks (left, top, right, bottom) in pixels."""
    alpha = torch.zeros(side, side)
    for left, top, right, bottom in boxes:
        alpha[top:bottom, left:right] = 1
    return alpha


# Head at the upper left, body, two legs: it looks to the left.
DOG = drawn((4, 8, 24, 30), (10, 26, 54, 46), (12, 44, 20, 62), (42, 44, 50, 62))


@pytest.mark.parametrize("side", [64, 128, 256])
def test_a_box_is_in_units_of_the_square_whatever_its_pixels(side):
    shape = Shape(drawn((side // 4, side // 8, side // 2, side), side=side))
    assert shape.box == (0.25, 0.125, 0.5, 1.0)
    assert (shape.width, shape.height) == (0.25, 0.875)


def test_mirrored_is_mirrored_and_twice_is_as_it_was():
    plain, mirrored = Shape(DOG, "dog"), Shape(DOG, "dog", mirror=True)
    assert torch.equal(mirrored.mask, plain.mask.flip(-1))
    assert mirrored.box == pytest.approx((1 - plain.box[2], plain.box[1], 1 - plain.box[0], plain.box[3]))
    assert (plain.looks, mirrored.looks) == (-1, 1)
    left, top, right, bottom = plain.head
    assert mirrored.head == pytest.approx((1 - right, top, 1 - left, bottom), abs=1 / 64)
    assert mirrored.back[0] == pytest.approx(1 - plain.back[0], abs=1e-6) and mirrored.back[1] == plain.back[1]


def test_marks_and_eyes_are_mirrored_too():
    face, marks = Face(0.3, 0.2, 0.1, 0.2, 0.35), {"left hand": (0.1, 0.6), "mouth": (0.25, 0.3)}
    shape = Shape(DOG, "dog", True, face, marks)
    assert shape.face == Face(0.7, 0.2, 0.1, 0.2, 0.35)
    assert shape.anchors["mouth"] == pytest.approx((0.75, 0.3))
    assert shape.anchors["right hand"] == pytest.approx((0.9, 0.6)) and len(shape.anchors) == 2
    assert marks == {"left hand": (0.1, 0.6), "mouth": (0.25, 0.3)}


def test_what_is_empty_counts_as_all_of_its_square():
    assert Shape(torch.zeros(64, 64)).box == (0.0, 0.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("boxes", "name", "is_face"),
    [
        (((0, 0, 64, 64),), "", True),
        (((0, 0, 64, 64),), "glorp", True),
        (((0, 0, 64, 40),), "", False),  # half as wide again as high
        (((12, 0, 52, 64),), "", False),
        (((0, 0, 64, 24), (20, 24, 44, 64)), "", False),  # its middle is thin
        (((0, 0, 64, 50), (0, 50, 16, 64), (48, 50, 64, 64)), "", False),  # on two legs
        (((0, 0, 64, 20),), "cat face", True),
        (((0, 0, 64, 20),), "surface", False),
    ],
)
def test_a_face_is_called_so_or_is_about_a_disc(boxes, name, is_face):
    assert Shape(drawn(*boxes), name).is_face is is_face


def test_the_middle_of_mass_is_where_most_of_it_is():
    assert Shape(drawn((0, 0, 64, 64))).heaviest == pytest.approx(0.5)
    assert Shape(drawn((0, 0, 64, 16))).heaviest == pytest.approx(8 / 64)
    # 64 x 16 below and 2 x 48 above: (1024 * 56 + 96 * 24) / 1120
    assert Shape(drawn((0, 48, 64, 64), (0, 0, 2, 48))).heaviest == pytest.approx((1024 * 56 + 96 * 24) / 1120 / 64)


def test_the_largest_disc_is_not_among_the_rays():
    x, y, radius = Shape(drawn((16, 24, 48, 56), (30, 0, 34, 24), (0, 38, 16, 42))).disc
    assert (x, y) == pytest.approx((0.5, 40 / 64), abs=1 / 64) and radius == pytest.approx(0.25, abs=1 / 64)


@pytest.mark.parametrize(
    ("x", "reach", "top"),
    [(0.2, 0.05, 8 / 64), (0.7, 0.05, 26 / 64), (0.98, 0.01, 8 / 64), (0.3, 0.15, 8 / 64)],
)
def test_the_upper_edge_is_that_of_most_columns_near_or_the_box(x, reach, top):
    assert Shape(DOG).top_at(x, reach) == pytest.approx(top)


def test_the_head_is_where_it_is_wide_near_the_top():
    left, top, right, bottom = Shape(DOG, "dog").head
    assert (left, top, right) == pytest.approx((4 / 64, 8 / 64, 24 / 64), abs=1.5 / 64)
    assert top < bottom < 0.55
    with_tail = torch.maximum(DOG, drawn((52, 0, 56, 30)))
    assert Shape(with_tail, "dog").head[2] < 0.5, "a raised tail is no head"


def test_eyes_that_were_found_say_where_the_head_is():
    head = Shape(DOG, "dog", face=Face(0.22, 0.25, 0.1, 0.3, 0.45)).head
    assert head == pytest.approx((0.07, 8 / 64, 0.37, 0.45))


def test_who_sits_on_a_back_sits_behind_the_head():
    x, y = Shape(DOG, "dog").back
    assert x > 0.5 and y == pytest.approx(26 / 64)
    marked = Shape(DOG, "dog", anchors={"back": (0.6, 0.9)})
    assert marked.back == pytest.approx((0.6, 26 / 64)), "on the outline, whatever the mark's height"
    even = Shape(drawn((16, 0, 48, 64)), "glorp")
    assert even.back == pytest.approx((0.5, 0.0)) and even.looks == 0
