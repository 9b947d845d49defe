"""The Create tab, laid out once: its handlers are called as gradio calls them, without a server."""

from types import SimpleNamespace

import gradio as gr
import pytest

from app import LIMITS
from pipeline.recipe import Recipe
from pipeline.serve.drawn import Drawn
from pipeline.serve.studio import Studio
from pipeline.ui.tabs.create import CreateTab
from tests.tiny import tiny_pipeline

WEIGHTS_HASH = "0123456789ab"


class Tab(SimpleNamespace):
    """The tab, its widgets, and what a visitor's page sends and shows."""

    def values(self, changes: dict | None = None) -> dict:
        """What every widget says at first, but for the changes."""
        return {widget: widget.value for widget in self.create.drawing.inputs} | (changes or {})

    def visitor(self, language: str = "en", name: str = "me", **query: str) -> SimpleNamespace:
        """A request of a page."""
        return SimpleNamespace(session_hash=name, headers={"accept-language": language}, query_params=query)

    def drawn(self, recipe: Recipe | None = None, images=(), references=()) -> Drawn:
        """A finished picture of the studio's."""
        recipe = recipe or Recipe(prompt="a cat", seed=7, weights_hash=WEIGHTS_HASH)
        *_, picture = self.studio.draw(recipe, images)
        return Drawn.from_rendered(picture, str(self.studio.save(picture)), references)


@pytest.fixture(scope="session")
def tab():
    studio = Studio(tiny_pipeline(), weights_hash=WEIGHTS_HASH)
    with gr.Blocks() as demo:
        create = CreateTab(studio, LIMITS)
    yield Tab(studio=studio, create=create, form=create.form, board=create.board, drawing=create.drawing, demo=demo)
    studio.close()


@pytest.fixture
def warned(monkeypatch):
    """What was said in a corner of the page."""
    said: list[str] = []
    monkeypatch.setattr("gradio.Warning", lambda text, **options: said.append(text))
    return said
