"""Example run: python -m pytest tests/evaluation/test_judge.py"""

import dataclasses
import random

import numpy as np
import pytest
from PIL import Image

from pipeline.data.scenes import BACKGROUNDS
from pipeline.evaluation.foreground import find_things, segment
from pipeline.evaluation.judge import MEANT, TOP, load_judge, names_of
from pipeline.evaluation.real_pictures import HARMS, compose_real, vanishes
from pipeline.evaluation.shapes import turn_hue
from tests.evaluation.cutout_zip import write_cutouts


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    folder = tmp_path_factory.mktemp("judge")
    return load_judge(write_cutouts(folder / "pictures"), cache=folder / "cache")


def find(judge, phrase, source="flat"):
    return next(row for row in judge.rows if row.phrase == phrase and row.source == source)


def picture(judge, phrases, background="white", layout="single", source="flat", **more):
    things = tuple(find(judge, phrase, source) for phrase in phrases)
    return compose_real(judge.pixels, things, background, layout, random.Random(1), **more)


@pytest.mark.parametrize("harm", ["none", "JPEG 85", "64 px", "32 px"])
def test_every_real_cutout_is_recognised_with_its_style_on_every_ground(judge, harm):
    rng, wrong = random.Random(0), []
    for row in judge.rows:
        background = next(
            b for b in rng.sample(list(BACKGROUNDS), 18) if not vanishes(judge.cutouts.pixels[row.index], b)
        )
        image = HARMS[harm](compose_real(judge.pixels, (row,), background, "single", rng), rng)
        verdict = judge.judge(image)
        if not (verdict.names(frozenset({row.concept})) and row.source in verdict.sources):
            wrong.append((row.id, background, verdict.cutout.id))
        assert judge.background(image) == background
    assert not wrong


def test_an_empty_picture_is_nothing_even_when_it_carries_a_faint_mark(judge):
    noise = np.random.default_rng(0).integers(-3, 4, (256, 256, 3))
    for image in (Image.new("RGB", (256, 256), "#a9d8f5"), Image.fromarray((200 + noise).astype(np.uint8))):
        verdict = judge.judge(image)
        assert verdict.ranked == () and verdict.cutout is None
        assert not verdict.names(frozenset(row.concept for row in judge.rows), TOP)
        assert judge.judge_count(image)[0] == 0


def test_another_thing_does_not_count_as_the_one_asked_for(judge):
    verdict = judge.judge(picture(judge, ["red cross"]))
    assert verdict.names(frozenset({"red cross"}))
    assert not verdict.names(frozenset({"red disc", "red ring", "blue cross"}))


def test_likeness_falls_with_harm(judge):
    image, rng = picture(judge, ["blue ring"]), random.Random(0)
    likeness = [judge.judge(HARMS[harm](image, rng)).likeness for harm in ("none", "16 px", "half missing", "blank")]
    assert likeness == sorted(likeness, reverse=True) and likeness[0] > 0.95 and likeness[-1] == 0


@pytest.mark.parametrize("layout", ["left-right", "above-below"])
def test_two_things_are_seen_in_their_places(judge, layout):
    first, second = judge.judge_halves(picture(judge, ["red disc", "blue cross"], layout=layout), layout)
    assert first.names(frozenset({"red disc"})) and second.names(frozenset({"blue cross"}))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("shape", ["green disc", "red arch", "blue cross"])
def test_things_are_counted(judge, count, shape):
    layout = "single" if count == 1 else "count"
    image = picture(judge, [shape], "beige", layout, count=count)
    assert judge.judge_count(image)[0] == count
    assert judge.judge_count(image)[1].names(frozenset({shape}))


def test_a_thing_made_of_several_unlike_pieces_is_one():
    image = Image.new("RGB", (256, 256), "white")
    image.paste("red", (100, 40, 156, 160))
    image.paste("red", (120, 180, 136, 196))  # an exclamation mark
    assert len(find_things(segment(image))) == 1


def test_concepts_of_the_same_drawing_share_their_hits(tmp_path):
    folder = write_cutouts(tmp_path / "pictures", also={"red disc": "ball"})
    judge = load_judge(folder, cache=tmp_path / "cache")
    verdict = judge.judge(picture(judge, ["red disc"]))
    assert verdict.names(frozenset({"ball"})) and verdict.names(frozenset({"red disc"}))
    assert not verdict.names(frozenset({"blue disc"}))


