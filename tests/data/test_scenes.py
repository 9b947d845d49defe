"""Example run: python -m pytest tests/data/test_scenes.py"""

import random

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from pipeline.data.cutouts import Cutout, CutoutSet, load_cutouts
from pipeline.data.scenes import BACKGROUNDS, MORE_GROUNDS, SceneComposer
from pipeline.language.english import NUMBER_WORDS
from tests.evaluation.cutout_zip import write_cutouts

SINGLE, COUNT, PAIR = (1, 0, 0), (0, 1, 0), (0, 0, 1)


@pytest.fixture(scope="module")
def cutouts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")
    return load_cutouts(write_cutouts(folder / "pictures"), size=64, cache=folder / "cache")


def scenes(cutouts, layout, number=60, size=128, **more):
    composer, rng = SceneComposer(cutouts, size, layout_weights=layout, **more), random.Random(0)
    return [composer.compose(rng) for _ in range(number)]


def pieces(scene):
    """Connected parts that differ from the ground."""
    ground = np.array([int(BACKGROUNDS[scene.background][i : i + 2], 16) for i in (1, 3, 5)])
    return ndimage.label((np.abs(scene.image.astype(int) - ground).max(-1) > 24), np.ones((3, 3)))


def test_a_scene_is_a_function_of_the_draws_alone(cutouts):
    composer = SceneComposer(cutouts, 64)
    composer.compose(random.Random(99))
    first, second = (composer.compose(random.Random(5)) for _ in range(2))
    assert first.caption == second.caption and np.array_equal(first.image, second.image)


def test_the_ground_is_the_one_the_record_and_the_caption_name(cutouts):
    said = 0
    for scene in scenes(cutouts, SINGLE):
        assert scene.image[0, 0].tolist() == [int(BACKGROUNDS[scene.background][i : i + 2], 16) for i in (1, 3, 5)]
        said += scene.background in scene.caption.lower()
    assert 40 < said < 60  # about 85 %


def test_single_scenes_show_one_thing_where_the_caption_says(cutouts):
    for scene in scenes(cutouts, SINGLE, 120, source_weights={"flat": 1}):
        labels, number = pieces(scene)
        assert scene.count == 1 and number == 1
        y, x = (np.mean(places) / 128 for places in np.nonzero(labels))
        if "corner" in scene.caption:
            assert (y < 0.5) == ("top" in scene.caption) and (x < 0.5) == ("left" in scene.caption)
        else:
            assert abs(x - 0.5) < 0.06 and abs(y - 0.5) < 0.12


def test_count_scenes_show_as_many_things_as_the_caption_says(cutouts):
    for scene in scenes(cutouts, COUNT, source_weights={"flat": 1}):
        caption = scene.caption.lower()
        assert any(word in caption for word in (NUMBER_WORDS[scene.count], str(scene.count), "a pair of"))
        assert ("a pair of" in caption) <= (scene.count == 2)
        assert pieces(scene)[1] == scene.count


def test_pair_scenes_put_the_first_thing_left_or_above(cutouts):
    for scene in scenes(cutouts, PAIR):
        first, second = scene.concepts
        caption, a, b = scene.caption.lower(), first.split()[0], second.split()[0]
        half = 64
        upper = scene.image[:, :half] if scene.layout == "left-right" else scene.image[:half]
        lower = scene.image[:, half:] if scene.layout == "left-right" else scene.image[half:]
        for part, colour in ((upper, a), (lower, b)):
            channel = ("red", "green", "blue").index(colour)
            ground = np.array([int(BACKGROUNDS[scene.background][i : i + 2], 16) for i in (1, 3, 5)])
            thing = part[np.abs(part.astype(int) - ground).max(-1) > 40].astype(int)
            coloured = thing[thing.max(-1) > 80]  # ink is black
            assert coloured.mean(0).argmax() == channel
        if scene.layout == "above-below":
            words = ("above", "below", "on top", "over", "beneath", "under", "bottom")
        else:
            words = ("left", "right", "next to", "beside", "side by side")
        assert any(word in caption for word in words)


def test_both_things_of_a_pair_come_in_one_style(cutouts):
    composer, rng = SceneComposer(cutouts, 64, source_weights={"inked": 1}, layout_weights=PAIR), random.Random(0)
    assert {composer.compose(rng).source for _ in range(10)} == {"inked"}


def test_a_said_style_is_the_drawn_one(cutouts):
    for scene in scenes(cutouts, SINGLE, 40):
        other = {"flat": "inked shape", "inked": "flat shape"}[scene.source]
        assert other not in scene.caption.lower()


def test_whole_pictures_keep_their_own_caption(tmp_path):
    pixels = np.full((1, 8, 8, 4), 200, dtype=np.uint8)
    pixels[..., 3] = 255
    row = Cutout(0, "a", "The sea at night", "the sea at night", "the sea at night", source="own", opaque=True)
    scene = SceneComposer(CutoutSet([row], pixels), 32).compose(random.Random(0))
    assert scene.caption == "The sea at night" and scene.layout == "picture" and (scene.image == 200).all()


def test_tone_variants_are_drawn_less_often_than_the_plain_thing():
    pixels = np.zeros((6, 8, 8, 4), dtype=np.uint8)
    rows = [Cutout(i, str(i), "hand", "hand", "hand", source="own", is_tone_variant=i > 0) for i in range(6)]
    composer, rng = SceneComposer(CutoutSet(rows, pixels), 16), random.Random(0)
    drawn = [composer.sample(rng).index for _ in range(400)]
    assert 0.6 < drawn.count(0) / 400 < 0.9 and set(drawn) == set(range(6))


def test_things_are_not_put_on_their_own_colour(tmp_path):
    image = Image.new("RGBA", (8, 8), "red")
    rows = [Cutout(0, "a", "red thing", "red thing", "red thing", source="own", colour="red")]
    composer = SceneComposer(CutoutSet(rows, np.asarray(image)[None]), 16, layout_weights=SINGLE)
    assert "red" not in {composer.compose(random.Random(seed)).background for seed in range(100)}


def test_a_portrait_names_its_ground_and_says_where_a_small_thing_stands(cutouts):
    composer, rng = SceneComposer(cutouts, 64), random.Random(0)
    portraits = [composer.portray(rng) for _ in range(300)]
    grounds = {value: name for name, value in (BACKGROUNDS | MORE_GROUNDS).items()}
    assert sum(grounds[p.ground] in p.caption.lower() for p in portraits) > 240  # about 85 %
    assert {p.ground for p in portraits} & set(MORE_GROUNDS.values())
    for portrait in portraits:
        (x, y, side), caption = portrait.place, portrait.caption.lower()
        assert side / 2 <= min(x, y) and max(x, y) <= 1 - side / 2
        assert (side < 0.5) == (" small " in caption) and (side > 0.9) == (" large " in caption)
        assert (x < 0.4) == ("left corner" in caption) and (y > 0.6) == ("bottom" in caption)


def test_a_portrait_is_a_function_of_the_draws_alone(cutouts):
    composer = SceneComposer(cutouts, 64)
    assert composer.portray(random.Random(5)) == composer.portray(random.Random(5))


def test_unknown_sources_are_refused(cutouts):
    with pytest.raises(ValueError, match=r"names \['oil'\], expected some of \['flat', 'inked'\]"):
        SceneComposer(cutouts, 64, source_weights={"oil": 1.0})
