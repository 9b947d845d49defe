"""Bodies of Titan's models, every documented limit. Example run: python -m pytest tests/serve/test_bedrock.py"""

import base64
import io
import json

import pytest
from PIL import Image

from pipeline.serve.bedrock import AwsError, read_embedding_order, read_order, version_of
from pipeline.serve.order import Order
from pipeline.serve.titan import SIZES, VERSIONS, schema_of, tasks_of

V1, V2 = "amazon.titan-image-generator-v1", "amazon.titan-image-generator-v2:0"
PROMPT = {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a cat"}}


def encoded(width=256, height=256, file_format="PNG", mode="RGB", colour=0) -> str:
    file = io.BytesIO()
    Image.new(mode, (width, height), colour).save(file, file_format)
    return base64.b64encode(file.getvalue()).decode()


def open_picture(data: bytes, name: str) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def order(body, model=V2) -> Order:
    return read_order(model, body if isinstance(body, bytes) else json.dumps(body).encode(), open_picture)


def task(name, key, config=None, **parameters) -> dict:
    body = {"taskType": name, key: parameters}
    return body if config is None else {**body, "imageGenerationConfig": config}


def with_config(**config) -> dict:
    return {**PROMPT, "imageGenerationConfig": config}


def refusal(body, model=V2) -> str:
    with pytest.raises(AwsError) as refused:
        order(body, model)
    assert (refused.value.kind, refused.value.status) == ("ValidationException", 400)
    message = refused.value.message
    assert message.startswith("Malformed input request: ")
    assert message.endswith(", please reformat your input and try again.")
    return message.removeprefix("Malformed input request: ").removesuffix(
        ", please reformat your input and try again."
    )


def test_what_is_left_out_is_as_documented():
    assert order(PROMPT) == Order(prompt="a cat", seed=42)
    assert order(PROMPT, V1).seed == 0
    assert order(PROMPT, "arn:aws:bedrock:us-east-1::foundation-model/" + V2) == order(PROMPT)


def test_a_whole_configuration_is_read():
    config = {"numberOfImages": 5, "quality": "premium", "width": 512, "height": 512, "cfgScale": 10, "seed": 7}
    asked = order({**with_config(**config)})
    assert asked == Order(prompt="a cat", count=5, quality="premium", size=(512, 512), guidance=1.0, seed=7)


@pytest.mark.parametrize(("cfg", "guidance"), [(1.1, 0.0), (8.0, 0.0), (9.0, 0.5), (10.0, 1.0)])
def test_the_default_cfg_scale_is_the_models_own(cfg, guidance):
    assert order(with_config(cfgScale=cfg)).guidance == guidance


RULES = [
    (b"{", "The body is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    (b"[]", "#: expected type: Object, found: JSONArray"),
    ({}, "#: required key [taskType] not found"),
    ({"taskType": "TEXT_IMAGE"}, "#: required key [textToImageParams] not found"),
    ({**PROMPT, "colour": 1}, "#: extraneous key [colour] is not permitted"),
    (task("TEXT_IMAGE", "textToImageParams"), "#/textToImageParams: required key [text] not found"),
    (
        task("TEXT_IMAGE", "textToImageParams", text="x" * 536),
        "#/textToImageParams/text: expected maxLength: 512, actual: 536",
    ),
    (
        task("TEXT_IMAGE", "textToImageParams", text="a cat", negativeText="x" * 513),
        "#/textToImageParams/negativeText: expected maxLength: 512, actual: 513",
    ),
    (
        task("TEXT_IMAGE", "textToImageParams", text=""),
        "#/textToImageParams/text: expected minLength: 1, actual: 0",
    ),
    (with_config(numberOfImages=6), "#/imageGenerationConfig/numberOfImages: 6 is not less or equal to 5"),
    (with_config(numberOfImages=0), "#/imageGenerationConfig/numberOfImages: 0 is not greater or equal to 1"),
    (with_config(cfgScale=1.0), "#/imageGenerationConfig/cfgScale: 1.0 is not greater or equal to 1.1"),
    (with_config(cfgScale=10.5), "#/imageGenerationConfig/cfgScale: 10.5 is not less or equal to 10.0"),
    (with_config(seed=-1), "#/imageGenerationConfig/seed: -1 is not greater or equal to 0"),
    (
        with_config(seed=2**31 - 1),
        "#/imageGenerationConfig/seed: 2147483647 is not less or equal to 2147483646",
    ),
    (with_config(seed="7"), "#/imageGenerationConfig/seed: expected type: Integer, found: String"),
    (with_config(width=4096), "#/imageGenerationConfig/width: 4096 is not less or equal to 1408"),
    (with_config(width=1152, height=768), "#/imageGenerationConfig/width: 1152 is not less or equal to 1024"),
    (with_config(steps=9), "#/imageGenerationConfig: extraneous key [steps] is not permitted"),
    (task("IMAGE_VARIATION", "imageVariationParams"), "#/imageVariationParams: required key [images] not found"),
    (
        task("IMAGE_VARIATION", "imageVariationParams", images=[]),
        "#/imageVariationParams/images: expected minimum item count: 1, found: 0",
    ),
    (
        task("IMAGE_VARIATION", "imageVariationParams", images=["x"] * 6),
        "#/imageVariationParams/images: expected maximum item count: 5, found: 6",
    ),
    (
        task("IMAGE_VARIATION", "imageVariationParams", images=[encoded()], similarityStrength=0.1),
        "#/imageVariationParams/similarityStrength: 0.1 is not greater or equal to 0.2",
    ),
    (
        task("COLOR_GUIDED_GENERATION", "colorGuidedGenerationParams", text="a cat", colors=["red"]),
        "#/colorGuidedGenerationParams/colors/0: string [red] does not match pattern #[0-9A-Fa-f]{6}",
    ),
    (
        task("COLOR_GUIDED_GENERATION", "colorGuidedGenerationParams", text="a cat", colors=["#000000"] * 11),
        "#/colorGuidedGenerationParams/colors: expected maximum item count: 10, found: 11",
    ),
    (
        task("BACKGROUND_REMOVAL", "backgroundRemovalParams", {}, image=encoded()),
        "#: extraneous key [imageGenerationConfig] is not permitted",
    ),
    (
        task("OUTPAINTING", "outPaintingParams", image=encoded(), maskPrompt="a cat"),
        "#/outPaintingParams: required key [text] not found",
    ),
    (
        task("INPAINTING", "inPaintingParams", image=encoded()),
        "#/inPaintingParams: expected exactly one of [maskPrompt, maskImage], found: none",
    ),
    (
        task("INPAINTING", "inPaintingParams", image=encoded(), maskPrompt="x", maskImage=encoded()),
        "#/inPaintingParams: expected exactly one of [maskPrompt, maskImage], found: maskPrompt and maskImage",
    ),
    (
        task("TEXT_IMAGE", "textToImageParams", text="a cat", controlMode="SEGMENTATION"),
        "#/textToImageParams/controlMode: required key [conditionImage] not found",
    ),
]


@pytest.mark.parametrize(("body", "rule"), RULES)
def test_every_limit_is_answered_with_pointer_rule_and_actual_value(body, rule):
    assert refusal(body) == rule


def test_a_size_is_one_of_the_table():
    for size in SIZES:
        body = with_config(width=size[0], height=size[1])
        assert order(body).size == size if max(size) <= 1024 else refusal(body)
    assert "300x400 is not a supported size" not in refusal(
        with_config(width=300, height=400)
    )  # the bound comes first
    assert refusal(with_config(width=400, height=400)).startswith(
        "#/imageGenerationConfig: 400x400 is not a supported size, expected one of [1024x1024, 768x768, 512x512"
    )
    assert len(SIZES) == len(set(SIZES)) == 25


BAD_PICTURES = [
    ("no base64!", "expected a base64-encoded PNG or JPEG image, found: no base64"),
    (base64.b64encode(b"no picture").decode(), "expected a base64-encoded PNG or JPEG image, found: another file"),
    (encoded(file_format="WEBP"), "expected a base64-encoded PNG or JPEG image, found: another file"),
    (encoded(255, 256), "expected sides of 256 to 1408 pixels, actual: 255x256"),
    (encoded(256, 1409), "expected sides of 256 to 1408 pixels, actual: 256x1409"),
    (base64.b64encode(bytes(5_000_001)).decode(), "expected at most 5000000 bytes, actual: 5000001"),
]


@pytest.mark.parametrize(("image", "rule"), BAD_PICTURES)
def test_input_pictures_are_png_or_jpeg_within_bounds(image, rule):
    body = task("IMAGE_VARIATION", "imageVariationParams", images=[encoded(), image])
    assert refusal(body) == f"#/imageVariationParams/images/1: {rule}"


def test_pictures_at_the_bounds_are_taken():
    images = [encoded(256, 1408, "JPEG"), encoded(1408, 256)]
    asked = order(task("IMAGE_VARIATION", "imageVariationParams", images=images, text="a dog", similarityStrength=0.2))
    assert [image.size for image in asked.images] == [(256, 1408), (1408, 256)]
    assert (asked.task, asked.prompt, asked.similarity_strength) == ("vary", "a dog", 0.2)


def test_a_mask_is_white_where_the_picture_changes():
    mask = Image.new("L", (256, 256), 255)
    mask.paste(0, (0, 0, 128, 256))
    file = io.BytesIO()
    mask.save(file, "PNG")
    mask_image = base64.b64encode(file.getvalue()).decode()
    inside = order(task("INPAINTING", "inPaintingParams", image=encoded(), maskImage=mask_image))
    outside = order(task("OUTPAINTING", "outPaintingParams", image=encoded(), maskImage=mask_image, text="a beach"))
    assert (inside.mask.getpixel((10, 10)), inside.mask.getpixel((200, 10))) == (255, 0)  # black is changed
    assert (outside.mask.getpixel((10, 10)), outside.mask.getpixel((200, 10))) == (0, 255)  # white is changed


def test_a_grey_mask_and_one_of_another_size_are_refused():
    grey = task("INPAINTING", "inPaintingParams", image=encoded(), maskImage=encoded(mode="L", colour=100))
    assert refusal(grey) == (
        "#/inPaintingParams/maskImage: expected pure black and white pixels, found: 65536 grey ones"
    )
    other = task("INPAINTING", "inPaintingParams", image=encoded(), maskImage=encoded(300, 256))
    assert refusal(other) == "#/inPaintingParams/maskImage: expected size: 256x256 as the image, actual: 300x256"


def test_every_task_becomes_an_order():
    image = encoded()
    assert order(
        task(
            "OUTPAINTING",
            "outPaintingParams",
            image=image,
            maskPrompt="cat",
            text="a beach",
            outPaintingMode="PRECISE",
        )
    ).keep_exactly
    colours = order(
        task(
            "COLOR_GUIDED_GENERATION",
            "colorGuidedGenerationParams",
            text="a cat",
            colors=["#FF8800"],
            referenceImage=image,
        )
    )
    assert (colours.task, colours.colours, len(colours.images)) == ("colours", ("#ff8800",), 1)
    assert order(task("BACKGROUND_REMOVAL", "backgroundRemovalParams", image=image)).task == "cut out"
    conditioned = order(task("TEXT_IMAGE", "textToImageParams", text="a cat", conditionImage=image))
    assert (conditioned.task, conditioned.control, conditioned.control_strength) == ("condition", "edges", 0.7)


def test_version_1_has_no_colours_conditions_or_background_removal():
    assert set(tasks_of("v2")) - set(tasks_of("v1")) == {"COLOR_GUIDED_GENERATION", "BACKGROUND_REMOVAL"}
    assert "is not a valid enum value" in refusal({"taskType": "BACKGROUND_REMOVAL"}, V1)
    body = task("TEXT_IMAGE", "textToImageParams", text="a cat", conditionImage=encoded())
    assert refusal(body, V1) == "#/textToImageParams: extraneous key [conditionImage] is not permitted"


@pytest.mark.parametrize("model", ["amazon.nova-reel-v1:0", "", "amazon.titan-image-generator-v3"])
def test_other_models_are_refused(model):
    with pytest.raises(AwsError, match="The provided model identifier is invalid"):
        version_of(model)


def embedding_order(**body):
    return read_embedding_order(json.dumps(body).encode(), open_picture, lambda text: len(text.split()))


def test_an_embedding_is_of_words_a_picture_or_both():
    found, tokens = embedding_order(inputText="a red cat", inputImage=encoded(10, 10))
    assert (found.text, found.image.size, found.length, tokens) == ("a red cat", (10, 10), 1024, 3)
    config = {"outputEmbeddingLength": 384}
    found, tokens = embedding_order(inputImage=encoded(2048, 2048), embeddingConfig=config)
    assert (found.length, tokens) == (384, 0)


EMBEDDING_LIMITS = [
    ({}, "#: required key [inputText] or [inputImage] not found"),
    ({"inputText": "  "}, "#: required key [inputText] or [inputImage] not found"),
    ({"inputText": "x " * 257}, "#/inputText: expected max input tokens: 256, actual: 257"),
    (
        {"inputText": "a", "embeddingConfig": {"outputEmbeddingLength": 512}},
        "#/embeddingConfig/outputEmbeddingLength: 512 is not a valid enum value, expected one of [256, 384, 1024]",
    ),
    ({"inputImage": encoded(2049, 10)}, "#/inputImage: expected sides of 1 to 2048 pixels, actual: 2049x10"),
    ({"inputImage": "?"}, "#/inputImage: expected a base64-encoded PNG or JPEG image, found: no base64"),
    ({"text": "a"}, "#: extraneous key [text] is not permitted"),
]


@pytest.mark.parametrize(("body", "rule"), EMBEDDING_LIMITS)
def test_the_limits_of_embeddings(body, rule):
    with pytest.raises(AwsError) as refused:
        embedding_order(**body)
    assert rule in refused.value.message


def test_the_schemas_that_are_listed_are_valid_json_schema():
    validators = pytest.importorskip("jsonschema")
    for version in VERSIONS.values():
        validators.Draft202012Validator.check_schema(schema_of(version))
