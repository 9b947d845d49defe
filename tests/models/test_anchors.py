"""Example run: python -m pytest tests/models/test_anchors.py"""

import pytest
import torch

from pipeline.models.anchors import ANCHORS, AnchorHead, peaks
from pipeline.scene.record import Relation, Scene, Thing
from pipeline.text_to_image import TextToImagePipeline
from tests.tiny import tiny_components


def test_maps_are_half_as_large_as_the_layer_and_points_lie_in_its_square():
    head = AnchorHead(channels=(8, 8, 8)).eval()
    maps, presence = head(torch.randn(2, 4, 64, 64))
    assert maps.shape == (2, len(ANCHORS), 32, 32) and presence.shape == (2, len(ANCHORS))
    points, there = head.find(torch.rand(1, 4, 256, 256))
    assert points.shape == (1, len(ANCHORS), 2) and 0 <= points.min() <= points.max() <= 1
    assert 0 <= there.min() <= there.max() <= 1


def test_a_point_is_the_mean_around_the_highest_pixel_and_a_lower_far_one_does_not_draw_it():
    maps = torch.full((1, 1, 32, 32), -20.0)
    maps[0, 0, 10, 20] = maps[0, 0, 10, 21] = 5.0
    maps[0, 0, 30, 2] = 4.9
    x, y = peaks(maps)[0, 0].tolist()
    assert (x, y) == (pytest.approx(21 / 32, abs=1e-4), pytest.approx(10.5 / 32, abs=1e-4))


def test_a_pipeline_has_one_or_none_and_keeps_it_in_its_folder(tmp_path):
    torch.manual_seed(0)
    with_one = TextToImagePipeline(**tiny_components(), anchors=AnchorHead(channels=(8, 8)).eval())
    with_one.save_pretrained(tmp_path / "with")
    again = TextToImagePipeline.from_pretrained(tmp_path / "with")
    layer = torch.rand(1, 4, 64, 64)
    assert again.anchors.points(layer) == with_one.anchors.points(layer)
    assert TextToImagePipeline(**with_one.components).anchors is with_one.anchors
    scene = Scene(things=(Thing("b", "cat"), Thing("a", "apple", relation=Relation("worn by", "b"))))
    (first,), (second,) = (pipe(scene=scene, generator=torch.manual_seed(1)).images for pipe in (with_one, again))
    assert first.tobytes() == second.tobytes()
    TextToImagePipeline(**tiny_components()).save_pretrained(tmp_path / "without")
    assert TextToImagePipeline.from_pretrained(tmp_path / "without").anchors is None


def test_what_is_unlikely_is_left_out():
    head = AnchorHead(channels=(8, 8)).eval()
    torch.nn.init.zeros_(head.presence.weight)
    torch.nn.init.constant_(head.presence.bias, -9.0)
    head.presence.bias.data[ANCHORS.index("mouth")] = 9.0
    (found,) = head.points(torch.rand(1, 4, 64, 64))
    assert found.keys() == {"mouth"}


def test_it_comes_back_from_its_folder_in_half_precision(tmp_path):
    head = AnchorHead(channels=(8, 8)).eval()
    head.half().save_pretrained(tmp_path)
    again = AnchorHead.from_pretrained(tmp_path, dtype=torch.float32).eval()
    layers = torch.rand(1, 4, 64, 64)
    assert torch.equal(again(layers).maps, head.float()(layers).maps)
