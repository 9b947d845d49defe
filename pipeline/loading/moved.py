"""Modules that diffusers moved among its deprecated ones, under the names that repositories have for them.

restore_moved(components_of(read_index(folder, model)))
"""

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

__all__ = ["is_moved", "restore_moved"]


def is_moved(library: str) -> bool:
    """Whether a component's library, as an index names it, is one of diffusers' deprecated pipelines."""
    return library in _moved()


def restore_moved(components: Mapping[str, tuple[str, str]]) -> None:
    """Let diffusers find components of moved modules again.

    An index names the old place, ["unclip", "UnCLIPTextProjModel"], or, as `save_pretrained` writes now,
    ["diffusers", "UnCLIPTextProjModel"]; diffusers has neither.

    Args:
        components: name -> (library, class), of an index.
    """
    import diffusers

    library: Any = diffusers  # a module that takes new names
    for module, class_name in components.values():
        if module in _moved() and not hasattr(library.pipelines, module):
            setattr(library.pipelines, module, _import(module))
        if module == "diffusers" and not hasattr(library, class_name):
            owner = next((found for found in map(_import, _moved()) if hasattr(found, class_name)), None)
            if owner is not None:
                setattr(library, class_name, getattr(owner, class_name))


def _moved() -> tuple[str, ...]:
    from diffusers.pipelines import deprecated

    return tuple(module.name for module in pkgutil.iter_modules(deprecated.__path__) if module.ispkg)


def _import(module: str) -> Any:
    return importlib.import_module(f"diffusers.pipelines.deprecated.{module}")
