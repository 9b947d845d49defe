"""The stages of the cascade, in the order in which they run: one row each, read by everybody who speaks of stages.

Adding a stage is adding a row, and the model that it runs; recipe, ranges, sliders, pace and progress follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["CONTROLS", "STAGES", "STAGE_ROWS", "StageRow"]


@dataclass(frozen=True)
class StageRow:
    """What there is to know about a stage without its network.

    Attributes:
        name: in progress events and variations.
        label: what the page says while it runs.
        anew: what the page calls a picture of which only this stage was drawn anew.
        title: its name before "steps" and "guidance" on the page.
        steps: the argument and recipe field that counts its steps.
        steps_by_schema: what a recipe that leaves the field out means, from each schema on.
        guidance: the argument and recipe field of its guidance scale; None where it has none.
        guidance_by_schema: as `steps_by_schema`.
        latents: the argument of the pipeline's call that takes its starting noise.
        link, text: how a link and the `parameters` text call its steps.
        guidance_link, guidance_text: and its guidance.
        share: how many of its steps a better quality adds for one step of the others.
        needs_steps: whether its noise is only seen where it takes two steps or more.
        doubled: whether a guidance scale other than 1 runs its network twice a step.
    """

    name: str
    label: str
    anew: str
    title: str
    steps: str
    steps_by_schema: Mapping[int, int]
    latents: str
    link: str
    text: str
    guidance: str | None = None
    guidance_by_schema: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    guidance_link: str = ""
    guidance_text: str = ""
    share: float = 1.0
    needs_steps: bool = False
    doubled: bool = False


STAGE_ROWS = (
    StageRow(
        name="prior",
        label="Imagining the picture",
        anew="new idea",
        title="Prior",
        steps="prior_num_inference_steps",
        steps_by_schema=MappingProxyType({1: 8, 3: 4, 4: 1}),
        latents="prior_latents",
        link="prior_steps",
        text="Prior steps",
        guidance="prior_guidance_scale",
        guidance_by_schema=MappingProxyType({1: 2.0, 3: 1.25, 4: 1.0}),
        guidance_link="prior_guidance",
        guidance_text="Prior guidance",
    ),
    StageRow(
        name="decoder",
        label="Sketching at 64 × 64",
        anew="new sketch",
        title="Decoder",
        steps="num_inference_steps",  # unprefixed, as in Kandinsky's combined pipeline
        steps_by_schema=MappingProxyType({1: 2, 3: 1}),
        latents="latents",
        link="steps",
        text="Steps",
        guidance="guidance_scale",
        guidance_by_schema=MappingProxyType({1: 1.0}),
        guidance_link="guidance",
        guidance_text="CFG scale",
        needs_steps=True,
        doubled=True,
    ),
    StageRow(
        name="super_res",
        label="Painting at 256 × 256",
        anew="new details",
        title="Super-resolution",
        steps="super_res_num_inference_steps",
        steps_by_schema=MappingProxyType({1: 1}),
        latents="super_res_latents",
        link="super_res_steps",
        text="Super-res steps",
        share=0.25,
        needs_steps=True,
    ),
)
STAGES = tuple(row.name for row in STAGE_ROWS)
# The recipe's fields that set how the stages work; a model has some of them.
CONTROLS = tuple(name for row in STAGE_ROWS for name in (row.steps, row.guidance) if name)
