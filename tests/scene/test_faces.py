"""Where a thing's own features are. Example run: python -m pytest tests/scene/test_faces.py"""

import pytest
import torch

from pipeline.scene.faces import find_eyes, find_own, seen_eye
from tests.scene.test_expressions import DARK, ORANGE, SIDE, WHITE, YELLOW, disc, face

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


def test_nostrils_are_told_from_eyes_by_where_eyes_are_about():
    spots = [
        (x, y, r, DARK) for x, y, r in ((0.36, 0.36, 0.035), (0.64, 0.36, 0.035), (0.34, 0.6, 0.06), (0.66, 0.6, 0.06))
    ]
    layer = (face(ORANGE, *spots).numpy() + 1) / 2
    alone = find_own(layer, (WHOLE, WHOLE))
    assert alone.left.y / SIDE == pytest.approx(0.6, abs=0.02)  # the larger pair, in the middle of what may be a head
    found = find_own(layer, (WHOLE, WHOLE), {"left eye": (0.38, 0.34), "right eye": (0.66, 0.38)})
    assert found.left.y / SIDE == pytest.approx(0.36, abs=0.02) and found.right.x / SIDE == pytest.approx(
        0.64, abs=0.02
    )
    other = {"left eye": (0.3, 0.12), "right eye": (0.7, 0.12)}  # nothing is there
    assert find_own(layer, (WHOLE, WHOLE), other).left == alone.left


def test_of_what_is_seen_from_the_side_no_pair_away_from_its_eye_is_taken():
    layer = (face(ORANGE, (0.35, 0.3, 0.05, DARK), (0.65, 0.3, 0.05, DARK)).numpy() + 1) / 2
    assert seen_eye({"right eye": (0.7, 0.6), "mouth": (0.9, 0.7)}) == (0.7, 0.6)
    assert seen_eye({"left eye": (0.3, 0.3), "right eye": (0.7, 0.3)}) is None and seen_eye({}) is None
    assert find_own(layer, (WHOLE, WHOLE), {"right eye": (0.7, 0.6)}) is None
    assert find_own(layer, (WHOLE, WHOLE), {"right eye": (0.66, 0.33)}) is not None


def test_a_bar_of_teeth_is_a_mouth_and_a_muzzle_is_none():
    eyes = ((0.32, 0.4, 0.06, DARK), (0.68, 0.4, 0.06, DARK))
    barred, muzzled = face((0.2, 0.4, 0.8), *eyes), face((0.2, 0.4, 0.8), *eyes, (0.5, 0.72, 0.17, WHITE))
    barred[:3, 80:92, 34:94] = 0.95
    assert own(barred).mouth[82:90, 40:88].mean() > 0.9
    assert not own(muzzled).mouth[84:100, 56:72].any()


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
    ((middle, radius),) = find_eyes((side.numpy() + 1) / 2)
    assert abs(middle.x / SIDE - 0.3) < 0.02 and abs(middle.y / SIDE - 0.3) < 0.02 and 0.02 < radius / SIDE < 0.05
    assert not find_eyes((plain.numpy() + 1) / 2)


def test_an_eye_and_a_spot_beyond_a_narrow_waist_are_no_face():
    fish = torch.full((4, SIDE, SIDE), -1.0)
    for left, right in ((4, 60), (68, 124)):
        fish[:, 40:88, left:right] = 0.6
    fish[:, 60:66, 60:68] = 0.6
    for x in (30, 92):
        fish[:3, 58:66, x : x + 8] = -0.8
    assert own(fish) is None


