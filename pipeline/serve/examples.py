"""The pictures that greet a visitor: examples to click, and one thing in every style, drawn while nobody waits."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from pipeline.language.styles import STYLES
from pipeline.loading.errors import WeightsError
from pipeline.loading.hardware import is_zero_gpu
from pipeline.recipe import Recipe
from pipeline.serve.jobs import HOUSE, QueueFull
from pipeline.serve.render import Cancelled, Rendered
from pipeline.serve.studio import Studio
from pipeline.watermark import WatermarkError

__all__ = ["EXAMPLES", "SAMPLES", "Example", "Wall"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Example:
    """A picture to start from: the key of its name, and what draws it."""

    key: str
    prompt: str
    seed: int = 7


# Chosen by eye from what the bundled model draws well.
EXAMPLES = (
    Example("apple", "a red apple, 3d render, on a light blue background"),
    Example("flower_bee", "a sunflower next to a bee, flat geometric, on a white background"),
    Example("robot", "a robot, 3d render, on a teal background"),
    Example("pizza", "a slice of pizza, gradient vector, on a yellow background"),
    Example("castle", "a moon above a castle, gradient vector, on a navy blue background"),
    Example("dog", "a dog face, 3d render, on a mint green background"),
    Example("strawberries", "three strawberries, gradient vector, on a beige background"),
    Example("octopus", "an octopus, 3d render, on a lavender background"),
    Example("sailboat", "a sailboat, gradient vector, on a teal background"),
    Example("panda", "a panda, 3d render, on a pink background"),
    Example("guitar", "a guitar, 3d render, on a purple background"),
    Example("rocket", "a rocket, 3d render, on a navy blue background"),
)
# What a style looks like: style -> picture.
SAMPLES = {style: Example(style, f"a mushroom, {style}, on a white background") for style in STYLES}


class Wall:
    """The examples' pictures, as far as they are drawn."""

    def __init__(self, studio: Studio):
        self._studio = studio
        self._rendered: dict[Example, Rendered] = {}
        self._changed = threading.Condition()
        self._started, self._ended = False, False

    def start(self) -> None:
        """Draw them in the background; only the first call does. Between two of them a visitor has the turn."""
        with self._changed:
            if self._started:
                return
            self._started = True
            self._ended = is_zero_gpu()  # a borrowed GPU is lent to a visitor's request
        if not self._ended:
            threading.Thread(target=self._draw, name="easel-examples", daemon=True).start()

    def wait(self, seen: int, seconds: float) -> bool:
        """Whether more than `seen` pictures are drawn or all are, after at most so long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ended or len(self._rendered) > seen, timeout=seconds)

    @property
    def is_done(self) -> bool:
        """Whether no more pictures will come."""
        return self._ended

    def paths(self) -> dict[Example, Path]:
        """The file of every example that is drawn, written anew where it was deleted for its age."""
        with self._changed:
            rendered = dict(self._rendered)
        return {example: self._studio.save(each) for example, each in rendered.items()}

    def _draw(self) -> None:
        try:
            with self._studio.jobs.admit(HOUSE) as place:
                for example in (*SAMPLES.values(), *EXAMPLES):
                    recipe = self._studio.recipe(Recipe(prompt=example.prompt, seed=example.seed))
                    *_, rendered = self._studio.draw(recipe, place=place)
                    assert isinstance(rendered, Rendered)  # a drawing ends with its picture, or raises
                    with self._changed:
                        self._rendered[example] = rendered
                        self._changed.notify_all()
        except (QueueFull, ValueError, WeightsError, WatermarkError, Cancelled) as error:
            _logger.warning("the examples are drawn when they are asked for: %s", error)
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
