"""Faces with another expression. Example run: python -m pytest tests/scene/test_expressions.py"""

import numpy as np
import pytest
import torch

from pipeline.scene.expressions import _without, wear_expression

SIDE = 128
YELLOW, ORANGE, DARK, RED, WHITE = (0.95, 0.78, 0.2), (0.9, 0.45, 0.15), (0.15, 0.1, 0.05), (0.9, 0.1, 0.15), (1, 1, 1)


def disc(layer: torch.Tensor, x: float, y: float, radius: float, colour) -> None:
    line = (torch.arange(SIDE) + 0.5) / SIDE
    inside = torch.hypot(line[None] - x, line[:, None] - y) < radius
    layer[:3, inside] = torch.tensor(colour)[:, None].float()
    layer[3, inside] = 1


def face(skin, *spots) -> torch.Tensor:
    """A round head (4, side, side) in [-1, 1] with spots of (x, y, radius, colour)."""
    layer = torch.zeros(4, SIDE, SIDE)
    disc(layer, 0.5, 0.5, 0.48, skin)
    for spot in spots:
        disc(layer, *spot)
    return 2 * layer - 1


def near(layer: torch.Tensor, x: float, y: float) -> tuple[float, ...]:
    return tuple(((layer[:3, round(y * SIDE), round(x * SIDE)] + 1) / 2).tolist())


EMOJI = face(YELLOW, (0.34, 0.42, 0.09, RED), (0.66, 0.42, 0.09, RED), (0.5, 0.7, 0.1, DARK))


def is_like(one, other) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < 0.15


def test_eyes_and_mouth_come_where_the_eyes_are_and_the_own_ones_go():
    fox = face(ORANGE, (0.38, 0.5, 0.04, DARK), (0.62, 0.5, 0.04, DARK))
    worn = wear_expression(fox, EMOJI, "fox face")
    assert is_like(near(worn, 0.38, 0.5), RED) and is_like(near(worn, 0.62, 0.5), RED)
    assert is_like(near(worn, 0.5, 0.72), DARK)
    assert is_like(near(worn, 0.5, 0.2), ORANGE)  # no skin of the emoji
    assert torch.equal(worn[3], fox[3])


def test_own_eyes_that_the_new_ones_do_not_cover_are_filled():
    fox = face(ORANGE, (0.38, 0.5, 0.05, DARK), (0.62, 0.5, 0.05, DARK))
    small = face(YELLOW, (0.34, 0.42, 0.04, RED), (0.66, 0.42, 0.04, RED))
    worn = wear_expression(fox, small, "fox face")
    assert is_like(near(worn, 0.38, 0.545), ORANGE) and is_like(near(worn, 0.38, 0.5), RED)


def test_a_thing_without_eyes_gets_them_where_its_head_is():
    worn = wear_expression(face(ORANGE), EMOJI, "fox face")
    red = ((worn[0] - worn[1] > 1.2) & (worn[3] > 0)).nonzero().float() / SIDE
    assert len(red) > 50
    assert abs(float(red[:, 1].mean()) - 0.5) < 0.04 and 0.35 < float(red[:, 0].mean()) < 0.55


