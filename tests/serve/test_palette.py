"""How far a palette's colours are from what is drawn, on the bundled weights.

Example run: python -m pytest tests/serve/test_palette.py -m slow
"""

import numpy as np
import pytest
import torch

from app import LIMITS
from pipeline.loading.find import find_model
from pipeline.loading.weights import DEFAULT_WEIGHTS
from pipeline.pictures.masks import eroded
from pipeline.scene.recolour import main_colour
from pipeline.serve.drawing import draw_order
from pipeline.serve.jobs import Client
from pipeline.serve.order import Order
from pipeline.serve.studio import Studio

# CIE 1976 distances in L*a*b*, as docs/api.md states them
GROUND, THING, MOST_THINGS = 4.0, 23.0, 0.8
THINGS = ("a car", "an apple", "a cat", "a house", "a fish")
PALETTES = (("#ff8800", "#eeeeee"), ("#2f6fd6", "#fff4d6"), ("#3fa34d", "#ffe0ec"), ("#8e5bd1", "#e8f6ff"))


def lab(rgb) -> np.ndarray:
    """sRGB of 0 to 255 -> L*a*b* (D65)."""
    value = np.asarray(rgb, float) / 255
    value = np.where(value > 0.04045, ((value + 0.055) / 1.055) ** 2.4, value / 12.92)
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = value @ matrix.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def numbers(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def apart(one, other) -> float:
    return float(np.linalg.norm(lab(one) - lab(other)))


def test_known_distances():
    assert lab((255, 255, 255)) == pytest.approx([100, 0, 0], abs=0.1)
    assert lab((255, 0, 0)) == pytest.approx([53.2, 80.1, 67.2], abs=0.2)


@pytest.mark.slow
def test_grounds_and_things_have_the_colours_of_the_palette():
    studio = Studio(find_model(str(DEFAULT_WEIGHTS)).load())
    things = []
    for seed, name in enumerate(THINGS):
        for colour, ground in PALETTES:
            order = Order("colours", name, colours=(colour, ground), seed=seed)
            with studio.jobs.admit(Client("here")) as place:
                (drawn,) = draw_order(studio, LIMITS, order, place)
            pixels = np.asarray(drawn.image.convert("RGB"))
            hits = np.asarray(drawn.standing.hits.resize(drawn.image.size, 0)) > 0
            assert apart(np.median(pixels[eroded(~hits, 6)], axis=0), numbers(ground)) < GROUND
            alpha = np.where(eroded(hits, 2), 255, 0)[..., None]
            layer = np.concatenate([pixels * (alpha > 0), alpha], -1) / 255
            main = main_colour(2 * torch.from_numpy(layer).permute(2, 0, 1).float() - 1)
            things.append(apart(numbers(main), numbers(colour)))
    assert np.mean(np.array(things) < THING) >= MOST_THINGS, sorted(things)
