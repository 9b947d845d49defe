"""The recipe: everything a picture is a function of, and the forms it travels in.

One frozen record, four forms that all lead back to it: canonical JSON (hashed into the picture's id), a link
(`?prompt=...&seed=...`, defaults left out), the `parameters` text that AUTOMATIC1111-style readers parse, and the text
of a PNG. A recipe names its schema, and `DEFAULTS` freezes what a left-out value means in that schema, so an old link
keeps its meaning when the program's own defaults move on. A link without `v` is schema 1, for ever, whoever wrote it.
What is asked for today becomes a recipe of `SCHEMA`, and its link says so (`v=4`); a recipe that was read from a link
or a file stays in its schema, because the id, and with it the mark in the picture, is made from that too.
"""

import hashlib
import json
import logging
import math
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np
from PIL import Image, PngImagePlugin

from pipeline.recipe.infotext import read_infotext, write_infotext

__all__ = ["DEFAULTS", "MAX_PROMPT_LENGTH", "MAX_SEED", "MAX_VARIATIONS", "SCHEMA", "STAGES", "ParsedLink", "Recipe"]
__all__ += ["Variation", "pixels_hash", "pixels_sha256", "png_info", "read_png"]

SCHEMA = 4  # of new recipes
STAGES = ("prior", "decoder", "super_res")
MAX_SEED = 2_147_483_646  # the range that Titan Image Generator takes; fits a signed 32-bit integer everywhere
MAX_PROMPT_LENGTH = 512
MAX_NUM_IMAGES = 5
MAX_VARIATIONS = 8
MAX_SIDE = 4096  # pixels
PIXELS_HASH_LENGTH = 16  # hex digits

# What a left-out field means, per schema. Never edit a row: add the next one.
_FIRST = {
    "model": "easel",
    "weights_hash": "",
    "prompt": "",
    "negative_prompt": "",
    "seed": 0,
    "width": 256,
    "height": 256,
    "num_inference_steps": 2,
    "guidance_scale": 1.0,
    "prior_num_inference_steps": 8,
    "prior_guidance_scale": 2.0,
    "super_res_num_inference_steps": 1,
    "image_hashes": (),
    "image_weights": (),
    "fusion_type": "mean",
    "similarity_strength": 0.7,
}
_SECOND = {**_FIRST, "variations": ()}
_THIRD = {**_SECOND, "num_inference_steps": 1, "prior_num_inference_steps": 4, "prior_guidance_scale": 1.25}
_FOURTH = {**_THIRD, "prior_num_inference_steps": 1, "prior_guidance_scale": 1.0}
DEFAULTS: Mapping[int, Mapping[str, Any]] = MappingProxyType(
    {schema: MappingProxyType(row) for schema, row in enumerate((_FIRST, _SECOND, _THIRD, _FOURTH), start=1)}
)
_NEW = DEFAULTS[SCHEMA]

_INT_RANGES = {
    "seed": (0, MAX_SEED),
    "width": (16, MAX_SIDE),
    "height": (16, MAX_SIDE),
    "num_inference_steps": (1, 1000),
    "prior_num_inference_steps": (1, 1000),
    "super_res_num_inference_steps": (0, 1000),
}
_FLOAT_RANGES = {
    "guidance_scale": (0.0, 100.0),
    "prior_guidance_scale": (0.0, 100.0),
    "similarity_strength": (0.0, 1.0),
}
_TUPLES = {"image_hashes": MAX_NUM_IMAGES, "image_weights": MAX_NUM_IMAGES, "variations": MAX_VARIATIONS}

