"""The `parameters` text of AUTOMATIC1111-style readers: prompt, negative prompt, one line of `Key: value` pairs."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.recipe.schema import DEFAULTS, FIELDS, unknown_schema

__all__ = ["EXACT_PROMPT", "EXACT_NEGATIVE_PROMPT", "read_infotext", "read_parameters", "write_infotext"]
__all__ += ["write_parameters"]

EXACT_PROMPT, EXACT_NEGATIVE_PROMPT = "Easel prompt", "Easel negative prompt"
MAX_TEXT = 262_144  # characters that are looked at: what programs write has some thousands
_PAIR = re.compile(r'\s*+(\w[\w \-/]*+):\s*+("(?:\\.|[^\\"])*+"|[^,]*+)(?:,|$)')
_NEGATIVE = "Negative prompt:"
_STEPS = re.compile(r"(?<![\w-])Steps:\s*+\d++\s*+,")
_BESIDE = re.compile(r"\b(?:Seed|Sampler|CFG scale):")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
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


def read_parameters(text: str) -> tuple[int, dict[str, Any], tuple[str, ...]]:
    """(schema, values, notes) of a `parameters` text. Of another program's, what can be used is kept; the notes say in
    words what was not. Ours is taken as it is, and the record refuses what it cannot be.

    Raises:
        ValueError: there is no line of settings in it, or the schema is not known.
    """
    prompt, negative_prompt, pairs = read_infotext(text)
    if not re.fullmatch(r"\d{1,9}", pairs.get("Steps", "")) or not {"Seed", "Sampler", "CFG scale"} & pairs.keys():
        raise ValueError("`text` takes generation parameters; it has no line with `Steps:` and `Seed:`.")
    version = re.fullmatch(r"easel recipe (\d{1,4})", pairs.get("Version", ""))
    schema = int(version[1]) if version else 1
    if schema not in DEFAULTS:
        raise unknown_schema(schema)
    values = {**DEFAULTS[schema], "prompt": prompt, "negative_prompt": negative_prompt}
    given = {name: FIELDS[name].read(value) for key, value in pairs.items() if (name := _BY_KEY.get(key)) in values}
    if size := re.fullmatch(r"(\d{1,5})x(\d{1,5})", pairs.get("Size", "")):
        given |= {"width": int(size[1]), "height": int(size[2])}
    if version:
        return schema, values | given, ()
    notes: list[str] = []
    for name, value in (values | given).items():
        values[name] = _usable(name, value, DEFAULTS[schema][name], notes)
    return schema, values, tuple(notes)


def _usable(name: str, value: Any, default: Any, notes: list[str]) -> Any:
    """Another program's value if it can be one of ours, else what takes its place, with a note."""
    field, words = FIELDS[name], name.replace("_", " ")
    if field.kind == "prompt":
        value = _CONTROL.sub("", value)
        if len(value) > field.high:
            notes.append(f"The text's {words} has {len(value)} characters; the first {field.high:.0f} were kept.")
        value = value[: int(field.high)]
    try:
        return field.check(value)
    except ValueError:
        pass
    taken = default
    if name == "seed" and isinstance(value, int) and value > field.high:
        taken = value % (int(field.high) + 1)
    if name == "weights_hash":  # of a model that the note on its name speaks of
        return default
    notes.append(f"The text's {words} {str(value)[:40]} cannot be used here; {field.write(taken)} took its place.")
    return taken


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
    """(prompt, negative prompt, pairs) of a text that this or another program wrote.

    Raises:
        ValueError: it is longer than any that a program writes.
    """
    if len(text) > MAX_TEXT:
        raise ValueError(f"`text` takes up to {MAX_TEXT} characters, got {len(text)}.")
    head, line = _parted(text)
    pairs = {key.strip(): _unquoted(value) for key, value in _pairs(line)}
    prompt, negative_prompt = _split_prompts(head)
    return pairs.pop(EXACT_PROMPT, prompt), pairs.pop(EXACT_NEGATIVE_PROMPT, negative_prompt), pairs


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """Every `Key: value` of a line; what is none is passed over up to the next comma. Time grows with its length."""
    at = 0
    while at < len(line):
        found = _PAIR.match(line, at)
        if found:
            yield found[1], found[2]
        at = found.end() if found else (line.find(",", at) + 1 or len(line))


def _parted(text: str) -> tuple[str, str]:
    """(prompts, line of settings): the last line that is one; what stands before "Steps:" in it is prompt, and what
    follows it (templates of other programs) is nothing."""
    lines = text.strip().split("\n")
    for number in range(len(lines) - 1, -1, -1):
        found = _STEPS.search(lines[number])
        if found and _BESIDE.search(lines[number], found.end()):
            head, line = lines[number][: found.start()], lines[number][found.start() :]
            return "\n".join([*lines[:number], *([head.rstrip(" ,.")] if head.strip() else [])]), line
    return "\n".join(lines[:-1]), lines[-1]


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
