"""Names of things. Example run: python -m pytest tests/language/test_names.py"""

import pytest

from pipeline.language.names import NameFinder
from tests.language.taught import embed_texts, taught_vocabulary


@pytest.fixture(scope="module")
def names() -> NameFinder:
    return NameFinder(taught_vocabulary(), embed_texts, lambda word: word != "qwertz")


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ("cat", "cat"),
        ("the cats", "cat"),
        ("a red apple", "red apple"),
        ("apples", "red apple"),
        ("two hearts", "two hearts"),
        ("pup", "dog face"),
        ("old castle", "castle"),
        ("pair of kitties", "cat"),
        ("bowl of eggplants", "eggplant"),
        ("a slice of pizza", "pizza"),
        ("cars", "automobile"),
        ("qwertz", None),
        ("", None),
    ],
)
def test_a_name_is_found_or_owned_up_to(names, said, phrase):
    assert names.find(said).phrase == phrase


def test_a_keyword_that_means_something_else_is_no_name(names):
    assert names.exact(("far",)) is None


def test_how_near_a_name_is_is_told(names):
    assert names.find("cat").cosine == 1
    assert 0.8 <= names.find("aubergine").cosine < 0.99
    assert names.find("qwertz").cosine < 0.66


def test_a_plural_of_what_was_taught_is_several(names):
    assert names.many("cats") and names.many("castles")
    assert not names.many("cat") and not names.many("houses") and not names.many("qwertzs")


def test_another_word_for_a_phrase_need_not_be_told(names):
    assert names.same("cats", "cat") and names.same("kitty", "cat")
    assert not names.same("castle", "cat") and not names.same("far", "castle")
