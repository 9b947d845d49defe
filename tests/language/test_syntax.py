"""Prompts without what is no language. Example run: python -m pytest tests/language/test_syntax.py"""

import pytest

from pipeline.language.syntax import plain_language


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("(cat:1.3), (hat:0.8)", "cat, hat"),
        ("((best quality)), [blurry], a cat", "best quality, blurry, a cat"),
        ("[cat:dog:0.5]", "cat"),
        ("cat::2 dog::1", "cat, dog"),
        ("<lora:stickers:0.8> a dragon", "a dragon"),
        ("a dog BREAK a cat", "a dog, a cat"),
        ("a dog AND a cat", "a dog and a cat"),
        ("a castle --ar 16:9 --v 6", "a castle"),
        ("/imagine prompt: a castle --stylize 750", "a castle"),
        ("cat, 4k, 8 k", "cat"),
        ("1. a cat 2. a dog", "a cat, a dog"),
        ("cat|dog", "cat, dog"),
        ("cat\\dog", "cat, dog"),
        ("cat / dog", "cat, dog"),
        ("cat\rdog", "cat, dog"),
        ("cat\u2028dog\r\nbird", "cat, dog, bird"),
        ("1girl, 2boys", "a girl, two boys"),
        ("3x cats w/o hats, w/ shoes", "3 cats without hats, with shoes"),
        ("black_cat", "black cat"),
        ("12 stars", "12 stars"),
        ("a man's t-shirt", "a man's t-shirt"),
        ("a cat pls!", "a cat!"),
        ("please, a cat, thanks", "a cat"),
        ("Mr. Whiskers, a T. rex and a U.F.O.", "Mr Whiskers, a T rex and a UFO"),
        ("a fox, Blender, artstation", "a fox"),
        ("blender", "blender"),
        ("imagine a world where cats fly", "cats fly"),
        ("", ""),
    ],
)
def test_what_is_no_language_is_taken_out(prompt, text):
    assert plain_language(prompt).text == text


def test_what_other_programs_understand_is_handed_on():
    plain = plain_language("a castle --ar 16:9 --no flag, moat --v 6 <lora:x:1>")
    assert plain.aspect == (16, 9) and plain.negative == "flag, moat"
    assert set(plain.left_out) == {"--v 6", "<lora:x:1>"}
    assert plain_language("a cat\nNegative prompt: hat, dog").negative == "hat, dog"


def test_a_choice_is_made_by_the_seed_alone():
    drawn = {plain_language("{red|blue|green} car", seed=seed).text for seed in range(3)}
    assert drawn == {"red car", "blue car", "green car"}
    assert plain_language("{red|blue} car", seed=5) == plain_language("{red|blue} car", seed=5)
    assert "{" not in plain_language("{a|{b|c}} {d", seed=1).text


@pytest.mark.parametrize(
    ("prompt", "text", "names"),
    [
        ("🐱", "cat face", ["cat face"]),
        ("🐱🍕", "cat face, pizza", ["cat face", "pizza"]),
        ("a 🍎 on a blue background", "a red apple on a blue background", ["red apple"]),
        ("👩🏽‍🚀 riding a 🐴", "woman astronaut riding a horse face", ["woman astronaut", "horse face"]),
        ("❤️", "red heart", ["red heart"]),
        ("<3", "red heart", ["red heart"]),
        (":)", "smiling face", ["smiling face"]),
        ("a dog please 😊", "a dog", []),
    ],
)
def test_emoji_are_names_unless_they_are_a_mood_behind_words(prompt, text, names):
    plain = plain_language(prompt)
    assert plain.text == text
    assert [plain.text[start:end] for start, end, _ in plain.known] == names


@pytest.mark.parametrize(
    ("prompt", "text", "lettering"),
    [
        ('sticker that says "Good vibes" with a sun', "sticker with a sun", "Good vibes"),
        ('a card with a cake and the text "Happy Birthday"', "a card with a cake", "Happy Birthday"),
        ("a sign saying 'Über Café'", "a sign", "Über Café"),
        ("letter A", "", "A"),
        ("the number 5", "", "5"),
        ("the word LOVE with a heart", "with a heart", "LOVE"),
        ("a banner with the text BIG SALE", "a banner with", "BIG SALE"),
        ("the word love", "the word love", None),
        ('a "red" cat', "a red cat", None),
        ("a cat reading a book", "a cat reading a book", None),
    ],
)
def test_words_to_be_written_are_no_things(prompt, text, lettering):
    plain = plain_language(prompt)
    assert (plain.text, plain.lettering) == (text, lettering)


def test_another_script_is_told():
    assert plain_language("кошка в шляпе").foreign and plain_language("猫").foreign
    assert not plain_language("ein Bär mit Hut").foreign and not plain_language("🐱").foreign
    mixed = plain_language("a cat 猫")
    assert not mixed.foreign and mixed.left_out == ("猫",) and "猫" not in mixed.text
