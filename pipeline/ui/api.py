"""The page's endpoints for programs: /generate, /variations, /verify, /embed and /search, in the pipeline's words.

from gradio_client import Client
client = Client("http://127.0.0.1:7860")
files, pictures = client.predict(prompt="a red apple, 3d render", seed=7, api_name="/generate")
"""

import dataclasses
import json
from pathlib import Path

import gradio as gr

from pipeline.loading.capabilities import CONTROLS
from pipeline.loading.errors import WeightsError
from pipeline.recipe import DEFAULTS, MAX_PROMPT_LENGTH, SCHEMA
from pipeline.recipe.files import FORMATS
from pipeline.serve.collection import find
from pipeline.serve.evidence import look
from pipeline.serve.limits import Limits
from pipeline.serve.render import Cancelled, Rendered, series
from pipeline.serve.request import read_request
from pipeline.serve.studio import Restored, Studio
from pipeline.serve.uploads import open_picture
from pipeline.ui.tabs.create import DRAWING
from pipeline.watermark import WatermarkError

__all__ = ["build_api"]

_DEFAULTS = DEFAULTS[SCHEMA]
_SIMILARITY = _DEFAULTS["similarity_strength"]


def build_api(studio: Studio, limits: Limits) -> None:
    """Declare the endpoints inside the current gradio context; their widgets are never shown."""
    start = {name: studio.capabilities.start(name) for name in CONTROLS}

    def number(name: str) -> gr.Number:
        value = start.get(name, _DEFAULTS[name])
        return gr.Number(value, label=name, precision=0 if isinstance(value, int) else None)

    def draw(wishes: dict, image: list | None, image_weights: list | None, file_format: str, fresh: bool) -> tuple:
        """(files, what is said of each) of one request."""
        try:
            if file_format not in FORMATS:
                raise ValueError(f"file_format is one of {', '.join(FORMATS)}, not {file_format}.")
            paths = list(image or [])
            weights = [float(weight) for weight in image_weights or [1.0] * len(paths)]
            if len(weights) != len(paths):
                raise ValueError(f"image_weights has {len(weights)} numbers for {len(paths)} pictures. Give one each.")
            recipe, images, count = read_request(limits, paths=paths, image_weights=weights, **wishes)
            studio.capabilities.check(recipe)
            files, said = [], []
            for each in series(studio.recipe(recipe), count):
                for event in studio.draw(each, images, fresh=bool(fresh)):
                    if isinstance(event, Rendered):
                        saved = studio.save(event)
                        files.append(str(studio.files.download(saved, event.recipe, file_format)))
                        said.append(_describe(event) | {"signed": studio.files.signs})
            return files, said
        except (ValueError, WeightsError, WatermarkError, Cancelled) as error:
            raise _refusal(error) from error

    def generate(
        prompt: str,
        negative_prompt: str = "",
        seed: int = 0,
        num_images_per_prompt: int = 1,
        image: list[str] | None = None,
        image_weights: list[float] | None = None,
        fusion_type: str = "mean",
        similarity_strength: float = 0.7,
        num_inference_steps: int = start["num_inference_steps"],
        guidance_scale: float = start["guidance_scale"],
        prior_num_inference_steps: int = start["prior_num_inference_steps"],
        prior_guidance_scale: float = start["prior_guidance_scale"],
        super_res_num_inference_steps: int = start["super_res_num_inference_steps"],
        file_format: str = "png",
        fresh: bool = False,
    ) -> tuple[list[str], list[dict]]:
        """Draw pictures. Returns files, watermarked, with their recipes and (where signed is true) Content
        Credentials, and for each its seed, id, recipe, pixels_hash, seconds, link query, and from_store: whether it
        was drawn here before. Of a WebP file pixels_hash holds too, of a JPEG file it does not.

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
            file_format: png, webp (without loss) or jpeg.
            fresh: draw anew what was drawn before too, to compare the two.
        """
        wishes = {
            "prompt": prompt or "",
            "negative_prompt": negative_prompt or "",
            "seed": seed,
            "count": num_images_per_prompt,
            "fusion_type": fusion_type,
            "similarity_strength": similarity_strength,
            "num_inference_steps": num_inference_steps,
            "guidance_scale": guidance_scale,
            "prior_num_inference_steps": prior_num_inference_steps,
            "prior_guidance_scale": prior_guidance_scale,
            "super_res_num_inference_steps": super_res_num_inference_steps,
        }
        return draw(wishes, image, image_weights, file_format, fresh)

    def variations(
        image: list[str],
        similarity_strength: float = _SIMILARITY,
        prompt: str = "",
        negative_prompt: str = "",
        seed: int = 0,
        num_images_per_prompt: int = 1,
        image_weights: list[float] | None = None,
        fusion_type: str = "mean",
        file_format: str = "png",
    ) -> tuple[list[str], list[dict]]:
        """Draw new pictures like one to five given ones. Returns what `generate` returns.

        Parameters:
            image: 1 to 5 pictures to vary: PNG, JPEG or WebP.
            similarity_strength: 0.2 to 1; at 1 only the pictures count, below that the prompt has its share.
            prompt: what to draw, up to 512 characters; may be empty.
            negative_prompt: what to steer away from.
            seed: 0 to 2147483646; picture i of several has seed + i.
            num_images_per_prompt: 1 to 5.
            image_weights: one number from 0 for each picture; all alike if left out.
            fusion_type: how several pictures are combined: mean, max, attention or gated.
            file_format: png, webp (without loss) or jpeg.
        """
        if not image:
            raise _refusal(ValueError("image is missing. Pass 1 to 5 pictures, or use generate for a prompt alone."))
        wishes = {
            "prompt": prompt or "",
            "negative_prompt": negative_prompt or "",
            "seed": seed,
            "count": num_images_per_prompt,
            "fusion_type": fusion_type,
            "similarity_strength": similarity_strength,
            **start,
        }
        return draw(wishes, image, image_weights, file_format, fresh=False)

    def verify(image: str, deep: bool = False) -> dict:
        """Look for Easel's watermark in a picture. Returns result (GENERATED, INCONCLUSIVE or NOT_DETECTED),
        confidence, one_in (at most one in so many unrelated pictures would show as much), undone (resized, cropped,
        ...), payload, the sentence that says it; recipe or null, and recipe_source: file (its text), store (the
        picture kept here that the mark names) or empty; credentials (state Trusted, Valid or Invalid, sentence,
        problems) or null, and credentials_checked. NOT_DETECTED does not say how a picture was made.

        Parameters:
            image: PNG, JPEG or WebP.
            deep: also search unusual sizes and small rotations.
        """
        try:
            if not image:
                raise ValueError("image is missing. Pass a PNG, JPEG or WebP file.")
            *_, evidence = look(image, limits, studio.store, deep=deep)
        except ValueError as error:
            raise _refusal(error) from error
        recipe, seal = evidence.recipe, evidence.credentials
        return {
            **dataclasses.asdict(evidence.found),
            "sentence": evidence.found.sentence,
            "recipe": recipe and json.loads(recipe.to_json()),
            "recipe_source": evidence.source,
            "credentials": seal and {**dataclasses.asdict(seal), "sentence": seal.sentence},
            "credentials_checked": evidence.checked,
        }

    def embed(text: str = "", image: str | None = None) -> list[float]:
        """Embed a sentence, a picture, or both (then the average) into the space they share. Returns a vector of
        length 1. Its first 128 or 256 numbers, brought to length 1 again, are embeddings as well.

        Parameters:
            text: up to 512 characters.
            image: PNG, JPEG or WebP.
        """
        try:
            if len(text or "") > MAX_PROMPT_LENGTH:
                raise ValueError(f"text has {len(text):,} characters; up to {MAX_PROMPT_LENGTH} are read. Shorten it.")
            picture = open_picture(image, limits) if image else None
            return studio.embed(text or "", picture)
        except (ValueError, WeightsError) as error:
            raise _refusal(error) from error

    def search(
        images: list[str], text: str = "", image: str | None = None, image_weight: float = 0.5, top_k: int = 10
    ) -> list[dict]:
        """Find the pictures nearest to words, to a picture, or to both. Returns them nearest first, for each its index
        in `images`, file (its name), score (cosine, 1 is the same) and near_identical_to: the index of a nearer result
        that it is nearly the same as, or null. Nothing is kept.

        Parameters:
            images: the pictures to search, up to 200: PNG, JPEG or WebP.
            text: what to look for, up to 512 characters.
            image: a picture to look for.
            image_weight: 0 to 1, share of the picture against the words where both are given.
            top_k: how many results, from 1.
        """
        try:
            if not images or len(images) > limits.max_search_pictures:
                raise ValueError(f"images takes 1 to {limits.max_search_pictures} pictures, not {len(images or [])}.")
            index = studio.new_index()
            for number, path in enumerate(images):
                index.add(str(number), studio.embed("", open_picture(path, limits)))
            picture = open_picture(image, limits) if image else None
            results = find(studio, index, text or "", picture, image_weight=image_weight, top_k=int(top_k))
        except (ValueError, WeightsError) as error:
            raise _refusal(error) from error
        return [
            {
                "index": int(result.id),
                "file": Path(images[int(result.id)]).name,
                "score": result.score,
                "near_identical_to": None if result.duplicate_of is None else int(result.duplicate_of),
            }
            for result in results
        ]

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
                gr.Textbox("png", label="file_format"),
                gr.Checkbox(label="fresh"),
            ],
            [files, said],
            api_name="generate",
            **drawing,
        )
        if studio.capabilities.max_references:
            gr.Button("variations").click(
                variations,
                [
                    gr.File(label="image", file_count="multiple", type="filepath"),
                    number("similarity_strength"),
                    gr.Textbox("", label="prompt"),
                    gr.Textbox("", label="negative_prompt"),
                    number("seed"),
                    gr.Number(1, label="num_images_per_prompt", precision=0),
                    gr.JSON(label="image_weights"),
                    gr.Textbox("mean", label="fusion_type"),
                    gr.Textbox("png", label="file_format"),
                ],
                [gr.File(label="files", file_count="multiple"), gr.JSON(label="pictures")],
                api_name="variations",
                **drawing,
            )
        gr.Button("verify").click(
            verify,
            [gr.File(label="image", type="filepath"), gr.Checkbox(label="deep")],
            gr.JSON(label="finding"),
            api_name="verify",
            concurrency_limit=2,
        )
        if studio.capabilities.embeddings:
            gr.Button("embed").click(
                embed,
                [gr.Textbox("", label="text"), gr.File(label="image", type="filepath")],
                gr.JSON(label="embedding"),
                api_name="embed",
                **drawing,
            )
            gr.Button("search").click(
                search,
                [
                    gr.File(label="images", file_count="multiple", type="filepath"),
                    gr.Textbox("", label="text"),
                    gr.File(label="image", type="filepath"),
                    gr.Number(0.5, label="image_weight"),
                    gr.Number(10, label="top_k", precision=0),
                ],
                gr.JSON(label="results"),
                api_name="search",
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
        "from_store": isinstance(rendered, Restored),
        "image_weights": rendered.image_weights,
        "read_as": "" if rendered.reading is None else rendered.reading.sentence,
        "recipe": json.loads(recipe.to_json()),
    }


def _refusal(error: Exception) -> gr.Error:
    return gr.Error(str(error).replace("`", "") or "Cancelled.", print_exception=False)
