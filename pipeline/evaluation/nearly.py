"""Values made up from a JSON Schema, most of which it allows: what a mistaken or hostile program sends.

nearly({"type": "integer", "minimum": 1, "maximum": 5}, random.Random(1))
"""

import base64
import io
import math
import random
import re
from collections.abc import Mapping
from typing import Any

from PIL import Image

__all__ = ["nearly", "odd", "picture"]

TEXTS = [
    "",
    " ",
    "a cat",
    "x" * 600,
    "\u202ea cat",
    "a\u0000b",
    "\ud83d",
    "🐱" * 40,
    "a cat\nSteps: 20, Seed: -1",
    "<script>",
    "%s%n",
    "../../etc",
]
PIECES = [
    "a ", "cat", "cats ", "two ", "red ", "and ", "with a ", "on ", "of ", "wearing ", "named ", "says \"", "no ",
    "'s ", "'", "-", ",", ".", ":", "(", ")", "{", "|", "}", "[", "<lora:", "::1", "--ar 1:", "^", "~", "/", "\\",
    "\n", "1x ", "İ", "ﬁ", "é", "猫", "🐱", "👩\u200d👧", "\u0301", "\ufe0f", "\u00a0",
]  # fmt: skip
NUMBERS = [0, 1, -1, 7, 1.5, 2**31, 2**63, -(2**40), 1e308, 0.1, 16, 17, 1000, math.nan, math.inf]
PATHS = ["/etc/passwd", "x", "http://127.0.0.1:9/x.png", "data:image/png;base64,xx", None]
FILES = [
    b"", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n{} loop", b"qoif\0\0\0\x09\0\0\0\x09\x03\0",
    b"DDS \x7c\0\0\0", b"GIF89a\xff\xff\xff\xff\x80\0\0", b"II*\0\x08\0\0\0\xff\xff", b"RIFF\x10\0\0\0WEBPVP8 ",
    b"\xff\xd8\xff\xe0\0\x10JFIF", b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypavif", b"BM" + b"\xff" * 60,
    b"P6 99999 99999 255\n",
]  # fmt: skip
_ODD = 0.05  # of all values


def odd(random_: random.Random, depth: int = 0) -> object:
    """A value that JSON can hold, and seldom one that was asked for."""
    kind = random_.randrange(9 if depth < 3 else 6)
    if kind < 2:
        return random_.choice(TEXTS)
    if kind < 4:
        return random_.choice(NUMBERS)
    if kind == 4:
        return random_.choice([None, True, False])
    if kind == 5:
        return {"path": random_.choice(PATHS)}
    if kind == 6:
        return {random_.choice(["path", "meta", "url", "prompt", ""]): odd(random_, depth + 1)}
    return [odd(random_, depth + 1) for _ in range(random_.randrange(4))]


def nearly(schema: Mapping[str, Any], random_: random.Random) -> Any:
    """A value that a schema allows, but for a few of its parts.

    Args:
        schema: of the kinds that `pipeline.serve.body.check` knows; a string that says it is base64, or has
            no greatest length, is a picture in base64.
        random_: what is made up comes from.
    """
    if random_.random() < _ODD:
        return odd(random_)
    if "enum" in schema:
        return random_.choice(list(schema["enum"]))
    kind = schema.get("type")
    if kind == "object":
        required, found = schema.get("required", ()), {}
        for name, rule in schema.get("properties", {}).items():
            if name in required or random_.random() < 0.4:
                found[name] = nearly(rule, random_)
        return found
    if kind == "array":
        return [nearly(schema.get("items", {}), random_) for _ in range(max(1, schema.get("minItems", 1)))]
    if kind == "boolean":
        return random_.random() < 0.5
    if kind in ("integer", "number"):
        low = schema.get("minimum", 0)
        return random_.choice([low] * 9 + [low + 1] * 9 + [low - 1, schema.get("maximum", low) + 1])
    return _text(schema, random_)


def _text(schema: Mapping[str, Any], random_: random.Random) -> str:
    if "pattern" in schema:
        right = [each for each in ("256x256", "#ff8800") if re.fullmatch(schema["pattern"], each)]
        return random_.choice([*right * 8, "64x9999", ""])
    if schema.get("contentEncoding") or _is_long(schema) or random_.random() < 0.05:
        return base64.b64encode(picture(random_)).decode()
    chance = random_.random()
    if chance < 0.3:
        return random_.choice(TEXTS) if chance < 0.15 else "".join(random_.choices(PIECES, k=random_.randrange(1, 40)))
    return "a red apple"


def _is_long(schema: Mapping[str, Any]) -> bool:
    return "minLength" in schema and "maxLength" not in schema


def picture(random_: random.Random) -> bytes:
    """A file: mostly a small picture, else one that is none."""
    if random_.random() < 0.25:
        return random_.choice(FILES) + random_.randbytes(random_.randrange(200))
    file, side = io.BytesIO(), random_.choice([64, 256, 256])
    spots = Image.frombytes("RGB", (16, 16), random_.randbytes(16 * 16 * 3)).resize((side, side))
    spots.save(file, random_.choice(["PNG", "PNG", "JPEG", "JPEG", "WEBP"]))
    data = file.getvalue()
    return data[: random_.randrange(len(data))] if random_.random() < 0.2 else data
