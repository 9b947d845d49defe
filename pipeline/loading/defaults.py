"""What a model begins with, as data: `defaults.json` beside this module, and a file of that form in a model's folder.

Signatures of diffusers give one number a class; models of one class differ. A rule says when it counts and what it
sets. All that match count, in order, the model's own file last:

    {"rules": [{"when": {"class": "StableDiffusionXLPipeline", "name": "turbo"},
                "then": {"num_inference_steps": 4, "guidance_scale": null, "fixed": {"guidance_scale": 0.0}}}]}

`when` takes ``class`` (one, or a list), ``name`` (a regular expression, looked for in the model's name without case)
and ``config`` (``component.key`` -> its value, or a list of values; null is what is not there; the component "index"
is model_index.json). `then` takes the controls (null: the model has none), ``width`` and ``height`` in pixels,
``size_step`` (of both, in pixels), ``latent_side`` (where no configuration names one), ``size`` ("config": before the
signature), ``negative_prompt`` (whether it takes one), ``sizes`` and ``schedulers`` (false: only its own), ``batches``
(false: one picture a call), ``fixed`` (arguments of the call that are passed unless a control or the recipe says
otherwise), ``other_steps`` (arguments that are passed with any other number of steps than the first) and ``dtype``
("bfloat16": never float16; "float32").
"""

import functools
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipeline.loading.capabilities import CONTROLS
from pipeline.loading.errors import WeightsError
from pipeline.recipe import FIELDS

__all__ = ["OWN_FILE", "find_defaults", "text_to_image_classes"]

OWN_FILE = "easel_defaults.json"  # in a model's folder
_NUMBERS = ("width", "height", "size_step", "latent_side")
_SWITCHES = ("negative_prompt", "sizes", "schedulers", "batches")
_THEN = {*CONTROLS, *_NUMBERS, *_SWITCHES, "size", "fixed", "other_steps", "dtype"}
_WHEN = {"class", "name", "config"}


def find_defaults(
    class_name: str, names: tuple[str, ...], config: Callable[[str], Mapping[str, Any]], folder: Path
) -> dict[str, Any]:
    """What the rules set for one model.

    Args:
        class_name: of its pipeline.
        names: what it is called: its name here, and the one that its index records.
        config: a component's configuration, {} where there is none; "index" is the index.
        folder: where the model's own file may lie.

    Raises:
        WeightsError: the model's own file is not of this form.
    """
    found: dict[str, Any] = {}
    for rule in (*_read_rules(None), *_read_rules(folder / OWN_FILE)):
        if _counts(rule.get("when", {}), class_name, names, config):
            found |= rule["then"]
    return found


@functools.cache
def text_to_image_classes() -> frozenset[str]:
    """Pipelines that draw a picture from a sentence, besides those that diffusers' AutoPipeline maps to that task."""
    return frozenset(json.loads(_ours().read_text(encoding="utf-8"))["text_to_image"])


def _ours() -> Path:
    return Path(__file__).with_suffix(".json")


def _read_rules(file: Path | None) -> list[dict]:
    path = file or _ours()
    if not path.is_file():
        return []
    try:
        rules = json.loads(path.read_text(encoding="utf-8"))["rules"]
        for rule in rules:
            _check_rule(rule)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, re.error) as error:
        reason = str(error) if type(error) is ValueError else f"{type(error).__name__}: {str(error)[:80]}"
        raise WeightsError(
            f"{path.name} of this model is not as docs/other-models.md says ({reason}). Mend it, or remove it."
        ) from error
    return rules


def _check_rule(rule: dict) -> None:
    if unknown := sorted({*rule} - {"why", "when", "then"}) + sorted({*rule.get("when", {})} - _WHEN):
        raise ValueError(f"a rule has no {unknown[0]!r}")
    if unknown := sorted({*rule["then"]} - _THEN):
        raise ValueError(f"nothing is called {unknown[0]!r}")
    re.compile(rule.get("when", {}).get("name", ""))
    for name, value in rule["then"].items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in CONTROLS and value is not None:
            low, high = FIELDS[name].low, FIELDS[name].high
            if not (number and low <= value <= high):
                raise ValueError(f"{name} takes a number from {low:g} to {high:g}, or null, got {value!r}")
        if name in _NUMBERS and not (number and isinstance(value, int) and 1 <= value <= 8192):
            raise ValueError(f"{name} takes a whole number of pixels, got {value!r}")
        if name == "fixed" and not isinstance(value, dict) or name in _SWITCHES and not isinstance(value, bool):
            raise ValueError(f"{name} cannot be {value!r}")
    if len({"width", "height"} & rule["then"].keys()) == 1:
        raise ValueError("width and height belong together")


def _counts(when: Mapping, class_name: str, names: tuple[str, ...], config: Callable[[str], Mapping]) -> bool:
    if "class" in when and class_name not in _listed(when["class"]):
        return False
    if "name" in when and not any(re.search(when["name"], name, re.I) for name in names):
        return False
    for path, wanted in when.get("config", {}).items():
        component, _, key = path.partition(".")
        if config(component).get(key) not in _listed(wanted):
            return False
    return True


def _listed(value: Any) -> list:
    return value if isinstance(value, list) else [value]
