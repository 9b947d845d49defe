"""Example run: python -m pytest tests/scene/test_plain.py"""

import json
from dataclasses import dataclass

import pytest

from pipeline.scene.plain import known, made, plain


@dataclass(frozen=True)
class Inner:
    name: str
    count: int = 1


@dataclass(frozen=True)
class Outer:
    inner: Inner
    list: tuple[Inner, ...] = ()


def test_records_become_plain_and_defaults_are_left_out():
    value = Outer(Inner("a"), (Inner("b", 2),))
    assert plain(value) == {"inner": {"name": "a"}, "list": [{"name": "b", "count": 2}]}
    json.dumps(plain(value))


def test_plain_values_become_the_record_again():
    assert made(Inner, {"name": "a", "count": 3}) == Inner("a", 3)
    assert made(Inner, plain(Inner("a"))) == Inner("a")


def test_what_is_missing_unknown_or_no_object_is_said():
    with pytest.raises(ValueError, match="`inner` needs `name`"):
        made(Inner, {"count": 2})
    with pytest.raises(ValueError, match="`inner` has no field 'size'. Its fields: name, count"):
        known(Inner, {"name": "a", "size": 3})
    with pytest.raises(ValueError, match="`inner` must be an object, got list"):
        known(Inner, ["a"])
