"""The schedulers that a model can be drawn with, by diffusers' names."""

import importlib.util
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline

__all__ = ["compatible_schedulers", "scheduler_for"]

_OTHER_MODELS = ("EDMEulerScheduler",)  # listed by diffusers with the others, made for other networks


def compatible_schedulers(class_name: str) -> tuple[str, ...]:
    """Names of the schedulers that can stand in for one, itself among them; none where no other can."""
    import diffusers

    own = getattr(diffusers, class_name, None)
    names = {class_name, *getattr(own, "_compatibles", ())} - {*_OTHER_MODELS}
    usable = sorted(name for name in names if _is_usable(getattr(diffusers, name, None)))
    return tuple(usable) if len(usable) > 1 and class_name in usable else ()


def _is_usable(own_class: Any) -> bool:
    packages = getattr(own_class, "_backends", ())  # of the empty class that stands for absent packages
    return own_class is not None and all(importlib.util.find_spec(package) is not None for package in packages)


def scheduler_for(pipe: "DiffusionPipeline", name: str) -> Any:
    """A scheduler of that name with the settings of the pipeline's own."""
    import diffusers

    return getattr(diffusers, name).from_config(pipe.scheduler.config)
