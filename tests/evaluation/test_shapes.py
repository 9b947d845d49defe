"""Shapes without their colours. Example run: python -m pytest tests/evaluation/test_shapes.py"""

import numpy as np
import pytest
import torch

from pipeline.data.cutouts import load_cutouts
from pipeline.evaluation.shapes import ShapeMatcher, describe_layers, turn_hue
from tests.evaluation.cutout_zip import write_cutouts


@pytest.fixture(scope="module")
def cutouts(tmp_path_factory):
    return load_cutouts(write_cutouts(tmp_path_factory.mktemp("shapes")), size=64)


def pixels_of(cutouts, *phrases):
    rows = [next(row for row in cutouts.cutouts if row.phrase == phrase) for phrase in phrases]
    return np.stack([cutouts.pixels[row.index] for row in rows])


def test_another_colour_hardly_changes_a_shape_and_another_thing_does(cutouts):
    red, blue, cross = describe_layers(pixels_of(cutouts, "red disc", "blue disc", "red cross"))
    assert red @ blue > 0.95 > red @ cross
    turned = describe_layers(turn_hue(pixels_of(cutouts, "red disc"), 120))[0]
    assert red @ turned > 0.95


def test_shapes_have_unit_length(cutouts):
    shapes = describe_layers(pixels_of(cutouts, "red disc", "green arch"))
    assert torch.allclose(shapes.norm(dim=1), torch.full((2,), 2**0.5), atol=1e-4)  # of its silhouette, and its lines


def test_every_cutout_is_most_like_its_own_shape(cutouts, tmp_path):
    matcher = ShapeMatcher.fit(cutouts, cutouts.cutouts, cache=tmp_path)
    likeness = matcher.likeness(describe_layers(np.stack([cutouts.pixels[row.index] for row in cutouts.cutouts])))
    assert torch.allclose(likeness.diagonal(), torch.ones(len(likeness)), atol=1e-4)
    shapes = [row.phrase.split()[1] for row in cutouts.cutouts]
    for row, nearest in enumerate(likeness.fill_diagonal_(-1).argmax(1).tolist()):
        assert shapes[nearest] == shapes[row]
