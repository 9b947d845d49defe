"""Prompts to click, chosen by eye from what the bundled model draws well; a click finds them drawn."""

import logging

from pipeline.loading.errors import WeightsError
from pipeline.loading.hardware import is_zero_gpu
from pipeline.recipe import Recipe
from pipeline.serve.jobs import HOUSE, QueueFull
from pipeline.serve.render import Cancelled
from pipeline.serve.studio import Studio
from pipeline.watermark import WatermarkError

__all__ = ["EXAMPLES", "draw_examples"]

_logger = logging.getLogger(__name__)

# (key of its name, prompt, seed)
EXAMPLES = (
    ("apple", "a red apple, 3d render, on a light blue background", 7),
    ("dog", "a dog face, 3d render, on a mint green background", 7),
    ("house", "a house, flat geometric, on a light blue background", 7),
    ("robot", "a robot, 3d render, on a teal background", 7),
    ("strawberries", "three strawberries, gradient vector, on a beige background", 7),
    ("flower_bee", "a sunflower next to a bee, flat geometric, on a white background", 7),
)


def draw_examples(studio: Studio) -> None:
    """Put the examples into the store that are not in it. Between two of them a visitor has the turn."""
    if not studio.store.enabled or is_zero_gpu():  # a borrowed GPU is lent to a visitor's request
        return
    try:
        with studio.jobs.admit(HOUSE) as place:
            for _, prompt, seed in EXAMPLES:
                for _ in studio.draw(studio.recipe(Recipe(prompt=prompt, seed=seed)), place=place):
                    pass
    except (QueueFull, ValueError, WeightsError, WatermarkError, Cancelled) as error:
        _logger.warning("the examples are drawn when they are asked for: %s", error)
