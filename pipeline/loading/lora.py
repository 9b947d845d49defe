"""LoRA: small weights that change a large model. Loaded beside it, weighed at the start or in a prompt.

    python app.py --model FOLDER --lora inks.safetensors:0.8
    a red apple <lora:inks:0.5>

Which files were loaded, with which scale and in which numbers, goes into the name of the weights; what a prompt says
is in the prompt. So a recipe holds all of it.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.loading.capabilities import Capabilities
from pipeline.loading.errors import WeightsError
from pipeline.loading.failures import say_failure
from pipeline.loading.files import fault_of_weights
from pipeline.loading.options import AUTO, LoadOptions

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline

__all__ = ["Lora", "apply_loras", "find_loras", "load_loras", "name_loaded", "read_tags", "with_loras"]

_TAG = re.compile(r"<lora:([^:<>]{1,80})(?::(-?\d{1,3}(?:\.\d{1,6})?))?>")
_LARGEST_SCALE = 10.0


@dataclass(frozen=True)
class Lora:
    """One file of LoRA weights: its name in prompts, where it is, and its scale where a prompt says none."""

    name: str
    file: Path
    scale: float = 1.0


def find_loras(given: Sequence[str]) -> tuple[Lora, ...]:
    """The files that ``--lora FILE[:SCALE]`` names; of a folder its only .safetensors file.

    Raises:
        WeightsError: there is none, it is damaged, two have one name, or the scale is no number.
    """
    found: dict[str, Lora] = {}
    for text in given:
        if not text.strip():
            raise WeightsError("`--lora` is empty. Pass a .safetensors file, or leave it out.")
        path, scale = _divide(text)
        if path.is_dir():
            files = sorted(path.glob("*.safetensors"))
            if len(files) != 1:
                raise WeightsError(f"`--lora` takes one file, and {path} holds {len(files)}. Name one of them.")
            path = files[0]
        if not path.is_file():
            raise WeightsError(f"There is no LoRA at {path}. Check the path.")
        if path.suffix != ".safetensors":
            raise WeightsError(f"{path.name} is no .safetensors file, and only those are opened. Choose another one.")
        if fault := fault_of_weights(path):
            raise WeightsError(f"The LoRA {path.name} {fault}")
        name = re.sub(r"[^\w-]+", "_", path.stem, flags=re.ASCII)[:80]
        if name in found:
            raise WeightsError(f"Two LoRAs are called {name}. Rename one of the files.")
        found[name] = Lora(name, path, scale)
    return tuple(found.values())


def _divide(text: str) -> tuple[Path, float]:
    path, colon, scale = text.rpartition(":")
    if not colon or Path(text).exists() or len(path) == 1:  # C:\...
        return Path(text).expanduser(), 1.0
    try:
        number = float(scale)
    except ValueError:
        return Path(text).expanduser(), 1.0
    if not -_LARGEST_SCALE <= number <= _LARGEST_SCALE:
        raise WeightsError(f"The scale of a LoRA is a number from -10 to 10, got {scale}.")
    return Path(path).expanduser(), number


def name_loaded(weights_hash: str, loras: Sequence[Lora], options: LoadOptions = AUTO) -> str:
    """The name of the weights as they are loaded: as long as the model's, which it is where nothing was added.

    Args:
        weights_hash: of the model.
        loras: loaded beside it.
        options: a dtype that was asked for, and compiling, give other pixels.
    """
    if not loras and not options.numbers:
        return weights_hash
    digest = hashlib.sha256(weights_hash.encode())
    for lora in loras:
        digest.update(f"{lora.name}:{lora.scale!r}:".encode() + hashlib.sha256(lora.file.read_bytes()).digest())
    digest.update(options.numbers.encode())
    return digest.hexdigest()[: max(12, len(weights_hash))]


def with_loras(capabilities: Capabilities, loras: Sequence[Lora]) -> Capabilities:
    """The same model, which also has these."""
    return replace(
        capabilities,
        loras=tuple(lora.name for lora in loras),
        lora_scales=tuple(lora.scale for lora in loras),
    )


def load_loras(pipe: "DiffusionPipeline", loras: Sequence[Lora], model: str) -> None:
    """Load them into a pipeline, each under its name.

    Raises:
        WeightsError: the pipeline takes none, the package is missing, or a file is made for another model.
    """
    if not loras:
        return
    own_class = type(pipe).__name__
    if not hasattr(pipe, "load_lora_weights"):
        raise WeightsError(f"{model} ({own_class}) takes no LoRA. Leave `--lora` out.")
    for lora in loras:
        before = _adapters(pipe)
        try:
            pipe.load_lora_weights(
                str(lora.file.parent), weight_name=lora.file.name, adapter_name=lora.name, local_files_only=True
            )
        except Exception as error:  # anything can be raised out of somebody else's file
            reason = say_failure(error, model, own_class, "lora")
            raise WeightsError(f"The LoRA {lora.file.name} does not fit: {reason}") from error
        if _adapters(pipe) == before:
            raise WeightsError(
                f"The LoRA {lora.file.name} is made for another model: nothing in it belongs to {model} "
                f"({own_class}). Leave it out."
            )


def _adapters(pipe: "DiffusionPipeline") -> set[tuple[str, str]]:
    return {(component, name) for component, names in pipe.get_list_adapters().items() for name in names}


def apply_loras(pipe: "DiffusionPipeline", loras: Sequence[Lora], prompt: str, model: str) -> str:
    """Weigh the loaded LoRAs as a prompt says, or as they were given; returns the prompt without its tags.

    Raises:
        ValueError: the prompt names one that is not loaded.
    """
    plain, scales = read_tags(prompt)
    known = {lora.name for lora in loras}
    for name in scales:
        if name not in known:
            have = f"It has {', '.join(sorted(known))}." if known else "It has none; start with `--lora FILE`."
            raise ValueError(f"The model {model} has no LoRA {name!r}. {have}")
    if loras:
        names = [lora.name for lora in loras]
        pipe.set_adapters(names, [scales.get(lora.name, lora.scale) for lora in loras])
    return plain


def read_tags(prompt: str) -> tuple[str, dict[str, float]]:
    """A prompt without its ``<lora:NAME:SCALE>`` tags, and their scales; a tag without a scale means 1."""
    scales = {name: float(scale or 1) for name, scale in _TAG.findall(prompt)}
    return (" ".join(_TAG.sub(" ", prompt).split()), scales) if scales else (prompt, {})
