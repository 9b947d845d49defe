"""What programs can ask for, as a table: five tools, their arguments, and what each argument may be.

The endpoints of the page, the MCP tools and the checks of what arrives are all made from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.loading.capabilities import CONTROLS, Capabilities
from pipeline.recipe import DEFAULTS, MAX_PROMPT_LENGTH, MAX_SEED, SCHEMA
from pipeline.recipe.files import FORMATS
from pipeline.recipe.schema import MAX_SIDE
from pipeline.serve.body import Violation, check
from pipeline.serve.limits import Limits

__all__ = ["PICTURE", "PICTURES", "Tool", "checked", "pictures_of", "tools_of"]

PICTURE = {"type": "string", "contentEncoding": "base64"}  # a file; each way in has its own form for it
PICTURES = {"type": "array", "items": PICTURE}
FUSIONS = ("mean", "max", "attention", "gated")
_DEFAULTS = DEFAULTS[SCHEMA]
_WORDS = {"integer": "a whole number", "number": "a number", "string": "text", "boolean": "true or false"}
_WORDS |= {"array": "a list", "object": "an object"}


_TEXT = {"type": "string", "maxLength": MAX_PROMPT_LENGTH}
_TO_VERIFY = {
    "image": {**PICTURE, "description": "PNG, JPEG or WebP."},
    "deep": {"type": "boolean", "default": False, "description": "Also search unusual sizes and small rotations."},
}
_TO_EMBED = {
    "text": {**_TEXT, "default": "", "description": "A sentence."},
    "image": {**PICTURE, "default": None, "description": "PNG, JPEG or WebP."},
}


@dataclass(frozen=True)
class Tool:
    """One thing that a program can ask for.

    Attributes:
        name: of the endpoint and of the MCP tool.
        description: what it does and returns.
        arguments: name -> JSON Schema with "description", and "default" where it may be left out; null stands for
            its default, and a schema that is ``PICTURE`` or ``PICTURES`` for uploaded files.
        result: what the endpoint's answer is called.
    """

    name: str
    description: str
    arguments: Mapping[str, dict[str, Any]]
    result: str = "result"

    @property
    def schema(self) -> dict[str, Any]:
        """Of all arguments together, as MCP clients read it."""
        required = [name for name, argument in self.arguments.items() if "default" not in argument]
        properties = {name: _published(argument) for name, argument in self.arguments.items()}
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def checked(tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, defaults filled in.

    Raises:
        ValueError: one sentence that names the argument, what it takes and what it got.
    """
    values = {}
    for name in given:
        if name not in tool.arguments:
            raise ValueError(f"{tool.name} has no argument {name!r}. It takes {', '.join(tool.arguments)}.")
    for name, argument in tool.arguments.items():
        value = given.get(name, argument.get("default"))
        if value is None and argument.get("default", ...) is None:
            values[name] = None
            continue
        try:
            check(value, argument, (name,))
        except Violation as violation:
            if value is None and "default" not in argument:
                raise ValueError(f"{name} is missing. It takes {_described(argument)}.") from violation
            got = f"{violation.actual} characters" if violation.keyword == "maxLength" else repr(value)[:80]
            if argument["type"] == "array" and isinstance(value, list) and violation.keyword == "maxItems":
                got = str(len(value))  # files by their paths here are nobody's business
            raise ValueError(f"{name} takes {_described(argument)}, got {got}.") from violation
        values[name] = value if value is None or argument["type"] != "number" else float(value)
    return values


def pictures_of(name: str, given: Mapping[str, Any]) -> int:
    """How many pictures a call of a tool asks for; 0 of tools that draw none, 1 where what is said is no number."""
    if name not in ("generate", "variations"):
        return 0
    count = given.get("num_images_per_prompt", 1)
    return max(1, count) if isinstance(count, int) else 1


def tools_of(capabilities: Capabilities, limits: Limits) -> dict[str, Tool]:
    """The tools of one model by name, with the values that it starts with."""
    shared = _shared(limits)
    tools = [
        Tool("generate", _GENERATE, _to_generate(shared, capabilities, limits)),
        Tool("verify", _VERIFY, _TO_VERIFY, "finding"),
    ]
    if limits.max_references and capabilities.fusion:  # others draw over a picture, and from words
        tools.append(Tool("variations", _VARIATIONS, _to_vary(shared)))
    if capabilities.embeddings:
        tools.append(Tool("embed", _EMBED, _TO_EMBED, "embedding"))
        tools.append(Tool("search", _SEARCH, _to_search(limits), "results"))
    return {tool.name: tool for tool in tools}


