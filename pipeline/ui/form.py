"""The left half of the Create tab: every widget that a recipe is read from, and the two directions between them."""

from dataclasses import dataclass, replace
from random import SystemRandom

import gradio as gr
from PIL import Image

from pipeline.language.styles import ANY, BACKGROUNDS, STYLES, read_choices
from pipeline.loading.capabilities import EASEL, Capabilities
from pipeline.recipe import FIELDS, MAX_SEED, SCHEMA, Recipe
from pipeline.serve.limits import Limits
from pipeline.serve.request import read_request
from pipeline.ui.words import say

__all__ = ["FUSIONS", "Form", "build_form", "read_form", "reference_paths", "roll", "write_form"]

# What people read -> what `ImageFusion` calls it.
FUSIONS = {"Average": "mean", "Strongest features": "max", "Attention": "attention", "Gated attention": "gated"}


@dataclass(frozen=True)
class Form:
    """The widgets, named as the recipe names their values."""

    prompt: gr.Textbox
    negative_prompt: gr.Textbox
    style: gr.Dropdown
    background: gr.Dropdown
    quality: gr.Dropdown
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
    examples: gr.HTML
    reference_panel: gr.Accordion
    shares: gr.HTML
    leave_out: gr.Button
    origin: gr.State  # the recipe that `write_form` showed last

    @property
    def inputs(self) -> set:
        """Everything that `read_form` reads."""
        widgets = (getattr(self, name) for name in self.__dataclass_fields__)
        plain = {w for w in widgets if isinstance(w, gr.components.FormComponent | gr.Gallery)}
        return plain | {*self.weights, self.origin}


