"""The `parameters` text of AUTOMATIC1111-style readers: prompt, negative prompt, one line of `Key: value` pairs."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pipeline.recipe.schema import DEFAULTS, FIELDS, unknown_schema

__all__ = ["EXACT_PROMPT", "EXACT_NEGATIVE_PROMPT", "read_infotext", "read_parameters", "write_infotext"]
__all__ += ["write_parameters"]

EXACT_PROMPT, EXACT_NEGATIVE_PROMPT = "Easel prompt", "Easel negative prompt"
_PAIR = re.compile(r'\s*(\w[\w \-/]*):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')
_NEGATIVE = "Negative prompt:"
_BY_KEY = {field.text: name for name, field in FIELDS.items() if field.text}


def write_parameters(schema: int, values: Mapping[str, Any]) -> str:
    """The text of a recipe: what other programs read first, in their order, then every other field of the schema."""
    pairs = {"Steps": str(values["num_inference_steps"]), "Sampler": "Euler"}
    pairs |= {"CFG scale": repr(values["guidance_scale"]), "Seed": str(values["seed"])}
    pairs["Size"] = f"{values['width']}x{values['height']}"
    for name in DEFAULTS[schema]:
        field = FIELDS[name]
        if field.text and field.text not in pairs and (text := field.write(values[name])):
            pairs[field.text] = text
    pairs["Version"] = f"easel recipe {schema}"
    return write_infotext(values["prompt"], values["negative_prompt"], pairs)


def read_parameters(text: str) -> tuple[int, dict[str, Any]]:
    """(schema, values) of a `parameters` text, ours or another program's as far as it has the same settings.

    Raises:
        ValueError: the last line is not a line of settings with `Steps` and `Seed`, or the schema is not known.
    """
    prompt, negative_prompt, pairs = read_infotext(text)
    if not {"Steps", "Seed"} <= pairs.keys():
        raise ValueError("`text` takes generation parameters; its last line has no `Steps:` and `Seed:`.")
    version = re.fullmatch(r"easel recipe (\d{1,4})", pairs.get("Version", ""))
    schema = int(version[1]) if version else 1
    if schema not in DEFAULTS:
        raise unknown_schema(schema)
    values = {**DEFAULTS[schema], "prompt": prompt, "negative_prompt": negative_prompt}
    for key, value in pairs.items():
        name = _BY_KEY.get(key)
        if name in values:
            values[name] = FIELDS[name].read(value)
        elif key == "Size" and (size := re.fullmatch(r"(\d{1,5})x(\d{1,5})", value)):
            values["width"], values["height"] = int(size[1]), int(size[2])
    return schema, values


def write_infotext(prompt: str, negative_prompt: str, pairs: dict[str, str]) -> str:
    """Lay out both prompts and the pairs, in their order.

    A prompt that this layout cannot carry (spaces at its ends, a line that starts with "Negative prompt:") is
    repeated exactly, quoted, in the last line.
    """
    head = [prompt] + ([f"{_NEGATIVE} {negative_prompt}"] if negative_prompt else [])
    read = _split_prompts("\n".join(head))
    exact = {}
    if read[0] != prompt:
        exact[EXACT_PROMPT] = prompt
    if read[1] != negative_prompt:
        exact[EXACT_NEGATIVE_PROMPT] = negative_prompt
    line = ", ".join(f"{key}: {_quoted(key, value)}" for key, value in (pairs | exact).items())
    return "\n".join([*head, line])


def read_infotext(text: str) -> tuple[str, str, dict[str, str]]:
    """(prompt, negative prompt, pairs) of a text that this or another program wrote."""
    head, _, line = text.strip().rpartition("\n")
    pairs = {key.strip(): _unquoted(value) for key, value in _PAIR.findall(line)}
    prompt, negative_prompt = _split_prompts(head)
    return pairs.pop(EXACT_PROMPT, prompt), pairs.pop(EXACT_NEGATIVE_PROMPT, negative_prompt), pairs


def _split_prompts(head: str) -> tuple[str, str]:
    """(prompt, negative prompt) of the lines before the settings, as other readers take them: each line stripped."""
    prompt: list[str] = []
    negative: list[str] = []
    for line in map(str.strip, head.strip().split("\n")):
        if line.startswith(_NEGATIVE):
            negative.append(line.removeprefix(_NEGATIVE).strip())
        else:
            (negative if negative else prompt).append(line)
    return "\n".join(prompt).strip(), "\n".join(negative).strip()


def _quoted(key: str, text: str) -> str:
    exact = key in (EXACT_PROMPT, EXACT_NEGATIVE_PROMPT) or re.search(r'[,:"\n]', text)
    return json.dumps(text, ensure_ascii=False) if exact else text


def _unquoted(text: str) -> str:
    text = text.strip()
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text
