"""The page's HTML. Example run: python -m pytest tests/ui/test_templates.py"""

import pytest
from jinja2 import UndefinedError

from pipeline.ui.templates import _BLOCKS, block, blocks, file_url, render
from pipeline.ui.words import LANGUAGES, Words


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/tmp/a.png", "gradio_api/file=/tmp/a.png"),
        ("/tmp/größe & 100%.png", "gradio_api/file=/tmp/gr%C3%B6%C3%9Fe%20%26%20100%25.png"),
        ('/tmp/"><b>?#.png', "gradio_api/file=/tmp/%22%3E%3Cb%3E%3F%23.png"),
    ],
)
def test_a_file_is_found_whatever_its_name(path, url):
    assert file_url(path) == url


def test_a_value_that_is_missing_is_no_blank():
    with pytest.raises(UndefinedError):
        render("status", Words(), text="x", kind="")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_status_is_escaped_in_every_language(language):
    markup = render("status", Words(language), text='<img src=x onerror="alert(1)">', kind='"><b>', of="")
    assert "<img" not in markup and "<b>" not in markup


def test_a_block_is_rendered_for_every_language_with_its_values(monkeypatch):
    monkeypatch.setattr("pipeline.ui.templates._BLOCKS", own := {})
    label = block("canvas_plain")
    assert own == {"canvas_plain": {}} and "html.canvas_plain" in str(label.key)
    made = blocks()
    assert set(made) == set(LANGUAGES)
    assert made["de"]["html.canvas_plain"] == render("canvas_plain", Words("de")) != made["en"]["html.canvas_plain"]
    assert own is not _BLOCKS
