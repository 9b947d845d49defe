"""Example run: python -m pytest tests/pictures/test_masks.py"""

import numpy as np

from pipeline.pictures.masks import bounds, depth_of, dilated, eroded, labelled, nearest_of

SQUARE = np.pad(np.ones((3, 3), bool), 3)


def test_regions_are_numbered_and_corners_join_them_where_that_is_asked_for():
    mask = np.eye(3, dtype=bool)
    labels, count = labelled(mask)
    assert count == 3 and sorted(labels[mask]) == [1, 2, 3] and not labels[~mask].any()
    assert labelled(mask, np.ones((3, 3)))[1] == 1
    assert labelled(np.zeros((3, 3), bool))[1] == 0


def test_what_is_made_larger_and_smaller_again_is_what_it_was():
    larger = dilated(SQUARE, 2)
    assert larger.sum() > SQUARE.sum() and larger.dtype == bool and (larger & SQUARE).sum() == 9
    assert eroded(SQUARE).sum() == 1 and not eroded(SQUARE, 2).any()
    assert np.array_equal(eroded(dilated(SQUARE)), SQUARE)


def test_the_bounds_of_a_mask_hold_all_of_it_and_nothing_more():
    assert bounds(np.pad(np.ones((2, 4), bool), ((1, 0), (3, 2)))) == (3, 1, 7, 3)
    assert bounds(np.zeros((3, 3), bool)) == (0, 0, 0, 0)


def test_the_nearest_pixel_of_a_mask_is_itself_where_it_is_in_it():
    mask = np.zeros((5, 5), bool)
    mask[1, 1] = mask[4, 4] = True
    rows, columns = nearest_of(mask)
    assert (rows[1, 1], columns[1, 1]) == (1, 1) and (rows[0, 2], columns[0, 2]) == (1, 1)
    assert (rows[3, 4], columns[3, 4]) == (4, 4)


def test_depth_is_counted_from_the_nearest_clear_pixel_and_the_rim_of_the_picture_is_clear():
    assert depth_of(SQUARE).max() == 2 and depth_of(SQUARE)[3, 3] == 1 and depth_of(SQUARE)[0, 0] == 0
    assert depth_of(np.ones((5, 5), bool))[2, 2] == 3
