"""Wishes about lettering. Example run: python -m pytest tests/scene/test_wish_text.py"""

import pytest

from pipeline.scene.edit import edit
from pipeline.scene.record import Scene, Thing
from tests.scene.test_parse import trained

CAKE = edit(Scene(things=(Thing("cake", "birthday cake"),)), "letter 'Happy Birthday' straight top")


@trained
@pytest.mark.parametrize(
    ("words", "text", "form", "place", "colour"),
    [
        ("change the text to Happy 5th Birthday", "Happy 5th Birthday", "straight", "top", "#111111"),
        ('change the words to "Hi"', "Hi", "straight", "top", "#111111"),
        ("the text should say Hello", "Hello", "straight", "top", "#111111"),
        ("write Anna instead", "Anna", "straight", "top", "#111111"),
        ("write Anna at the bottom in pink", "Anna", "straight", "bottom", "pink"),
        ("curve the text", "Happy Birthday", "arched", "top", "#111111"),
        ("text in pink", "Happy Birthday", "straight", "top", "pink"),
        ("text at the bottom", "Happy Birthday", "straight", "bottom", "#111111"),
    ],
)
def test_lettering_is_changed_and_keeps_what_is_not_named(wishes, words, text, form, place, colour):
    own = edit(CAKE, wishes.read(words, CAKE).operations).lettering
    assert (own.text, own.form, own.place, own.colour) == (text, form, place, colour)


@trained
def test_larger_letters_take_two_lines_where_one_is_full(wishes):
    own = edit(CAKE, wishes.read("make the text bigger", CAKE).operations).lettering
    assert own.text == "Happy\nBirthday" and own.size == pytest.approx(0.21)
    small = edit(CAKE, wishes.read("smaller text", CAKE).operations).lettering
    assert small.text == "Happy Birthday" and small.size == pytest.approx(0.1071)


@trained
def test_new_words_are_written_where_there_are_none_and_other_changes_told(wishes):
    bare = edit(CAKE, "letter none")
    assert wishes.read("change the text to Hello", bare).operations == ("letter Hello",)
    assert wishes.read("make the text red", bare).sentence == "There is no “text” in the picture."
    assert wishes.read("no text", CAKE).operations == ("letter none",)
