"""Where a thing's own features are. Example run: python -m pytest tests/scene/test_faces.py"""

import pytest
import torch

from pipeline.scene.faces import find_own, in_profile
from tests.scene.test_expressions import DARK, ORANGE, SIDE, WHITE, YELLOW, face

WHOLE = (0.02, 0.02, 0.98, 0.98)
FUR = (0.4, 0.3, 0.26)


def own(layer: torch.Tensor, head=WHOLE):
    return find_own((layer.numpy() + 1) / 2, (head, head))


@pytest.mark.parametrize(
    ("skin", "eye"), [(ORANGE, DARK), (FUR, (0.22, 0.16, 0.14)), ((0.3, 0.35, 0.4), WHITE), (YELLOW, (0.1, 0.2, 0.6))]
)
def test_eyes_are_found_darker_or_lighter_than_their_skin(skin, eye):
    found = own(face(skin, (0.32, 0.45, 0.05, eye), (0.68, 0.45, 0.05, eye)))
    assert found is not None
    assert abs(found.left.x / SIDE - 0.32) < 0.02 and abs(found.right.x / SIDE - 0.68) < 0.02
    assert abs(found.left.y / SIDE - 0.45) < 0.02


def test_a_faint_eye_is_found_by_its_mirror_image():
    found = own(face(FUR, (0.24, 0.5, 0.05, (0.15, 0.1, 0.1)), (0.76, 0.5, 0.05, (0.36, 0.27, 0.24))))
    assert found is not None and abs(found.right.x / SIDE - 0.76) < 0.03


def test_two_long_streaks_are_no_eyes():
    layer = face(ORANGE)
    for left in (24, 84):
        layer[:3, 60:63, left : left + 22] = -0.8
    assert own(layer) is None


def test_the_white_around_a_pupil_belongs_to_the_eye():
    spots = [(x, 0.45, radius, colour) for x in (0.32, 0.68) for radius, colour in ((0.08, WHITE), (0.05, DARK))]
    found = own(face((0.3, 0.4, 0.7), *spots))
    assert found is not None
    assert found.eyes[round(0.45 * SIDE), round((0.32 - 0.065) * SIDE)]


def test_a_compact_spot_between_eyes_and_a_bar_is_the_nose():
    layer = face(ORANGE, (0.32, 0.4, 0.05, DARK), (0.68, 0.4, 0.05, DARK), (0.5, 0.55, 0.04, DARK))
    layer[:3, 88:92, 48:80] = -0.8
    found = own(layer)
    assert found.nose[round(0.55 * SIDE), SIDE // 2] and not found.nose[90].any()
    assert found.mouth[90, 52] and not found.mouth[round(0.55 * SIDE)].any()


def test_one_small_dark_spot_is_an_eye_seen_from_the_side():
    side, plain = face(YELLOW, (0.3, 0.3, 0.035, DARK)), face(YELLOW)
    assert in_profile((side.numpy() + 1) / 2) and not in_profile((plain.numpy() + 1) / 2)


def test_a_nose_that_runs_into_a_mouth_is_parted_from_it():
    layer = face(ORANGE, (0.32, 0.4, 0.05, DARK), (0.68, 0.4, 0.05, DARK), (0.5, 0.56, 0.05, DARK))
    layer[:3, 76:84, 62:66] = -0.8
    layer[:3, 82:90, 46:82] = -0.8
    found = own(layer)
    assert found.nose[round(0.56 * SIDE), SIDE // 2] and not found.nose[86].any()
    assert found.mouth[86, 50] and found.mouth[86, 78]
