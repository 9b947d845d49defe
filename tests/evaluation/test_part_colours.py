"""Example run: python -m pytest tests/evaluation/test_part_colours.py"""

from types import SimpleNamespace

import pytest
from PIL import Image

from pipeline.evaluation.judge import Judgement
from pipeline.evaluation.part_colours import CHANGED, PartPrompt, judge_part


@pytest.mark.parametrize(
    ("prompt", "text", "plain"),
    [
        (PartPrompt("house", "roof", "blue"), "a house with a blue roof", "a house"),
        (PartPrompt("airplane", "tail", "orange"), "an airplane with an orange tail", "an airplane"),
        (PartPrompt("cat", "ears", "pink", "black"), "a black cat with pink ears", "a black cat"),
    ],
)
def test_a_prompt_and_the_same_without_the_part(prompt, text, plain):
    assert (prompt.text, prompt.plain) == (f"{text}, flat sticker", f"{plain}, flat sticker")


def judge(name: str = "house") -> SimpleNamespace:
    sees = Judgement((frozenset({name}),))
    return SimpleNamespace(top=1, accepted=lambda word: frozenset({word}), judge=lambda image: sees)


def house(roof: str, wall: str = "#d93636") -> Image.Image:
    image = Image.new("RGB", (100, 100), "white")
    image.paste(wall, (20, 40, 80, 90))
    image.paste(roof, (20, 20, 80, 40))
    return image


RED, BLUE = "#d93636", "#2f6fd6"
ASKED = PartPrompt("house", "roof", "blue")


def test_the_part_has_its_colour_where_more_of_it_shows_and_most_is_as_it_was():
    verdict = judge_part(judge(), ASKED, house(BLUE), house(RED))
    assert verdict["right"] and verdict["why"] == "" and verdict["kind"] == "part"
    share = 20 / 70  # of the house's height
    assert verdict["before"] == 0 and verdict["after"] == pytest.approx(share, abs=0.01) == verdict["changed"]


@pytest.mark.parametrize(
    ("image", "plain", "name", "why"),
    [
        (house(BLUE), house(RED), "castle", "another thing"),
        (house(BLUE, BLUE), house(RED), "house", "all of it"),
        (house(RED), house(RED), "house", "colour not there"),
        (house("#3fa34d"), house(RED), "house", "colour not there"),
        (house(BLUE), house(BLUE), "house", "colour not there"),  # no more of it than without the words
    ],
)
def test_why_a_part_is_wrong(image, plain, name, why):
    verdict = judge_part(judge(name), ASKED, image, plain)
    assert not verdict["right"] and verdict["why"] == why


def test_a_shade_of_difference_is_no_change():
    near = house(RED, "#%02x3636" % (0xD9 - CHANGED))
    assert judge_part(judge(), ASKED, near, house(RED))["changed"] == 0
    other = house(RED, "#%02x3636" % (0xD9 - CHANGED - 1))
    assert judge_part(judge(), ASKED, other, house(RED))["changed"] == pytest.approx(50 / 70, abs=0.01)


def test_where_the_whole_has_a_colour_too_it_is_another_kind_of_prompt():
    asked = PartPrompt("house", "roof", "blue", "red")
    assert judge_part(judge(), asked, house(BLUE), house(RED))["kind"] == "part and whole"
