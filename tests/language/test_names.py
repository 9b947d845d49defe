"""Names of things. Example run: python -m pytest tests/language/test_names.py"""

import pytest

from pipeline.language.emoji import is_emoji_name
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
        ("-", None),
        ("'", None),
    ],
)
def test_a_name_is_found_or_owned_up_to(names, said, phrase):
    assert names.find(said).phrase == phrase


def test_a_keyword_that_means_something_else_is_no_name(names):
    assert names.exact(("far",)) is None


def test_how_near_a_name_is_is_told(names):
    assert names.find("cat").cosine == 1
    assert 0.8 <= names.find("moggy").cosine < 0.99
    assert names.find("qwertz").cosine < 0.66


def test_a_plural_of_what_was_taught_is_several(names):
    assert names.many("cats") and names.many("castles")
    assert not names.many("'") and names.exact(()) is None
    assert not names.many("cat") and not names.many("houses") and not names.many("qwertzs")


def test_whose_it_is_is_one(names, monkeypatch):
    monkeypatch.setattr(names, "exact", lambda words: "cat")  # as the vocabulary has "grandma's"
    assert names.many("cats") and not names.many("cat's") and not names.many("old cat’s")


def test_another_word_for_a_phrase_need_not_be_told(names):
    assert names.same("cats", "cat") and names.same("bunny", "rabbit") and names.same("air plane", "airplane")
    assert not names.same("castle", "cat") and not names.same("far", "castle") and not names.same("(", "cat")


def test_what_stands_for_a_kind_or_for_want_of_the_thing_is_told(names):
    for said, phrase in [("animal", "dog face"), ("hare", "rabbit"), ("fork", "fork and knife")]:
        assert not names.same(said, phrase)
    assert names.find("animal").phrase == "dog face" and names.find("hares").phrase == "rabbit"


def test_what_counted_things_are_is_none_of_their_groups(names):
    assert names.find("houses").phrase == "houses"
    assert names.find("houses", counted=True).phrase == "house"


@pytest.mark.parametrize(
    ("said", "phrase"),
    [("air-plane", "airplane"), ("air plane", "airplane"), ("aeroplane", "airplane"), ("egg-plants", "eggplant")],
)
def test_blanks_hyphens_and_the_side_of_the_ocean_do_not_matter(names, said, phrase):
    assert names.find(said).phrase == phrase and names.find(said).cosine == 1


def test_a_thing_that_is_one_of_what_is_said_is_drawn_with_its_name():
    vocabulary = taught_vocabulary(more={"pearl earring": "earring"})
    found = NameFinder(vocabulary, embed_texts).find("earrings")
    assert found.phrase == "pearl earring"


def test_a_thing_like_nothing_taught_is_owned_up_to_with_a_choice():
    found = NameFinder(taught_vocabulary(more={"broom": "broom"}), embed_texts).find("mop")
    assert found.phrase is None and found.choices == ("broom",)


def test_several_that_are_a_sign_in_one_colour_are_the_coloured_one_several_times():
    vocabulary = taught_vocabulary({"castles": "castle", "chairs": "chair"})
    vocabulary.config["shown"]["castles"] = ["solid glyph"]
    names = NameFinder(vocabulary, embed_texts)
    assert names.exact(("castles",)) == "castle" and names.many("castles")
    assert names.exact(("castles",), counted=True) == "castle"
    assert names.exact(("chairs",)) == "chairs" and not names.many("chairs")


def test_a_sign_is_not_in_colour_and_what_an_emoji_shows_is():
    vocabulary = taught_vocabulary()
    shown = {"castle": ["solid glyph"], "fox": ["solid glyph"], "star": ["solid glyph", "blob emoji"]}
    vocabulary.config["shown"].update(shown)
    names = NameFinder(vocabulary, embed_texts)
    assert not is_emoji_name("sandcastle tower") and is_emoji_name("fox") and is_emoji_name("castle")
    vocabulary.config["shown"]["sandcastle tower"] = ["solid glyph"]
    assert not names.in_colour("sandcastle tower")
    assert names.in_colour("fox") and names.in_colour("star") and names.in_colour("never taught")


def test_who_does_something_is_a_person_and_not_the_thing():
    vocabulary = taught_vocabulary({"castle player": "castle", "person": "star"})
    vocabulary.phrase_of["castle player"] = "castle"  # a keyword of it
    found = NameFinder(vocabulary, embed_texts).find("castle player")
    assert found.phrase == "person" and found.cosine < 1
