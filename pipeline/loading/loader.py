"""From a repository's folder to a pipeline that draws: whole, safe to open, and with every weight really read."""

import inspect
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.loading.adapter import AdaptedPipeline
from pipeline.loading.capabilities import Capabilities
from pipeline.loading.errors import WeightsError
from pipeline.loading.failures import say_failure
from pipeline.loading.repository import check_repository, components_of, pipeline_class, read_defaults, read_index

if TYPE_CHECKING:  # diffusers takes seconds to import
    import torch

__all__ = ["load_adapted"]


def load_adapted(
    folder: str | Path, capabilities: Capabilities, *, device: str = "cpu", dtype: "torch.dtype | None" = None
) -> AdaptedPipeline:
    """The repository in ``folder``, ready to draw. Reads local files only.

    Args:
        device: where its modules go.
        dtype: of its weights; None is float32.

    Raises:
        WeightsError: weights are missing, pickled, damaged, do not fit their configuration or the memory.
    """
    import torch

    folder = Path(folder)
    own_class = pipeline_class(folder, capabilities.model)
    check_repository(folder, capabilities.model)
    _check_connected(own_class, folder, capabilities.model)
    missing = _MissingWeights()
    try:
        with missing:
            pipe = own_class.from_pretrained(folder, **_options(own_class, folder, dtype or torch.float32))
        for component in pipe.components.values():
            if isinstance(component, torch.nn.Module):
                component.eval()
        if missing.found:
            raise WeightsError(
                f"The weights of {capabilities.model} do not fit their configuration: {missing.found[0]} is not in "
                "its files. Download the repository again."
            )
        pipe = pipe.to(device)
    except WeightsError:
        raise
    except Exception as error:  # anything can be raised out of somebody else's files
        raise WeightsError(say_failure(error, capabilities.model, own_class.__name__, "load")) from error
    defaults = read_defaults(folder, capabilities.model)
    return AdaptedPipeline(
        pipe, capabilities, fixed=defaults.get("fixed", {}), other_steps=defaults.get("other_steps", {})
    )


def _options(own_class: type, folder: Path, dtype: "torch.dtype") -> dict:
    """Of `from_pretrained`."""
    options = {"use_safetensors": True, "local_files_only": True, "dtype": dtype}
    if "add_watermarker" in inspect.signature(own_class.__init__).parameters:
        options["add_watermarker"] = False  # ours closes the chain; a second one would cost quality for nothing
    if (variant := _variant(folder)) is not None:
        options["variant"] = variant
    _restore_moved_modules()
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


class _MissingWeights(logging.Handler):
    """Hears diffusers and transformers say that they made up weights which a file lacks: they log it and go on."""

    _LOGGERS = ("diffusers.models.modeling_utils", "transformers.modeling_utils", "transformers.utils.loading_report")
    # Heads that a pipeline never calls.
    _UNUSED = re.compile(
        r"^(lm_head|pooler|text_projection|visual_projection|logit_scale|cls|classifier)\b|\.pooler\."
    )

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []
        self._levels: list[tuple[logging.Logger, int]] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if "newly initialized" not in said and "MISSING" not in said:
            return
        plain = re.sub(r"\x1b\[[0-9;]*m", "", said)
        rows = re.findall(r"^(\S+)\s*\|\s*MISSING", plain, re.M)  # of transformers' table
        listed = re.search(r"newly initialized[^:]*: *\[([^\]]*)\]", plain)  # of diffusers' sentence
        rows += re.findall(r"'([^']+)'", listed[1]) if listed else []
        self.found += [row for row in rows if not self._UNUSED.search(row)]

    def __enter__(self) -> None:
        for name in self._LOGGERS:
            logger = logging.getLogger(name)
            self._levels.append((logger, logger.level))
            logger.addHandler(self)
            if logger.getEffectiveLevel() > logging.WARNING:
                logger.setLevel(logging.WARNING)

    def __exit__(self, *raised) -> None:
        for logger, level in self._levels:
            logger.removeHandler(self)
            logger.setLevel(level)


def _restore_moved_modules() -> None:
    """Let diffusers find components again whose modules it moved: repositories name the old place."""
    import diffusers
    from diffusers.pipelines.deprecated import unclip, wuerstchen

    diffusers.pipelines.unclip = unclip  # ["unclip", "UnCLIPTextProjModel"], as Karlo's index says
    diffusers.pipelines.wuerstchen = wuerstchen  # ["wuerstchen", "PaellaVQModel"]
    diffusers.UnCLIPTextProjModel = unclip.UnCLIPTextProjModel  # ["diffusers", ...], as `save_pretrained` writes now
    for name in ("PaellaVQModel", "WuerstchenDiffNeXt", "WuerstchenPrior"):
        setattr(diffusers, name, getattr(wuerstchen, name))
