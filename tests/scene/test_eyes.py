"""What goes with a pupil. Example run: python -m pytest tests/scene/test_eyes.py"""

import numpy as np
import pytest

from pipeline.scene.eyes import pupils, unmultiplied, whole_eyes
from tests.scene.test_expressions import DARK, SIDE, face

GREEN, FUR = (0.6, 0.8, 0.5), (0.25, 0.24, 0.24)


def drawn(layer) -> np.ndarray:
    return (layer.numpy() + 1) / 2


def spot(x: float, y: float, radius: float) -> np.ndarray:
    rows, columns = np.ogrid[:SIDE, :SIDE]
    return np.hypot(rows + 0.5 - y * SIDE, columns + 0.5 - x * SIDE) < radius * SIDE


def green_eyed(*pupils_at: tuple[float, float, float]):
    irises = ((0.3, 0.5, 0.11, GREEN), (0.7, 0.5, 0.11, GREEN))
    return drawn(face(FUR, *irises, *((*at, DARK) for at in pupils_at)))


def test_an_iris_goes_with_its_pupil_however_wide_it_is():
    thing = green_eyed((0.3, 0.5, 0.03), (0.7, 0.5, 0.03))
    eyes = whole_eyes(thing, spot(0.3, 0.5, 0.03) | spot(0.7, 0.5, 0.03))
    for x in (0.3, 0.7):
        assert eyes[spot(x, 0.5, 0.1)].all()
    assert not eyes[spot(0.5, 0.8, 0.1)].any()


def test_an_iris_that_cannot_be_told_is_the_mirror_image_of_the_other():
    thing = drawn(face(FUR, (0.7, 0.5, 0.11, GREEN), (0.3, 0.5, 0.03, DARK), (0.7, 0.5, 0.03, DARK)))
    eyes = whole_eyes(thing, spot(0.3, 0.5, 0.03) | spot(0.7, 0.5, 0.03))
    assert eyes[spot(0.7, 0.5, 0.1)].all() and eyes[spot(0.3, 0.5, 0.1)].mean() > 0.9


def test_what_a_pupil_lies_in_is_no_iris_where_it_is_the_face():
    thing = drawn(face((0.95, 0.95, 0.9), (0.3, 0.5, 0.04, DARK), (0.7, 0.5, 0.04, DARK)))
    eyes = whole_eyes(thing, spot(0.3, 0.5, 0.04) | spot(0.7, 0.5, 0.04))
    assert eyes.sum() < 3 * (spot(0.3, 0.5, 0.04) | spot(0.7, 0.5, 0.04)).sum()


def test_pupils_are_what_lies_within_patches_of_fur():
    thing = drawn(face((0.95, 0.95, 0.9), (0.3, 0.5, 0.15, DARK), (0.3, 0.5, 0.05, (1, 1, 1))))
    found = pupils(thing, spot(0.3, 0.5, 0.15) & ~spot(0.3, 0.5, 0.05))
    assert found[spot(0.3, 0.5, 0.03)].all() and not found[~spot(0.3, 0.5, 0.08)].any()


def test_colours_are_given_back_from_under_their_alpha():
    layer = np.zeros((4, 2, 2), np.float32)
    layer[:, 0, 0] = (0.25, 0.1, 0.0, 0.5)
    assert unmultiplied(layer)[:, 0, 0] == pytest.approx((0.5, 0.2, 0.0))
