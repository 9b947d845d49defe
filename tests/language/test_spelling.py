"""Slips of the pen lead to the taught word; words that are right stay.

Example run: python -m pytest tests/language/test_spelling.py
"""

import pytest

from pipeline.language.spelling import Speller, spellings


@pytest.fixture
def speller():
    return Speller(
        ["elephant", "banana", "octopus", "violin"], ["garden", "elegant"], {"garbage", "viola"}.__contains__
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [("elefant", "elephant"), ("banannas", "bananas"), ("octapus", "octopus"), ("gardne", "garden")],
)
def test_a_slip_is_the_nearest_taught_word(speller, written, meant):
    assert speller.respell(written) == meant


@pytest.mark.parametrize("word", ["elephant", "garbage", "viola", "store", "cat", "xylophone", "r2d2robot"])
def test_what_is_right_short_or_like_nothing_stays(speller, word):
    assert speller.respell(word) == word


def test_names_of_things_come_before_other_words():
    speller = Speller(["violin"], ["violinist"], {}.__contains__)
    assert speller.respell("violinn") == "violin"


def test_only_a_word_with_the_same_first_letter_is_meant(speller):
    assert speller.respell("alephant") == "alephant"


def test_the_plural_of_what_is_right_stays():
    speller = Speller(["rocket", "racket"], [], {}.__contains__)
    assert speller.respell("rackets") == "rackets" and speller.respell("rockkets") == "rockets"


def test_a_word_of_the_other_side_of_the_ocean_is_no_slip():
    speller = Speller(["mustache", "theater"], [], {}.__contains__)
    assert speller.respell("moustache") == "moustache" and speller.respell("theatre") == "theatre"


@pytest.mark.parametrize(
    ("written", "others"),
    [("tyre", ["tire"]), ("grey axe", ["gray axe", "grey ax"]), ("moustaches", ["mustache"]), ("cat", [])],
)
def test_words_are_spelt_on_both_sides_of_the_ocean(written, others):
    assert spellings(written) == others


@pytest.mark.parametrize("word", ["sawhorse", "flowerpot"])
def test_two_right_words_written_as_one_are_no_slip(word):
    speller = Speller(["seahorse", "flowers"], [], {"saw", "horse", "flower", "pot"}.__contains__)
    assert speller.respell(word) == word


@pytest.mark.parametrize("word", ["persimmon", "scraper", "colander"])
def test_a_word_that_takes_more_than_two_slips_stays(word):
    assert Speller(["person", "skyscraper", "cleaner"], [], {}.__contains__).respell(word) == word


def test_what_is_right_leads_no_slip_to_it():
    speller = Speller(["sprint"], [], {}.__contains__, ["sprite"])
    assert speller.respell("sprite") == "sprite" and speller.respell("sprent") == "sprint"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("bananna", "banana"), ("dinasour", "dinosaur"), ("pinapple", "pineapple"), ("lighthose", "lighthouse")],
)
def test_a_letter_doubled_missing_or_changed_about_is_a_slip_though_both_halves_are_words(written, meant):
    halves = {"ban", "anna", "dina", "sour", "pin", "apple", "light", "hose"}
    speller = Speller(["banana", "dinosaur", "pineapple", "lighthouse"], [], halves.__contains__)
    assert speller.respell(written) == meant


@pytest.mark.parametrize("word", ["whiskers", "leotard", "satchel", "hamper", "headlight", "casing"])
def test_rare_words_are_no_slips(word):
    halves = {"ham", "per", "head", "light", "cas", "ing"}
    speller = Speller(["whiskey", "leopard", "swatches", "hammer", "headlights", "casino"], [], halves.__contains__)
    assert speller.respell(word) == word
