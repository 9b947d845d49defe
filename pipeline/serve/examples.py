"""Prompts to click, chosen by eye from what the bundled model draws well; a click finds them drawn."""

import logging
from html import escape

from pipeline.loading.errors import WeightsError
from pipeline.loading.hardware import is_zero_gpu
from pipeline.recipe import Recipe
from pipeline.serve.render import Cancelled
from pipeline.serve.studio import Studio
from pipeline.watermark import WatermarkError

__all__ = ["EXAMPLES", "draw_examples", "examples_html"]

_logger = logging.getLogger(__name__)

# (words on the chip, prompt, seed)
EXAMPLES = (
    ("Red apple", "a red apple, 3d render, on a light blue background", 7),
    ("Dog face", "a dog face, 3d render, on a mint green background", 7),
    ("House", "a house, flat geometric, on a light blue background", 7),
    ("Robot", "a robot, 3d render, on a teal background", 7),
    ("Strawberries", "three strawberries, gradient vector, on a beige background", 7),
    ("Flower and bee", "a sunflower next to a bee, flat geometric, on a white background", 7),
)


def examples_html() -> str:
    """The chips; a click reports the example's ``index``."""
    chips = "".join(
        f'<button type="button" data-index="{index}" title="{escape(prompt)}">{escape(words)}</button>'
        for index, (words, prompt, _) in enumerate(EXAMPLES)
    )
    return f'<div class="chips" role="group" aria-label="Examples"><span>Try</span>{chips}</div>'


def draw_examples(studio: Studio) -> None:
    """Put the examples into the store that are not in it. Between two of them a visitor has the turn."""
    if not studio.store.enabled or is_zero_gpu():  # a borrowed GPU is lent to a visitor's request
        return
    try:
        for _, prompt, seed in EXAMPLES:
            for _ in studio.draw(studio.recipe(Recipe(prompt=prompt, seed=seed))):
                pass
    except (ValueError, WeightsError, WatermarkError, Cancelled) as error:
        _logger.warning("the examples are drawn when they are asked for: %s", error)
