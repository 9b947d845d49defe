"""Example run: python -m pytest tests/cascade/test_alone.py"""

import pytest
import torch

from pipeline.cascade.alone import draw_alone
from tests.tiny import tiny_pipeline


def test_a_layer_follows_from_name_style_and_seed_and_others_are_refused():
    pipe = tiny_pipeline()
    first = draw_alone(pipe, "cat", "3d render", 3)
    assert first.shape == (4, 256, 256) and first.abs().max() <= 1
    assert torch.equal(draw_alone(tiny_pipeline(), "cat", "3d render", 3), first)
    assert not torch.equal(draw_alone(pipe, "apple", "3d render", 3), first)
    with pytest.raises(ValueError, match=r"`name` must be a phrase of the model's vocabulary, got 'unheard'"):
        draw_alone(pipe, "unheard", None, 3)