# field -> its name in a link, its name in the `parameters` text (None: it has a place of its own there).
# Key names of the text: AUTOMATIC1111 stable-diffusion-webui, "infotext"; readers skip the ones they do not know.
_NAMES: dict[str, tuple[str, str | None]] = {
    "prompt": ("prompt", None),
    "negative_prompt": ("negative", None),
    "seed": ("seed", "Seed"),
    "num_inference_steps": ("steps", "Steps"),
    "guidance_scale": ("guidance", "CFG scale"),
    "width": ("width", None),
    "height": ("height", None),
    "model": ("model", "Model"),
    "weights_hash": ("weights", "Model hash"),
    "prior_num_inference_steps": ("prior_steps", "Prior steps"),
    "prior_guidance_scale": ("prior_guidance", "Prior guidance"),
    "super_res_num_inference_steps": ("super_res_steps", "Super-res steps"),
    "image_hashes": ("images", "Reference images"),
    "image_weights": ("image_weights", "Reference weights"),
    "fusion_type": ("fusion", "Fusion"),
    "similarity_strength": ("similarity", "Similarity"),
    "variations": ("vary", "Variations"),
}
_FROM_LINK = {link: name for name, (link, _) in _NAMES.items()} | {name: name for name in _NAMES}
_FROM_TEXT = {text: name for name, (_, text) in _NAMES.items() if text}
_NOT_OURS = re.compile(r"__|utm_|fbclid$|gclid$")  # keys that hosts and mailers append to any link
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Variation:
    """The starting noise moved towards another seed's: `strength` of a quarter turn, 0 (none) to 1 (all of the way).

    In one stage of `STAGES`, the others keeping their noise, or with stage "" in all. Its text is
    `seed:strength[:stage]`.
    """

    seed: int
    strength: float
    stage: str = ""

    def __str__(self) -> str:
        return f"{self.seed}:{self.strength!r}" + (f":{self.stage}" if self.stage else "")

    @classmethod
    def from_text(cls, text: Any) -> "Variation":
        """Raises ValueError for what is no variation."""
        seed, _, rest = text.partition(":") if isinstance(text, str) else ("", "", "")
        strength, _, stage = rest.partition(":")
        try:
            number, share = int(seed), float(strength)
        except ValueError:
            number, share = -1, math.nan
        if not (0 <= number <= MAX_SEED and 0 <= share <= 1 and stage in ("", *STAGES)):
            raise ValueError(
                f"`variations` takes `seed:strength` or `seed:strength:stage` with a strength from 0 to 1 and a stage "
                f"of {', '.join(STAGES)}, got {str(text)[:60]!r}."
            )
        return cls(number, share + 0.0, stage)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a picture is made from. Equal recipes on the same machine give equal bytes.

    Raises:
        ValueError: a field has the wrong type, is out of its range, or is not finite. Nothing is rounded or cut.
    """

    schema: int = SCHEMA
    model: str = _NEW["model"]  # the bundled model, or a Hub id
    weights_hash: str = _NEW["weights_hash"]  # hex prefix of the weights' sha256; "" where it is not known
    prompt: str = _NEW["prompt"]
    negative_prompt: str = _NEW["negative_prompt"]
    seed: int = _NEW["seed"]
    width: int = _NEW["width"]  # pixels
    height: int = _NEW["height"]  # pixels
    num_inference_steps: int = _NEW["num_inference_steps"]  # decoder
    guidance_scale: float = _NEW["guidance_scale"]  # decoder; 1 is off
    prior_num_inference_steps: int = _NEW["prior_num_inference_steps"]
    prior_guidance_scale: float = _NEW["prior_guidance_scale"]  # 1 is off
    super_res_num_inference_steps: int = _NEW["super_res_num_inference_steps"]
    image_hashes: tuple[str, ...] = _NEW["image_hashes"]  # `pixels_sha256` of each reference picture, in order
    image_weights: tuple[float, ...] = _NEW["image_weights"]  # one a picture, or empty: all the same
    fusion_type: str = _NEW["fusion_type"]
    similarity_strength: float = _NEW["similarity_strength"]  # how far the references outweigh the prompt, 0..1
    variations: tuple[str, ...] = _NEW["variations"]  # from schema 2: `Variation`s as text, applied in order

    def __post_init__(self) -> None:
        if self.schema not in DEFAULTS:
            raise ValueError(f"`schema` is one of {sorted(DEFAULTS)}, got {self.schema!r}. Update Easel to read it.")
        for name in (field.name for field in fields(self) if field.name != "schema"):
            object.__setattr__(self, name, _checked(name, getattr(self, name)))
        if self.image_weights and len(self.image_weights) != len(self.image_hashes):
            raise ValueError(
                f"`image_weights` takes one weight a reference picture or none, got {len(self.image_weights)} "
                f"for {len(self.image_hashes)} pictures."
            )
        if self.variations and "variations" not in DEFAULTS[self.schema]:
            raise ValueError(f"`variations` takes schema 2 or later, got schema {self.schema}. Use `Recipe.varied`.")

    def varied(self, seed: int, strength: float, stage: str = "") -> "Recipe":
        """This recipe with one more `Variation`; strength 1 draws a stage (or all) anew.

        Raises:
            ValueError: it is no variation, or the recipe has `MAX_VARIATIONS` already.
        """
        new = Variation.from_text(str(Variation(seed, float(strength), stage)))
        gone = {new.stage} if new.stage else {"", *STAGES}  # what a new start leaves nothing of
        kept = [text for text in self.variations if strength < 1 or Variation.from_text(text).stage not in gone]
        return replace(self, schema=max(self.schema, 2), variations=(*kept, str(new)))

    def to_json(self) -> str:
        """Canonical JSON: every field of the schema, sorted keys, no whitespace, UTF-8 text left as it is."""
        values = {name: getattr(self, name) for name in ("schema", *DEFAULTS[self.schema])}
        return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """The inverse of `to_json`; left-out fields take their schema's defaults. ValueError when it is no recipe."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"`text` takes a recipe as JSON: {error}.") from error
        if not isinstance(values, dict):
            raise ValueError(f"`text` takes a recipe as a JSON object, got {type(values).__name__}.")
        schema = values.pop("schema", 1)
        if type(schema) is not int or schema not in DEFAULTS:
            raise ValueError(f"`schema` is one of {sorted(DEFAULTS)}, got {schema!r}. Update Easel to read it.")
        if unknown := sorted(set(values) - set(DEFAULTS[schema])):
            raise ValueError(f"A recipe of schema {schema} has no field {unknown[0]!r}.")
        return cls(schema=schema, **{**DEFAULTS[schema], **values})

    @property
    def id(self) -> str:
        """16 hex digits of the canonical JSON's sha256: the picture's name in the store."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    @property
    def id32(self) -> int:
        """The first 32 bits of `id`: the watermark's payload."""
        return int(self.id[:8], 16)

    def to_query(self, pixels_hash: str | None = None) -> str:
        """The link's query, `?` included: prompt, seed and schema, then what differs from the schema's defaults.

        Args:
            pixels_hash: of the picture this recipe gave (`pixels_hash(image)`), so that the opener can compare.
        """
        defaults = DEFAULTS[self.schema]
        pairs = [("prompt", self.prompt), ("seed", str(self.seed))]
        if self.schema != 1:
            pairs.append(("v", str(self.schema)))
        for name, (link, _) in _NAMES.items():
            value = getattr(self, name)
            if link not in ("prompt", "seed") and name in defaults and value != defaults[name]:
                pairs.append((link, _to_text(value)))
        if pixels_hash:
            pairs.append(("pixels", pixels_hash))
        return "?" + urlencode(pairs, safe=",:")

    @classmethod
    def from_query(cls, query: str | Mapping[str, str]) -> "ParsedLink":
        """Read a link's query (text or the parsed mapping). Never raises: what it cannot use, it notes."""
        pairs = query.items() if isinstance(query, Mapping) else parse_qsl(query.lstrip("?"), keep_blank_values=True)
        given: dict[str, str] = {}
        notes: list[str] = []
        for key, value in pairs:
            key = _FROM_LINK.get(key, key)
            if key in given:
                notes.append(f"The link says {key!r} twice; the first one was used.")
            given.setdefault(key, str(value))

        if (version := given.pop("v", "1").strip()) in map(str, DEFAULTS):
            schema = int(version)
        else:
            schema = max(DEFAULTS)
            notes.append(f"The link's version {version[:20]!r} is not known here; it was read as version {schema}.")

        pixels = given.pop("pixels", None)
        if pixels is not None and not re.fullmatch(r"[0-9a-f]{8,64}", pixels):
            notes.append("The link's pixel hash is damaged, so the picture cannot be compared with the first one.")
            pixels = None

        values = dict(DEFAULTS[schema])
        for key, value in given.items():
            if key not in values:
                if not _NOT_OURS.match(key):
                    notes.append(f"The link's setting {key[:40]!r} is not known here and was left out.")
                continue
            if key in ("prompt", "negative_prompt") and len(value) > MAX_PROMPT_LENGTH:
                notes.append(
                    f"The link's {key.replace('_', ' ')} has {len(value)} characters; "
                    f"the first {MAX_PROMPT_LENGTH} were kept."
                )
                value = value[:MAX_PROMPT_LENGTH]
            try:
                values[key] = _checked(key, _from_text(key, value))
            except ValueError as error:
                notes.append(f"The link's {key} was replaced by its default, {_to_text(values[key])!r}: {error}")
        if values["image_weights"] and len(values["image_weights"]) != len(values["image_hashes"]):
            notes.append("The link's image weights do not match its reference pictures and were left out.")
            values["image_weights"] = ()
        return ParsedLink(recipe=cls(schema=schema, **values), pixels_hash=pixels, notes=tuple(notes))

    def to_parameters(self) -> str:
        """The text that AUTOMATIC1111-style readers parse; see `write_infotext`."""
        pairs = {"Steps": str(self.num_inference_steps), "Sampler": "Euler", "CFG scale": repr(self.guidance_scale)}
        pairs |= {"Seed": str(self.seed), "Size": f"{self.width}x{self.height}"}
        for name, (_, key) in _NAMES.items():
            if key and key not in pairs and (value := _to_text(getattr(self, name))):
                pairs[key] = value
        pairs["Version"] = f"easel recipe {self.schema}"
        return write_infotext(self.prompt, self.negative_prompt, pairs)

    @classmethod
    def from_parameters(cls, text: str) -> "Recipe":
        """Read a `parameters` text, ours or another program's as far as it has the same settings.

        Raises:
            ValueError: the last line is not a line of settings with `Steps` and `Seed`, or a value is out of range.
        """
        prompt, negative_prompt, pairs = read_infotext(text)
        if not {"Steps", "Seed"} <= pairs.keys():
            raise ValueError("`text` takes generation parameters; its last line has no `Steps:` and `Seed:`.")
        version = re.fullmatch(r"easel recipe (\d{1,4})", pairs.get("Version", ""))
        schema = int(version[1]) if version else 1
        if schema not in DEFAULTS:
            raise ValueError(f"`schema` is one of {sorted(DEFAULTS)}, got {schema}. Update Easel to read it.")
        values = {**DEFAULTS[schema], "prompt": prompt, "negative_prompt": negative_prompt}
        for key, value in pairs.items():
            if (name := _FROM_TEXT.get(key)) in values:
                values[name] = _from_text(name, value)
            elif key == "Size" and (size := re.fullmatch(r"(\d{1,5})x(\d{1,5})", value)):
                values["width"], values["height"] = int(size[1]), int(size[2])
        return cls(schema=schema, **values)


