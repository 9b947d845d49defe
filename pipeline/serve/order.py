"""An order: what a program asks for, whichever door it came through, before it is a recipe.

The doors for AWS' and OpenAI's clients turn their bodies into orders; `pipeline.serve.drawing` draws them.
"""

from dataclasses import dataclass, field

from PIL import Image

__all__ = ["TASKS", "EmbeddingOrder", "NotOffered", "Order"]

TASKS = ("draw", "vary", "change", "inpaint", "outpaint", "colours", "condition", "cut out")


class NotOffered(ValueError):
    """The model at hand cannot do what is asked for.

    Args:
        sentence: what, and what to do instead.
        argument: of the order; each door knows what its body calls it.
    """

    def __init__(self, sentence: str, argument: str = ""):
        super().__init__(sentence)
        self.argument = argument


@dataclass(frozen=True)
class Order:
    """Pictures to draw.

    Attributes:
        task: of ``TASKS``.
        prompt: what to draw.
        negative_prompt: what to steer away from.
        images: reference pictures (vary; change, where the words are no wish), or the one picture to change (change,
            inpaint, outpaint, cut out), as they came; `info["recipe"]` is what a file says that it was drawn from,
            which nobody has checked.
        similarity_strength: share of the references against the prompt; None is the recipe's default.
        count: how many pictures; picture i has seed + i.
        seed: of the first one.
        size: (width, height) in pixels; None is the model's own.
        guidance: how strictly to keep to the prompt, 0 (as the model does by itself) to 1 (as strictly as is offered).
        quality: "standard", or "premium": more steps.
        transparent: the thing cut free from its ground.
        mask: white where the picture is to change.
        mask_prompt: or words for the thing that is to change.
        keep_exactly: outside the mask nothing changes, to the pixel.
        colours: "#rrggbb", the palette.
        control: "edges" or "segments" of ``images[0]`` that the picture is to follow.
        control_strength: 0 to 1.
    """

    task: str = "draw"
    prompt: str = ""
    negative_prompt: str = ""
    images: tuple[Image.Image, ...] = ()
    similarity_strength: float | None = None
    count: int = 1
    seed: int = 0
    size: tuple[int, int] | None = None
    guidance: float = 0.0
    quality: str = "standard"
    transparent: bool = False
    mask: Image.Image | None = None
    mask_prompt: str = ""
    keep_exactly: bool = False
    colours: tuple[str, ...] = field(default=())
    control: str = ""
    control_strength: float = 0.7


@dataclass(frozen=True)
class EmbeddingOrder:
    """A vector to make of words, of a picture, or of both: then their average.

    Attributes:
        text: words.
        image: picture.
        length: numbers of the vector.
    """

    text: str = ""
    image: Image.Image | None = None
    length: int = 1024
