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
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.recipe.infotext import read_parameters, write_parameters
from pipeline.recipe.link import read_query, write_query
from pipeline.recipe.schema import DEFAULTS, FIELDS, SCHEMA, unknown_schema
from pipeline.recipe.variation import Variation
from pipeline.stages import STAGES

__all__ = ["ParsedLink", "Recipe"]

_NEW = DEFAULTS[SCHEMA]


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
    scheduler: str = _NEW["scheduler"]  # from schema 5: of another model; by diffusers' name
    variety: float = _NEW["variety"]  # from schema 5: 0 draws the most typical drawing whatever the seed
    transparent: int = _NEW["transparent"]  # from schema 5: 1 leaves the ground out
    edits: tuple[str, ...] = _NEW["edits"]  # from schema 5: operations of `pipeline.scene.edit`, in their order

    def __post_init__(self) -> None:
        if self.schema not in DEFAULTS:
            raise unknown_schema(self.schema)
        for name, field in FIELDS.items():
            object.__setattr__(self, name, field.check(getattr(self, name)))
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
            raise unknown_schema(schema)
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
        return write_query(self.schema, vars(self), pixels_hash)

    @classmethod
    def from_query(cls, query: str | Mapping[str, str]) -> "ParsedLink":
        """Read a link's query (text or the parsed mapping). Never raises: what it cannot use, it notes."""
        schema, values, pixels, notes = read_query(query)
        return ParsedLink(recipe=cls(schema=schema, **values), pixels_hash=pixels, notes=notes)

    def to_parameters(self) -> str:
        """The text that AUTOMATIC1111-style readers parse; see `write_infotext`."""
        return write_parameters(self.schema, vars(self))

    @classmethod
    def from_parameters(cls, text: str) -> "Recipe":
        """Read a `parameters` text, ours or another program's as far as it has the same settings.

        Raises:
            ValueError: there is no line of settings in it; in a text of ours, a value is out of range.
        """
        return cls.parse_parameters(text).recipe

    @classmethod
    def parse_parameters(cls, text: str) -> "ParsedLink":
        """`from_parameters`, with notes on what of another program's text was left out."""
        schema, values, notes = read_parameters(text)
        return ParsedLink(cls(schema=schema, **values), None, notes)


@dataclass(frozen=True)
class ParsedLink:
    """What a link, or a file's text, says: the recipe, the hash of the first picture's pixels if given, and notes in
    plain words."""

    recipe: Recipe
    pixels_hash: str | None
    notes: tuple[str, ...]
