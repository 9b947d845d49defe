"""What a model can be asked for: the page shows these controls and no others, and links of other models are read so.

EASEL is the bundled cascade. `pipeline.loading.repository.read_capabilities` makes the record of a diffusers
repository from its configuration files, before any weight is loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from pipeline.recipe import DEFAULTS, MAX_NUM_IMAGES, SCHEMA, Recipe
from pipeline.recipe.schema import MAX_SIDE
from pipeline.stages import CONTROLS, STAGE_ROWS, STAGES
from pipeline.watermark.embed import MIN_AREA

__all__ = ["CONTROLS", "EASEL", "MAX_BATCH", "Capabilities"]

MAX_BATCH = 64  # pictures in one call


@dataclass(frozen=True)
class Capabilities:
    """One model's size, controls and inputs.

    Attributes:
        model: its name in recipes: "easel", a Hub id, or the name of a folder.
        width, height: of its pictures, in pixels.
        controls: of ``CONTROLS``, those that it has, with the value to begin with.
        negative_prompt: whether it takes one.
        max_references: how many reference pictures it takes; 0 is none.
        fusion: whether references have weights, a fusion type and a similarity.
        variations: whether a recipe's noise can be turned towards another seed's.
        embeddings: whether pictures and sentences share a space: search.
        stages: of `pipeline.stages`, those that it runs one after the other, whose steps can be measured and named;
            none: what its steps do is its own affair.
        sizes: whether it draws other sizes than its own: sides in steps of ``size_step`` pixels, up to ``max_area``.
        similarity: whether its reference picture is drawn over, ``similarity_strength`` of it staying.
        mask: whether a second reference is a mask: white where something new is drawn, black where nothing changes.
        schedulers: diffusers' names of those that it can be drawn with; none: only with its own.
        scheduler: the name of its own.
        loras: names of the LoRAs that were loaded, for ``<lora:NAME:SCALE>`` in prompts.
        lora_scales: of each, the scale that counts where a prompt says none.
        previews: whether it shows the picture half-way.
        batches: whether several pictures of one prompt can be drawn in one call.
        batch: how many are, where a request wants several.
        enlarged: the largest picture's area, over its own.
        scenes: whether a picture is a scene of things: variety, transparency and changes of a finished picture.
    """

    model: str
    width: int
    height: int
    controls: Mapping[str, int | float]
    negative_prompt: bool = False
    max_references: int = 0
    fusion: bool = False
    variations: bool = False
    embeddings: bool = False
    stages: tuple[str, ...] = ()
    sizes: bool = False
    size_step: int = 16
    similarity: bool = False
    mask: bool = False
    schedulers: tuple[str, ...] = ()
    scheduler: str = ""
    loras: tuple[str, ...] = ()
    lora_scales: tuple[float, ...] = ()
    previews: bool = False
    batches: bool = False
    batch: int = 1
    enlarged: int = 4
    scenes: bool = False

    @property
    def max_area(self) -> int:
        """Pixels of the largest picture, where it draws other sizes: so many times its own, or what recipes hold."""
        return min(self.enlarged * self.width * self.height, MAX_SIDE**2) if self.sizes else self.width * self.height

    def in_batches(self, number: int) -> "Capabilities":
        """The same model, which draws so many pictures of one request in one call.

        Raises:
            ValueError: it cannot, or nobody could want it.
        """
        if number != 1 and not self.batches:
            raise ValueError(f"`--batch` has no effect on the model {self.model}: it draws one picture a call.")
        if not 1 <= number <= MAX_BATCH:
            raise ValueError(f"`--batch` takes 1 to {MAX_BATCH}, got {number}.")
        return replace(self, batch=number)

    def start(self, name: str) -> int | float:
        """A control's first value; the recipe's default for one that the model lacks."""
        return self.controls.get(name, DEFAULTS[SCHEMA][name])

    def beginning(self, recipe: Recipe) -> tuple[str, int, int]:
        """Its first stage, of which no step is done yet, and how many a recipe has of it."""
        first = next(row for row in STAGE_ROWS if row.steps in self.controls)
        return first.name, 0, getattr(recipe, first.steps)

    def recipe(self, recipe: Recipe, weights_hash: str) -> Recipe:
        """The same wishes, drawn by this model; of a control that it lacks the recipe says nothing.

        A size that is the schema's own was not wished, unless the recipe is this model's already.
        """
        defaults = DEFAULTS[recipe.schema]
        size = (recipe.width, recipe.height)
        wished = recipe.model == self.model or size != (defaults["width"], defaults["height"])
        if not (self.sizes and wished):
            size = (self.width, self.height)
        return replace(
            recipe,
            model=self.model,
            weights_hash=weights_hash,
            width=size[0],
            height=size[1],
            **{name: defaults[name] for name in CONTROLS if name not in self.controls},
        )

    def check(self, recipe: Recipe) -> None:
        """Refuse what this model would not heed.

        Raises:
            ValueError: naming the setting.
        """
        if recipe.negative_prompt.strip() and not self.negative_prompt:
            raise ValueError(f"The model {self.model} takes no negative prompt. Leave `negative_prompt` out.")
        if wrong := self._wrong_size(recipe):
            raise ValueError(wrong)
        if recipe.scheduler not in ("default", self.scheduler, *self.schedulers):
            have = f"one of {', '.join(self.schedulers)}" if self.schedulers else "its own alone"
            raise ValueError(
                f"The model {self.model} takes a scheduler that is {have}, got {recipe.scheduler!r}. Leave it out."
            )
        if len(recipe.image_hashes) > self.max_references:
            raise ValueError(
                f"The model {self.model} takes {self.max_references or 'no'} reference pictures, "
                f"got {len(recipe.image_hashes)}. Leave them out."
            )
        for name in self._idle(recipe):
            raise ValueError(f"`{name}` has no effect on the model {self.model}. Leave it out.")

    def _wrong_size(self, recipe: Recipe) -> str:
        """Why this model cannot draw a recipe's size; "" where it can, and where the recipe says none."""
        width, height, step = recipe.width, recipe.height, self.size_step
        unsaid = tuple(DEFAULTS[recipe.schema][name] for name in ("width", "height"))
        if (width, height) in ((self.width, self.height), unsaid):
            return ""
        got = f"got {width}x{height}"
        if not self.sizes:
            return (
                f"The model {self.model} draws {self.width}x{self.height} pixels, {got}. Leave width and height out."
            )
        if width % step or height % step:
            near = f"{max(step, width // step * step)}x{max(step, height // step * step)}"
            return f"The model {self.model} draws sides in steps of {step} pixels, {got}. Take {near}."
        if not MIN_AREA <= width * height <= self.max_area:
            have = f"{MIN_AREA:,} to {self.max_area:,} pixels in all"
            return f"The model {self.model} draws {have}, {got}, which are {width * height:,}. Take another size."
        return ""

    def adopt(self, recipe: Recipe) -> tuple[Recipe, tuple[str, ...]]:
        """A link's recipe as this model can draw it, and in words what was changed."""
        notes = []
        if recipe.model != self.model:
            if recipe.model != EASEL.model or recipe.weights_hash:
                notes.append(
                    f"The link was made with the model {recipe.model}. {self.model} draws it with its own settings, "
                    "so the picture is another one."
                )
            own: dict[str, Any] = {name: self.start(name) for name in CONTROLS if not self._is_typed(recipe, name)}
            sizes = {name: DEFAULTS[SCHEMA][name] for name in ("width", "height")}
            unsaid = (recipe.width, recipe.height) == tuple(DEFAULTS[recipe.schema][name] for name in sizes)
            if unsaid or not self.sizes:
                own |= {"width": self.width, "height": self.height} if self.sizes else sizes
            if recipe.scheduler not in self.schedulers:
                own["scheduler"] = "default"
            recipe = replace(recipe, schema=SCHEMA, model=self.model, **own)  # its picture is another one anyway
        changes = {name: DEFAULTS[recipe.schema][name] for name in self._idle(recipe)}
        if self._wrong_size(recipe):
            changes |= {"width": self.width, "height": self.height}
        if recipe.negative_prompt and not self.negative_prompt:
            changes["negative_prompt"] = ""
        if changes:
            left_out = ", ".join(name.replace("_", " ") for name in changes)
            notes.append(f"The model {self.model} has no {left_out}; what the link says about that was left out.")
        return replace(recipe, **changes), tuple(notes)

    def _is_typed(self, recipe: Recipe, name: str) -> bool:
        """Whether a link that somebody typed, for no model, says a control's value."""
        typed = recipe.model == EASEL.model and not recipe.weights_hash
        return typed and name in self.controls and getattr(recipe, name) != DEFAULTS[recipe.schema][name]

    def _idle(self, recipe: Recipe) -> list[str]:
        """Settings of the recipe that say something, though this model has no such thing."""
        defaults = DEFAULTS[recipe.schema]
        missing = [name for name in CONTROLS if name not in self.controls]
        if not self.fusion:
            missing += ["image_weights", "fusion_type"] + ([] if self.similarity else ["similarity_strength"])
        if not self.variations and recipe.variations:
            missing.append("variations")
        if not self.scenes and "variety" in defaults:
            missing += ["variety", "transparent", "edits"]
        return [name for name in missing if getattr(recipe, name) != defaults[name]]


EASEL = Capabilities(
    model="easel",
    width=DEFAULTS[SCHEMA]["width"],
    height=DEFAULTS[SCHEMA]["height"],
    controls=MappingProxyType(  # its prior is a regression: one step, nothing to guide
        {name: DEFAULTS[SCHEMA][name] for name in CONTROLS if not name.startswith("prior_")}
    ),
    negative_prompt=True,
    max_references=MAX_NUM_IMAGES,
    fusion=True,
    variations=True,
    embeddings=True,
    stages=STAGES,
    sizes=True,
    size_step=8,
    enlarged=16,
    scenes=True,
)
