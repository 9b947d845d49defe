"""Example run: python -m pytest tests/training/test_grammar_phrases.py"""

import random

import pytest

from pipeline.training import grammar_words as lists
from pipeline.training.grammar_phrases import Phrases, TaggedWord, split_words

SEEDS = range(150)


def phrases(seed: int, names=()) -> Phrases:
    return Phrases(random.Random(seed), names)


def text(words: list[TaggedWord]) -> str:
    return " ".join(word.text for word in words)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a cat, please!", ["a", "cat", ",", "please", "!"]),
        ("cat's see-through o’clock", ["cat's", "see-through", "o’clock"]),
        ("don't -- stop", ["don't", "-", "-", "stop"]),
        ("24 3x snake_case", ["24", "3x", "snake", "case"]),
        ("  \n", []),
    ],
)
def test_a_text_is_split_into_words_and_signs(line, words):
    assert [line[start:end] for start, end in split_words(line)] == words


def test_the_words_behind_the_first_lead_to_it_where_their_role_goes_on():
    thing = TaggedWord("cat", "thing")
    on_top, on, of = phrases(0).span("sitting on of", "relation", thing)
    assert (on_top.role, on.role, of.role) == ("relation", "relation+", "relation+")
    assert on_top.head is thing and on.head is on_top and of.head is on_top
    light, blue = phrases(0).span("light blue", "colour", thing)
    assert (light.role, blue.role) == ("colour", "colour") and light.head is blue.head is thing  # no "colour+"


@pytest.mark.parametrize("kind", ["any", "worn", "held", "wearer"])
def test_a_thing_is_its_name_with_what_is_told_of_it(kind):
    for seed in SEEDS:
        words, noun = phrases(seed).thing(kind)
        named = [word for word in words if word.role.startswith("thing")]
        assert named[0] is noun and [word.text for word in named] == noun.named
        for word in words:
            if word.role in ("size", "look", "colour", "number"):
                assert word.head is noun
            if word.role == "chatter":
                assert word.head is None


def test_a_modest_thing_is_one_and_a_number_tells_how_many():
    for seed in SEEDS:
        words, noun = phrases(seed, ["zorbulon"]).thing(modest=True)
        assert not any(word.role == "number" for word in words)
    numbers = [phrases(seed).number(TaggedWord("cats", "thing")) for seed in SEEDS]
    assert {text(words) for words in numbers} <= set(lists.NUMBERS)
    assert all(
        word.role == ("chatter" if word.text in lists.COUNTED else "number") for words in numbers for word in words
    )


@pytest.mark.parametrize(("before", "usual"), [("apple", "an"), ("cat", "a"), ("Owl", "an")])
def test_the_article_is_that_of_the_word_it_stands_before(before, usual):
    found = [phrases(seed).article(before) for seed in SEEDS]
    assert found.count(usual) > 0.7 * len(found) and ({"a": "an", "an": "a"}[usual] not in found)


def test_names_that_are_given_are_used_among_its_own():
    found = [phrases(seed, ["zorbulon"]).name() for seed in SEEDS]
    assert 10 < sum("zorbulon" in name for name in found) < 100
    assert not any("zorbulon" in phrases(seed).name() for seed in SEEDS)


def test_parts_are_the_things_and_their_colours_are_theirs():
    for seed in SEEDS:
        noun = TaggedWord("cat", "thing")
        words = phrases(seed).parts(noun)
        heads = {id(word) for word in words if word.role == "part"}
        assert 1 <= len(heads) <= 3 and all(word.head is noun for word in words if word.role == "part")
        for word in words:
            if word.role in ("colour", "size", "look"):
                assert id(word.head) in heads
                assert words.index(word) < words.index(word.head)  # said before it


def test_what_is_joined_is_the_object_of_its_relation():
    for seed in SEEDS:
        subject = TaggedWord("cat", "thing")
        words = phrases(seed).joined(subject)
        relations = [word for word in words if word.role == "relation"]
        assert relations[0].head is subject
        things = [word for word in words if word.role == "thing"]
        assert things and all(any(thing.head is relation for relation in relations) for thing in things)
        assert all(any(relation.head is one for one in (subject, *things)) for relation in relations)


def test_what_is_not_there_hangs_from_its_negation():
    for seed in SEEDS:
        noun = TaggedWord("cat", "thing")
        words = phrases(seed).negated(noun)
        negation = next(word for word in words if word.role == "negation")
        assert negation.head is noun and negation.text not in (",", "but", "and", "with", "any")
        left_out = [word for word in words if word.role in ("thing", "part")]
        assert left_out and all(word.head is negation for word in left_out)


def test_a_medium_is_said_of_what_follows():
    for seed in SEEDS:
        words = phrases(seed).medium()
        assert words[-1].role == "chatter" and words[-1].text in (
            "of",
            "with",
            "showing",
            "for",
            "featuring",
            "depicting",
            ":",
        )
        assert all(word.role in ("chatter", "style", "style+") for word in words)


def test_the_colours_of_a_ground_are_its_own():
    seen = set()
    for seed in range(400):
        words = phrases(seed).ground()
        ground = next((word for word in words if word.role == "ground"), None)
        for word in words:
            seen.add(word.role)
            if word.role == "colour" and word.head is not None:
                assert word.head.role == "ground" and any(word.head is own for own in words)
        assert ground is not None or any(word.role == "colour" for word in words)
    assert seen <= {"chatter", "ground", "colour", "place", "place+", "look"}


def test_a_place_is_said_with_what_goes_before_it():
    for seed in SEEDS:
        words = phrases(seed).place()
        name = text([word for word in words if word.role.startswith("place")])
        assert name in {" ".join(place.replace("-", " - ").split()) for place in lists.PLACES} | set(lists.PLACES)
        if name in ("night", "sunset"):
            assert words[0].text in ("at", "during", "by")
        if name == "underwater":
            assert words[0].role in ("place", "look")


@pytest.mark.parametrize("least", [1, 3])
def test_tags_are_at_least_so_many(least):
    for seed in SEEDS:
        words = phrases(seed).tags(least)
        assert sum(word.text == "," for word in words) >= least - 1
        assert all(word.role == "quality" or word.text == "," for word in words)
