"""A text-to-image repository of diffusers: what it can be asked for, and whether it is whole and safe to open.

Told from its configuration files, its pipeline's signature and `defaults.json`. Weights are safetensors only: a
pickle can run code.
"""

import importlib.util
import inspect
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.loading.capabilities import CONTROLS, Capabilities
from pipeline.loading.defaults import find_defaults, text_to_image_classes
from pipeline.loading.errors import WeightsError
from pipeline.loading.files import check_component, is_pointer, read_json
from pipeline.loading.moved import is_moved
from pipeline.loading.pairing import check_torchvision, how_to_install
from pipeline.loading.schedulers import compatible_schedulers
from pipeline.loading.siblings import sibling_class
from pipeline.watermark.embed import MIN_AREA

__all__ = ["argument", "check_repository", "components_of", "download", "pipeline_class", "read_capabilities"]
__all__ += ["needs_more", "read_defaults", "read_index"]

# Our control -> what diffusers' pipelines call it; the first one that has a number as its default is meant.
_NAMES = {
    "num_inference_steps": ("num_inference_steps", "decoder_num_inference_steps"),
    "guidance_scale": ("guidance_scale", "decoder_guidance_scale", "true_cfg_scale", "distilled_guidance_scale"),
    "prior_num_inference_steps": ("prior_num_inference_steps",),
    "prior_guidance_scale": ("prior_guidance_scale",),
    "super_res_num_inference_steps": ("super_res_num_inference_steps",),
}
_LATENT_SIDE = 128  # of pipelines whose configuration names none (FLUX: `default_sample_size`)
_LARGEST = 4096  # pixels a side, which is as far as recipes go
_DECODERS = ("vae", "movq", "vqvae", "vqgan")
# A UNet's input channels beside those of the latents -> what it needs besides a sentence.
_EXTRA_CHANNELS = {5: "inpaint pictures", 4: "edit pictures", 1: "draw over a depth map", 3: "enlarge pictures"}
_LIBRARIES = ("diffusers", "transformers")


def read_capabilities(folder: str | Path, model: str) -> Capabilities:
    """What the repository in ``folder`` can be asked for, before any weight of it is read.

    Args:
        folder: with ``model_index.json`` and the components' ``config.json``; weights need not be there.
        model: the name for recipes.

    Raises:
        WeightsError: it is no repository of diffusers, or not one that draws a picture from text.
    """
    folder = Path(folder)
    own_class = pipeline_class(folder, model)
    named = f"{model} ({own_class.__name__})"  # in sentences
    defaults = read_defaults(folder, model)
    parameters = inspect.signature(own_class.__call__).parameters
    controls = {}
    for name in CONTROLS:
        found = argument(own_class, name)
        value = defaults.get(name, found and found[1])
        if found and value is not None:
            controls[name] = int(value) if name.endswith("steps") else float(value)
    if "num_inference_steps" not in controls:
        raise WeightsError(f"{named} counts no steps. Choose another repository.")
    width, height = _size(folder, named, parameters, defaults)
    if width * height < MIN_AREA:
        raise WeightsError(
            f"{named} draws {width}x{height} pixels, and the watermark needs 256x256 or more. Choose a larger model."
        )
    if max(width, height) > _LARGEST:
        raise WeightsError(
            f"{named} draws {width}x{height} pixels, and pictures here have up to {_LARGEST} a side. "
            "Choose a smaller model."
        )
    # A pipeline with a true_cfg_scale of 1 (FLUX) accepts a negative prompt and does nothing with it.
    negative = "negative_prompt" in parameters and _default(parameters, "true_cfg_scale", 2.0) > 1
    takes_image = "image" in parameters
    draws_over = not takes_image and sibling_class(own_class, "image") is not None
    fills_in = draws_over and sibling_class(own_class, "mask") is not None
    scheduler = components_of(read_index(folder, model)).get("scheduler", ("", ""))[1]
    vae = _config(folder, "vae", model)
    return Capabilities(
        model=model,
        width=width,
        height=height,
        controls=MappingProxyType(controls),
        negative_prompt=negative and defaults.get("negative_prompt", True),
        max_references=2 if fills_in else 1 if takes_image or draws_over else 0,
        sizes={"width", "height"} <= parameters.keys() and defaults.get("sizes", True),
        size_step=defaults.get("size_step", max(16, _scale(folder, model))),
        similarity=draws_over,
        mask=fills_in,
        schedulers=compatible_schedulers(scheduler) if defaults.get("schedulers", True) else (),
        scheduler=scheduler,
        batches="num_images_per_prompt" in parameters and defaults.get("batches", True),
        previews=_shows_latents(own_class) and any(vae.get(name) for name in ("latent_channels", "z_dim")),
    )


def _shows_latents(own_class: type) -> bool:
    """Whether the latents of each step can be seen, in a form that one map to colours fits."""
    own = "callback_on_step_end" in inspect.signature(own_class.__call__).parameters
    return own and "latents" in getattr(own_class, "_callback_tensor_inputs", ())


