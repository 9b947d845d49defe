"""AWS' and OpenAI's own clients, unmodified, against the running server.

Example run: python -m pytest tests/serve/test_doors.py
"""

import base64
import io
import json
import logging
import queue
import threading
from dataclasses import replace

import gradio_client
import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw

from app import LIMITS, build_demo, launch_options
from pipeline.recipe import read_png
from pipeline.recipe.files import read_recipe
from pipeline.serve.jobs import HOUSE, Client, Jobs
from pipeline.serve.keys import Keys
from pipeline.serve.store import PictureStore
from pipeline.watermark import verify
from tests.serve.test_bedrock import BAD_PICTURES, EMBEDDING_LIMITS, RULES, SIZES
from tests.tiny import tiny_pipeline

boto3 = pytest.importorskip("boto3", reason='pip install -e ".[test]"')
openai = pytest.importorskip("openai", reason='pip install -e ".[test]"')
from botocore.config import Config  # noqa: E402

TITAN, EMBED = "amazon.titan-image-generator-v2:0", "amazon.titan-embed-image-v1"
KEY = "a-key-of-enough-letters"


def serve(tmp_path_factory, keys=None, jobs=None, mcp=False, **limits):
    store = PictureStore(tmp_path_factory.mktemp("store"))
    demo = build_demo(tiny_pipeline(), weights_hash="0123456789ab", store=store, limits=replace(LIMITS, **limits))
    if jobs is not None:
        demo.studio.jobs = jobs
    demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo, keys=keys, mcp=mcp))
    return demo


@pytest.fixture(scope="module", autouse=True)
def no_credentials_of_the_machine():
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_BEARER_TOKEN_BEDROCK", "AWS_PROFILE", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
            patch.delenv(name, raising=False)
        patch.setattr("gradio.networking.url_ok", lambda url: True)
        yield


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    demo = serve(tmp_path_factory)
    yield demo
    demo.close()


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    demo = serve(tmp_path_factory, Keys((KEY,)), max_pictures_per_minute=3)
    yield demo
    demo.close()


def bedrock(demo, key="none"):
    return boto3.client(
        "bedrock-runtime", endpoint_url=demo.local_url, region_name="us-east-1", aws_access_key_id=key,
        aws_secret_access_key="none", config=Config(retries={"max_attempts": 0}, read_timeout=60),
    )  # fmt: skip


def invoke(demo, body, model=TITAN, client=None):
    answer = (client or bedrock(demo)).invoke_model(modelId=model, body=json.dumps(body))
    assert answer["contentType"] == "application/json"
    return json.loads(answer["body"].read())


def prompt(text="a cat", **config):
    return {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": text}, "imageGenerationConfig": config}


def opened(encoded: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(encoded)))


