"""Its captions: test_scene_parser.py. Example run: python -m pytest tests/training/test_grammar.py"""

import random

import pytest

from pipeline.training.grammar import _finished, _Grammar, _slip, captions
from pipeline.training.grammar_phrases import TaggedWord

SEEDS = range(150)


def grammar(seed: int) -> _Grammar:
    return _Grammar(random.Random(seed), [])


def of(words: list[TaggedWord], role: str) -> list[TaggedWord]:
    return [word for word in words if word.role == role]


def test_a_slip_changes_one_letter_inside_a_word():
    word, found = "elephant", set()
    for seed in range(400):
        slipped = _slip(random.Random(seed), word)
        found.add(len(slipped) - len(word))
        assert slipped[0] == "e" and len(slipped) in (7, 8, 9)
        if len(slipped) == 7:
            assert any(word[:at] + word[at + 1 :] == slipped for at in range(1, 7))
        elif len(slipped) == 9:
            assert any(word[:at] + word[at] + word[at:] == slipped for at in range(1, 7))
        else:
            changed = [at for at in range(8) if slipped[at] != word[at]]
            swapped = len(changed) == 2 and sorted(slipped) == sorted(word) and changed[1] == changed[0] + 1
            assert len(changed) <= 1 or swapped
    assert found == {-1, 0, 1}


@pytest.mark.parametrize("word", ["cat", "24", "3x", ",", "see-through", "o’clock"])
def test_short_words_and_signs_have_no_slips(word):
    assert {_slip(random.Random(seed), word) for seed in range(20)} == {word}


def test_heads_become_numbers_of_words_and_slips_change_no_truth():
    noun = TaggedWord("elephants", "thing")
    words = [TaggedWord("two", "number", noun), noun, TaggedWord("gone", "look", TaggedWord("elsewhere"))]
    for seed in range(60):
        caption = _finished(random.Random(seed), words)
        assert caption.roles == ("number", "thing", "look") and caption.heads == (1, -1, -1)
        assert caption.words[0] == "two"
    assert any(_finished(random.Random(seed), words).words[1] != "elephants" for seed in range(60))


def test_some_captions_are_asked_for_and_none_without():
    assert list(captions(random.Random(0), count=0)) == []
    one, two = (list(captions(random.Random(0), count=count)) for count in (1, 2))
    assert two[:1] == one


def test_lists_hold_two_to_four_things_none_of_which_hangs_from_another():
    counts = set()
    for seed in SEEDS:
        things = of(grammar(seed).listed(), "thing")
        counts.add(len(things))
        assert all(thing.head is None for thing in things)
    assert counts == {2, 3, 4}


def test_what_is_between_hangs_from_that_word():
    for seed in SEEDS:
        words = grammar(seed).between()
        (relation,) = of(words, "relation")
        first, *others = of(words, "thing")
        assert relation.head is first and first.head is None and relation.text in ("between", "among")
        assert 1 <= len(others) <= 2 and all(other.head is relation for other in others)


def test_each_of_several_has_a_colour_of_its_own():
    for seed in SEEDS:
        words = grammar(seed).coloured_apart()
        (number,), thing, ones = of(words, "number"), of(words, "thing")[0], of(words, "one")
        assert number.head is thing and len(ones) == {"two": 2, "three": 3}[number.text]
        assert all(one.head is thing for one in ones)
        coloured = {id(word.head) for word in of(words, "colour")}
        assert coloured == {id(one) for one in ones}


def test_what_is_told_again_is_told_of_the_same_thing():
    pronouns = 0
    for seed in SEEDS:
        words = grammar(seed).told_again()
        things = of(words, "thing")
        again = [word for word in of(words, "again") if word.head is not None and word.head.role == "thing"]
        assert again and all(any(word.head is thing for thing in things) for word in again)
        for word in again:
            if word.text in ("it", "he", "she", "they"):
                pronouns += 1
            else:
                assert word.text in word.head.named
    assert pronouns > 10


def test_around_one_thing_the_others_stand_where_it_is_said():
    for seed in SEEDS:
        words = grammar(seed).told_around()
        middle, *others = of(words, "thing")
        relations = of(words, "relation")
        assert len(relations) == len(others) in (1, 2, 3)
        for relation, other in zip(relations, others, strict=True):
            assert relation.head is other
        assert middle.head is None


def test_sides_are_said_of_two_things():
    for seed in SEEDS:
        words = grammar(seed).sided()
        things, where = of(words, "thing"), of(words, "where")
        assert len(things) == len(where) == 2 and [word.head for word in where] == things


def test_what_only_is_not_hangs_from_the_negation_and_the_rest_does_not():
    for seed in SEEDS:
        words = grammar(seed).only_not()
        negation, *_ = of(words, "negation")
        first, *rest = of(words, "thing")
        assert first.head is negation and all(other.head is not negation for other in rest)
        if negation.text in ("but", "except"):
            assert words[0].text == {"but": "anything", "except": "everything"}[negation.text]


def test_a_sentence_turned_round_says_the_same():
    kinds = set()
    for seed in SEEDS:
        words = grammar(seed).turned_round()
        placed = [word for word in of(words, "relation") if word.head is not None and word.head.role == "thing"]
        again = of(words, "again")
        kinds.add(len(again))
        if again:  # "a house. behind it is a tree": what it is behind was told of before
            assert again[0].head.role == "relation" and again[0].head.head is not None
        else:  # "behind a house is a tree"
            target, noun = of(words, "thing")[:2]
            assert words[0] is target.head and words[0].head is noun
        assert placed
    assert kinds == {0, 1}
