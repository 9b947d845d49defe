"""A text-to-image repository of diffusers: what it can be asked for, and whether it is whole and safe to open.

Told from its configuration files and its pipeline's signature. Weights are safetensors only: a pickle can run code.
"""

import inspect
import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.loading.capabilities import CONTROLS, Capabilities
from pipeline.loading.errors import WeightsError
from pipeline.watermark.embed import MIN_AREA

__all__ = ["argument", "check_repository", "download", "pipeline_class", "read_capabilities", "read_index"]

# Our control -> what diffusers' pipelines call it; the first one that has a number as its default is meant.
_NAMES = {
    "num_inference_steps": ("num_inference_steps", "decoder_num_inference_steps"),
    "guidance_scale": ("guidance_scale", "decoder_guidance_scale", "true_cfg_scale"),
    "prior_num_inference_steps": ("prior_num_inference_steps",),
    "prior_guidance_scale": ("prior_guidance_scale",),
    "super_res_num_inference_steps": ("super_res_num_inference_steps",),
}
_OTHER_MEDIA = ("num_frames", "audio_length_in_s", "audio_end_in_s", "video", "mask_image", "control_image")
_PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".msgpack")
_LATENT_SIDE = 128  # of pipelines whose configuration names none (FLUX: `default_sample_size`)


def read_capabilities(folder: str | Path, model: str) -> Capabilities:
    """What the repository in ``folder`` can be asked for, from its configuration files and its pipeline's signature.

    Args:
        folder: with ``model_index.json`` and the components' ``config.json``; weights need not be there.
        model: the name for recipes.

    Raises:
        WeightsError: it is no repository of diffusers, or not one that draws a picture from text.
    """
    folder = Path(folder)
    own_class = pipeline_class(folder, model)
    parameters = inspect.signature(own_class.__call__).parameters
    controls = {}
    for name in CONTROLS:
        if found := argument(own_class, name):
            controls[name] = found[1]
    is_unguided = _config(folder, "transformer").get("guidance_embeds") is False  # FLUX.1-schnell ignores the scale
    if is_unguided and argument(own_class, "guidance_scale")[0] == "guidance_scale":
        del controls["guidance_scale"]
    if "num_inference_steps" not in controls:
        raise WeightsError(f"{model} ({own_class.__name__}) counts no steps. Choose another repository.")
    width, height = _size(folder, parameters)
    if width * height < MIN_AREA:
        raise WeightsError(
            f"{model} draws {width}x{height} pixels, and the watermark needs 256x256 or more. Choose a larger model."
        )
    # A pipeline with a true_cfg_scale of 1 (FLUX) accepts a negative prompt and does nothing with it.
    negative = "negative_prompt" in parameters and _default(parameters, "true_cfg_scale", 2.0) > 1
    return Capabilities(
        model=model,
        width=width,
        height=height,
        controls=MappingProxyType(controls),
        negative_prompt=negative,
        max_references=1 if "image" in parameters else 0,
    )


def download(configuration: str | Path, repository: str, revision: str) -> Path:
    """Fetch what a Hub repository's pipeline needs, weights as safetensors; returns the folder in the local cache.

    Args:
        configuration: a folder with the repository's configuration files.
        repository: ``owner/name``.
        revision: the commit.

    Raises:
        WeightsError: it has no safetensors, or the Hub cannot be reached.
    """
    own_class = pipeline_class(Path(configuration), repository)
    try:
        return Path(own_class.download(repository, revision=revision, use_safetensors=True))
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        raise WeightsError(
            f"{repository} could not be fetched with its weights as safetensors ({reason}). "
            "Check the network, or choose another repository."
        ) from error


