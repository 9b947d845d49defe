"""Shapes of pictures. Example run: python -m pytest tests/scene/test_canvas.py"""

import pytest

from pipeline.scene.canvas import canvas_size
from pipeline.scene.record import MAX_SIDE, MIN_SIDE, SIDE_STEP, Scene

SHAPES = [(1, 1), (16, 9), (9, 16), (4, 3), (2, 3), (21, 9), (1, 5), (100, 1), (0.3, 0.2)]


@pytest.mark.parametrize(
    ("shape", "area", "size"),
    [
        ((1, 1), 512 * 512, (512, 512)),
        ((2, 1), 512 * 512, (728, 360)),  # 724 x 362, in steps of 8
        ((4, 3), 768 * 576, (768, 576)),
        ((1, 1), 1, (256, 256)),  # no smaller
        ((1, 1), 10**9, (1024, 1024)),  # no larger
        ((3, 1), 512 * 512, (888, 296)),
        ((100, 1), 512 * 512, (1024, 256)),  # the nearest shape that the limits allow
        ((1, 100), 512 * 512, (256, 1024)),
    ],
)
def test_a_shape_and_an_area_become_sides_in_steps(shape, area, size):
    assert canvas_size(*shape, area) == size


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("area", [256 * 256, 512 * 512, 1024 * 1024])
def test_sides_are_within_the_limits_and_turn_with_the_shape(shape, area):
    width, height = canvas_size(*shape, area)
    Scene(width=width, height=height)
    assert canvas_size(*shape[::-1], area) == (height, width)
    asked = min(max(shape[0] / shape[1], MIN_SIDE / MAX_SIDE), MAX_SIDE / MIN_SIDE)
    assert width / height == pytest.approx(asked, rel=2 * SIDE_STEP / MIN_SIDE)
