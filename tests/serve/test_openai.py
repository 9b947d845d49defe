"""Bodies of OpenAI's clients. Example run: python -m pytest tests/serve/test_openai.py"""

import json

import pytest
from PIL import Image

from pipeline.serve.openai import OpenAIError, answer_models, read_edit, read_generation, read_variation

PICTURE = Image.new("RGB", (256, 256), "red")


def generation(**body):
    return read_generation(json.dumps({"prompt": "a cat"} | body).encode())


def test_a_whole_request_is_read():
    order, answer = generation(
        model="gpt-image-1", n=10, size="512x256", quality="high", background="transparent", output_format="webp",
        output_compression=80, response_format="url", user="somebody", moderation="low", seed=7, style="vivid",
    )  # fmt: skip
    assert (order.prompt, order.count, order.size, order.quality) == ("a cat", 10, (512, 256), "premium")
    assert (order.transparent, order.seed) == (True, 7)
    assert (answer.file_format, answer.compression, answer.urls) == ("webp", 80, True)
    body = answer.body([{"url": "x"}], 1)
    assert (body["created"], body["size"], body["background"]) == (1, "512x256", "transparent")


def test_what_is_left_out():
    order, answer = generation()
    assert (order.count, order.size, order.transparent, answer.urls) == (1, None, False, False)
    assert generation()[0].seed != order.seed, "OpenAI's pictures differ from call to call"


@pytest.mark.parametrize(
    ("body", "param", "sentence"),
    [
        ({"prompt": None}, "prompt", "Missing required parameter: 'prompt'."),
        ({"prompt": " "}, "prompt", "prompt is empty."),
        ({"prompt": "x" * 600}, "prompt", "Invalid 'prompt': expected up to 512 characters, got 600."),
        ({"n": 0}, "n", "Invalid 'n': expected 1 or more, got 0."),
        ({"n": 11}, "n", "Invalid 'n': expected 10 or less, got 11."),
        ({"n": "2"}, "n", "Invalid 'n': expected integer, got '2'."),
        ({"size": "large"}, "size", "Invalid 'size': expected 'auto' or WIDTHxHEIGHT, got 'large'."),
        ({"quality": "ultra"}, "quality", "expected one of 'auto', 'low', 'medium', 'high', 'standard', 'hd'"),
        ({"background": "red"}, "background", "expected one of 'auto', 'opaque', 'transparent', got 'red'."),
        ({"background": "transparent", "output_format": "jpeg"}, "background", "jpeg has no alpha"),
        ({"output_format": "gif"}, "output_format", "expected one of 'png', 'jpeg', 'webp', got 'gif'."),
        ({"output_compression": 50}, "output_compression", "goes with output_format jpeg or webp"),
        ({"stream": True}, "stream", "expected one of False, got True."),
        ({"wings": 2}, "wings", "Unknown parameter: 'wings'."),
        ({"model": "sd-turbo"}, "model", "The model 'sd-turbo' does not exist here. Use 'easel'."),
    ],
)
def test_what_is_wrong_is_named_in_openais_form(body, param, sentence):
    with pytest.raises(OpenAIError) as refused:
        generation(**body)
    error = refused.value.body()["error"]
    assert (refused.value.status, error["param"], error["type"]) == (400, param, "invalid_request_error")
    assert sentence in error["message"]


def test_an_edit_takes_pictures_words_and_a_mask():
    order, _ = read_edit({"prompt": "a dog", "n": "2", "seed": "3"}, [PICTURE, PICTURE], None)
    assert (order.task, order.count, order.seed, len(order.images)) == ("change", 2, 3, 2)
    mask = Image.new("RGBA", (256, 256), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (0, 0, 128, 256))
    order, _ = read_edit({"prompt": "a dog"}, [PICTURE], mask)
    assert (order.task, order.mask.getpixel((10, 10)), order.mask.getpixel((200, 10))) == ("inpaint", 255, 0)


@pytest.mark.parametrize(
    ("form", "images", "mask", "param"),
    [
        ({"prompt": "a dog"}, [], None, "image"),
        ({"prompt": "a dog"}, [PICTURE] * 6, None, "image"),
        ({}, [PICTURE], None, "prompt"),
        ({"prompt": "a dog", "n": "1.5"}, [PICTURE], None, "n"),
        ({"prompt": "a dog", "n": "many"}, [PICTURE], None, "n"),
        ({"prompt": "a dog"}, [PICTURE] * 2, Image.new("RGBA", (256, 256)), "mask"),
        ({"prompt": "a dog"}, [PICTURE], Image.new("RGBA", (64, 64)), "mask"),
        ({"prompt": "a dog"}, [PICTURE], PICTURE, "mask"),
    ],
)
def test_a_wrong_edit_is_named(form, images, mask, param):
    with pytest.raises(OpenAIError) as refused:
        read_edit(form, images, mask)
    assert refused.value.param == param


def test_a_variation_takes_one_picture():
    order, _ = read_variation({"n": "3", "similarity_strength": "0.5"}, [PICTURE])
    assert (order.task, order.count, order.similarity_strength) == ("vary", 3, 0.5)
    with pytest.raises(OpenAIError, match="image takes one picture, got 2"):
        read_variation({}, [PICTURE] * 2)


def test_the_models_are_listed():
    assert [model["id"] for model in answer_models(1)["data"]] == ["easel"]
    assert answer_models(1, "dall-e-3")["id"] == "dall-e-3"
    with pytest.raises(OpenAIError) as refused:
        answer_models(1, "gpt-7")
    assert (refused.value.status, refused.value.code) == (404, "model_not_found")
