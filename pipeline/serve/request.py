"""What someone asks for, from the page or from a program, checked and turned into a recipe."""

from typing import Any

from PIL import Image

from pipeline.recipe import MAX_PROMPT_LENGTH, MAX_SEED, Recipe, pixels_sha256
from pipeline.serve.limits import Limits
from pipeline.serve.uploads import open_picture

__all__ = ["read_request"]


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
    for name in ("num_inference_steps", "super_res_num_inference_steps", "prior_num_inference_steps"):
        most = limits.max_prior_steps if name.startswith("prior") else limits.max_steps
        if not 1 <= steps[name] <= most:
            raise ValueError(f"{name} is a whole number from 1 to {most}, not {steps[name]}.")
    for name in ("guidance_scale", "prior_guidance_scale"):
        if not 0 <= steps[name] <= limits.max_guidance:
            raise ValueError(f"{name} is a number from 0 to {limits.max_guidance:g}, not {steps[name]}.")
    images = [open_picture(path, limits) for path in paths]
    more = {}
    if images:
        more = {"fusion_type": fusion_type, "similarity_strength": similarity_strength}
        more["image_hashes"] = tuple(pixels_sha256(image) for image in images)
        if len(set(image_weights)) > 1:
            more["image_weights"] = tuple(image_weights)
        elif image_weights and not image_weights[0]:
            raise ValueError("All reference pictures have weight 0. Raise one of them.")
        if not 0.2 <= similarity_strength <= 1:
            raise ValueError(f"similarity_strength is a number from 0.2 to 1, not {similarity_strength}.")
    if variations.strip():
        more["variations"] = tuple(text.strip() for text in variations.split(","))
    recipe = Recipe(prompt=prompt, negative_prompt=negative_prompt, seed=int(seed), **steps, **more)
    return recipe, images, int(count)