def read_defaults(folder: str | Path, model: str) -> dict[str, Any]:
    """What `defaults.json` and the folder's own file set for this repository; see `pipeline.loading.defaults`."""
    folder = Path(folder)
    index = read_index(folder, model)

    def config(component: str) -> Mapping[str, Any]:
        return index if component == "index" else _config(folder, component, model)

    names = (model, *(name for name in [index.get("_name_or_path")] if isinstance(name, str)))
    own_class = pipeline_class(folder, model)
    found = find_defaults(own_class.__name__, names, config, folder)
    takes = inspect.signature(own_class.__call__).parameters
    for name in (name for key in ("fixed", "other_steps") for name in found.get(key, {}) if name not in takes):
        raise WeightsError(
            f"The defaults of {model} fix `{name}`, which {own_class.__name__} does not take. Leave it out."
        )
    return found


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
    except Exception as error:  # of the network, the cache or the Hub: all of them mean that it is not here
        reason = " ".join(str(error).split())[:200]
        if isinstance(error, FileNotFoundError):  # the cache has its configuration alone
            reason = "they were not downloaded yet, and the Hub cannot be reached"
        raise WeightsError(
            f"{repository} could not be fetched with its weights as safetensors ({reason}). "
            "Check the network and the free space on the disk, or choose another repository."
        ) from error


def pipeline_class(folder: Path, model: str) -> type:
    """The text-to-image class for a folder's index.

    Raises:
        WeightsError: the index names none, or one that needs more than a sentence.
    """
    check_torchvision()
    import diffusers
    from diffusers.pipelines.auto_pipeline import AUTO_TEXT2IMAGE_PIPELINES_MAPPING, _get_task_class

    index = read_index(folder, model)
    name = index.get("_class_name")
    if isinstance(name, list):  # a list names a module of the repository's own
        name = name[-1] if name else None
    if not isinstance(name, str) or not name.isidentifier():
        raise WeightsError(f"The model_index.json of {model} names no pipeline. Download the repository again.")
    found = _get_task_class(AUTO_TEXT2IMAGE_PIPELINES_MAPPING, name, throw_error_if_not_exist=False)
    if found is None and name in text_to_image_classes():
        found = getattr(diffusers, name, None)
    if "Onnx" in name:
        raise WeightsError(f"{model} ({name}) is made for ONNX. Choose the repository with safetensors.")
    # In the place of a class whose packages are absent, diffusers has an empty one that names them.
    packages = getattr(found, "_backends", ())
    if absent := [package for package in packages if importlib.util.find_spec(package) is None]:
        raise WeightsError(
            f"{model} ({name}) needs the package {absent[0]}. "
            f"Install it with {how_to_install(absent[0])}, and start again."
        )
    if found is None and not hasattr(diffusers, name):
        raise WeightsError(
            f"{model} is made for {name}, which diffusers {diffusers.__version__} does not have. "
            "Choose another repository."
        )
    if found is None or needs_more(found) or "controlnet" in index:
        raise WeightsError(
            f"{model} is not a text-to-image repository: its pipeline is {name}. "
            "Choose one that draws a picture from a sentence alone."
        )
    _check_channels(folder, f"{model} ({name})", index)
    return found


def needs_more(own_class: type) -> bool:
    """Whether the call has an argument that a sentence cannot fill."""
    parameters = inspect.signature(own_class.__call__).parameters
    others = {"num_frames", "audio_length_in_s", "audio_end_in_s", "video", "mask_image", "control_image"}
    needed = [
        key
        for key, parameter in parameters.items()
        if parameter.default is parameter.empty and key not in ("self", "prompt") and parameter.kind < 2
    ]
    return "prompt" not in parameters or bool(needed) or bool(others & parameters.keys())


def _check_channels(folder: Path, model: str, index: dict) -> None:
    """Refuse what its channels give away: inpainting, editing and refining models under a text-to-image name."""
    inputs, latents = (
        _config(folder, part, model).get(key) for part, key in (("unet", "in_channels"), ("vae", "latent_channels"))
    )
    if isinstance(inputs, int) and isinstance(latents, int) and inputs > latents:
        what = _EXTRA_CHANNELS.get(inputs - latents, "work on pictures")
        raise WeightsError(
            f"{model} is made to {what}: its network takes {inputs} channels, and {latents} are drawn from a "
            "sentence. Choose one that draws a picture from a sentence alone."
        )
    if index.get("requires_aesthetics_score") is True:
        raise WeightsError(
            f"{model} refines pictures that another model drew. Choose one that draws from a sentence alone."
        )


def read_index(folder: Path, model: str) -> dict:
    """The contents of ``model_index.json``.

    Raises:
        WeightsError: there is none, or it is no index.
    """
    file = folder / "model_index.json"
    if not file.is_file():
        raise WeightsError(_what_it_is(folder, model))
    if is_pointer(file):
        raise WeightsError(
            f"The model_index.json of {model} is only a Git LFS pointer. Run git lfs pull in its folder."
        )
    return read_json(file, model)


