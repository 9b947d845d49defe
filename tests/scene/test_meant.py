"""Example run: python -m pytest tests/scene/test_meant.py"""

import pytest

from pipeline.scene.meant import meant
from pipeline.scene.record import Scene, Thing

SCENE = Scene(things=(Thing("apple", "red apple"), Thing("cat", "cat face", said="kitten"), Thing("cat-2", "cat")))


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("the kitten", ["cat"]),
        ("a cat", ["cat", "cat-2"]),  # by its id, and by its name
        ("cats", ["cat", "cat-2"]),
        ("the cat 2", ["cat-2"]),
        ("apple", ["apple"]),
        ("the big red apple", ["apple"]),
        ("face", ["cat"]),
        ("everything", ["apple", "cat", "cat-2"]),
        ("it", ["apple", "cat", "cat-2"]),
        ("the dog", []),
        ("the apple and the kitten", ["apple", "cat"]),
        ("the dog and the apple", []),  # half of the words mean nobody
    ],
)
def test_words_mean_things_by_name_by_ending_or_by_what_they_mention(words, ids):
    assert [thing.id for thing in meant(words, SCENE)] == ids
