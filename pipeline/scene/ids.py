"""The ids of the things of a scene: each has its own."""

import re
from collections.abc import Collection

__all__ = ["free_id", "id_of"]

_LONGEST = 36


def id_of(said: str) -> str:
    """An id made of a name: small letters and digits, joined by "-"."""
    return "-".join(re.findall(r"[a-z0-9]+", said.lower()) or ["thing"])[-30:].strip("-")


def free_id(base: str, taken: Collection[str]) -> str:
    """The id itself, or with the first number from 2 on that is not taken."""
    number, own = 1, base
    while own in taken:
        number += 1
        own = f"{base[:_LONGEST]}-{number}"
    return own
