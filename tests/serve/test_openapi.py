"""The list of doors. Example run: python -m pytest tests/serve/test_openapi.py"""

import pytest

from pipeline.serve.openapi import openapi, openapi_page
from pipeline.serve.titan import VERSIONS


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


def test_all_schemas_in_it_are_valid():
    validators = pytest.importorskip("jsonschema")
    for methods in openapi("x")["paths"].values():
        for door in methods.values():
            for content in door.get("requestBody", {}).get("content", {}).values():
                validators.Draft202012Validator.check_schema(content["schema"])


def test_the_page_shows_all_of_them():
    document = openapi("x")
    page = openapi_page(document)
    assert all(path in page for path in document["paths"]) and "<script" not in page
