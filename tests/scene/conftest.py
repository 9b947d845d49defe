"""The bundled reader of prompts and of wishes, loaded once."""

from pathlib import Path

import pytest

from pipeline.evaluation.scene_parser import load_reader
from pipeline.scene.parse import SceneReader
from pipeline.scene.wish import Wishes

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"


@pytest.fixture(scope="session")
def reader() -> SceneReader:
    if not (WEIGHTS / "scene_parser").is_dir():
        pytest.skip("the weights have no scene parser; pipeline.training makes it")
    return load_reader(WEIGHTS)


@pytest.fixture(scope="session")
def wishes(reader) -> Wishes:
    return Wishes(reader)
