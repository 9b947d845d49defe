"""Tiny repositories of diffusers, each saved once a run, when a test first asks for it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.loading.adapter import AdaptedPipeline
from pipeline.loading.find import FoundModel, find_model
from tests import tiny_diffusers


@pytest.fixture(scope="session")
def repository(tmp_path_factory) -> Callable[[str], Path]:
    """The folder of a family of `tests.tiny_diffusers`, by the end of its function's name."""
    root = tmp_path_factory.mktemp("repositories")

    def saved(family: str) -> Path:
        if not (root / family).exists():
            getattr(tiny_diffusers, f"tiny_{family}")().save_pretrained(root / family)
        return root / family

    return saved


@pytest.fixture(scope="session")
def loaded(repository) -> Callable[[str], tuple[FoundModel, AdaptedPipeline]]:
    """A family's model, found and loaded."""
    kept = {}

    def load(family: str) -> tuple[FoundModel, AdaptedPipeline]:
        if family not in kept:
            found = find_model(repository(family))
            kept[family] = found, found.load()
        return kept[family]

    return load