def test_dark_eyes_on_dark_fur_get_a_light_rim():
    dark = face(YELLOW, (0.34, 0.42, 0.06, DARK), (0.66, 0.42, 0.06, DARK))
    worn = wear_expression(face((0.2, 0.15, 0.12)), dark, "bear face")
    assert (worn[:3].mean(0)[worn[3] > 0] > 0.2).any()
    plain = wear_expression(face(WHITE), dark, "bear face")
    middle = plain[:3, SIDE // 4].mean(0)
    assert middle.max() <= 1.0 and is_like(near(plain, 0.5, 0.15), WHITE)


@pytest.mark.parametrize("empty", ["thing", "emoji"])
def test_what_is_not_there_changes_nothing(empty):
    nothing = torch.full((4, SIDE, SIDE), -1.0)
    fox = face(ORANGE)
    pair = (nothing, EMOJI) if empty == "thing" else (fox, nothing)
    assert torch.equal(wear_expression(*pair), pair[0])


def test_eyes_lead_where_a_raised_ear_is_taken_for_the_head():
    rabbit = torch.full((4, SIDE, SIDE), -1.0)
    rabbit[:, 4:70, 8:24] = 1.0  # the ear
    rabbit[:, 50:124, 8:120] = 1.0
    for x in (44, 76):
        rabbit[:3, 74:84, x : x + 10] = -0.8
    worn = wear_expression(rabbit, EMOJI, "rabbit")
    assert is_like(near(worn, 49 / SIDE, 79 / SIDE), RED) and is_like(near(worn, 81 / SIDE, 79 / SIDE), RED)
    assert torch.equal(worn[:, :40], rabbit[:, :40])


def spot(layer: torch.Tensor, left: int, top: int, width: int, height: int, colour) -> None:
    layer[:3, top : top + height, left : left + width] = 2 * torch.tensor(colour)[:, None, None].float() - 1


def test_the_own_mouth_goes_and_the_nose_stays():
    fox = face(ORANGE, (0.36, 0.4, 0.045, DARK), (0.64, 0.4, 0.045, DARK), (0.5, 0.52, 0.04, DARK))
    spot(fox, 46, 84, 36, 4, DARK)  # a wide bar, wider than the new mouth
    small = face(YELLOW, (0.34, 0.42, 0.09, RED), (0.66, 0.42, 0.09, RED), (0.5, 0.7, 0.06, DARK))
    worn = wear_expression(fox, small, "fox face")
    assert is_like(near(worn, 0.5, 0.52), DARK)
    assert is_like(near(worn, 0.39, 0.672), ORANGE) and is_like(near(worn, 0.62, 0.672), ORANGE)


def test_what_is_filled_has_the_colour_of_the_fur_and_not_of_a_line_beside_it():
    fox = face(ORANGE, (0.5, 0.6, 0.05, DARK))
    spot(fox, 41, 66, 5, 22, DARK)  # the rest of a mouth, left of what goes
    thing, hole = (fox.numpy() + 1) / 2, np.zeros((SIDE, SIDE), bool)
    hole[66:88, 48:80] = True
    filled = _without(thing, hole, np.zeros_like(hole), fill_nose=False)
    assert is_like(tuple(filled[:3, 76, 52].tolist()), ORANGE) and is_like(tuple(filled[:3, 76, 64].tolist()), ORANGE)


def test_one_eye_of_a_thing_seen_from_the_side_becomes_the_one_eye_of_the_emoji():
    chick = face(YELLOW, (0.3, 0.3, 0.035, DARK))
    worn = wear_expression(chick, EMOJI, "chick")
    assert is_like(near(worn, 0.3, 0.3), RED)
    assert ((worn[0] - worn[1] > 1.2).nonzero()[:, 1] < SIDE / 2).all(), "no second eye, and no mouth"


def test_a_plain_round_eye_tells_nothing_from_the_side():
    chick = face(YELLOW, (0.3, 0.3, 0.035, DARK))
    plain = face(YELLOW, (0.34, 0.42, 0.06, DARK), (0.66, 0.42, 0.06, DARK), (0.5, 0.7, 0.06, DARK))
    assert wear_expression(chick, plain, "chick") is chick


def test_what_has_limbs_and_is_seen_from_the_side_gets_no_face_on_its_flank():
    horse = torch.full((4, SIDE, SIDE), -1.0)
    horse[:, 40:90, 20:100] = 0.5
    horse[:, 10:50, 90:120] = 0.5  # neck and head
    horse[:, 90:124, 24:34] = 0.5
    assert wear_expression(horse, EMOJI, "horse") is horse


def test_what_does_not_live_has_no_side_and_takes_a_smaller_face():
    cup = torch.full((4, SIDE, SIDE), -1.0)
    cup[:, 40:100, 10:80] = 0.5
    cup[:, 55:65, 80:124] = 0.5  # its handle
    worn = wear_expression(cup, EMOJI, "cup")
    assert (worn[0] - worn[1] > 1.2).any() and torch.equal(worn[:, :, 100:], cup[:, :, 100:])
    assert wear_expression(cup, EMOJI, "horse") is cup
    cup[:, 84:, :] = -1.0  # a cloud above its rain: room for a small one
    assert (wear_expression(cup, EMOJI, "cloud")[0] - wear_expression(cup, EMOJI, "cloud")[1] > 1.2).any()


def test_a_large_mouth_does_not_run_into_the_eyes_of_a_low_face():
    cat = face(ORANGE, (0.34, 0.62, 0.05, DARK), (0.66, 0.62, 0.05, DARK))
    laughing = face(YELLOW, (0.34, 0.35, 0.09, RED), (0.66, 0.35, 0.09, RED), (0.5, 0.7, 0.2, DARK))
    worn = wear_expression(cat, laughing, "cat face")
    dark = ((worn[:3].amax(0) < -0.4) & (worn[3] > 0)).nonzero()
    assert dark[:, 0].min() > 0.6 * SIDE and len(dark) > 100


def test_a_shell_beside_the_mouth_takes_no_face():
    snail = face(ORANGE)
    assert torch.equal(wear_expression(snail, EMOJI, "snail", anchors={"mouth": (0.1, 0.1)}), snail)
    assert not torch.equal(wear_expression(snail, EMOJI, "snail", anchors={"mouth": (0.4, 0.6)}), snail)
    assert not torch.equal(wear_expression(snail, EMOJI, "cloud", anchors={"mouth": (0.1, 0.1)}), snail)


def test_what_is_too_thin_for_a_face_stays_as_it_is():
    stick = torch.full((4, SIDE, SIDE), -1.0)
    stick[:, 4:124, 54:74] = 1.0
    assert torch.equal(wear_expression(stick, EMOJI, "cactus"), stick)


def test_a_stone_in_a_fruit_takes_the_face():
    avocado = face((0.8, 0.9, 0.5), (0.4, 0.55, 0.2, (0.5, 0.3, 0.2)))
    worn = wear_expression(avocado, EMOJI, "avocado")
    changed = ((worn - avocado).abs().amax(0) > 0.1).nonzero().float() / SIDE
    assert len(changed) > 50
    assert 0.3 < float(changed[:, 0].min()) and float(changed[:, 0].max()) < 0.8
    assert 0.15 < float(changed[:, 1].min()) and float(changed[:, 1].max()) < 0.65


def test_a_balloon_floats_at_the_corner_of_the_head():
    fox = torch.full((4, SIDE, SIDE), -1.0)
    fox[:, 48:112, 24:88] = 1.0
    for x in (38, 66):
        fox[:3, 74:82, x : x + 8] = -0.8
    balloon = face((0.2, 0.5, 0.9))
    worn = wear_expression(fox, EMOJI, "fox face", balloon)
    more = (worn[3] > 0) & (fox[3] < 0)
    assert more.any() and more.nonzero()[:, 0].max() < 64 and more.nonzero()[:, 1].min() > 64


def test_eyes_between_two_colours_are_filled_with_the_one_that_is_more_of_them():
    penguin = face(DARK, (0.36, 0.5, 0.13, WHITE), (0.64, 0.5, 0.13, WHITE), (0.5, 0.75, 0.24, WHITE))
    for x in (0.33, 0.67):
        layer = (penguin + 1) / 2
        disc(layer, x, 0.44, 0.05, DARK)
        penguin = 2 * layer - 1
    spots = np.zeros((SIDE, SIDE), bool)
    rows, columns = np.ogrid[:SIDE, :SIDE]
    for x in (0.33, 0.67):
        spots |= np.hypot(rows + 0.5 - 0.44 * SIDE, columns + 0.5 - x * SIDE) < 0.05 * SIDE
    filled = _without((penguin.numpy() + 1) / 2, spots, np.zeros_like(spots), fill_nose=False)
    inner = filled[:3, spots].mean(0)
    assert ((inner > 0.85) | (inner < 0.25)).mean() > 0.9, "no grey between the black and the white"


def test_one_of_several_parts_of_a_colour_is_no_stone():
    one = face(YELLOW, (0.5, 0.5, 0.17, RED))
    several = face(
        YELLOW, (0.5, 0.5, 0.17, RED), (0.22, 0.35, 0.1, RED), (0.78, 0.35, 0.1, RED), (0.5, 0.85, 0.08, RED)
    )

    def span(layer) -> float:
        """How wide the new face is."""
        worn = wear_expression(layer, face(YELLOW, (0.34, 0.42, 0.09, DARK), (0.66, 0.42, 0.09, DARK)), "pizza")
        changed = (worn[:3] - layer[:3]).abs().max(0).values > 0.3
        columns = changed.any(0).nonzero()[:, 0]
        return float(columns.max() - columns.min()) / SIDE

    assert span(one) < 0.35 < span(several)


def test_an_eye_that_is_only_said_to_be_there_takes_an_expression_where_the_drawing_is_plain():
    duck = face(ORANGE)
    duck[:, 84:, 24:70] = -1  # between its legs
    crescent = face(YELLOW, *((x, 0.42, 0.08, DARK) for x in (0.32, 0.36, 0.64, 0.68)))
    crescent[:3, 52:, 30:100] = 2 * torch.tensor(YELLOW)[:, None, None] - 1  # what is left of them is no disc
    side_view = {"right eye": (0.7, 0.35), "mouth": (0.95, 0.5)}
    worn = wear_expression(duck, crescent, "duck", anchors=side_view)
    assert is_like(near(worn, 0.7, 0.35), DARK) and is_like(near(worn, 0.3, 0.35), ORANGE)
    disc_of = (duck + 1) / 2
    disc(disc_of, 0.72, 0.35, 0.02, WHITE)
    tusk = 2 * disc_of - 1
    assert torch.equal(wear_expression(tusk, crescent, "elephant", anchors=side_view), tusk)
