"""Words that nothing was made of. Example run: python -m pytest tests/scene/test_omitted.py"""

import pytest

from pipeline.scene.notes import Note
from pipeline.scene.omitted import omitted, owned_up
from pipeline.scene.sketch import sketch
from tests.scene.test_apart import tagged


@pytest.mark.parametrize(
    ("text", "notes", "lost"),
    [
        ("please draw a cute cat/t for my website", (), []),
        ("cat/t juggling", (), ["juggling"]),
        ("cat/t juggling", (Note("left out", "juggling"),), []),
        ("pancakes/t and gravy/part:0", (), ["gravy"]),
        ("cat/t with whiskers/part:0", (), []),
        ("cat/t with a blue/c:4 collar/part:0", (), []),
    ],
)
def test_they_are_told_once(text, notes, lost):
    tokens = tagged(text)
    assert omitted(sketch(tokens), tokens, notes, ("blue",)) == lost


def test_all_of_it_is_owned_up_to():
    tokens = tagged("cat/t juggling")
    drawn = sketch(tokens)
    drawn.others, drawn.negations = ["juggling", "fast"], ["hat"]
    notes = owned_up(drawn, tokens, (), ())
    assert [(note.kind, note.said) for note in notes] == [
        ("left out", "juggling"), ("left out", "fast"), ("negated", "hat"),
    ]  # fmt: skip
