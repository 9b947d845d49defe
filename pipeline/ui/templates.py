"""The page's HTML: jinja2 templates in which every value is escaped and every word comes by its key."""

from pathlib import Path
from urllib.parse import quote

from gradio.i18n import I18nData
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.ui.words import LANGUAGES, Words, say

__all__ = ["block", "blocks", "file_url", "render"]

_FOLDER = Path(__file__).with_name("templates")
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
)
# Markup that stands on the page before anything happens: the same for everybody, so it travels with the labels.
_BLOCKS: dict[str, dict] = {}


def file_url(path: str) -> str:
    """Where the page finds a file of the studio, relative so that it works behind any prefix."""
    return "gradio_api/file=" + quote(path)


_ENVIRONMENT.globals["file_url"] = file_url


def render(name: str, words: Words, **values: object) -> str:
    """The markup of ``templates/{name}.html.j2`` in the language of `words`, which the template calls ``t``."""
    return _ENVIRONMENT.get_template(f"{name}.html.j2").render(t=words, **values).strip()


def block(name: str, **values: object) -> I18nData:
    """Markup for a component's first value, which gradio shows in the browser's language.

    Args:
        name: of the template.
        values: what it needs; the same for every page of this process.
    """
    _BLOCKS[name] = values
    return say(f"html.{name}")


def blocks() -> dict[str, dict[str, str]]:
    """Language -> key -> markup of everything that `block` was asked for: for ``words.translations``."""
    return {
        language: {f"html.{name}": render(name, Words(language), **values) for name, values in _BLOCKS.items()}
        for language in LANGUAGES
    }
