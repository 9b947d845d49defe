"""Example run: python -m pytest tests/evaluation/test_redraw.py"""

import math

import numpy as np
import torch

from pipeline.evaluation.redraw import compare_layers, draw_layers, real_layer
from tests.tiny import tiny_pipeline


def disc() -> np.ndarray:
    rows = np.arange(128)
    inside = (rows[:, None] - 63.5) ** 2 + (rows - 63.5) ** 2 < 60**2
    pixels = np.zeros((128, 128, 4), np.uint8)
    pixels[inside] = (200, 100, 50, 255)
    return pixels


def test_a_real_layer_is_premultiplied_and_in_range():
    layer = real_layer(disc(), 64)
    assert layer.shape == (1, 4, 64, 64)
    assert torch.allclose(layer[0, :, 32, 32], torch.tensor([200, 100, 50, 255]) / 127.5 - 1, atol=1e-3)
    assert (layer[0, :, 0, 0] == -1).all()


def test_the_same_layer_has_no_error_and_mottle_is_told_from_a_shift():
    real = real_layer(disc(), 64)
    same = compare_layers(real, real)
    assert (same.pixels, same.edges, same.mottle) == (0, 0, 0)
    shifted = compare_layers(real + 0.1, real)
    assert abs(shifted.pixels - 0.1) < 1e-3 and shifted.edges < 1e-3 and shifted.mottle < 1e-3
    waves = 0.1 * torch.sin(torch.arange(64) * math.pi / 4).expand(64, 64)
    assert compare_layers(real + waves, real).mottle > 0.05


def test_the_layers_are_those_that_the_pipeline_composes():
    pipe, seen = tiny_pipeline(), []
    run = pipe.run_super_res
    pipe.run_super_res = lambda *inputs, **settings: seen.append(run(*inputs, **settings)) or seen[-1]
    pipe(
        "a cat", generator=torch.Generator().manual_seed(3), num_inference_steps=1, prior_num_inference_steps=1,
        prior_guidance_scale=1.0,
    )  # fmt: skip
    small, large = draw_layers(pipe, "a cat", 3)
    assert torch.allclose(large, seen[0].clamp(-1, 1), atol=1e-5) and small.shape[-1] * 4 == large.shape[-1]