def pipeline_class(folder: Path, model: str) -> type:
    """The text-to-image class for a folder's index."""
    import diffusers
    from diffusers.pipelines.auto_pipeline import AUTO_TEXT2IMAGE_PIPELINES_MAPPING, _get_task_class

    index = read_index(folder, model)
    name = index.get("_class_name")
    name = name[-1] if isinstance(name, list) else name  # a list names a module of the repository's own
    found = _get_task_class(AUTO_TEXT2IMAGE_PIPELINES_MAPPING, str(name), throw_error_if_not_exist=False)
    found = found or getattr(diffusers, str(name), None)
    if found is None:
        raise WeightsError(
            f"{model} is made for {name}, which diffusers {diffusers.__version__} does not have. "
            "Choose another repository."
        )
    parameters = inspect.signature(found.__call__).parameters
    needed = [
        key
        for key, parameter in parameters.items()
        if parameter.default is parameter.empty and key not in ("self", "prompt") and parameter.kind < 3
        if parameter.kind is not parameter.VAR_POSITIONAL
    ]
    other = [key for key in _OTHER_MEDIA if key in parameters]
    if "prompt" not in parameters or needed or other or "controlnet" in index:
        raise WeightsError(
            f"{model} is not a text-to-image repository: its pipeline is {name}. "
            "Choose one that draws a picture from a sentence alone."
        )
    return found


def read_index(folder: Path, model: str) -> dict:
    """The contents of ``model_index.json``."""
    if folder.is_file():
        raise WeightsError(
            f"{model} is a single file. Pass a folder with a model_index.json, as diffusers' `save_pretrained` writes."
        )
    file = folder / "model_index.json"
    if not file.is_file():
        raise WeightsError(f"{model} has no model_index.json. Pass the folder of a diffusers text-to-image pipeline.")
    try:
        index = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WeightsError(f"The model_index.json of {model} is not JSON. Download the repository again.") from error
    if not isinstance(index, dict):
        raise WeightsError(f"The model_index.json of {model} holds no pipeline. Download the repository again.")
    return index


def argument(own_class: type, control: str) -> tuple[str, int | float] | None:
    """What the pipeline calls a control, and its default."""
    parameters = inspect.signature(own_class.__call__).parameters
    for name in _NAMES[control]:
        value = _default(parameters, name, None)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return name, float(value) if control.endswith("scale") else int(value)
    return None


def _default(parameters, name: str, otherwise: Any) -> Any:
    value = parameters[name].default if name in parameters else None
    return otherwise if value is None or value is inspect.Parameter.empty else value


def _size(folder: Path, parameters) -> tuple[int, int]:
    """(width, height) in pixels: the call's defaults, the last stage's, or the latents' times the decoder's scale."""
    width, height = (_default(parameters, name, None) for name in ("width", "height"))
    if width and height:
        return width, height
    if side := _config(folder, "super_res_last").get("sample_size"):
        return side, side
    model = _config(folder, "unet") or _config(folder, "transformer") or _config(folder, "decoder")
    side = model.get("sample_size") or _LATENT_SIDE
    height, width = side if isinstance(side, list) else (side, side)
    levels = _config(folder, "vae").get("block_out_channels") or _config(folder, "vae").get("dim_mult")
    scale = 2 ** (len(levels) - 1) if levels else 1
    return width * scale, height * scale


def _config(folder: Path, component: str) -> dict:
    file = folder / component / "config.json"
    try:
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except ValueError as error:
        raise WeightsError(f"{file} is not JSON. Download the repository again.") from error


def check_repository(folder: str | Path, model: str) -> None:
    """Refuse a local folder that lacks a component of its index, or has one's weights as pickles only.

    Raises:
        WeightsError: naming the component.
    """
    folder = Path(folder)
    for name, value in read_index(folder, model).items():
        if not isinstance(value, list) or name.startswith("_") or value[0] is None:
            continue
        part = folder / name
        if not part.is_dir():
            raise WeightsError(f"{model} lacks its component {name}. Download the repository again.")
        files = [file for file in part.iterdir() if file.is_file()]
        pickles = sorted(file.name for file in files if file.suffix in _PICKLES)
        if pickles and not any(file.suffix == ".safetensors" for file in files):
            raise WeightsError(
                f"{model} has its {name} as a pickle only ({pickles[0]}), and opening a pickle can run code. "
                "Choose a repository with safetensors, or convert it."
            )
