"""Emoji and alternative text of a sticker. Example run: python -m pytest tests/stickers/test_tags.py"""

import pytest

from pipeline.stickers.tags import (
    ANY,
    alternative_text,
    emoji_of,
    is_emoji,
    keywords_of,
    shortened,
    split_emoji,
    vocabulary_emoji,
)


@pytest.mark.parametrize(
    ("prompt", "first"),
    [
        ("a happy cat", "😀"),
        ("a red car", "🚗"),
        ("two pineapples", "🍍"),
        ("a rocket in space", "🚀"),
        ("a kitty", "🐱"),
        ("a hound", "🐕"),
        ("a soccer ball", "⚽"),
        ("a green car", "🚗"),
        ("a fox in love", "😍"),
        ("a fox wearing a red hat", "🦊"),
        ("a pencil", "✏️"),
        ("a spider", "🕷️"),
        ("a pirate", "🏴\u200d☠️"),
        ("a mountain", "⛰️"),
        ("qwrtz", ANY),
    ],
)
def test_the_best_emoji_of_a_prompt_comes_first(prompt, first):
    assert emoji_of(prompt)[0] == first


def test_a_mood_does_not_hide_what_it_is_told_of():
    assert emoji_of("a happy slice of pizza") == ("😀", "🍕") and emoji_of("a bored brain") == ("😒", "🧠")


def test_there_are_at_most_as_many_as_asked_for_and_none_twice():
    found = emoji_of("a happy cat and a dog in a car with pizza", most=2)
    assert len(found) == 2 == len({*found})


def test_what_a_vocabulary_knows_comes_before_and_longer_names_first():
    known = {"cat": "🐈", "cat face": "😺"}
    assert emoji_of("a cat face and a cat", known=known)[0] == "😺"


def test_alternative_text_is_a_sentence_cut_at_a_word():
    assert alternative_text("  a cat,  flat sticker. ") == "A cat, flat sticker"
    cut = alternative_text("a very happy cat " * 20, most=40)
    assert len(cut) <= 40 and cut.endswith("…") and not cut[:-1].endswith(" ")


def test_a_vocabulary_means_things_by_names_and_their_own_name_goes_first():
    known = vocabulary_emoji()
    assert known["doggo"] == "🐕" and known["girl"] == "👧"
    assert not known.get("riding"), "no thing"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("🎉🦊", ("🎉", "🦊")),
        (" 🎉, 🦊 ", ("🎉", "🦊")),
        ("👍🏽❤️", ("👍🏽", "❤️")),
        ("👩\u200d🚀🇩🇪🇫🇷", ("👩\u200d🚀", "🇩🇪", "🇫🇷")),
        ("1\ufe0f\u20e3", ("1\ufe0f\u20e3",)),
        ("", ()),
    ],
)
def test_emoji_are_parted_with_or_without_spaces(typed, found):
    assert split_emoji(typed) == found


@pytest.mark.parametrize("text", ["🦊", "❤️", "1\ufe0f\u20e3", "👩\u200d🚀", "🇩🇪", "↔️"])
def test_an_emoji_is_known_alone_and_no_letter_or_digit_is_one(text):
    assert is_emoji(text) and not is_emoji(text + text)
    assert not is_emoji("1") and not is_emoji("é") and not is_emoji("fox") and not is_emoji("")


def test_keywords_are_the_words_of_a_prompt_once_each():
    assert keywords_of("a happy fox and a fox with a cool face") == ("happy", "fox", "cool")
    assert keywords_of("one two three", most=2) == ("one", "two")
    assert keywords_of("abc defg hi", characters=5) == ("abc", "hi")


def test_a_text_of_ones_own_is_only_cut():
    assert shortened("mine.  so", 125) == "mine. so" and shortened("one two three", 9) == "one two…"
