"""Every tool, called by the MCP package's own client over HTTP. Example run: pytest tests/serve/test_mcp_tools.py"""

import base64
import io
import json
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx
import pytest
from PIL import Image

from app import build_demo, launch_options
from pipeline.recipe import pixels_hash, read_png
from pipeline.serve import mcp_tools
from pipeline.watermark import verify
from tests.tiny import tiny_pipeline

pytest.importorskip("mcp", reason='pip install -e ".[mcp]"')


@pytest.fixture(scope="module")
def demo():
    demo = build_demo(tiny_pipeline(), weights_hash="0123456789ab")
    demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo, mcp=True))
    yield demo
    demo.close()


@pytest.fixture(scope="module")
def tools(demo):
    return {tool.name: tool for tool in ask(demo, lambda session: session.list_tools()).tools}


def ask(demo, question, path="mcp/"):
    """What a client's session answers, asked in a thread of its own: browser tests leave an event loop in this one."""

    async def run():
        from mcp import ClientSession
        from mcp.client.streamable_http import streamablehttp_client

        async with (
            streamablehttp_client(demo.local_url + path) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await question(session)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, run).result()


def call(demo, name, **arguments):
    return ask(demo, lambda session: session.call_tool(name, arguments))


def words(result) -> str:
    return result.content[-1].text


def data_url(color="red") -> str:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), color).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def test_every_schema_is_valid_json_schema_and_says_what_each_argument_is(tools):
    from jsonschema import Draft202012Validator

    assert tools.keys() == {"generate", "variations", "verify", "embed", "search"}
    for tool in tools.values():
        Draft202012Validator.check_schema(tool.inputSchema)
        assert len(tool.description.split()) > 8
        for name, schema in tool.inputSchema["properties"].items():
            assert schema["description"], f"{tool.name}: {name}"
            assert schema["type"], f"{tool.name}: {name}"
        assert "$ref" not in json.dumps(tool.inputSchema)


def test_generate_draws_and_answers_with_the_very_file(demo):
    result = call(demo, "generate", prompt="a cat, 3d render", seed=7, num_images_per_prompt=2)
    assert not result.isError
    assert [content.type for content in result.content] == ["image", "image", "text"]
    for content, said, seed in zip(result.content, result.structuredContent["pictures"], (7, 8), strict=False):
        with Image.open(io.BytesIO(base64.b64decode(content.data))) as image:
            assert (content.mimeType, image.format) == ("image/png", "PNG")
            assert read_png(image).seed == said["seed"] == seed
            assert verify(image).payload == int(said["id"][:8], 16)
            assert pixels_hash(image) == said["pixels_hash"]
    assert json.loads(words(result)) == result.structuredContent


def test_variations_verify_embed_and_search_answer(demo):
    drawn = call(demo, "variations", image=[data_url()], file_format="webp", similarity_strength=1)
    assert (drawn.isError, drawn.content[0].mimeType) == (False, "image/webp")
    found = call(demo, "verify", image=f"data:image/webp;base64,{drawn.content[0].data}")
    assert found.structuredContent["result"] == "GENERATED"
    vector = call(demo, "embed", text="a cat", image=data_url()).structuredContent["result"]
    assert sum(number * number for number in vector) == pytest.approx(1)
    pictures = [data_url(color) for color in ("red", "green", "blue")]
    result = call(demo, "search", images=pictures, image=pictures[1], top_k=2)
    assert [each["index"] for each in result.structuredContent["result"]][0] == 1
    assert len(result.structuredContent["result"]) == 2


def test_plain_base64_is_a_picture_too(demo):
    result = call(demo, "embed", image=data_url().partition(",")[2])
    assert not result.isError


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("generate", {}, "prompt is missing. It takes text of up to 512 characters."),
        ("generate", {"prompt": "a cat", "seed": "7"}, "seed takes a whole number from 0 to 2147483646, got '7'."),
        ("generate", {"prompt": "a cat", "num_images_per_prompt": 1.5}, "takes a whole number from 1 to 5, got 1.5."),
        ("generate", {"prompt": "a cat", "num_inference_steps": None}, "takes a whole number from 1 to 16, got None."),
        ("generate", {"prompt": "a cat", "wings": 2}, "generate has no argument 'wings'."),
        ("generate", {"prompt": "a cat", "image_weights": [1]}, "image_weights has 1 numbers for 0 pictures."),
        ("variations", {"image": []}, "image takes a list of 1 to 5 pictures, got []."),
        ("variations", {"image": ["aGk="] * 6}, "image takes a list of 1 to 5 pictures, got 6."),
        ("variations", {"image": ["http://127.0.0.1/a.png"]}, "nothing is fetched from an address"),
        ("verify", {"image": "/etc/passwd"}, "image takes a picture as base64"),
        ("verify", {"image": base64.b64encode(b"no picture").decode()}, "cannot be read as a picture"),
        ("embed", {}, "There is nothing to embed. Pass text, image, or both."),
        ("search", {"images": [data_url()]}, "There is nothing to search for. Pass text, image, or both."),
        ("paint", {}, "There is no tool 'paint'."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(demo, name, arguments, sentence):
    result = call(demo, name, **arguments)
    assert result.isError and sentence in words(result)


def test_the_address_where_gradio_has_its_tools_answers_too(demo):
    assert ask(demo, lambda session: session.list_tools(), "gradio_api/mcp/").tools


def test_a_body_nested_without_end_is_refused_and_one_nested_a_little_is_read(demo, caplog):
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}

    def told(params: str) -> httpx.Response:
        body = f'{{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {params}}}'
        return httpx.post(f"{demo.local_url}mcp", content=body, headers=headers)

    answer = told('{"a":' * 100_000 + "1" + "}" * 100_000)
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "The body is nested too deeply.")
    assert len(told("{" + '"cursor": null, "a": [' + "[]," * 600 + "[]]}").json()["result"]["tools"]) == 5
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("found", ["2.3.0", "1.9.4"])
def test_other_versions_of_mcp_are_refused_with_what_to_install(monkeypatch, found):
    monkeypatch.setattr(mcp_tools, "version", lambda name: found)
    with pytest.raises(mcp_tools.McpUnusable, match=rf'here is {found}. Install it with: pip install "mcp==1.30.0"'):
        mcp_tools.check_mcp()
