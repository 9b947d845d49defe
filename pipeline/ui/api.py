"""The page's endpoints for programs: /generate, /verify and /embed, with the words that the pipeline uses.

from gradio_client import Client
client = Client("http://127.0.0.1:7860")
files, pictures = client.predict(prompt="a red apple, 3d render", seed=7, api_name="/generate")
"""

import dataclasses
import json

import gradio as gr

from pipeline.recipe import DEFAULTS, SCHEMA
from pipeline.render import Cancelled, Rendered, series
from pipeline.ui.create_tab import DRAWING
from pipeline.ui.limits import Limits
from pipeline.ui.request import read_request
from pipeline.ui.studio import Studio
from pipeline.ui.uploads import open_picture
from pipeline.ui.verify_tab import look
from pipeline.watermark import WatermarkError
from pipeline.weights import WeightsError

__all__ = ["build_api"]

_DEFAULTS = DEFAULTS[SCHEMA]


def build_api(studio: Studio, limits: Limits) -> None:
    """Declare the endpoints inside the current gradio context; their widgets are never shown."""

    def number(name: str) -> gr.Number:
        return gr.Number(_DEFAULTS[name], label=name, precision=None if name.endswith("scale") else 0)

    def generate(
        prompt: str,
        negative_prompt: str = "",
        seed: int = 0,
        num_images_per_prompt: int = 1,
        image: list[str] | None = None,
        image_weights: list[float] | None = None,
        fusion_type: str = "mean",
        similarity_strength: float = 0.7,
        num_inference_steps: int = _DEFAULTS["num_inference_steps"],
        guidance_scale: float = _DEFAULTS["guidance_scale"],
        prior_num_inference_steps: int = _DEFAULTS["prior_num_inference_steps"],
        prior_guidance_scale: float = _DEFAULTS["prior_guidance_scale"],
        super_res_num_inference_steps: int = _DEFAULTS["super_res_num_inference_steps"],
    ) -> tuple[list[str], list[dict]]:
        """Draw pictures. Returns PNG files, watermarked and with their recipes, and for each its seed, id, recipe,
        pixels_hash, seconds and link query.

        Parameters:
            prompt: what to draw, up to 512 characters; may be empty where `image` is given.
            negative_prompt: what to steer away from.
            seed: 0 to 2147483646; picture i of several has seed + i.
            num_images_per_prompt: 1 to 5.
            image: 1 to 5 reference pictures.
            image_weights: one number from 0 for each reference picture; all alike if left out.
            fusion_type: how the references are combined: mean, max, attention or gated.
            similarity_strength: 0.2 to 1, share of the references against the prompt.
            num_inference_steps: decoder steps.
            guidance_scale: decoder guidance, 1 is off.
            prior_num_inference_steps: prior steps.
            prior_guidance_scale: prior guidance, 1 is off.
            super_res_num_inference_steps: super-resolution steps.
        """
        try:
            paths = list(image or [])
            weights = [float(weight) for weight in image_weights or [1.0] * len(paths)]
            if len(weights) != len(paths):
                raise ValueError(f"image_weights has {len(weights)} numbers for {len(paths)} pictures. Give one each.")
            recipe, images, count = read_request(
                limits,
                prompt=prompt or "",
                negative_prompt=negative_prompt or "",
                seed=seed,
                count=num_images_per_prompt,
                paths=paths,
                image_weights=weights,
                fusion_type=fusion_type,
                similarity_strength=similarity_strength,
                num_inference_steps=num_inference_steps,
                guidance_scale=guidance_scale,
                prior_num_inference_steps=prior_num_inference_steps,
                prior_guidance_scale=prior_guidance_scale,
                super_res_num_inference_steps=super_res_num_inference_steps,
            )
            files, said = [], []
            for each in series(studio.recipe(recipe), count):
                for event in studio.draw(each, images):
                    if isinstance(event, Rendered):
                        files.append(str(studio.save(event)))
                        said.append(_describe(event))
            return files, said
        except (ValueError, WeightsError, WatermarkError, Cancelled) as error:
            raise _refusal(error) from error

    def verify(image: str, deep: bool = False) -> dict:
        """Look for Easel's watermark in a picture. Returns result (GENERATED, INCONCLUSIVE or NOT_DETECTED),
        confidence, one_in, payload, the sentence that says it, and the recipe in the file's text or null.
        NOT_DETECTED does not say how a picture was made.

        Parameters:
            image: PNG, JPEG or WebP.
            deep: also search unusual sizes and small rotations.
        """
        try:
            if not image:
                raise ValueError("image is missing. Pass a PNG, JPEG or WebP file.")
            *_, (found, said) = look(image, limits, deep=deep)
        except ValueError as error:
            raise _refusal(error) from error
        recipe = None if said is None else json.loads(said.to_json())
        return {**dataclasses.asdict(found), "sentence": found.sentence, "recipe": recipe}

    def embed(text: str = "", image: str | None = None) -> list[float]:
        """Embed a sentence, a picture, or both (then the average) into the space they share. Returns a vector of
        length 1.

        Parameters:
            text: up to 512 characters.
            image: PNG, JPEG or WebP.
        """
        try:
            picture = open_picture(image, limits) if image else None
            return studio.embed(text or "", picture)
        except (ValueError, WeightsError) as error:
            raise _refusal(error) from error

    drawing = {"concurrency_limit": 1, "concurrency_id": DRAWING}
    with gr.Row(visible=False):
        files, said = gr.File(label="files", file_count="multiple"), gr.JSON(label="pictures")
        gr.Button("generate").click(
            generate,
            [
                gr.Textbox(label="prompt"),
                gr.Textbox("", label="negative_prompt"),
                number("seed"),
                gr.Number(1, label="num_images_per_prompt", precision=0),
                gr.File(label="image", file_count="multiple", type="filepath"),
                gr.JSON(label="image_weights"),
                gr.Textbox("mean", label="fusion_type"),
                number("similarity_strength"),
                number("num_inference_steps"),
                number("guidance_scale"),
                number("prior_num_inference_steps"),
                number("prior_guidance_scale"),
                number("super_res_num_inference_steps"),
            ],
            [files, said],
            api_name="generate",
            **drawing,
        )
        gr.Button("verify").click(
            verify,
            [gr.File(label="image", type="filepath"), gr.Checkbox(label="deep")],
            gr.JSON(label="finding"),
            api_name="verify",
            concurrency_limit=2,
        )
        gr.Button("embed").click(
            embed,
            [gr.Textbox("", label="text"), gr.File(label="image", type="filepath")],
            gr.JSON(label="embedding"),
            api_name="embed",
            **drawing,
        )


def _describe(rendered: Rendered) -> dict:
    recipe = rendered.recipe
    return {
        "seed": recipe.seed,
        "id": recipe.id,
        "pixels_hash": rendered.pixels_hash,
        "query": recipe.to_query(rendered.pixels_hash),
        "seconds": round(rendered.seconds, 3),
        "image_weights": rendered.image_weights,
        "recipe": json.loads(recipe.to_json()),
    }


def _refusal(error: Exception) -> gr.Error:
    return gr.Error(str(error).replace("`", "") or "Cancelled.", print_exception=False)
