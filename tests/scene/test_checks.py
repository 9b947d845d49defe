"""Example run: python -m pytest tests/scene/test_checks.py"""

import pytest

from pipeline.scene.checks import check_colour, check_number, check_one_of, check_text, check_whole


@pytest.mark.parametrize("value", ["#a0b1c2", "red", "light blue"])
def test_colours_come_as_numbers_or_by_name(value):
    check_colour("ground", value)


@pytest.mark.parametrize("value", ["#A0B1C2", "#abc", "Red", "very light blue", "red;", "", 7, None])
def test_other_colours_are_refused_with_what_is_taken(value):
    with pytest.raises(ValueError, match="`ground` takes a colour as '#rrggbb' or by name"):
        check_colour("ground", value)


@pytest.mark.parametrize(("value", "words"), [(True, "a number"), ("1", "a number"), (float("nan"), "a number")])
def test_what_is_no_number_is_refused(value, words):
    with pytest.raises(ValueError, match=f"`turn` must be {words}"):
        check_number("turn", value, -1, 1)


def test_numbers_keep_to_their_range_ends_included():
    check_number("turn", -1, -1, 1)
    check_whole("count", 24, 1, 24)
    with pytest.raises(ValueError, match="`turn` takes -1 to 1, got 1.5"):
        check_number("turn", 1.5, -1, 1)
    with pytest.raises(ValueError, match="`count` takes 1 to 24, got 25"):
        check_whole("count", 25, 1, 24)
    with pytest.raises(ValueError, match="`count` must be a whole number, got 2.0"):
        check_whole("count", 2.0, 1, 24)


def test_texts_are_there_and_short_enough():
    check_text("name", "x" * 80, 80)
    with pytest.raises(ValueError, match="not empty"):
        check_text("name", "  ", 80)
    with pytest.raises(ValueError, match="up to 80 characters, got 81"):
        check_text("name", "x" * 81, 80)


def test_a_word_that_is_not_known_is_told_the_known_ones():
    check_one_of("kind", "on", ("on", "under"))
    with pytest.raises(ValueError, match="one of on, under; got 'beside'"):
        check_one_of("kind", "beside", ("on", "under"))
