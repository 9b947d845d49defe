"""The files of a model's folder, looked at before any of them is opened as a model.

A file of weights can be absent, half-downloaded, a Git LFS pointer, an error page that was saved under its name, or
a pickle under a safe name. Each of these is one sentence here; a library would tell of it in a hundred ways.
"""

import importlib.metadata
import json
import math
from dataclasses import dataclass
from pathlib import Path

from pipeline.loading.errors import WeightsError

__all__ = ["PICKLES", "Weights", "check_component", "fault_of_weights", "is_pointer", "measure_weights", "read_header"]
__all__ += ["read_json"]

PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".msgpack")
# Weights that other programs read.
_OTHER_FORMS = {".gguf": "GGUF", ".onnx": "ONNX", ".xml": "OpenVINO", ".h5": "TensorFlow", ".tflite": "TFLite"}
_POINTER = b"version https://git-lfs"
_MOST_HEADER = 100_000_000  # bytes; the format's own bound
_TOKENIZER_FILES = (
    "tokenizer.json",
    "vocab.json",
    "vocab.txt",
    "spiece.model",
    "tokenizer.model",
    "sentencepiece.bpe.model",
)
_CONFIGS = (
    "config.json",
    "scheduler_config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer_config.json",
)
_QUANTISERS = {
    "bitsandbytes": "bitsandbytes",
    "torchao": "torchao",
    "quanto": "optimum-quanto",
    "gguf": "gguf",
    "modelopt": "nvidia-modelopt",
    "gptq": "gptqmodel",
    "awq": "autoawq",
}  # a configuration's quant_method -> the package that computes with it
_BITS = {"F64": 64, "F32": 32, "F16": 16, "BF16": 16, "F8_E4M3": 8, "F8_E5M2": 8, "I8": 8, "U8": 8, "BOOL": 8}
_BITS |= {"I16": 16, "U16": 16, "I32": 32, "U32": 32, "I64": 64, "U64": 64}
_INTEGERS = ("I8", "U8", "I16", "U16", "I32", "U32")
_INDICES = ("I16", "U16", "I32", "U32", "I64", "U64", "BOOL")  # places and masks, no weights
_SCALES = (".scale_weight", ".weight_scale", ".weight_scale_inv", "scaled_fp8")  # beside weights of 8 bits
_AGAIN = "Download the repository again."


@dataclass(frozen=True)
class Weights:
    """How many numbers a component's weights are, and the most bits that one of them is stored in."""

    numbers: int
    bits: int


def read_json(file: Path, model: str) -> dict:
    """The contents of a JSON file that has to hold an object; {} where there is no file.

    Raises:
        WeightsError: naming the file.
    """
    name = f"{file.parent.name}/{file.name}"
    try:
        found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except (OSError, ValueError, RecursionError) as error:
        if is_pointer(file):
            raise WeightsError(
                f"{name} of {model} is only a Git LFS pointer. Run git lfs pull in its folder."
            ) from error
        raise WeightsError(f"{name} of {model} is not JSON. {_AGAIN}") from error
    if not isinstance(found, dict):
        raise WeightsError(f"{name} of {model} holds a {type(found).__name__} where settings should be. {_AGAIN}")
    return found


def is_pointer(file: Path) -> bool:
    """Whether a file is what Git LFS leaves in the place of a large one."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(_POINTER)) == _POINTER
    except OSError:
        return False


def fault_of_weights(file: Path) -> str:
    """What is wrong with a .safetensors file, in words that continue "FILE "; "" where nothing is.

    Reads its header alone: every tensor has to lie inside the file, and the file has to end with the last one.
    """
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            start = opened.read(64)
            length = int.from_bytes(start[:8], "little")
            if start.startswith(_POINTER):
                return "is only a Git LFS pointer, not the weights themselves. Run git lfs pull in its folder."
            if not size:
                return f"is empty. {_AGAIN}"
            if start.startswith(b"GGUF"):
                return "is a GGUF file under another name. Choose the repository with safetensors."
            if start.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x04")):
                return "is a pickle under another name, and opening a pickle can run code. Choose another repository."
            if start.lstrip()[:1] == b"<":
                return f"is a web page, saved under its name. {_AGAIN}"
            if size < 8 + length and length <= _MOST_HEADER:
                return f"is only half there: {size:,} bytes, and its header alone has {length:,}. {_AGAIN}"
            if length > _MOST_HEADER:
                return f"is no safetensors file. {_AGAIN}"
            opened.seek(8)
            header = json.loads(opened.read(length))
    except OSError as error:
        return f"cannot be read ({error.strerror}). Look at its permissions, or download it again."
    except (ValueError, RecursionError):
        return f"has a damaged header. {_AGAIN}"
    try:
        ends = [_end_of(entry) for name, entry in header.items() if name != "__metadata__"]
        needed = 8 + length + max(ends, default=0)
    except (AttributeError, KeyError, TypeError, ValueError):
        return f"has a damaged header. {_AGAIN}"
    if not ends:
        return f"holds no weights. {_AGAIN}"
    if size < needed:
        return f"is only half there: {size:,} of {needed:,} bytes. {_AGAIN}"
    return f"has {size - needed:,} bytes too many. {_AGAIN}" if size > needed else ""


def _end_of(entry: dict) -> int:
    """Where a tensor's bytes end, as a header says; ValueError where its dtype, shape and bytes cannot be together."""
    start, end = entry["data_offsets"]
    shape, bits = entry["shape"], _BITS.get(entry["dtype"])
    if not all(isinstance(each, int) and each >= 0 for each in (start, end, *shape)):
        raise ValueError(shape)
    if end < start or bits is not None and (end - start) * 8 != math.prod(shape) * bits:
        raise ValueError(shape)
    return end


