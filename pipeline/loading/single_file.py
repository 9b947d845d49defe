"""A checkpoint in one file, as many models are passed around: all components in one .safetensors, without settings.

The settings come from a folder that has a ``model_index.json``: the file's own folder, or the repository on the Hub
that diffusers knows for the kind of checkpoint (configuration and vocabulary alone, a few megabytes).
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.loading.errors import WeightsError
from pipeline.loading.failures import say_failure
from pipeline.loading.files import PICKLES, fault_of_weights, read_header

if TYPE_CHECKING:
    import torch

__all__ = ["check_single_file", "load_single_file", "settings_of"]

_OF_LORAS = ("lora", "hada_w", "lokr_w")  # in their tensors' names
_UNET = "model.diffusion_model."  # begins the names of its tensors in checkpoints of Stable Diffusion
SETTINGS = ("model_index.json", "*/*.json", "*/*.txt", "*/*.model")  # of a repository; no weights


def check_single_file(path: Path) -> None:
    """Refuse a file that cannot be a whole model.

    Raises:
        WeightsError: it is damaged, of another kind, or a part of a model.
    """
    name = path.name
    if path.suffix != ".safetensors":
        kind = "GGUF" if path.suffix == ".gguf" else "a pickle" if path.suffix in PICKLES else "no model"
        raise WeightsError(
            f"{name} is {kind}, and of single files only .safetensors is opened. "
            "Choose the file with that ending, or the folder of a diffusers pipeline."
        )
    if fault := fault_of_weights(path):
        raise WeightsError(f"{name} {fault.replace('Download the repository again', 'Download it again')}")
    names = [key for key in read_header(path) if key != "__metadata__"]
    if any(part in key.lower() for key in names for part in _OF_LORAS):
        raise WeightsError(
            f"{name} holds a LoRA, which changes a model and is none. Pass the model, and the LoRA with --lora."
        )


def settings_of(path: Path, fetch: Callable[[str, tuple[str, ...]], Path]) -> Path:
    """The folder with a checkpoint's settings.

    Args:
        path: the file.
        fetch: gives the local folder of a Hub repository's files of some patterns, or raises `WeightsError`.

    Raises:
        WeightsError: nobody knows the checkpoint's kind, or the Hub cannot be reached.
    """
    if (path.parent / "model_index.json").is_file():
        return path.parent
    import torch
    from diffusers.loaders.single_file_utils import fetch_diffusers_config, infer_diffusers_model_type

    header = {name: entry for name, entry in read_header(path).items() if name != "__metadata__"}
    try:
        shapes = {name: torch.empty(entry["shape"], device="meta") for name, entry in header.items()}
        if infer_diffusers_model_type(shapes) == "v1" and not any(name.startswith(_UNET) for name in header):
            raise ValueError("a part of a model")  # it calls so whatever it does not know
        repository = fetch_diffusers_config(shapes)["pretrained_model_name_or_path"]
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise WeightsError(
            f"{path.name} is no checkpoint that diffusers knows, or a part of one (a VAE, a text encoder, an "
            "embedding). Pass the whole model: a checkpoint, or the folder of a pipeline."
        ) from error
    try:
        return fetch(repository, SETTINGS)
    except WeightsError as error:
        raise WeightsError(
            f"{path.name} needs the settings of {repository}, which the Hub did not give. Check the network, or put "
            "the file into a folder that has them (model_index.json and the components' configurations)."
        ) from error


def load_single_file(own_class: type, path: Path, settings: Path, model: str, dtype: "torch.dtype") -> Any:
    """A pipeline of a class from a checkpoint and the folder with its settings. Reads local files only.

    Raises:
        WeightsError: the class cannot be read from one file, or the two do not fit together.
    """
    if not hasattr(own_class, "from_single_file"):
        raise WeightsError(f"{model} ({own_class.__name__}) is not read from one file. Pass the folder of a pipeline.")
    try:
        pipe = own_class.from_single_file(str(path), config=str(settings), local_files_only=True, torch_dtype=dtype)
    except Exception as error:  # anything can be raised out of somebody else's file
        raise WeightsError(say_failure(error, model, own_class.__name__, "load")) from error
    hollow = [
        f"{component}.{name}"
        for component, part in pipe.components.items()
        for name, parameter in (part.named_parameters() if hasattr(part, "named_parameters") else ())
        if parameter.is_meta
    ]
    if hollow:
        raise WeightsError(f"{model} lacks weights that {own_class.__name__} needs: {hollow[0]}. Download it again.")
    return pipe
