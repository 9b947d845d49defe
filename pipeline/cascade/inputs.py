"""What a call of the pipeline asks for, checked before anything is drawn."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import torch
from PIL import Image

from pipeline.recipe.schema import FIELDS

__all__ = ["CallArguments", "check_weights", "check_wishes", "one_each"]

_HALF = re.compile("[\ud800-\udfff]")  # a surrogate without the other one: no tokenizer reads it


@dataclass(frozen=True)
class CallArguments:
    """Arguments of a call that need a look before anything is drawn; see ``TextToImagePipeline.__call__``."""

    prompt: str | list[str] | None
    negative_prompt: str | None
    image: Any  # a PIL picture, several, or none
    scene: object | None
    prompt_embeds: torch.Tensor | None
    pooled_prompt_embeds: torch.Tensor | None
    image_embeds: torch.Tensor | None
    num_images_per_prompt: int
    generator: object
    steps: dict[str, int]
    numbers: dict[str, float]  # by name: of the recipe's table, with its ranges
    output_type: str
    edited: bool = False  # whether edits say what to draw, though nothing else does

    @property
    def prompts(self) -> list[str | None]:
        """One entry per picture."""
        prompts = [self.prompt] if isinstance(self.prompt, str) or self.prompt is None else list(self.prompt)
        return [text for text in prompts for _ in range(self.num_images_per_prompt)]

    @property
    def images(self) -> list[Image.Image]:
        """The reference pictures."""
        if self.image is None:
            return []
        return list(self.image) if isinstance(self.image, (list, tuple)) else [self.image]


def check_wishes(wishes: CallArguments, max_images: int) -> None:
    """Refuse what cannot be drawn, naming the argument, what was expected and what came.

    Raises:
        ValueError: in a sentence.
    """
    _check_words(wishes)
    _check_pictures(wishes, max_images)
    for name, value in wishes.steps.items():
        low, high = FIELDS[name].low, FIELDS[name].high
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"`{name}` must be a whole number from {low} to {high}, got {value!r}.")
    for name, value in wishes.numbers.items():
        low, high = FIELDS[name].low, FIELDS[name].high
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise ValueError(f"`{name}` must be from {low:g} to {high:g}, got {value!r}.")
    if wishes.output_type not in ("pil", "np", "pt"):
        raise ValueError(f"`output_type` must be 'pil', 'np' or 'pt', got {wishes.output_type!r}.")
    total, generator = len(wishes.prompts), wishes.generator
    own = generator if isinstance(generator, list) else [] if generator is None else [generator]
    if any(not isinstance(each, torch.Generator) for each in own):
        kinds = ", ".join(sorted({type(each).__name__ for each in own}))
        raise ValueError(f"`generator` must be a torch.Generator, or a list of them, got {kinds}.")
    if isinstance(generator, list) and len(generator) != total:
        raise ValueError(f"`generator` has {len(generator)} entries for {total} pictures. Pass one per picture.")
    for name in ("prompt_embeds", "pooled_prompt_embeds", "image_embeds"):
        if (embeds := getattr(wishes, name)) is not None and not torch.isfinite(embeds).all():
            raise ValueError(f"`{name}` must hold finite numbers only.")


def _check_words(wishes: CallArguments) -> None:
    prompt = wishes.prompt
    if prompt is not None and not isinstance(prompt, (str, list)):
        raise ValueError(f"`prompt` must be a string or a list of strings, got {type(prompt).__name__}.")
    texts = [prompt] if isinstance(prompt, str) else prompt or []
    if any(not isinstance(text, str) for text in texts):
        raise ValueError("`prompt` must hold strings only.")
    if wishes.negative_prompt is not None and not isinstance(wishes.negative_prompt, str):
        kind = type(wishes.negative_prompt).__name__
        raise ValueError(f"`negative_prompt` must be a string, got {kind}.")
    for name, text in (*(("prompt", text) for text in texts), ("negative_prompt", wishes.negative_prompt or "")):
        if half := _HALF.search(text):
            raise ValueError(
                f"`{name}` must be text, got half of a character, {half[0]!r}; write it whole, or leave it out."
            )
    if (wishes.prompt_embeds is None) != (wishes.pooled_prompt_embeds is None):
        raise ValueError("`prompt_embeds` and `pooled_prompt_embeds` go together; `encode_prompt` returns both.")
    if prompt is not None and wishes.prompt_embeds is not None:
        raise ValueError("Pass either `prompt` or `prompt_embeds`, not both.")
    if wishes.scene is not None and (prompt is not None or wishes.prompt_embeds is not None):
        raise ValueError("Pass either `prompt` or `scene`, not both.")
    something = any(text.strip() for text in texts) or wishes.prompt_embeds is not None or wishes.scene is not None
    if not something and not wishes.edited and not wishes.images and wishes.image_embeds is None:
        raise ValueError("`prompt` is empty. Say what to draw, or pass 1 to 5 pictures as `image`.")
    number = wishes.num_images_per_prompt
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ValueError(f"`num_images_per_prompt` must be a whole number from 1, got {number!r}.")


def _check_pictures(wishes: CallArguments, max_images: int) -> None:
    images = wishes.images
    if len(images) > max_images:
        raise ValueError(f"`image` takes 1 to {max_images} pictures, got {len(images)}. Pass fewer.")
    if any(not isinstance(picture, Image.Image) for picture in images):
        raise ValueError("`image` must hold PIL pictures. Open the files with PIL.Image.open first.")
    if images and wishes.image_embeds is not None:
        raise ValueError("Pass either `image` or `image_embeds`, not both.")


def check_weights(image_weights: Any, count: int) -> None:
    """Refuse what does not weigh so many reference pictures.

    Raises:
        ValueError: in a sentence.
    """
    each = list(image_weights) if isinstance(image_weights, Iterable) else []
    numbers = [w for w in each if isinstance(w, Real) and not isinstance(w, bool) and 0 <= float(w) < math.inf]
    if len(each) != count or len(numbers) != count or not any(numbers):
        raise ValueError(
            f"`image_weights` must hold {count} finite numbers from 0, one for each picture and not all 0, got "
            f"{str(image_weights)[:80]}."
        )


def one_each(generator, count: int) -> list[torch.Generator]:
    """One generator per picture; several from one are seeded with its seed + i."""
    if isinstance(generator, list):
        return generator
    if generator is None:
        generator = torch.Generator().manual_seed(torch.seed() % 2**31)
    if count == 1:
        return [generator]
    return [torch.Generator(generator.device).manual_seed(generator.initial_seed() + i) for i in range(count)]
