"""What kind of thing a name is. Example run: python -m pytest tests/scene/test_kinds.py"""

import pytest

from pipeline.scene.kinds import (
    is_alive,
    is_animal,
    is_container,
    is_disc,
    is_flying,
    is_held,
    is_landscape,
    is_seat,
    is_sky,
    kind_size,
    worn_at,
)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("hat", "head"), ("Top Hats", "head"), ("red cap", "head"), ("sunglasses", "eyes"),
        ("space helmet", "whole head"), ("mustache", "mouth"), ("scarf", "neck"), ("headphones", "ears"),
        ("cape", "back"), ("rain boots", "feet"),
        ("pair of mittens", "hands"), ("dress", "body"), ("bow tie", "neck"), ("bow", "head"), ("box", None),
        ("", None), ("hat with a feather", "head"),
    ],
)  # fmt: skip
def test_where_a_thing_is_worn(name, place):
    assert worn_at(name) == place


@pytest.mark.parametrize(
    ("asks", "names", "others"),
    [
        (is_alive, ["cat", "two foxes", "police officer", "polar bear", "robot", "black cat with a hat", "ghost"],
         ["pirate ship", "cat house", "house", "bear box", ""]),
        (is_animal, ["dog", "puppies", "fish", "flying bird"], ["girl", "robot", "house", "ghost"]),
        (is_held, ["balloon", "cups of coffee", "red apple", "bow and arrow"], ["house", "sofa"]),
        (is_flying, ["bird", "hot air balloon", "planes", "rocket"], ["ostrich", "car"]),
        (is_sky, ["cloud", "rainbow", "sun with face", "storm clouds"], ["bird", "sunflower", "cloud castle"]),
        (is_disc, ["sun", "full moon", "stars"], ["cloud", "starfish"]),
        (is_landscape, ["mountains", "city skyline", "snowy mountain"], ["house", "mountain goat"]),
        (is_seat, ["sofa", "wooden chair", "benches"], ["table", "chairlift"]),
        (is_container, ["box", "flower pot", "boxes", "book"], ["cat", "boxer"]),
    ],
)  # fmt: skip
def test_a_name_is_of_a_kind_by_its_whole_its_singular_or_its_head(asks, names, others):
    assert [name for name in names if not asks(name)] == []
    assert [name for name in others if asks(name)] == []


@pytest.mark.parametrize(
    ("name", "metres"),
    [("ant", 0.01), ("mice", 0.08), ("Cat", 0.5), ("wolves", 1.0), ("elephant", 4.0), ("castle", 40.0),
     ("office building", 40.0), ("toy car", 0.2), ("red car", 4.0), ("glorp", None), ("", None)],
)  # fmt: skip
def test_sizes_are_those_of_the_longest_name_that_is_known(name, metres):
    assert kind_size(name) == metres


def test_what_is_larger_by_nature_is_larger_here():
    order = ["ant", "mouse", "apple", "cat", "dog", "horse", "car", "house", "castle", "mountain"]
    sizes = [kind_size(name) for name in order]
    assert None not in sizes and sizes == sorted(sizes) and len(set(sizes)) >= 8
