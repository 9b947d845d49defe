"""Records as JSON's own types and back, with sentences for what is none."""

import dataclasses
from dataclasses import fields
from typing import Any

__all__ = ["known", "made", "plain"]


def made(kind: type, values: Any) -> Any:
    """The record of its fields' values; ValueError where one that it needs is missing."""
    values = known(kind, values)
    missing = [
        one.name
        for one in fields(kind)
        if one.name not in values and one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise ValueError(f"`{kind.__name__.lower()}` needs `{missing[0]}`.")
    return kind(**values)


def known(kind: type, values: Any) -> dict[str, Any]:
    """The fields' values; ValueError for what is no object, or has a field that the record has not."""
    if not isinstance(values, dict):
        raise ValueError(f"`{kind.__name__.lower()}` must be an object, got {type(values).__name__}.")
    names = [one.name for one in fields(kind)]
    for name in values:
        if name not in names:
            raise ValueError(f"`{kind.__name__.lower()}` has no field {name!r}. Its fields: {', '.join(names)}.")
    return dict(values)


def plain(value: Any) -> Any:
    """A record, or a list of them, as JSON's own types; fields at their default are left out."""
    if hasattr(value, "as_list"):
        return value.as_list()
    if dataclasses.is_dataclass(value):
        kept = {}
        for one in fields(value):
            own = getattr(value, one.name)
            default = one.default if one.default is not dataclasses.MISSING else None
            if one.default_factory is not dataclasses.MISSING:
                default = one.default_factory()
            if own != default:
                kept[one.name] = plain(own)
        return kept
    if isinstance(value, (tuple, list)):
        return [plain(own) for own in value]
    return value
