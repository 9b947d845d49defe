"""The table of a recipe's fields: name, kind, range, what a left-out value means in each schema, and names elsewhere.

Pipeline, recipe, command line, page and API take their ranges and defaults from here, so that none can disagree.
Adding a field, or changing a default, is a new schema: add its number to the field's `defaults` and raise `SCHEMA`.
Never edit what is there: old links mean what they meant.
"""

import math
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pipeline.recipe.variation import MAX_SEED, Variation
from pipeline.stages import STAGE_ROWS

__all__ = ["DEFAULTS", "FIELDS", "MAX_NUM_IMAGES", "MAX_PROMPT_LENGTH", "MAX_SEED", "MAX_VARIATIONS", "SCHEMA"]
__all__ += ["Field", "unknown_schema"]

SCHEMA = 5  # of new recipes
MAX_PROMPT_LENGTH = 512
MAX_NUM_IMAGES = 5
MAX_VARIATIONS = 8
MAX_EDITS = 100  # of a picture
MAX_EDIT_LENGTH = 200  # characters
MAX_SIDE = 4096  # pixels
MAX_STEPS = 1000
MAX_GUIDANCE = 100.0


@dataclass(frozen=True)
class Field:
    """One field of the recipe.

    Attributes:
        name: in the record, in JSON and as the pipeline's argument.
        kind: "int", "float", "prompt", "name", "hex", or of several values: "hashes", "weights", "variations" or
            "edits".
        defaults: schema -> what a left-out value means from that schema on; the first one is when the field began.
        link: its key in a link.
        text: its key in the `parameters` text; None where that has a place of its own for it.
        low, high: the range of a number; of several values, of text: `high` is how many, or how long.
    """

    name: str
    kind: str
    defaults: Mapping[int, Any]
    link: str
    text: str | None = None
    low: float = 0
    high: float = math.inf

    @property
    def since(self) -> int:
        """The schema in which the field began."""
        return min(self.defaults)

    def default(self, schema: int) -> Any:
        """What a recipe of that schema means that leaves the field out."""
        return self.defaults[max(number for number in self.defaults if number <= schema)]

    def check(self, value: Any) -> Any:
        """The value in its canonical type (an int given for a float becomes one).

        Raises:
            ValueError: naming the field, what it takes and what it got. Nothing is rounded or cut.
        """
        return _CHECKS[self.kind](self, value)

    def read(self, text: str) -> Any:
        """The value from its text in a link or a `parameters` line. Text that is no number stays text, which `check`
        refuses by name.
        """
        try:
            if self.kind == "int":
                return int(text)
            if self.kind == "float":
                return float(text)
            if self.kind == "weights":
                return tuple(float(item) for item in text.split(",")) if text else ()
        except ValueError:
            return text[:80]
        if self.kind in ("hashes", "variations"):
            return tuple(text.split(",")) if text else ()
        if self.kind == "edits":
            return tuple(text.split("\n")) if text else ()
        return text

    def write(self, value: Any) -> str:
        """The inverse of `read`."""
        if self.kind == "edits":
            return "\n".join(value)
        return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _check_int(field: Field, value: Any) -> int:
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not field.low <= number <= field.high:
        raise ValueError(f"`{field.name}` takes a whole number from {field.low} to {field.high}, got {value!r}.")
    return number


def _check_float(field: Field, value: Any) -> float:
    return _number(field.name, value, field.low, field.high)


def _number(name: str, value: Any, low: float, high: float) -> float:
    try:
        number = math.nan if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not low <= number <= high:  # NaN fails this too
        raise ValueError(f"`{name}` takes a number from {low:g} to {high:g}, got {value!r}.")
    return number + 0.0  # -0.0 becomes 0.0


def _items(field: Field, value: Any) -> tuple:
    if isinstance(value, str) or not isinstance(value, (tuple, list)) or len(value) > field.high:
        raise ValueError(f"`{field.name}` takes up to {field.high} values, got {value!r}.")
    return tuple(value)


def _check_weights(field: Field, value: Any) -> tuple[float, ...]:
    return tuple(_number(field.name, item, 0.0, 1e6) for item in _items(field, value))


def _check_variations(field: Field, value: Any) -> tuple[str, ...]:
    return tuple(str(Variation.from_text(item)) for item in _items(field, value))


def _check_edits(field: Field, value: Any) -> tuple[str, ...]:
    for item in _items(field, value):
        if not isinstance(item, str) or not 0 < len(item) <= MAX_EDIT_LENGTH or not item.isprintable():
            raise ValueError(
                f"`{field.name}` takes operations of one line and up to {MAX_EDIT_LENGTH} characters, "
                f"got {str(item)[:60]!r}. `pipeline.scene.edit` says what there is."
            )
    return tuple(value)


