"""Pixels under the learnt metric. Example run: python -m pytest tests/evaluation/test_matching.py"""

import pytest
import torch

from pipeline.data.cutouts import load_cutouts
from pipeline.evaluation.foreground import background_rgb
from pipeline.evaluation.matching import SIDE, CutoutMatcher, _layers, _on_ground
from tests.evaluation.cutout_zip import write_cutouts


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("matching")
    cutouts = load_cutouts(write_cutouts(folder / "pictures", also={"red disc": "ball"}), size=64)
    return cutouts, CutoutMatcher.fit(cutouts, cutouts.cutouts, cache=folder)


@pytest.mark.parametrize("ground", ["white", "navy blue"])
def test_a_cutout_on_a_ground_is_most_like_itself_on_that_ground(fitted, ground):
    cutouts, matcher = fitted
    layers, colour = _layers(cutouts, cutouts.cutouts), background_rgb(ground)
    things = _on_ground(layers, colour).reshape(-1, 3, SIDE, SIDE)
    likeness = matcher.likeness(things, colour)
    assert torch.allclose(likeness.diagonal(), torch.ones(len(things)), atol=1e-3)
    assert (likeness.amax(1) - likeness.diagonal() < 1e-3).all()


def test_near_identical_art_of_two_names_is_a_pair(fitted):
    cutouts, matcher = fitted
    pairs = {frozenset(cutouts.cutouts[row].phrase for row in pair) for pair in matcher.twins.tolist()}
    assert frozenset({"red disc", "ball"}) in pairs and frozenset({"red disc", "blue cross"}) not in pairs