def _shared(limits: Limits) -> dict[str, dict[str, Any]]:
    """The arguments that more than one tool takes, or that depend on nothing else."""
    return {
        "prompt": {**_TEXT, "description": "What to draw; may be empty where `image` is given."},
        "negative_prompt": {**_TEXT, "default": "", "description": "What to steer away from."},
        "seed": {
            "type": "integer", "minimum": 0, "maximum": MAX_SEED, "default": 0,
            "description": f"0 to {MAX_SEED}; picture i of several has seed + i.",
        },
        "num_images_per_prompt": {
            "type": "integer", "minimum": 1, "maximum": limits.max_count, "default": 1,
            "description": f"How many pictures, 1 to {limits.max_count}.",
        },
        "image": {
            **PICTURES, "minItems": 1, "maxItems": max(1, limits.max_references),
            "description": "The pictures to vary: PNG, JPEG or WebP.",
        },
        "image_weights": {
            "type": "array", "items": {"type": "number", "minimum": 0}, "default": None,
            "description": "One number from 0 for each picture of `image`; all alike if left out.",
        },
        "fusion_type": {
            "type": "string", "enum": FUSIONS, "default": "mean", "description": "How several pictures are combined.",
        },
        "similarity_strength": {
            "type": "number", "minimum": 0.2, "maximum": 1, "default": _DEFAULTS["similarity_strength"],
            "description": "Share of the pictures of `image` against the prompt; at 1 only they count.",
        },
        "file_format": {
            "type": "string", "enum": FORMATS, "default": "png",
            "description": "WebP keeps every pixel; JPEG and AVIF look the same.",
        },
    }  # fmt: skip


def _to_generate(shared: Mapping[str, dict], capabilities: Capabilities, limits: Limits) -> dict[str, dict]:
    most = {"guidance_scale": limits.max_guidance, "prior_guidance_scale": limits.max_guidance}
    most |= {"num_inference_steps": limits.max_steps, "super_res_num_inference_steps": limits.max_steps}
    most |= {"prior_num_inference_steps": limits.max_prior_steps}
    steps = {
        name: {
            "type": "integer" if name.endswith("steps") else "number",
            "minimum": 1 if name.endswith("steps") else 0,
            "maximum": most[name],
            "default": capabilities.start(name),
            "description": _CONTROL_WORDS[name],
        }
        for name in CONTROLS
    }
    image = {**shared["image"], "minItems": 0, "default": None, "description": "Reference pictures."}
    fresh = "Draw anew what was drawn before too, to compare the two."
    return {
        **{name: shared[name] for name in ("prompt", "negative_prompt", "seed", "num_images_per_prompt")},
        "image": image,
        **{name: shared[name] for name in ("image_weights", "fusion_type", "similarity_strength")},
        **steps,
        **_only_others(capabilities),
        "file_format": shared["file_format"],
        "fresh": {"type": "boolean", "default": False, "description": fresh},
    }


def _only_others(capabilities: Capabilities) -> dict[str, dict]:
    """What models that are not ours can be asked for besides."""
    more: dict[str, dict] = {}
    if capabilities.sizes:
        for name, own in (("width", capabilities.width), ("height", capabilities.height)):
            words = f"Pixels, in steps of {capabilities.size_step}; {own} is the model's own."
            more[name] = {"type": "integer", "minimum": 16, "maximum": MAX_SIDE, "default": own, "description": words}
    if capabilities.schedulers:
        names, words = ("default", *capabilities.schedulers), "By diffusers' name; default is the model's own."
        more["scheduler"] = {"type": "string", "enum": names, "default": "default", "description": words}
    return more