def _check_hashes(field: Field, value: Any) -> tuple[str, ...]:
    for item in _items(field, value):
        if not (isinstance(item, str) and re.fullmatch(r"[0-9a-f]{64}", item)):
            raise ValueError(
                f"`{field.name}` takes sha256 values as 64 hex digits, got {item!r}. Use `pixels_sha256`."
            )
    return tuple(value)


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"`{field.name}` takes text, got {type(value).__name__}.")
    return value


def _check_hex(field: Field, value: Any) -> str:
    if not re.fullmatch(r"[0-9a-f]{0,64}", _text(field, value)):
        raise ValueError(f"`{field.name}` takes up to 64 hex digits, got {value!r}.")
    return value


def _check_name(field: Field, value: Any) -> str:
    if not re.fullmatch(r"[\w./@-]{1,200}", _text(field, value), re.ASCII):
        raise ValueError(f"`{field.name}` takes 1 to 200 letters, digits and `._/@-`, got {value!r}.")
    return value


def _check_prompt(field: Field, value: Any) -> str:
    if len(_text(field, value)) > field.high:
        raise ValueError(f"`{field.name}` takes up to {field.high} characters, got {len(value)}. Shorten it.")
    if bad := re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", value):
        raise ValueError(f"`{field.name}` takes text without control characters, got {bad[0]!r} at {bad.start()}.")
    return value


_CHECKS = {
    "int": _check_int,
    "float": _check_float,
    "prompt": _check_prompt,
    "name": _check_name,
    "hex": _check_hex,
    "hashes": _check_hashes,
    "weights": _check_weights,
    "variations": _check_variations,
    "edits": _check_edits,
}


def _stage_fields(name: str) -> list[Field]:
    """The fields of a stage's steps and guidance."""
    row = next(row for row in STAGE_ROWS if row.name == name)
    fields = [Field(row.steps, "int", row.steps_by_schema, row.link, row.text, 1, MAX_STEPS)]
    if row.guidance:
        texts = row.guidance_link, row.guidance_text
        fields.append(Field(row.guidance, "float", row.guidance_by_schema, *texts, 0.0, MAX_GUIDANCE))
    return fields


# In the order of links and of the `parameters` text, whose keys are those of AUTOMATIC1111 stable-diffusion-webui
# ("infotext") where it has them; readers skip the ones that they do not know.
FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        field.name: field
        for field in (
            Field("prompt", "prompt", {1: ""}, "prompt", high=MAX_PROMPT_LENGTH),
            Field("negative_prompt", "prompt", {1: ""}, "negative", high=MAX_PROMPT_LENGTH),
            Field("seed", "int", {1: 0}, "seed", "Seed", 0, MAX_SEED),
            *_stage_fields("decoder"),
            Field("width", "int", {1: 256}, "width", None, 16, MAX_SIDE),  # pixels
            Field("height", "int", {1: 256}, "height", None, 16, MAX_SIDE),
            Field("model", "name", {1: "easel"}, "model", "Model"),
            Field("weights_hash", "hex", {1: ""}, "weights", "Model hash"),
            *_stage_fields("prior"),
            *_stage_fields("super_res"),
            Field("image_hashes", "hashes", {1: ()}, "images", "Reference images", high=MAX_NUM_IMAGES),
            Field("image_weights", "weights", {1: ()}, "image_weights", "Reference weights", high=MAX_NUM_IMAGES),
            Field("fusion_type", "name", {1: "mean"}, "fusion", "Fusion"),
            # below 0.2 a reference says nothing beside the prompt, and the pipeline refuses it
            Field("similarity_strength", "float", {1: 0.7}, "similarity", "Similarity", 0.2, 1.0),
            Field("scheduler", "name", {5: "default"}, "scheduler", "Scheduler"),
            Field("variations", "variations", {2: ()}, "vary", "Variations", high=MAX_VARIATIONS),
            Field("variety", "float", {5: 0.7}, "variety", "Variety", 0.0, 1.0),
            Field("transparent", "int", {5: 0}, "transparent", "Transparent", 0, 1),
            Field("edits", "edits", {5: ()}, "edits", "Edits", high=MAX_EDITS),
        )
    }
)
DEFAULTS: Mapping[int, Mapping[str, Any]] = MappingProxyType(
    {
        schema: MappingProxyType(
            {name: field.default(schema) for name, field in FIELDS.items() if field.since <= schema}
        )
        for schema in range(1, SCHEMA + 1)
    }
)


def unknown_schema(schema: Any) -> ValueError:
    """What to raise for a recipe of a schema that this version does not know."""
    return ValueError(f"`schema` is one of {sorted(DEFAULTS)}, got {schema!r}. Update Easel to read it.")
