"""Words of relations, places and numbers. Example run: python -m pytest tests/language/test_relations.py"""

import pytest

from pipeline.language.relations import INVERSES, number_of, relation_of, scenery_of
from pipeline.scene.record import RELATIONS, SCENERY


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("to the left of", "left of"),
        ("sitting on", "sitting on"),
        ("who is wearing", "wearing"),
        ("standing in the front of", "in front of"),
        ("hovering directly over", "above"),
        ("surrounded by", "surrounded by"),
        ("frobbing", None),
        ("reading", "holding"),
        ("reading under", "under"),
        ("reading a book in", "in"),
        ("riding on", "riding"),
        ("drinking from", "next to"),
    ],
)
def test_what_people_say_has_a_kind(said, kind):
    assert relation_of(said) == kind


@pytest.mark.parametrize(
    ("said", "name"),
    [("the beach", "beach"), ("snowy forest", "forest"), ("grassy hills", "grass"), ("under the sea", "underwater"),
     ("paris", None)],
)  # fmt: skip
def test_places_have_a_scenery_or_none(said, name):
    assert scenery_of(said) == name


@pytest.mark.parametrize(
    ("said", "number"),
    [("twenty four", 24), ("a dozen", 12), ("half a dozen", 6), ("two dozen", 24), ("7", 7), ("3x", 3), ("a", None),
     ("three hundred", 300), ("blue", None), ("twenty-one", 21), ("99999999999", None)],
)  # fmt: skip
def test_numbers_in_words_are_numbers(said, number):
    assert number_of(said.split()) == number


def test_the_kinds_are_those_of_a_scene():
    assert set(INVERSES) | set(INVERSES.values()) <= set(RELATIONS)
    assert {scenery_of(name) for name in SCENERY} == set(SCENERY)
