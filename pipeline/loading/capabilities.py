"""What a model can be asked for: the page shows these controls and no others, and links of other models are read so.

EASEL is the bundled cascade. `pipeline.loading.repository.read_capabilities` makes the record of a diffusers
repository from its configuration files, before any weight is loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from pipeline.recipe import DEFAULTS, MAX_NUM_IMAGES, SCHEMA, Recipe
from pipeline.stages import CONTROLS, STAGES

__all__ = ["CONTROLS", "EASEL", "Capabilities"]


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

    def start(self, name: str) -> int | float:
        """A control's first value; the recipe's default for one that the model lacks."""
        return self.controls.get(name, DEFAULTS[SCHEMA][name])

    def recipe(self, recipe: Recipe, weights_hash: str) -> Recipe:
        """The same wishes, drawn by this model; of a control that it lacks the recipe says nothing."""
        defaults = DEFAULTS[recipe.schema]
        return replace(
            recipe,
            model=self.model,
            weights_hash=weights_hash,
            width=self.width,
            height=self.height,
            **{name: defaults[name] for name in CONTROLS if name not in self.controls},
        )

    def check(self, recipe: Recipe) -> None:
        """Refuse what this model would not heed.

        Raises:
            ValueError: naming the setting.
        """
        if recipe.negative_prompt.strip() and not self.negative_prompt:
            raise ValueError(f"The model {self.model} takes no negative prompt. Leave `negative_prompt` out.")
        if len(recipe.image_hashes) > self.max_references:
            raise ValueError(
                f"The model {self.model} takes {self.max_references or 'no'} reference pictures, "
                f"got {len(recipe.image_hashes)}. Leave them out."
            )
        for name in self._idle(recipe):
            raise ValueError(f"`{name}` has no effect on the model {self.model}. Leave it out.")

    def adopt(self, recipe: Recipe) -> tuple[Recipe, tuple[str, ...]]:
        """A link's recipe as this model can draw it, and in words what was changed."""
        notes = []
        if recipe.model != self.model:
            if recipe.model != EASEL.model or recipe.weights_hash:
                notes.append(
                    f"The link was made with the model {recipe.model}. {self.model} draws it with its own settings, "
                    "so the picture is another one."
                )
            own = {name: self.start(name) for name in CONTROLS}
            recipe = replace(recipe, schema=SCHEMA, model=self.model, **own)  # its picture is another one anyway
        changes = {name: DEFAULTS[recipe.schema][name] for name in self._idle(recipe)}
        if recipe.negative_prompt and not self.negative_prompt:
            changes["negative_prompt"] = ""
        if changes:
            left_out = ", ".join(name.replace("_", " ") for name in changes)
            notes.append(f"The model {self.model} has no {left_out}; what the link says about that was left out.")
        return replace(recipe, **changes), tuple(notes)

    def _idle(self, recipe: Recipe) -> list[str]:
        """Settings of the recipe that say something, though this model has no such thing."""
        defaults = DEFAULTS[recipe.schema]
        missing = [name for name in CONTROLS if name not in self.controls]
        if not self.fusion:
            missing += ["image_weights", "fusion_type", "similarity_strength"]
        if not self.variations and recipe.variations:
            missing.append("variations")
        return [name for name in missing if getattr(recipe, name) != defaults[name]]


EASEL = Capabilities(
    model="easel",
    width=DEFAULTS[SCHEMA]["width"],
    height=DEFAULTS[SCHEMA]["height"],
    controls=MappingProxyType({name: DEFAULTS[SCHEMA][name] for name in CONTROLS}),
    negative_prompt=True,
    max_references=MAX_NUM_IMAGES,
    fusion=True,
    variations=True,
    embeddings=True,
    stages=STAGES,
)
