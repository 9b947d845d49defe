"""JSON bodies of programs: parsed strictly, and checked against a JSON Schema as far as the doors use it.

    check(body, {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}})

A `Violation` says where (a JSON pointer), which rule, and what was there instead. Every door words it in its own way;
`aws_sentence` is how AWS words it.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["Malformed", "Violation", "aws_sentence", "check", "parse"]

_HALF = re.compile("[\ud800-\udfff]")  # no text can be written with one of these alone
_TYPES = {
    "object": Mapping, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
}  # fmt: skip


class Malformed(ValueError):
    """The body is not JSON."""


class Violation(ValueError):
    """A body breaks a rule of its schema.

    Args:
        path: where, from the outside in: keys and indices.
        keyword: of JSON Schema.
        expected: the keyword's value in the schema.
        actual: what was there; of strings and lists that are too short or too long their length.
    """

    def __init__(self, path: tuple[str | int, ...], keyword: str, expected: Any, actual: Any):
        super().__init__(f"{'/'.join(map(str, path)) or 'the body'}: {keyword} is {expected!r}, got {actual!r}")
        self.path, self.keyword, self.expected, self.actual = path, keyword, expected, actual

    @property
    def pointer(self) -> str:
        """As RFC 6901 writes it in a URI: "#/textToImageParams/text"."""
        parts = (str(part).replace("~", "~0").replace("/", "~1") for part in self.path)
        return "/".join(("#", *parts))


def parse(data: bytes) -> Any:
    """Bytes -> value. Not-a-number, repeated keys, halves of characters and nesting beyond any use are refused.

    Raises:
        Malformed: a sentence that says what is wrong.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict:
        found = dict(items)
        if len(found) != len(items):
            seen: set[str] = set()
            twice = next(key for key, _ in items if key in seen or seen.add(key))
            raise Malformed(f"The key {twice[:80]!r} is there twice.")
        return found

    def constant(name: str):
        raise Malformed(f"{name} is not a JSON number.")

    try:
        value = json.loads(data, object_pairs_hook=pairs, parse_constant=constant)
        halved = b"\\u" in data and _HALF.search(json.dumps(value, ensure_ascii=False))
    except Malformed:
        raise
    except RecursionError as error:
        raise Malformed("The body is nested too deeply.") from error
    except ValueError as error:  # JSONDecodeError, UnicodeDecodeError, an integer of too many digits
        raise Malformed(f"The body is not JSON: {str(error)[:120]}.") from error
    if halved:
        raise Malformed("The body holds half of a character, a surrogate without the other one.")
    return value


def check(value: Any, schema: Mapping[str, Any], path: tuple[str | int, ...] = ()) -> None:
    """Check a value against a schema: type, enum, bounds, lengths, pattern, items, properties, required.

    Unknown properties are refused where the schema says ``additionalProperties: False``; None stands for a left-out
    property that is not required.

    Raises:
        Violation: the first rule that is broken.
    """
    kind = schema.get("type")
    if kind is not None:
        right = isinstance(value, _TYPES[kind]) and not (isinstance(value, bool) and kind != "boolean")
        if not right or (isinstance(value, float) and not math.isfinite(value)):
            raise Violation(path, "type", kind, value)
    if "enum" in schema and value not in schema["enum"]:
        raise Violation(path, "enum", schema["enum"], value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value < schema.get("minimum", -math.inf):
            raise Violation(path, "minimum", schema["minimum"], value)
        if value > schema.get("maximum", math.inf):
            raise Violation(path, "maximum", schema["maximum"], value)
    if isinstance(value, (str, list)):
        low, high = ("minLength", "maxLength") if isinstance(value, str) else ("minItems", "maxItems")
        if len(value) < schema.get(low, 0):
            raise Violation(path, low, schema[low], len(value))
        if len(value) > schema.get(high, math.inf):
            raise Violation(path, high, schema[high], len(value))
    if isinstance(value, str) and _HALF.search(value):
        raise Violation(path, "pattern", "whole characters", _HALF.sub("\ufffd", value))
    if isinstance(value, str) and "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        raise Violation(path, "pattern", schema["pattern"], value)
    if isinstance(value, list):
        for index, item in enumerate(value):
            check(item, schema.get("items", {}), (*path, index))
    if isinstance(value, Mapping):
        _check_object(value, schema, path)


def _check_object(value: Mapping, schema: Mapping[str, Any], path: tuple[str | int, ...]) -> None:
    required, properties = schema.get("required", ()), schema.get("properties", {})
    for key in required:
        if value.get(key) is None:
            raise Violation(path, "required", key, None)
    for key, item in value.items():
        if key in properties:
            if item is not None or key in required:
                check(item, properties[key], (*path, key))
        elif schema.get("additionalProperties", True) is False:
            raise Violation(path, "additionalProperties", sorted(properties), key)


def aws_sentence(violation: Violation) -> str:
    """The rule in the words of AWS' own validator: the pointer, the rule and the actual value."""
    actual, expected = violation.actual, violation.expected
    rule = {
        "type": lambda: f"expected type: {expected.capitalize()}, found: {_json_type(actual)}",
        "enum": lambda: (
            f"{_short(actual)} is not a valid enum value, expected one of [{', '.join(map(str, expected))}]"
        ),
        "minimum": lambda: f"{actual} is not greater or equal to {expected}",
        "maximum": lambda: f"{actual} is not less or equal to {expected}",
        "minLength": lambda: f"expected minLength: {expected}, actual: {actual}",
        "maxLength": lambda: f"expected maxLength: {expected}, actual: {actual}",
        "minItems": lambda: f"expected minimum item count: {expected}, found: {actual}",
        "maxItems": lambda: f"expected maximum item count: {expected}, found: {actual}",
        "pattern": lambda: f"string [{_short(actual)}] does not match pattern {expected}",
        "required": lambda: f"required key [{expected}] not found",
        "additionalProperties": lambda: f"extraneous key [{_short(actual)}] is not permitted",
    }.get(violation.keyword, lambda: f"expected {violation.keyword}: {expected}, actual: {_short(actual)}")
    return f"{violation.pointer}: {rule()}"


def _json_type(value: Any) -> str:
    """What AWS' validator calls a value's type."""
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    names = {str: "String", int: "Integer", float: "Double", list: "JSONArray", dict: "JSONObject"}
    return names.get(type(value), type(value).__name__)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"
