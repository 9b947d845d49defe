"""The list of doors. Example run: python -m pytest tests/serve/test_openapi.py"""

import pytest

from app import LIMITS
from pipeline.loading.capabilities import EASEL
from pipeline.serve.openapi import openapi, openapi_page
from pipeline.serve.titan import VERSIONS
from pipeline.serve.tools import tools_of

TOOLS = tools_of(EASEL, LIMITS)


def test_every_door_and_what_it_takes_is_listed():
    document = openapi("https://easel.example")
    assert document["servers"] == [{"url": "https://easel.example"}] and "security" not in document
    listed = document["paths"]
    for model in VERSIONS:
        assert f"/model/{model}/invoke" in listed
    assert {
        "/picture", "/healthz", "/metrics", "/mcp", "/v1/models", "/v1/models/{model}", "/v1/files/{name}",
        "/v1/images/generations", "/v1/images/edits", "/v1/images/variations",
    } <= listed.keys()  # fmt: skip
    edit = listed["/v1/images/edits"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"image", "mask", "prompt", "n", "background"} <= edit["properties"].keys()
    assert openapi("x", needs_key=True)["security"]


def test_the_page_s_own_endpoints_are_listed_with_uploaded_files():
    listed = openapi("x", TOOLS.values())["paths"]
    for name in ("generate", "variations", "verify", "embed", "search"):
        asks = listed[f"/gradio_api/call/v2/{name}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert asks["properties"].keys() == TOOLS[name].arguments.keys()
        assert "contentEncoding" not in str(asks) and f"/gradio_api/call/{name}/{{event_id}}" in listed
    vary = listed["/gradio_api/call/v2/variations"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert vary["properties"]["image"]["items"]["required"] == ["path", "meta"]
    assert "/gradio_api/upload" in listed


def test_all_schemas_in_it_are_valid():
    validators = pytest.importorskip("jsonschema")
    for methods in openapi("x", TOOLS.values())["paths"].values():
        for door in methods.values():
            for content in door.get("requestBody", {}).get("content", {}).values():
                validators.Draft202012Validator.check_schema(content["schema"])


def test_the_page_shows_all_of_them():
    document = openapi("x", TOOLS.values())
    page = openapi_page(document)
    assert all(path in page for path in document["paths"]) and "<script" not in page