def measure_weights(folder: Path) -> Weights:
    """Of one file, or all .safetensors files of one component's folder, by their headers; variants count once."""
    files = [folder] if folder.is_file() else sorted(folder.glob("*.safetensors"))
    headers = [read_header(file) for file in files]
    tensors = {name: entry for header in headers for name, entry in header.items() if name != "__metadata__"}
    bits = [_BITS.get(entry["dtype"], 32) for entry in tensors.values() if entry["dtype"] not in _INDICES]
    return Weights(sum(math.prod(entry["shape"]) for entry in tensors.values()), max(bits, default=32))


def read_header(file: Path) -> dict:
    """What a whole .safetensors file says of its tensors: name -> dtype, shape and offsets."""
    with file.open("rb") as opened:
        return json.loads(opened.read(int.from_bytes(opened.read(8), "little")))


def _fault_of_numbers(file: Path) -> str:
    """As `fault_of_weights`, of weights whose numbers mean nothing without a quantiser that nothing names."""
    for name, entry in read_header(file).items():
        if name.endswith("weight") and entry["dtype"] in _INTEGERS or name.endswith(_SCALES):
            return (
                "holds quantised numbers, and config.json does not say by what. "
                "Choose the repository with plain weights."
            )
    return ""


def check_component(folder: Path, model: str, class_name: str) -> None:
    """Refuse a component's folder whose files cannot be what its class needs.

    Args:
        folder: of the component, named as in the index.
        model: for the sentence.
        class_name: its class, as the index names it.

    Raises:
        WeightsError: naming the file, or what is absent.
    """
    name = folder.name
    if not folder.is_dir():
        raise WeightsError(f"{model} lacks its component {name}. {_AGAIN}")
    files = {file.name for file in folder.iterdir() if file.is_file() or file.is_symlink()}
    for file in files:
        if not (folder / file).is_file():
            raise WeightsError(f"{name}/{file} of {model} is a link to nothing. {_AGAIN}")
    unfinished = sorted(file for file in files if file.endswith((".incomplete", ".part", ".crdownload", ".aria2")))
    if unfinished:
        raise WeightsError(f"{name}/{unfinished[0]} of {model} is half-downloaded. {_AGAIN}")
    if not files:
        raise WeightsError(f"The component {name} of {model} is an empty folder. {_AGAIN}")
    for file in sorted(files & set(_CONFIGS)):
        _check_quantiser(read_json(folder / file, model), model, name)
    words = [file for file in files if file in _TOKENIZER_FILES or file.endswith((".model", ".tiktoken"))]
    if "Tokenizer" in class_name and not words and not class_name.startswith("ByT5"):  # bytes need no vocabulary
        raise WeightsError(f"The component {name} of {model} has no vocabulary ({class_name}). {_AGAIN}")
    if _has_weights(class_name):
        _check_weights(folder, files, model, class_name)


def _has_weights(class_name: str) -> bool:
    """Whether a component of this class is a network: everything but schedulers, tokenizers and processors."""
    others = ("Scheduler", "Tokenizer", "TokenizerFast", "Processor", "ProcessorPil", "ProcessorFast", "Guidance")
    return not class_name.endswith((*others, "FeatureExtractor"))


def _check_weights(folder: Path, files: set[str], model: str, class_name: str) -> None:
    name = folder.name
    if "config.json" not in files:
        raise WeightsError(f"The component {name} of {model} has no config.json ({class_name}). {_AGAIN}")
    weights = sorted(file for file in files if file.endswith(".safetensors"))
    if not weights:
        if pickles := sorted(file for file in files if file.endswith(PICKLES)):
            raise WeightsError(
                f"{model} has its {name} as a pickle only ({pickles[0]}), and opening a pickle can run code. "
                "Choose a repository with safetensors, or convert it."
            )
        for ending, form in _OTHER_FORMS.items():
            if any(file.endswith(ending) for file in files):
                raise WeightsError(f"{model} has its {name} as {form} only. Choose the repository with safetensors.")
        raise WeightsError(f"The component {name} of {model} has no weights (.safetensors). {_AGAIN}")
    for index in sorted(file for file in files if ".safetensors.index" in file):
        shards = read_json(folder / index, model).get("weight_map")
        if not isinstance(shards, dict) or not all(isinstance(shard, str) for shard in shards.values()):
            raise WeightsError(f"{name}/{index} of {model} names no weights. {_AGAIN}")
        for shard in sorted(set(shards.values())):
            if Path(shard).name != shard or shard not in files:
                raise WeightsError(f"{name}/{shard[:80]} of {model} is missing, which {index} names. {_AGAIN}")
    config = read_json(folder / "config.json", model)
    if all(key.startswith("_") for key in config):
        raise WeightsError(f"{name}/config.json of {model} holds no settings. {_AGAIN}")
    plain = "quantization_config" not in config
    for file in weights:
        fault = fault_of_weights(folder / file) or (plain and _fault_of_numbers(folder / file))
        if fault:
            raise WeightsError(f"{name}/{file} of {model} {fault}")


def _check_quantiser(config: dict, model: str, name: str) -> None:
    settings = config.get("quantization_config")
    if not isinstance(settings, dict):
        return
    method = str(settings.get("quant_method", "an unnamed method")).lower()[:40]
    package = _QUANTISERS.get(method.removesuffix("_4bit").removesuffix("_8bit"))
    try:
        importlib.metadata.version(package or "")
    except (importlib.metadata.PackageNotFoundError, ValueError) as error:
        needs = f"needs the package {package}" if package else "is not known here"
        raise WeightsError(
            f"The component {name} of {model} is quantised with {method}, which {needs}. "
            "Choose the repository with plain weights."
        ) from error