def png(colour="red", mode="RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (256, 256), colour).save(file, "PNG")
    return file.getvalue()


def speaker(demo, key="none"):
    return openai.OpenAI(base_url=f"{demo.local_url}v1", api_key=key, max_retries=0, timeout=60)


# AWS


def test_boto3_draws(demo):
    answer = invoke(demo, prompt(numberOfImages=2, seed=7, cfgScale=8.0, quality="standard"))
    assert answer.keys() == {"images", "error"} and answer["error"] is None
    for encoded, seed in zip(answer["images"], (7, 8), strict=True):
        with opened(encoded) as image:
            recipe = read_png(image)
            assert (image.format, recipe.seed, recipe.prompt) == ("PNG", seed, "a cat")
            assert verify(image).payload == recipe.id32
    assert invoke(demo, prompt(seed=7, quality="premium"))["images"] != answer["images"][:1]


def test_boto3_varies_pictures(demo):
    body = {
        "taskType": "IMAGE_VARIATION",
        "imageVariationParams": {
            "images": [base64.b64encode(png(colour)).decode() for colour in ("red", "blue")],
            "similarityStrength": 0.9,
        },
        "imageGenerationConfig": {"seed": 3},
    }
    with opened(invoke(demo, body)["images"][0]) as image:
        recipe = read_png(image)
    assert len(recipe.image_hashes) == 2 and recipe.similarity_strength == 0.9


def test_boto3_chooses_sizes_and_colours(demo):
    body = {
        "taskType": "COLOR_GUIDED_GENERATION",
        "colorGuidedGenerationParams": {"text": "a cat", "colors": ["#ff8800", "#eeeeee"]},
        "imageGenerationConfig": {"seed": 3, "width": 576, "height": 384},
    }
    with opened(invoke(demo, body)["images"][0]) as image:
        recipe = read_png(image)
        assert image.size == (576, 384) == (recipe.width, recipe.height)
        assert verify(image).payload == recipe.id32
    assert any(edit.startswith("colour ") and "#ff8800" in edit for edit in recipe.edits)
    assert any(edit.startswith("ground ") and "#eeeeee" in edit for edit in recipe.edits)


def test_boto3_follows_a_sketch(demo):
    sketch = Image.new("RGB", (256, 256), "white")
    sketch.paste("black", (16, 16, 80, 80))
    file = io.BytesIO()
    sketch.save(file, "PNG")
    body = prompt(seed=3)
    body["textToImageParams"] |= {
        "conditionImage": base64.b64encode(file.getvalue()).decode(),
        "controlMode": "SEGMENTATION",
    }
    with opened(invoke(demo, body)["images"][0]) as image:
        (edit,) = read_png(image).edits
    verb, _, x, y, _ = edit.split()
    assert verb == "place" and float(x) < 0.3 and float(y) < 0.3


@pytest.mark.parametrize("strength", [0.7, 1.0])
def test_boto3_draws_into_an_outline(demo, strength):
    sketch, inside = Image.new("RGB", (256, 256), "white"), Image.new("1", (256, 256))
    triangle = [(128, 30), (220, 200), (40, 200)]
    ImageDraw.Draw(sketch).line([*triangle, triangle[0]], fill="black", width=3)
    ImageDraw.Draw(inside).polygon(triangle, fill=1)
    body = prompt(seed=3)
    body["textToImageParams"] |= {"conditionImage": encoded(sketch), "controlStrength": strength}  # CANNY_EDGE
    with opened(invoke(demo, body)["images"][0]) as image:
        recipe = read_png(image)
        assert verify(image).payload == recipe.id32
        values = np.asarray(image.convert("RGB"), int)
    drawn, mask = np.abs(values - values[2, 2]).max(-1) > 30, np.asarray(inside)
    assert (drawn & mask).sum() / (drawn | mask).sum() > 0.9
    assert [edit.split()[0] for edit in recipe.edits] == ["upload", "place"]
    body["textToImageParams"]["controlStrength"] = 0
    with opened(invoke(demo, body)["images"][0]) as image:
        assert read_png(image).edits == ()


def photo(size=(320, 256)) -> Image.Image:
    """Two discs on a plain ground, and a line of noise that nothing may touch."""
    image = Image.new("RGB", size, "#cfe3f2")
    draw = ImageDraw.Draw(image)
    draw.ellipse((30, 60, 129, 159), fill="#c03020")
    draw.ellipse((190, 60, 289, 159), fill="#2040c0")
    return image


def mask_of(*box: int, size=(320, 256)) -> Image.Image:
    """Black where AWS changes something (inpainting) or keeps it (outpainting)."""
    mask = Image.new("L", size, 255)
    mask.paste(0, box)
    return mask


def encoded(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def unmarked(demo, answer) -> Image.Image:
    """What was drawn is compared as far as the mark lets it: its largest step is small."""
    with opened(answer["images"][0]) as image:
        recipe = read_png(image)
        assert verify(image).payload == recipe.id32
        return image.convert("RGBA")


def difference(one: Image.Image, other: Image.Image, *box: int) -> float:
    """Mean difference in grey levels in a box."""
    return float(np.abs(np.asarray(one.convert("RGB").crop(box), int) - np.asarray(other.crop(box), int)).mean())


def test_boto3_inpaints_by_a_mask(demo):
    body = {
        "taskType": "INPAINTING",
        "inPaintingParams": {
            "image": encoded(photo()), "maskImage": encoded(mask_of(30, 60, 130, 160)), "text": "a cat",
        },
        "imageGenerationConfig": {"seed": 3},
    }  # fmt: skip
    drawn = unmarked(demo, invoke(demo, body))
    assert drawn.size == (320, 256)
    assert difference(drawn, photo(), 140, 0, 320, 256) < 3 < difference(drawn, photo(), 60, 90, 100, 130)
    del body["inPaintingParams"]["text"]  # without words it goes
    gone = unmarked(demo, invoke(demo, body))
    ground = Image.new("RGB", (320, 256), "#cfe3f2")
    assert difference(gone, ground, 0, 0, 160, 256) < 3 and difference(gone, photo(), 160, 0, 320, 256) < 3


def test_boto3_inpaints_by_words(demo):
    body = {
        "taskType": "INPAINTING",
        "inPaintingParams": {"image": encoded(photo()), "maskPrompt": "everything"},
    }
    gone = unmarked(demo, invoke(demo, body))
    assert difference(gone, Image.new("RGB", (320, 256), "#cfe3f2"), 0, 0, 320, 256) < 3


def test_words_mean_things_of_easels_own_pictures(demo):
    text = prompt("a cat and an apple", width=512, height=512, seed=3)
    with opened(own := invoke(demo, text)["images"][0]) as image:
        before, recipe = image.convert("RGB"), read_png(image)
    body = {"taskType": "INPAINTING", "inPaintingParams": {"image": own, "maskPrompt": "a dog"}}
    client = bedrock(demo)
    with pytest.raises(client.exceptions.ValidationException, match="'a dog' is not in the picture. There are: .*cat"):
        invoke(demo, body, client=client)
    body["inPaintingParams"] |= {"maskPrompt": "cat", "text": "an apple"}
    drawn = unmarked(demo, invoke(demo, body))
    *_, rendered = demo.studio.draw(recipe, fresh=True)
    places = dict(zip(rendered.standing.keys, rendered.standing.placements, strict=True))
    for key, place in places.items():
        half, x, y = place.side * 128, place.x * 512, place.y * 512  # the inner half
        changed = difference(drawn, before, *(round(at) for at in (x - half, y - half, x + half, y + half)))
        assert changed > 3 if key == "cat" else changed < 3, key
    before.putpixel((0, 0), (1, 2, 3))  # another picture, whatever its file says: it is looked at
    changed = encoded(before)
    drawn = unmarked(demo, invoke(demo, {**body, "inPaintingParams": {"image": changed, "maskPrompt": "everything"}}))
    assert drawn.size == (512, 512)


@pytest.mark.parametrize("mode", ["DEFAULT", "PRECISE"])
def test_boto3_outpaints(demo, mode):
    body = {
        "taskType": "OUTPAINTING",
        "outPaintingParams": {
            "image": encoded(photo()), "maskImage": encoded(mask_of(0, 30, 160, 190)), "text": "a cat",
            "outPaintingMode": mode,
        },
        "imageGenerationConfig": {"seed": 3, "width": 512, "height": 512},
    }  # fmt: skip
    drawn = unmarked(demo, invoke(demo, body))
    assert drawn.size == (512, 512)
    whole = Image.new("RGB", (512, 512))
    whole.paste(photo(), (96, 128))
    assert difference(drawn, whole, 100, 162, 250, 314) < 3  # what is kept
    assert difference(drawn, whole, 290, 190, 380, 280) > 30  # the other disc is gone


def test_boto3_removes_backgrounds(demo):
    body = {"taskType": "BACKGROUND_REMOVAL", "backgroundRemovalParams": {"image": encoded(photo())}}
    drawn = unmarked(demo, invoke(demo, body))
    assert drawn.size == (320, 256)
    alpha = np.asarray(drawn.getchannel("A"))
    assert alpha[:50].max() == 0 and alpha[100:120, 70:90].min() > 250
    assert difference(drawn, photo(), 60, 90, 100, 130) < 3


def test_boto3_draws_a_reference_in_given_colours(demo):
    body = {
        "taskType": "COLOR_GUIDED_GENERATION",
        "colorGuidedGenerationParams": {
            "text": "a cat", "colors": ["#ff8800", "#eeeeee"], "referenceImage": encoded(photo()),
        },
    }  # fmt: skip
    with opened(invoke(demo, body)["images"][0]) as image:
        recipe = read_png(image)
    assert len(recipe.image_hashes) == 1 and any("#ff8800" in edit for edit in recipe.edits)


def test_what_cannot_be_done_to_a_picture_is_refused_in_the_form_of_aws(demo):
    client = bedrock(demo)
    body = {
        "taskType": "BACKGROUND_REMOVAL",
        "backgroundRemovalParams": {"image": encoded(Image.new("RGB", (300, 300)))},
    }
    with pytest.raises(client.exceptions.ValidationException, match="nothing but its ground"):
        invoke(demo, body, client=client)
    body = prompt()
    body["textToImageParams"]["conditionImage"] = encoded(Image.new("RGB", (300, 300), "white"))
    with pytest.raises(client.exceptions.ValidationException, match="has no outlines"):
        invoke(demo, body, client=client)
    body = {
        "taskType": "OUTPAINTING",
        "outPaintingParams": {
            "image": encoded(photo()), "maskImage": encoded(Image.new("L", (320, 256), 255)), "text": "a cat",
        },
    }  # fmt: skip
    with pytest.raises(client.exceptions.ValidationException, match="The mask keeps nothing of the picture"):
        invoke(demo, body, client=client)


@pytest.mark.parametrize("length", [256, 384, 1024])
def test_boto3_embeds(demo, length):
    body = {"inputText": "a cat", "embeddingConfig": {"outputEmbeddingLength": length}}
    answer = invoke(demo, body, EMBED)
    assert answer.keys() == {"embedding", "inputTextTokenCount", "message"}
    assert answer["message"] is None and answer["inputTextTokenCount"] > 1
    assert len(answer["embedding"]) == length
    assert sum(number**2 for number in answer["embedding"]) == pytest.approx(1, abs=1e-5)


def test_the_embedding_of_both_is_the_average(demo):
    picture = base64.b64encode(png()).decode()
    text, image, both = (
        invoke(demo, body, EMBED)["embedding"]
        for body in (
            {"inputText": "a cat"},
            {"inputImage": picture},
            {"inputText": "a cat", "inputImage": picture},
        )
    )
    mean = [a + b for a, b in zip(text, image, strict=True)]
    length = sum(number**2 for number in mean) ** 0.5
    assert both == pytest.approx([number / length for number in mean], abs=1e-5)


@pytest.mark.parametrize(
    ("model", "body", "words"),
    [
        (TITAN, prompt("x" * 536), "#/textToImageParams/text: expected maxLength: 512, actual: 536"),
        (TITAN, prompt(numberOfImages=6), "#/imageGenerationConfig/numberOfImages: 6 is not less or equal to 5"),
        (TITAN, prompt(width=1408, height=768), "#/imageGenerationConfig/width: 1408 is not less or equal to 1024"),
        (TITAN, prompt("a nude woman"), "This request has been blocked by our content filters."),
        (TITAN, [], "#: expected type: Object, found: JSONArray"),
        (EMBED, {}, "#: required key [inputText] or [inputImage] not found"),
        ("amazon.nova-reel-v1:0", {}, "The provided model identifier is invalid"),
    ],
)
def test_boto3_raises_its_own_validation_exception(demo, model, body, words):
    client = bedrock(demo)
    with pytest.raises(client.exceptions.ValidationException) as refused:
        invoke(demo, body, model, client)
    said = refused.value.response
    assert words in said["Error"]["Message"] and said["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_boto3_is_told_every_documented_limit(demo):
    """The same bodies as `test_bedrock` reads, sent by the client and read from the exception that it raises."""
    client = bedrock(demo)

    def refused(body, model=TITAN) -> str:
        data = body if isinstance(body, bytes) else json.dumps(body)
        with pytest.raises(client.exceptions.ValidationException) as raised:
            client.invoke_model(modelId=model, body=data)
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        return raised.value.response["Error"]["Message"]

    for body, rule in RULES:
        assert rule in refused(body)
    for picture, rule in BAD_PICTURES:
        body = {"taskType": "INPAINTING", "inPaintingParams": {"image": picture, "maskPrompt": "a cat"}}
        assert f"#/inPaintingParams/image: {rule}" in refused(body)
    for body, rule in EMBEDDING_LIMITS:
        assert rule.split(", actual: 257")[0] in refused(body, EMBED)  # tokenizers count differently
    for width, height in SIZES:
        if max(width, height) > 1024:
            assert "is not less or equal to 1024" in refused(prompt(width=width, height=height))
    grey = Image.new("L", (320, 256), 128)
    body = {"taskType": "INPAINTING", "inPaintingParams": {"image": encoded(photo()), "maskImage": encoded(grey)}}
    assert "expected pure black and white pixels, found: 81920 grey ones" in refused(body)


def test_boto3_raises_its_own_throttling_exception(demo):
    jobs, places = demo.studio.jobs, []
    try:
        for _ in range(jobs.max_per_session):
            places.append(jobs.admit(Client("127.0.0.1")))
        client = bedrock(demo)
        with pytest.raises(client.exceptions.ThrottlingException):
            invoke(demo, prompt(), client=client)
    finally:
        for place in places:
            place.leave()


def test_a_closed_queue_is_service_unavailable(tmp_path_factory):
    demo = serve(tmp_path_factory, jobs=Jobs())
    try:
        assert demo.studio.jobs.close()
        client = bedrock(demo)
        with pytest.raises(client.exceptions.ServiceUnavailableException, match="The server is stopping"):
            invoke(demo, prompt(), client=client)
    finally:
        demo.close()


# OpenAI


def test_openai_draws(demo):
    answer = speaker(demo).images.generate(prompt="a cat", n=2, size="256x256", extra_body={"seed": 7})
    assert answer.created > 0 and answer.size == "256x256" and answer.output_format == "png"
    assert [read_png(opened(each.b64_json)).seed for each in answer.data] == [7, 8]


def test_openai_draws_transparent_and_larger_pictures(demo):
    (each,) = speaker(demo).images.generate(prompt="a cat", background="transparent", size="512x512").data
    with opened(each.b64_json) as image:
        assert (image.mode, image.size) == ("RGBA", (512, 512)) and read_png(image).transparent
        assert verify(image).result == "GENERATED"


def test_openai_gets_links_and_other_formats(demo):
    (each,) = (
        speaker(demo)
        .images.generate(prompt="a cat", model="gpt-image-1", response_format="url", output_format="webp")
        .data
    )
    assert each.url.startswith(demo.local_url) and each.b64_json is None
    file = httpx.get(each.url)
    assert file.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(file.content)) as image:
        assert image.format == "WEBP" and read_recipe(image).prompt == "a cat"
    missing = httpx.get(f"{demo.local_url}v1/files/{'x' * 32}.png")
    assert missing.status_code == 404 and missing.json()["error"]["code"] == "not_found"


def test_compression_that_would_drop_the_mark_is_refused(demo):
    client = speaker(demo)
    (each,) = client.images.generate(prompt="a cat", output_format="jpeg", output_compression=95).data
    with opened(each.b64_json) as image:
        assert image.format == "JPEG" and verify(image.convert("RGB")).payload == read_recipe(image).id32
    with pytest.raises(openai.BadRequestError) as refused:
        client.images.generate(prompt="a cat", output_format="webp", output_compression=0)
    assert refused.value.param == "output_compression" and "watermark cannot be read" in refused.value.message


def test_openai_edits_and_varies_pictures(demo):
    client = speaker(demo)
    (each,) = client.images.edit(image=[png("red"), png("blue")], prompt="a dog", extra_body={"seed": 5}).data
    recipe = read_png(opened(each.b64_json))
    assert (recipe.prompt, recipe.seed, len(recipe.image_hashes)) == ("a dog", 5, 2)
    (each,) = client.images.edit(image=png(), prompt="a dog").data
    assert len(read_png(opened(each.b64_json)).image_hashes) == 1
    mask = Image.new("RGBA", (320, 256), "black")
    mask.paste((0, 0, 0, 0), (30, 60, 130, 160))
    files = {name: base64.b64decode(encoded(image)) for name, image in (("image", photo()), ("mask", mask))}
    (each,) = client.images.edit(**files, prompt="a cat").data
    drawn = opened(each.b64_json)
    assert verify(drawn).payload == read_png(drawn).id32
    assert difference(drawn, photo(), 140, 0, 320, 256) < 3 < difference(drawn, photo(), 60, 90, 100, 130)
    answer = client.images.create_variation(image=png(), n=2)
    assert len(answer.data) == 2


def test_openai_changes_pictures_by_a_wish(demo):
    client = speaker(demo)
    foreign = base64.b64decode(encoded(photo()))
    (each,) = client.images.edit(image=foreign, prompt="remove the background").data
    with opened(each.b64_json) as drawn:
        assert drawn.mode == "RGBA" and drawn.size == (320, 256) and drawn.getpixel((5, 5))[3] == 0
        assert verify(drawn).payload == read_png(drawn).id32
    (each,) = client.images.edit(image=foreign, prompt="make it #20a040").data
    drawn = opened(each.b64_json).convert("RGB")
    assert difference(drawn, photo(), 0, 0, 320, 40) < 3  # the ground stays
    assert np.asarray(drawn)[110, 80].argmax() == 1  # the main colour is changed
    (own,) = client.images.generate(prompt="a cat and an apple", size="512x512", extra_body={"seed": 3}).data
    (each,) = client.images.edit(image=base64.b64decode(own.b64_json), prompt="remove the cat").data
    with opened(own.b64_json) as before, opened(each.b64_json) as after:
        first, then = read_png(before), read_png(after)
    assert (then.prompt, then.seed, then.image_hashes) == (first.prompt, first.seed, ())
    assert then.edits[-1] == "remove cat"


def test_openai_lists_the_model(demo):
    client = speaker(demo)
    assert [model.id for model in client.models.list()] == ["easel"]
    assert client.models.retrieve("easel").owned_by == "easel"
    with pytest.raises(openai.NotFoundError) as missing:
        client.models.retrieve("gpt-7")
    assert missing.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("arguments", "param", "words"),
    [
        ({"n": 11}, "n", "expected 10 or less, got 11"),
        ({"size": "1536x1024"}, "size", "This model draws up to 1024 pixels a side, got 1536x1024"),
        ({"model": "sd-turbo"}, "model", "does not exist here"),
        ({"prompt": "a nude woman"}, None, "not drawn because it asks for nudity"),
        ({"extra_body": {"wings": 2}}, "wings", "Unknown parameter"),
    ],
)
def test_openai_raises_its_own_bad_request(demo, arguments, param, words):
    with pytest.raises(openai.BadRequestError) as refused:
        speaker(demo).images.generate(**{"prompt": "a cat"} | arguments)
    assert refused.value.param == param and words in refused.value.message


def test_a_file_that_is_no_picture_is_refused_by_name(demo):
    with pytest.raises(openai.BadRequestError) as refused:
        speaker(demo).images.edit(image=b"no picture", prompt="a dog")
    assert refused.value.param == "image" and "cannot be read as a picture" in refused.value.message


# Both


def test_without_a_key_nothing_is_drawn(locked):
    client = bedrock(locked)
    with pytest.raises(client.exceptions.AccessDeniedException, match="needs a key"):
        invoke(locked, prompt(), client=client)
    with pytest.raises(openai.AuthenticationError):
        speaker(locked, "another-key-of-enough-letters").images.generate(prompt="a cat")
    assert httpx.get(f"{locked.local_url}picture?prompt=a+cat&v=4").status_code == 401
    assert httpx.get(f"{locked.local_url}metrics").status_code == 200
    assert speaker(locked, KEY).images.generate(prompt="a cat").data
    assert invoke(locked, prompt(), client=bedrock(locked, KEY))["images"]


def test_so_many_pictures_a_minute_for_one_key(tmp_path_factory):
    demo = serve(tmp_path_factory, Keys((KEY, f"{KEY}-2")), max_pictures_per_minute=2)
    try:
        assert len(speaker(demo, KEY).images.generate(prompt="a cat", n=2).data) == 2
        with pytest.raises(openai.RateLimitError) as refused:
            speaker(demo, KEY).images.generate(prompt="a cat")
        assert refused.value.response.headers["Retry-After"] == "60"
        assert speaker(demo, f"{KEY}-2").images.generate(prompt="a cat").data
    finally:
        demo.close()


def test_every_way_in_counts_against_one_rate(tmp_path_factory):
    test_mcp_tools = pytest.importorskip("tests.serve.test_mcp_tools", reason='pip install -e ".[mcp]"')
    demo = serve(tmp_path_factory, mcp=True, max_pictures_per_minute=2)
    refused = "Too many pictures were asked for within a minute."
    try:
        client = gradio_client.Client(demo.local_url, verbose=False)
        assert client.predict(prompt="a cat", num_images_per_prompt=2, api_name="/generate")
        with pytest.raises(Exception, match=refused):
            client.predict(prompt="a cat", api_name="/generate")
        with pytest.raises(openai.RateLimitError, match=refused):
            speaker(demo).images.generate(prompt="a cat")
        with pytest.raises(bedrock(demo).exceptions.ThrottlingException, match=refused):
            invoke(demo, prompt())
        drawn = httpx.get(f"{demo.local_url}picture?prompt=a+dog&seed=3&v=4")
        assert drawn.status_code == 429 and refused in drawn.text
        told = test_mcp_tools.call(demo, "generate", prompt="a cat")
        assert told.isError and told.content[0].text.startswith(refused)
        assert client.predict(text="a cat", api_name="/embed"), "what draws nothing is not counted"
    finally:
        demo.close()


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("converse", {"messages": [{"role": "user", "content": [{"text": "a cat"}]}]}),
        ("invoke_model_with_response_stream", {"body": "{}"}),
    ],
)
def test_what_aws_clients_can_ask_for_elsewhere_is_said_not_to_be_offered(demo, operation, arguments):
    client = bedrock(demo)
    with pytest.raises(client.exceptions.ClientError, match="is not offered here. invoke_model is.") as refused:
        getattr(client, operation)(modelId=TITAN, **arguments)
    assert refused.value.response["Error"]["Code"] == "UnknownOperationException"


