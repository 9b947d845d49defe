"""The rules; test_words.py judges pictures by them. Example run: python -m pytest tests/evaluation/test_geneval.py"""

import random
from types import SimpleNamespace

import pytest
from PIL import Image

from pipeline.evaluation import geneval
from pipeline.evaluation.geneval import judge_composition, real_composition
from pipeline.evaluation.judge import Judgement
from pipeline.evaluation.parts import JudgedPart

JUDGE = SimpleNamespace(top=1, accepted=lambda name: frozenset({name}), asked=[], pixels=None)
BLANK = Image.new("RGB", (64, 64), "white")


def part(name: str, box, likeness: float = 0.9, **colours: float) -> JudgedPart:
    verdict = Judgement((frozenset({name}),), likeness=likeness)
    centre = ((box[0] + box[2]) / 200, (box[1] + box[3]) / 200)
    return JudgedPart(verdict, 1, colours, centre, box)


LEFT, RIGHT = (0, 20, 40, 80), (60, 20, 100, 80)


@pytest.fixture
def judged(monkeypatch):
    """The verdict on a picture in which these parts are seen."""

    def judged(parts, *wants, tag="two_object"):
        monkeypatch.setattr(geneval, "regions", lambda judge, image: parts)
        ask = {"tag": tag, "prompt": "a prompt", "include": list(wants)}
        return judge_composition(JUDGE, ask, BLANK)

    return judged


CAT, DOG = {"class": "cat", "count": 1}, {"class": "dog", "count": 1}


@pytest.mark.parametrize(
    ("parts", "wants", "why"),
    [
        ([part("cat", LEFT), part("dog", RIGHT)], [CAT, DOG], ""),
        ([part("cat", LEFT)], [CAT, DOG], "no dog"),
        ([], [CAT, DOG], "no cat"),
        ([part("cat", LEFT, red=0.6, blue=0.4)], [{**CAT, "color": "red"}], ""),
        ([part("cat", LEFT, red=0.4, blue=0.6)], [{**CAT, "color": "red"}], "cat not red"),
        ([part("cat", LEFT), part("dog", (2, 20, 40, 80))], [CAT, DOG], "not apart"),
        ([part("cat", LEFT), part("dog", (30, 20, 70, 80))], [CAT, DOG], ""),  # a quarter of it lies in the other
    ],
)
def test_the_first_thing_that_is_missing_is_named(judged, parts, wants, why):
    verdict = judged(parts, *wants)
    assert (verdict["right"], verdict["why"]) == (why == "", why)
    assert verdict["part"] == "two_object" and verdict["prompt"] == "a prompt"


@pytest.mark.parametrize(
    ("side", "first", "second"),
    [("left of", RIGHT, LEFT), ("right of", LEFT, RIGHT), ("above", (0, 60, 40, 100), (0, 0, 40, 40)),
     ("below", (0, 0, 40, 40), (0, 60, 40, 100))],
)  # fmt: skip
def test_a_place_is_the_second_things_beside_the_first(judged, side, first, second):
    beside = {**DOG, "position": [side, 0]}
    assert judged([part("cat", first), part("dog", second)], CAT, beside)["right"]
    wrong = judged([part("cat", second), part("dog", first)], CAT, beside)
    assert not wrong["right"] and wrong["why"] == "not in their places"


def test_a_hair_to_the_left_is_not_to_the_left(judged):
    beside = {**DOG, "position": ["left of", 0]}
    upper, lower = (50, 0, 90, 40), (46, 60, 86, 100)  # middles 4 % apart, then 2 %
    assert judged([part("cat", upper), part("dog", lower)], CAT, beside)["right"]
    assert not judged([part("cat", upper), part("dog", (48, 60, 88, 100))], CAT, beside)["right"]


def test_what_is_surest_to_be_the_thing_says_where_it_is(judged):
    """A half of the picture looks a little like a dog, too."""
    beside = {**DOG, "position": ["right of", 0]}
    parts = [part("cat", LEFT), part("dog", RIGHT, 0.9), part("dog", (0, 0, 10, 10), 0.3)]
    assert judged(parts, CAT, beside)["right"]
    parts[1], parts[2] = part("dog", RIGHT, 0.3), part("dog", (0, 0, 10, 10), 0.9)
    assert judged(parts, CAT, beside)["why"] == "not in their places"


def test_real_pictures_are_not_made_of_what_is_not_there():
    ask = {"include": [{"class": "cat", "count": 1}]}
    assert real_composition(JUDGE, ask, random.Random(0)) is None
