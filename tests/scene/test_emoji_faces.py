"""The pieces of an emoji's face. Example run: python -m pytest tests/scene/test_emoji_faces.py"""

import torch

from pipeline.scene.emoji_faces import read_emoji
from tests.scene.test_expressions import DARK, RED, SIDE, YELLOW, disc, face

EYES = (0.34, 0.42, 0.06, DARK), (0.66, 0.42, 0.06, DARK)
MOUTH = (0.5, 0.72, 0.07, RED)


def read(layer: torch.Tensor):
    return read_emoji((layer.numpy() + 1) / 2)


def at(plane, x: float, y: float) -> float:
    return float(plane[round(y * SIDE), round(x * SIDE)])


def test_eyes_and_mouth_are_pieces_of_their_own_and_skin_is_none():
    emoji = read(face(YELLOW, *EYES, MOUTH))
    assert set(emoji.pieces) == {"left", "right", "mouth"}
    assert at(emoji.pieces["left"], 0.34, 0.42) > 0.9 and at(emoji.pieces["mouth"], 0.5, 0.72) > 0.9
    assert at(emoji.colours[3], 0.5, 0.2) == 0
    assert abs(emoji.left.x / SIDE - 0.34) < 0.02 and abs(emoji.right.y / SIDE - 0.42) < 0.02


def test_what_crosses_the_middle_above_the_mouth_stays_together():
    glasses = face(YELLOW, *EYES, (0.5, 0.42, 0.12, DARK), MOUTH)
    assert set(read(glasses).pieces) == {"both", "mouth"}


def test_blue_above_the_eyes_floats_beside_the_face_and_tears_do_not():
    asleep = face(YELLOW, *EYES, MOUTH)
    disc(asleep, 0.7, 0.2, 0.06, (-0.8, -0.2, 0.9))
    disc(asleep, 0.25, 0.62, 0.06, (-0.8, -0.2, 0.9))
    emoji = read(asleep)
    assert at(emoji.colours[3], 0.7, 0.2) == 0
    assert at(emoji.pieces["left"], 0.25, 0.62) > 0.9


def test_a_blush_and_a_shade_of_the_rim_are_skin():
    blushing = face(YELLOW, *EYES, MOUTH, (0.2, 0.6, 0.07, (0.98, 0.68, 0.45)))
    assert at(read(blushing).colours[3], 0.2, 0.6) == 0


def test_colours_at_the_edge_of_a_piece_are_its_own():
    emoji = read(face(YELLOW, *EYES, MOUTH))
    mask = emoji.pieces["mouth"]
    own = emoji.colours[:3, mask > 0.3] / mask[mask > 0.3]
    assert own[1].max() < 0.3, "no yellow shines in"


def test_two_cheeks_are_skin_where_they_run_into_the_mouth():
    pink = 0.98, 0.55, 0.6
    cheeks = (0.3, 0.68, 0.09, pink), (0.7, 0.68, 0.09, pink)
    emoji = read(face(YELLOW, *EYES, *cheeks, (0.5, 0.68, 0.13, DARK)))
    assert at(emoji.colours[3], 0.25, 0.68) == 0 and at(emoji.pieces["mouth"], 0.5, 0.68) > 0.9


def test_the_blue_brow_of_who_is_scared_is_skin_and_the_eyes_in_it_stay():
    layer = face(YELLOW)
    layer[:3, : SIDE // 3] = torch.where(
        layer[3, : SIDE // 3] > 0, torch.tensor([-0.4, 0.1, 0.9])[:, None, None], -1.0
    )
    scared = (layer + 1) / 2
    for x in (0.34, 0.66):
        disc(scared, x, 0.36, 0.09, (1, 1, 1))
        disc(scared, x, 0.36, 0.05, DARK)
    disc(scared, *MOUTH)
    emoji = read(2 * scared - 1)
    assert at(emoji.colours[3], 0.5, 0.12) == 0
    assert at(emoji.pieces["left"], 0.34, 0.36) > 0.9 and at(emoji.pieces["right"], 0.66, 0.29) > 0.5


def test_a_speck_beside_an_eye_is_no_piece():
    emoji = read(face(YELLOW, *EYES, MOUTH, (0.42, 0.2, 0.018, DARK)))
    assert at(emoji.colours[3], 0.42, 0.2) == 0
