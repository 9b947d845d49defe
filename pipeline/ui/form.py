"""The left half of the Create tab: every widget that a recipe is read from, and the two directions between them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from random import SystemRandom
from typing import Any

import gradio as gr
from PIL import Image

from pipeline.language.styles import ANY, BACKGROUNDS, STYLES, TRANSPARENT, read_choices
from pipeline.loading.capabilities import EASEL, Capabilities
from pipeline.recipe import FIELDS, MAX_SEED, SCHEMA, Recipe
from pipeline.serve.limits import Limits
from pipeline.serve.pace import Pace
from pipeline.serve.request import read_request
from pipeline.ui.words import say

__all__ = ["FUSIONS", "Form", "build_form", "quality_choices", "read_form", "reference_paths", "roll", "write_form"]

# Widths and heights to pick from; a recipe may have any other.
SIZES = ((256, 256), (512, 512), (1024, 1024), (512, 384), (384, 512), (768, 432))
_PLAIN = ("form.steps", "form.guidance")  # of a model that draws in one go
FUSIONS = ("mean", "max", "attention", "gated")  # as `ImageFusion` calls them


@dataclass(frozen=True)
class Form:
    """The widgets, named as the recipe names their values."""

    prompt: gr.Textbox
    negative_prompt: gr.Textbox
    style: gr.Radio
    background: gr.Radio
    quality: gr.Dropdown
    size: gr.Dropdown
    variety: gr.Slider
    seed: gr.Number
    keep_seed: gr.Checkbox
    count: gr.Dropdown
    references: gr.Gallery
    weights: tuple[gr.Number, ...]
    fusion_type: gr.Dropdown
    similarity_strength: gr.Slider
    num_inference_steps: gr.Slider
    guidance_scale: gr.Slider
    prior_num_inference_steps: gr.Slider
    prior_guidance_scale: gr.Slider
    super_res_num_inference_steps: gr.Slider
    variations: gr.Textbox
    dice: gr.Button
    generate: gr.Button
    cancel: gr.Button
    reference_panel: gr.Accordion
    shares: gr.HTML
    leave_out: gr.Button
    scheduler: gr.Dropdown
    origin: gr.State  # the recipe that `write_form` showed last
    sizes: tuple[tuple[int, int], ...] = SIZES  # what the size picker offers

    @property
    def inputs(self) -> set:
        """Everything that `read_form` reads."""
        widgets = (getattr(self, name) for name in self.__dataclass_fields__)
        plain = {w for w in widgets if isinstance(w, gr.components.FormComponent | gr.Gallery)}
        return plain | {*self.weights, self.origin}


def build_form(limits: Limits, pace: Pace, capabilities: Capabilities = EASEL) -> Form:
    """Lay the form out inside the current gradio context.

    What the model cannot be asked for is there and hidden, with a value that asks for nothing.

    Args:
        limits: how far the sliders go.
        pace: names the qualities with their seconds.
        capabilities: what the model can be asked for.
    """
    widgets = _words_and_pickers(capabilities) | _actions(limits, capabilities)
    widgets |= _references(limits, capabilities) | _more(limits, pace, capabilities)
    return Form(**widgets, origin=gr.State(None), sizes=_sizes(capabilities))


def _sizes(capabilities: Capabilities) -> tuple[tuple[int, int], ...]:
    """Ours, or of another model its own size, wider and taller, as far as it draws them."""
    if capabilities.stages or not capabilities.sizes:
        return SIZES
    own, step = (capabilities.width, capabilities.height), capabilities.size_step
    wide, tall = own[0] * 3 // 2 // step * step, own[1] * 3 // 2 // step * step
    found = (own, (wide, own[1]), (own[0], tall))
    return tuple(size for size in found if size[0] * size[1] <= capabilities.max_area)


def _size_choices(sizes: Iterable[tuple[int, int]]) -> list[tuple[str, str]]:
    return [(f"{width} × {height}", f"{width}x{height}") for width, height in sizes]


def quality_choices(pace: Pace, own: Mapping[str, int], guidance_scale: float = 1.0) -> list[tuple[str, str]]:
    """The choices of the quality picker, each with its seconds as far as they are known."""
    return pace.choices(own, guidance_scale, say=lambda name: say(f"quality.{name}"))


def _words_and_pickers(capabilities: Capabilities) -> dict:
    """The prompt, and what it says of style and ground as pictures and colours to pick; theme.css paints them."""
    example = say("form.placeholder") if capabilities.scenes else say("form.placeholder_other")
    prompt = gr.Textbox(
        label=say("form.prompt"), placeholder=example, lines=2, max_lines=4, elem_id="prompt", autofocus=True,
        info=_tags(capabilities),
    )  # fmt: skip
    anything = (say("form.any"), ANY)
    style = gr.Radio(
        [anything, *((name, name) for name in STYLES)], value=ANY, label=say("form.style"), elem_id="style",
        visible=capabilities.scenes,
    )  # fmt: skip
    background = gr.Radio(
        [anything, (say("form.transparent"), TRANSPARENT), *((name, name) for name in BACKGROUNDS)], value=ANY,
        label=say("form.background"), elem_id="background", visible=capabilities.scenes,
    )  # fmt: skip
    return {"prompt": prompt, "style": style, "background": background}


def _tags(capabilities: Capabilities) -> str | None:
    """The LoRAs that are loaded, as they are weighed in a prompt; gradio reads the text as Markdown."""
    tags = [
        f"`<lora:{name}:{scale:g}>`" for name, scale in zip(capabilities.loras, capabilities.lora_scales, strict=True)
    ]
    return f"LoRA: {' '.join(tags)}" if tags else None


def _actions(limits: Limits, capabilities: Capabilities) -> dict:
    sizes = _sizes(capabilities)
    with gr.Row(elem_id="actions", elem_classes="row"):
        generate = gr.Button(say("form.generate"), variant="primary", elem_id="generate", scale=3)
        cancel = gr.Button(say("form.cancel"), elem_id="cancel", interactive=False, scale=1, min_width=112)
    with gr.Row(elem_id="seed-row", elem_classes="row"):
        seed = gr.Number(label=say("form.seed"), value=0, precision=0, elem_id="seed", min_width=110, scale=3)
        with gr.Column(scale=2, min_width=90, elem_id="seed-keys"):
            dice = gr.Button(say("form.dice"), size="sm", elem_id="dice")
            keep_seed = gr.Checkbox(label=say("form.keep_seed"), elem_id="keep-seed", container=False)
        count = gr.Dropdown(
            list(range(1, limits.max_count + 1)), value=1, label=say("form.count"), elem_id="count", min_width=90,
            scale=2,
        )  # fmt: skip
        size = gr.Dropdown(
            _size_choices(sizes), value="{}x{}".format(*sizes[0]), label=say("form.size"), min_width=110,
            elem_id="size", scale=3, visible=bool(capabilities.stages) or capabilities.sizes,
        )  # fmt: skip
    return {
        "generate": generate, "cancel": cancel, "seed": seed, "dice": dice, "keep_seed": keep_seed, "count": count,
        "size": size,
    }  # fmt: skip


def _references(limits: Limits, capabilities: Capabilities) -> dict:
    similarity = FIELDS["similarity_strength"]
    with gr.Accordion(
        say("form.references"), open=False, elem_id="references", visible=capabilities.max_references > 0
    ) as panel:
        references = gr.Gallery(
            label=_references_label(capabilities), type="filepath", format="png", file_types=["image"],
            columns=max(1, limits.max_references), height=130, object_fit="cover", interactive=True,
            elem_id="reference-pictures",
        )  # fmt: skip
        with gr.Row(elem_classes="row", visible=capabilities.fusion or capabilities.similarity):
            fusion_type = gr.Dropdown(
                [(say(f"fusion.{name}"), name) for name in FUSIONS], value="mean", label=say("form.fusion"),
                min_width=140, elem_id="fusion", visible=capabilities.fusion,
            )  # fmt: skip
            similarity_strength = gr.Slider(
                similarity.low, similarity.high, similarity.default(SCHEMA), step=0.05, label=say("form.similarity"),
                min_width=140, info=say("form.similarity_info"), elem_id="similarity",
            )  # fmt: skip
        with gr.Row(elem_id="weights", visible=capabilities.fusion):
            weights = tuple(
                gr.Number(1, minimum=0, step=0.5, label=say("form.weight") + f" {number}", visible=False, min_width=56)
                for number in range(1, limits.max_references + 1)
            )
        shares = gr.HTML("", elem_id="shares")
        leave_out = gr.Button(say("form.leave_out_each"), size="sm", visible=False, elem_id="leave-out")
    return {
        "reference_panel": panel, "references": references, "fusion_type": fusion_type, "weights": weights,
        "similarity_strength": similarity_strength, "shares": shares, "leave_out": leave_out,
    }  # fmt: skip


def _references_label(capabilities: Capabilities) -> Any:
    if capabilities.fusion:
        return say("form.references_up_to")
    if capabilities.mask:
        return say("form.references_mask")
    return say("form.references_over") if capabilities.similarity else say("form.references_one")


def _more(limits: Limits, pace: Pace, capabilities: Capabilities) -> dict:
    """Negative prompt, steps and guidance of every stage, and the variations."""

    def slider(key: str, name: str, most: float, step: float) -> dict:
        low, start, shown = FIELDS[name].low, capabilities.start(name), name in capabilities.controls
        return {name: gr.Slider(low, most, start, step=step, label=say(key), min_width=140, visible=shown)}

    with gr.Accordion(say("form.more"), open=False, elem_id="advanced"):
        with gr.Row(elem_classes="row"):
            quality = gr.Dropdown(
                quality_choices(pace, pace.steps("Fast")), value="Fast", label=say("form.quality"), min_width=140,
                elem_id="quality",
                visible=bool(capabilities.stages),  # of other models no seconds are measured
            )  # fmt: skip
            variety = gr.Slider(
                0, 1, FIELDS["variety"].default(SCHEMA), step=0.05, label=say("form.variety"), min_width=140,
                info=say("form.variety_info"), elem_id="variety", visible=bool(capabilities.stages),
            )  # fmt: skip
        negative_prompt = gr.Textbox(
            label=say("form.negative"), info=say("form.negative_info"), lines=1, elem_id="negative-prompt",
            visible=capabilities.negative_prompt,
        )  # fmt: skip
        with gr.Row(elem_classes="row"):
            sliders = slider("form.prior_steps", "prior_num_inference_steps", limits.max_prior_steps, 1)
            sliders |= slider("form.prior_guidance", "prior_guidance_scale", limits.max_guidance, 0.1)
        with gr.Row(elem_classes="row"):
            in_stages = bool(capabilities.stages) or "prior_num_inference_steps" in capabilities.controls
            steps, guidance = ("form.decoder_steps", "form.decoder_guidance") if in_stages else _PLAIN
            sliders |= slider(steps, "num_inference_steps", limits.max_steps, 1)
            sliders |= slider(guidance, "guidance_scale", limits.max_guidance, 0.1)
        with gr.Row(elem_classes="row"):
            sliders |= slider("form.super_res_steps", "super_res_num_inference_steps", limits.max_steps, 1)
            variations = gr.Textbox(
                label=say("form.variations"), info=say("form.variations_info"), lines=1, min_width=140,
                elem_id="variations", visible=capabilities.variations,
            )  # fmt: skip
        scheduler = gr.Dropdown(
            [(say("form.scheduler_own"), "default"), *capabilities.schedulers], value="default",
            label=say("form.scheduler"), min_width=140, elem_id="scheduler", visible=bool(capabilities.schedulers),
        )  # fmt: skip
    fields = {
        "scheduler": scheduler,
        "quality": quality,
        "variety": variety,
        "negative_prompt": negative_prompt,
        "variations": variations,
    }
    return fields | sliders


def reference_paths(items: list | None) -> list[str]:
    """The files of the reference gallery's value."""
    return [item[0] if isinstance(item, tuple | list) else item for item in items or []]


