"""Checks of the fields of a scene, with sentences: argument, expected, got, what to do next."""

import math
import re
from typing import Any

__all__ = ["check_colour", "check_hash", "check_number", "check_one_of", "check_text", "check_whole"]

_HEX = re.compile(r"#[0-9a-f]{6}")
_NAME = re.compile(r"[a-z]+(?: [a-z]+)?")


def check_one_of(name: str, value: Any, known: tuple[str, ...]) -> None:
    """Refuse what is none of the known words."""
    if value not in known:
        raise ValueError(f"`{name}` must be one of {', '.join(known)}; got {value!r}.")


def check_text(name: str, value: Any, longest: int) -> None:
    """Refuse what is no text, empty, or longer than so many characters."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"`{name}` must be a text that is not empty, got {value!r}.")
    if len(value) > longest:
        raise ValueError(f"`{name}` takes up to {longest} characters, got {len(value)}. Shorten it.")


def check_colour(name: str, value: Any) -> None:
    """Refuse what is neither "#rrggbb" nor like the name of a colour."""
    if not isinstance(value, str) or not (_HEX.fullmatch(value) or _NAME.fullmatch(value)):
        raise ValueError(f"`{name}` takes a colour as '#rrggbb' or by name, in small letters, got {value!r}.")


def check_hash(name: str, value: Any) -> None:
    """Refuse what is no sha256."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{64}", value):
        raise ValueError(f"`{name}` takes a sha256 in hex, got {str(value)[:20]!r}.")


def check_number(name: str, value: Any, least: float, most: float) -> None:
    """Refuse what is no finite number of that range."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"`{name}` must be a number, got {value!r}.")
    if not least <= value <= most:
        raise ValueError(f"`{name}` takes {least:g} to {most:g}, got {value:g}.")


def check_whole(name: str, value: Any, least: int, most: int) -> None:
    """Refuse what is no whole number of that range."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"`{name}` must be a whole number, got {value!r}.")
    if not least <= value <= most:
        raise ValueError(f"`{name}` takes {least} to {most}, got {value}.")
