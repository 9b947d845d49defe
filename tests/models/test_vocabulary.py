"""What fills it has its test in training. Example run: python -m pytest tests/models/test_vocabulary.py"""

import pytest
import torch

from pipeline.models.vocabulary import TELLING, Vocabulary

NAMES, PHRASES = ["cat", "apple", "kitty", "golden"], ["cat", "apple", "cat", "apple"]
STYLES = {"3d render": ["3d"], "flat sticker": [], "pixel art": []}
# Of length 1, 2, 5 and 1: "kitty" lies at cosine 0.8 of "cat", "golden" at 0.28 of "apple", which is too far to tell.
ROWS = [[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [4.0, 0.0, 3.0], [0.0, 0.28, 0.96]]


def vocabulary(**more) -> Vocabulary:
    made = Vocabulary(NAMES, PHRASES, STYLES, {"white": "#ffffff"}, text_dim=3, **more)
    made.embeds.data.copy_(torch.nn.functional.normalize(torch.tensor(ROWS), dim=-1))
    return made


def test_a_name_tells_as_much_as_it_means_what_its_phrase_does():
    made = vocabulary()
    expected = {"cat": 1.0, "apple": 1.0, "kitty": 0.8, "golden": 0.28}
    assert made.likeness == pytest.approx(expected, abs=1e-6)
    assert made.telling.tolist() == [True, True, True, False] and 0.28 < TELLING < 0.8


def test_the_nearest_name_is_one_that_tells():
    made = vocabulary()
    name, cosine = made.nearest(torch.tensor([0.0, 0.56, 1.92]))  # twice the row of "golden"
    assert (name, cosine) == ("kitty", pytest.approx(0.6 * 0.96, abs=1e-6))
    assert made.nearest(torch.tensor([9.0, 0.0, 6.75])) == ("kitty", pytest.approx(1.0, abs=1e-6))


@pytest.mark.parametrize(
    ("more", "styles"),
    [
        ({}, ["3d render", "flat sticker", "pixel art"]),
        ({"rendered": ["flat sticker"]}, ["flat sticker"]),
        ({"shown": {"cat": ["pixel art"]}, "rendered": ["3d render"]}, ["3d render", "pixel art"]),
        ({"shown": {"cat": ["pixel art"]}}, ["pixel art"]),
        ({"shown": {"apple": ["pixel art"]}}, ["3d render", "flat sticker", "pixel art"]),
    ],
)
def test_a_thing_can_be_shown_in_the_styles_it_was_drawn_in_and_those_any_drawing_takes(more, styles):
    assert vocabulary(**more).styles_of("cat") == styles


def test_it_is_saved_with_its_words(tmp_path):
    made = vocabulary(shown={"cat": ["pixel art"]}, rendered=["3d render"])
    made.save_pretrained(tmp_path)
    again = Vocabulary.from_pretrained(tmp_path)
    assert again.phrase_of == dict(zip(NAMES, PHRASES, strict=True)) and again.likeness == made.likeness
    assert again.styles_of("cat") == made.styles_of("cat") and dict(again.config.styles) == STYLES