def read_form(form: Form, values: dict, limits: Limits) -> tuple[Recipe, list[Image.Image], int]:
    """(recipe, reference pictures, number of pictures) of the form's values.

    A form that still says what it was filled with gives that recipe in its own schema, so that an old link keeps its
    id; any other gives a new recipe.

    Raises:
        ValueError: one sentence that says what to change.
    """
    paths = reference_paths(values[form.references])
    recipe, images, count = read_request(
        limits,
        prompt=values[form.prompt] or "",
        negative_prompt=values[form.negative_prompt] or "",
        seed=values[form.seed],
        count=values[form.count],
        paths=paths,
        image_weights=[values[weight] for weight in form.weights[: len(paths)]],
        fusion_type=values[form.fusion_type],
        similarity_strength=values[form.similarity_strength],
        num_inference_steps=values[form.num_inference_steps],
        guidance_scale=values[form.guidance_scale],
        prior_num_inference_steps=values[form.prior_num_inference_steps],
        prior_guidance_scale=values[form.prior_guidance_scale],
        super_res_num_inference_steps=values[form.super_res_num_inference_steps],
        variations=values[form.variations] or "",
        variety=float(values[form.variety]),
        scheduler=values[form.scheduler],
        **dict(zip(("width", "height"), map(int, values[form.size].split("x")), strict=True)),
    )
    if origin := values[form.origin]:
        hidden = ("schema", "edits", "transparent")  # what the form has no widgets for comes back with the rest
        unseen = {name: getattr(recipe, name) for name in (*hidden, "model", "weights_hash")}
        if not form.size.visible:  # the model has one size, whatever a recipe says
            unseen |= {"width": recipe.width, "height": recipe.height}
        if replace(origin, **unseen) == recipe:
            recipe = replace(recipe, **{name: getattr(origin, name) for name in hidden})
    return recipe, images, count