def test_spots_on_different_ground_are_no_pair_of_eyes():
    snail = face(ORANGE)
    shell = torch.tensor([-0.8, -0.1, 0.8])[:, None, None]
    snail[:3, :, SIDE // 2 :] = torch.where(snail[3, :, SIDE // 2 :] > 0, shell, -1.0)
    for x in (0.34, 0.66):
        disc(layer := (snail + 1) / 2, x, 0.45, 0.05, DARK)
        snail = 2 * layer - 1
    assert own(snail) is None


def test_a_small_head_beside_a_large_body_is_found_by_its_two_eyes():
    turtle = torch.full((4, SIDE, SIDE), -1.0)
    turtle[:3, 30:110, 4:124], turtle[3, 30:110, 4:124] = 0.2, 1.0
    for x in (12, 30):
        turtle[:3, 60:67, x : x + 7] = -0.9
    found = own(turtle, (0.3, 0.2, 0.9, 0.6))
    assert found is not None and abs(found.left.x - 15.5) < 2 and abs(found.right.x - 33.5) < 2
    assert found.width < 64, "the head is not as wide as the body"


def test_the_iris_around_a_slit_goes_with_it():
    spots = [
        (x, 0.45, radius, colour) for x in (0.3, 0.7) for radius, colour in ((0.08, (0.3, 0.6, 0.3)), (0.04, DARK))
    ]
    found = own(face((0.55, 0.5, 0.6), *spots))
    assert found is not None and found.eyes[round(0.45 * SIDE), round((0.3 - 0.065) * SIDE)]
    assert not found.eyes[round(0.45 * SIDE), round((0.3 - 0.12) * SIDE)]


def test_what_is_far_below_the_eyes_is_a_mouth_and_no_nose():
    ghost = own(face(WHITE, (0.36, 0.35, 0.05, DARK), (0.64, 0.35, 0.05, DARK), (0.5, 0.58, 0.05, DARK)))
    assert ghost.mouth[round(0.58 * SIDE), SIDE // 2] and not ghost.nose.any()


def test_a_nose_that_runs_into_a_mouth_is_parted_from_it():
    layer = face(ORANGE, (0.32, 0.4, 0.05, DARK), (0.68, 0.4, 0.05, DARK), (0.5, 0.56, 0.05, DARK))
    layer[:3, 76:84, 62:66] = -0.8
    layer[:3, 82:90, 46:82] = -0.8
    found = own(layer)
    assert found.nose[round(0.56 * SIDE), SIDE // 2] and not found.nose[86].any()
    assert found.mouth[86, 50] and found.mouth[86, 78]


def test_a_pink_muzzle_between_nostrils_is_no_row_of_teeth():
    spots = (0.32, 0.35, 0.05, DARK), (0.68, 0.35, 0.05, DARK)
    cow = own(face((0.6, 0.55, 0.5), *spots, (0.5, 0.68, 0.12, (0.95, 0.6, 0.75))))
    smile = own(face((0.6, 0.55, 0.5), *spots, (0.5, 0.68, 0.08, WHITE)))
    at = round(0.68 * SIDE), SIDE // 2
    assert not cow.mouth[at] and smile.mouth[at]


def test_a_round_spot_where_the_mouth_is_said_to_be_is_no_nose():
    spots = ((0.32, 0.4, 0.05, DARK), (0.68, 0.4, 0.05, DARK), (0.5, 0.56, 0.07, DARK))
    layer = (face(ORANGE, *spots).numpy() + 1) / 2
    nosed = find_own(layer, (WHOLE, WHOLE))
    assert nosed.nose[round(0.56 * SIDE), 64] and not nosed.mouth[round(0.56 * SIDE), 64]
    eyes = {"left eye": (0.32, 0.4), "right eye": (0.68, 0.4)}
    opened = find_own(layer, (WHOLE, WHOLE), eyes | {"mouth": (0.5, 0.57)})
    assert opened.mouth[round(0.56 * SIDE), 64] and not opened.nose.any()


def test_eyes_far_apart_are_a_pair_only_of_what_is_seen_from_the_front():
    front = face(ORANGE, (0.2, 0.5, 0.06, DARK), (0.8, 0.5, 0.06, DARK))
    assert own(front) is not None
    bee = (front + 1) / 2
    bee[3, :56, :72] = 0  # a wing on one side
    bee[:3, :56, :72] = 0
    assert own(2 * bee - 1) is None
