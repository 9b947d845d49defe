"""A recipe drawn: the one function behind the page, the API and the command line, and the comparison of two drawings.

rendered = render(pipe, Recipe(prompt="a red apple, 3d render", seed=7))
Path("apple.png").write_bytes(rendered.png)
"""

import io
import itertools
import math
import threading
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from pipeline.loading.errors import HeldBack
from pipeline.recipe import FIELDS, MAX_SEED, STAGES, Recipe, Variation, pixels_hash, pixels_sha256, png_info
from pipeline.stages import CONTROLS, STAGE_ROWS

if TYPE_CHECKING:  # torch and diffusers take seconds to import, and the page appears before they are there
    import torch

    from pipeline.scene.notes import Note
    from pipeline.scene.parse import Parsed
    from pipeline.scene.record import Scene
    from pipeline.scene.standing import Standing
    from pipeline.text_to_image import TextToImagePipeline

__all__ = ["STAGES", "AnyOf", "Cancelled", "Rendered", "Stage", "Verdict", "compare", "render", "render_together"]
__all__ += ["opened", "series", "varied"]

PREVIEW_SIDE = 16  # squares; at 32 a thing can be recognised and made larger
_SMALL = 0.5  # strength of a variation under which nothing is chosen anew
LOOKS_THE_SAME = 35.0  # dB PSNR; float differences between machines stay above it, other seeds stay far below


class Cancelled(Exception):
    """The drawing was stopped on request."""


class AnyOf:
    """Set where one of several events is, or itself was; `render` looks at it after every step."""

    def __init__(self, *events: threading.Event):
        self._events = (threading.Event(), *events)

    def is_set(self) -> bool:
        return any(event.is_set() for event in self._events)

    def set(self) -> None:
        self._events[0].set()


@dataclass(frozen=True)
class Stage:
    """One finished step.

    Attributes:
        name: of ``STAGES``.
        step, num_steps: steps finished and to do in this stage, from 1; 0 is said where the first one can take long.
        preview: the picture as far as it is known, in 16 by 16 squares; None during the other stages, and where the
            decoder takes one step and the picture follows at once. It is not marked, so it is too coarse to be used.
    """

    name: str
    step: int
    num_steps: int
    preview: Image.Image | None = None


@dataclass(frozen=True)
class Rendered:
    """A finished picture with all that belongs to it.

    Attributes:
        image: watermarked.
        png: the file to hand out: the picture's pixels and its recipe as text.
        recipe: what it is a function of.
        pixels_hash: 16 hex digits of the pixels, for links.
        image_embeds: (1, embed_dim): what the decoder was given; None where the model has none.
        image_weights: share of each reference picture; None without references.
        seconds: how long it took.
        step_seconds: of one step of each stage that ran, the mean; the very first step is not timed.
        reading: how the prompt was understood; None where there is none, or the model does not read prompts.
        scene: what stands in the picture, which a page can change; None of models that draw no scenes.
        standing: and where.
    """

    image: Image.Image
    png: bytes
    recipe: Recipe
    pixels_hash: str
    image_embeds: "torch.Tensor | None"
    image_weights: list[float] | None
    seconds: float
    step_seconds: dict[str, float] = field(default_factory=dict)
    reading: "Parsed | None" = None
    scene: "Scene | None" = None
    standing: "Standing | None" = None

    def __getstate__(self) -> dict[str, Any]:
        """For another process: the file has the pixels, and a tensor takes longer to read than all the rest."""
        state, embeds = dict(self.__dict__), self.image_embeds
        state.pop("image", None)
        if embeds is not None and str(embeds.dtype) == "torch.float32":
            state["image_embeds"] = embeds.cpu().numpy()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if isinstance(state["image_embeds"], np.ndarray):
            import torch

            state["image_embeds"] = torch.from_numpy(state["image_embeds"])
        self.__dict__.update(state)

    def __getattr__(self, name: str) -> Any:
        """The picture, where it came from another process: read when somebody looks at it."""
        if name != "image":
            raise AttributeError(f"{type(self).__name__} has no {name}")
        return self.__dict__.setdefault("image", opened(self.png))

    @property
    def notes(self) -> tuple["Note", ...]:
        """What only drawing told: expressions for which there was no face, colours of eyes that are not seen."""
        notes = () if self.reading is None else self.reading.notes
        return tuple(note for note in notes if note.kind in ("expression", "part"))


