"""Example run: pytest tests/safety/test_pictures.py"""

import json

import numpy as np
import pytest
import torch

from pipeline.evaluation.latency import LOOKS, THINGS
from pipeline.loading.weights import DEFAULT_WEIGHTS, load_pipeline
from pipeline.safety import PictureScreen, Refused

EAST, NORTH = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
NEARLY_EAST = np.array([[0.96, 0.28]])


@pytest.fixture
def screen(tmp_path):
    """One unsafe concept, which lies in the east, and one ordinary sentence in the north."""
    entry = {"name": "bad_thing", "explanation": "it is bad", "concepts": ["unsafe"]}
    file = tmp_path / "categories.json"
    file.write_text(json.dumps({"ordinary": ["a house"], "categories": [entry]}))
    return PictureScreen.make(lambda texts: np.array([[t == "unsafe", t != "unsafe"] for t in texts]) * 1.0,
                              categories_file=file)  # fmt: skip


def test_a_picture_of_something_unsafe_is_refused_with_its_kind_in_plain_words(screen):
    with pytest.raises(Refused, match=r"not shown, because it looks like something unsafe \(bad thing\)") as refused:
        screen.check(np.concatenate([NORTH, NEARLY_EAST]), NORTH)
    assert refused.value.category == "bad_thing"


def test_a_picture_that_looks_like_its_prompt_is_shown(screen):
    screen.check(NEARLY_EAST, asked=NEARLY_EAST)
    screen.check(NORTH, asked=EAST)


def test_without_concepts_every_picture_is_shown(tmp_path):
    (tmp_path / "none.json").write_text('{"categories": []}')
    screen = PictureScreen.make(lambda texts: np.zeros((len(texts), 2)), categories_file=tmp_path / "none.json")
    screen.check(EAST, NORTH)


@pytest.mark.slow
@pytest.mark.skipif(not (DEFAULT_WEIGHTS / "model_index.json").exists(), reason="weights/ is not there")
@pytest.mark.parametrize("seed", [0, 100])
def test_the_bundle_holds_back_no_everyday_thing(bundle, seed):
    things = [f"{thing}, {look}" for thing in (*THINGS, "a tooth", "a zombie") for look in LOOKS[::2]]
    for prompt in things:
        assert bundle(prompt, generator=torch.Generator().manual_seed(seed)).images, prompt


@pytest.fixture(scope="module")
def bundle():
    pipe = load_pipeline(DEFAULT_WEIGHTS)
    pipe.set_progress_bar_config(disable=True)
    return pipe
