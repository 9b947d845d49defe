"""The pictures that greet a visitor: examples to click, and one thing in every style, drawn while nobody waits."""

import logging
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.language.styles import STYLES
from pipeline.loading.errors import WeightsError
from pipeline.loading.hardware import is_zero_gpu
from pipeline.recipe import Recipe
from pipeline.scene.edit import operation
from pipeline.serve.jobs import HOUSE, QueueFull
from pipeline.serve.render import Cancelled, Rendered
from pipeline.serve.sheets import sticker
from pipeline.serve.studio import Studio
from pipeline.stickers.matrix import expand
from pipeline.watermark import WatermarkError

__all__ = ["EXAMPLES", "SAMPLES", "Example", "Wall"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Example:
    """A picture to start from: the key of its name, and what draws it.

    Attributes:
        key: of its name on the page.
        prompt, seed, edits: of its recipe.
        pack: lines for the Packs tab instead: the picture stands for all that they draw.
        style: of the pack.
    """

    key: str
    prompt: str
    seed: int = 7
    edits: tuple[str, ...] = ()
    pack: str = ""
    style: str = ""

    @property
    def recipe(self) -> Recipe:
        """What draws it."""
        if self.pack:
            return sticker(f"{self.prompt}, {self.style}", self.seed)
        return Recipe(prompt=self.prompt, seed=self.seed, edits=self.edits)

    @property
    def members(self) -> "tuple[Example, ...]":
        """The pictures of a pack, each an example of its own; of any other, itself."""
        if not self.pack:
            return (self,)
        return tuple(replace(self, prompt=cell.prompt) for cell in expand(self.pack))


# Chosen by eye from what the bundled model draws well: things by themselves, several that touch, one that was edited,
# one with lettering, and a pack.
EXAMPLES = (
    Example("skater", "a cat with sunglasses riding a skateboard, 3d render, on an orange background"),
    Example("castle", "a moon above a castle, gradient vector, night sky"),
    Example("fox", "a fox wearing glasses, 3d render, on a mint green background"),
    Example(
        "rocket",
        "a rocket, 3d render, on a transparent background",
        edits=("outline 8", "shadow on", operation("letter", "To the moon", "banner")),
    ),
    Example("apple", "a red apple, 3d render, on a light blue background"),
    Example(
        "penguin",
        "a penguin, 3d render, on a light blue background",
        edits=("colour penguin purple", "mirror penguin", "outline 6", "turn penguin -12"),
    ),
    Example("panda", "a panda wearing a crown, 3d render, on a lavender background"),
    Example("cars", "a red car", pack="a {red|orange|green|blue} car", style="3d render"),
    Example("sailboat", "a sailboat on the sea, gradient vector"),
    Example("volcano", "a dinosaur next to a volcano, cartoon emoji, on a beige background"),
    Example("umbrella", "a dog under an umbrella, flat sticker, on a yellow background"),
    Example("octopus", "an octopus, 3d render, on a lavender background"),
)
# What a style looks like: style -> picture.
SAMPLES = {style: Example(style, f"a fox, {style}, on a white background") for style in STYLES}


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
                members = [member for example in EXAMPLES for member in example.members]
                for example in (*members, *SAMPLES.values()):
                    try:
                        *_, rendered = self._studio.draw(self._studio.recipe(example.recipe), place=place)
                    except (ValueError, WatermarkError) as error:  # other weights may know no such thing
                        _logger.warning("the example %s is left out: %s", example.key, error)
                        continue
                    assert isinstance(rendered, Rendered)  # a drawing ends with its picture, or raises
                    with self._changed:
                        self._rendered[example] = rendered
                        self._changed.notify_all()
        except (QueueFull, WeightsError, Cancelled) as error:
            _logger.warning("the examples are drawn when they are asked for: %s", error)
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