@dataclass(frozen=True)
class Verdict:
    """How a picture compares with an earlier one: ``result`` is "identical", "looks the same" or "differs"."""

    result: str
    sentence: str
    psnr: float | None = None  # dB, where both pictures are at hand


def opened(png: bytes) -> Image.Image:
    """The picture in a file that was drawn here."""
    with Image.open(io.BytesIO(png)) as image:
        return image.convert("RGBA" if image.mode == "RGBA" else "RGB")


def render(
    pipe: "TextToImagePipeline",
    recipe: Recipe,
    images: Sequence[Image.Image] = (),
    uploads: Mapping[str, Image.Image] | None = None,
    *,
    on_stage: Callable[[Stage], None] | None = None,
    cancel: threading.Event | None = None,
) -> Rendered:
    """Draw one picture. Equal recipes and reference pictures give equal bytes on the same machine.

    Args:
        pipe: a pipeline. It is stateful: one drawing at a time.
        recipe: what to draw.
        images: the reference pictures that ``recipe.image_hashes`` names, in order.
        uploads: the pictures that ``recipe.edits`` name, by hash (``pipeline.scene.uploads``).
        on_stage: called after every step.
        cancel: set it, from any thread, to stop within one step.

    Raises:
        Cancelled: ``cancel`` was set.
        ValueError: the recipe asks for what this model cannot draw, or the reference pictures are not the recipe's;
            `HeldBack`, one of them, where the model's own safety check did not let the picture out.
    """
    drawn = render_together(pipe, [recipe], images, uploads, on_stage=on_stage, cancel=cancel)[0]
    if isinstance(drawn, HeldBack):
        raise drawn
    return drawn


def render_together(
    pipe: "TextToImagePipeline",
    recipes: Sequence[Recipe],
    images: Sequence[Image.Image] = (),
    uploads: Mapping[str, Image.Image] | None = None,
    *,
    on_stage: Callable[[Stage], None] | None = None,
    cancel: threading.Event | None = None,
) -> list[Rendered | HeldBack]:
    """Draw pictures that differ by their seeds alone, in one call of a pipeline whose ``capabilities.batches``.

    In the place of a picture that the model's own safety check held back stands its sentence. Sums are taken in
    another order than for one picture alone, so a picture may differ from its own drawing alone by a rounding: it
    looks the same, and its bytes need not be. For the arguments see `render`.

    Raises:
        Cancelled, ValueError: see `render`; the recipes differ by more than their seeds.
    """
    recipe = recipes[0]
    if any(replace(each, seed=recipe.seed) != recipe for each in recipes):
        raise ValueError("Pictures that are drawn together differ by their seeds alone. Draw these one by one.")
    _check(pipe, recipe, images)
    ends: list[tuple[str, float]] = []  # of the steps
    on_step = _watcher(recipe, ends, on_stage, cancel)
    if cancel is not None and cancel.is_set():
        raise Cancelled
    started = time.perf_counter()
    call: Any = pipe  # its arguments are those of the model
    try:
        output = call(
            prompt=recipe.prompt,
            negative_prompt=recipe.negative_prompt or None,
            image=list(images) or None,
            **{name: getattr(recipe, name) for name in CONTROLS},
            image_weights=list(recipe.image_weights) or None,
            fusion_type=recipe.fusion_type if images else None,
            similarity_strength=recipe.similarity_strength,
            callback_on_step_end=on_step,
            callback_on_step_end_tensor_inputs=("preview",) if on_stage and recipe.num_inference_steps > 1 else (),
            **_seeds_and_marks(recipes),
            **(_varied_latents(pipe, recipe) if recipe.variations else {}),
            **_only_some(pipe, recipe),
            **({"uploads": uploads} if uploads and getattr(pipe, "draws_scenes", False) else {}),
        )
    except HeldBack as held:
        return [held] * len(recipes)
    seconds = (time.perf_counter() - started) / len(recipes)
    steps = {name: each / len(recipes) for name, each in _step_seconds(ends).items()}
    return [
        HeldBack() if output.images[number] is None else _finished(output, number, each, seconds, steps)
        for number, each in enumerate(recipes)
    ]