@dataclass(frozen=True)
class ParsedLink:
    """What a link says: the recipe, the hash of the first picture's pixels if given, and notes in plain words."""

    recipe: Recipe
    pixels_hash: str | None
    notes: tuple[str, ...]


def png_info(recipe: Recipe) -> PngImagePlugin.PngInfo:
    """The PNG text that carries a recipe: `parameters` (tEXt, or iTXt beyond Latin-1) and `easel_recipe` (iTXt)."""
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", recipe.to_parameters())
    info.add_itxt("easel_recipe", recipe.to_json())
    return info


def read_png(image: Image.Image | str | Path) -> Recipe | None:
    """The recipe in a PNG's text (opened image or path), or None where there is none that can be read.

    Text proves nothing: anyone can write it. It says what to draw again, not who drew it.
    """
    if not isinstance(image, Image.Image):
        with Image.open(image, formats=("PNG", "JPEG", "WEBP")) as opened:
            return read_png(opened)
    for key, read in (("easel_recipe", Recipe.from_json), ("parameters", Recipe.from_parameters)):
        text = image.info.get(key)
        if isinstance(text, str):
            try:
                return read(text)
            except ValueError as error:
                _logger.info("PNG text %r holds no recipe: %s", key, error)
    return None


def pixels_sha256(image: Image.Image | np.ndarray) -> str:
    """sha256 hex of a picture's size and its RGB bytes (alpha dropped, orientation tags ignored)."""
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    rgb = image.convert("RGB")
    return hashlib.sha256(f"{rgb.width}x{rgb.height}:".encode() + rgb.tobytes()).hexdigest()