def write_form(form: Form, recipe: Recipe) -> dict:
    """Updates that show a recipe in the form, all but the reference pictures: a recipe knows only their hashes."""
    style, background = read_choices(recipe.prompt)
    size = (recipe.width, recipe.height) if form.size.visible else form.sizes[0]
    sizes = form.sizes if size in form.sizes else (*form.sizes, size)
    return {
        form.prompt: recipe.prompt,
        form.negative_prompt: recipe.negative_prompt,
        form.style: style,
        form.background: background,
        form.seed: recipe.seed,
        form.fusion_type: recipe.fusion_type,
        form.similarity_strength: recipe.similarity_strength,
        form.num_inference_steps: recipe.num_inference_steps,
        form.guidance_scale: recipe.guidance_scale,
        form.prior_num_inference_steps: recipe.prior_num_inference_steps,
        form.prior_guidance_scale: recipe.prior_guidance_scale,
        form.super_res_num_inference_steps: recipe.super_res_num_inference_steps,
        form.variations: ", ".join(recipe.variations),
        form.variety: recipe.variety,
        form.size: gr.update(choices=_size_choices(sizes), value="{}x{}".format(*size)),
        form.scheduler: recipe.scheduler,
        form.origin: recipe,
    }


def roll() -> int:
    """A seed that nobody has chosen."""
    return SystemRandom().randint(0, MAX_SEED)