def test_what_openais_clients_can_ask_for_elsewhere_is_said_not_to_be_offered(demo):
    with pytest.raises(openai.NotFoundError, match="Unknown request URL: POST /v1/chat/completions") as refused:
        speaker(demo).chat.completions.create(model="easel", messages=[{"role": "user", "content": "a cat"}])
    assert refused.value.code == "unknown_url"
    assert httpx.get(f"{demo.local_url}v1/images/generations").json()["error"]["code"] == "unknown_url"


def test_a_closed_connection_stops_the_drawing(demo):
    began, go = queue.SimpleQueue(), threading.Semaphore(0)

    def hold(*_):
        began.put(True)
        assert go.acquire(timeout=60)

    handle = demo.studio._pipe.decoder.register_forward_pre_hook(hold)
    try:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(
                f"{demo.local_url}v1/images/generations", json={"prompt": "a cat, held", "quality": "high"},
                timeout=httpx.Timeout(60, read=0.3),
            )  # fmt: skip
        began.get(timeout=60)
        (place,) = [place for place in demo.studio.jobs._places if place.client != HOUSE]
        assert place.cancelled.wait(30)
        go.release()
        with demo.studio.jobs.admit(HOUSE) as after:
            assert after.wait(30), "the turn is free again"
        assert began.empty(), "no step began after the one that was running"
    finally:
        handle.remove()
        go.release(16)


def test_nothing_logs_a_prompt(demo, caplog):
    with caplog.at_level(logging.DEBUG, logger="pipeline"):
        speaker(demo).images.generate(prompt="a very private cat")
        invoke(demo, prompt("a very private cat"))
    assert "private" not in caplog.text


def test_metrics_count_by_door_and_outcome(demo):
    speaker(demo).images.generate(prompt="a counted cat", extra_body={"seed": 1})
    speaker(demo).images.generate(prompt="a counted cat", extra_body={"seed": 1})
    with pytest.raises(openai.BadRequestError):
        speaker(demo).images.generate(prompt="a cat", n=99)
    answer = httpx.get(f"{demo.local_url}metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    metrics = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    for name in (
        'easel_requests_total{door="openai",outcome="ok"}', 'easel_requests_total{door="openai",outcome="refused"}',
        'easel_pictures_total{source="drawn"}', 'easel_pictures_total{source="store"}', "easel_ready",
        'easel_step_seconds_count{stage="decoder"}',
    ):  # fmt: skip
        assert float(metrics[name]) >= 1, name
    assert float(metrics["easel_queue_length"]) == 0
    assert "cat" not in answer.text