def _watcher(
    recipe: Recipe,
    ends: list[tuple[str, float]],
    on_stage: Callable[[Stage], None] | None,
    cancel: threading.Event | None,
) -> Callable[[Any, int, Any, dict], dict]:
    """What a pipeline calls after each step: notes when it ended, stops the drawing or tells about it."""
    totals = {row.name: getattr(recipe, row.steps) for row in STAGE_ROWS}

    def on_step(_pipe, step: int, _timestep, known: dict) -> dict:
        name = known["stage"]
        if not known.get("kept"):  # what was there already took no time
            ends.append((name, time.perf_counter()))
        if cancel is not None and cancel.is_set():
            raise Cancelled
        if on_stage is not None:
            preview = _coarse(_to_image(known["preview"])) if known.get("preview") is not None else None
            on_stage(Stage(name, step + 1, known.get("num_steps") or totals[name], preview))
        return {}

    return on_step


def _seeds_and_marks(recipes: Sequence[Recipe]) -> dict[str, Any]:
    import torch

    generators = [torch.Generator("cpu").manual_seed(each.seed) for each in recipes]
    payloads = [each.id32 for each in recipes]
    if len(recipes) == 1:
        return {"generator": generators[0], "watermark_payload": payloads[0]}
    return {"generator": generators, "watermark_payload": payloads}


def _finished(output: Any, number: int, recipe: Recipe, seconds: float, steps: dict[str, float]) -> Rendered:
    """One of a call's pictures, with its file."""
    started = time.perf_counter()
    image, plan = output.images[number], (output.plans or [None])[0]
    file = io.BytesIO()
    # Run lengths alone: a tenth more bytes than the default, in a third of the time.
    image.save(file, format="PNG", pnginfo=png_info(recipe), compress_type=zlib.Z_RLE)
    return Rendered(
        image=image,
        png=file.getvalue(),
        recipe=recipe,
        pixels_hash=pixels_hash(image),
        image_embeds=None if output.image_embeds is None else output.image_embeds.cpu(),
        image_weights=output.image_weights,
        seconds=seconds + time.perf_counter() - started,
        step_seconds=steps,
        reading=plan.parsed if plan else None,
        scene=plan.scene if plan else None,
        standing=(output.standings or [None])[0],
    )


def series(recipe: Recipe, count: int) -> list[Recipe]:
    """Recipes for ``count`` pictures: the given one, then its seed + 1, + 2, ... (after the last seed comes 0)."""
    return [replace(recipe, seed=(recipe.seed + i) % (MAX_SEED + 1)) for i in range(count)]


def varied(recipe: Recipe, seed: int, strength: float, stage: str = "") -> Recipe:
    """``Recipe.varied`` so that it shows: in a single step the noise of decoder and super-resolution has no say (their
    networks weigh it by 1 - sigma), so the stage that is drawn anew takes two.
    """
    steps = next((row.steps for row in STAGE_ROWS if row.name == stage and row.needs_steps), None)
    if steps is not None and getattr(recipe, steps) == 1:
        recipe = replace(recipe, **{steps: 2})
    return recipe.varied(seed, strength, stage)


def compare(image: Image.Image, expected: Image.Image | str) -> Verdict:
    """Compare a picture with an earlier drawing, or with the hash of its pixels (8 to 64 hex digits, as links carry).

    Pictures of different sizes are compared at the first one's.
    """
    if isinstance(expected, str):
        if pixels_sha256(image).startswith(expected):
            return Verdict("identical", "Identical to the shared picture, pixel for pixel.")
        return Verdict("differs", "Not the same pixels as the shared picture.")
    if pixels_sha256(image) == pixels_sha256(expected):
        return Verdict("identical", "Identical, pixel for pixel.", math.inf)
    psnr = _psnr(image.convert("RGB"), expected.convert("RGB").resize(image.size, Image.Resampling.BICUBIC))
    if psnr >= LOOKS_THE_SAME:
        return Verdict("looks the same", f"Looks the same, though some pixels differ slightly ({psnr:.0f} dB).", psnr)
    return Verdict("differs", f"Differs visibly ({psnr:.0f} dB).", psnr)


