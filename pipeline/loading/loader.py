"""From a repository's folder to a pipeline that draws: whole, safe to open, and with every weight really read."""

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.loading.adapter import AdaptedPipeline
from pipeline.loading.capabilities import Capabilities
from pipeline.loading.errors import WeightsError
from pipeline.loading.failures import say_failure
from pipeline.loading.files import Weights, measure_weights
from pipeline.loading.hardware import DevicePlacement, choose_device, place
from pipeline.loading.lora import Lora, load_loras
from pipeline.loading.missing import MissingWeights
from pipeline.loading.moved import restore_moved
from pipeline.loading.options import AUTO, LoadOptions
from pipeline.loading.repository import check_repository, components_of, pipeline_class, read_defaults, read_index
from pipeline.loading.single_file import load_single_file

if TYPE_CHECKING:  # diffusers takes seconds to import
    import torch
    from diffusers import DiffusionPipeline

__all__ = ["load_adapted", "settle_dtype"]


def load_adapted(
    folder: str | Path,
    capabilities: Capabilities,
    options: LoadOptions = AUTO,
    *,
    loras: Sequence[Lora] = (),
    checkpoint: Path | None = None,
) -> AdaptedPipeline:
    """The repository in ``folder``, ready to draw. Reads local files only.

    Args:
        options: where it computes, and with which dtype.
        loras: loaded beside it.
        checkpoint: one file with the weights; ``folder`` then has the settings alone.

    Raises:
        WeightsError: weights are missing, pickled, damaged, do not fit their configuration or the memory.
    """
    import torch

    folder, model = Path(folder), capabilities.model
    own_class = pipeline_class(folder, model)
    defaults = read_defaults(folder, model)
    if checkpoint is None:
        check_repository(folder, model)
        _check_connected(own_class, folder, model)
    weights = _measured(folder, model, checkpoint)
    placement = place(weights, options, never_half=_never_half(defaults))
    restore_moved(components_of(read_index(folder, model)))
    missing = MissingWeights()
    try:
        with missing:
            if checkpoint is None:
                pipe = own_class.from_pretrained(folder, **_options(own_class, folder, placement.dtype))
            else:
                pipe = load_single_file(own_class, checkpoint, folder, model, placement.dtype)
        for component in pipe.components.values():
            if isinstance(component, torch.nn.Module):
                component.eval()
        if missing.found:
            raise WeightsError(
                f"The weights of {model} ({own_class.__name__}) do not fit their configuration: "
                f"{missing.found[0]} is not in its files. Download the repository again."
            )
        load_loras(pipe, loras, model)
        _settle(pipe, placement, options)
    except WeightsError:
        raise
    except Exception as error:  # anything can be raised out of somebody else's files
        raise WeightsError(say_failure(error, model, own_class.__name__, "load")) from error
    return AdaptedPipeline(
        pipe,
        capabilities,
        fixed=defaults.get("fixed", {}),
        other_steps=defaults.get("other_steps", {}),
        loras=loras,
    )


def settle_dtype(
    folder: str | Path, model: str, options: LoadOptions = AUTO, *, checkpoint: Path | None = None
) -> LoadOptions | None:
    """The options with the dtype that "auto" means for these weights on this machine, since it is in the recipe.

    Args:
        folder, checkpoint: as `load_adapted` takes them; of the weights the headers are read.
        model: its name.
        options: as they were given.

    Returns:
        None where only the weights can tell, and they are not here yet.

    Raises:
        WeightsError: the options ask for what this machine does not have.
    """
    folder = Path(folder)
    try:
        weights = _measured(folder, model, checkpoint)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # damaged: it is said when they are loaded
        weights = {}
    if not weights and options.dtype == "auto" and choose_device(options.device) == "cpu":
        return None
    placement = place(weights, options, never_half=_never_half(read_defaults(folder, model)))
    return replace(options, dtype=str(placement.dtype).removeprefix("torch."))


def _measured(folder: Path, model: str, checkpoint: Path | None) -> dict[str, Weights]:
    """Of each component that has weights here, how many numbers they are."""
    if checkpoint is not None:
        return {checkpoint.name: measure_weights(checkpoint)}
    there = components_of(read_index(folder, model))
    return {name: measure_weights(folder / name) for name in there if any((folder / name).glob("*.safetensors"))}


def _never_half(defaults: Mapping[str, Any]) -> bool:
    return defaults.get("dtype") in ("bfloat16", "float32")


def _settle(pipe: "DiffusionPipeline", placement: DevicePlacement, options: LoadOptions) -> None:
    """Put a pipeline where it computes."""
    if placement.offload == "model":
        pipe.enable_model_cpu_offload(device=placement.device)
    elif placement.offload == "sequential":
        pipe.enable_sequential_cpu_offload(device=placement.device)
    else:
        pipe.to(placement.device)
    if options.compile:
        for name in ("unet", "transformer", "decoder", "prior"):
            if (compiles := getattr(getattr(pipe, name, None), "compile", None)) is not None:
                compiles()


def _options(own_class: type, folder: Path, dtype: "torch.dtype") -> dict:
    """Of `from_pretrained`."""
    options = {"use_safetensors": True, "local_files_only": True, "dtype": dtype}
    if "add_watermarker" in inspect.signature(own_class.__init__).parameters:
        options["add_watermarker"] = False  # ours closes the chain; a second one would cost quality for nothing
    if (variant := _variant(folder)) is not None:
        options["variant"] = variant
    return options


def _variant(folder: Path) -> str | None:
    """fp16 or bf16, where a component has its weights under that name alone; the others are then read as they are."""
    names = {part: [file.name for file in part.glob("*.safetensors")] for part in folder.iterdir() if part.is_dir()}
    for variant in ("fp16", "bf16"):
        has = re.compile(rf"\.{variant}(-\d+-of-\d+)?\.safetensors$|-\d+-of-\d+\.{variant}\.safetensors$")
        for files in names.values():
            if files and all(has.search(file) for file in files):
                return variant
    return None


def _check_connected(own_class: type, folder: Path, model: str) -> None:
    """Refuse half of a combined pipeline (Kandinsky, Cascade, Wuerstchen): its prior is a repository of its own."""
    if not getattr(own_class, "_load_connected_pipes", False):
        return
    there = components_of(read_index(folder, model))
    needed = [name for name in inspect.signature(own_class.__init__).parameters if name.startswith("prior_")]
    required = [name for name in needed if name not in getattr(own_class, "_optional_components", ())]
    if required and not any(name in there for name in required) and not (folder / "README.md").is_file():
        raise WeightsError(
            f"{model} ({own_class.__name__}) is the decoder alone, and its prior is another repository. "
            "Pass the Hub name, or save the combined pipeline with diffusers' save_pretrained and pass that folder."
        )
