"""Greetings are written. Example run: python -m pytest tests/language/test_greetings.py"""

import pytest

from pipeline.language.greetings import Greeting, greeted


def is_name(said: str) -> bool:
    return said in ("tree", "cake", "cat")


@pytest.mark.parametrize(
    ("prompt", "left", "words", "shown"),
    [
        ("happy birthday Emma", "birthday cake", "happy birthday Emma", "birthday cake"),
        ("happy birthday emma", "birthday cake", "Happy Birthday Emma", "birthday cake"),
        ("Happy Birthday, Tom and Lea!", "birthday cake", "Happy Birthday, Tom and Lea!", "birthday cake"),
        ("merry christmas", "christmas tree", "Merry Christmas", "christmas tree"),
        ("a merry christmas card with a cat", "a merry christmas card with a cat", None, None),
        ("merry christmas card with a cat", "a cat", "Merry Christmas", ""),
        ("a card saying thank you, a cat", "a cat", "Thank You", ""),
        ("happy birthday cake", "happy birthday cake", None, None),
        ("merry christmas tree", "merry christmas tree", None, None),
        ("I love you mom", "red heart", "I love you mom", "red heart"),
        ("thank you for a red cat", "thank you for a red cat", None, None),
        ('a card "happy birthday"', 'a card "happy birthday"', None, None),
        ("a happy cat", "a happy cat", None, None),
        ("good morning", "sun", "Good Morning", "sun"),
    ],
)
def test_a_greeting_is_written_and_the_rest_is_drawn(prompt, left, words, shown):
    found, greeting = greeted(prompt, is_name)
    assert found == left
    assert greeting == (None if words is None else Greeting(words, shown))
