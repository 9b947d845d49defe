"""What someone asks for, from the page or from a program, checked and turned into a recipe."""

from dataclasses import replace
from typing import Any

from PIL import Image

from pipeline.loading.capabilities import CONTROLS
from pipeline.recipe import FIELDS, MAX_PROMPT_LENGTH, MAX_SEED, Recipe, pixels_sha256
from pipeline.serve.limits import Limits
from pipeline.serve.uploads import open_picture
from pipeline.stages import STAGE_ROWS

__all__ = ["read_request", "within"]


def within(recipe: Recipe, limits: Limits) -> tuple[Recipe, tuple[str, ...]]:
    """The recipe with what is more than is drawn here lowered, and in words what that was."""
    most = {name: limits.max_guidance for name in CONTROLS if name.endswith("guidance_scale")}
    most |= {name: limits.max_steps for name in CONTROLS if name.endswith("steps")}
    most["prior_num_inference_steps"] = limits.max_prior_steps
    lowered = {name: high for name, high in most.items() if getattr(recipe, name) > high}
    notes = tuple(
        f"{name.replace('_', ' ')} {getattr(recipe, name):g} was lowered to {high:g}, the most that is drawn here."
        for name, high in lowered.items()
    )
    return replace(recipe, **lowered), notes


def read_request(
    limits: Limits, *, prompt: str, negative_prompt: str, seed: int | None, count: int, paths: list[str],
    image_weights: list[float], fusion_type: str, similarity_strength: float, variations: str = "",
    **steps: Any,
) -> tuple[Recipe, list[Image.Image], int]:  # fmt: skip
    """(recipe, reference pictures, number of pictures) of one request, from the page or from a program.

    Raises:
        ValueError: one sentence that says what to change.
    """
    for name, text in (("prompt", prompt), ("negative prompt", negative_prompt)):
        if len(text) > MAX_PROMPT_LENGTH:
            raise ValueError(
                f"The {name} has {len(text):,} characters; up to {MAX_PROMPT_LENGTH} are read. Shorten it."
            )
    if not prompt.strip() and not paths:
        raise ValueError("There is nothing to draw yet. Type what you would like to see, or add a reference picture.")
    if seed is None or not 0 <= seed <= MAX_SEED:
        raise ValueError(f"The seed is a whole number from 0 to {MAX_SEED:,}. Type one, or press New seed.")
    if not 1 <= count <= limits.max_count:
        raise ValueError(f"Ask for 1 to {limits.max_count} pictures, not {count}.")
    if len(paths) > limits.max_references:
        raise ValueError(f"Up to {limits.max_references} reference pictures are read, not {len(paths)}. Remove some.")
    for row in STAGE_ROWS:
        low, most = FIELDS[row.steps].low, limits.max_prior_steps if row.name == "prior" else limits.max_steps
        if not low <= steps[row.steps] <= most:
            raise ValueError(f"{row.steps} is a whole number from {low} to {most}, not {steps[row.steps]}.")
    for name in (row.guidance for row in STAGE_ROWS if row.guidance):
        low = FIELDS[name].low
        if not low <= steps[name] <= limits.max_guidance:
            raise ValueError(f"{name} is a number from {low:g} to {limits.max_guidance:g}, not {steps[name]}.")
    images = [open_picture(path, limits) for path in paths]
    more = {}
    if images:
        more = {"fusion_type": fusion_type, "similarity_strength": similarity_strength}
        more["image_hashes"] = tuple(pixels_sha256(image) for image in images)
        if len(set(image_weights)) > 1:
            more["image_weights"] = tuple(image_weights)
        elif image_weights and not image_weights[0]:
            raise ValueError("All reference pictures have weight 0. Raise one of them.")
        similarity = FIELDS["similarity_strength"]
        if not similarity.low <= similarity_strength <= similarity.high:
            raise ValueError(
                f"similarity_strength is a number from {similarity.low:g} to {similarity.high:g}, "
                f"not {similarity_strength}."
            )
    if variations.strip():
        more["variations"] = tuple(text.strip() for text in variations.split(","))
    recipe = Recipe(prompt=prompt, negative_prompt=negative_prompt, seed=int(seed), **steps, **more)
    return recipe, images, int(count)