def _what_it_is(folder: Path, model: str) -> str:
    """Why a path without an index cannot be a model, by what lies there."""
    if folder.is_file():
        return (
            f"{model} is a single file. Pass a folder with a model_index.json, as diffusers' `save_pretrained` writes."
        )
    names = sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []
    want = "Pass the folder of a diffusers text-to-image pipeline."
    if (folder.parent / "model_index.json").is_file():
        return f"{model} is one component of a pipeline. Pass the folder above it, {folder.parent.name}."
    if any(name.endswith(".incomplete") for name in names):
        return f"{model} is half-downloaded. Download the repository again."
    if "adapter_config.json" in names or any(
        "lora" in name.lower() and name.endswith(".safetensors") for name in names
    ):
        return f"{model} holds a LoRA, which changes a model and is none. Pass the model, and the LoRA with --lora."
    if any(name.endswith(".gguf") for name in names):
        return f"{model} holds GGUF files, which are not read here. {want}"
    if checkpoints := [name for name in names if name.endswith((".safetensors", ".ckpt"))]:
        return f"{model} has no model_index.json, only {checkpoints[0]}. Pass that file, or a pipeline's folder."
    return f"{model} has no model_index.json. {want}"


def argument(own_class: type, control: str) -> tuple[str, int | float] | None:
    """What the pipeline calls a control, and its default."""
    parameters = inspect.signature(own_class.__call__).parameters
    for name in _NAMES[control]:
        value = _default(parameters, name, None)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return name, float(value) if control.endswith("scale") else int(value)
    return None


def _default(parameters: Mapping[str, inspect.Parameter], name: str, otherwise: Any) -> Any:
    value = parameters[name].default if name in parameters else None
    return otherwise if value is None or value is inspect.Parameter.empty else value


def _size(folder: Path, model: str, parameters: Mapping, defaults: Mapping) -> tuple[int, int]:
    """(width, height) in pixels: the defaults', the index's, the call's, the last stage's, or the latents' scaled."""
    if "width" in defaults and "height" in defaults:
        return defaults["width"], defaults["height"]
    side = read_index(folder, model).get("default_sample_size")  # PRX records it, in pixels
    if isinstance(side, int) and 1 <= side <= 8192:
        return side, side
    width, height = (_default(parameters, name, None) for name in ("width", "height"))
    if width and height and defaults.get("size") != "config":
        return width, height
    if side := _sides(folder, "super_res_last", model):
        return side
    networks = (_sides(folder, part, model) for part in ("unet", "transformer", "decoder"))
    otherwise = defaults.get("latent_side", _LATENT_SIDE)
    width, height = next((sides for sides in networks if sides), (otherwise, otherwise))
    scale = _scale(folder, model)
    return width * scale, height * scale


def _sides(folder: Path, part: str, model: str) -> tuple[int, int] | None:
    """(width, height) that a network's configuration names, in its own pixels."""
    side: Any = _config(folder, part, model).get("sample_size")
    if side is None:
        return None
    sides: Any = side if isinstance(side, list) and len(side) == 2 else (side, side)
    height, width = sides
    if not all(isinstance(each, int) and not isinstance(each, bool) and 1 <= each <= 8192 for each in (width, height)):
        raise WeightsError(
            f"The sample_size of {part}/config.json of {model} takes one or two whole numbers, "
            f"got {str(side)[:60]!r}. Download the repository again."
        )
    return width, height


def _scale(folder: Path, model: str) -> int:
    """Pixels of the picture for each one of the latents."""
    for part in _DECODERS:
        config = _config(folder, part, model)
        for key in ("spatial_compression_ratio", "scale_factor_spatial"):
            if isinstance(config.get(key), int):
                return config[key]
        for key in ("encoder_block_out_channels", "block_out_channels", "dim_mult"):
            levels = config.get(key)
            if isinstance(levels, list) and levels:
                return 2 ** (len(levels) - 1)
    return 1


def _config(folder: Path, component: str, model: str) -> dict:
    name = "scheduler_config.json" if component.endswith("scheduler") else "config.json"
    return read_json(folder / component / name, model)


def components_of(index: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Component -> (library, class) of those that an index says are there; other lists in it are settings."""
    found = {}
    for name, value in index.items():
        is_pair = isinstance(value, list) and len(value) == 2 and all(isinstance(part, str | None) for part in value)
        if is_pair and not name.startswith("_") and value[0] is not None and value[1] is not None:
            found[name] = (value[0], value[1])
    return found


def check_repository(folder: str | Path, model: str) -> None:
    """Refuse a local folder that lacks something its index names, or holds it damaged or as pickles only.

    Raises:
        WeightsError: naming the component and the file.
    """
    import diffusers

    folder = Path(folder)
    model = f"{model} ({pipeline_class(folder, model).__name__})"  # in sentences
    for name, (library, class_name) in components_of(read_index(folder, model)).items():
        if Path(name).name != name or name in (".", ".."):
            raise WeightsError(
                f"The model_index.json of {model} names a component {name!r}. Choose another repository."
            )
        if library not in _LIBRARIES and not hasattr(diffusers.pipelines, library) and not is_moved(library):
            raise WeightsError(
                f"The component {name} of {model} is program code of its own ({library[:40]}), which is not run here. "
                "Choose another repository."
            )
        check_component(folder / name, model, class_name)