def _varied_latents(pipe: "TextToImagePipeline", recipe: Recipe) -> "dict[str, torch.Tensor]":
    """Every stage's noise by its argument, turned towards other seeds' as the recipe's variations say.

    A turn keeps the variance: independent a, b ~ N(0, 1) give cos(t) a + sin(t) b ~ N(0, 1) for every angle t. A small
    one keeps what chooses one of several, drawing, side, style and ground: a step from one to another is never small.
    """
    import torch

    from pipeline.scene.drawing import CHOICES

    def noise(seed: int) -> dict[str, torch.Tensor]:
        return pipe.prepare_latents(torch.Generator("cpu").manual_seed(seed))

    latents = noise(recipe.seed)
    for variation in map(Variation.from_text, recipe.variations):
        angle, other = variation.strength * math.pi / 2, noise(variation.seed)
        for stage in [variation.stage] if variation.stage else STAGES:
            chosen = latents[stage][..., CHOICES]
            latents[stage] = math.cos(angle) * latents[stage] + math.sin(angle) * other[stage]
            if stage == "prior" and variation.strength < _SMALL and getattr(pipe, "draws_scenes", False):
                latents[stage][..., CHOICES] = chosen
    return {row.latents: latents[row.name] for row in STAGE_ROWS if row.name in latents}


def _step_seconds(ends: list[tuple[str, float]]) -> dict[str, float]:
    """Mean time of a stage's steps; before the very first one the prompt is read, so it tells nothing."""
    spent: dict[str, list[float]] = {}
    for (_, before), (name, after) in itertools.pairwise(ends):
        spent.setdefault(name, []).append(after - before)
    return {name: sum(times) / len(times) for name, times in spent.items()}


def _only_some(pipe: "TextToImagePipeline", recipe: Recipe) -> dict[str, Any]:
    """What only some models are asked for: other sizes, schedulers by name, and of ours how seeds may differ. Recipes
    from before that is said take the most typical drawing, and the mark as it was then.
    """
    size = {"width": recipe.width, "height": recipe.height} if getattr(pipe, "draws_any_size", False) else {}
    scheduler = {} if recipe.scheduler == "default" else {"scheduler": recipe.scheduler}
    told = recipe.schema >= FIELDS["variety"].since
    mark = {} if told else {"watermark_version": 1}
    if not getattr(pipe, "draws_scenes", False):
        return size | scheduler | mark
    new = {"variety": recipe.variety, "transparent": bool(recipe.transparent), "edits": recipe.edits}
    ours = new if told else {"variety": 0.0}
    return size | scheduler | ours | mark


def _check(pipe: "TextToImagePipeline", recipe: Recipe, images: Sequence[Image.Image]) -> None:
    width, height = pipe.size
    if (recipe.width, recipe.height) != (width, height) and not getattr(pipe, "draws_any_size", False):
        raise ValueError(
            f"This model draws {width}x{height} pixels, the recipe asks for {recipe.width}x{recipe.height}. "
            "Leave width and height out."
        )
    if len(images) != len(recipe.image_hashes):
        raise ValueError(
            f"The recipe names {len(recipe.image_hashes)} reference pictures, got {len(images)}. "
            "Add the same pictures, in the same order."
        )
    for number, (image, expected) in enumerate(zip(images, recipe.image_hashes, strict=True), start=1):
        if pixels_sha256(image) != expected:
            raise ValueError(
                f"Reference picture {number} is not the one that the recipe names. Add the original file."
            )


def _coarse(image: Image.Image) -> Image.Image:
    """What may leave without a mark: where colours are, and no more."""
    return image.resize((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.BOX)


def _to_image(pixels: "torch.Tensor") -> Image.Image:
    """(1, 3, height, width) in [-1, 1] -> PIL."""
    levels = ((pixels[0].float().clamp(-1, 1) + 1) * 127.5).round().byte()
    return Image.fromarray(levels.permute(1, 2, 0).cpu().numpy())


def _psnr(image: Image.Image, other: Image.Image) -> float:
    """Peak signal-to-noise ratio in dB of two RGB pictures of one size that are not equal."""
    difference = np.asarray(image, dtype=np.float64) - np.asarray(other, dtype=np.float64)
    return 10 * math.log10(255**2 / max(float((difference**2).mean()), 1e-12))
