"""What the bodies of Amazon Titan's image models may hold: tasks, sizes and limits, as JSON Schema.

From the public documentation: "Amazon Titan Image Generator models" and "Amazon Titan Multimodal Embeddings G1",
inference parameters.
"""

import copy
from typing import Any

__all__ = ["CFG", "DEFAULT_SEED", "EMBEDDING", "LONGEST", "SIZES", "CONFIG", "VERSIONS", "schema_of", "tasks_of"]

SIZES = (
    (1024, 1024), (768, 768), (512, 512), (768, 1152), (384, 576), (1152, 768), (576, 384), (768, 1280), (384, 640),
    (1280, 768), (640, 384), (896, 1152), (448, 576), (1152, 896), (576, 448), (768, 1408), (384, 704), (1408, 768),
    (704, 384), (640, 1408), (320, 704), (1408, 640), (704, 320), (1152, 640), (1173, 640),
)  # fmt: skip
LONGEST = 1024  # pixels of the longer side that is drawn here; Titan's table goes to 1,408
CFG = (1.1, 8.0, 10.0)  # the least, the default, the most
DEFAULT_SEED = {"v1": 0, "v2": 42}
VERSIONS = {
    "amazon.titan-image-generator-v1": "v1",
    "amazon.titan-image-generator-v2": "v2",
    "amazon.titan-embed-image-v1": "embed",
}
_TEXT = {"type": "string", "minLength": 1, "maxLength": 512}
_PICTURE = {"type": "string", "minLength": 1}
CONFIG = {
    "type": "object",
    "properties": {
        "numberOfImages": {"type": "integer", "minimum": 1, "maximum": 5},
        "quality": {"type": "string", "enum": ["standard", "premium"]},
        "width": {"type": "integer", "minimum": 320, "maximum": 1408},
        "height": {"type": "integer", "minimum": 320, "maximum": 1408},
        "cfgScale": {"type": "number", "minimum": CFG[0], "maximum": CFG[-1]},
        "seed": {"type": "integer", "minimum": 0, "maximum": 2_147_483_646},
    },
    "additionalProperties": False,
}


def _parameters(required: list[str], **properties: dict) -> dict:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_MASKED = {"text": _TEXT, "negativeText": _TEXT, "image": _PICTURE, "maskPrompt": _TEXT, "maskImage": _PICTURE}
_CONTROLLED = {
    "conditionImage": _PICTURE,
    "controlMode": {"type": "string", "enum": ["CANNY_EDGE", "SEGMENTATION"]},
    "controlStrength": {"type": "number", "minimum": 0.0, "maximum": 1.0},
}
# task type -> (its parameters' key, their schema, whether v1 has it)
_TASKS: dict[str, tuple[str, dict, bool]] = {
    "TEXT_IMAGE": ("textToImageParams", _parameters(["text"], text=_TEXT, negativeText=_TEXT, **_CONTROLLED), True),
    "INPAINTING": ("inPaintingParams", _parameters(["image"], **_MASKED), True),
    "OUTPAINTING": (
        "outPaintingParams",
        _parameters(
            ["text", "image"], outPaintingMode={"type": "string", "enum": ["DEFAULT", "PRECISE"]}, **_MASKED
        ),
        True,
    ),
    "IMAGE_VARIATION": (
        "imageVariationParams",
        _parameters(
            ["images"],
            images={"type": "array", "items": _PICTURE, "minItems": 1, "maxItems": 5},
            text=_TEXT,
            negativeText=_TEXT,
            similarityStrength={"type": "number", "minimum": 0.2, "maximum": 1.0},
        ),
        True,
    ),
    "COLOR_GUIDED_GENERATION": (
        "colorGuidedGenerationParams",
        _parameters(
            ["text", "colors"],
            text=_TEXT,
            negativeText=_TEXT,
            colors={
                "type": "array", "items": {"type": "string", "pattern": "#[0-9A-Fa-f]{6}"}, "minItems": 1,
                "maxItems": 10,
            },
            referenceImage=_PICTURE,
        ),
        False,
    ),
    "BACKGROUND_REMOVAL": ("backgroundRemovalParams", _parameters(["image"], image=_PICTURE), False),
}  # fmt: skip
EMBEDDING = {
    "type": "object",
    "properties": {
        "inputText": {"type": "string", "minLength": 1},
        "inputImage": _PICTURE,
        "embeddingConfig": {
            "type": "object",
            "properties": {"outputEmbeddingLength": {"type": "integer", "enum": [256, 384, 1024]}},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}


def tasks_of(version: str) -> dict[str, tuple[str, dict]]:
    """Task type -> (key, schema) as "v1" or "v2" has them: v1 has no conditioning, colours or background removal."""
    if version == "v2":
        return {task: (key, schema) for task, (key, schema, _) in _TASKS.items()}
    found = {}
    for task, (key, schema, in_v1) in _TASKS.items():
        if in_v1:
            kept = {name: rule for name, rule in schema["properties"].items() if name not in _CONTROLLED}
            found[task] = (key, {**schema, "properties": kept})
    return found


def schema_of(version: str) -> dict:
    """The JSON Schema of a model's whole body ("v1", "v2" or "embed"), for the page that lists it."""
    if version == "embed":
        return copy.deepcopy(EMBEDDING)
    tasks = tasks_of(version)
    properties: dict[str, Any] = {"taskType": {"type": "string", "enum": list(tasks)}}
    properties |= {key: schema for key, schema in tasks.values()}
    properties["imageGenerationConfig"] = CONFIG
    return copy.deepcopy({"type": "object", "properties": properties, "required": ["taskType"]})
