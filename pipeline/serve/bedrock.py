"""AWS' own clients: bodies of Titan Image Generator (v1, v2) and Titan Multimodal Embeddings, read and answered.

    client = boto3.client("bedrock-runtime", endpoint_url="http://127.0.0.1:7860", region_name="us-east-1")
    client.invoke_model(modelId="amazon.titan-image-generator-v2:0", body=json.dumps({...}))

Limits and words follow the public documentation ("Amazon Titan Image Generator models", "Amazon Titan Multimodal
Embeddings G1", inference parameters). Every refusal names the place in the body, the rule and what was there.
"""

import base64
import binascii
import io
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image

from pipeline.serve.body import Malformed, Violation, aws_sentence, check, parse
from pipeline.serve.order import EmbeddingOrder, NotOffered, Order
from pipeline.serve.titan import CFG, CONFIG, DEFAULT_SEED, EMBEDDING, LONGEST, SIZES, VERSIONS, tasks_of

__all__ = ["AwsError", "answer_embedding", "answer_images", "blocked", "not_offered"]
__all__ += ["read_embedding_order", "read_order", "version_of"]

_BLOCKED = (
    "This request has been blocked by our content filters. Our filters automatically flagged this prompt because it "
    "may conflict our AUP or AWS Responsible AI Policy. Please adjust your text prompt to submit a new request."
)

_STATUSES = {
    "ValidationException": 400, "AccessDeniedException": 403, "UnknownOperationException": 404,
    "ThrottlingException": 429, "InternalServerException": 500, "ServiceUnavailableException": 503,
}  # fmt: skip
# argument of an `Order` -> its place in the body of a task
_PLACES = {
    "size": "#/imageGenerationConfig", "prompt": "#/{}/text", "negative_prompt": "#/{}/negativeText",
    "control": "#/{}/conditionImage", "colours": "#/{}/colors", "mask": "#/{}/maskImage",
    "mask_prompt": "#/{}/maskPrompt", "images": "#/{}/images", "task": "#/taskType",
}  # fmt: skip


class AwsError(ValueError):
    """A refusal as AWS types it.

    Args:
        kind: the exception that boto3 raises: "ValidationException", "ThrottlingException", ...
        message: for people.
    """

    def __init__(self, kind: str, message: str):
        super().__init__(message)
        self.kind, self.message = kind, message

    @property
    def status(self) -> int:
        """Of HTTP."""
        return _STATUSES[self.kind]


def version_of(model_id: str) -> str:
    """A model id, with or without ":0", or an ARN that ends in one -> "v1", "v2" or "embed".

    Raises:
        AwsError: another model.
    """
    name = model_id.rsplit("/", 1)[-1].removesuffix(":0")
    if name not in VERSIONS:
        raise AwsError(
            "ValidationException", f"The provided model identifier is invalid. It is one of {', '.join(VERSIONS)}."
        )
    return VERSIONS[name]


def read_order(model_id: str, data: bytes, open_picture: Callable[[bytes, str], Image.Image]) -> Order:
    """A body of Titan Image Generator -> what to draw.

    Args:
        model_id: as the client gives it.
        data: the body.
        open_picture: (file, its name) -> the picture; it raises ValueError with a sentence.

    Raises:
        AwsError: ValidationException.
    """
    version = version_of(model_id)
    if version == "embed":
        raise AwsError("ValidationException", f"The model {model_id} makes embeddings, no pictures.")
    body = _parsed(data)
    key, parameters, config = _checked(body, version)
    size = _size(config)
    _, default, most = CFG
    cfg = float(config.get("cfgScale") or default)
    common = {
        "prompt": parameters.get("text") or "",
        "negative_prompt": parameters.get("negativeText") or "",
        "count": config.get("numberOfImages") or 1,
        "seed": DEFAULT_SEED[version] if config.get("seed") is None else config["seed"],
        "size": size,
        "guidance": max(0.0, (cfg - default) / (most - default)),
        "quality": config.get("quality") or "standard",
    }

    def picture(*path: str | int) -> Image.Image:
        value: Any = parameters
        for part in path:
            value = value[part]
        return _open(value, "/".join(("#", key, *map(str, path))), open_picture)

    return Order(**common, **_special(body["taskType"], key, parameters, picture))


