"""A recipe as the query of a link: `?prompt=...&seed=...&v=4`, defaults left out.

A link without `v` is schema 1, for ever, whoever wrote it.
"""

import contextlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pipeline.recipe.schema import DEFAULTS, FIELDS

__all__ = ["read_query", "write_query"]

_BY_KEY = {field.link: name for name, field in FIELDS.items()} | {name: name for name in FIELDS}
# Keys that hosts, mailers and messengers append to any link.
_NOT_OURS = re.compile(
    r"_|utm_|mc_|hs|pk_|mtm_|fb_|vero_|oly_|igsh|gad_|sc_|ref($|_)|(fb|g|dc|y|tw|tt)clid$|msclkid$|(w|g)braid$|"
    r"(li_fat_id|mkt_tok|si|s|t|spm|trk|source|feature|share|share_id|cmpid|rdt_cid|epik|srsltid|amp)$"
)
_PUNCTUATION = ".,;:!?)]}>'\"\u2019\u201d\u00bb"  # what a sentence around a link leaves at its end


def write_query(schema: int, values: Mapping[str, Any], pixels_hash: str | None = None) -> str:
    """The query, `?` included: prompt, seed and schema, then what differs from the schema's defaults."""
    pairs = [("prompt", values["prompt"]), ("seed", str(values["seed"]))]
    if schema != 1:
        pairs.append(("v", str(schema)))
    for name, default in DEFAULTS[schema].items():
        if name not in ("prompt", "seed") and values[name] != default:
            pairs.append((FIELDS[name].link, FIELDS[name].write(values[name])))
    if pixels_hash:
        pairs.append(("pixels", pixels_hash))
    return "?" + urlencode(pairs, safe=",:")


def read_query(query: str | Mapping[str, str]) -> tuple[int, dict[str, Any], str | None, tuple[str, ...]]:
    """(schema, values of its fields, pixels hash or None, notes) of a link's query, as text or parsed.

    Never raises: what it cannot use, it notes, in words for the person who opened the link.
    """
    notes: list[str] = []
    given = _pairs(query, notes)
    schema = _schema(given, notes)
    pixels = given.pop("pixels", None)
    pixels = None if pixels is None else pixels.rstrip(_PUNCTUATION)
    if pixels is not None and not re.fullmatch(r"[0-9a-f]{8,64}", pixels):
        notes.append("The link's pixel hash is damaged, so the picture cannot be compared with the first one.")
        pixels = None
    values = dict(DEFAULTS[schema])
    for key, text in given.items():
        if key in values:
            values[key] = _value(key, text, values[key], notes)
        elif not _NOT_OURS.match(key):
            notes.append(f"The link's setting {key[:40]!r} is not known here and was left out.")
    if values["image_weights"] and len(values["image_weights"]) != len(values["image_hashes"]):
        notes.append("The link's image weights do not match its reference pictures and were left out.")
        values["image_weights"] = ()
    return schema, values, pixels, tuple(notes)


def _pairs(query: str | Mapping[str, str], notes: list[str]) -> dict[str, str]:
    """The query's pairs by our own names, the first of each."""
    pairs = query.items() if isinstance(query, Mapping) else parse_qsl(query.lstrip("?"), keep_blank_values=True)
    given: dict[str, str] = {}
    for key, value in pairs:
        key = _BY_KEY.get(key, key)
        if key in given:
            notes.append(f"The link says {key!r} twice; the first one was used.")
        given.setdefault(key, str(value))
    return given


def _schema(given: dict[str, str], notes: list[str]) -> int:
    version = given.pop("v", "1").strip().rstrip(_PUNCTUATION)
    if version in map(str, DEFAULTS):
        return int(version)
    notes.append(f"The link's version {version[:20]!r} is not known here; it was read as version {max(DEFAULTS)}.")
    return max(DEFAULTS)


def _value(name: str, text: str, default: Any, notes: list[str]) -> Any:
    field = FIELDS[name]
    if field.kind == "prompt" and len(text) > field.high:
        notes.append(
            f"The link's {name.replace('_', ' ')} has {len(text)} characters; the first {field.high} were kept."
        )
        text = text[: int(field.high)]
    try:
        return field.check(field.read(text))
    except ValueError as error:
        with contextlib.suppress(ValueError):
            if (shorter := text.rstrip(_PUNCTUATION)) != text and shorter:
                return field.check(field.read(shorter))
        notes.append(f"The link's {name} was replaced by its default, {field.write(default)!r}: {error}")
        return default