def test_the_fitted_metric_is_read_back_from_the_cache(tmp_path):
    folder = write_cutouts(tmp_path / "pictures")
    first, second = (load_judge(folder, cache=tmp_path / "cache") for _ in range(2))
    image = picture(first, ["red arch"])
    assert first.judge(image) == second.judge(image)
    assert len(list((tmp_path / "cache").glob("judge-*.safetensors"))) == 1


def test_whole_pictures_are_refused_with_a_reason(tmp_path):
    Image.new("RGB", (64, 64), "red").save(tmp_path / "a.png")
    (tmp_path / "metadata.jsonl").write_text('{"file_name": "a.png", "text": "red"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="no cut-outs"):
        load_judge(tmp_path, cache=tmp_path / "cache")


def test_a_mirrored_thing_is_named(judge):
    image = picture(judge, ["red arch"]).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert judge.judge(image).names(frozenset({"red arch"}))


def test_a_thing_in_a_colour_that_nobody_gave_it_is_named_by_its_shape(judge):
    image = Image.fromarray(turn_hue(np.asarray(picture(judge, ["red cross"])), 300))
    verdict = judge.judge(image)
    crosses = frozenset({"red cross", "green cross", "blue cross"})
    assert verdict.names(crosses, by_shape=True) and verdict.shaped[0] & crosses
    assert not verdict.names(frozenset({"red disc", "blue ring"}), by_shape=True)


def test_turning_the_hue_by_a_full_circle_changes_nothing():
    pixels = np.random.default_rng(0).integers(0, 256, (4, 4, 4), dtype=np.uint8)
    assert np.abs(turn_hue(pixels, 360).astype(int) - pixels).max() <= 1
    assert (turn_hue(np.full((1, 1, 3), 90, np.uint8), 77) == 90).all()


def test_other_names_of_a_thing_are_accepted(judge):
    assert {"red disc"} <= judge.accepted("red disc")
    assert {"red disc"} <= judge.accepted("reddisc") & judge.accepted("red-disc") & judge.accepted("red discs")
    assert "red disc" not in judge.accepted("no such thing")
    name, meant = next(iter(MEANT.items()))
    assert names_of(dataclasses.replace(judge.rows[0], concept=name)) >= {name, meant}


def test_cutouts_are_read_as_large_as_they_are_stored(judge):
    row = judge.rows[0]
    assert judge.pixels(row).shape == (128, 128, 4) and judge.cutouts.pixels[row.index].shape == (64, 64, 4)
    small = np.asarray(Image.fromarray(judge.pixels(row)).resize((64, 64), Image.Resampling.BOX), dtype=int)
    assert np.abs(small - judge.cutouts.pixels[row.index]).mean() < 8


def drawn(*boxes: tuple[int, int, int, int]) -> Image.Image:
    """Things on white, each a red box, left, top, right, bottom, with a blue box apart from it below."""
    image = Image.new("RGB", (256, 256), "white")
    for left, top, right, bottom in boxes:
        image.paste("red", (left, top, right, bottom - 14))
        image.paste("blue", (left, bottom - 8, (left + right) // 2, bottom))
    return image


@pytest.mark.parametrize(
    "boxes",
    [
        [(20, 90, 120, 170), (130, 90, 230, 170)],
        [(20, 20, 120, 120), (130, 20, 230, 120), (75, 130, 175, 230)],
        [(60, 10, 200, 80), (60, 92, 200, 162), (60, 174, 200, 244)],
        [(20, 20, 100, 100), (108, 20, 188, 100), (20, 108, 100, 188), (108, 108, 188, 188)],
    ],
)
def test_copies_in_lines_are_counted_though_each_is_of_two_pieces(boxes):
    assert len(find_things(segment(drawn(*boxes)))) == len(boxes)


def test_one_thing_of_one_colour_is_no_two_halves():
    image = Image.new("RGB", (256, 256), "white")
    image.paste("red", (30, 60, 226, 200))
    assert len(find_things(segment(image))) == 1