def _to_vary(shared: Mapping[str, dict]) -> dict[str, dict]:
    order = (
        "image", "similarity_strength", "prompt", "negative_prompt", "seed", "num_images_per_prompt", "image_weights",
        "fusion_type", "file_format",
    )  # fmt: skip
    prompt = {**shared["prompt"], "default": "", "description": "What to draw; may be empty."}
    return {name: prompt if name == "prompt" else shared[name] for name in order}


def _to_search(limits: Limits) -> dict[str, dict]:
    return {
        "images": {
            **PICTURES, "minItems": 1, "maxItems": limits.max_search_pictures,
            "description": "The pictures to search: PNG, JPEG or WebP.",
        },
        "text": {**_TEXT, "default": "", "description": "What to look for."},
        "image": {**PICTURE, "default": None, "description": "A picture to look for."},
        "image_weight": {
            "type": "number", "minimum": 0, "maximum": 1, "default": 0.5,
            "description": "Share of the picture against the words where both are given.",
        },
        "top_k": {"type": "integer", "minimum": 1, "default": 10, "description": "How many results."},
    }  # fmt: skip


def _published(argument: Mapping[str, Any]) -> dict[str, Any]:
    """An argument's schema for others to read: null is said to be allowed where it is, and files are explained."""
    schema = {key: list(value) if isinstance(value, tuple) else value for key, value in argument.items()}
    if schema == {**schema, **PICTURE} or schema.get("items") == PICTURE:
        schema["description"] = f"{schema['description']} {_FILES}"
    if argument.get("default", ...) is None:
        schema["type"] = [schema["type"], "null"]
    return schema


def _described(argument: Mapping[str, Any]) -> str:
    """What an argument takes, in words."""
    if "enum" in argument:
        return f"one of {', '.join(map(str, argument['enum']))}"
    words = _WORDS[argument["type"]]
    if "maxLength" in argument:
        return f"{words} of up to {argument['maxLength']} characters"
    if argument["type"] == "array":
        what = "pictures" if argument["items"] == PICTURE else "numbers from 0"
        low, high = argument.get("minItems", 0), argument.get("maxItems")
        return f"a list of {what}" if high is None else f"a list of {low} to {high} {what}"
    if argument.get("contentEncoding"):
        return "a picture: PNG, JPEG or WebP"
    if "maximum" in argument:
        return f"{words} from {argument['minimum']} to {argument['maximum']:.10g}"
    return f"{words} from {argument['minimum']}" if "minimum" in argument else words


_FILES = "A file as base64 or as a data URL; nothing is fetched from other addresses."
_CONTROL_WORDS = {
    "num_inference_steps": "Decoder steps.",
    "guidance_scale": "Decoder guidance, 1 is off.",
    "prior_num_inference_steps": "Prior steps.",
    "prior_guidance_scale": "Prior guidance, 1 is off.",
    "super_res_num_inference_steps": "Super-resolution steps.",
}
_GENERATE = (
    "Draw pictures. Returns files, watermarked, with their recipes and (where signed is true) Content Credentials, "
    "and for each its seed, id, recipe, pixels_hash, seconds, link query, and from_store: whether it was drawn here "
    "before. Of a WebP file pixels_hash holds too, of a JPEG file it does not."
)
_VARIATIONS = "Draw new pictures like one to five given ones. Returns what `generate` returns."
_VERIFY = (
    "Look for Easel's watermark in a picture. Returns result (GENERATED, INCONCLUSIVE or NOT_DETECTED), confidence, "
    "one_in (at most one in so many unrelated pictures would show as much), undone (resized, cropped, ...), payload, "
    "the sentence that says it; recipe or null, and recipe_source: file (its text), store (the picture kept here that "
    "the mark names) or empty; credentials (state Trusted, Valid or Invalid, sentence, problems) or null, and "
    "credentials_checked. NOT_DETECTED does not say how a picture was made."
)
_EMBED = (
    "Embed a sentence, a picture, or both (then the average) into the space they share. Returns a vector of length 1. "
    "Its first 128 or 256 numbers, brought to length 1 again, are embeddings as well."
)
_SEARCH = (
    "Find the pictures nearest to words, to a picture, or to both. Returns them nearest first, for each its index in "
    "`images`, file (its name), score (cosine, 1 is the same) and near_identical_to: the index of a nearer result "
    "that it is nearly the same as, or null. Nothing is kept."
)