def read_embedding_order(
    data: bytes,
    open_picture: Callable[[bytes, str], Image.Image],
    count_tokens: Callable[[str], int],
) -> tuple[EmbeddingOrder, int]:
    """A body of Titan Multimodal Embeddings -> what to embed, and how many tokens its text has.

    Raises:
        AwsError: ValidationException.
    """
    body = _parsed(data)
    _check(body, EMBEDDING)
    text, encoded = body.get("inputText") or "", body.get("inputImage")
    if not text.strip() and encoded is None:
        raise _malformed("#: required key [inputText] or [inputImage] not found")
    tokens = count_tokens(text) if text else 0
    if tokens > 256:
        raise _malformed(f"#/inputText: expected max input tokens: 256, actual: {tokens}")
    image = None
    if encoded is not None:
        image = _open(encoded, "#/inputImage", open_picture, most_bytes=25_000_000, sides=(1, 2048))
    length = (body.get("embeddingConfig") or {}).get("outputEmbeddingLength") or 1024
    return EmbeddingOrder(text, image, length), tokens


def answer_images(files: list[bytes], error: str | None = None) -> dict:
    """The body that the image models answer with; `error` says why some of the pictures are not there."""
    return {"images": [base64.b64encode(file).decode("ascii") for file in files], "error": error}


def answer_embedding(vector: list[float], tokens: int) -> dict:
    """The body that the embedding model answers with."""
    return {"embedding": vector, "inputTextTokenCount": tokens, "message": None}


def blocked(sentence: str) -> AwsError:
    """The content filter's refusal, in AWS' words and then in ours."""
    return AwsError("ValidationException", f"{_BLOCKED} ({sentence})")


def not_offered(error: NotOffered, data: bytes) -> AwsError:
    """A `NotOffered` at its place in the body that asked for it."""
    task, tasks = parse(data).get("taskType"), tasks_of("v2")
    place = _PLACES.get(error.argument, "#").format(tasks[task][0] if task in tasks else "")
    return _malformed(f"{place}: {str(error).rstrip('.')}")


def _parsed(data: bytes) -> Mapping:
    try:
        body = parse(data)
    except Malformed as error:
        raise _malformed(str(error).rstrip(".")) from error
    _check(body, {"type": "object"})
    return body


def _checked(body: Mapping, version: str) -> tuple[str, Mapping, Mapping]:
    """(key of the task's parameters, parameters, configuration), checked."""
    tasks = tasks_of(version)
    task = {"type": "object", "properties": {"taskType": {"type": "string", "enum": list(tasks)}}}
    _check(body, {**task, "required": ["taskType"]})
    key, schema = tasks[body["taskType"]]
    properties = {"taskType": {}, key: schema}
    if body["taskType"] != "BACKGROUND_REMOVAL":  # it takes no configuration
        properties["imageGenerationConfig"] = CONFIG
    rules = {"type": "object", "properties": properties, "required": ["taskType", key], "additionalProperties": False}
    _check(body, rules)
    parameters = body[key]
    if body["taskType"] in ("INPAINTING", "OUTPAINTING"):
        masks = [name for name in ("maskPrompt", "maskImage") if parameters.get(name) is not None]
        if len(masks) != 1:
            found = " and ".join(masks) or "none"
            raise _malformed(f"#/{key}: expected exactly one of [maskPrompt, maskImage], found: {found}")
    for name in ("controlMode", "controlStrength"):
        if parameters.get(name) is not None and parameters.get("conditionImage") is None:
            raise _malformed(f"#/{key}/{name}: required key [conditionImage] not found")
    return key, parameters, body.get("imageGenerationConfig") or {}


