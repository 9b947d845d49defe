"""The shape of a picture: sides within the limits, in whole steps."""

import math

from pipeline.scene.record import MAX_SIDE, MIN_SIDE, SIDE_STEP

__all__ = ["canvas_size"]


def canvas_size(across: float, down: float, area: float) -> tuple[int, int]:
    """Width and height of about that shape and area.

    Args:
        across, down: the shape, 16 and 9.
        area: in pixels.

    Returns:
        Both sides within the limits of a scene, in its steps; a shape that no limits allow becomes the nearest.
    """
    shape = min(max(across / down, MIN_SIDE / MAX_SIDE), MAX_SIDE / MIN_SIDE)
    height = math.sqrt(area / shape)
    width = height * shape
    grow = max(1.0, MIN_SIDE / min(width, height))
    shrink = min(1.0, MAX_SIDE / (max(width, height) * grow))
    sides = (round(side * grow * shrink / SIDE_STEP) * SIDE_STEP for side in (width, height))
    width, height = (min(max(side, MIN_SIDE), MAX_SIDE) for side in sides)
    return width, height
