"""Example run: python -m pytest tests/data/test_captions.py"""

import random

import pytest

from pipeline.data.captions import scene_caption
from pipeline.language.english import plural, singular, with_article


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("owl", "owls"),
        ("pot of food", "pots of food"),
        ("cat with wry smile", "cats with wry smile"),
        ("baby chick", "baby chicks"),
        ("strawberry", "strawberries"),
        ("toy", "toys"),
        ("sandwich", "sandwiches"),
        ("fox", "foxes"),
        ("bus", "buses"),
        ("snowman", "snowmen"),
        ("wolf", "wolves"),
        ("tropical fish", "tropical fish"),
        ("sunglasses", "sunglasses"),
        ("man in tuxedo", "men in tuxedo"),
    ],
)
def test_plurals(one, many):
    assert plural(one) == many


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("owl", "an owl"),
        ("red apple", "a red apple"),
        ("unicorn", "a unicorn"),
        ("umbrella", "an umbrella"),
        ("hour glass", "an hour glass"),  # spelling decides, not sound
        ("sunglasses", "sunglasses"),
        ("flag of Norway", "the flag of Norway"),
        ("the moon", "the moon"),
        ("octopus", "an octopus"),
    ],
)
def test_articles(phrase, said):
    assert with_article(phrase) == said


def test_a_caption_says_every_part_it_is_given_and_no_other():
    rng, seen = random.Random(0), set()
    for _ in range(200):
        caption = scene_caption("an owl", "pixel art", "orange", rng)
        assert "an owl" in caption and "pixel art" in caption and "orange" in caption
        assert "a orange" not in caption
        seen.add(caption)
    assert len(seen) >= 80  # many ways to say the same
    unsaid = [scene_caption("an owl", "pixel art", None, rng) for _ in range(100)]
    assert not any(word in caption for caption in unsaid for word in ("background", "backdrop", "behind", "around"))
    assert not any("style" in scene_caption("an owl", None, "orange", rng) for _ in range(100))


def test_four_in_ten_captions_are_in_the_words_that_the_app_writes():
    rng = random.Random(0)
    said = [scene_caption("an owl", "pixel art", "pink", rng) for _ in range(400)]
    share = sum(caption.startswith("an owl, pixel art, ") for caption in said) / len(said)
    assert 0.35 < share < 0.6


def test_no_training_caption_is_one_of_the_evaluations_sentences():
    rng = random.Random(0)
    said = {scene_caption("an owl", "pixel art", "pink", rng).lower().rstrip(".") for _ in range(5000)}
    asked = {
        "please draw an owl for me as pixel art, and keep everything behind it pink",
        "a pink backdrop with an owl on it, in the look of pixel art",
        "i need an owl. style: pixel art. backdrop: pink",
        "a pixel art picture showing an owl in front of plain pink",
        "an owl in pixel art style with nothing but pink behind it",
    }
    assert not said & asked


def test_the_same_draws_give_the_same_caption():
    first, second = (scene_caption("two owls", "flat sticker", "pink", random.Random(7)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("many", "one"),
    [("cats", "cat"), ("cherries", "cherry"), ("wolves", "wolf"), ("boxes", "box"), ("tomatoes", "tomato"),
     ("mice", "mouse"), ("glasses", "glasses"), ("compass", "compass"), ("dog", "dog"), ("horses", "horse")],
)  # fmt: skip
def test_one_of_many(many, one):
    assert singular(many) == one