def pixels_hash(image: Image.Image | np.ndarray) -> str:
    """The first 16 hex digits of `pixels_sha256`: short enough for a link."""
    return pixels_sha256(image)[:PIXELS_HASH_LENGTH]


def _checked(name: str, value: Any) -> Any:
    """The value in its canonical type (an int given for a float becomes one), or ValueError."""
    if name in _INT_RANGES:
        low, high = _INT_RANGES[name]
        try:
            number = None if isinstance(value, bool) else operator.index(value)
        except TypeError:
            number = None
        if number is None or not low <= number <= high:
            raise ValueError(f"`{name}` takes a whole number from {low} to {high}, got {value!r}.")
        return number
    if name in _FLOAT_RANGES:
        return _checked_float(name, value, *_FLOAT_RANGES[name])
    if name in _TUPLES:
        if isinstance(value, str) or not isinstance(value, (tuple, list)) or len(value) > _TUPLES[name]:
            raise ValueError(f"`{name}` takes up to {_TUPLES[name]} values, got {value!r}.")
        if name == "image_weights":
            return tuple(_checked_float(name, item, 0.0, 1e6) for item in value)
        if name == "variations":
            return tuple(str(Variation.from_text(item)) for item in value)
        for item in value:
            if not (isinstance(item, str) and re.fullmatch(r"[0-9a-f]{64}", item)):
                raise ValueError(f"`{name}` takes sha256 values as 64 hex digits, got {item!r}. Use `pixels_sha256`.")
        return tuple(value)
    if not isinstance(value, str):
        raise ValueError(f"`{name}` takes text, got {type(value).__name__}.")
    if name == "weights_hash":
        if not re.fullmatch(r"[0-9a-f]{0,64}", value):
            raise ValueError(f"`{name}` takes up to 64 hex digits, got {value!r}.")
    elif name in ("model", "fusion_type"):
        if not re.fullmatch(r"[\w./@-]{1,200}", value, re.ASCII):
            raise ValueError(f"`{name}` takes 1 to 200 letters, digits and `._/@-`, got {value!r}.")
    else:
        _check_prompt(name, value)
    return value


def _checked_float(name: str, value: Any, low: float, high: float) -> float:
    try:
        number = math.nan if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not low <= number <= high:  # NaN fails this too
        raise ValueError(f"`{name}` takes a number from {low:g} to {high:g}, got {value!r}.")
    return number + 0.0  # -0.0 becomes 0.0


def _check_prompt(name: str, value: str) -> None:
    if len(value) > MAX_PROMPT_LENGTH:
        raise ValueError(f"`{name}` takes up to {MAX_PROMPT_LENGTH} characters, got {len(value)}. Shorten it.")
    if bad := re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", value):
        raise ValueError(f"`{name}` takes text without control characters, got {bad[0]!r} at {bad.start()}.")


def _to_text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _from_text(name: str, text: str) -> Any:
    """A field's value from its text in a link or a `parameters` line. Text that is no number stays text."""
    try:
        if name in _INT_RANGES:
            return int(text)
        if name in _FLOAT_RANGES:
            return float(text)
        if name == "image_weights":
            return tuple(float(item) for item in text.split(",")) if text else ()
    except ValueError:
        return text[:80]  # `_checked` refuses it by name
    if name in _TUPLES:
        return tuple(text.split(",")) if text else ()
    return text
