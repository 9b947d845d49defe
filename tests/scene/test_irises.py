"""The colour of eyes. Example run: python -m pytest tests/scene/test_irises.py"""

import numpy as np
import pytest
import torch

from pipeline.scene.irises import recolour_eyes
from tests.scene.test_expressions import DARK, SIDE, face
from tests.scene.test_eyes import FUR, drawn, spot

GREEN, WHITE, AMBER = torch.tensor([0.1, 0.7, 0.2]), (1.0, 1.0, 1.0), (0.9, 0.6, 0.1)
SKIN = (0.95, 0.75, 0.5)
AT = (0.32, 0.68)  # x of the eyes, at the middle of the height


def eyed(skin, *circles) -> torch.Tensor:
    """A face with two eyes, each of circles: radius, of the side, and colour."""
    return face(skin, *((x, 0.5, radius, colour) for radius, colour in circles for x in AT))


def green(layer: torch.Tensor) -> np.ndarray:
    """Where a layer is ``GREEN``."""
    return np.abs(drawn(layer)[:3] - GREEN.numpy()[:, None, None]).max(0) < 0.02


@pytest.mark.parametrize("skin", [SKIN, (0.6, 0.8, 0.95)])
def test_a_dot_becomes_a_ring_about_a_dark_pupil(skin):
    found = green(recolour_eyes(eyed(skin, (0.07, DARK)), GREEN))
    for x in AT:
        assert not found[spot(x, 0.5, 0.02)].any()
        assert found[spot(x, 0.5, 0.055) & ~spot(x, 0.5, 0.045)].all()
    assert not found[~(spot(AT[0], 0.5, 0.09) | spot(AT[1], 0.5, 0.09))].any(), "the face is as it was"


def test_an_iris_that_is_drawn_is_painted_and_its_pupil_stays():
    found = green(recolour_eyes(eyed(FUR, (0.1, AMBER), (0.04, DARK)), GREEN))
    for x in AT:
        assert found[spot(x, 0.5, 0.08) & ~spot(x, 0.5, 0.055)].mean() > 0.95
        assert not found[spot(x, 0.5, 0.025)].any()


def test_the_white_of_an_eye_stays_white_around_the_iris():
    found = green(recolour_eyes(eyed(SKIN, (0.1, WHITE), (0.045, DARK)), GREEN))
    for x in AT:
        assert found[spot(x, 0.5, 0.06) & ~spot(x, 0.5, 0.05)].mean() > 0.9
        assert not found[spot(x, 0.5, 0.095) & ~spot(x, 0.5, 0.075)].any()


def test_the_dark_rim_of_a_blank_eye_is_no_pupil():
    found = green(recolour_eyes(eyed(SKIN, (0.09, DARK), (0.07, WHITE)), GREEN))
    assert all(found[spot(x, 0.5, 0.06)].mean() > 0.95 for x in AT)


def test_a_small_dot_is_painted_whole():
    found = green(recolour_eyes(eyed(SKIN, (0.02, DARK)), GREEN))
    assert all(found[spot(x, 0.5, 0.015)].all() for x in AT)


def test_eyes_that_are_blank_are_painted_whole():
    found = green(recolour_eyes(eyed((0.3, 0.35, 0.4), (0.08, WHITE)), GREEN))
    assert all(found[spot(x, 0.5, 0.06)].all() for x in AT)


def test_what_has_no_eyes_stays_as_it_is():
    plain = face(SKIN)
    assert recolour_eyes(plain, GREEN) is plain
    nothing = torch.full((4, SIDE, SIDE), -1.0)
    assert recolour_eyes(nothing, GREEN) is nothing