def _special(task: str, key: str, parameters: Mapping, picture: Callable[..., Image.Image]) -> dict[str, Any]:
    """What one task's order has beyond the others'."""
    if task == "TEXT_IMAGE":
        if parameters.get("conditionImage") is None:
            return {"task": "draw"}
        strength, mode = parameters.get("controlStrength"), parameters.get("controlMode") or "CANNY_EDGE"
        return {
            "task": "condition",
            "images": (picture("conditionImage"),),
            "control": {"CANNY_EDGE": "edges", "SEGMENTATION": "segments"}[mode],
            "control_strength": 0.7 if strength is None else float(strength),
        }
    if task == "IMAGE_VARIATION":
        count, similarity = len(parameters["images"]), parameters.get("similarityStrength")
        return {
            "task": "vary",
            "images": tuple(picture("images", index) for index in range(count)),
            "similarity_strength": None if similarity is None else float(similarity),
        }
    if task == "COLOR_GUIDED_GENERATION":
        given = () if parameters.get("referenceImage") is None else (picture("referenceImage"),)
        return {"task": "colours", "colours": tuple(map(str.lower, parameters["colors"])), "images": given}
    if task == "BACKGROUND_REMOVAL":
        return {"task": "cut out", "images": (picture("image"),), "transparent": True}
    image = picture("image")
    mask = None
    if parameters.get("maskImage") is not None:
        mask = _mask(picture("maskImage"), image, f"#/{key}/maskImage", black_changes=task == "INPAINTING")
    return {
        "task": "inpaint" if task == "INPAINTING" else "outpaint",
        "images": (image,),
        "mask": mask,
        "mask_prompt": parameters.get("maskPrompt") or "",
        "keep_exactly": parameters.get("outPaintingMode") == "PRECISE",
    }


def _mask(mask: Image.Image, image: Image.Image, place: str, *, black_changes: bool) -> Image.Image:
    """The mask, white where the picture changes. AWS takes pure black and white, of the picture's size."""
    if mask.size != image.size:
        raise _malformed(
            f"{place}: expected size: {image.width}x{image.height} as the image, actual: {mask.width}x{mask.height}"
        )
    mask = mask.convert("L")
    grey = sum(mask.histogram()[1:255])
    if grey:
        raise _malformed(f"{place}: expected pure black and white pixels, found: {grey} grey ones")
    return mask.point(lambda level: 255 - level) if black_changes else mask


def _size(config: Mapping) -> tuple[int, int] | None:
    width, height = config.get("width"), config.get("height")
    if width is None and height is None:
        return None
    size, place = (width or LONGEST, height or LONGEST), "#/imageGenerationConfig"
    if size not in SIZES:
        offered = ", ".join(f"{w}x{h}" for w, h in SIZES if max(w, h) <= LONGEST)
        raise _malformed(f"{place}: {size[0]}x{size[1]} is not a supported size, expected one of [{offered}]")
    if max(size) > LONGEST:
        name = "width" if size[0] > LONGEST else "height"
        raise _malformed(f"{place}/{name}: {max(size)} is not less or equal to {LONGEST}")
    return size


def _open(
    encoded: str, place: str, open_picture: Callable[[bytes, str], Image.Image], *, most_bytes: int = 5_000_000,
    sides: tuple[int, int] = (256, 1408),
) -> Image.Image:  # fmt: skip
    """base64 -> picture, within AWS' limits, which are looked at before a pixel is decoded."""
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed(f"{place}: expected a base64-encoded PNG or JPEG image, found: no base64") from error
    if len(data) > most_bytes:
        raise _malformed(f"{place}: expected at most {most_bytes} bytes, actual: {len(data)}")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as header:
            width, height = header.size
    except Exception as error:  # Pillow raises many kinds on damaged headers
        raise _malformed(f"{place}: expected a base64-encoded PNG or JPEG image, found: another file") from error
    for side in (width, height):
        if not sides[0] <= side <= sides[1]:
            raise _malformed(f"{place}: expected sides of {sides[0]} to {sides[1]} pixels, actual: {width}x{height}")
    try:
        return open_picture(data, place)
    except ValueError as error:
        raise _malformed(f"{place}: {str(error).replace('`', '').rstrip('.')}") from error


def _check(body: Any, schema: Mapping) -> None:
    try:
        check(body, schema)
    except Violation as violation:
        raise _malformed(aws_sentence(violation)) from violation


def _malformed(rule: str) -> AwsError:
    message = f"Malformed input request: {rule}, please reformat your input and try again."
    return AwsError("ValidationException", message)