def build_form(
    limits: Limits, examples_html: str, qualities: list[tuple[str, str]], capabilities: Capabilities = EASEL
) -> Form:
    """Lay the form out inside the current gradio context; `qualities` are the choices of that picker.

    What the model cannot be asked for is there and hidden, with a value that asks for nothing.
    """

    def steps_slider(label: str, name: str, most: int) -> gr.Slider:
        start, shown = capabilities.start(name), name in capabilities.controls
        return gr.Slider(FIELDS[name].low, most, start, step=1, label=say(label), min_width=140, visible=shown)

    def guidance_slider(label: str, name: str) -> gr.Slider:
        start, shown = capabilities.start(name), name in capabilities.controls
        return gr.Slider(
            FIELDS[name].low, limits.max_guidance, start, step=0.1, label=say(label), min_width=140, visible=shown
        )

    prompt = gr.Textbox(
        label=say("Prompt"),
        placeholder="a red apple, 3d render, on a light blue background",
        lines=2,
        max_lines=4,
        elem_id="prompt",
        autofocus=True,
    )
    with gr.Row(elem_classes="row"):
        style = gr.Dropdown([(say(ANY), ANY), *STYLES], value=ANY, label=say("Style"), min_width=120, elem_id="style")
        background = gr.Dropdown(
            [(say(ANY), ANY), *BACKGROUNDS], value=ANY, label=say("Background"), min_width=120, elem_id="background"
        )
        quality = gr.Dropdown(
            qualities,
            value="Fast",
            label=say("Quality"),
            min_width=120,
            elem_id="quality",
            visible=bool(capabilities.stages),  # of other models no seconds are measured
        )
    with gr.Row(elem_id="actions", elem_classes="row"):
        generate = gr.Button(say("Generate"), variant="primary", elem_id="generate", scale=3)
        cancel = gr.Button(say("Cancel"), elem_id="cancel", interactive=False, scale=1, min_width=90)
    with gr.Row(elem_id="seed-row", elem_classes="row"):
        seed = gr.Number(label=say("Seed"), value=0, precision=0, elem_id="seed", min_width=110, scale=3)
        with gr.Column(scale=2, min_width=90, elem_id="seed-keys"):
            dice = gr.Button(say("New seed"), size="sm", elem_id="dice")
            keep_seed = gr.Checkbox(label=say("Keep"), elem_id="keep-seed", container=False)
        count = gr.Dropdown(
            list(range(1, limits.max_count + 1)),
            value=1,
            label=say("Pictures"),
            elem_id="count",
            min_width=90,
            scale=2,
        )
    examples = gr.HTML(
        examples_html,
        elem_id="examples",
        js_on_load="""element.addEventListener('click', event => {
            const chip = event.target.closest('button[data-index]');
            if (chip) trigger('click', {index: Number(chip.dataset.index)});
        });""",
    )
    with gr.Accordion(
        say("Reference pictures"), open=False, elem_id="references", visible=capabilities.max_references > 0
    ) as reference_panel:
        references = gr.Gallery(
            label=say("Up to 5 pictures"),
            type="filepath",
            format="png",
            file_types=["image"],
            columns=max(1, limits.max_references),
            height=130,
            object_fit="cover",
            interactive=True,
            elem_id="reference-pictures",
        )
        similarity = FIELDS["similarity_strength"]
        with gr.Row(elem_classes="row", visible=capabilities.fusion):
            fusion_type = gr.Dropdown(
                [(say(label), name) for label, name in FUSIONS.items()],
                value="mean",
                label=say("How they are combined"),
                min_width=140,
                elem_id="fusion",
            )
            similarity_strength = gr.Slider(
                similarity.low, similarity.high, similarity.default(SCHEMA), step=0.05,
                label=say("Similarity"), min_width=140, info=say("1 ignores the prompt's own idea"),
                elem_id="similarity",
            )  # fmt: skip
        with gr.Row(elem_id="weights", visible=capabilities.fusion):
            weights = tuple(
                gr.Number(1, minimum=0, step=0.5, label=say("Weight") + f" {number}", visible=False, min_width=56)
                for number in range(1, limits.max_references + 1)
            )
        shares = gr.HTML("", elem_id="shares")
        leave_out = gr.Button(say("What each one adds"), size="sm", visible=False, elem_id="leave-out")
    with gr.Accordion(say("More settings"), open=False, elem_id="advanced"):
        negative_prompt = gr.Textbox(
            label=say("Leave out"),
            info=say("Negative prompt: what to steer away from"),
            lines=1,
            elem_id="negative-prompt",
            visible=capabilities.negative_prompt,
        )
        with gr.Row(elem_classes="row"):
            prior_steps = steps_slider("Prior steps", "prior_num_inference_steps", limits.max_prior_steps)
            prior_guidance = guidance_slider("Prior guidance", "prior_guidance_scale")
        with gr.Row(elem_classes="row"):
            steps = steps_slider("Decoder steps", "num_inference_steps", limits.max_steps)
            guidance = guidance_slider("Decoder guidance", "guidance_scale")
        with gr.Row(elem_classes="row"):
            super_res_steps = steps_slider("Super-resolution steps", "super_res_num_inference_steps", limits.max_steps)
            variations = gr.Textbox(
                label=say("Variations"),
                info=say("seed:strength, of all stages or of :prior, :decoder, :super_res"),
                lines=1,
                min_width=140,
                elem_id="variations",
                visible=capabilities.variations,
            )
    return Form(
        prompt=prompt,
        negative_prompt=negative_prompt,
        style=style,
        background=background,
        quality=quality,
        seed=seed,
        keep_seed=keep_seed,
        count=count,
        references=references,
        weights=weights,
        fusion_type=fusion_type,
        similarity_strength=similarity_strength,
        num_inference_steps=steps,
        guidance_scale=guidance,
        prior_num_inference_steps=prior_steps,
        prior_guidance_scale=prior_guidance,
        super_res_num_inference_steps=super_res_steps,
        variations=variations,
        dice=dice,
        generate=generate,
        cancel=cancel,
        examples=examples,
        reference_panel=reference_panel,
        shares=shares,
        leave_out=leave_out,
        origin=gr.State(None),
    )


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
    )
    if origin := values[form.origin]:
        unseen = {name: getattr(recipe, name) for name in ("schema", "model", "weights_hash", "width", "height")}
        if replace(origin, **unseen) == recipe:
            recipe = replace(recipe, schema=origin.schema)
    return recipe, images, count


def write_form(form: Form, recipe: Recipe) -> dict:
    """Updates that show a recipe in the form, all but the reference pictures: a recipe knows only their hashes."""
    style, background = read_choices(recipe.prompt)
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
        form.origin: recipe,
    }


def roll() -> int:
    """A seed that nobody has chosen."""
    return SystemRandom().randint(0, MAX_SEED)
