"""Example run: python -m pytest tests/training/test_drawings.py"""

import numpy as np
import pytest
import torch

from pipeline.data.cutouts import Cutout, CutoutSet
from pipeline.training.drawings import DrawingTable, embed_cutouts, hue_freedom, tone_of
from tests.tiny import tiny_components


def cutout(index: int, concept: str, source: str, style: str, **more) -> Cutout:
    return Cutout(index, str(index), concept, more.pop("phrase", concept), concept, source, (style,), **more)


ROWS = [
    cutout(0, "fox", "fluent-3d", "3d render", tier="core", group="animals-nature"),
    cutout(1, "fox", "fluent-flat", "flat geometric", tier="core", group="animals-nature"),
    cutout(2, "fox", "noto", "cartoon emoji", tier="core", group="animals-nature"),
    cutout(3, "man", "noto", "cartoon emoji", tier="core", group="people-body"),
    cutout(4, "man", "noto", "cartoon emoji", phrase="man with dark skin tone", is_tone_variant=True, tier="core"),
    cutout(5, "dice", "mdi", "solid glyph", tier="extra-glyph"),
    cutout(6, "dice", "mdi", "solid glyph", tier="extra-glyph"),
]


def test_renderings_of_one_drawing_are_one_and_other_artists_others():
    table = DrawingTable.make(ROWS)
    drawings = table.cells[:, 1].tolist()
    assert drawings[0] == drawings[1] != drawings[2]
    assert drawings[3] == drawings[4]  # a skin tone is no drawing of its own
    assert drawings[5] != drawings[6]
    assert table.num_drawings == 5 and table.phrases == ["dice", "fox", "man"]
    assert [table.renderings[at] for at in table.cells[:3, 2]] == ["3d render", "flat geometric", "cartoon emoji"]


def test_people_and_tones_are_drawn_less_often():
    weights = DrawingTable.make(ROWS).weights
    assert weights[4] < weights[3] < weights[0]


@pytest.mark.parametrize(
    ("phrase", "tone"),
    [("man with dark skin tone", "dark"), ("hand with medium-light skin tone", "medium"), ("a dark horse", "")],
)
def test_a_tone_is_what_the_phrase_says(phrase, tone):
    assert tone_of(phrase) == tone


def test_a_hue_is_free_where_artists_differ_and_fixed_where_they_agree():
    colours = [(255, 120, 0)] * 3 + [(255, 0, 0), (0, 200, 0), (0, 0, 255)]
    rows = [cutout(i, "fox" if i < 3 else "car", f"s{i}", f"style {i}", group="objects") for i in range(6)]
    pixels = np.stack([np.full((16, 16, 4), (*colour, 255), np.uint8) for colour in colours])
    table = DrawingTable.make(rows)
    free = dict(zip(table.phrases, hue_freedom(CutoutSet(rows, pixels), table).tolist(), strict=True))
    assert free["fox"] == 0 and free["car"] == 1


def test_a_record_goes_with_its_own_pixels_where_others_are_left_out():
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    pixels = np.stack([np.full((64, 64, 4), (*colour, 255), np.uint8) for colour in colours])
    rows = [cutout(at, "car", f"s{at}", f"style {at}", group="objects") for at in range(3)]
    encoder = tiny_components()["image_encoder"]
    every, some = (embed_cutouts(CutoutSet(own, pixels), encoder) for own in (rows, rows[1:]))
    assert all(torch.allclose(a[1:], b) for a, b in zip(every, some, strict=True))
    assert not torch.allclose(every[0][0], every[0][1])
    lone = rows[2:]
    grey = np.concatenate([np.full((2, 64, 64, 4), 128, np.uint8), pixels[2:]])
    kinds = [hue_freedom(CutoutSet(lone, one), DrawingTable.make(lone)) for one in (pixels, grey)]
    assert torch.equal(*kinds)  # what lies in the rows of others says nothing
