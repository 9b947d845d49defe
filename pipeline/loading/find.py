"""The model that `--model` names: a folder of ours or of diffusers, or a Hub name."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.loading.adapter import AdaptedPipeline
from pipeline.loading.capabilities import EASEL, Capabilities
from pipeline.loading.defaults import OWN_FILE
from pipeline.loading.errors import WeightsError
from pipeline.loading.hardware import choose_device
from pipeline.loading.hub import fetch
from pipeline.loading.loader import load_adapted, settle_dtype
from pipeline.loading.lora import Lora, find_loras, name_loaded, with_loras
from pipeline.loading.options import AUTO, LoadOptions
from pipeline.loading.repository import check_repository, download, pipeline_class, read_capabilities
from pipeline.loading.single_file import check_single_file, settings_of
from pipeline.loading.weights import (
    DEFAULT_WEIGHTS,
    HASH_LENGTH,
    INDEX,
    SUMS,
    load_pipeline,
    name_weights,
    weights_hash,
)

if TYPE_CHECKING:
    from pipeline.text_to_image import TextToImagePipeline

__all__ = ["FoundModel", "find_model"]

_OURS = "TextToImagePipeline"
_HUB_PAGE = re.compile(r"^(?:https?:/+)?(?:www\.)?(?:huggingface\.co|hf\.co)/")
_HUB_NAME = re.compile(r"(\w[\w.-]*/[\w.-]+?)(?:@([\w.-]+))?", re.ASCII)  # owner/name, perhaps @revision
_CONFIGURATION = (INDEX, "*/config.json", "*/scheduler_config.json", "README.md", SUMS, OWN_FILE)


@dataclass(frozen=True)
class FoundModel:
    """A model that was asked for, before it is loaded.

    Attributes:
        capabilities: its name in recipes and what it can be asked for.
        weights_hash: 12 hex digits that tell its weights, and the numbers that they are loaded as, from others; ""
            where they are not known, as of weights that are not here yet: what is loaded then has it.
        load: loads it on this machine's device; takes seconds to minutes, raises `WeightsError`.
    """

    capabilities: Capabilities
    weights_hash: str
    load: "Callable[[], TextToImagePipeline | AdaptedPipeline]"


def find_model(name: str | Path = DEFAULT_WEIGHTS, options: LoadOptions = AUTO) -> FoundModel:
    """The model that ``--model`` names: a folder of ours, or of diffusers, or a Hub name (``owner/name[@revision]``).

    A single checkpoint file is one too, and the address of a repository's page on the Hub is as good as its name. Our
    own folder, where it is absent or damaged, is reported when it is loaded, so that the page can say so. The Hub is
    asked only for a name that is no folder here; of the repository only its configuration is fetched before ``load``.

    Args:
        options: how a model that is not ours is loaded.

    Raises:
        WeightsError: the repository cannot be found, or is not a text-to-image repository.
    """
    if not str(name).strip():
        raise WeightsError("`--model` is empty. Pass a folder or a Hub name (owner/name), or leave it out.")
    path = Path(name).expanduser()
    try:
        path.exists()
    except OSError as error:
        raise WeightsError(
            f"`--model` takes a folder, a file or a Hub name (owner/name), got one that cannot be looked for "
            f"({error.strerror}): {str(name)[:80]}."
        ) from error
    text = _HUB_PAGE.sub("", str(name)).replace("/tree/", "@").rstrip("/")
    if not path.exists() and (match := _HUB_NAME.fullmatch(text)):
        return _find_on_hub(match[1], match[2], options)
    if path == DEFAULT_WEIGHTS or (path.is_dir() and _is_ours(path)):
        _check_own_options(options)
        return FoundModel(EASEL, weights_hash(path), lambda: load_pipeline(path, device=choose_device(options.device)))
    if not path.exists():
        raise WeightsError(_nothing_there(str(name), path))
    if path.is_file():
        return _find_single_file(path, options)
    model = re.sub(r"[^\w.@-]+", "-", path.resolve().name, flags=re.ASCII)[:200] or "model"
    pipeline_class(path, model)  # what it is comes before what it lacks
    check_repository(path, model)
    loras = find_loras(options.loras)
    capabilities = _as_asked(read_capabilities(path, model), loras, options)
    settled = settle_dtype(path, model, options) or options

    def load() -> AdaptedPipeline:
        return load_adapted(path, capabilities, settled, loras=loras)

    return FoundModel(capabilities, name_loaded(name_weights(path), loras, settled), load)


def _find_single_file(path: Path, options: LoadOptions) -> FoundModel:
    check_single_file(path)
    model = re.sub(r"[^\w.@-]+", "-", path.stem, flags=re.ASCII)[:200] or "model"
    settings = settings_of(path, lambda repository, patterns: fetch(repository, None, patterns))
    loras = find_loras(options.loras)
    capabilities = _as_asked(read_capabilities(settings, model), loras, options)
    settled = settle_dtype(settings, model, options, checkpoint=path) or options

    def load() -> AdaptedPipeline:
        return load_adapted(settings, capabilities, settled, loras=loras, checkpoint=path)

    return FoundModel(capabilities, name_loaded(name_weights(path), loras, settled), load)


def _nothing_there(name: str, path: Path) -> str:
    """Why a name that is no folder here is no model, and what to pass."""
    want = "Pass the folder of a diffusers text-to-image pipeline, or a Hub name (owner/name)."
    name = " ".join(name.split())
    if "://" in name or re.match(r"https?:/", name):
        return (
            f"{name[:200]} is an address, and files are not fetched from addresses. Download it and pass the file, or "
            "pass a folder or a Hub name (owner/name)."
        )
    if len(path.parts) == 1 and not path.suffix:
        return f"There is no folder {name} here, and a name on the Hub has an owner before it: owner/{name}. {want}"
    return (
        f"There is no weights folder at {path}. {want} Easel's own weights are made with "
        f"`python -m pipeline.training.export --output {path}`."
    )


def _find_on_hub(repository: str, revision: str | None, options: LoadOptions) -> FoundModel:
    folder = fetch(repository, revision, _CONFIGURATION)
    commit = folder.name  # the cache names a snapshot's folder by its commit
    if _is_ours(folder):
        _check_own_options(options)
        return FoundModel(
            EASEL,
            weights_hash(folder),
            lambda: load_pipeline(fetch(repository, commit, None), device=choose_device(options.device)),
        )
    loras = find_loras(options.loras)
    capabilities = _as_asked(read_capabilities(folder, repository), loras, options)

    known = settle_dtype(folder, repository, options)

    def named(settled: LoadOptions) -> str:
        return name_loaded(commit[:HASH_LENGTH], loras, settled)

    def load() -> AdaptedPipeline:
        there = download(folder, repository, commit)
        settled = known or settle_dtype(there, repository, options) or options
        pipe = load_adapted(there, capabilities, settled, loras=loras)
        pipe.weights_hash = named(settled)
        return pipe

    return FoundModel(capabilities, named(known) if known else "", load)


def _as_asked(capabilities: Capabilities, loras: Sequence[Lora], options: LoadOptions) -> Capabilities:
    try:
        return with_loras(capabilities, loras).in_batches(options.batch)
    except ValueError as error:
        raise WeightsError(str(error)) from error


def _check_own_options(options: LoadOptions) -> None:
    """Refuse what has no effect on our own model.

    Raises:
        WeightsError: naming the option.
    """
    if options.for_others:
        raise WeightsError(
            f"`{options.for_others[0]}` is for other models and has no effect on Easel's own. Leave it out, or name "
            "a model with `--model`."
        )
    if options.device != "auto":
        choose_device(options.device)


def _is_ours(folder: Path) -> bool:
    """Whether the folder is of our own format, by its index, or by its checksums where that is missing or damaged."""
    try:
        name = json.loads((folder / INDEX).read_text(encoding="utf-8"))["_class_name"]
    except (OSError, ValueError, KeyError, TypeError):
        return (folder / SUMS).exists()
    return name == _OURS or isinstance(name, list) and _OURS in name
