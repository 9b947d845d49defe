"""Example run: python -m pytest tests/scene/test_effects.py"""

import torch

from pipeline.scene.effects import contact_shadow, outline_alpha, over, soft_shadow


def square(side=40, box=(10, 30)):
    alpha = torch.zeros(side, side)
    alpha[box[0] : box[1], box[0] : box[1]] = 1
    return alpha


def test_a_solid_layer_hides_what_is_below_and_half_of_one_lets_half_through():
    canvas = torch.ones(4, 1, 2)
    layer = torch.tensor([[[0.0, 0.0]], [[0.0, 0.0]], [[0.0, 0.0]], [[1.0, 0.5]]])
    over(canvas, layer)
    assert canvas[:3, 0, 0].tolist() == [0, 0, 0] and canvas[:3, 0, 1].tolist() == [0.5] * 3
    assert canvas[3].tolist() == [[1, 1]]


def test_an_outline_reaches_as_far_as_it_is_wide_and_fades_within_a_pixel():
    edge = outline_alpha(square(), 3.0)
    assert edge[20, 7] == 1 and edge[20, 5] == 0 and edge[20, 20] == 1
    assert not outline_alpha(torch.zeros(8, 8), 3.0).any()


def test_a_soft_shadow_is_dark_below_the_thing_and_lighter_than_it():
    shadow = soft_shadow(square(100, (30, 70)))
    assert not shadow[:3].any() and 0 < shadow[3].max() <= 0.3
    assert shadow[3, 71].max() > shadow[3, 28].max(), "it lies lower"


def test_a_contact_shadow_lies_at_the_foot_and_nothing_casts_none():
    shadow = contact_shadow(square(), 40, 40)
    darkest = (shadow[3] == shadow[3].max()).nonzero()[0].tolist()
    assert abs(darkest[0] - 29) <= 3 and abs(darkest[1] - 19.5) <= 1.5
    assert not shadow[3, :20].any()
    assert contact_shadow(torch.zeros(40, 40), 40, 40) is None
