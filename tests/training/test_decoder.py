"""Example run: python -m pytest tests/training/test_decoder.py"""

import torch

from pipeline.training.decoder import DIFFERENCES, differences, redraw_loss


def test_a_redrawn_layer_that_is_right_costs_nothing():
    image = torch.rand(2, 4, 16, 16)
    assert redraw_loss(image, image) == 0


def test_mottle_on_an_even_colour_costs_more_than_the_same_error_everywhere():
    image = torch.zeros(1, 4, 32, 32)
    rows = torch.arange(32)
    mottle = 0.1 * torch.where((rows[:, None] // 4 + rows // 4) % 2 == 0, 1.0, -1.0)  # patches of 4 pixels
    assert redraw_loss(image + mottle, image) > 2 * redraw_loss(image + 0.1, image)


def test_differences_are_between_pixels_that_lie_so_far_apart():
    ramp = torch.arange(8.0).expand(1, 1, 8, 8)
    for apart in DIFFERENCES:
        across, down = differences(ramp, apart)
        assert (across == apart).all() and (down == 0).all()
        assert across.shape[-1] == down.shape[-2] == 8 - apart
