"""OpenAI's clients and everything that speaks to them: bodies of /v1/images/*, read and answered.

    client = OpenAI(base_url="http://127.0.0.1:7860/v1", api_key="none")
    client.images.generate(model="easel", prompt="a red apple", size="256x256", background="transparent")

Beyond OpenAI's own arguments a body may hold `seed` (0 to 2147483646) and `negative_prompt`.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from pipeline.serve.body import Malformed, Violation, check, parse
from pipeline.serve.order import NotOffered, Order

__all__ = ["Answer", "OpenAIError", "answer_models", "invalid", "not_offered", "read_edit", "read_generation"]
__all__ += ["EDIT", "GENERATION", "VARIATION", "read_variation"]

MAX_SEED = 2_147_483_646
MODEL = "easel"
_OTHER_NAMES = re.compile(r"dall-e-[23]|gpt-image-[\w.-]+|chatgpt-image-[\w.-]+")  # what clients have built in
_SHARED: dict[str, dict[str, Any]] = {
    "model": {"type": "string", "maxLength": 200},
    "prompt": {"type": "string", "minLength": 1, "maxLength": 512},
    "negative_prompt": {"type": "string", "maxLength": 512},
    "n": {"type": "integer", "minimum": 1, "maximum": 10},
    "seed": {"type": "integer", "minimum": 0, "maximum": MAX_SEED},
    "size": {"type": "string", "pattern": r"auto|\d{2,4}x\d{2,4}"},
    "quality": {"type": "string", "enum": ["auto", "low", "medium", "high", "standard", "hd"]},
    "background": {"type": "string", "enum": ["auto", "opaque", "transparent"]},
    "output_format": {"type": "string", "enum": ["png", "jpeg", "webp"]},
    "output_compression": {"type": "integer", "minimum": 0, "maximum": 100},
    "response_format": {"type": "string", "enum": ["url", "b64_json"]},
    "user": {"type": "string", "maxLength": 512},
    "stream": {"type": "boolean", "enum": [False]},
    "partial_images": {"type": "integer", "enum": [0]},
}


def _schema(*, required: Sequence[str], **more: dict) -> dict:
    return {
        "type": "object", "properties": {**_SHARED, **more}, "required": list(required), "additionalProperties": False,
    }  # fmt: skip


GENERATION = _schema(
    required=["prompt"],
    moderation={"type": "string", "enum": ["auto", "low"]},
    style={"type": "string", "enum": ["vivid", "natural"]},
)
EDIT = _schema(required=["prompt"], input_fidelity={"type": "string", "enum": ["high", "low"]})
VARIATION = _schema(required=[], similarity_strength={"type": "number", "minimum": 0.2, "maximum": 1.0})


class OpenAIError(ValueError):
    """A refusal as OpenAI types it.

    Args:
        status: of HTTP.
        message: for people.
        param: the argument that is wrong.
        code: for programs.
        kind: "invalid_request_error", "rate_limit_error", "image_generation_user_error", "server_error".
    """

    def __init__(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None,
        kind: str = "invalid_request_error",
    ):  # fmt: skip
        super().__init__(message)
        self.status, self.message, self.param, self.code, self.kind = status, message, param, code, kind

    def body(self) -> dict:
        """What the client reads."""
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}


@dataclass(frozen=True)
class Answer:
    """How the pictures are to be answered.

    Attributes:
        file_format: "png", "jpeg" or "webp".
        compression: 0 to 100, the quality of JPEG and WebP; None is Easel's own.
        urls: links to the files instead of the files.
        size, quality, background: said back.
    """

    file_format: str = "png"
    compression: int | None = None
    urls: bool = False
    size: str = "auto"
    quality: str = "auto"
    background: str = "auto"

    def body(self, data: list[dict], created: int) -> dict:
        """The response, around one {"url": ...} or {"b64_json": ...} for each picture."""
        return {"created": created, "data": data, "output_format": self.file_format, **_said(self)}


def _said(answer: Answer) -> dict[str, str]:
    return {name: value for name in ("size", "quality", "background") if (value := getattr(answer, name)) != "auto"}


def read_generation(data: bytes) -> tuple[Order, Answer]:
    """A body of /v1/images/generations -> what to draw, and how to answer.

    Raises:
        OpenAIError: 400, in OpenAI's form.
    """
    try:
        body = parse(data)
    except Malformed as error:
        raise OpenAIError(400, str(error)) from error
    fields = _checked(body, GENERATION)
    return Order(task="draw", **_order(fields)), _answer(fields)


def read_edit(
    form: Mapping[str, str], images: Sequence[Image.Image], mask: Image.Image | None
) -> tuple[Order, Answer]:
    """A form of /v1/images/edits -> what to draw, and how to answer.

    Args:
        form: its text fields.
        images: its pictures, upright; transparency is kept.
        mask: transparent where the picture is to change, as OpenAI has it.

    Raises:
        OpenAIError: 400, in OpenAI's form.
    """
    fields = _checked(_from_form(form, EDIT), EDIT)
    if not 1 <= len(images) <= 5:
        raise invalid("image", f"image takes 1 to 5 pictures, got {len(images)}.")
    if mask is None:
        return Order(task="change", images=tuple(images), **_order(fields)), _answer(fields)
    if len(images) != 1:
        raise invalid("mask", f"mask goes with one image, got {len(images)}.")
    if mask.size != images[0].size:
        wanted, got = (f"{width}x{height}" for width, height in (images[0].size, mask.size))
        raise invalid("mask", f"mask must have the size of image, {wanted}, got {got}.")
    if mask.mode not in ("RGBA", "LA"):
        raise invalid("mask", "mask must have an alpha channel: transparent where the picture is to change.")
    holes = mask.getchannel("A").point([255 if alpha < 128 else 0 for alpha in range(256)])
    return Order(task="inpaint", images=tuple(images), mask=holes, **_order(fields)), _answer(fields)


def read_variation(form: Mapping[str, str], images: Sequence[Image.Image]) -> tuple[Order, Answer]:
    """A form of /v1/images/variations -> what to draw, and how to answer.

    Raises:
        OpenAIError: 400, in OpenAI's form.
    """
    fields = _checked(_from_form(form, VARIATION), VARIATION)
    if len(images) != 1:
        raise invalid("image", f"image takes one picture, got {len(images)}. images.edit takes up to five.")
    similarity = fields.get("similarity_strength")
    return Order(task="vary", images=tuple(images), similarity_strength=similarity, **_order(fields)), _answer(fields)


def answer_models(created: int, model: str | None = None) -> dict:
    """What /v1/models and /v1/models/{model} answer.

    Raises:
        OpenAIError: 404, there is no such model.
    """
    ours = {"id": MODEL, "object": "model", "created": created, "owned_by": "easel"}
    if model is None:
        return {"object": "list", "data": [ours]}
    _check_model(model, 404)
    return {**ours, "id": model}


def invalid(param: str, message: str) -> OpenAIError:
    """A refusal of one argument."""
    return OpenAIError(400, message, param=param, code="invalid_value")


def not_offered(error: NotOffered) -> OpenAIError:
    """A `NotOffered` with the name that the argument has here."""
    names = {"negative_prompt": "negative_prompt", "images": "image", "transparent": "background", "task": "mask"}
    return invalid(names.get(error.argument, error.argument), str(error).replace("`", ""))


def _checked(body: Any, schema: dict) -> dict[str, Any]:
    """The fields that are there."""
    try:
        check(body, schema)
    except Violation as violation:
        raise _refusal(violation) from violation
    fields = {name: value for name, value in body.items() if value is not None}
    _check_model(fields.get("model", MODEL), 400)
    if "prompt" in fields and not fields["prompt"].strip():
        raise invalid("prompt", "prompt is empty. Say what to draw.")
    return fields


def _check_model(model: str, status: int) -> None:
    if model != MODEL and not _OTHER_NAMES.fullmatch(model):
        message = f"The model '{model[:80]}' does not exist here. Use '{MODEL}'."
        raise OpenAIError(status, message, param="model", code="model_not_found")


def _order(fields: Mapping[str, Any]) -> dict[str, Any]:
    size = fields.get("size", "auto")
    transparent = fields.get("background") == "transparent"
    if transparent and fields.get("output_format") == "jpeg":
        raise invalid("background", "background 'transparent' needs output_format png or webp; jpeg has no alpha.")
    return {
        "prompt": fields.get("prompt", ""),
        "negative_prompt": fields.get("negative_prompt", ""),
        "count": fields.get("n", 1),
        "seed": fields.get("seed", secrets.randbelow(MAX_SEED + 1)),
        "size": None if size == "auto" else tuple(map(int, size.split("x"))),
        "quality": "premium" if fields.get("quality") in ("high", "hd") else "standard",
        "transparent": transparent,
    }


def _answer(fields: Mapping[str, Any]) -> Answer:
    file_format, compression = fields.get("output_format", "png"), fields.get("output_compression")
    if compression is not None and file_format == "png":
        raise invalid("output_compression", "output_compression goes with output_format jpeg or webp.")
    return Answer(
        file_format=file_format,
        compression=compression,
        urls=fields.get("response_format") == "url",
        size=fields.get("size", "auto"),
        quality=fields.get("quality", "auto"),
        background=fields.get("background", "auto"),
    )


def _from_form(form: Mapping[str, str], schema: dict) -> dict[str, Any]:
    """A form's text as the schema's types; text that is no number stays text, and is refused by its name."""
    readers = {"integer": int, "number": float}
    body: dict[str, Any] = {}
    for name, text in form.items():
        kind = schema["properties"].get(name, {}).get("type")
        body[name] = text
        if kind == "boolean" and text in ("true", "false"):
            body[name] = text == "true"
        elif kind in readers and re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?", text):
            try:
                body[name] = readers[kind](text)
            except ValueError:  # 1.5 for a whole number
                pass
    return body


def _refusal(violation: Violation) -> OpenAIError:
    """A broken rule in OpenAI's form: the argument, what it takes, what it got."""
    name = ".".join(map(str, violation.path)) or None
    expected, actual = violation.expected, violation.actual
    if violation.keyword == "required":
        message = f"Missing required parameter: '{expected}'."
        return OpenAIError(400, message, param=expected, code="missing_required_parameter")
    if violation.keyword == "additionalProperties":
        message = f"Unknown parameter: '{str(actual)[:80]}'. Known here: {', '.join(expected)}."
        return OpenAIError(400, message, param=str(actual)[:80], code="unknown_parameter")
    choices = ", ".join(map(repr, expected)) if violation.keyword == "enum" else ""
    words = {
        "type": f"expected {expected}, got {actual!r:.80}",
        "enum": f"expected one of {choices}, got {actual!r:.80}",
        "minimum": f"expected {expected} or more, got {actual}",
        "maximum": f"expected {expected} or less, got {actual}",
        "minLength": f"expected {expected} or more characters, got {actual}",
        "maxLength": f"expected up to {expected} characters, got {actual}",
        "pattern": f"expected 'auto' or WIDTHxHEIGHT, got {actual!r:.80}",
    }
    why = words.get(violation.keyword, f"expected {violation.keyword} {expected}, got {actual!r:.80}")
    return OpenAIError(400, f"Invalid '{name or 'body'}': {why}.", param=name, code=f"invalid_{violation.keyword}")
