"""Example run: python -m pytest tests/evaluation/test_caption_scores.py"""

import math

import pytest

from pipeline.evaluation.caption_scores import bleu, cider, document_frequency, word_overlap


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def test_bleu_is_the_geometric_mean_of_four_precisions():
    expected = 100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25
    assert bleu([words("a b c d e")], [words("a b c d f")]) == pytest.approx(expected)


def test_a_caption_that_is_too_short_is_charged_for_it_and_one_that_is_too_long_is_not_charged_twice():
    assert bleu([words("a b c d")], [words("a b c d e")]) == pytest.approx(100 * math.exp(1 - 5 / 4))
    longer = 100 * (5 / 6 * 4 / 5 * 3 / 4 * 2 / 3) ** 0.25
    assert bleu([words("a b c d e x")], [words("a b c d e")]) == pytest.approx(longer)


def test_bleu_counts_over_the_whole_corpus_before_it_divides():
    ours, theirs = [words("a b c d e"), words("v w x y z")], [words("a b c d f"), words("v w x y z")]
    expected = 100 * (9 / 10 * 7 / 8 * 5 / 6 * 3 / 4) ** 0.25
    assert bleu(ours, theirs) == pytest.approx(expected)
    assert bleu(ours[::-1], theirs[::-1]) == pytest.approx(expected)


def test_a_text_counts_once_for_each_reference_that_has_it():
    counts, documents = document_frequency([words("a a b"), words("b a"), words("c")])
    assert documents == 3
    assert counts[("a",)] == 2 and counts[("b",)] == 2 and counts[("c",)] == 1 and counts[("d",)] == 0
    assert counts[("a", "b")] == counts[("a", "a")] == counts[("b", "a")] == counts[("a", "a", "b")] == 1


def test_cider_falls_as_the_length_goes_off():
    corpus = [words("one two three four"), words("five six seven eight")]
    frequency = document_frequency(corpus)
    scores = [cider([corpus[0][: 4 - cut]], [corpus[0]], frequency) for cut in range(4)]
    assert scores[0] == pytest.approx(10) and all(a > b for a, b in zip(scores, scores[1:], strict=False))
    # One word of four: a unigram's cosine of 1 / 2, with three words too few.
    assert scores[3] == pytest.approx(10 / 4 * 0.5 * math.exp(-9 / 72))


def test_a_rare_word_weighs_more_than_a_common_one():
    corpus = [words("a red fox"), words("a red car"), words("a blue car"), words("a green tree")]
    frequency = document_frequency(corpus)
    rare, common = (cider([words(text)], [words("a red fox")], frequency) for text in ("fox", "red"))
    weight = {"red": math.log(2), "fox": math.log(4)}
    length = math.hypot(*weight.values())
    assert rare / common == pytest.approx(weight["fox"] / weight["red"])
    assert rare == pytest.approx(10 / 4 * math.exp(-4 / 72) * weight["fox"] / length)
    assert cider([words("a")], [words("a red fox")], frequency) == 0  # every reference has it


def test_the_corpus_score_is_the_mean_over_its_captions():
    corpus = [words("one two"), words("three four"), words("five six")]
    frequency = document_frequency(corpus)
    said = [words("one two"), words("nothing here"), words("five")]
    each = [cider([ours], [theirs], frequency) for ours, theirs in zip(said, corpus, strict=True)]
    assert cider(said, corpus, frequency) == pytest.approx(sum(each) / 3) and each[1] == 0


@pytest.mark.parametrize(
    ("ours", "theirs", "precision", "recall"),
    [("a b", "b a", 1, 1), ("a a a b", "a a c", 0.5, 2 / 3), ("", "a", 0, 0), ("a", "", 0, 0), ("c", "a b", 0, 0)],
)
def test_words_are_shared_as_often_as_both_say_them(ours, theirs, precision, recall):
    assert word_overlap([words(ours)], [words(theirs)]) == pytest.approx((precision, recall))


def test_captions_and_references_pair_up():
    with pytest.raises(ValueError):
        word_overlap([words("a"), words("b")], [words("a")])
