"""Example run: python -m pytest tests/watermark/test_pose.py"""

import numpy as np
import pytest

from pipeline.watermark.pose import GAINS, PHASES, Planes, Pose, _middle, _peak, resized


@pytest.mark.parametrize(
    ("pose", "words"),
    [
        (Pose(9.0), ()),
        (Pose(9.0, row=127.6, column=0.9), ()),  # a tile begins every 128 pixels; a pixel off is no move
        (Pose(9.0, row=128 * 3 + 40), ("cropped or moved",)),
        (Pose(9.0, scale=1.5, column=64), ("cropped or moved", "resized x1.50")),
        (Pose(9.0, scale=1.003), ()),
        (Pose(9.0, orientation=1), ("turned by 270 degrees",)),
        (Pose(9.0, orientation=3), ("turned by 90 degrees",)),
        (Pose(9.0, orientation=4), ("mirrored",)),
        (Pose(9.0, orientation=6, angle=-2.5), ("mirrored", "turned by 180 degrees", "rotated by +2.5 degrees")),
    ],
)
def test_what_was_undone_is_said_in_words(pose, words):
    assert pose.undone == words


def test_a_better_score_is_a_better_pose_wherever_it_lies():
    assert max(Pose(3.0, scale=9), Pose(5.0), Pose(4.0, row=99)) == Pose(5.0)


@pytest.mark.parametrize(
    ("values", "place"), [((1, 2, 1), 0.0), ((0, 3, 2), 0.25), ((2, 3, 0), -0.25), ((1, 1, 1), 0)]
)
def test_the_peak_of_three_scores_is_that_of_a_parabola(values, place):
    assert _peak(np.array(values)) == pytest.approx(place)


def test_a_peak_lies_within_its_pixel():
    assert _peak(np.array([0.0, 1.0, 1.9])) == 0.5 and _peak(np.array([1.9, 1.0, 0.0])) == -0.5


@pytest.mark.parametrize(("shape", "side", "found"), [((9, 20), 5, (5, 6, 2, 7)), ((9, 20), 30, (9, 20, 0, 0))])
def test_the_middle_is_as_far_from_either_side(shape, side, found):
    plane, top, left = _middle(np.arange(shape[0] * shape[1]).reshape(shape), side)
    assert (*plane.shape, top, left) == found
    assert plane[0, 0] == top * shape[1] + left


def test_a_plane_is_divided_in_size_and_keeps_its_mean():
    plane = np.random.default_rng(0).uniform(0, 255, (40, 60)).astype(np.float32)
    assert resized(plane, 1.0) is plane
    small, large = resized(plane, 2.0), resized(plane, 0.5)
    assert small.shape == (20, 30) and large.shape == (80, 120)
    assert small.mean() == pytest.approx(plane.mean(), abs=2) and large.mean() == pytest.approx(plane.mean(), abs=2)
    assert resized(plane, 100.0).shape == (8, 8)  # a block at least


def test_too_small_a_picture_has_no_chips_to_read():
    planes = Planes(np.zeros((64, 300, 3), np.uint8) + 100)
    assert not planes.folded_chips(Pose(0.0, scale=3.0)).any()
    assert planes.folded_chips(Pose(0.0)).shape == (1, len(GAINS), len(PHASES), 4, 32, 32)


def test_a_plain_ground_is_read_twice_and_transparency_once():
    pixels = np.full((64, 64, 3), 250, np.uint8)
    pixels[16:40, 16:40] = (200, 30, 30)
    assert [seen is None for seen in Planes(pixels).seen] == [True, False]
    alpha = np.zeros((64, 64), np.uint8)
    alpha[16:40, 16:40] = 255
    (seen,) = Planes(pixels, alpha).seen
    chips = Planes(pixels, alpha).first_chips()
    assert seen.sum() == 24 * 24 and chips.shape == (1, 32, 32)
    assert not chips[0, :2].any() and not chips[0, 5:].any()  # nothing is read where nothing is seen
