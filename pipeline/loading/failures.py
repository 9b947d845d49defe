"""Any exception of somebody else's model, as one sentence: which model, which class, what happened, what helps.

    raise WeightsError(say_failure(error, "sdxl-turbo", "StableDiffusionXLPipeline", "load")) from error

Libraries word their errors for whoever wrote the calling code. Whoever asked for a picture needs the remedy.
"""

import importlib.util
import re
from typing import Literal

from pipeline.loading.hardware import choose_device
from pipeline.loading.pairing import how_to_install

__all__ = ["is_out_of_memory", "say_failure"]

_DOING = {"load": "cannot be loaded", "draw": "could not draw this picture", "lora": "cannot take it"}
_NO_FIT = "Its files do not fit diffusers {version}. Download the repository again, or choose another one"
_LONGEST = 200  # characters of a library's own words
_OUT_OF_MEMORY = re.compile(r"out of memory|can't allocate memory|cannot allocate memory|insufficient memory", re.I)
_PACKAGES = (
    re.compile(r"No package metadata was found for ([\w-]+)"),
    re.compile(r"No module named '?([\w-]+)"),
    re.compile(r"pip install (?:-[uU] |--upgrade )*[`'\"]?([\w-]+)"),
    re.compile(r"[Rr]equires? (?:the )?`?([\w-]+)`? (?:library|package|>=|to be installed|but)"),
    re.compile(r"installed (?:version of )?`?([\w-]+)`?\b.*(?:not|please) install", re.I),
)
# What a library's words tell -> what to do about it; the first that is found counts.
_REMEDIES = (
    (r"custom code|trust_remote_code", "It brings program code of its own, which is not run here. Choose another one"),
    (r"git.?lfs", "Run git lfs pull in its folder"),
    (r"expected \[.*but only", "Components are missing. Download the whole repository"),
    (
        r"expected shape|size mismatch|mismatched_sizes|newly initialized|shape torch|do not match|CONVERSION",
        "Its weights do not fit their configuration. Download the repository again",
    ),
    (
        r"no file named|not appear to have|Unable to load weights|safetensor|header|checkpoint index|weight_map",
        "A file is missing or damaged. Download the repository again",
    ),
    (
        r"JSON|config|unexpected keyword|has no attribute|missing \d+ required|tokenizer|combination of arguments",
        _NO_FIT,
    ),
)
_DRAWING_REMEDIES = (
    (r"NoneType", "It lacks a component that it draws with. Download the whole repository, or choose another one"),
    (r"divisible by|multiple of", "Ask for a width and a height that it can draw"),
    (r"not implemented for '?(Half|BFloat16)|addmm_impl_cpu", "Start with --dtype float32"),
    (
        r"size of tensor|cannot be multiplied|size mismatch|channels",
        "Its parts do not fit together. Choose another one",
    ),
    (r"inductor|dynamo|C\+\+ compiler", "Leave --compile out"),
    (r"image input|`image`|reference", "Add a reference picture, or choose a model that needs none"),
    (r"too long|sequence length|index out of|int too big", "Shorten the prompt, or download its tokenizer again"),
    (r"num_inference_steps", "Ask for fewer steps, or download the repository again"),
    # What a configuration says is looked at when it is used.
    (
        r"must be one of|is not supported|choose one of|^NotImplementedError|^TypeError|^KeyError|^AttributeError",
        _NO_FIT,
    ),
)


def say_failure(error: BaseException, model: str, own_class: str, doing: Literal["load", "draw", "lora"]) -> str:
    """One sentence, or two, with the remedy.

    Args:
        error: what was raised.
        model: its name in recipes.
        own_class: its pipeline's class.
        doing: what was going on: it was loaded, it drew, or a LoRA was put into it.
    """
    words = " ".join(f"{error}".split())
    subject = f"{model} ({own_class}) {_DOING[doing]}"
    if is_out_of_memory(error):
        smaller = "Ask for a smaller picture, start" if doing == "draw" else "Start"
        less = "--offload sequential" if choose_device() in ("cuda", "xpu") else "--dtype bfloat16"
        remedy = f"{smaller} with {less}, or choose a smaller model"
        return f"{subject}: it needs more memory than is free. {remedy}."
    if package := _missing_package(error, words):
        return (
            f"{subject}: it needs the package {package}. Install it with {how_to_install(package)}, and start again."
        )
    reason = f"{type(error).__name__}: {_shorten(words)}" if words else type(error).__name__
    table, otherwise = {
        "load": (_REMEDIES, _NO_FIT),
        "draw": (_DRAWING_REMEDIES, "Change the settings, or choose another model"),
        "lora": ((), "It is made for another model, or damaged. Leave it out, or choose another LoRA"),
    }[doing]
    told = f"{type(error).__name__}: {words}"
    remedy = next((remedy for pattern, remedy in table if re.search(pattern, told, re.I)), otherwise)
    return f"{subject} ({reason}). {remedy.format(version=_version())}."


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, on the accelerator or beside it."""
    named = type(error).__name__ in ("OutOfMemoryError", "MemoryError")
    return named or isinstance(error, RuntimeError) and bool(_OUT_OF_MEMORY.search(str(error)))


def _missing_package(error: BaseException, words: str) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return error.name.partition(".")[0]
    if isinstance(error, NameError) and error.name and error.name.islower() and not _is_there(error.name):
        return error.name  # diffusers imports some packages where they are there, and uses them all the same
    in_place = isinstance(error, NameError) or "Placeholder" in words  # of a class that is made with torchvision
    if in_place and not _is_there("torchvision"):
        return "torchvision"
    if not isinstance(error, ImportError | ValueError | RuntimeError | LookupError):
        return ""
    if not isinstance(error, ImportError) and not re.search(r"install|package metadata", words):
        return ""
    return next((found[1].lower() for pattern in _PACKAGES if (found := pattern.search(words))), "")


def _is_there(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _shorten(words: str) -> str:
    words = words.replace("`", "").rstrip(" .:")
    return words if len(words) <= _LONGEST else words[:_LONGEST].rsplit(" ", 1)[0] + " ..."


def _version() -> str:
    import diffusers

    return diffusers.__version__
